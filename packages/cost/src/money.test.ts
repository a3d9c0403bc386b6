import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { toDollars, toUnits } from "./money.ts";

const runs = process.env["MODE"] === "long" ? 100_000 : 1_000;

describe("toUnits", () => {
  test("takes a decimal for what is written", () => {
    expect(toUnits(0.1, 1e6, "x")).toBe(100_000n);
    expect(toUnits(0.575, 1e6, "x")).toBe(575_000n);
    expect(toUnits(1.1, 1_000, "x")).toBe(1_100n);
  });

  test.each([-1, Number.NaN, Number.POSITIVE_INFINITY, 1e-7, 1.0000005, 1e12])("refuses %s by name", (amount) => {
    expect(() => toUnits(amount, 1e6, "prices.input")).toThrow(/^prices\.input must be/);
  });

  test("is exact for every decimal with as many digits as the unit", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1_000_000_000 }), (micros) => {
        const written = `${Math.floor(micros / 1e6)}.${String(micros % 1e6).padStart(6, "0")}`;
        expect(toUnits(Number(written), 1e6, "x")).toBe(BigInt(micros));
      }),
      { numRuns: runs },
    );
  });
});

describe("toDollars", () => {
  test("gives the number that one would write", () => {
    expect(toDollars(6_900_000_000n)).toBe(0.0069);
    expect(toDollars(1n)).toBe(1e-12);
    expect(toDollars(0n)).toBe(0);
  });
});
