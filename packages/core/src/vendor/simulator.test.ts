import { createSimulator, type FaultRule } from "@llm/simulator";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { anthropic } from "../anthropic/index.ts";
import { newCall, type CallOptions } from "../call.ts";
import { collect } from "../collect.ts";
import { isLlmError, type ErrorCode, type LlmError } from "../error.ts";
import type { Event } from "../event.ts";
import { openaiChat } from "../openai-chat/index.ts";
import { openai } from "../openai/index.ts";
import type { Provider } from "../provider.ts";
import { toRequest } from "../request.ts";
import type { ChatResult } from "../result.ts";
import { conformance } from "../testing/index.ts";

const simulator = createSimulator({ seed: 11 });
let url = "";
beforeAll(async () => {
  ({ url } = await simulator.listen());
});
afterAll(() => simulator.close());
beforeEach(() => simulator.faults.clear());

const adapters: Record<string, () => Provider> = {
  anthropic: () => anthropic("claude-sonnet-5-5", { baseURL: url, apiKey: "k-simulated" }),
  openai: () => openai("gpt-6.1-terra", { baseURL: `${url}/v1`, apiKey: "k-simulated" }),
  "openai-chat": () => openaiChat("gpt-6.1-terra", { baseURL: `${url}/v1`, apiKey: "k-simulated" }),
};
const wires = Object.entries(adapters);

interface Run {
  readonly result?: ChatResult;
  readonly error?: LlmError;
  readonly events: readonly Event[];
}

async function run(make: () => Provider, options: CallOptions): Promise<Run> {
  const events: Event[] = [];
  const call = newCall({ ...options, onEvent: (event) => events.push(event) });
  try {
    return { result: await collect(make().stream(toRequest("Tell me about the sea."), call)), events };
  } catch (error) {
    if (!isLlmError(error)) throw error;
    return { error, events };
  }
}

/** What every call leaves behind, however it ended: one response told, with the usage that its error carries. */
function settled({ result, error, events }: Run): void {
  const told = events.filter((event) => event.type === "api.response");
  expect(events.filter((event) => event.type === "api.request")).toHaveLength(1);
  expect(told).toHaveLength(1);
  expect(told[0]?.outcome).toBe(error?.code ?? "ok");
  const usage = (result ?? error?.partial)?.usage;
  if (usage) expect(told[0]?.usage).toEqual(usage);
  else expect(told[0]?.usage).toMatchObject({ input: 0, output: 0 });
  expect(JSON.stringify([error?.message, events])).not.toContain("k-simulated");
}

