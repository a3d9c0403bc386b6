import { describe, expect, it } from "vitest";
import { parse } from "../parse.ts";
import { createParser } from "../parser.ts";
import { end, newReader, write } from "./reader.ts";

/** What a text comes to, and what was mended in it, where. */
const read = (text: string): unknown[] => {
  const { value, repairs } = parse(text, {});
  return [value, ...repairs.map(({ kind, offset }) => `${kind} ${offset}`)];
};

type Row = [text: string, ...found: unknown[]];

const tables: Record<string, Row[]> = {
  "a comment": [
    ['{"a": 1 # c\n}', { a: 1 }, "comment 8"],
    ['{"a": 1, #b: 2}', { a: 1, "#b": 2 }, "unquoted 9"],
    ["[1, /x/]", [1, "/x/"], "unquoted 4"],
    ["[1 /* * / */ , 2]", [1, 2], "comment 3"],
    ["[1 /* x // ] */ , 2]", [1, 2], "comment 3"],
    ["[1 // x */ ]\n, 2]", [1, 2], "comment 3"],
    ["[1 /* x", [1], "comment 3", "missing-closer 7"],
    ["[1 // x", [1], "comment 3", "missing-closer 7"],
    ['{"a" /* x */ : /* y */ 1}', { a: 1 }, "comment 5", "comment 15"],
    ["{/* x */}", {}, "comment 1"],
  ],
  "a tag": [
    ['{"a": 1, <b>: 2}', { a: 1, "<b>": 2 }, "unquoted 9"],
    ["[1, </b>", [1], "comma 4", "missing-closer 4", "extracted 0"],
  ],
  "a comma": [
    ["[,]", [], "comma 1"],
    ["[,1]", [1], "comma 1"],
    ["{,}", {}, "comma 1"],
    ["[1,,,2]", [1, 2], "comma 3", "comma 4"],
    ["[1, ;2]", [1, 2], "comma 4"],
    ["[1;; 2]", [1, 2], "comma 2", "comma 3"],
    ['{"a": 1,, "b": 2}', { a: 1, b: 2 }, "comma 8"],
    ['{"a": {"b": 1, } }', { a: { b: 1 } }, "comma 15"],
  ],
  "a closer": [
    ['{"a": [1], ] "b": 2}', { a: [1], b: 2 }, "wrong-closer 11"],
    ['{"a": ], "b": 2}', { b: 2 }, "wrong-closer 6", "missing-value 7"],
    ['{"a" ]', {}, "wrong-closer 5", "missing-closer 6"],
    ['{"a" }', {}, "missing-value 5"],
    ['{"a": [{"b": 1]}', { a: [{ b: 1 }] }, "missing-closer 14"],
    ['[{"b": [1}, 2]', [{ b: [1] }, 2], "missing-closer 9"],
    ["[[]}, 2]", [[], 2], "wrong-closer 3"],
    ["[[{}}, 2]", [[{}, 2]], "wrong-closer 4", "missing-closer 9"],
  ],
  "a colon": [
    ['{"a": 1, : 2, "b": 3}', { a: 1, b: 3 }, "dropped-text 9", "dropped-text 11", "comma 12"],
    ['{"l": ["a", "b" : 1, "c": 2}', { l: ["a"], b: 1, c: 2 }, "missing-closer 16", "missing-comma 18"],
    ['{"l": ["b" : 1}', { l: [], b: 1 }, "missing-closer 11", "missing-comma 13"],
    ['[{"l": [1, : 2}]', [{ l: [1, 2] }], "dropped-text 11", "missing-closer 14"],
    ['[{"l": [: 2}]', [{ l: [2] }], "dropped-text 8", "missing-closer 11"],
    ['["x", : 2]', ["x", 2], "dropped-text 6"],
    ['{"a" => 1}', { a: 1 }, "missing-colon 5"],
    ['{"a" = 1}', { a: 1 }, "missing-colon 5"],
    ['{"a" =', {}, "missing-colon 5", "missing-closer 6"],
    ['{"a" > 1}', { a: "> 1" }, "missing-colon 5", "unquoted 5"],
    ['{"a" x> 1}', { a: "x> 1" }, "missing-colon 5", "unquoted 5"],
    ['{"a" >> 1}', { a: ">> 1" }, "missing-colon 5", "unquoted 5"],
  ],
  "a plus": [
    ['["a" + "b", + "c"]', ["ab", '+ "c"'], "joined 5", "unquoted 12"],
    ['["a" +"b" + \'c\']', ["abc"], "joined 5", "joined 10"],
    ['["a" + "b"', ["ab"], "joined 5", "missing-closer 10"],
    ["[1 + 2]", ["1 + 2"], "unquoted 1"],
    ['{"a": "x" + "y" + "z", "b": 1}', { a: "xyz", b: 1 }, "joined 10", "joined 16"],
    ['[{} + "b"]', [{}, '+ "b"'], "missing-comma 4", "unquoted 4"],
  ],
  "a fence": [
    ['{"a": 1, ```\n', { a: 1 }, "comma 9", "missing-closer 9", "extracted 0"],
    ['["a" ```\n', ["a"], "missing-closer 5", "extracted 0"],
    ['```json\n["a", ```\n', ["a"], "comma 14", "missing-closer 14", "extracted 8"],
    ['["a", ```\nx\n```]', ["a", "x"], "quotes 6"],
  ],
  "an opener": [
    ["{'a': 1, {'b': 2}", { a: 1 }, "quotes 1", "comma 9", "missing-closer 9", "extracted 0", "one-of-several 0"],
    ['[{"a": 1, {"b": 2}]', [{ a: 1 }, { b: 2 }], "comma 10", "missing-closer 10", "missing-comma 10"],
    [
      '[{"a": [{"b": 1, {"c": 1}]}]',
      [{ a: [{ b: 1 }, { c: 1 }] }],
      "comma 17",
      "missing-closer 17",
      "missing-comma 17",
    ],
    ['[{"a": 1, [2]', [{ a: 1 }], "comma 10", "missing-closer 10", "missing-closer 10", "extracted 0"],
  ],
  "an unquoted key": [
    ['{"z": 0, a b: 1}', { z: 0, "a b": 1 }, "unquoted 9"],
    ['{"z": 0, a , b: 1}', { z: 0, b: 1 }, "dropped-text 9", "comma 11", "unquoted 13"],
    ['{"z": 0, a\nb = 1}', { z: 0, b: 1 }, "dropped-text 9", "unquoted 11", "missing-colon 13"],
    ['{"z": 0, a', { z: 0 }, "dropped-text 9", "missing-closer 10"],
    ['{"z": 0, a =', { z: 0 }, "unquoted 9", "missing-colon 11", "missing-closer 12"],
    [String.raw`{"z": 0, \n b: 2}`, { z: 0, "n b": 2 }, "escape 9", "unquoted 10"],
  ],
  "what was left out": [
    ["[1, ...]", [1], "unquoted 4", "dropped-text 7"],
    ["[…, 1]", [1], "unquoted 1", "dropped-text 2"],
    ["[1, …x]", [1, "…x"], "unquoted 4"],
    ["[1, x…]", [1, "x…"], "unquoted 4"],
    ['{"a": ...}', { a: "..." }, "unquoted 6"],
  ],
};

