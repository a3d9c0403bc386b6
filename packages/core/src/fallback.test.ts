import { describe, expect, test } from "vitest";
import { newCall } from "./call.ts";
import { collect } from "./collect.ts";
import { wrap } from "./compose.ts";
import { errorCodes, LlmError, type ErrorCode } from "./error.ts";
import type { Event } from "./event.ts";
import { fallback } from "./fallback.ts";
import { generate } from "./generate.ts";
import type { Provider } from "./provider.ts";
import { toRequest } from "./request.ts";
import { streamText } from "./stream-text.ts";
import { manualClock, mock, mockModel, type MockReply } from "./testing/index.ts";
import { scripted } from "./testing/scripted.ts";

const request = toRequest("Hi");
const busy = new LlmError("overloaded", "busy");
const a = (...script: readonly MockReply[]) => mockModel({ vendor: "a", model: "one" }, ...script);
const b = (...script: readonly MockReply[]) => mockModel({ vendor: "b", model: "two" }, ...script);

test("the first answers when it can, and is not degraded", async () => {
  const second = b("from b");
  const result = await generate(fallback(a("from a"), second), "Hi");
  expect(result).toMatchObject({ text: "from a", vendor: "a" });
  expect(result.degraded).toBeUndefined();
  expect(second.calls).toHaveLength(0);
});

test("the next answers when it cannot, degraded, and says why", async () => {
  const events: Event[] = [];
  const call = newCall({ onEvent: (event) => events.push(event) });
  const second = b("from b");
  const result = await collect(fallback(a(busy), second).stream(request, call));
  expect(result).toMatchObject({ text: "from b", vendor: "b", degraded: true });
  expect(second.calls[0]?.call.parent).toBe(call.id);
  expect(events.filter((event) => event.type === "fallback.used")).toMatchObject([
    { call: call.id, from: "a/one", to: "b/two", error: busy },
  ]);
});

test("each error code goes on or not, as the table says", async () => {
  for (const [code, meaning] of Object.entries(errorCodes) as [ErrorCode, { fallback: boolean }][]) {
    const answer = generate(fallback(a(new LlmError(code, "no")), b("from b")), "Hi").then(
      () => true,
      () => false,
    );
    expect([code, await answer]).toEqual([code, meaning.fallback]);
  }
});

test("when all fail the last error is told", async () => {
  const last = new LlmError("network", "gone");
  await expect(generate(fallback(a(busy), b(last)), "Hi")).rejects.toMatchObject({ code: "network", message: "gone" });
});

test("what a reader has seen is never taken back", async () => {
  const parts = [{ type: "start", vendor: "a", model: "one" }, { type: "text", block: 0, delta: "Hel" }, busy] as const;
  const seen: string[] = [];
  const stream = streamText(fallback(a(parts), b("from b")), "Hi");
  const reading = (async () => {
    for await (const text of stream) seen.push(text);
  })();
  await expect(reading).rejects.toMatchObject({ code: "overloaded", partial: { text: "Hel" } });
  expect(seen).toEqual(["Hel"]);
  expect((await generate(fallback(a(parts), b("from b")), "Hi")).text).toBe("from b"); // nobody had seen it
});

describe("what is too long", () => {
  const tooLong = new LlmError("context-length", "too long");
  const sized = (model: string, context: number | undefined, ...script: readonly MockReply[]) =>
    mockModel({ model, can: context === undefined ? {} : { context } }, ...script);

  test("goes to a larger model only", async () => {
    const models = [sized("s", 100, tooLong), sized("t", 50, "t"), sized("u", 100, "u"), sized("v", 101, "v")];
    expect((await generate(fallback(...models), "Hi")).text).toBe("v");
    expect(models.map((model) => model.calls.length)).toEqual([1, 0, 0, 1]);
  });
  test("stays too long for the smaller ones after another error", async () => {
    const models = [sized("s", 100, tooLong), sized("v", 200, busy), sized("t", 50, "t"), sized("w", 150, "w")];
    expect((await generate(fallback(...models), "Hi")).text).toBe("w");
    expect(models[2]?.calls).toHaveLength(0);
  });
  test("fails with that error where none is larger; a size that nobody knows is tried", async () => {
    await expect(generate(fallback(sized("s", 100, tooLong), sized("t", 100, "t")), "Hi")).rejects.toMatchObject({
      code: "context-length",
    });
    expect((await generate(fallback(sized("s", 100, tooLong), sized("t", undefined, "t")), "Hi")).text).toBe("t");
    expect((await generate(fallback(sized("s", undefined, tooLong), sized("t", 100, "t")), "Hi")).text).toBe("t");
  });
});