describe.each(wires)("%s", (_name, make) => {
  describe("without faults", () => {
    for (const check of conformance(make)) test(check.name, check.run);
  });

  /** Answers that are no answers: the same whether streamed or not, and they cost nothing. */
  const refusals: readonly [FaultRule, ErrorCode, Partial<LlmError>?][] = [
    [{ fault: "rate-limit", retryAfter: 3 }, "rate-limit", { status: 429, retryAfterMs: 3_000 }],
    [{ fault: "rate-limit", retryAfter: 2, form: "ms" }, "rate-limit", { retryAfterMs: 2_000 }],
    [{ fault: "rate-limit", form: "none" }, "rate-limit"],
    [{ fault: "quota" }, "quota", { status: 429, retryable: false }],
    [{ fault: "overloaded" }, "overloaded", { retryable: true }],
    [{ fault: "server-error" }, "server", { status: 500 }],
    [{ fault: "unavailable" }, "overloaded", { status: 503 }],
    [{ fault: "timeout" }, "timeout", { status: 504 }],
    [{ fault: "html" }, "server", { status: 502 }],
    [{ fault: "html", status: 404 }, "not-found"],
    [{ fault: "html", status: 401 }, "auth"],
    [{ fault: "reset" }, "network", { retryable: true }],
    [{ fault: "endless-headers", size: 1 }, "network"],
  ];
  for (const whole of [true, false])
    test.each(refusals)(`${whole ? "whole" : "streamed"}: %j is %s`, async (fault, code, more = {}) => {
      simulator.faults.add(fault);
      const ran = await run(make, { whole });
      expect(ran.error).toMatchObject({ code, vendor: expect.any(String), model: expect.any(String), ...more });
      expect(ran.error?.partial?.usage).toBeUndefined();
      settled(ran);
    });

  test.each(["date", "reset"] as const)("a wait told as a %s", async (form) => {
    simulator.faults.add({ fault: "rate-limit", retryAfter: 30, form });
    const { error } = await run(make, {});
    expect(error?.retryAfterMs).toBeGreaterThan(25_000);
    expect(error?.retryAfterMs).toBeLessThanOrEqual(31_000);
  });

  test.each([true, false])("nobody listens (whole: %s)", async (whole) => {
    simulator.faults.add({ fault: "refuse" });
    const ran = await run(make, { whole });
    simulator.faults.clear();
    expect(ran.error).toMatchObject({ code: "network" });
    settled(ran);
    await expect.poll(async () => (await run(make, {})).result?.finish).toBe("stop"); // it is back for the next test
  });

  test.each([true, false])("an upstream that never answers ends with the deadline (whole: %s)", async (whole) => {
    simulator.faults.add({ fault: "hang" });
    const ran = await run(make, { whole, deadline: Date.now() + 100 });
    expect(ran.error).toMatchObject({ code: "timeout", partial: { usage: { estimated: true } } });
    settled(ran);
  });

  test.each([true, false])("late headers are waited for (whole: %s)", async (whole) => {
    simulator.faults.add({ fault: "slow-headers", for: 30 });
    const ran = await run(make, { whole });
    expect(ran.result?.finish).toBe("stop");
    settled(ran);
  });

  /** Faults in the middle of a whole body. */
  const bodies: readonly [FaultRule, ErrorCode][] = [
    [{ fault: "cut" }, "network"],
    [{ fault: "end" }, "malformed"],
    [{ fault: "malformed-event" }, "malformed"],
    [{ fault: "empty-body" }, "malformed"],
    [{ fault: "html", status: 200 }, "malformed"],
  ];
  test.each(bodies)("whole: %j is %s", async (fault, code) => {
    simulator.faults.add(fault);
    const ran = await run(make, { whole: true });
    expect(ran.error?.code).toBe(code);
    settled(ran);
  });

  /** The same in the middle of a stream: what had come is kept and billed. */
  const streams: readonly [FaultRule, ErrorCode | "error-event"][] = [
    [{ fault: "cut" }, "network"],
    [{ fault: "end" }, "truncated"],
    [{ fault: "malformed-event" }, "malformed"],
    [{ fault: "error-event" }, "error-event"],
  ];
  test.each(streams)("streamed: %j is %s, with what had come", async (fault, code) => {
    simulator.faults.add(fault);
    const ran = await run(make, {});
    const expected = code === "error-event" ? ["overloaded", "server"] : [code];
    expect(expected).toContain(ran.error?.code);
    expect(ran.error?.partial?.vendor).toBeDefined();
    expect(ran.error?.partial?.content).not.toEqual([]);
    expect(ran.error?.partial?.usage).toMatchObject({ estimated: true });
    expect(ran.error?.partial?.usage?.input).toBeGreaterThan(0);
    expect(ran.error?.partial?.usage?.output).toBeGreaterThan(0);
    settled(ran);
  });
  test.each([
    [{ fault: "empty-body" }, "truncated"],
    [{ fault: "html", status: 200 }, "malformed"],
    [{ fault: "end", at: 0 }, "truncated"],
  ] as const)("streamed: %j is %s", async (fault, code) => {
    simulator.faults.add(fault);
    const ran = await run(make, {});
    expect(ran.error?.code).toBe(code);
    settled(ran);
  });

  test("a stream that falls silent ends with the deadline, with what had come", async () => {
    simulator.faults.add({ fault: "stall" });
    const ran = await run(make, { deadline: Date.now() + 150 });
    expect(ran.error).toMatchObject({ code: "timeout", partial: { usage: { estimated: true } } });
    expect(ran.error?.partial?.content).not.toEqual([]);
    settled(ran);
  });

  test("what does no harm changes nothing", async () => {
    const plain = (await run(make, {})).result;
    for (const fault of ["duplicate-start", "unknown-event", "giant-line"] as const) {
      simulator.faults.set([{ fault, at: 4, size: 200_000 }]);
      const ran = await run(make, {});
      expect(ran.result, fault).toMatchObject({ text: plain?.text, finish: plain?.finish });
      settled(ran);
    }
  });

  test("bytes that are no UTF-8 are replaced, not lost", async () => {
    for (const whole of [true, false]) {
      simulator.faults.set([{ fault: "invalid-utf8" }]);
      const ran = await run(make, { whole });
      expect(ran.error === undefined || ran.error.code === "malformed").toBe(true);
      settled(ran);
    }
  });
});