describe.each(Object.entries(tables))("%s", (_name, rows) => {
  it.each(rows)("in %s", (text, ...found) => {
    expect(read(text)).toStrictEqual(found);
  });

  it.each(rows)("in %s, one character after another", (text, value) => {
    const parser = createParser({});
    for (const c of text) {
      parser.write(c);
      parser.partial();
    }
    expect(parser.end()).toStrictEqual({ value, repairs: parse(text, {}).repairs });
  });
});

describe("of what is without measure", () => {
  const reader = (text: string): ReturnType<typeof newReader> => {
    const found = newReader({ maxDepth: 9, maxLength: 10_000 });
    write(found, text);
    end(found);
    return found;
  };

  it("the first 100 repairs are listed", () => {
    expect(reader(`[${",".repeat(99)}1]`).repairs).toHaveLength(99);
    expect(reader(`[${",".repeat(200)}1]`).repairs).toHaveLength(100);
  });

  it("the first 255 values and the last are kept", () => {
    const { roots } = reader(Array.from({ length: 300 }, (_, i) => `{"a": ${i}}`).join(" "));
    expect(roots).toHaveLength(256);
    expect(roots.at(-2)?.node.items[0]?.text).toBe("254");
    expect(roots.at(-1)?.node.items[0]?.text).toBe("299");
  });

  it("the first 256 fences are kept", () => {
    const { blocks } = reader("```\nx\n``` ".repeat(300));
    expect(blocks).toHaveLength(256);
  });

  it("a text may be as long as it is allowed, no longer", () => {
    const found = newReader({ maxDepth: 9, maxLength: 3 });
    write(found, "[");
    write(found, "");
    write(found, "1]");
    expect(found.fault).toBeUndefined();
    write(found, "");
    expect(found.fault).toBeUndefined();
    write(found, " ");
    expect(found.fault).toStrictEqual({ reason: "too-large", offset: 3 });
  });
});

describe("where values stand", () => {
  it("is known of each, and whether it was closed", () => {
    const found = newReader({ maxDepth: 9, maxLength: 100 });
    for (const piece of [' {"a": [1, "b"', ", wo", 'rd], "c": "d']) write(found, piece);
    end(found);
    const spans = (node: (typeof found.roots)[number]["node"]): unknown[] => [
      node.start,
      node.end,
      node.done,
      ...node.items.map(spans),
    ];
    expect(found.roots.map(({ node }) => spans(node))).toStrictEqual([
      [1, 30, false, [7, 21, true, [8, 9, true], [11, 14, true], [16, 20, true]], [28, 30, false]],
    ]);
  });
});
