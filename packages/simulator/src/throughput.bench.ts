/**
 * How many streamed events a second one process sends: `node src/throughput.bench.ts [streams] [tokens]`.
 * The simulator runs in this process; a child reads the streams, so that only the sending side is measured.
 * The figure to beat is 5,000 events a second on one core.
 */
import { spawn } from "node:child_process";
import { createSimulator } from "./index.ts";

const [streams = 8, tokens = 20_000] = process.argv.slice(2).map(Number);

/** Reads all the streams and throws them away. */
const READER = `
const [url, streams, body] = process.argv.slice(1);
const headers = { authorization: "Bearer any", "anthropic-version": "2026-10-21" };
const read = async () => {
  const answer = await fetch(url, { method: "POST", body, headers });
  for await (const _ of answer.body);
};
await Promise.all(Array.from({ length: Number(streams) }, read));
`;

const simulator = createSimulator({ length: tokens, journalSize: 100 });
const { url, close } = await simulator.listen();
const wires = [
  ["/v1/messages", { model: "claude-opus-5-5", max_tokens: 100_000, messages: [{ role: "user", content: "Tell me" }] }],
  ["/v1/chat/completions", { model: "gpt-6.1-sol", messages: [{ role: "user", content: "Tell me" }] }],
  ["/v1/responses", { model: "gpt-6.1-sol", input: "Tell me", store: false }],
] as const;

for (const [path, body] of wires) {
  const cpu = process.cpuUsage();
  const start = performance.now();
  const reader = [
    "--input-type=module",
    "-e",
    READER,
    url + path,
    String(streams),
    JSON.stringify({ ...body, stream: true }),
  ];
  const child = spawn(process.execPath, reader, { stdio: ["ignore", "ignore", "inherit"] });
  await new Promise((resolve) => child.once("close", resolve));
  const wall = (performance.now() - start) / 1_000;
  const { user, system } = process.cpuUsage(cpu);
  const busy = (user + system) / 1e6;
  const entries = simulator.journal.entries().filter((entry) => entry.path === path);
  const events = entries.reduce((sum, entry) => sum + entry.events, 0);
  const megabytes = entries.reduce((sum, entry) => sum + entry.bytes, 0) / 1e6;
  console.log(
    `${path}: ${events} events, ${megabytes.toFixed(1)} MB; ${Math.round(events / wall)} a second by the clock, ${Math.round(events / busy)} a second of processor time`,
  );
}
await close();
