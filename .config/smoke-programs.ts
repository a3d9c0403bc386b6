/* What `pnpm smoke` runs, as users of the packages would write it. */

/** A program that uses several packages together and fails where they do not do what they say. */
export const PROGRAM = `
import { compose, generate, isLlmError, LlmError, retry, streamText } from "@llm/core";
import { fromAiSdk, toAiSdk } from "@llm/core/ai-sdk";
import { mock, record, replayFrom } from "@llm/core/testing";
import { breaker } from "@llm/breaker";
import { cache } from "@llm/cache";
import { CostTracker } from "@llm/cost";

const must = (condition, what) => { if (!condition) throw new Error(what); };
const upstream = mock(new LlmError("overloaded", "busy"), "A breaker opens when calls fail.");
const costs = new CostTracker();
const events = [];
const llm = compose(upstream, cache(), retry({ baseDelay: 0 }), breaker(), costs.middleware());
let text = "";
for await (const piece of streamText(llm, "Hi", { onEvent: (event) => events.push(event.type) })) text += piece;
must(text === "A breaker opens when calls fail.", "streamText: " + text);
must(events.includes("retry.waiting"), "no retry: " + events.join());
must((await generate(llm, "Hi")).text === text && upstream.calls.length === 2, "the cache asked again");
const lines = [];
const recorder = record((line) => void lines.push(line));
await generate(compose(mock("recorded"), recorder), "Hi");
await recorder.flush();
must((await generate(await replayFrom(lines), "Hi")).text === "recorded", "replay");
must((await generate(fromAiSdk(toAiSdk(mock("bridged"))), "Hi")).text === "bridged", "bridge");
const error = await generate(mock(new LlmError("auth", "no key")), "Hi").catch((caught) => caught);
must(isLlmError(error, "auth"), "no LlmError: " + error);
`;

/** Every adapter on both of its wires, with whatever versions of its peers are there. */
export const ADAPTERS = `
import { collect, compose, countTokens, generate, isLlmError, newCall, toRequest } from "@llm/core";
import { anthropic } from "@llm/core/anthropic";
import { openai } from "@llm/core/openai";
import { openaiChat } from "@llm/core/openai-chat";
import { openaiEmbedder } from "@llm/core/openai-embeddings";
import { pooledFetch } from "@llm/core/node";
import { telemetry } from "@llm/core/otel";
import { createSimulator } from "@llm/simulator";

const must = (condition, what) => { if (!condition) throw new Error(what); };
const simulator = createSimulator({ seed: 1 });
const { url } = await simulator.listen();
const pool = pooledFetch();
try {
  for (const fetch of [undefined, pool]) {
    const own = { apiKey: "any", ...(fetch && { fetch }) };
    const there = { ...own, baseURL: url + "/v1" };
    const claude = anthropic("claude-sonnet-5-5", { ...own, baseURL: url });
    for (const leaf of [claude, openai("gpt-6.1-terra", there), openaiChat("gpt-6.1-terra", there)]) {
      const provider = compose(leaf, telemetry());
      for (const whole of [true, false]) {
        const { text, finish, usage } = await collect(provider.stream(toRequest("Hi"), newCall({ whole })));
        must(text !== "" && finish === "stop" && usage.output > 0, leaf.name + " " + whole);
      }
      must((await countTokens(provider, "Hi there")) > 0, "no count");
      simulator.faults.add({ fault: "rate-limit", retryAfter: 3 });
      const error = await generate(provider, "Hi").catch((caught) => caught);
      must(isLlmError(error, "rate-limit") && error.retryAfterMs === 3000, leaf.name + ": " + error);
      simulator.faults.clear();
    }
    const { vectors } = await openaiEmbedder("text-embedding-3-small", there).embed({ texts: ["a", "b"] });
    must(vectors.length === 2, "no vectors");
  }
} finally {
  await simulator.close();
  await pool.close();
}
`;

/** A program without modules. */
export const COMMONJS = `
const { compose, generate, retry } = require("@llm/core");
const { mock } = require("@llm/core/testing");
const { cache } = require("@llm/cache");
generate(compose(mock("required"), cache(), retry()), "Hi").then(({ text }) => {
  if (text !== "required") throw new Error(text);
});
`;

/** What a user writes, with what must not compile marked. */
export const TYPED = `
import { compose, emit, generate, newCall, streamText, type ChatResult, type Event, type Middleware, type Provider } from "@llm/core";
import { anthropic } from "@llm/core/anthropic";
import { openai } from "@llm/core/openai";
import { fromAiSdk, toAiSdk, type AiSdkModel } from "@llm/core/ai-sdk";
import { telemetry } from "@llm/core/otel";
import { mock } from "@llm/core/testing";
import { breaker } from "@llm/breaker";
import { cache } from "@llm/cache";
import { CostTracker } from "@llm/cost";

declare module "@llm/core" {
  interface Events {
    "mine.happened": { readonly times: number };
  }
}

const costs = new CostTracker();
const mine: Middleware = (inner) => ({ ...inner, name: "mine" });
const provider: Provider = compose(mock("Hi"), cache({ ttl: "1h" }), mine, breaker(), telemetry(), costs.middleware());
export const result: Promise<ChatResult> = generate(provider, "Hi");
export const text: AsyncIterable<string> = streamText(provider, { messages: [{ role: "user", content: "Hi" }] });
export const model: AiSdkModel = toAiSdk(anthropic("claude-opus-5-5", { apiKey: "k" }));
export const back: Provider = fromAiSdk(model);
export const gpt: Provider = openai("gpt-6.1-sol", { apiKey: "k" });

export const listener = (event: Event): number => {
  if (event.type === "mine.happened") return event.times;
  if (event.type === "api.response") return event.usage.input;
  if (event.type === "cache.hit") return event.at;
  return 0;
};
emit(newCall(), "mine.happened", { times: 1 });
// @ts-expect-error of the event's type
emit(newCall(), "mine.happened", { times: "one" });
// @ts-expect-error no such event
emit(newCall(), "mine.never", {});
// @ts-expect-error a result is no text, and nothing here is any
export const wrong: number = generate(provider, "Hi");
// @ts-expect-error no such role
void generate(provider, { messages: [{ role: "nobody", content: "Hi" }] });
`;
