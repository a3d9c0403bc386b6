import { AnthropicError, APIError as AnthropicAPIError, OverloadedError } from "@anthropic-ai/sdk";
import { APIConnectionError, APIError, InternalServerError, OpenAIError, RateLimitError } from "openai";
import { describe, expect, test } from "vitest";
import type { FaultName, FaultRule } from "../index.ts";
import { manualClock, parseEvents, start, type Started } from "../test/start.ts";

const claude = {
  model: "claude-opus-5-5",
  max_tokens: 2_000,
  messages: [{ role: "user" as const, content: "Tell me of whales" }],
};
const chat = { model: "gpt-6.1-sol", messages: [{ role: "user" as const, content: "Tell me of whales" }] };
const responses = { model: "gpt-6.1-sol", input: "Tell me of whales" };

/** How a client experienced a call: how many events it saw, and with what it ended. */
interface Seen {
  readonly events: number;
  readonly error?: unknown;
}

async function drain(open: () => PromiseLike<AsyncIterable<unknown>>): Promise<Seen> {
  let events = 0;
  try {
    for await (const _ of await open()) events++;
    return { events };
  } catch (error) {
    return { events, error };
  }
}

/** The raw stream and the helper of each wire, and the whole answers. */
const CLIENTS = {
  "Anthropic raw": ({ anthropic }: Started): Promise<Seen> =>
    drain(() => anthropic.messages.create({ ...claude, stream: true })),
  "Anthropic helper": ({ anthropic }: Started): Promise<Seen> =>
    drain(async () => one(await anthropic.messages.stream(claude).finalMessage())),
  "Anthropic whole": ({ anthropic }: Started): Promise<Seen> =>
    drain(async () => one(await anthropic.messages.create(claude))),
  "Chat raw": ({ openai }: Started): Promise<Seen> =>
    drain(() => openai.chat.completions.create({ ...chat, stream: true })),
  "Chat helper": ({ openai }: Started): Promise<Seen> =>
    drain(async () => one(await openai.chat.completions.stream(chat).finalChatCompletion())),
  "Chat whole": ({ openai }: Started): Promise<Seen> =>
    drain(async () => one(await openai.chat.completions.create(chat))),
  "Responses raw": ({ openai }: Started): Promise<Seen> =>
    drain(() => openai.responses.create({ ...responses, stream: true })),
  "Responses helper": ({ openai }: Started): Promise<Seen> =>
    drain(async () => one(await openai.responses.stream(responses).finalResponse())),
  "Responses whole": ({ openai }: Started): Promise<Seen> =>
    drain(async () => one(await openai.responses.create(responses))),
} as const;
type Client = keyof typeof CLIENTS;

async function* one(value: unknown): AsyncGenerator {
  yield value;
}

const normal = ({ error, events }: Seen): void => {
  expect(error).toBeUndefined();
  expect(events).toBeGreaterThan(0);
};
const nothing = ({ error, events }: Seen): void => {
  expect(error).toBeUndefined();
  expect(events).toBe(0);
};
/** Exactly this class: the SDKs let plain errors of the platform through in some places. */
const plainly =
  (type: typeof Error, message?: RegExp) =>
  ({ error }: Seen): void => {
    expect((error as Error).constructor.name).toBe(type.name);
    if (message) expect((error as Error).message).toMatch(message);
  };
const fails =
  (type: abstract new (...args: never[]) => unknown, fields: object = {}) =>
  ({ error }: Seen): void => {
    expect(error).toBeInstanceOf(type);
    expect(error).toMatchObject(fields);
  };

const STREAMS: readonly Client[] = [
  "Anthropic raw",
  "Anthropic helper",
  "Chat raw",
  "Chat helper",
  "Responses raw",
  "Responses helper",
];
const ALL = Object.keys(CLIENTS) as readonly Client[];
const of = (clients: readonly Client[], check: (seen: Seen) => void): Partial<Record<Client, (seen: Seen) => void>> =>
  Object.fromEntries(clients.map((client) => [client, check]));

