import { LLMock } from "@copilotkit/aimock";
import { createSimulator } from "@llm/simulator";
import { median } from "./measure.ts";
import { printed } from "./processes.ts";
import { goal, type Benchmark, type Row } from "./row.ts";

/** Streams at once, and how long the text is that each brings. */
const STREAMS = 4;
const WORDS = 20_000;
const ROUNDS = 5;

const TEXT = Array.from({ length: WORDS }, (_, n) => `word${n % 97}`).join(" ");
/** Characters a chunk of the peer's: about what our pieces have, one to four words. */
const CHUNK = 16;

/** Reads the streams with the vendors' own clients, in a process of its own, and prints how many events came. */
const reader = (wire: string, url: string): string => `
import Anthropic from "@anthropic-ai/sdk";
import OpenAI from "openai";
const anthropic = new Anthropic({ baseURL: ${JSON.stringify(url)}, apiKey: "any", maxRetries: 0 });
const openai = new OpenAI({ baseURL: ${JSON.stringify(`${url}/v1`)}, apiKey: "any", maxRetries: 0 });
const messages = [{ role: "user", content: "Hello" }];
const open = {
  messages: () => anthropic.messages.create({ model: "claude-opus-5-5", max_tokens: 128_000, messages, stream: true }),
  chat: () => openai.chat.completions.create({ model: "gpt-6.1-sol", messages, stream: true }),
  responses: () => openai.responses.create({ model: "gpt-6.1-sol", input: "Hello", store: false, stream: true }),
}[${JSON.stringify(wire)}];
let events = 0;
let characters = 0;
const read = async () => {
  for await (const event of await open()) {
    events++;
    const delta = event.choices ? event.choices[0]?.delta?.content : (event.delta?.text ?? event.delta);
    if (typeof delta === "string") characters += delta.length;
  }
};
await Promise.all(Array.from({ length: ${STREAMS} }, read));
if (characters !== ${STREAMS * TEXT.length}) throw new Error("the text did not come whole: " + characters);
console.log(events);
`;

/** Events a second that a server in this process sends: by its own processor time, and by the clock. */
async function rate(wire: string, url: string): Promise<{ readonly core: number; readonly wall: number }> {
  const cpu = process.cpuUsage();
  const start = performance.now();
  const events = Number(await printed(reader(wire, url), import.meta.dirname));
  const { user, system } = process.cpuUsage(cpu);
  return { core: events / ((user + system) / 1e6), wall: events / ((performance.now() - start) / 1e3) };
}

/** How fast the simulator streams, beside aimock: one text, read by the vendors' clients over loopback. */
const run: Benchmark = async () => {
  const simulator = createSimulator();
  simulator.when("Hello").reply(TEXT);
  const { url, close } = await simulator.listen();
  const peer = new LLMock({ port: 0, chunkSize: CHUNK });
  peer.onMessage("Hello", { content: TEXT });
  await peer.start();
  const rows: Row[] = [];
  try {
    for (const wire of ["messages", "chat", "responses"]) {
      const figures = {
        ours: { core: [] as number[], wall: [] as number[] },
        peer: { core: [] as number[], wall: [] as number[] },
      };
      for (let round = 0; round < ROUNDS; round++)
        for (const who of round % 2 === 0 ? (["ours", "peer"] as const) : (["peer", "ours"] as const)) {
          const { core, wall } = await rate(wire, who === "ours" ? url : peer.url);
          figures[who].core.push(core);
          figures[who].wall.push(wall);
        }
      const row = (measure: string, kind: "core" | "wall"): Row => ({
        measure: `${wire}, ${measure}`,
        unit: "events/s",
        ours: median(figures.ours[kind]),
        peers: { aimock: median(figures.peer[kind]) },
      });
      rows.push(goal(row("a second of the server's processor time", "core"), "≥", 5_000));
      // The client's start and its own work are in it.
      rows.push(row("a second by the clock, with the client's start and work", "wall"));
    }
  } finally {
    await peer.stop();
    await close();
  }
  return rows;
};

export default run;
