import type { ChatResult, FinishReason, LlmError, OutputMode, Usage } from "@llm/core";
import { addUsage, withPartial } from "@llm/core";
import { StructuredError } from "./error.ts";
import type { Parser } from "./parser.ts";
import type { Repair } from "./reader/node.ts";

/** An object and how it came about. */
export interface ObjectResult<Out> {
  readonly object: Out;
  /** How the schema reached the model; undefined when the provider does not say. */
  readonly mode: OutputMode | undefined;
  /** What was mended in the answer. */
  readonly repairs: readonly Repair[];
  /** How often the model was asked. */
  readonly attempts: number;
  /** Of all attempts together. */
  readonly usage: Usage;
  /** The answer that held the object; its `usage` is its own. */
  readonly result: ChatResult;
}

const DECLINED: ReadonlySet<FinishReason> = new Set(["refusal", "content-filter"]);
const CUT: ReadonlySet<FinishReason> = new Set(["length", "context-length", "pause"]);

/**
 * The object of an answer that has ended, of which the parser has all the text; with the usage so far. Throws a
 * StructuredError that tells what kept it from being one: how it ended counts, whatever its text holds.
 */
export async function endAnswer<Out>(
  result: ChatResult,
  parser: Parser<Out>,
  attempts: number,
  usage: Usage,
): Promise<ObjectResult<Out>> {
  const { finish, text, vendor, model, output } = result;
  const ended = (reason: "refusal" | "truncated", message: string): StructuredError =>
    new StructuredError(reason, reason, message, { text, value: parser.partial() }, { vendor, model });
  if (DECLINED.has(finish)) throw ended("refusal", "the model declined to answer");
  const cut = "the answer ends before it is complete";
  if (CUT.has(finish)) throw ended("truncated", cut);
  const { value, repairs } = await parser.endAsync();
  // a vendor may end an answer for a reason that nobody knows yet: what has no end of its own might have gone on
  const open = typeof value !== "object" && !/["'`\]}]$/.test(text.trimEnd());
  if (finish === "other" && (open || repairs.some(({ kind }) => kind === "missing-closer")))
    throw ended("truncated", cut);
  return { object: value, mode: output?.mode, repairs, attempts, usage, result };
}

/** A copy of a provider's error that carries what had arrived, and the usage of the attempts before it too. */
export function withEarlier(error: LlmError, earlier: Usage | undefined, arrived: Partial<ChatResult> = {}): LlmError {
  if (!earlier) return withPartial(error, arrived);
  const partial = { ...arrived, ...error.partial };
  const bare = Object.create(Object.getPrototypeOf(error) as object, {
    ...Object.getOwnPropertyDescriptors(error),
    partial: { value: undefined },
  }) as LlmError; // the same prototype and properties: the same class
  return withPartial(bare, { ...partial, usage: partial.usage ? addUsage(earlier, partial.usage) : earlier });
}
