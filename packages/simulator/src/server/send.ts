import { anthropicError } from "../anthropic/error.ts";
import type { Failure } from "../failure.ts";
import type { FaultRule } from "../fault/rule.ts";
import { wholeSteps } from "../fault/step.ts";
import { beginning } from "../journal.ts";
import { isObject, type Json } from "../json.ts";
import type { Vendor } from "../model.ts";
import { openaiError } from "../openai/error.ts";
import { runSteps } from "./deliver.ts";
import { readBody, type Exchange } from "./exchange.ts";

/** The most characters of a request that the journal keeps, and of why it failed. */
const LARGEST_NOTE = 65_536;
const LARGEST_REASON = 1_024;

/** Answers with a JSON body. */
export function sendJson(
  x: Exchange,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  const text = JSON.stringify(body);
  x.note.status = status;
  x.note.bytes = Buffer.byteLength(text);
  x.res.writeHead(status, {
    ...headers,
    "content-type": "application/json",
    "content-length": String(x.note.bytes),
  });
  x.res.end(text);
}

/** Answers with a JSON body that a fault may hit. */
export async function sendAnswer(x: Exchange, body: unknown): Promise<void> {
  if (!x.bodyFault) return sendJson(x, 200, body);
  const { rule, clock } = x.bodyFault;
  const text = JSON.stringify(body);
  x.note.status = 200;
  x.note.outcome = "fault";
  x.res.writeHead(200, wholeHeaders(text, rule));
  await runSteps(x, wholeSteps(text, rule), { clock, latency: 0, tokensPerSecond: Infinity });
}

/** The headers of a whole body. A cut one must miss bytes that were promised; any other fault leaves the length open. */
export function wholeHeaders(text: string, fault: FaultRule | undefined): Readonly<Record<string, string>> {
  const length = fault && fault.fault !== "cut" ? {} : { "content-length": String(Buffer.byteLength(text)) };
  return { "content-type": "application/json", ...length };
}

/** Answers with an error in the vendor's envelope. */
export function sendFailure(x: Exchange, vendor: Vendor, failure: Failure): void {
  const { status, body } = vendor === "anthropic" ? anthropicError(failure, x.requestId) : openaiError(failure);
  x.note.reason ??= beginning(failure.message, LARGEST_REASON);
  sendJson(x, status, body, failure.headers);
}

/** The body of a request as a JSON object, or why it is none. */
export async function readJson(x: Exchange): Promise<Json | Failure> {
  const text = await readBody(x.req);
  if (text === undefined) return { kind: "too-large", message: "Request exceeds the maximum size" };
  try {
    // Some calls have nothing to say and send no body.
    const body: unknown = text === "" ? {} : JSON.parse(text);
    x.note.request = text.length <= LARGEST_NOTE ? body : beginning(text, LARGEST_NOTE);
    if (isObject(body)) return body;
  } catch {
    x.note.request = beginning(text, LARGEST_NOTE);
  }
  return { kind: "invalid", message: "The request body is not valid JSON" };
}

/** Tells a failure from a body. */
export function isFailure(value: Json | Failure): value is Failure {
  return (
    typeof value["kind" as keyof typeof value] === "string" &&
    typeof value["message" as keyof typeof value] === "string"
  );
}

/** Who a vendor's headers say the answer is from; the ids that the SDKs read. */
export function setVendorHeaders(x: Exchange, vendor: Vendor, clockNow: number): void {
  if (vendor === "anthropic") {
    x.res.setHeader("request-id", x.requestId);
    x.res.setHeader("anthropic-organization-id", "00000000-0000-4000-8000-000000000000");
  } else {
    x.res.setHeader("x-request-id", x.requestId);
    x.res.setHeader("openai-version", "2020-10-01");
    x.res.setHeader("openai-organization", "org-000000000000000000000000");
  }
  x.res.setHeader("date", new Date(clockNow).toUTCString());
}
