import { fork } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import Anthropic from "@anthropic-ai/sdk";
import { pooledFetch } from "./pooled-fetch.ts";

/**
 * CPU time of the client, in microseconds a call: the SDK on the default fetch and on {@link pooledFetch}, a small whole
 * answer and a stream of 1,000 events, in interleaved rounds, medians. The server is a process of its own.
 *
 * `node src/node/fetch.bench.ts`
 */
const EVENTS = 1_000;
const ROUNDS = 15;

const delta = { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "word " } };
const event = (data: { readonly type: string }): string => `event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`;

async function serve(): Promise<void> {
  const server = createServer((request, response) => {
    void (async () => {
      let body = "";
      for await (const chunk of request) body += String(chunk);
      if (!body.includes('"stream":true')) {
        response.writeHead(200, { "content-type": "application/json" }).end("{}");
        return;
      }
      response.writeHead(200, { "content-type": "text/event-stream" });
      for (let i = 0; i < EVENTS; i++) {
        response.write(event(delta));
        if (i % 4 === 3) await new Promise((resolve) => setImmediate(resolve)); // so that it arrives in pieces
      }
      response.end(event({ type: "message_stop" }));
    })();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo; // it listens on a port
  process.send?.(port);
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

async function cost(run: () => Promise<unknown>, times: number): Promise<number> {
  const before = process.cpuUsage();
  for (let i = 0; i < times; i++) await run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / times;
}

async function measure(): Promise<void> {
  const child = fork(import.meta.filename, ["serve"]);
  const [port] = (await once(child, "message")) as [number]; // what serve() sends
  const pooled = pooledFetch();
  const options = { apiKey: "k", baseURL: `http://127.0.0.1:${port}`, openTelemetry: false } as const;
  const clients = { default: new Anthropic(options), pooled: new Anthropic({ ...options, fetch: pooled }) };
  const body = { model: "any", max_tokens: 1, messages: [{ role: "user" as const, content: "Hi" }] };
  const kinds = {
    call: { times: 50, run: (client: Anthropic) => client.messages.create(body) },
    stream: {
      times: 4,
      run: async (client: Anthropic) => {
        let events = 0;
        for await (const { type } of await client.messages.create({ ...body, stream: true })) if (type) events++;
        if (events !== EVENTS + 1) throw new Error(`${events} events instead of ${EVENTS + 1}`);
      },
    },
  };
  const results = new Map<string, number[]>();
  for (let round = -2; round < ROUNDS; round++)
    for (const [kind, { times, run }] of Object.entries(kinds))
      for (const [name, client] of Object.entries(clients)) {
        const micros = await cost(() => run(client), times);
        if (round >= 0) results.set(`${kind} ${name}`, [...(results.get(`${kind} ${name}`) ?? []), micros]);
      }
  for (const kind of Object.keys(kinds)) {
    const [plain = Number.NaN, ours = Number.NaN] = ["default", "pooled"].map((name) =>
      median(results.get(`${kind} ${name}`) ?? []),
    );
    console.log(
      `${kind}: default ${plain.toFixed(0)} µs, pooled ${ours.toFixed(0)} µs, ${(ours / plain).toFixed(2)} of it`,
    );
  }
  child.kill();
  await pooled.close();
}

await (process.argv[2] === "serve" ? serve() : measure());
