import { newCall } from "@llm/core";
import { dataLines } from "../../../../.config/data.ts";
import { cpuTimes } from "../measure.ts";
import { goal, type Row } from "../row.ts";
import { eventStream, wires, type WireUnderTest } from "./wires.ts";

interface Recording {
  readonly id: string;
  readonly wire: string;
  readonly stream: boolean;
  readonly status: number;
  readonly body: string;
}

const encoder = new TextEncoder();

/** The bytes of a recorded stream, an event in a piece, as a server that flushes after each would send them. */
const pieces = (body: string): Uint8Array[] => body.split(/(?<=\n\n)/).map((event) => encoder.encode(event));

/** A `fetch` that answers with recorded streams, one after the other. */
function replaying(bodies: readonly (readonly Uint8Array[])[]): typeof fetch {
  let turn = 0;
  return () => {
    const body = bodies[turn++ % bodies.length] ?? [];
    let at = 0;
    const stream = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        const piece = body[at++];
        if (piece) controller.enqueue(piece);
        else controller.close();
      },
    });
    return Promise.resolve(eventStream(stream));
  };
}

async function count(stream: AsyncIterable<unknown>): Promise<number> {
  let events = 0;
  for await (const event of stream) if (event) events++;
  return events;
}

const request = { messages: [{ role: "user", content: "Hello" }] } as const;

/** Whether both read a recording to its end: some are of streams that failed. */
async function isWhole(wire: WireUnderTest, body: readonly Uint8Array[]): Promise<boolean> {
  try {
    await count(await wire.raw(replaying([body]))());
    await count(wire.ours(replaying([body])).stream(request, newCall()));
    return true;
  } catch {
    return false;
  }
}

async function measure(wire: WireUnderTest, recordings: readonly Recording[]): Promise<Row> {
  const bodies: Uint8Array[][] = [];
  for (const { body } of recordings) {
    const bytes = pieces(body);
    if (await isWhole(wire, bytes)) bodies.push(bytes);
  }
  if (bodies.length === 0) throw new Error(`no recording of ${wire.recorded} can be read`);
  const raw = wire.raw(replaying(bodies));
  const ours = wire.ours(replaying(bodies));
  const times = await cpuTimes(
    {
      raw: async () => {
        for (const _ of bodies) await count(await raw());
      },
      ours: async () => {
        for (const _ of bodies) await count(ours.stream(request, newCall()));
      },
    },
    { rounds: 21, roundMs: 100 },
  );
  return goal(
    {
      measure: `${wire.name}: ${bodies.length} recorded streams, × the SDK's own raw stream`,
      unit: "µs CPU",
      ours: times.us.ours,
      peers: { "SDK, raw": times.us.raw },
      ratio: times.ratio("ours", "raw"),
    },
    "≤",
    1.2,
  );
}

/** The adapters on recorded bytes, beside the SDKs' own raw streams. */
export async function adapters(): Promise<Row[]> {
  const all = dataLines("recordings/recordings.jsonl.gz") as readonly Recording[] | undefined; // as the folder's list says
  const rows: Row[] = [];
  for (const wire of all ? wires : []) {
    const recordings = (all ?? []).filter(
      (one) => one.wire === wire.recorded && one.stream && one.status === 200 && one.body !== "",
    );
    if (recordings.length > 0) rows.push(await measure(wire, recordings));
  }
  return rows;
}
