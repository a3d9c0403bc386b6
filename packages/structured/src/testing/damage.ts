import type { Json } from "@llm/core";
import type { Document } from "./documents.ts";
import { randomDocument, randomObject } from "./documents.ts";
import type { Random } from "./random.ts";
import { newRandom } from "./random.ts";

/** Writes a value the way a model might, with one kind of damage. Undefined: this kind cannot be done to this value. */
export type Damage = (value: Json, random: Random) => string | undefined;

/** What a writer of almost-JSON does differently. */
interface Style {
  readonly key?: (key: string) => string;
  readonly string?: (text: string, role: "value" | "item") => string;
  readonly literal?: (value: boolean | null) => string;
  readonly number?: (value: number) => string;
  readonly colon?: string;
  /** What stands for `{`, `}`, `[` and `]`. */
  readonly brackets?: string;
  readonly comma?: (last: boolean) => string;
  readonly before?: () => string;
  readonly close?: (closer: string) => string;
  readonly indent?: number;
}

const isObject = (value: Json): value is { readonly [key: string]: Json } =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Writes almost-JSON. */
function write(value: Json, style: Style, role: "value" | "item" = "value", level = 1): string {
  if (typeof value === "string") return style.string ? style.string(value, role) : JSON.stringify(value);
  if (typeof value === "number") return (style.number ?? String)(value);
  if (typeof value === "boolean" || value === null) return (style.literal ?? String)(value);
  const step = style.indent ?? 2;
  const line = step === 0 ? "" : `\n${" ".repeat(step * level)}`;
  const end = step === 0 ? "" : `\n${" ".repeat(step * (level - 1))}`;
  const comma = style.comma ?? ((last: boolean) => (last ? "" : ","));
  const close = style.close ?? ((closer: string) => closer);
  const before = style.before ?? (() => "");
  const [open = "{", shut = "}", start = "[", stop = "]"] = style.brackets ?? "";
  if (isObject(value)) {
    const entries = Object.entries(value);
    const body = entries.map(
      ([key, part], i) =>
        `${line}${before()}${(style.key ?? JSON.stringify)(key)}${style.colon ?? ": "}${write(part, style, "value", level + 1)}${comma(i === entries.length - 1)}`,
    );
    return entries.length === 0 ? open + shut : `${open}${body.join("")}${end}${close(shut)}`;
  }
  const body = value.map(
    (part, i, all) => `${line}${write(part, style, "item", level + 1)}${comma(i === all.length - 1)}`,
  );
  return body.length === 0 ? start + stop : `${start}${body.join("")}${end}${close(stop)}`;
}

const pretty = (value: Json): string => JSON.stringify(value, null, 2);

