import { describe, expect, test } from "vitest";
import { amend, type Call } from "../call.ts";
import { compose, layer, wrap } from "../compose.ts";
import { fallback } from "../fallback.ts";
import { observe } from "../observe.ts";
import { emit } from "../event.ts";
import type { Provider } from "../provider.ts";
import { retry } from "../retry.ts";
import type { StreamPart } from "../stream-part.ts";
import { timeout } from "../timeout.ts";
import { LlmError } from "../error.ts";
import { conformance, faults, mock } from "./index.ts";

const answer = {
  reasoning: "Let me think.",
  text: "A breaker opens when calls fail.",
  toolCalls: [{ name: "look", input: { at: 1 } }],
};

const providers: Record<string, () => Provider> = {
  mock: () => mock(answer),
  retry: () => compose(mock(answer), retry()),
  timeout: () => compose(mock(answer), timeout()),
  observe: () =>
    compose(
      mock(answer),
      observe(() => {}),
    ),
  fallback: () => fallback(mock(answer), mock("another")),
  stack: () =>
    compose(
      fallback(compose(mock(answer), retry()), mock("another")),
      observe(() => {}),
      timeout(),
      retry(),
    ),
};

for (const [name, make] of Object.entries(providers))
  describe(name, () => {
    for (const check of conformance(make)) test(check.name, check.run);
  });

const failing = async (make: () => Provider): Promise<string[]> => {
  const failed: string[] = [];
  for (const { name, run } of conformance(make)) await run().catch(() => failed.push(name));
  return failed;
};

test("a provider that breaks a law fails its check", async () => {
  expect(await failing(() => mock(answer))).toEqual([]);
  expect(
    await failing(() =>
      compose(mock(answer), faults(...Array.from({ length: 9 }, () => ({ after: 2, cut: true }) as const))),
    ),
  ).toContain("start comes first and finish last, once each");
  expect(await failing(() => mock(new LlmError("server", "always")))).toContain("the request is left as it was");
});

describe("a provider that breaks one law", () => {
  /** The mock with its parts changed, some left out or more of them. */
  const changed = (change: (part: StreamPart, call: Call) => Iterable<StreamPart>): Provider =>
    wrap(mock(answer), {
      stream: async function* (request, call) {
        for await (const part of mock(answer).stream(request, call)) yield* change(part, call);
      },
    });
  /** The mock, asked with another call than the caller's. */
  const asked = (change: (call: Call) => Call): Provider =>
    compose(
      mock(answer),
      layer((request, call, inner) => inner.stream(request, change(call))),
    );
  function* forEver(part: StreamPart): Iterable<StreamPart> {
    do yield part;
    while (part.type === "finish");
  }
  const dishonest = { input: 1_000, cacheRead: 0, cacheWrite: 0, output: 1_000, reasoning: 0 };

  const broken: Record<string, readonly [check: string, make: () => Provider]> = {
    "never ends": ["a stream that has ended stays ended", () => changed(forEver)],
    "has no name": ["it names itself, and the models that may answer", () => wrap(mock(answer), { name: "" })],
    "names no models": ["it names itself, and the models that may answer", () => wrap(mock(answer), { models: [] })],
    "hands out one object again and again": [
      "parts that were handed out do not change",
      () => {
        const one = {} as StreamPart; // it becomes one
        return changed((part) => [Object.assign(one, part)]);
      },
    ],
    "finishes otherwise when nobody watches": [
      "the whole answer and the folded stream agree",
      () => changed((part, { whole }) => [part.type === "finish" && whole ? { ...part, raw: "max_tokens" } : part]),
    ],
    "takes usage back": [
      "usage adds up, and is told once for each upstream request",
      () => changed((part) => (part.type === "start" ? [part, { type: "usage", usage: dishonest }] : [part])),
    ],
    "does not tell what it asks": [
      "usage adds up, and is told once for each upstream request",
      () =>
        asked((call) => amend(call, { listener: (event) => event.type !== "api.request" && call.listener?.(event) })),
    ],
    "asks though it is too late": [
      "a deadline that has passed is a timeout",
      () =>
        compose(
          mock(answer),
          layer((request, call, inner) => {
            if (call.deadline < Date.now()) emit(call, "api.request", { vendor: "mock", model: "model" });
            return inner.stream(request, call);
          }),
        ),
    ],
    "keeps no deadline once it has begun": [
      "a deadline that passes while the answer comes ends it",
      () => asked((call) => (call.deadline > Date.now() ? amend(call, { deadline: Infinity }) : call)),
    ],
    "hears no abort once it has begun": [
      "an abort before the first part ends the call",
      () => asked((call) => (call.signal?.aborted ? call : amend(call, { signal: undefined }))),
    ],
  };
  for (const [name, [check, make]] of Object.entries(broken))
    test(name, async () => expect(await failing(make)).toContain(check));
});
