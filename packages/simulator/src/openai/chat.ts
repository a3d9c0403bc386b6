import type { Answer, Finish } from "../answer.ts";
import { written, type Bill } from "../accounting/bill.ts";
import { countText } from "../accounting/tokens.ts";
import type { Frame } from "../frame.ts";
import { slices } from "../generate/characters.ts";
import { pieces } from "../generate/text.ts";
import { objectOf, objectsOf, textOf, type Json } from "../json.ts";
import type { Random } from "../random.ts";

/** What a completion is built with besides its answers. */
export interface CompletionContext {
  readonly model: string;
  /** Unix seconds. */
  readonly created: number;
  readonly tier: string;
  /** Whether each token's probability was asked for, and how many others. */
  readonly logprobs?: number;
  readonly random: Random;
}

const FINISH: Readonly<Record<Finish, string>> = {
  stop: "stop",
  length: "length",
  "stop-sequence": "stop",
  refusal: "stop",
  "content-filter": "content_filter",
  pause: "stop",
  context: "length",
  failed: "stop",
};

/** The usage object of a completion. */
export function completionUsage(bill: Bill): Json {
  return {
    prompt_tokens: bill.input,
    completion_tokens: bill.output,
    total_tokens: bill.input + bill.output,
    prompt_tokens_details: { cached_tokens: bill.cacheRead, cache_write_tokens: written(bill), audio_tokens: 0 },
    completion_tokens_details: {
      reasoning_tokens: bill.reasoning,
      audio_tokens: 0,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
  };
}

function logprob(token: string, others: number, random: Random): Json {
  const of = (text: string, value: number): Json => ({ token: text, logprob: value, bytes: [...Buffer.from(text)] });
  const own = Math.log(0.5 + random.next() / 2);
  const top = Array.from({ length: others }, (_, i) => (i === 0 ? of(token, own) : of(` ${random.token(3)}`, own - i)));
  return { ...of(token, own), top_logprobs: top };
}

function choice(answer: Answer, index: number, context: CompletionContext): Json {
  const { random } = context;
  const message: Json = { role: "assistant", content: null, refusal: null, annotations: [] };
  const calls: Json[] = [];
  const annotations: Json[] = [];
  let text = "";
  let seen = false;
  for (const part of answer.parts) {
    if (part.type === "text") {
      for (const { title, url } of part.citations ?? [])
        annotations.push({
          type: "url_citation",
          url_citation: { start_index: text.length, end_index: text.length + part.text.length, title, url },
        });
      text += part.text;
      seen = true;
    } else if (part.type === "refusal") message["refusal"] = part.text;
    else if (part.type === "tool-call")
      calls.push({
        id: part.id ?? `call_${random.token(24)}`,
        type: "function",
        function: { name: part.name, arguments: JSON.stringify(part.input) },
      });
    else if (part.type === "native") Object.assign(message, part.value);
  }
  if (seen) message["content"] = text;
  if (calls.length > 0) message["tool_calls"] = calls;
  if (annotations.length > 0) message["annotations"] = annotations;
  const natural = answer.finish === undefined || answer.finish === "stop";
  const others = context.logprobs;
  return {
    index,
    message,
    logprobs:
      others === undefined || !seen
        ? null
        : { content: pieces(text, random).map((piece) => logprob(piece, others, random)), refusal: null },
    finish_reason: natural && Array.isArray(message["tool_calls"]) ? "tool_calls" : FINISH[answer.finish ?? "stop"],
  };
}

/** A whole answer as Chat Completions sends it; several answers where `n` asked for them. */
export function completion(answers: readonly Answer[], bill: Bill, context: CompletionContext): Json {
  return {
    id: `chatcmpl-${context.random.token(29)}`,
    object: "chat.completion",
    created: context.created,
    model: context.model,
    choices: answers.map((answer, index) => choice(answer, index, context)),
    usage: completionUsage(bill),
    service_tier: context.tier,
    system_fingerprint: `fp_${context.random.token(10, "0123456789abcdef")}`,
  };
}

/** The deltas of a message: text in pieces, tool calls with their name first and then their arguments. */
function* deltas(message: Json, random: Random): Generator<readonly [Json, number]> {
  // Fields that compatible servers add (`reasoning_content`) come in pieces too, before the text.
  const extra = Object.keys(message).filter(
    (key) => !["role", "content", "refusal", "tool_calls", "annotations"].includes(key),
  );
  for (const key of [...extra, "content", "refusal"]) {
    const value = message[key];
    if (typeof value === "string")
      for (const piece of pieces(value, random)) yield [{ [key]: piece }, countText(piece)];
    else if (extra.includes(key) && value !== null) yield [{ [key]: value }, 0];
  }
  for (const [index, call] of objectsOf(message["tool_calls"]).entries()) {
    const fn = objectOf(call["function"]);
    yield [{ tool_calls: [{ index, ...call, function: { ...fn, arguments: "" } }] }, countText(textOf(fn["name"]))];
    for (const part of slices(textOf(fn["arguments"]), 3, 16, random))
      yield [{ tool_calls: [{ index, function: { arguments: part } }] }, countText(part)];
  }
  if (objectsOf(message["annotations"]).length > 0) yield [{ annotations: message["annotations"] }, 0];
}

/** How a stream of chunks is sent. */
export interface ChunkOptions {
  /** Whether a last chunk without choices brings the usage. */
  readonly usage: boolean;
  readonly random: Random;
}

/** The chunks that bring a completion, `[DONE]` included; folded again they give the same completion. */
export function* completionChunks(completion: Json, options: ChunkOptions): Generator<Frame> {
  const { choices, usage, ...envelope } = completion;
  const chunk = (body: Json, tokens = 0, terminal = false): Frame => ({
    data: {
      ...envelope,
      object: "chat.completion.chunk",
      ...body,
      ...(options.usage && !("usage" in body) && { usage: null }),
    },
    tokens,
    ...(terminal && { terminal }),
  });
  const list = objectsOf(choices);
  for (const [n, one] of list.entries()) {
    const index = one["index"] ?? n;
    const message = objectOf(one["message"]);
    const logprobs = objectsOf(objectOf(one["logprobs"])["content"]);
    const asked = one["logprobs"] !== null && one["logprobs"] !== undefined;
    const make = (delta: Json, tokens: number, finish: unknown = null, probabilities: unknown = null): Frame =>
      chunk({ choices: [{ index, delta, logprobs: probabilities, finish_reason: finish }] }, tokens);
    yield make({ role: "assistant", content: message["content"] === null ? null : "", refusal: null }, 0);
    if (asked) {
      for (const probability of logprobs)
        yield make({ content: probability["token"] }, countText(textOf(probability["token"])), null, {
          content: [probability],
          refusal: null,
        });
      const { content: _, ...others } = message;
      for (const [delta, tokens] of deltas(others, options.random)) yield make(delta, tokens);
    } else for (const [delta, tokens] of deltas(message, options.random)) yield make(delta, tokens);
    const last = make({}, 0, one["finish_reason"]);
    yield !options.usage && n === list.length - 1 ? { ...last, terminal: true } : last;
  }
  if (options.usage) yield chunk({ choices: [], usage }, 0, true);
  yield { data: "[DONE]", tokens: 0 };
}
