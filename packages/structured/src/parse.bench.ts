import { parse } from "./parse.ts";
import { createParser } from "./parser.ts";
import { malformed, records } from "./testing/documents.ts";

// Run with `node src/parse.bench.ts`: the median milliseconds of reading 100 KB in each way.

const { text, schema } = records(100_000);
const careless = malformed(text);

const works: Readonly<Record<string, () => unknown>> = {
  "JSON.parse": () => JSON.parse(text) as unknown,
  valid: () => parse(text, schema),
  malformed: () => parse(careless, schema),
  "4-character deltas, live": () => {
    const parser = createParser(schema);
    for (let i = 0; i < text.length; i += 4) {
      parser.write(text.slice(i, i + 4));
      parser.live();
    }
    return parser.end();
  },
};

for (const [name, work] of Object.entries(works)) {
  const times = Array.from({ length: 21 }, () => {
    const start = performance.now();
    work();
    return performance.now() - start;
  }).sort((a, b) => a - b);
  console.log(`${name}: ${times[10]?.toFixed(2)} ms`);
}
