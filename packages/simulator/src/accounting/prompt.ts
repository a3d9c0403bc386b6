import type { Question } from "../answer.ts";
import { canonical, isObject, objectsOf, textOf, type Json } from "../json.ts";
import type { CacheTtl } from "./bill.ts";
import { countValue } from "./tokens.ts";

/** What every request counts beside its parts. */
const PER_REQUEST = 3;
/** What every message and every tool counts beside its content. */
const PER_MESSAGE = 4;

/** One piece of a prompt, in the order in which the model reads it. */
export interface Block {
  readonly text: string;
  readonly tokens: number;
  /** Set where a cached prefix shall end. */
  readonly marker?: CacheTtl;
}

/** How long a marked prefix is kept. */
function markerOf(part: Json): CacheTtl | undefined {
  const control = part["cache_control"];
  if (isObject(control)) return control["ttl"] === "1h" ? "1h" : "5m";
  const breakpoint = part["prompt_cache_breakpoint"];
  if (isObject(breakpoint)) return breakpoint["ttl"] === "12h" ? "12h" : "30m";
  return undefined;
}

function block(part: unknown, role: string, extra: number): Block {
  const { cache_control: _, prompt_cache_breakpoint: _b, ...rest } = isObject(part) ? part : {};
  const marker = isObject(part) ? markerOf(part) : undefined;
  return {
    text: `${role}\u0000${canonical(isObject(part) ? rest : part)}`,
    tokens: countValue(part) + extra,
    ...(marker && { marker }),
  };
}

/** The content of a message as blocks; what else it says (tool calls) is one more. */
function messageBlocks(message: Json): readonly Block[] {
  const { role, content, ...rest } = message;
  const name = textOf(role ?? message["type"]);
  const list = Array.isArray(content) ? content : content === undefined || content === null ? [] : [content];
  const blocks = list.map((part: unknown, index) => block(part, name, index === 0 ? PER_MESSAGE : 0));
  const tokens = countValue(rest);
  return tokens > 0 ? [...blocks, block(rest, name, blocks.length === 0 ? PER_MESSAGE : 0)] : blocks;
}

/** The blocks of a prompt: tools, output schema, system, messages. `history` is what a response builds on. */
export function promptBlocks(question: Question, history: readonly Json[] = []): readonly Block[] {
  const { body } = question;
  const list = (value: unknown): readonly unknown[] =>
    Array.isArray(value) ? value : value === undefined || value === null ? [] : [value];
  const blocks = [
    ...objectsOf(body["tools"]).map((tool) => block(tool, "tool", PER_MESSAGE)),
    ...(question.schema === undefined ? [] : [block(question.schema, "schema", PER_MESSAGE)]),
    ...list(body["system"] ?? body["instructions"]).map((part) => block(part, "system", PER_MESSAGE)),
    ...[...history, ...list(body["messages"] ?? body["input"])].flatMap((one) =>
      messageBlocks(isObject(one) ? one : { role: "user", content: one }),
    ),
  ];
  // A marker on the request stands for one on its last block.
  const marker = markerOf(body);
  const last = blocks.at(-1);
  if (marker && last && !last.marker) blocks[blocks.length - 1] = { ...last, marker };
  return blocks;
}

/** Input tokens of a prompt. */
export function countBlocks(blocks: readonly Block[]): number {
  return blocks.reduce((sum, { tokens }) => sum + tokens, PER_REQUEST);
}