describe("candidates of several models", () => {
  const of = (models: readonly [vendor: string, context?: number][], ...script: readonly MockReply[]): Provider =>
    wrap(mock(...script), {
      models: models.map(([vendor, context]) => ({
        vendor,
        model: "m",
        can: { ...mock().models[0]!.can, ...(context !== undefined && { context }) },
      })),
    });
  const text = (...providers: readonly Provider[]): Promise<string> =>
    generate(fallback(...providers), "Hi").then(
      (result) => result.text,
      (error: LlmError) => error.code,
    );

  test("are as large as their largest, and larger than what is known of the one that failed", async () => {
    const tooLong = new LlmError("context-length", "too long");
    const failed = of([["a", 100], ["b", 50], ["c"]], tooLong);
    expect(
      await text(
        failed,
        of(
          [
            ["a", 60],
            ["b", 101],
          ],
          "larger",
        ),
      ),
    ).toBe("larger");
    expect(
      await text(
        failed,
        of(
          [
            ["a", 60],
            ["b", 100],
          ],
          "as large",
        ),
      ),
    ).toBe("context-length");
    expect(await text(failed, of([["a", 60], ["b"]], "unknown"))).toBe("unknown");
    expect(await text(failed, of([], "unnamed"))).toBe("unnamed");
    expect(await text(of([], tooLong), of([["a", 1]], "any"))).toBe("any");
    const ended: MockReply = { finish: "context-length" };
    expect(await text(of([["a", 100]], ended), of([["a", 100]], "as large"))).toBe("");
    expect(await text(of([["a", 100]], ended), of([["a", 101]], "larger"))).toBe("larger");
  });
  test("are of another vendor if one of them is; the error may say whose it is", async () => {
    const refusal = (vendor?: string): LlmError => new LlmError("refusal", "no", { vendor });
    const both: [string][] = [["a"], ["b"]];
    expect(await text(of([["a"]], refusal()), of(both, "both"))).toBe("both");
    expect(await text(of(both, refusal()), of([["b"]], "b"))).toBe("refusal");
    expect(await text(of(both, refusal("a")), of([["b"]], "b"))).toBe("b");
    expect(await text(of(both, refusal("b")), of([["b"]], "b"))).toBe("refusal");
    expect(await text(of(both, refusal()), of([], "unnamed"))).toBe("unnamed");
  });
});

test("what is not one of our errors is nobody else's affair", async () => {
  const model = scripted([[new RangeError("a bug")]]);
  const second = b("from b");
  await expect(generate(fallback(model, second), "Hi")).rejects.toThrow(RangeError);
  expect(second.calls).toHaveLength(0);
});

