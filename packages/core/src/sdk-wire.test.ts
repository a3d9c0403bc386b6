import { describe, expect, test } from "vitest";
import { newCall } from "./call.ts";
import { collect } from "./collect.ts";
import { isLlmError } from "./error.ts";
import { leaf } from "./leaf.ts";
import type { Message } from "./message.ts";
import type { Model } from "./provider.ts";
import { toRequest } from "./request.ts";
import { check, checkEndpoint, countedBy, endpointOf, providerName, sdkWire, type Dialect } from "./sdk-wire.ts";
import { noUsage } from "./usage.ts";
import { anyModel } from "./vendor/any-model.ts";
import { collectWarnings } from "./vendor/warnings.ts";

const at = { vendor: "v", model: "m" };
const to: Model = { ...at, endpoint: "https://host/v1", can: anyModel };
const thrown = (run: () => void): unknown => {
  try {
    run();
  } catch (error) {
    return error;
  }
  return undefined;
};

describe("an endpoint", () => {
  test.each([
    ["https://host/v1", "https://host/v1"],
    ["https://me:hush@host/v1?key=hush#hush", "https://***@host/v1"],
    ["http://hush@host#hush", "http://***@host"],
    ["https://host?key=hush\nhush", "https://host"],
    ["https://host/to/http://me@there", "https://host/to/http://me@there"],
  ])("%j is told as %s", (url, told) => expect(endpointOf(url)).toBe(told));

  test.each(["https://host", "http://host:80/v1", "https://host/a@b"])("%s is one", (endpoint) =>
    expect(thrown(() => checkEndpoint({ ...at, endpoint }))).toBeUndefined(),
  );
  test.each(["", undefined, "host", "ftp://host", "http://", "file:///etc", "to-https://host", "https://me@host"])(
    "%s is none",
    (endpoint) =>
      expect(thrown(() => checkEndpoint({ ...at, ...(endpoint !== undefined && { endpoint }) }))).toMatchObject({
        code: "invalid-request",
        message: `baseURL: must be an http or https URL without a password, not ${endpoint ?? ""}`,
        ...at,
      }),
  );
  test.each([
    ["https://host/v1", "v/m"],
    ["https://host/v1//", "v/m"],
    ["https://host/v2//", "v/m@host/v2"],
    ["http://127.0.0.1:80/to/https://there", "v/m@127.0.0.1:80/to/https://there"],
  ])("%s makes the name %s", (endpoint, name) => expect(providerName("v", "m", endpoint, to.endpoint!)).toBe(name));
});

test("pictures and documents go to no model that cannot see them, wherever they stand", () => {
  const source = { url: "https://x" };
  const of = (type: "image" | "file"): Message[] => [
    { role: "user", content: "Hi" },
    {
      role: "user",
      content: [
        { type: "text", text: "Look" },
        { type, source },
      ],
    },
  ];
  const blind = { images: false, files: false };
  for (const [type, can, allowed] of [
    ["image", blind, false],
    ["file", blind, false],
    ["image", { images: true, files: false }, true],
    ["file", { images: true, files: false }, false],
    ["image", { images: false, files: true }, false],
    ["file", { images: false, files: true }, true],
  ] as const)
    expect(
      thrown(() => check({ ...to, can: { ...anyModel, ...can } }, { messages: of(type) })),
      `${type} ${JSON.stringify(can)}`,
    ).toEqual(
      allowed
        ? undefined
        : expect.objectContaining({ code: "unsupported", message: `messages: m takes no part of type ${type}`, ...at }),
    );
  const text = { messages: [{ role: "user", content: [{ type: "text", text: "Hi" }] }] } as const;
  expect(thrown(() => check({ ...to, can: { ...anyModel, ...blind } }, text))).toBeUndefined();
});

describe("tokens by a vendor's endpoint", () => {
  const counted = (answer: unknown) => countedBy(at, newCall(), () => Promise.resolve(answer));
  test("are the number that it says, also none", async () => {
    expect(await counted({ input_tokens: 12 })).toBe(12);
    expect(await counted({ input_tokens: 0 })).toBe(0);
  });
  test("are an error where it says none, its own if it tells one", async () => {
    await expect(counted({})).rejects.toMatchObject({
      code: "malformed",
      message: "the vendor's answer has no input_tokens",
      ...at,
    });
    const error = { type: "overloaded_error", message: "busy" };
    await expect(counted({ error })).rejects.toMatchObject({ code: "overloaded", message: "busy", ...at });
  });
});

describe("a request by way of an SDK", () => {
  const answers = (response: () => Response) => {
    const asked: unknown[] = [];
    let prepared = 0;
    const dialect: Dialect<{ readonly n: number }> = {
      name: "x",
      requestIdHeader: "x-id",
      prepare: (request) => ({
        body: { n: ++prepared },
        headers: undefined,
        warnings: collectWarnings(request, "v", "m"),
        output: undefined,
        outputTool: undefined,
      }),
      send: (body, settings, whole) => {
        asked.push({ ...body, settings: Object.keys(settings), whole });
        return { asResponse: () => Promise.resolve(response()) };
      },
      reader: ({ start }) => ({
        event: (event, push) => push(event === "end" ? finish : { type: "text", block: 0, delta: String(event) }),
        message: () => [{ type: "start", ...at, ...start }, finish],
      }),
    };
    const run = (whole = false) => {
      const request = toRequest("Hi");
      return collect(leaf(to, request, newCall({ whole }), sdkWire(to, at, request, whole, dialect)));
    };
    return { asked, run };
  };
  const finish = { type: "finish", reason: "stop", usage: { ...noUsage, input: 1 } } as const;
  const events = (body: string, type?: string) => () => {
    const response = new Response(body);
    response.headers.delete("content-type");
    if (type !== undefined) response.headers.set("content-type", type);
    return response;
  };

  test("is put into words once, and sent with no retries and no headers that nobody asked for", async () => {
    const { asked, run } = answers(events('data: "a"\n\ndata: "end"\n\n', "text/event-stream"));
    expect((await run()).text).toBe("a");
    expect(asked).toEqual([{ n: 1, settings: ["signal", "maxRetries", "timeout"], whole: false }]);
  });
  test("keeps the vendor's id of it", async () => {
    const { run } = answers(() => Response.json({}, { headers: { "x-id": "req_1" } }));
    expect(await run(true)).toMatchObject({ requestId: "req_1" });
    expect(await answers(() => Response.json({})).run(true)).not.toHaveProperty("requestId");
  });
  test.each([undefined, "application/octet-stream", "text/event-stream"])(
    "has its answer from events whose kind is said to be %s",
    async (type) => {
      expect((await answers(events('data: "a"\n\ndata: "end"\n\n', type)).run()).text).toBe("a");
    },
  );
  test("is malformed where something else than events came, truncated where nothing did", async () => {
    const error = (response: () => Response) =>
      answers(response)
        .run()
        .catch((e: unknown) => e);
    expect(await error(events("<html>", "text/html"))).toMatchObject({
      code: "malformed",
      message: "the answer is text/html, not a stream of events",
      ...at,
    });
    for (const silent of [events("", "text/event-stream"), events(""), () => new Response(null)])
      expect(isLlmError(await error(silent), "truncated")).toBe(true);
    expect(isLlmError(await error(events("data: [DONE]\n\n", "text/event-stream")), "truncated")).toBe(true);
  });
});
