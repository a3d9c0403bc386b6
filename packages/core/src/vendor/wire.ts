import type { Wire } from "../leaf.ts";
import type { Model } from "../provider.ts";
import type { ChatRequest, OutputMode } from "../request.ts";
import type { StreamPart } from "../stream-part.ts";
import { toLlmError, type Origin } from "./api-error.ts";
import { rateLimits } from "./headers.ts";
import { outputUsed } from "./output.ts";
import type { Frame, Reader } from "./reader.ts";
import type { Warnings } from "./warnings.ts";

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

/** What an SDK answers: its stream of events or the whole message, and the HTTP response that brought it. */
interface Answer {
  readonly data: unknown;
  readonly response: Response;
}

/** One vendor's way to ask. */
export interface Dialect<Body> {
  /** The key of `output.dialects`. */
  readonly name: string;
  /** The response header with the vendor's id of the request. */
  readonly requestIdHeader: string;
  readonly prepare: (request: ChatRequest) => Prepared<Body>;
  readonly send: (body: Body, settings: Settings, whole: boolean) => Promise<Answer>;
  readonly reader: (frame: Frame) => Reader;
}

/** An hour: the SDKs' own limit, which covers no more than the headers, must not strike before the caller's deadline. */
const SDK_TIMEOUT_MS = 3_600_000;

const isStream = (data: unknown): data is AsyncIterable<unknown> =>
  typeof data === "object" && data !== null && Symbol.asyncIterator in data;

/** One upstream request by way of a vendor's SDK: its raw request and its raw stream. */
export function sdkWire<Body>(
  to: Model,
  origin: Origin,
  request: ChatRequest,
  whole: boolean,
  dialect: Dialect<Body>,
): Wire<unknown> {
  let prepared: Prepared<Body> | undefined;
  let reader: Reader | undefined; // once the headers are there
  const open = async (signal: AbortSignal): Promise<AsyncIterator<unknown> | readonly StreamPart[]> => {
    const { body, headers, warnings, output, outputTool } = (prepared ??= dialect.prepare(request));
    const settings: Settings = { signal, maxRetries: 0, timeout: SDK_TIMEOUT_MS, ...(headers && { headers }) };
    const { data, response } = await dialect.send(body, settings, whole);
    const limits = rateLimits(response.headers);
    const requestId = response.headers.get(dialect.requestIdHeader);
    const used = outputUsed(request, output, dialect.name);
    reader = dialect.reader({
      vendor: to.vendor,
      model: to.model,
      outputTool,
      start: {
        ...(requestId !== null && { requestId }),
        ...(used && { output: used }),
        ...(warnings.all.length > 0 && { warnings: warnings.all }),
        ...(limits.length > 0 && { rateLimits: limits }),
      },
    });
    return !whole && isStream(data) ? data[Symbol.asyncIterator]() : reader.message(data);
  };
  return {
    prepare: () => void (prepared = dialect.prepare(request)),
    open,
    read: (event, push) => reader?.event(event, push),
    end: (push) => reader?.end?.(push),
    toError: (error) => toLlmError(error, origin),
  };
}

/** A provider's name: vendor and model, with the endpoint where it is not the vendor's own. */
export function providerName(vendor: string, model: string, endpoint: string, own: string): string {
  const plain = endpoint.replace(/\/+$/, "");
  return plain === own ? `${vendor}/${model}` : `${vendor}/${model}@${plain.replace(/^https?:\/\//, "")}`;
}
