import type { Random } from "./random.ts";

/**
 * Valid JSON texts, written from the grammar of RFC 8259, section by section: what a parser must read exactly as
 * `JSON.parse` does.
 */
export const grammarTexts: readonly string[] = [
  // section 2: structural characters and insignificant white space
  "[]",
  "{}",
  " [ ] ",
  "\t{\t}\r\n",
  "[\n]",
  "[ 1 , 2 ]",
  '{ "a" : 1 }',
  '\r\n{"a"\n:\t[\r1 ]}',
  // section 3: values and literal names
  "[null]",
  "[true,false,null]",
  "true",
  "false",
  "null",
  "0",
  '"lone"',
  " 7 ",
  // section 4: objects
  '{"":0}',
  '{"a":{}}',
  '{"a":[],"b":{}}',
  '{"a":1,"a":2}',
  '{"a":1,"b":2,"a":3}',
  '{"a b":1}',
  '{"\\u0061":1}',
  '{"__proto__":1}',
  '{"__proto__":{"x":1},"constructor":2,"prototype":3,"toString":4}',
  '{"a":{"b":{"c":{"d":{}}}}}',
  '{"true":false,"null":"null"}',
  '{"a":"b","c":"d","e":"f"}',
  '{"//":"no comment","/*":"*/"}',
  '{"a:b":"c:d","e,f":"g,h"}',
  '{"0":"zero","1":"one"}',
  // section 5: arrays
  "[[]]",
  "[[],[]]",
  "[[[[[[[[[[]]]]]]]]]]",
  "[[1],[2,[3]]]",
  '[{},[],"",0,null,true,false]',
  "[1,2,3,4,5,6,7,8,9,10]",
  '["a",1,"b",2]',
  '[{"a":1},{"a":2}]',
  "[ [ ] , { } ]",
  // section 6: numbers
  "[0]",
  "[-0]",
  "[1]",
  "[-1]",
  "[10]",
  "[0.1]",
  "[-0.1]",
  "[1.5]",
  "[123.456]",
  "[1e1]",
  "[1E1]",
  "[1e+1]",
  "[1e-1]",
  "[0e0]",
  "[0e+1]",
  "[1.5e3]",
  "[-1.5E-3]",
  "[1e308]",
  "[1e-308]",
  "[123456789012345678901234567890]",
  "[0.000000000000000000000000000001]",
  "[9007199254740991,9007199254740993]",
  "[20e1]",
  "[1.0]",
  // section 7: strings
  '[""]',
  '["a"]',
  '[" "]',
  '["\\""]',
  '["\\\\"]',
  '["\\/"]',
  '["/"]',
  '["\\b\\f\\n\\r\\t"]',
  '["\\u0000"]',
  '["\\u00e9"]',
  '["\\u00E9"]',
  '["\\ud83d\\ude00"]',
  '["\\uD83D\\uDE00 twice \\uD83D\\uDE00"]',
  '["\\u2028\\u2029"]',
  '["\\\\u0041"]',
  '["\\\\\\""]',
  '["\\\\n"]',
  '["é"]',
  '["日本語"]',
  '["😀"]',
  '["\u007f"]',
  '["\u2028"]',
  '["\ufeff"]',
  '["[]{}:,"]',
  "[\"'single'\"]",
  '["a\\"b\\"c"]',
  '["\\", \\"x\\": 1"]',
  '["`"]',
  '["```json"]',
  '["<think>"]',
  '["// no comment"]',
  '["/* none */"]',
  '["# none"]',
  '["null","true","1"]',
  '["trailing space "]',
  '["\\u0022"]',
  '["{\\"a\\":1}"]',
  '["https://example.org/?a=b&c=[d]"]',
];

/** A random valid text of the grammar. */
export function randomJson(random: Random, depth = 4): string {
  const space = (): string => random.pick(["", "", "", " ", "\n", "\t", "\r\n"]);
  const kind = depth <= 0 ? random.int(4) : random.int(6);
  const character = (): string =>
    random.pick([
      "a",
      "Z",
      " ",
      "é",
      "😀",
      '\\"',
      "\\\\",
      "\\n",
      "\\/",
      "\\u0041",
      "\\ud83d\\ude00",
      ",",
      ":",
      "{",
      "}",
      "[",
      "]",
      "'",
      "`",
      "/",
      "#",
      "<",
      "-",
      "0",
    ]);
  const string = (): string => `"${Array.from({ length: random.int(8) }, character).join("")}"`;
  switch (kind) {
    case 0:
      return random.pick(["true", "false", "null"]);
    case 1:
      return `${random.chance(0.3) ? "-" : ""}${random.int(3) === 0 ? "0" : String(1 + random.int(99_999))}${random.chance(0.4) ? `.${random.int(1000)}` : ""}${random.chance(0.2) ? `${random.pick(["e", "E"])}${random.pick(["", "+", "-"])}${random.int(20)}` : ""}`;
    case 2:
    case 3:
      return string();
    case 4:
      return `[${Array.from({ length: random.int(5) }, () => `${space()}${randomJson(random, depth - 1)}${space()}`).join(",")}]`;
    default:
      return `{${Array.from({ length: random.int(5) }, () => `${space()}${string()}${space()}:${space()}${randomJson(random, depth - 1)}${space()}`).join(",")}}`;
  }
}
