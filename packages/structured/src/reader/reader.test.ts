import { describe, expect, it } from "vitest";
import { toPlain } from "../coerce/coerce.ts";
import { grammarTexts, randomJson } from "../testing/grammar.ts";
import { hostileTexts } from "../testing/hostile.ts";
import { newRandom } from "../testing/random.ts";
import { end, newReader, write } from "./reader.ts";
import type { Reader } from "./reader.ts";

const { env } = import.meta as ImportMeta & { readonly env: { readonly MODE: string } }; // vitest sets it
const LONG = env.MODE === "long" ? 20 : 1;

const read = (text: string, cuts: readonly number[] = [], names?: ReadonlySet<string>): Reader => {
  const reader = newReader({ maxDepth: 256, maxLength: 2 ** 24, names });
  let at = 0;
  for (const cut of cuts) {
    write(reader, text.slice(at, cut));
    at = cut;
  }
  write(reader, text.slice(at));
  end(reader);
  return reader;
};

/** Everything that a reader has found. */
const found = (reader: Reader): string =>
  JSON.stringify({
    roots: reader.roots.map((root) => ({
      value: toPlain(root.node),
      start: root.node.start,
      end: root.node.end,
      done: root.node.done,
      draft: root.draft,
      fenced: root.fenced,
    })),
    blocks: reader.blocks.map((block) => block.text),
    repairs: reader.repairs.map((repair) => repair.kind),
    fault: reader.fault?.reason,
  });

const values = (text: string): unknown[] => read(text).roots.map((root) => toPlain(root.node));

