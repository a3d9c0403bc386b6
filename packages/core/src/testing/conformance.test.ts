import { describe, expect, test } from "vitest";
import { compose } from "../compose.ts";
import { fallback } from "../fallback.ts";
import { observe } from "../observe.ts";
import type { Provider } from "../provider.ts";
import { retry } from "../retry.ts";
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

test("a provider that breaks a law fails its check", async () => {
  const failing = async (make: () => Provider): Promise<string[]> => {
    const failed: string[] = [];
    for (const { name, run } of conformance(make)) await run().catch(() => failed.push(name));
    return failed;
  };
  expect(await failing(() => mock(answer))).toEqual([]);
  expect(
    await failing(() =>
      compose(mock(answer), faults(...Array.from({ length: 9 }, () => ({ after: 2, cut: true }) as const))),
    ),
  ).toContain("start comes first and finish last, once each");
  expect(await failing(() => mock(new LlmError("server", "always")))).toContain("the request is left as it was");
});
