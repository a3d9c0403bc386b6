import * as fc from "fast-check";
import { expect, test } from "vitest";
import { Window } from "./window.ts";

test("counts what a list of all events counts, whatever was skipped, and hands it over whole", () => {
  const events = fc.array(
    fc.record({
      after: fc.oneof(fc.nat(3), fc.nat(200)),
      failures: fc.nat(2),
      slow: fc.nat(2),
      calls: fc.integer({ min: 1, max: 3 }),
      late: fc.boolean(),
    }),
  );
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 12 }), fc.nat(1_000), events, (buckets, start, all) => {
      const window = new Window(buckets);
      const log: { bucket: number; calls: number; failures: number; slow: number }[] = [];
      let head = start;
      expect(window.head).toBe(-1);
      for (const { after, failures, slow, calls, late } of all) {
        head += after;
        window.advance(head);
        window.add(late ? head - 1 : head, failures, slow, calls); // one that is late counts as the newest
        log.push({ bucket: head, calls, failures, slow });
        const recent = log.filter(({ bucket }) => bucket > head - buckets);
        const sum = (key: "calls" | "failures" | "slow"): number => recent.reduce((n, event) => n + event[key], 0);
        const { calls: counted, failures: failed, slow: slowly } = window;
        expect([counted, failed, slowly]).toEqual([sum("calls"), sum("failures"), sum("slow")]);

        const copy = new Window(buckets);
        for (const [bucket = 0, n = 0, f = 0, s = 0] of window.entries()) copy.add(bucket, f, s, n);
        expect([copy.head, copy.calls, copy.failures, copy.slow]).toEqual([head, counted, failed, slowly]);
        expect(window.entries().every(([, n]) => n !== 0)).toBe(true);
        const after100 = new Window(buckets);
        for (const [bucket = 0, n = 0, f = 0, s = 0] of window.entries()) after100.add(bucket, f, s, n);
        after100.advance(head + buckets);
        expect([after100.calls, after100.failures, after100.slow]).toEqual([0, 0, 0]);
      }
    }),
  );
});