describe("what is declined", () => {
  const refused = (text = ""): MockReply => ({ text, finish: "refusal" });

  test("goes to another vendor: as an error, or as an end without content", async () => {
    for (const reply of [new LlmError("refusal", "no"), refused(), { text: "", finish: "content-filter" } as const])
      for (const whole of [true, false]) {
        const same = a("from a again");
        const provider = fallback(a(reply), same, b("from b"));
        expect(await generate(provider, "Hi", { whole })).toMatchObject({ text: "from b", degraded: true });
        expect(same.calls).toHaveLength(0);
      }
  });
  test("with words, only when nobody has seen them", async () => {
    expect((await generate(fallback(a(refused("I will not.")), b("from b")), "Hi")).text).toBe("from b");
    const seen = await generate(fallback(a(refused("I will not.")), b("from b")), "Hi", { whole: false });
    expect(seen).toMatchObject({ text: "I will not.", finish: "refusal" });
  });
  test("stands as the answer where no other vendor is left", async () => {
    const result = await generate(fallback(a(refused("No.")), a("from a again")), "Hi");
    expect(result).toMatchObject({ text: "No.", finish: "refusal" });
    expect(result.degraded).toBeUndefined();
    expect(await generate(fallback(a(refused()), b(refused("Nor I."))), "Hi")).toMatchObject({
      text: "Nor I.",
      vendor: "b",
      degraded: true,
    });
  });
  test("is billed, and every stream ends", async () => {
    const first = a(refused("No."));
    const outcomes: string[] = [];
    await generate(fallback(first, b("from b")), "Hi", {
      onEvent: (event) => event.type === "api.response" && outcomes.push(`${event.vendor} ${event.outcome}`),
    });
    expect(outcomes).toEqual(["a ok", "b ok"]);
    expect(first.active()).toBe(0);
    const usage = { input: 1, cacheRead: 0, cacheWrite: 0, output: 1, reasoning: 0 };
    const refusing = scripted([
      [
        { type: "start", vendor: "mock", model: "model" },
        { type: "finish", reason: "refusal", usage },
      ],
    ]);
    const errors: unknown[] = [];
    await generate(fallback(refusing, b("from b")), "Hi", {
      onEvent: (event) => event.type === "fallback.used" && errors.push(event.error),
    });
    expect(refusing.streams[0]?.ends).toEqual(["left"]);
    expect(errors).toMatchObject([{ code: "refusal", message: "the answer ended with refusal" }]);
  });
});

test("only the chosen codes go on, when they are given", async () => {
  const options = { on: ["refusal"] } as const;
  await expect(generate(fallback([a(busy), b("from b")], options), "Hi")).rejects.toMatchObject({ code: "overloaded" });
  expect((await generate(fallback([a({ finish: "refusal" }), b("from b")], options), "Hi")).text).toBe("from b");
  expect((await generate(fallback([a({ finish: "refusal" }), b("from b")], { on: [] }), "Hi")).finish).toBe("refusal");
});

test("who is not ready is asked last", async () => {
  const unready = (inner: Provider): Provider => wrap(inner, { health: () => ({ ready: false }) });
  const result = await generate(fallback(unready(a("from a")), b("from b")), "Hi");
  expect(result).toMatchObject({ text: "from b", degraded: true });
  expect((await generate(fallback(unready(a("from a")), b(busy)), "Hi")).text).toBe("from a");
  expect((await generate(fallback(unready(a("from a")), unready(b("from b"))), "Hi")).degraded).toBeUndefined();
});

test("nobody is asked after the deadline or an abort", async () => {
  const clock = manualClock();
  const second = b("from b");
  const late = a(async () => {
    await clock.advance(100);
    return busy;
  });
  const provider = fallback([late, second], { clock });
  await expect(generate(provider, "Hi", { deadline: clock.now() + 50 })).rejects.toMatchObject({ code: "overloaded" });
  const controller = new AbortController();
  const aborting = a(() => {
    controller.abort();
    return busy;
  });
  await expect(generate(fallback(aborting, second), "Hi", { signal: controller.signal })).rejects.toMatchObject({
    code: "aborted",
  });
  expect(second.calls).toHaveLength(0);
});

test("it says what it is made of", () => {
  const provider = fallback(a(), b());
  expect(provider.name).toBe("fallback(a/one,b/two)");
  expect(provider.models.map((model) => model.model)).toEqual(["one", "two"]);
  expect(fallback([a(), b()]).name).toBe(provider.name);
});

test("bad options are named", () => {
  expect(() => fallback()).toThrow(/fallback needs at least one provider/);
  expect(() => fallback([])).toThrow(/fallback needs at least one provider/);
  expect(() => fallback([mock()], { on: ["nonsense" as "refusal"] })).toThrow(/^on must hold error codes/);
});