/** What each client does when a fault hits it: measured on the SDKs, and so how real upstreams would look to them. */
const TABLE: readonly (readonly [name: string, rule: FaultRule, Partial<Record<Client, (seen: Seen) => void>>])[] = [
  [
    "a clean end in the middle",
    { fault: "end" },
    {
      "Anthropic raw": normal,
      "Anthropic helper": fails(AnthropicError),
      "Chat raw": normal,
      "Chat helper": fails(OpenAIError, { message: expect.stringContaining("finish_reason") }),
      "Responses raw": normal,
      "Responses helper": normal,
      ...of(["Anthropic whole", "Chat whole", "Responses whole"], plainly(SyntaxError)),
    },
  ],
  [
    "a destroyed connection",
    { fault: "cut" },
    {
      ...of(["Anthropic raw", "Chat raw", "Responses raw"], plainly(TypeError, /terminated/)),
      "Anthropic helper": fails(AnthropicError, { cause: expect.any(TypeError) }),
      ...of(["Chat helper", "Responses helper"], fails(OpenAIError)),
      ...of(["Anthropic whole", "Chat whole", "Responses whole"], ({ error }) => expect(error).toBeInstanceOf(Error)),
    },
  ],
  [
    "an error event",
    { fault: "error-event" },
    {
      ...of(
        ["Anthropic raw", "Anthropic helper"],
        fails(AnthropicAPIError, { status: undefined, type: "overloaded_error" }),
      ),
      ...of(["Chat raw", "Chat helper", "Responses raw", "Responses helper"], fails(APIError, { status: undefined })),
    },
  ],
  [
    "a malformed event",
    { fault: "malformed-event" },
    {
      ...of(["Anthropic raw", "Chat raw", "Responses raw"], plainly(SyntaxError)),
      "Anthropic helper": fails(AnthropicError),
      ...of(["Chat helper", "Responses helper"], fails(OpenAIError)),
      ...of(["Anthropic whole", "Chat whole", "Responses whole"], plainly(SyntaxError)),
    },
  ],
  [
    "an empty body",
    { fault: "empty-body" },
    {
      ...of(["Anthropic raw", "Chat raw", "Responses raw"], nothing),
      "Anthropic helper": fails(AnthropicError),
      "Chat helper": fails(OpenAIError),
      "Anthropic whole": plainly(SyntaxError),
      "Chat whole": ({ error }) => expect(error).toBeUndefined(),
    },
  ],
  [
    "an unknown event",
    { fault: "unknown-event" },
    {
      ...of(["Anthropic raw", "Chat raw", "Responses raw"], normal),
      "Responses helper": fails(OpenAIError, { message: expect.stringContaining("Unhandled") }),
    },
  ],
  [
    "a second start",
    { fault: "duplicate-start" },
    { ...of(["Anthropic raw", "Chat raw", "Responses raw"], normal), "Anthropic helper": fails(AnthropicError) },
  ],
  ["bytes that are no UTF-8", { fault: "invalid-utf8" }, of(ALL, normal)],
  ["a line of two megabytes", { fault: "giant-line", size: 2_000_000 }, of(ALL, normal)],
  ["a silence that ends", { fault: "stall", for: 20 }, of(ALL, normal)],
  ["headers that are late", { fault: "slow-headers", for: 20 }, of(ALL, normal)],
  [
    "500",
    { fault: "server-error" },
    {
      ...of(["Anthropic raw", "Anthropic whole"], fails(AnthropicAPIError, { status: 500, type: "api_error" })),
      ...of(["Chat raw", "Responses whole"], fails(InternalServerError, { status: 500, type: "server_error" })),
    },
  ],
  [
    "503",
    { fault: "unavailable" },
    {
      "Anthropic raw": fails(AnthropicAPIError, { status: 503 }),
      "Chat raw": fails(InternalServerError, { status: 503 }),
    },
  ],
  [
    "504",
    { fault: "timeout" },
    {
      "Anthropic raw": fails(AnthropicAPIError, { status: 504, type: "timeout_error" }),
      "Chat raw": fails(InternalServerError, { status: 504 }),
    },
  ],
  [
    "overload",
    { fault: "overloaded" },
    {
      ...of(["Anthropic raw", "Anthropic whole"], fails(OverloadedError, { status: 529, type: "overloaded_error" })),
      "Responses raw": fails(InternalServerError, { status: 503 }),
    },
  ],
  [
    "a spent quota",
    { fault: "quota" },
    {
      "Anthropic raw": fails(AnthropicAPIError, { status: 429, errorCode: "enforced_spend_limit_reached" }),
      ...of(
        ["Chat raw", "Responses whole"],
        fails(RateLimitError, { code: "insufficient_quota", type: "insufficient_quota" }),
      ),
    },
  ],
  [
    "a proxy's page",
    { fault: "html" },
    {
      "Anthropic raw": fails(AnthropicAPIError, { status: 502 }),
      "Chat whole": fails(InternalServerError, { status: 502 }),
    },
  ],
  ["a page that says 200", { fault: "html", status: 200 }, { "Chat raw": nothing, "Anthropic raw": nothing }],
  ["a reset connection", { fault: "reset" }, of(["Chat raw", "Responses whole"], fails(APIConnectionError))],
  [
    "a refused connection",
    { fault: "refuse" },
    of(
      ["Chat raw", "Responses whole"],
      fails(APIConnectionError, {
        cause: expect.objectContaining({ cause: expect.objectContaining({ code: "ECONNREFUSED" }) }),
      }),
    ),
  ],
  [
    "a cut within a character",
    { fault: "cut", atByte: 333 },
    of(STREAMS, ({ error }) => expect(error).toBeInstanceOf(Error)),
  ],
];

