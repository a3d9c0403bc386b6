import type { LlmError } from "../error.ts";
import { isRecord } from "../json.ts";
import type { Model } from "../provider.ts";
import type { ChatRequest } from "../request.ts";
import type { StreamPart } from "../stream-part.ts";

/** The first line of a recording: whose it is. */
export interface Head {
  readonly recording: 1;
  readonly name: string;
  readonly models: readonly Model[];
}

/** What a recorded error keeps. */
export type RecordedError = Pick<LlmError, "code" | "message"> &
  Partial<Pick<LlmError, "retryAfterMs" | "status" | "vendor" | "model" | "requestId" | "partial">>;

/** A line of a recording: one call. Without `error` and without a `finish` part its reader left. */
export interface Row {
  /** Its place among the calls, by when they began. */
  readonly call: number;
  readonly request: ChatRequest;
  readonly parts: readonly StreamPart[];
  readonly error?: RecordedError;
}

/** What stands in place of a secret. */
const HIDDEN = "***";

/** Names of fields whose text is a secret, whatever it is: HTTP headers and options of clients. */
const SECRET_NAME =
  /^(?:.*[-_])?(?:authorization|cookie|set-cookie|password|passwd|secret|credentials?|api-?_?key|token|auth)$/i;
/** The same names as they are written together. */
const SECRET_CAMEL = /(?:apiKey|authToken|accessToken|refreshToken|clientSecret|secretKey|accessKey)$/i;

/** Texts that are keys by their form: of the model vendors, of clouds and of code hosts. */
const SECRET_TEXT = [
  /\b(?:sk|pk|rk|key|org|proj)-[\w-]{8,}/g,
  /\b(?:Bearer|Basic) +[\w.~+/=-]{8,}/gi,
  /\bAIza[\w-]{20,}/g,
  /\b(?:AKIA|ASIA)[A-Z0-9]{12,}/g,
  /\b(?:ghp|gho|ghs|ghu|github_pat|glpat|xox[abprs]|hf|gsk|xai|pplx|r8)[-_][\w-]{10,}/g,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
] as const;
/** A token of JSON. Each word is looked at once: whether two more follow it, then for its beginning. */
const JSON_TOKEN = /(?<![\w-])(?=[\w-]+\.[\w-]{8,}\.)([\w-]*?\b)eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g;
/** Secret fields of JSON within a text: tool calls as they stream, tool results. */
const JSON_SECRET =
  /(\\?"(?:[\w-]*[-_])?(?:authorization|cookie|password|passwd|secret|credentials?|api-?_?key|token|apiKey|authToken|accessToken|refreshToken|clientSecret|secretKey|accessKey)\\?"\s*:\s*\\?")[^"\\]+/gi;
/** Parameters of URLs that are secrets: keys, tokens, the signatures of clouds. */
const URL_PARAMETER =
  /([?&](?:[\w-]*[-_])?(?:key|apikey|token|sig|signature|secret|password|credential|auth)=)[^&#\s"'\\]+/gi;
/** No scheme is longer; one that might begin anywhere in a long word would be looked for as often. */
const URL_PASSWORD = /([a-z][a-z\d+.-]{0,30}:\/\/)[^/\s:@"]*:[^/\s@"]+@/gi;

/** Takes secrets out of any JSON value. */
export type Redact = <T>(value: T) => T;

/** What takes secrets out: by the names of fields, by their form, and those that are told. */
export function newRedact(secrets: readonly string[]): Redact {
  const known = secrets.filter((secret) => secret !== "");
  const text = (from: string): string => {
    let clean = from;
    for (const secret of known) clean = clean.replaceAll(secret, HIDDEN);
    for (const form of SECRET_TEXT) clean = clean.replace(form, HIDDEN);
    for (const field of [JSON_TOKEN, JSON_SECRET, URL_PARAMETER]) clean = clean.replace(field, `$1${HIDDEN}`);
    return clean.replace(URL_PASSWORD, `$1${HIDDEN}@`);
  };
  const value = (from: unknown): unknown => {
    if (typeof from === "string") return text(from);
    if (Array.isArray(from)) return from.map(value);
    if (!isRecord(from)) return from;
    return Object.fromEntries(
      Object.entries(from).map(([key, field]) => {
        const secret = typeof field === "string" && (SECRET_NAME.test(key) || SECRET_CAMEL.test(key));
        return [text(key), secret ? HIDDEN : value(field)];
      }),
    );
  };
  return <T>(from: T): T => value(from) as T; // the same shape with other texts
}

/** The parts of a stream without secrets, also without those that came in pieces. */
export function redactParts(parts: readonly StreamPart[], redact: Redact): StreamPart[] {
  const texts = new Map<string, string>(); // of whole blocks
  const keyOf = (part: StreamPart): string | undefined => ("delta" in part ? `${part.type} ${part.block}` : undefined);
  for (const part of parts) {
    const key = keyOf(part);
    if (key !== undefined && "delta" in part) texts.set(key, (texts.get(key) ?? "") + part.delta);
  }
  const told = new Set<string>();
  return parts.map((part) => {
    const clean = redact(part);
    const key = keyOf(part);
    const whole = key === undefined ? undefined : texts.get(key);
    if (key === undefined || whole === undefined || !("delta" in clean) || redact(whole) === whole) return clean;
    const delta = told.has(key) ? "" : redact(whole); // a block with a secret comes in one piece
    told.add(key);
    return { ...clean, delta };
  });
}

/** A value as a text that is the same for equal values, whatever the order of their keys. */
export function keyOf(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(keyOf).join()}]`;
  if (!isRecord(value)) return JSON.stringify(value ?? null);
  const fields = Object.entries(value).filter(([, field]) => field !== undefined);
  return `{${fields
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, field]) => `${JSON.stringify(name)}:${keyOf(field)}`)
    .join()}}`;
}
