import { breaker } from "@llm/breaker";
import { compose, newCall, retry } from "@llm/core";
import { CostTracker } from "@llm/cost";
import { collectGarbage } from "../measure.ts";
import { eventStream, wires } from "./wires.ts";

/*
 * A process of its own: opens streams that send a first text and then nothing, and prints the bytes of each.
 * Arguments: the wire's index, who opens them (raw, adapter, layered), how many.
 */
const [index = "0", who = "raw", many = "2000"] = process.argv.slice(2);
const wire = wires[Number(index)];
if (!wire) throw new Error(`no wire ${index}`);

const bytes = new TextEncoder().encode(wire.opening);
const slow: typeof fetch = () =>
  Promise.resolve(eventStream(new ReadableStream({ start: (controller) => controller.enqueue(bytes) })));

const raw = wire.raw(slow);
const adapter = wire.ours(slow);
const provider = who === "layered" ? compose(adapter, retry(), breaker(), new CostTracker().middleware()) : adapter;
const request = { messages: [{ role: "user", content: "Hello" }] } as const;

const open = async (): Promise<AsyncIterator<unknown>> => {
  const stream: AsyncIterable<unknown> = who === "raw" ? await raw() : provider.stream(request, newCall());
  const iterator = stream[Symbol.asyncIterator]();
  const isText = who === "raw" ? wire.isText : (event: { type?: string }) => event.type === "text";
  for (;;) {
    const step = await iterator.next();
    if (step.done) throw new Error("it ended");
    if (isText(step.value as { type?: string })) break; // an event or a part: both may have a type
  }
  void iterator.next(); // waits
  return iterator;
};

const size = (): number => {
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
};

const kept: AsyncIterator<unknown>[] = [];
for (let i = 0; i < 200; i++) kept.push(await open()); // what the first ones share
const before = size();
for (let i = 0; i < Number(many); i++) kept.push(await open());
const each = (size() - before) / Number(many);
if (kept.length < Number(many)) throw new Error("kept them all");
console.log(each);
process.exit(); // they would wait for ever
