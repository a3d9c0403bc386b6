import { APIUserAbortError, RateLimitError } from "openai";
import { describe, expect, test } from "vitest";
import type { FaultName, FaultRule } from "../index.ts";
import { hastyClock, manualClock, parseEvents, start } from "../test/start.ts";

const claude = {
  model: "claude-opus-5-5",
  max_tokens: 2_000,
  messages: [{ role: "user" as const, content: "Tell me of whales" }],
};
const responses = { model: "gpt-6.1-sol", input: "Tell me of whales" };

describe("429", () => {
  const ask = async (rule: Partial<FaultRule>, path = "/v1/messages"): Promise<Headers> => {
    const clock = manualClock();
    const { post } = await start({ clock, faults: [{ fault: "rate-limit", retryAfter: 90, ...rule }] });
    const answer = await post(path, path === "/v1/messages" ? claude : responses);
    expect(answer.status).toBe(429);
    return answer.headers;
  };
  const at = new Date(Date.UTC(2026, 10, 1) + 90_000);

  test("every form of Retry-After", async () => {
    expect((await ask({})).get("retry-after")).toBe("90");
    expect((await ask({ form: "date" })).get("retry-after")).toBe(at.toUTCString());
    expect((await ask({ form: "ms" })).get("retry-after-ms")).toBe("90000");
    expect((await ask({ form: "none" })).get("retry-after")).toBeNull();
    const reset = await ask({ form: "reset" });
    expect(reset.get("retry-after")).toBeNull();
    expect(reset.get("anthropic-ratelimit-requests-reset")).toBe(at.toISOString());
    expect((await ask({}, "/v1/responses")).get("x-ratelimit-reset-requests")).toBe("1m30s");
    expect((await ask({ scope: "tokens" }, "/v1/responses")).get("x-ratelimit-reset-tokens")).toBe("1m30s");
    expect((await ask({ scope: "tokens" })).get("anthropic-ratelimit-tokens-reset")).toBe(at.toISOString());
    expect((await ask({ retryAfter: 0.25 }, "/v1/responses")).get("x-ratelimit-reset-requests")).toBe("250ms");
  });

  test("x-should-retry, which the SDKs obey", async () => {
    const { openai, simulator } = await start({ faults: [{ fault: "rate-limit", retryAfter: 0, shouldRetry: false }] });
    await expect(openai.responses.create(responses, { maxRetries: 3 })).rejects.toBeInstanceOf(RateLimitError);
    expect(simulator.journal.entries()).toHaveLength(1);
  });
});

describe("when a fault happens", () => {
  const hits = async (
    rule: Partial<FaultRule>,
    bodies: readonly object[] = Array.from({ length: 6 }, () => responses),
    fault: FaultName = "server-error",
  ): Promise<string> => {
    const { post } = await start({ faults: [{ fault, ...rule }] });
    const out: string[] = [];
    for (const body of bodies) out.push((await post("/v1/responses", body)).status === 200 ? "-" : "x");
    return out.join("");
  };

  test("after, every, times", async () => {
    expect(await hits({})).toBe("xxxxxx");
    expect(await hits({ after: 2 })).toBe("--xxxx");
    expect(await hits({ every: 3 })).toBe("x--x--");
    expect(await hits({ after: 1, every: 2, times: 2 })).toBe("-x-x--");
  });

  test("by model, text, stream and path", async () => {
    const bodies = [responses, { ...responses, model: "gpt-6-luna" }, { ...responses, input: "Tell me of bees" }];
    expect(await hits({ model: "gpt-6-luna" }, bodies)).toBe("-x-");
    expect(await hits({ text: "bees" }, bodies)).toBe("--x");
    expect(await hits({ stream: true }, bodies)).toBe("---");
    expect(await hits({ path: "/v1/embeddings" }, bodies)).toBe("---");
    expect(await hits({ wire: "openai-responses" }, bodies)).toBe("xxx");
    expect(await hits({ match: (question) => question.text.includes("bees") }, bodies)).toBe("--x");
  });

  test("by probability, the same for the same seed", async () => {
    const bodies = Array.from({ length: 60 }, () => responses);
    const first = await hits({ probability: 0.3 }, bodies);
    expect(await hits({ probability: 0.3 }, bodies)).toBe(first);
    const count = first.replaceAll("-", "").length;
    expect(count).toBeGreaterThan(6);
    expect(count).toBeLessThan(32);
    expect(await hits({ probability: 0 })).toBe("------");
  });

  test("on a schedule", async () => {
    const clock = manualClock();
    const { post } = await start({ clock, faults: [{ fault: "overloaded", from: 1_000, until: 2_000 }] });
    const statuses: number[] = [];
    for (let i = 0; i < 4; i++) {
      statuses.push((await post("/v1/messages", claude)).status);
      clock.advance(700);
    }
    expect(statuses).toEqual([200, 200, 529, 200]);
  });

  test("refused for a while, by the clock", async () => {
    const clock = manualClock();
    const started = await start({ clock, faults: [{ fault: "refuse", from: 1_000, for: 500 }] });
    const up = (): Promise<boolean> =>
      started.post("/v1/responses", responses).then(
        ({ ok }) => ok,
        () => false,
      );
    expect(await up()).toBe(true);
    clock.advance(1_000);
    await expect.poll(up).toBe(false);
    clock.advance(500);
    await expect.poll(up).toBe(true);
  });
});

