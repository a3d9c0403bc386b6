import {
  AnthropicError,
  APIConnectionError as AnthropicConnectionError,
  APIError as AnthropicAPIError,
  OverloadedError,
  RateLimitError as AnthropicRateLimitError,
} from "@anthropic-ai/sdk";
import { APIConnectionError, APIError, InternalServerError, OpenAIError, RateLimitError } from "openai";
import { describe, expect, test } from "vitest";
import type { FaultRule } from "../index.ts";
import { hastyClock, start, type Started } from "../test/start.ts";

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
const ANTHROPIC = ALL.filter((client) => client.startsWith("Anthropic"));
const OPENAI = ALL.filter((client) => !client.startsWith("Anthropic"));
const of = (clients: readonly Client[], check: (seen: Seen) => void): Partial<Record<Client, (seen: Seen) => void>> =>
  Object.fromEntries(clients.map((client) => [client, check]));

/** An error with a status is the same for raw streams, helpers and whole answers. */
const answered = (
  status: number,
  anthropic: abstract new (...args: never[]) => unknown,
  openai: abstract new (...args: never[]) => unknown,
  type?: string,
): Partial<Record<Client, (seen: Seen) => void>> => ({
  ...of(ANTHROPIC, fails(anthropic, { status, ...(type && { type }) })),
  ...of(OPENAI, fails(openai, { status })),
});

const REFUSED = { cause: expect.objectContaining({ cause: expect.objectContaining({ code: "ECONNREFUSED" }) }) };

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
      "Responses helper": fails(OpenAIError, { message: expect.stringContaining("without sending any") }),
      "Responses whole": plainly(TypeError),
    },
  ],
  [
    "an unknown event",
    { fault: "unknown-event" },
    {
      ...of(["Anthropic raw", "Chat raw", "Responses raw"], normal),
      ...of(["Anthropic helper", "Chat helper"], normal),
      "Responses helper": fails(OpenAIError, { message: expect.stringContaining("Unhandled") }),
    },
  ],
  [
    "a second start",
    { fault: "duplicate-start" },
    {
      ...of(["Anthropic raw", "Chat raw", "Responses raw", "Chat helper", "Responses helper"], normal),
      "Anthropic helper": fails(AnthropicError),
    },
  ],
  ["bytes that are no UTF-8", { fault: "invalid-utf8" }, of(ALL, normal)],
  ["a line of two megabytes", { fault: "giant-line", size: 2_000_000 }, of(ALL, normal)],
  ["a silence that ends", { fault: "stall", for: 20 }, of(ALL, normal)],
  ["headers that are late", { fault: "slow-headers", for: 20 }, of(ALL, normal)],
  ["a rate limit", { fault: "rate-limit", retryAfter: 9 }, answered(429, AnthropicRateLimitError, RateLimitError)],
  ["500", { fault: "server-error" }, answered(500, AnthropicAPIError, InternalServerError, "api_error")],
  ["503", { fault: "unavailable" }, answered(503, AnthropicAPIError, InternalServerError)],
  ["504", { fault: "timeout" }, answered(504, AnthropicAPIError, InternalServerError, "timeout_error")],
  ["overload of Anthropic", { fault: "overloaded" }, of(ANTHROPIC, fails(OverloadedError, { status: 529 }))],
  ["overload of OpenAI", { fault: "overloaded" }, of(OPENAI, fails(InternalServerError, { status: 503 }))],
  [
    "a spent quota",
    { fault: "quota" },
    {
      ...of(ANTHROPIC, fails(AnthropicAPIError, { status: 429, errorCode: "enforced_spend_limit_reached" })),
      ...of(OPENAI, fails(RateLimitError, { code: "insufficient_quota", type: "insufficient_quota" })),
    },
  ],
  ["a proxy's page", { fault: "html" }, answered(502, AnthropicAPIError, InternalServerError)],
  ["a page that says 200", { fault: "html", status: 200 }, { "Chat raw": nothing, "Anthropic raw": nothing }],
  [
    "a reset connection",
    { fault: "reset" },
    { ...of(ANTHROPIC, fails(AnthropicConnectionError)), ...of(OPENAI, fails(APIConnectionError)) },
  ],
  [
    "a refused connection",
    { fault: "refuse" },
    { ...of(ANTHROPIC, fails(AnthropicConnectionError, REFUSED)), ...of(OPENAI, fails(APIConnectionError, REFUSED)) },
  ],
  [
    "headers that never end",
    { fault: "endless-headers" },
    { ...of(ANTHROPIC, fails(AnthropicConnectionError)), ...of(OPENAI, fails(APIConnectionError)) },
  ],
  [
    "a cut within a character",
    { fault: "cut", atByte: 333 },
    of(STREAMS, ({ error }) => expect(error).toBeInstanceOf(Error)),
  ],
];

describe.each(TABLE.map(([name, rule, clients]) => ({ name, rule, clients })))("$name", ({ rule, clients }) => {
  test.each(Object.keys(clients) as Client[])("%s", async (client) => {
    const started = await start({ clock: hastyClock, faults: [rule], length: 120 });
    const seen = await CLIENTS[client](started);
    clients[client]?.(seen);
    if (rule.fault !== "refuse")
      await expect.poll(() => started.simulator.journal.entries()[0]).toMatchObject({ fault: rule.fault });
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
    const started = await start({ clock: hastyClock });
    await expect(CALLS[name]?.(started)).resolves.toBeDefined();
    for (const rule of RULES) {
      started.simulator.faults.set([rule]);
      await expect(CALLS[name]?.(started), rule.fault).rejects.toThrow();
      await expect
        .poll(() => started.simulator.journal.entries().at(-1))
        .toMatchObject({ fault: rule.fault, outcome: "fault" });
    }
    started.simulator.faults.set([{ fault: "stall", for: 10 }]);
    await expect(CALLS[name]?.(started)).resolves.toBeDefined();
  });
});
