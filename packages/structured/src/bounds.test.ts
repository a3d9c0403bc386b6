import { describe, expect, it } from "vitest";
import type { JsonObject } from "@llm/core";
import { bounds } from "./bounds.ts";

/** What is wrong with a value. */
const wrong = (schema: JsonObject, value: unknown, patterns = true): (string | undefined)[] =>
  bounds(schema, patterns)
    .map((check) => check(value))
    .filter((found) => found !== undefined);

describe("bounds", () => {
  it.each<[JsonObject, kept: unknown[], broken: unknown[]]>([
    [{ minimum: 2 }, [2, 2n, 3, "1", null, [1]], [1.9, 1n]],
    [{ maximum: 2 }, [2, 2n, 1, "3"], [2.1, 3n]],
    [{ exclusiveMinimum: 2 }, [2.1, 3n], [2, 2n, 1]],
    [{ exclusiveMaximum: 2 }, [1.9, 1n], [2, 2n, 3]],
    [{ multipleOf: 0.01 }, [19.99, 0, -0.07, 1n], [1.005, 0.001]],
    [{ multipleOf: 3 }, [9, 9n, -3], [10, 10n, 8]],
    [{ minLength: 2 }, ["ab", "\u{1f600}b", 1, []], ["a", "", "\u{1f600}"]],
    [{ maxLength: 2 }, ["ab", "\u{1f600}\u{1f600}", 123, [1, 2, 3]], ["abc", "\u{1f600}ab"]],
    [{ minItems: 1 }, [[0], {}, ""], [[]]],
    [{ maxItems: 1 }, [[0], { a: 1, b: 2 }, "abc"], [[0, 1]]],
    [{ minProperties: 1 }, [{ a: 1 }, [], "", null], [{}]],
    [{ maxProperties: 1 }, [{ a: 1 }, [1, 2], "abc"], [{ a: 1, b: 2 }]],
    [{ pattern: "^[a-z]$" }, ["a", 1, null], ["A", "ab", ""]],
    [{ pattern: String.raw`^\p{L}$` }, ["é"], ["1", "p{L}"]],
    [{ pattern: String.raw`^\-$` }, ["-"], ["x"]], // which is no pattern with the flag u
  ])("%j", (schema, kept, broken) => {
    const [[key, bound] = ["", 0]] = Object.entries(schema);
    const message = `${key} ${typeof bound === "string" ? bound : JSON.stringify(bound)}`;
    for (const value of kept) expect(wrong(schema, value), String(value)).toStrictEqual([]);
    for (const value of broken) expect(wrong(schema, value), String(value)).toStrictEqual([message]);
  });

  it("are kept all at once", () => {
    expect(wrong({ minimum: 2, multipleOf: 2, maximum: 0 }, 1)).toStrictEqual([
      "minimum 2",
      "maximum 0",
      "multipleOf 2",
    ]);
  });

  it("count a character once, but for a validator's, which may count it twice", () => {
    expect(wrong({ minLength: 2 }, "\u{1f600}", false)).toStrictEqual([]);
    expect(wrong({ minLength: 2 }, "a", false)).toStrictEqual(["minLength 2"]);
  });

  it("that are none count for nothing", () => {
    expect(bounds({ minimum: "2", maxItems: null, pattern: "(?<" }, true)).toStrictEqual([]);
    expect(bounds({ pattern: 5 }, true)).toStrictEqual([]);
    expect(bounds({ pattern: "a" }, false)).toStrictEqual([]);
    expect(bounds({}, true)).toStrictEqual([]);
  });
});
