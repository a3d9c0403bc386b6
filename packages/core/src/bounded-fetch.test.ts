import { describe, expect, test } from "vitest";
import { boundedClient, boundedFetch, type Fetch } from "./bounded-fetch.ts";

const at = { vendor: "v", model: "m" };
const MB = 1_048_576;
const stream = JSON.stringify({ model: "m", stream: true });
const thrown = (promise: Promise<unknown>) => promise.catch((error: unknown) => error);

/** A body of so many bytes, of which no more than one piece is held. */
const bodyOf = (bytes: number): ReadableStream<Uint8Array> => {
  let left = bytes;
  return new ReadableStream({
    pull: (controller) => {
      const piece = Math.min(left, MB);
      if (piece === 0) return controller.close();
      left -= piece;
      controller.enqueue(new Uint8Array(piece));
    },
  });
};
async function lengthOf(response: Response): Promise<number> {
  let length = 0;
  for await (const piece of response.body!) length += piece.length;
  return length;
}

describe("an answer", () => {
  const answer = (bytes: number, body?: BodyInit, status = 200) =>
    boundedFetch(() => Promise.resolve(new Response(bodyOf(bytes), { status })), at)("https://host", {
      ...(body !== undefined && { body }),
    });
  const tooLarge = { code: "malformed", message: "the answer is larger than 64 MB", ...at };

  test("in one piece may have 64 MB, not a byte more", async () => {
    expect(await lengthOf(await answer(64 * MB))).toBe(64 * MB);
    expect(await thrown(answer(64 * MB + 1).then(lengthOf))).toMatchObject(tooLarge);
  });
  test("that was asked for as a stream may have more, unless it is an error's", async () => {
    expect(await lengthOf(await answer(64 * MB + 1, stream))).toBe(64 * MB + 1);
    expect(await thrown(answer(64 * MB + 1, stream, 500).then(lengthOf))).toMatchObject(tooLarge);
  });
  test("is a stream only where the request says so last, in text", async () => {
    const early = JSON.stringify({ stream: true, prompt: "x".repeat(100) });
    const whole = JSON.stringify({ prompt: "x".repeat(100) });
    for (const body of [early, whole, new TextEncoder().encode(stream)])
      expect(await thrown(answer(64 * MB + 1, body).then(lengthOf))).toMatchObject(tooLarge);
  });
  test("keeps its status, its headers and what it says", async () => {
    const given = () => Promise.resolve(new Response("no", { status: 418, headers: { "x-id": "7" } }));
    const response = await boundedFetch(given, at)("https://host");
    expect([response.status, response.headers.get("x-id"), await response.text()]).toEqual([418, "7", "no"]);
    const empty = new Response(null, { status: 204 });
    expect(await boundedFetch(() => Promise.resolve(empty), at)("https://host")).toBe(empty);
  });
});

describe("a redirect", () => {
  const moved = (status: number, location?: string) =>
    new Response("moved", { status, ...(location !== undefined && { headers: { location } }) });
  /** Answers one after the other, and tells what was asked. */
  const fetching = (...answers: readonly Response[]) => {
    const asked: (readonly [unknown, RequestInit | undefined])[] = [];
    const inner: Fetch = (input, init) => {
      asked.push([input, init]);
      return Promise.resolve(answers[asked.length - 1] ?? new Response("none left"));
    };
    return { asked, fetch: boundedFetch(inner, at) };
  };

  test.each([307, 308])("of status %i to the same host is followed with the whole request", async (status) => {
    for (const input of ["https://host/a", new URL("https://host/a"), new Request("https://host/a")]) {
      const first = moved(status, "/b");
      const { asked, fetch } = fetching(first, new Response("here"));
      expect(await (await fetch(input, { method: "POST", body: "{}" })).text()).toBe("here");
      const init = { method: "POST", body: "{}", redirect: "manual" };
      expect(asked).toEqual([
        [input, init],
        ["https://host/b", init],
      ]);
      expect(asked[0]?.[0]).toBe(input); // a request keeps what it holds
      expect(first.bodyUsed).toBe(true); // its connection is free
    }
  });
  test("is followed three times, no more", async () => {
    const hops = (n: number) => Array.from({ length: n }, (_, i) => moved(307, `/${i}`));
    const three = fetching(...hops(3), new Response("here"));
    expect(await (await three.fetch("https://host/")).text()).toBe("here");
    const four = fetching(...hops(4), new Response("here"));
    expect(await thrown(four.fetch("https://host/"))).toMatchObject({
      code: "not-found",
      message: "the endpoint redirects to host, which is not followed",
      ...at,
    });
    expect(four.asked).toHaveLength(4);
  });
  test.each([
    [moved(301, "/b"), " to host"],
    [moved(302, "https://host/b"), " to host"],
    [moved(303, "/b"), " to host"],
    [moved(300, "/b"), " to host"],
    [moved(307, "https://elsewhere/b"), " to elsewhere"],
    [moved(307, "http://host/b"), " to host"],
    [moved(308, "https://host:8443/b"), " to host:8443"],
    [Object.defineProperty(new Response(null), "type", { value: "opaqueredirect" }), ""], // a browser's
  ])("%# that would lose the question or take it elsewhere is refused", async (response, to) => {
    const { asked, fetch } = fetching(response);
    expect(await thrown(fetch("https://host/a"))).toMatchObject({
      code: "not-found",
      message: `the endpoint redirects${to}, which is not followed`,
    });
    expect(asked).toHaveLength(1);
  });
  test.each([
    [200, "/b"],
    [201, "/b"],
    [304, undefined],
    [400, "/b"],
  ])("is none with status %i and location %s", async (status, location) => {
    const body = status === 304 ? null : "moved";
    const response = new Response(body, { status, ...(location !== undefined && { headers: { location } }) });
    expect((await fetching(response).fetch("https://host/a")).status).toBe(status);
  });
});

describe("a client", () => {
  const fetch: Fetch = () => Promise.resolve(new Response(bodyOf(64 * MB + 1)));
  test("is copied with bounds around its own fetch, and what else is asked", async () => {
    const client = { fetch, withOptions: (options: object) => ({ ...options, name: "a copy" }) };
    const copy: { fetch: Fetch } = boundedClient(client, at, { quiet: true });
    expect(copy).toMatchObject({ name: "a copy", quiet: true });
    expect(await thrown(copy.fetch("https://host").then(lengthOf))).toMatchObject({ code: "malformed", ...at });
  });
  test.each([
    {},
    { fetch },
    { withOptions: () => ({}) },
    { fetch, withOptions: () => undefined },
    {
      fetch,
      withOptions: () => {
        throw new Error("no copies");
      },
    },
  ])("%# that cannot be copied stays as it is", (client) => expect(boundedClient(client, at)).toBe(client));
});