describe.each(TABLE.map(([name, rule, clients]) => ({ name, rule, clients })))("$name", ({ rule, clients }) => {
  test.each(Object.keys(clients) as Client[])("%s", async (client) => {
    const started = await start({ faults: [rule], length: 120 });
    const seen = await CLIENTS[client](started);
    clients[client]?.(seen);
    if (rule.fault !== "refuse") expect(started.simulator.journal.entries()[0]).toMatchObject({ fault: rule.fault });
  });
});

describe("every endpoint can fail", () => {
  const CALLS: Readonly<Record<string, (started: Started) => Promise<unknown>>> = {
    count_tokens: ({ anthropic }) => anthropic.messages.countTokens({ model: claude.model, messages: claude.messages }),
    "Anthropic's models": ({ anthropic }) => anthropic.models.list(),
    "one of Anthropic's models": ({ anthropic }) => anthropic.models.retrieve(claude.model),
    "OpenAI's models": ({ openai }) => openai.models.list(),
    embeddings: ({ openai }) => openai.embeddings.create({ model: "text-embedding-3-small", input: "x" }),
    input_tokens: ({ openai }) => openai.responses.inputTokens.count(responses),
  };
  const RULES: readonly FaultRule[] = [
    { fault: "overloaded" },
    { fault: "cut" },
    { fault: "end" },
    { fault: "malformed-event" },
    { fault: "html" },
    { fault: "reset" },
  ];
  test.each(Object.keys(CALLS))("%s", async (name) => {
    const started = await start();
    await expect(CALLS[name]?.(started)).resolves.toBeDefined();
    for (const rule of RULES) {
      started.simulator.faults.set([rule]);
      await expect(CALLS[name]?.(started), rule.fault).rejects.toThrow();
      expect(started.simulator.journal.entries().at(-1)).toMatchObject({ fault: rule.fault, outcome: "fault" });
    }
    started.simulator.faults.set([{ fault: "stall", for: 10 }]);
    await expect(CALLS[name]?.(started)).resolves.toBeDefined();
  });
});

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
    const { url, simulator } = await start({ faults: [{ fault: "hang" }] });
    const ask = (signal: AbortSignal): Promise<Response> =>
      fetch(`${url}/v1/responses`, {
        method: "POST",
        body: JSON.stringify(responses),
        headers: { authorization: "Bearer x" },
        signal,
      });
    const abort = new AbortController();
    const pending = ask(abort.signal);
    await expect.poll(() => simulator.faults.list()).toHaveLength(1);
    abort.abort();
    await expect(pending).rejects.toThrow();
    simulator.faults.set([{ fault: "endless-headers", size: 1 }]);
    await expect(ask(AbortSignal.timeout(20_000))).rejects.toMatchObject({
      cause: { code: "UND_ERR_HEADERS_OVERFLOW" },
    });
  });
});
