import type { Call } from "./call.ts";
import { defined, some } from "./defined.ts";
import { LlmError } from "./error.ts";
import { count } from "./fields.ts";
import { until } from "./until.ts";
import type { Wire } from "./leaf.ts";
import type { Model } from "./provider.ts";
import type { ChatRequest, OutputMode } from "./request.ts";
import type { StreamPart } from "./stream-part.ts";
import { validate } from "./validate.ts";
import { checkError, toLlmError, type Origin } from "./api-error.ts";
import { rateLimits } from "./headers.ts";
import { outputUsed } from "./vendor/output.ts";
import { hostOf } from "./vendor/platform.ts";
import { eventsOf } from "./sse.ts";
import type { Frame, Reader } from "./reader.ts";
import type { Warnings } from "./vendor/warnings.ts";

/** A request in a vendor's words, and what to know of it when the answer comes. */
export interface Prepared<Body> {
  readonly body: Body;
  readonly headers: Record<string, string> | undefined;
  readonly warnings: Warnings;
  readonly output: OutputMode | undefined;
  /** The name of the tool whose input is the answer, where the output goes by a tool. */
  readonly outputTool: string | undefined;
}

/** What the SDKs take beside the body. Their own retries are off, and their timeout never comes before ours. */
export interface Settings {
  readonly signal: AbortSignal;
  readonly maxRetries: 0;
  readonly timeout: number;
  readonly headers?: Record<string, string>;
}

/** What an SDK answers: the HTTP response, its body unread. */
interface Answer {
  readonly asResponse: () => Promise<Response>;
}

/** One vendor's way to ask. */
export interface Dialect<Body> {
  /** The key of `output.dialects`. */
  readonly name: string;
  /** The response header with the vendor's id of the request. */
  readonly requestIdHeader: string;
  readonly prepare: (request: ChatRequest) => Prepared<Body>;
  readonly send: (body: Body, settings: Settings, whole: boolean) => Answer;
  readonly reader: (frame: Frame) => Reader;
}

/** Stands for `[DONE]`: some servers say it and leave the body open. */
const END = {};

/** An hour: the SDKs' own limit, which covers no more than the headers, must not strike before the caller's deadline. */
const SDK_TIMEOUT_MS = 3_600_000;

/** Where requests go, as names and events may tell it: without the password or the query, which may hold a key. */
export const endpointOf = (url: string): string =>
  url.replace(/^(https?:\/\/)[^/?#]*@/, "$1***@").replace(/[?#].*$/s, "");

/**
 * Checks where a request would go.
 *
 * @throws LlmError `invalid-request` unless it is an http or https URL, without a password
 */
export function checkEndpoint({ vendor, model, endpoint = "" }: Omit<Model, "can">): void {
  if (!/^https?:(?!\/\/[^/]*@)/.test(endpoint) || hostOf(endpoint) === "")
    throw new LlmError("invalid-request", `baseURL: must be an http or https URL without a password, not ${endpoint}`, {
      vendor,
      model,
    });
}

/**
 * What is checked of every request before anything is sent.
 *
 * @throws LlmError `invalid-request` that names the field, `unsupported` for pictures or documents that the model cannot
 * see
 */
export function check(to: Model, request: ChatRequest): void {
  const { vendor, model, can } = to;
  checkEndpoint(to);
  validate(request, to);
  for (const { content } of request.messages)
    for (const { type } of typeof content === "string" ? [] : content)
      if ((type === "image" && !can.images) || (type === "file" && !can.files))
        throw new LlmError("unsupported", `messages: ${model} takes no part of type ${type}`, { vendor, model });
}

/**
 * One upstream request by way of a vendor's SDK. Its answer is read here and not by the SDK's parsers, which fail on whole
 * answers that lack a field, need more time for a stream, and have no bounds.
 */
export function sdkWire<Body>(
  to: Model,
  origin: Origin,
  request: ChatRequest,
  whole: boolean,
  dialect: Dialect<Body>,
): Wire<readonly unknown[]> {
  const at = { vendor: to.vendor, model: to.model };
  let prepared: Prepared<Body> | undefined;
  let reader: Reader | undefined; // once the headers are there
  let type: string | undefined; // of the body, until its first event
  const open = async (signal: AbortSignal): Promise<AsyncIterator<readonly unknown[]> | readonly StreamPart[]> => {
    const { body, headers, warnings, output, outputTool } = (prepared ??= dialect.prepare(request));
    const settings: Settings = { signal, maxRetries: 0, timeout: SDK_TIMEOUT_MS, ...(headers && { headers }) };
    const response = await dialect.send(body, settings, whole).asResponse();
    const requestId = response.headers.get(dialect.requestIdHeader) ?? undefined;
    reader = dialect.reader({
      ...origin,
      requestId,
      outputTool,
      start: defined({
        requestId,
        output: outputUsed(request, output, dialect.name),
        warnings: some(warnings.all),
        rateLimits: some(rateLimits(response.headers)),
      }),
    });
    if (whole) return reader.message(await response.json());
    type = response.headers.get("content-type") ?? "";
    return response.body ? eventsOf(response.body, at, END) : [];
  };
  return {
    prepare: () => {
      check(to, request);
      prepared = dialect.prepare(request);
    },
    open,
    read: (events, push) => {
      if (events.length > 0) type = undefined;
      for (const event of events)
        if (event === END) reader?.end?.(push);
        else reader?.event(event, push);
    },
    end: (push) => {
      if (type && !type.includes("event-stream"))
        throw new LlmError("malformed", `the answer is ${type}, not a stream of events`, at);
      reader?.end?.(push);
    },
    toError: (error) => toLlmError(error, origin),
  };
}

/**
 * Tokens as a vendor's endpoint counts them, no longer than the call lives.
 *
 * @throws LlmError `malformed` where the answer has no number of them
 */
export async function countedBy(
  origin: Origin,
  call: Call,
  send: (settings: Pick<Settings, "signal" | "maxRetries">) => Promise<unknown>,
): Promise<number> {
  const stop = new AbortController();
  try {
    const answer = await until(send({ signal: stop.signal, maxRetries: 0 }), call);
    const tokens = count(answer, "input_tokens");
    if (tokens !== undefined) return tokens;
    checkError(answer, origin);
    throw new LlmError("malformed", "the vendor's answer has no input_tokens", origin);
  } catch (error) {
    throw toLlmError(error, origin);
  } finally {
    stop.abort(); // or it would go on after the call's deadline
  }
}

/** A provider's name: vendor and model, with the endpoint where it is not the vendor's own. */
export function providerName(vendor: string, model: string, endpoint: string, own: string): string {
  const plain = endpoint.replace(/\/+$/, "");
  return plain === own ? `${vendor}/${model}` : `${vendor}/${model}@${plain.replace(/^https?:\/\//, "")}`;
}
