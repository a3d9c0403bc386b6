import { once } from "node:events";
import { createServer, type IncomingMessage, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { createSimulator } from "@llm/simulator";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { anthropic } from "../anthropic/index.ts";
import { isLlmError } from "../error.ts";
import { generate } from "../generate.ts";
import { openai } from "../openai/index.ts";
import { streamText } from "../stream-text.ts";
import { conformance } from "../testing/index.ts";
import { pooledFetch } from "./pooled-fetch.ts";

const simulator = createSimulator({ seed: 9 });
const fetch = pooledFetch();
let url = "";
beforeAll(async () => {
  ({ url } = await simulator.listen());
});
afterAll(async () => {
  await simulator.close();
  await fetch.close();
});

describe("under the SDKs", () => {
  const adapters = {
    anthropic: () => anthropic("claude-opus-5-5", { apiKey: "k", baseURL: url, fetch }),
    openai: () => openai("gpt-6.1-sol", { apiKey: "k", baseURL: `${url}/v1`, fetch }),
  };
  for (const [name, make] of Object.entries(adapters))
    for (const check of conformance(make)) test(`${name}: ${check.name}`, check.run);

  test("says the same as the default fetch", async () => {
    const plain = anthropic("claude-opus-5-5", { apiKey: "k", baseURL: url });
    const texts = await Promise.all([
      generate(plain, "Tell me about the sea.").then((result) => result.text),
      generate(adapters.anthropic(), "Tell me about the sea.").then((result) => result.text),
      streamText(adapters.anthropic(), "Tell me about the sea.").result.then((result) => result.text),
    ]);
    expect(new Set(texts).size).toBe(1);
  });

  test.each([
    ["cut", "network"],
    ["end", "truncated"],
    ["reset", "network"],
    ["refuse", "network"],
  ] as const)("the fault %s is %s", async (fault, code) => {
    simulator.faults.set([{ fault }]);
    const error: unknown = await streamText(adapters.anthropic(), "Hi").result.catch((caught: unknown) => caught);
    simulator.faults.clear();
    expect(isLlmError(error) && error.code).toBe(code);
    await expect
      .poll(async () =>
        generate(adapters.anthropic(), "Hi").then(
          ({ finish }) => finish,
          () => "",
        ),
      )
      .toBe("stop");
  });
});

/** A server of its own for one test, and how many sockets it saw. */
async function serve(handle: RequestListener) {
  const server = createServer(handle);
  let sockets = 0;
  server.on("connection", () => void sockets++);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const { port } = server.address() as AddressInfo; // it listens on a port
  return { base: `http://127.0.0.1:${port}`, sockets: () => sockets };
}

const textOf = async (request: IncomingMessage): Promise<string> => {
  let text = "";
  for await (const chunk of request) text += String(chunk);
  return text;
};

describe("as a fetch", () => {
  test("method, headers, body; status, headers, body", async () => {
    const { base } = await serve(async (request, response) => {
      const body = await textOf(request);
      response.writeHead(418, { "x-two": ["a", "b"], "content-type": "application/json" });
      response.end(
        JSON.stringify({ method: request.method, path: request.url, mine: request.headers["x-mine"], body }),
      );
    });
    const response = await fetch(new URL(`${base}/a?b=1`), {
      method: "PUT",
      headers: { "x-mine": "1" },
      body: "hello",
    });
    expect([response.status, response.ok, response.headers.get("x-two")]).toEqual([418, false, "a, b"]);
    expect(await response.json()).toEqual({ method: "PUT", path: "/a?b=1", mine: "1", body: "hello" });
    const bytes = await fetch(base, { method: "POST", body: new Uint8Array([104, 105]) });
    expect(await bytes.json()).toMatchObject({ body: "hi" });
  });

  test("bodies that are streams and forms go too, statuses without body come back", async () => {
    const { base } = await serve(async (request, response) => {
      const body = await textOf(request);
      if (request.url === "/none") response.writeHead(204).end();
      else response.end(body);
    });
    const form = new FormData();
    form.set("field", "value");
    expect(await (await fetch(base, { method: "POST", body: form })).text()).toContain("value");
    expect(await (await fetch(new Request(base, { method: "POST", body: "asked" }))).text()).toBe("asked");
    const none = await fetch(`${base}/none`);
    expect([none.status, none.body]).toEqual([204, null]);
  });

  test("nothing is compressed for it, and what is all the same is read", async () => {
    const { base } = await serve((request, response) => {
      if (request.url === "/gzip") response.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync("small"));
      else if (request.url === "/odd") response.writeHead(200, { "content-encoding": "compress" }).end("?");
      else response.end(request.headers["accept-encoding"] ?? "none");
    });
    expect(await (await fetch(base)).text()).toBe("none");
    expect(await (await fetch(`${base}/gzip`)).text()).toBe("small");
    await expect(fetch(`${base}/odd`)).rejects.toThrow(TypeError);
  });

  test("a redirect is not followed", async () => {
    let followed = false;
    const { base } = await serve((request, response) => {
      followed ||= request.url === "/elsewhere";
      response.writeHead(302, { location: "/elsewhere" }).end();
    });
    expect((await fetch(base, { headers: { authorization: "Bearer k" } })).status).toBe(302);
    expect(followed).toBe(false);
  });

  test("sockets are used again, and no more than allowed", async () => {
    const few = pooledFetch({ connections: 2 });
    const { base, sockets } = await serve((_request, response) => void response.end("ok"));
    const ask = async (): Promise<string> => (await few(base)).text();
    for (let i = 0; i < 3; i++) await ask();
    expect(sockets()).toBeLessThan(3);
    await Promise.all(Array.from({ length: 10 }, ask));
    expect(sockets()).toBe(2);
    await few.close();
    expect(() => pooledFetch({ connections: 0 })).toThrow("connections");
  });

  test("a large body arrives whole, and only as fast as it is read", async () => {
    const piece = Buffer.alloc(65_536, "x");
    let sent = 0;
    const { base } = await serve((_request, response) => {
      const more = (): void => {
        while (sent < 400) {
          sent++;
          if (!response.write(piece)) return void response.once("drain", more);
        }
        response.end();
      };
      more();
    });
    const response = await fetch(base);
    const reader = response.body?.getReader();
    await reader?.read();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(sent).toBeLessThan(400); // the rest waits at the sender's
    let bytes = 0;
    for (let next = await reader?.read(); next && !next.done; next = await reader?.read()) bytes += next.value.length;
    expect(bytes).toBeGreaterThan(399 * 65_536 - 1_000_000);
    expect(sent).toBe(400);
  });

  test("an abort rejects with its reason, before the headers and within the body; cancelling closes the socket", async () => {
    const closed: string[] = [];
    const { base } = await serve((request, response) => {
      request.on("close", () => closed.push(request.url ?? ""));
      response.on("close", () => closed.push(`${request.url} response`));
      if (request.url === "/body") response.write("first");
    });
    const reason = new Error("enough");
    const controller = new AbortController();
    const waiting = fetch(`${base}/headers`, { signal: controller.signal });
    controller.abort(reason);
    await expect(waiting).rejects.toBe(reason);
    await expect(fetch(base, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);

    const second = new AbortController();
    const response = await fetch(`${base}/body`, { signal: second.signal });
    const reader = response.body?.getReader();
    await reader?.read();
    const next = reader?.read();
    second.abort(reason);
    await expect(next).rejects.toThrow();

    const third = await fetch(`${base}/body`);
    await third.body?.cancel();
    await expect.poll(() => closed.filter((path) => path === "/body response").length).toBe(2);
  });

  test("no connection is a TypeError, as with the default fetch", async () => {
    await expect(fetch("http://127.0.0.1:1")).rejects.toThrow(new TypeError("fetch failed"));
  });
});
