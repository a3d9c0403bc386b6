import type { Question, Wire } from "../answer.ts";
import { shown } from "../json.ts";

/**
 * What can go wrong.
 *
 * Answers: `rate-limit` (429), `quota` (429 that no waiting helps), `overloaded` (529; OpenAI 503), `server-error` (500),
 * `unavailable` (503), `timeout` (504), `html` (a proxy's page), `empty-body`.
 * Connections: `refuse` (nobody listens), `reset` (RST instead of an answer), `slow-headers`, `endless-headers` (header
 * lines that never stop), `hang` (never an answer).
 * Bodies: `stall` (silence in the middle), `cut` (connection destroyed), `end` (a clean end too early), `error-event`,
 * `malformed-event`, `invalid-utf8`, `duplicate-start`, `unknown-event`, `giant-line`.
 */
export type FaultName =
  | "rate-limit"
  | "quota"
  | "overloaded"
  | "server-error"
  | "unavailable"
  | "timeout"
  | "html"
  | "empty-body"
  | "refuse"
  | "reset"
  | "slow-headers"
  | "endless-headers"
  | "hang"
  | "stall"
  | "cut"
  | "end"
  | "error-event"
  | "malformed-event"
  | "invalid-utf8"
  | "duplicate-start"
  | "unknown-event"
  | "giant-line";

/** How a 429 says when to come back: seconds, an HTTP date, milliseconds (`retry-after-ms`), reset headers alone, or not at all. */
export type RetryAfterForm = "seconds" | "date" | "ms" | "reset" | "none";

/** A fault, when it happens and how. Everything but `fault` may be left out: then it happens to every request. */
export interface FaultRule {
  readonly fault: FaultName;

  /** Only to requests for this model. */
  readonly model?: string;
  /** Only on this wire. */
  readonly wire?: Wire | "openai-embeddings";
  /** Only to paths that start so. */
  readonly path?: string;
  /** Only to streamed (or only to whole) answers. */
  readonly stream?: boolean;
  /** Only where the last user message holds this text. */
  readonly text?: string;
  /** Only where this function says so (not over HTTP). */
  readonly match?: (question: Question) => boolean;
  /** Only with this probability, 0 to 1, by the simulator's seed. */
  readonly probability?: number;
  /** Lets that many matching requests pass first. */
  readonly after?: number;
  /** Then hits each n-th of them. */
  readonly every?: number;
  /** Ends after that many hits. */
  readonly times?: number;
  /** Only from this many milliseconds after `listen()` on. */
  readonly from?: number;
  /** Only before this many milliseconds after `listen()`. */
  readonly until?: number;

  /** Answers with an error: seconds until a retry makes sense. Default 1 for `rate-limit`, else not said. */
  readonly retryAfter?: number;
  /** How `retryAfter` is said. Default `seconds`. */
  readonly form?: RetryAfterForm;
  /** `rate-limit`: which bucket the reset headers and OpenAI's error type name. Default `requests`. */
  readonly scope?: "requests" | "tokens";
  /** Sends `x-should-retry`, which the SDKs obey before everything else. */
  readonly shouldRetry?: boolean;
  /** `html`, `empty-body`: the status. Default 502 and 200. */
  readonly status?: number;
  /** The message of an error. */
  readonly message?: string;
  /** The vendor's error code (`error.code`; Anthropic: `error.details.error_code`). */
  readonly code?: string;
  /** Body faults: before which event, counted from 0. Default: in the middle. */
  readonly at?: number;
  /** `cut`, `end`, `stall`, `invalid-utf8`: after that many bytes of the body, wherever this falls. */
  readonly atByte?: number;
  /** `slow-headers`, `stall`: for how many milliseconds. Default 1000 for `slow-headers`, for ever for `stall`. `refuse`: counted from when the rule came or from `from`; else until it is removed. */
  readonly for?: number;
  /** `giant-line`: length in bytes, at most 64 MiB. Default 1 MiB. `endless-headers`: milliseconds between two lines. Default 10. */
  readonly size?: number;
}

/** The faults that change the body; the others answer in its place. */
export const BODY_FAULTS: ReadonlySet<FaultName> = new Set([
  "stall",
  "cut",
  "end",
  "error-event",
  "malformed-event",
  "invalid-utf8",
  "duplicate-start",
  "unknown-event",
  "giant-line",
]);

