import { countText } from "../accounting/tokens.ts";
import { sleep } from "../clock.ts";
import { invalid, type Failure } from "../failure.ts";
import type { Json } from "../json.ts";
import type { ModelProfile } from "../model.ts";
import { draw, random } from "../random.ts";
import type { Context } from "../server/context.ts";
import type { Exchange } from "../server/exchange.ts";
import { enter } from "../server/gate.ts";
import { takeRate } from "../server/rate.ts";
import { modelOf } from "../server/pipeline.ts";
import { sendAnswer, sendFailure } from "../server/send.ts";

/** The most inputs a request may hold. */
const MOST_INPUTS = 2_048;

/** One input: text, or the tokens of one. */
type Input = string | readonly number[];

/** The inputs of a request; undefined if they have none of the forms that the API takes. */
function inputsOf(input: unknown): readonly Input[] | undefined {
  if (typeof input === "string") return [input];
  if (!Array.isArray(input) || input.length === 0) return undefined;
  const list: readonly unknown[] = input;
  const tokens = (value: unknown): value is readonly number[] =>
    Array.isArray(value) && value.length > 0 && value.every((token) => Number.isInteger(token));
  if (tokens(list)) return [list];
  return list.every((item): item is Input => typeof item === "string" || tokens(item)) ? list : undefined;
}

/**
 * A unit vector that means the text a little: the sum of a random direction for each of its words, so that texts which
 * share words point the same way. Seeded: the same text gives the same vector.
 */
export function embed(input: Input, dimensions: number, seed: string | number): Float32Array {
  const words =
    typeof input === "string" ? (input.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [input]) : input.map(String);
  const vector = new Float32Array(dimensions);
  for (const word of new Set(words)) {
    const direction = random(seed, "word", word);
    for (let i = 0; i < dimensions; i++) vector[i] = (vector[i] ?? 0) + direction.next() - 0.5;
  }
  const length = Math.hypot(...vector) || 1;
  return vector.map((value) => value / length);
}

function check(body: Json, model: ModelProfile): Failure | undefined {
  const inputs = inputsOf(body["input"]);
  if (body["input"] === undefined)
    return invalid("Missing required parameter: 'input'.", { param: "input", code: "missing_required_parameter" });
  if (!inputs || inputs.some((input) => input.length === 0))
    return invalid("'$.input' is invalid.", { param: "input" });
  if (inputs.length > MOST_INPUTS)
    return invalid(`'$.input' is too long: at most ${MOST_INPUTS} inputs.`, { param: "input" });
  const long = inputs.map(countInputTokens).find((tokens) => tokens > model.context);
  if (long !== undefined)
    return invalid(
      `This model's maximum context length is ${model.context} tokens, however you requested ${long} tokens. Please reduce your prompt.`,
      { code: "context_length_exceeded" },
    );
  const { dimensions, encoding_format } = body;
  if (dimensions !== undefined) {
    if (model.id.includes("ada"))
      return invalid("This model does not support specifying dimensions.", { param: "dimensions" });
    if (!Number.isInteger(dimensions) || Number(dimensions) < 1 || Number(dimensions) > model.dimensions)
      return invalid(`Invalid value for 'dimensions': must be between 1 and ${model.dimensions}.`, {
        param: "dimensions",
      });
  }
  if (encoding_format !== undefined && encoding_format !== "float" && encoding_format !== "base64")
    return invalid("Invalid value for 'encoding_format': must be 'float' or 'base64'.", { param: "encoding_format" });
  return undefined;
}

function countInputTokens(input: Input): number {
  return typeof input === "string" ? countText(input) : input.length;
}

/** `POST /v1/embeddings`: floats, or their bytes in base64 (little-endian), which the SDK asks for by itself. */
export async function embeddings(x: Exchange, context: Context): Promise<void> {
  const body = await enter(x, "openai", context, "openai-embeddings");
  if (!body) return;
  const { settings } = context;
  const model = modelOf(body, "openai", context);
  if (!("id" in model)) return sendFailure(x, "openai", model);
  if (model.kind !== "embedding")
    return sendFailure(x, "openai", {
      kind: "forbidden",
      message: "You are not allowed to generate embeddings from this model",
    });
  const wrong = check(body, model);
  if (wrong) return sendFailure(x, "openai", wrong);
  const latency = settings.latency === "model" ? model.latency : settings.latency;
  await sleep(settings.clock, draw(latency, random(settings.seed, "exchange", x.number)), x.signal);
  const size = Number(body["dimensions"] ?? model.dimensions);
  const inputs = inputsOf(body["input"]) ?? [];
  const tokens = inputs.reduce((sum, input) => sum + countInputTokens(input), 0);
  const limited = takeRate(x, model, tokens, context);
  if (limited) return sendFailure(x, "openai", limited);
  const usage = { prompt_tokens: tokens, total_tokens: tokens };
  x.note.usage = usage;
  return sendAnswer(x, {
    object: "list",
    data: inputs.map((input, index) => {
      const vector = embed(input, size, settings.seed);
      const embedding =
        body["encoding_format"] === "base64" ? Buffer.from(vector.buffer).toString("base64") : [...vector];
      return { object: "embedding", index, embedding };
    }),
    model: body["model"],
    usage,
  });
}
