import { LlmError } from "@llm/core";
import type { ErrorFields } from "@llm/core";
import type { Issue } from "./coerce/outcome.ts";

/** Why a text gave no value. */
export type ParseReason =
  /** Nothing in the text looks like the answer. */
  | "no-json"
  /** It is there, but the schema rejects it. */
  | "invalid"
  /** Several values of an enumeration fit alike. */
  | "ambiguous"
  /** It nests deeper than allowed. */
  | "too-deep"
  /** It is longer, or more work, than allowed. */
  | "too-large"
  /** The model declined. */
  | "refusal"
  /** The answer ends before it is complete. */
  | "truncated";

/**
 * A text that gave no valid value: an `LlmError` whose code is `malformed`, `refusal` or `truncated`. The text itself is in
 * `text`, which no log or event shows.
 */
export class StructuredError extends LlmError {
  override readonly name = "StructuredError";
  readonly reason: ParseReason;
  /** What does not fit, where, and what was expected. */
  readonly issues: readonly Issue[];
  /** What the model wrote. Not enumerable: it stays out of logs. */
  declare readonly text: string;
  /** The best value that could be read, incomplete or invalid. Not enumerable. */
  declare readonly value: unknown;

  constructor(
    code: "malformed" | "refusal" | "truncated",
    reason: ParseReason,
    message: string,
    found: { readonly issues?: readonly Issue[]; readonly text: string; readonly value?: unknown },
    fields: ErrorFields = {},
  ) {
    super(code, message, fields);
    this.reason = reason;
    this.issues = found.issues ?? [];
    Object.defineProperty(this, "text", { value: found.text });
    Object.defineProperty(this, "value", { value: found.value });
  }
}