describe("over HTTP", () => {
  test("POST adds or replaces, GET shows, DELETE clears, and a wrong rule is named", async () => {
    const { url, post } = await start();
    const send = async (body: unknown): Promise<readonly [number, unknown]> => {
      const answer = await fetch(`${url}/_faults`, { method: "POST", body: JSON.stringify(body) });
      return [answer.status, await answer.json()];
    };
    expect(await send({ fault: "server-error", times: 1 })).toEqual([
      200,
      { faults: [{ fault: "server-error", times: 1 }] },
    ]);
    expect((await post("/v1/responses", responses)).status).toBe(500);
    expect((await post("/v1/responses", responses)).status).toBe(200);
    expect((await send([{ fault: "overloaded" }]))[1]).toEqual({ faults: [{ fault: "overloaded" }] });
    expect(await send({ fault: "explode" })).toEqual([
      400,
      { error: expect.stringMatching(/^fault\.fault must be one of/) },
    ]);
    expect(await send([{ fault: "cut", probability: 2 }])).toEqual([
      400,
      { error: "faults[0].probability must be between 0 and 1, not 2" },
    ]);
    expect(await send("nonsense")).toEqual([400, { error: expect.any(String) }]);
    expect(await (await fetch(`${url}/_faults`)).json()).toEqual({ faults: [{ fault: "overloaded" }] });
    await fetch(`${url}/_faults`, { method: "DELETE" });
    expect((await post("/v1/responses", responses)).status).toBe(200);
    const journal = (await (await fetch(`${url}/_journal`)).json()) as {
      entries: { status: number; fault?: string }[];
    };
    expect(journal.entries.map(({ status, fault }) => fault ?? status)).toEqual(["server-error", 200, 200]);
  });

  test("connections are refused for a while from the moment that is asked for, and the one who asks is answered", async () => {
    const clock = manualClock();
    const { url, post } = await start({ clock });
    clock.advance(60_000);
    const asked = await fetch(`${url}/_faults`, {
      method: "POST",
      body: JSON.stringify({ fault: "refuse", for: 1_000 }),
    });
    expect(asked.status).toBe(200);
    await asked.text();
    const up = (): Promise<boolean> =>
      post("/v1/responses", responses).then(
        ({ ok }) => ok,
        () => false,
      );
    expect(await up()).toBe(false);
    clock.advance(1_000);
    await expect.poll(up).toBe(true);
  });

  test.each([
    [{ fault: "cut", when: 3 }, /fault\.when is no field/],
    [{ fault: "cut", at: -1 }, /fault\.at must be/],
    [{ fault: "refuse", model: "x" }, /fault\.model cannot steer refuse/],
    [{ fault: "error-event", atByte: 3 }, /fault\.atByte is for .*, not for error-event/],
    [{ fault: "rate-limit", form: "fax" }, /fault\.form must be/],
    [null, /fault must be an object/],
  ])("%j is a TypeError", async (rule, message) => {
    const { simulator } = await start();
    expect(() => simulator.faults.add(rule as FaultRule)).toThrow(message);
    expect(() => simulator.faults.add(rule as FaultRule)).toThrow(TypeError);
  });
});

describe("where in a body", () => {
  test("a cut is at the very byte, wherever that falls", async () => {
    const { post, simulator } = await start();
    const body = { ...claude, stream: true };
    const whole = Buffer.from(await (await post("/v1/messages", body)).arrayBuffer()).length;
    for (const atByte of [0, 1, 2, 100, 777, whole - 1]) {
      simulator.faults.set([{ fault: "end", atByte }]);
      expect((await (await post("/v1/messages", body)).arrayBuffer()).byteLength).toBe(atByte);
    }
  });

  test("what was sent before a cut arrives", async () => {
    const { post, simulator } = await start();
    for (const atByte of [1, 500, 1_500]) {
      simulator.faults.set([{ fault: "cut", atByte }]);
      const answer = await post("/v1/messages", { ...claude, stream: true });
      let bytes = 0;
      const reading = (async () => {
        for await (const chunk of answer.body ?? []) bytes += chunk.length;
      })();
      await expect(reading).rejects.toThrow();
      expect(bytes).toBe(atByte);
    }
  });

  test("an event is counted from 0", async () => {
    const { post, simulator } = await start();
    for (const at of [0, 1, 5]) {
      simulator.faults.set([{ fault: "end", at }]);
      expect(parseEvents(await (await post("/v1/messages", { ...claude, stream: true })).text())).toHaveLength(at);
    }
  });

  test("silence in the middle lasts until the caller leaves, and is noted", async () => {
    const { anthropic, simulator } = await start({ faults: [{ fault: "stall", at: 4 }] });
    const abort = new AbortController();
    let events = 0;
    for await (const _ of await anthropic.messages.create({ ...claude, stream: true }, { signal: abort.signal }))
      if (++events === 3) abort.abort();
    // The fourth is a ping, which the SDK keeps to itself. The raw stream ends quietly when its caller aborts.
    expect(events).toBe(3);
    await expect
      .poll(() => simulator.journal.entries()[0])
      .toMatchObject({ fault: "stall", events: 4, outcome: "fault" });
  });

  test("headers that never come, and headers that never end", async () => {
    let arrived = 0;
    const match = (): boolean => ++arrived > 0;
    const { openai, simulator } = await start({ clock: hastyClock, faults: [{ fault: "hang", match }] });
    const abort = new AbortController();
    const pending = openai.responses.create(responses, { signal: abort.signal });
    await expect.poll(() => arrived).toBe(1);
    abort.abort();
    await expect(pending).rejects.toBeInstanceOf(APIUserAbortError);
    await expect.poll(() => simulator.journal.entries()).toMatchObject([{ fault: "hang", outcome: "fault" }]);
    expect(simulator.journal.entries()[0]).not.toHaveProperty("status");
    simulator.faults.set([{ fault: "endless-headers" }]);
    await expect(openai.responses.create(responses)).rejects.toMatchObject({
      cause: { cause: { code: "UND_ERR_HEADERS_OVERFLOW" } },
    });
  });
});
