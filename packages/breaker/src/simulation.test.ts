import { LlmError } from "@llm/core";
import { describe, expect, test } from "vitest";
import { createBreaker } from "./breaker.ts";
import { cooldown, faults, ours, simulate } from "./simulation.bench.ts";
import type { Arrival, Guard } from "./simulation.bench.ts";

const arrivals: Arrival[] = Array.from({ length: 2_000 }, (_, i) => ({ at: i * 500, input: 500, output: 100 }));
const open: Guard = { run: (call) => call(() => {}) };

describe("the simulation", () => {
  test.each(faults.map((fault) => [fault.name, fault] as const))("%s", async (_, fault) => {
    const sent = await simulate(arrivals, fault, () => open);
    // 480 s of 1,000 at two calls a second; a bad node has an eighth of them
    expect(sent.doomed).toBeGreaterThan(fault.oneOf ? 110 : 950);
    expect(sent.doomed).toBeLessThanOrEqual(fault.oneOf ? 130 : 962);
    expect(sent.refused).toBe(0);
    const cooled = await simulate(arrivals, fault, () => cooldown());
    if (fault.name !== "slow first token") expect(cooled.doomed).toBeLessThan(sent.doomed * 0.8);
    const guarded = await simulate(arrivals, fault, ours());
    expect(guarded.doomed).toBeLessThan(sent.doomed * 0.2);
    expect(guarded.refused).toBeLessThan(arrivals.length * 0.15);
  });

  test("a guard that refuses everything sends nothing into a fault, and refuses the rest", async () => {
    const breaker = createBreaker();
    breaker.isolate();
    const shut: Guard = { run: (call) => breaker.run(() => call(() => {})) };
    const [outage] = faults;
    if (!outage) throw new LlmError("unsupported", "no faults");
    const { doomed, refused } = await simulate(arrivals, outage, () => shut);
    expect(doomed).toBe(0);
    expect(refused).toBeGreaterThan(1_030);
    expect(refused).toBeLessThan(1_050);
  });
});