/** Faults that only a stream can have. */
export const STREAM_FAULTS: ReadonlySet<FaultName> = new Set(["error-event", "duplicate-start", "unknown-event"]);

const NAMES: ReadonlySet<string> = new Set([
  ...BODY_FAULTS,
  "rate-limit",
  "quota",
  "overloaded",
  "server-error",
  "unavailable",
  "timeout",
  "html",
  "empty-body",
  "refuse",
  "reset",
  "slow-headers",
  "endless-headers",
  "hang",
]);

/** The longest line that is made, in bytes. */
const LARGEST = 67_108_864;

type Check = (value: unknown) => boolean;

const whole: Check = (value) => Number.isInteger(value) && Number(value) >= 0;
const positive: Check = (value) => Number.isInteger(value) && Number(value) >= 1;
const amount: Check = (value) => typeof value === "number" && value >= 0;
const text: Check = (value) => typeof value === "string";
const flag: Check = (value) => typeof value === "boolean";
const oneOf =
  (...values: readonly string[]): Check =>
  (value) =>
    values.includes(String(value));

const FIELDS: Readonly<Record<string, readonly [Check, string]>> = {
  model: [text, "a text"],
  wire: [oneOf("anthropic", "openai-chat", "openai-responses", "openai-embeddings"), "a wire"],
  path: [text, "a text"],
  stream: [flag, "true or false"],
  text: [text, "a text"],
  match: [(value) => typeof value === "function", "a function"],
  probability: [(value) => amount(value) && Number(value) <= 1, "between 0 and 1"],
  after: [whole, "a whole number ≥ 0"],
  every: [positive, "a whole number ≥ 1"],
  times: [positive, "a whole number ≥ 1"],
  from: [amount, "milliseconds ≥ 0"],
  until: [amount, "milliseconds ≥ 0"],
  retryAfter: [amount, "seconds ≥ 0"],
  form: [oneOf("seconds", "date", "ms", "reset", "none"), "seconds, date, ms, reset or none"],
  scope: [oneOf("requests", "tokens"), "requests or tokens"],
  shouldRetry: [flag, "true or false"],
  status: [(value) => positive(value) && Number(value) >= 200 && Number(value) <= 599, "between 200 and 599"],
  message: [text, "a text"],
  code: [text, "a text"],
  at: [whole, "a whole number ≥ 0"],
  atByte: [whole, "a whole number ≥ 0"],
  for: [amount, "milliseconds ≥ 0"],
  size: [(value) => positive(value) && Number(value) <= LARGEST, `a whole number from 1 to ${LARGEST}`],
};

/** The body faults that can fall anywhere; the others need an event. */
const AT_BYTE: readonly string[] = ["cut", "end", "stall", "invalid-utf8"];

/** Fields that look at a request, which `refuse` never sees. */
const PER_REQUEST = ["model", "wire", "path", "stream", "text", "match", "probability", "after", "every", "times"];

/** @throws TypeError that names what is wrong with a rule */
export function checkRule(rule: unknown, option: string): FaultRule {
  if (typeof rule !== "object" || rule === null) throw new TypeError(`${option} must be an object with a fault`);
  const fields = rule as Readonly<Record<string, unknown>>;
  const { fault } = fields;
  if (typeof fault !== "string" || !NAMES.has(fault))
    throw new TypeError(`${option}.fault must be one of ${[...NAMES].join(", ")}, not ${JSON.stringify(fault)}`);
  for (const [name, value] of Object.entries(fields)) {
    if (name === "fault" || value === undefined) continue;
    const field = FIELDS[name];
    if (!field)
      throw new TypeError(`${option}.${name} is no field of a fault; there are ${Object.keys(FIELDS).join(", ")}`);
    if (!field[0](value)) throw new TypeError(`${option}.${name} must be ${field[1]}, not ${shown(value)}`);
    if (name === "atByte" && !AT_BYTE.includes(fault))
      throw new TypeError(`${option}.atByte is for ${AT_BYTE.join(", ")}, not for ${fault}`);
    if (fault === "refuse" && PER_REQUEST.includes(name))
      throw new TypeError(`${option}.${name} cannot steer refuse, which happens before there is a request`);
  }
  return rule as FaultRule;
}
