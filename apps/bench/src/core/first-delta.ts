import { breaker } from "@llm/breaker";
import { compose, newCall, retry } from "@llm/core";
import { CostTracker } from "@llm/cost";
import { median } from "../measure.ts";
import { goal, type Row } from "../row.ts";
import { eventStream, wires, type WireUnderTest } from "./wires.ts";

const GOES = 300;
const request = { messages: [{ role: "user", content: "Hello" }] } as const;
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** An upstream that has answered with its headers and sends the first bytes when it is told to. */
function upstream(text: string): { readonly fetch: typeof fetch; readonly send: () => void } {
  const bytes = new TextEncoder().encode(text);
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  return {
    fetch: () => Promise.resolve(eventStream(new ReadableStream({ start: (own) => void (controller = own) }))),
    send: () => controller?.enqueue(bytes),
  };
}

/** Milliseconds from the upstream's first byte to the first text, by whoever reads it. */
async function wait(send: () => void, firstText: () => Promise<void>): Promise<number> {
  const seen = firstText();
  for (let i = 0; i < 5; i++) await turn(); // somebody waits for the bytes by then
  const start = performance.now();
  send();
  await seen;
  return performance.now() - start;
}

async function measure(wire: WireUnderTest): Promise<Row> {
  const theirs = upstream(wire.opening);
  const own = upstream(wire.opening);
  const raw = wire.raw(theirs.fetch);
  const provider = compose(wire.ours(own.fetch), retry(), breaker(), new CostTracker().middleware());
  const rawFirst = async (): Promise<void> => {
    for await (const event of await raw()) if (wire.isText(event)) return;
    throw new Error("no text");
  };
  const ourFirst = async (): Promise<void> => {
    for await (const part of provider.stream(request, newCall())) if (part.type === "text") return;
    throw new Error("no text");
  };
  const times = { raw: [] as number[], ours: [] as number[] };
  for (let go = -GOES / 3; go < GOES; go++) {
    const a = await wait(theirs.send, rawFirst);
    const b = await wait(own.send, ourFirst);
    if (go < 0) continue; // warms up
    times.raw.push(a);
    times.ours.push(b);
  }
  const [ours, sdk] = [median(times.ours), median(times.raw)];
  return goal(
    {
      measure: `${wire.name}: first delta after the upstream's first byte, through retry, breaker and cost, added`,
      unit: "ms",
      ours: ours - sdk,
      peers: { "SDK, raw, in all": sdk },
    },
    "≤",
    0.2,
  );
}

/** How much later the first text comes than by the SDK alone. */
export async function firstDelta(): Promise<Row[]> {
  const rows: Row[] = [];
  for (const wire of wires) rows.push(await measure(wire));
  return rows;
}
