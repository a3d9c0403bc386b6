import * as fc from "fast-check";
import { expect, test } from "vitest";
import { newQuantiles } from "./quantiles.ts";

test("they are those of the last values, sorted", () =>
  fc.assert(
    fc.property(
      fc.array(fc.nat(50)),
      fc.integer({ min: 1, max: 20 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (values, most, q) => {
        const quantiles = newQuantiles(most);
        for (const value of values) quantiles.add(value);
        const last = values.slice(-most).sort((a, b) => a - b);
        expect(quantiles.count()).toBe(last.length);
        expect(quantiles.at(q)).toBe(last.find((_value, i) => (i + 1) / last.length >= q - 1e-12) ?? Infinity);
      },
    ),
  ));