const quoted =
  (open: string, close: string) =>
  (text: string): string =>
    `${open}${JSON.stringify(text)
      .slice(1, -1)
      .replaceAll(String.raw`\"`, '"')
      .replaceAll(close, `\\${close}`)}${close}`;

const strings = (value: Json): string[] => {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null) return [];
  return (Array.isArray(value) ? value : Object.values(value)).flatMap(strings);
};

const composite = (value: Json): boolean =>
  typeof value === "object" &&
  value !== null &&
  (Array.isArray(value) ? value.length > 0 : Object.keys(value).length > 0);

/** Another value of the same form: a draft that the model gave up. */
const draft = (value: Json): Json => {
  if (typeof value === "number") return value + 1;
  if (typeof value === "string") return value === "" ? "draft" : `${value} (draft)`;
  if (typeof value !== "object" || value === null) return value;
  return Array.isArray(value)
    ? value.map(draft)
    : Object.fromEntries(Object.entries(value).map(([key, part]) => [key, draft(part)]));
};

/** All kinds of damage by name. */
export const damages: Readonly<Record<string, Damage>> = {
  none: pretty,
  minified: (value) => JSON.stringify(value),
  "trailing commas": (value) => write(value, { comma: () => "," }),
  "Python literals": (value) => write(value, { literal: (v) => (v === null ? "None" : v ? "True" : "False") }),
  "Python repr": (value) =>
    write(value, {
      literal: (v) => (v === null ? "None" : v ? "True" : "False"),
      key: quoted("'", "'"),
      string: (text) => (text.includes("'") && !text.includes('"') ? JSON.stringify(text) : quoted("'", "'")(text)),
      indent: 0,
      comma: (last) => (last ? "" : ", "),
    }),
  "unquoted keys": (value) =>
    write(value, { key: (key) => (/^[\p{L}_$][\p{L}\p{N}_$-]*$/u.test(key) ? key : JSON.stringify(key)) }),
  "single quotes": (value) => write(value, { key: quoted("'", "'"), string: quoted("'", "'") }),
  "smart quotes": (value) => write(value, { key: quoted("\u201c", "\u201d"), string: quoted("\u201c", "\u201d") }),
  backticks: (value) => write(value, { string: quoted("`", "`") }),
  "missing closers": (value, random) => {
    if (!composite(value)) return undefined;
    const text = pretty(value);
    let end = text.length;
    const count = 1 + random.int(3);
    for (let i = 0; i < count; i++) {
      const cut = text.slice(0, end).trimEnd();
      if (!/[\]}]$/.test(cut)) break;
      end = cut.length - 1;
    }
    return text.slice(0, end);
  },
  "wrong closers": (value, random) => {
    // a list within an object that is closed by the object's brace alone
    const text = JSON.stringify(value);
    const spots = [...text.matchAll(/\](?=\})/g)].map((found) => found.index);
    if (spots.length === 0 || strings(value).some((s) => s.includes("]}"))) return undefined;
    const at = random.pick(spots);
    return text.slice(0, at) + text.slice(at + 1);
  },
  "line comments": (value, random) =>
    write(value, {
      before: () => (random.chance(0.4) ? `// ${random.pick(["the id", "see: below", 'it\'s "new"', "{x}"])}\n` : ""),
    }),
  "block comments": (value, random) =>
    write(value, { before: () => (random.chance(0.4) ? `/* ${random.pick(["the id", "a, b", 'a "b" c'])} */ ` : "") }),
  "hash comments": (value, random) => write(value, { before: () => (random.chance(0.4) ? "# a remark\n" : "") }),
  "missing commas": (value, random) => write(value, { comma: (last) => (last || random.chance(0.5) ? "" : ",") }),
  "no commas": (value) => write(value, { comma: () => "" }),
  "raw newlines": (value) => {
    const part = (s: string): string => (s === "\n" || s === "\t" ? s : JSON.stringify(s).slice(1, -1));
    const text = write(value, {
      string: (s) =>
        `"${s
          .split(/([\n\t])/)
          .map(part)
          .join("")}"`,
    });
    return strings(value).some((s) => s.includes("\n") || s.includes("\t")) ? text : undefined;
  },
  fence: (value) => `\`\`\`json\n${pretty(value)}\n\`\`\``,
  "fence in prose": (value) =>
    `Sure! Here's the result:\n\n\`\`\`json\n${pretty(value)}\n\`\`\`\n\nLet me know if you need anything else (e.g. [more detail]).`,
  "prose around": (value) => (composite(value) ? `Here is the JSON:\n${pretty(value)}\nHope that helps!` : undefined),
  "stray brackets": (value) =>
    composite(value)
      ? `Using the {schema} you gave [as requested], I found [1] this:\n\n${pretty(value)}\n\nSee [the docs](https://example.org) for {details}.`
      : undefined,
  "draft in reasoning": (value) =>
    composite(value)
      ? `<think>\nMaybe ${JSON.stringify(draft(value))}? No, that is wrong.\n</think>\n\n${pretty(value)}`
      : undefined,
  "XML wrapper": (value) => (composite(value) ? `<answer>\n${pretty(value)}\n</answer>` : undefined),
  "double encoded": (value) => (composite(value) ? JSON.stringify(JSON.stringify(value)) : undefined),
  "double encoded in prose": (value) =>
    composite(value) ? `Answer: ${JSON.stringify(JSON.stringify(value))}` : undefined,
  "unquoted values": (value) => {
    let done = false;
    const text = write(value, {
      string: (s) => {
        if (
          !/^[\p{L}_][\p{L}\p{N} _@.%-]*$/u.test(s) ||
          s.endsWith(" ") ||
          /^(true|false|null|none|nan|undefined|nil)$/i.test(s)
        )
          return JSON.stringify(s);
        done = true;
        return s;
      },
    });
    return done ? text : undefined;
  },
  "numbers as strings": (value) => {
    const text = pretty(value).replaceAll(/: (-?\d+(?:\.\d+)?)(,?)$/gm, ': "$1"$2');
    return text === pretty(value) ? undefined : text;
  },
  "wrong case": (value) => {
    const text = write(value, { key: (key) => JSON.stringify(key.toUpperCase()) });
    return text === pretty(value) || text.includes("SS") ? undefined : text;
  },
  "byte order mark": (value) => `\ufeff${pretty(value)}`,
  "extra closers": (value) => (composite(value) ? `${pretty(value)}}]` : undefined),
  "equals signs": (value) => write(value, { colon: " = " }),
  "missing colons": (value) => write(value, { colon: " " }),
  "semicolons for commas": (value) => write(value, { comma: (last) => (last ? "" : ";") }),
  "leading comma": (value) => (composite(value) ? pretty(value).replace(/^[{[]/, "$&,") : undefined),
  tuples: (value) => write(value, { brackets: "{}()", indent: 0, comma: (last) => (last ? "" : ", ") }),
  "full-width signs": (value) =>
    write(value, { brackets: "｛｝［］", colon: "：", comma: (last) => (last ? "" : "，") }),
  "hexadecimal numbers": (value) =>
    write(value, { number: (n) => (Number.isInteger(n) && n >= 0 ? `0x${n.toString(16)}` : String(n)) }),
  "grouped numbers": (value) => write(value, { number: (n) => JSON.stringify(n.toLocaleString("en-US")) }),
  "list left open": (value, random) => {
    // a list that is followed by the next key
    const text = pretty(value);
    const spots = [...text.matchAll(/\n *\](?=,\n *"[^"\n]+":)/g)];
    if (spots.length === 0) return undefined;
    const { index, 0: closer } = random.pick(spots);
    return text.slice(0, index) + text.slice(index + closer.length);
  },
  "something left out": (value) =>
    Array.isArray(value) && value.length > 0 ? pretty(value).replace(/\n\]$/, ",\n  ...\n]") : undefined,
  "joined strings": (value) =>
    write(value, {
      string: (s) =>
        s.length < 6 ? JSON.stringify(s) : `${JSON.stringify(s.slice(0, 3))} + ${JSON.stringify(s.slice(3))}`,
    }),
  "JSON Lines": (value) =>
    Array.isArray(value) && value.length > 1 && value.every((part) => isObject(part) && composite(part))
      ? value.map((part) => JSON.stringify(part)).join("\n")
      : undefined,
  "HTML entities": (value) =>
    composite(value) ? JSON.stringify(value).replaceAll("&", "&amp;").replaceAll('"', "&quot;") : undefined,
  "escapes between tokens": (value) =>
    composite(value) && !strings(value).some((s) => /["\\\n\t]/.test(s))
      ? pretty(value).replaceAll("\n", String.raw`\n`)
      : undefined,
  "encoded three times": (value) =>
    composite(value) ? JSON.stringify(JSON.stringify(JSON.stringify(value))) : undefined,
  "reasoning that only ends": (value) =>
    composite(value) ? `Maybe ${JSON.stringify(draft(value))}? No.\n</think>\n${pretty(value)}` : undefined,
  "reasoning in brackets": (value) =>
    composite(value) ? `[THINK]Maybe ${JSON.stringify(draft(value))}?[/THINK]${pretty(value)}` : undefined,
  "a task list after it": (value) =>
    composite(value) ? `1. Read\n2. Answer\n\n${pretty(value)}\n\n- a: b\n- [ ] check it` : undefined,
  semicolon: (value) => (composite(value) ? `const result = ${pretty(value)};` : undefined),
};

/** Quotes some words of a value's texts and leaves the quotes as they are when it writes them. */
export function withInnerQuotes(
  value: Json,
  random: Random,
): { readonly value: Json; readonly text: string } | undefined {
  let done = false;
  const quote = (part: Json): Json => {
    if (typeof part === "string") {
      const words = part.split(" ");
      if (words.length < 3 || /["\\\n\t]/.test(part)) return part;
      const at = 1 + random.int(words.length - 2);
      words[at] = `"${words[at] ?? ""}"`;
      done = true;
      return words.join(" ");
    }
    if (typeof part !== "object" || part === null) return part;
    return Array.isArray(part)
      ? part.map(quote)
      : Object.fromEntries(Object.entries(part).map(([key, inner]) => [key, quote(inner)]));
  };
  const changed = quote(value);
  if (!done) return undefined;
  return {
    value: changed,
    text: write(changed, {
      string: (s) => (s.includes("\\") ? JSON.stringify(s) : JSON.stringify(s).replaceAll(String.raw`\"`, '"')),
    }),
  };
}

/** One case of the corpus. */
export interface Case {
  readonly kind: string;
  readonly schema: Document["schema"];
  readonly text: string;
  readonly expected: Json;
}

/** The corpus of a seed: so many documents, each with every kind of damage that can be done to it. */
export function corruptionCorpus(seed: number, documents: number): Case[] {
  const random = newRandom(seed);
  const out: Case[] = [];
  for (let i = 0; i < documents; i++) {
    const { schema, value } = random.chance(0.75) ? randomObject(random) : randomDocument(random);
    if (typeof value !== "object" || value === null) continue;
    for (const [kind, damage] of Object.entries(damages)) {
      const text = damage(value, random);
      if (text !== undefined) out.push({ kind, schema, text, expected: value });
    }
    const inner = withInnerQuotes(value, random);
    if (inner && !JSON.stringify(schema).includes('"enum"'))
      out.push({ kind: "unescaped quotes", schema, text: inner.text, expected: inner.value });
  }
  return out;
}
