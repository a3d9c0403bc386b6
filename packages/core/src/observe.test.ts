import { expect, test } from "vitest";
import { newCall } from "./call.ts";
import { collect } from "./collect.ts";
import { compose } from "./compose.ts";
import type { Event } from "./event.ts";
import { generate } from "./generate.ts";
import { LlmError } from "./error.ts";
import { observe } from "./observe.ts";
import { toRequest } from "./request.ts";
import { retry } from "./retry.ts";
import { mock } from "./testing/index.ts";

test("hears everything below once, beside the call's own listener", async () => {
  const heard: Event[] = [];
  const own: Event[] = [];
  const provider = compose(
    mock(new LlmError("overloaded", "busy"), "Hello"),
    observe((event) => heard.push(event)),
    retry({ random: () => 0 }),
  );
  await generate(provider, "Hi", { onEvent: (event) => own.push(event) });
  expect(heard.map((event) => event.type)).toEqual([
    "api.request",
    "api.response",
    "retry.waiting",
    "api.request",
    "api.response",
  ]);
  expect(own).toEqual(heard);
});

test("a listener that throws breaks neither the call nor the others", async () => {
  const heard: string[] = [];
  const provider = compose(
    mock("Hello"),
    observe(() => {
      throw new Error("no");
    }),
    observe((event) => heard.push(event.type)),
  );
  expect((await collect(provider.stream(toRequest("Hi"), newCall()))).text).toBe("Hello");
  expect(heard).toEqual(["api.request", "api.response"]);
});