describe("the reader", () => {
  it.each(grammarTexts.filter((text) => /^\s*[[{]/.test(text)))("reads %s as JSON.parse does", (text) => {
    const reader = read(text);
    expect(reader.roots).toHaveLength(1);
    expect(values(text)[0]).toStrictEqual(JSON.parse(text));
    expect(reader.repairs).toStrictEqual([]);
  });

  it("reads random JSON as JSON.parse does, without a repair", () => {
    const random = newRandom(7);
    for (let i = 0; i < 1500 * LONG; i++) {
      const text = `[${randomJson(random)}]`;
      const reader = read(text);
      expect(
        reader.roots.map((root) => toPlain(root.node)),
        text,
      ).toStrictEqual([JSON.parse(text)]);
      expect(reader.repairs, text).toStrictEqual([]);
    }
  });

  it.each([
    // commas
    ["[1, 2, 3,]", [1, 2, 3]],
    ["[1,, 2]", [1, 2]],
    ["[1 2 3]", [1, 2, 3]],
    ["[true 2 null x]", [true, 2, "null x"]],
    ['["a" "b"]', ["a", "b"]],
    ['{"a": 1 "b": 2}', { a: 1, b: 2 }],
    ['{"a": "x" "b": "y"}', { a: "x", b: "y" }],
    ['{"a": "x", ...}', { a: "x" }],
    ['{"a": 1\n"b": true\n"c": null}', { a: 1, b: true, c: null }],
    ['{"a": [1, 2] "b": {} "c": 3}', { a: [1, 2], b: {}, c: 3 }],
    ['{"a": 1; "b": 2}', { a: 1, b: 2 }],
    // quotes
    ["{'a': 'b'}", { a: "b" }],
    ["{'a': 'it's'}", { a: "it's" }],
    ["{“a”: “b”}", { a: "b" }],
    ["{‘a’: ‘b’}", { a: "b" }],
    ["{«a»: «b»}", { a: "b" }],
    ["{`a`: `b`}", { a: "b" }],
    ['{"a": """b "c" d"""}', { a: 'b "c" d' }],
    ["{'a': '''b\n  c'''}", { a: "b\n  c" }],
    ['{"a": """\n    x\n      y\n    """}', { a: "x\n  y" }],
    ['{"a": ```ts\nlet x = 1;\n```}', { a: "let x = 1;" }],
    ['{"a": "say "hi" now", "b": 1}', { a: 'say "hi" now', b: 1 }],
    ['{"a": "say "hi"", "b": 1}', { a: 'say "hi"', b: 1 }],
    ['{"a": "say "hi", he said", "b": 1}', { a: 'say "hi", he said', b: 1 }],
    ['{"a": ""quoted"", "b": 1}', { a: '"quoted"', b: 1 }],
    ['["say "hi" now", "b"]', ['say "hi" now', "b"]],
    ['{"a": "if (x == "y") { z("w") } else", "b": 1}', { a: 'if (x == "y") { z("w") } else', b: 1 }],
    ['{"a": "{"x": "y", "z": 1}", "b": 2}', { a: '{"x": "y", "z": 1}', b: 2 }, ["a", "b"]],
    ['{\\"a\\": \\"b\\", \\"c\\": [1]}', { a: "b", c: [1] }],
    ['{"a": "one" + "two"}', { a: "onetwo" }],
    ['["one" + "two", "three"]', ["onetwo", "three"]],
    // unquoted
    ["{a: 1, b_c: 2, d-e: 3}", { a: 1, b_c: 2, "d-e": 3 }],
    ["{a: 1,000, b: 1,2}", { a: "1,000", b: "1,2" }],
    ["{a: hello, b: world}", { a: "hello", b: "world" }],
    ["{a: hello world\nb: next}", { a: "hello world", b: "next" }],
    ["{a: one, two and three, b: 1}", { a: "one, two and three", b: 1 }],
    ["{a: f(x: number, y: string), b: 1}", { a: "f(x: number, y: string)", b: 1 }],
    ["{a: https://example.org/x, b: 1}", { a: "https://example.org/x", b: 1 }],
    ["[one, two three]", ["one", "two three"]],
    ['{"z": 0, a = 1, b => 2}', { z: 0, a: 1, b: 2 }],
    // literals and numbers
    ["[True, False, None, undefined, NaN]", [true, false, null, null, null]],
    ["[+1, .5, 1., 1_000, 0x1]", [1, 0.5, 1, 1000, "0x1"]],
    ["[1e999, -1e999]", [Infinity, -Infinity]],
    // comments
    ["{// a\n a: 1, /* b */ b: 2 # c\n}", { a: 1, b: 2 }],
    ['{"a": 1, // one\n"b": 2}', { a: 1, b: 2 }],
    ['["a", /* x, "y" */ "b"]', ["a", "b"]],
    ["{a: word // comment\n, b: 1}", { a: "word", b: 1 }],
    // closers
    ['{"a": {"b": [1, 2', { a: { b: [1, 2] } }],
    ['{"a": [1, 2}', { a: [1, 2] }],
    ['[{"a": 1, {"a": 2}]', [{ a: 1 }, { a: 2 }]],
    ['{"a": [1, 2]]}', { a: [1, 2] }],
    ['{"a": "unfinished', { a: "unfinished" }],
    ['{"a": 1, "b"', { a: 1 }],
    ['{"a": 1, "b":', { a: 1 }],
    ['{"a": , "b": 2}', { b: 2 }],
    ['{"a" "b"}', { a: "b" }],
    // strings
    ['{"a": "line\nbreak\ttab"}', { a: "line\nbreak\ttab" }],
    ['{"a": "C:\\dir\\x41\\q"}', { a: "C:\\dirA\\q" }],
    ['{"a": "\\u00zz"}', { a: "\\u00zz" }],
    ['{"a": "\u0000\u001f"}', { a: "\u0000\u001f" }],
    ['{"a": "\ud800"}', { a: "\ud800" }],
  ] as [string, unknown, string[]?][])("mends %j", (text, value, names) => {
    expect(read(text, [], names && new Set(names)).roots.map((root) => toPlain(root.node))).toStrictEqual([value]);
  });

  it.each([
    ['Here: {"a": 1} and {"a": 2}.', [{ a: 1 }, { a: 2 }]],
    ['```json\n{"a": 1}\n```', [{ a: 1 }]],
    ["```\n[1]\n```\ntext\n```js\n[2]\n```", [[1], [2]]],
    ['```json\n{"a": [1, 2\n```\nDone.', [{ a: [1, 2] }]],
    ['<answer>{"a": 1}</answer>', [{ a: 1 }]],
    ['<answer>{"a": [1</answer>', [{ a: [1] }]],
    ["Use {schema} [here](link) {see: this}", [{ see: "this" }]],
    ["[text](https://example.org) and [1, 2]", [[1, 2]]],
    ["{{name}} {}", [{}]],
    ["no json here, (at) all", []],
    ['{"a": 1, {"b": 2}', [{ a: 1 }, { b: 2 }]],
    ["if (x) { return; }", []],
  ] as [string, unknown[]][])("finds values in %j", (text, expected) => {
    expect(values(text)).toStrictEqual(expected);
  });

  it("marks drafts in reasoning and content of fences", () => {
    const reader = read('<think>Maybe {"a": 1}</think>```json\n{"a": 2}\n``` {"a": 3}');
    expect(reader.roots.map((root) => [root.draft, root.fenced])).toStrictEqual([
      [true, false],
      [false, true],
      [false, false],
    ]);
  });

  it("keeps plain text of fences as blocks", () => {
    expect(read("Answer:\n```\nyes\n```").blocks.map((block) => block.text)).toStrictEqual(["yes"]);
  });

  it("treats names of the prototype as plain keys", () => {
    const [value] = values('{"__proto__": {"x": 1}, constructor: 2, prototype: 3}') as [Record<string, unknown>];
    expect(Object.keys(value)).toStrictEqual(["__proto__", "constructor", "prototype"]);
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect(({} as { x?: unknown }).x).toBeUndefined();
  });

  it("stops at its bounds", () => {
    const deep = newReader({ maxDepth: 3, maxLength: 100 });
    write(deep, "[[[[1]]]]");
    expect(deep.fault).toStrictEqual({ reason: "too-deep", offset: 3 });
    write(deep, "more");
    end(deep);
    expect(deep.source.length()).toBe(9);
    const long = newReader({ maxDepth: 3, maxLength: 5 });
    write(long, "[1, ");
    write(long, "2]");
    expect(long.fault).toStrictEqual({ reason: "too-large", offset: 5 });
  });

  it.each(Object.entries(hostileTexts(3000)))("ends on %s, however it is cut", (_name, text) => {
    const whole = found(read(text));
    for (const step of [1, 7, 64]) {
      const cuts = Array.from({ length: Math.floor(text.length / step) }, (_, i) => (i + 1) * step);
      expect(found(read(text, cuts)) === whole).toBe(true);
    }
  });

  it("finds the same at every split of damaged text", () => {
    const texts = [
      'Sure! {“a”: \'b\', c: [1, 2,], // no\n "d": "x "y" z", e: True} done',
      '```json\n{"a": "\\ud83d\\ude00 \\n", "b": """x\ny""", c: ```js\n1\n```}\n``` and {"d": 1',
      '<think>{"a": 1}</think> [link](x) "{\\"a\\": [1]}" tail',
      '{"a": "one" + "two" /* c */, "b" => word word, c: f(x, y)\n d: 1} ]',
      '{"a":1,"b":"</tag>","c":`t`,}\n\n[ 1 , "a" "b" , {x:1, {y:2} ]',
    ];
    for (const text of texts) {
      const whole = found(read(text));
      for (let i = 1; i < text.length; i++) {
        expect(found(read(text, [i])), `${i}`).toStrictEqual(whole);
        for (let j = i + 1; j < Math.min(text.length, i + 6); j++)
          expect(found(read(text, [i, j])), `${i} ${j}`).toStrictEqual(whole);
      }
      expect(
        found(
          read(
            text,
            Array.from({ length: text.length }, (_, i) => i),
          ),
        ),
      ).toStrictEqual(whole);
    }
  });
});
