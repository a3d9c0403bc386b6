import { describe, expect, test } from "vitest";
import { createSimulator, type SimulatorOptions } from "./index.ts";

describe("a wrong option is a TypeError that names it", () => {
  test.each<readonly [unknown, RegExp]>([
    [null, /options must be/],
    [{ sede: 1 }, /sede is no option/],
    [{ seed: Number.NaN }, /seed must be/],
    [{ models: "all" }, /models must be a list/],
    [{ models: [{ name: "x" }] }, /models\[0\] must be/],
    [{ models: [{ id: "x", contxt: 1 }] }, /models\[0\]\.contxt is no field/],
    [{ models: [{ id: "x", vendor: "acme" }] }, /models\[0\]\.vendor must be/],
    [{ models: [{ id: "x", kind: "image" }] }, /models\[0\]\.kind must be chat or/],
    [{ models: [{ id: "x", context: "big" }] }, /models\[0\]\.context must be a number/],
    [{ models: [{ id: "x", efforts: "low" }] }, /models\[0\]\.efforts must be a list/],
    [{ models: [{ id: "x", prefill: 1 }] }, /models\[0\]\.prefill must be a boolean/],
    [{ models: [{ id: "x", latency: -1 }] }, /models\[0\]\.latency must be/],
    [{ faults: {} }, /faults must be a list/],
    [{ faults: [{ fault: "boom" }] }, /faults\[0\]\.fault must be one of/],
    [{ strict: "yes" }, /strict must be/],
    [{ recordings: [{}] }, /recordings\[0\]\.body must be/],
    [{ length: -1 }, /length must be/],
    [{ length: { min: 3, max: 1 } }, /length must be/],
    [{ latency: { median: 0, p95: 1 } }, /latency must be/],
    [{ tokensPerSecond: "fast" }, /tokensPerSecond must be/],
    [{ languages: { xx: 1 } }, /languages\.xx is not spoken/],
    [{ languages: { en: -1 } }, /languages\.en must be/],
    [{ apiKeys: "key" }, /apiKeys must be/],
    [{ rateLimits: { rpm: 1 } }, /rateLimits\.rpm is no limit/],
    [{ rateLimits: { requestsPerMinute: 0 } }, /rateLimits\.requestsPerMinute must be/],
    [{ rateLimits: { requestsPerMinute: Infinity } }, /rateLimits\.requestsPerMinute must be/],
    [{ journalSize: 1.5 }, /journalSize must be/],
    [{ clock: {} }, /clock must have/],
  ])("%j", (options, message) => {
    const make = (): unknown => createSimulator(options as SimulatorOptions);
    expect(make).toThrow(TypeError);
    expect(make).toThrow(message);
  });

  test("no option is needed", () => {
    expect(() => createSimulator()).not.toThrow();
  });
});
