import { createParser, parse, StructuredError } from "@llm/structured";
import * as z from "zod";
import { hostileTexts } from "../../../../packages/structured/src/testing/hostile.ts";
import { loadBaml } from "./baml.ts";
import { aiSdk, readers } from "./peers.ts";

/*
 * A process of its own: lets a parser read hostile texts, from the index given, and prints a line for each: its name,
 * what came of it and the milliseconds of CPU. Arguments: who, the first index, the length.
 */
const [who = "ours", from = "0", length = "50000"] = process.argv.slice(2);
const schemas = [
  z.object({ a: z.string() }),
  z.array(z.any()),
  z.object({ a: z.union([z.number(), z.array(z.string()), z.object({ a: z.any() })]) }),
];
const known = { type: "object", properties: { a: { type: "string" } }, required: ["a"] };

function cpu(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

/** By every schema: the milliseconds of the slowest. Only our own errors are an answer. */
function ours(text: string): number {
  let slowest = 0;
  for (const schema of schemas) {
    const before = cpu();
    try {
      parse(text, schema, { coercion: "full" });
    } catch (error) {
      if (!(error instanceof StructuredError)) throw error;
    }
    slowest = Math.max(slowest, (cpu() - before) / 1000);
  }
  return slowest;
}

function streamed(text: string): void {
  const parser = createParser(z.object({ a: z.string() }));
  for (let i = 0; i < text.length; i += 4) {
    parser.write(text.slice(i, i + 4));
    parser.live();
  }
  try {
    parser.end();
  } catch (error) {
    if (!(error instanceof StructuredError)) throw error;
  }
}

const baml = who === "BAML" ? (await loadBaml())?.(known) : undefined;
const others: Record<string, (text: string) => unknown> = {
  ...readers,
  ours,
  streamed,
  "AI SDK parsePartialJson": aiSdk,
  ...(baml && { BAML: baml }),
};
const read = others[who];
if (!read) throw new Error(`nobody is called ${who}`);
const texts = Object.entries(hostileTexts(Number(length)));
for (const [name, text] of texts.slice(Number(from))) {
  const before = cpu();
  let end = "read";
  let slowest: unknown;
  try {
    slowest = await read(text);
  } catch (error) {
    end = error instanceof RangeError ? "overflow" : who === "ours" || who === "streamed" ? String(error) : "rejected";
  }
  const ms = who === "ours" ? slowest : (cpu() - before) / 1000;
  console.log(JSON.stringify({ name, end, ms }));
}
