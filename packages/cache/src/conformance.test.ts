import { compose, observe, retry, timeout, type Provider } from "@llm/core";
import { conformance, mock } from "@llm/core/testing";
import { describe, test } from "vitest";
import { cache } from "./cache.ts";
import { asyncStore } from "./kit/async-store.ts";

const answer = {
  reasoning: "Let me think.",
  text: "A breaker opens when calls fail.",
  toolCalls: [{ name: "look", input: { at: 1 } }],
};

const providers: Record<string, () => Provider> = {
  "a cache": () => compose(mock(answer), cache()),
  "a cache with an asynchronous store": () => compose(mock(answer), cache({ store: asyncStore() })),
  "a cache around and in other layers": () =>
    compose(
      mock(answer),
      observe(() => {}),
      timeout(),
      cache(),
      retry(),
      timeout(),
    ),
  "a cache in a cache": () => compose(mock(answer), cache(), cache()),
};

for (const [name, make] of Object.entries(providers))
  describe(name, () => {
    test.each(conformance(make))("$name", ({ run }) => run());
  });
