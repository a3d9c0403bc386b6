import type { Program, Shape } from "./shape.ts";
import { partsOf, sourcesOf } from "./shape.ts";

const NAME = /^[A-Za-z_$][\w$]*$/;

/** What a schema says in words, on one line. */
const line = (text: unknown): string => (typeof text === "string" ? text.trim().replace(/\s*\n\s*/g, " ") : "");

const comment = (words: string): string => `// ${words}\n`;

/** A schema as a compact TypeScript-like type: what a model needs to know in about a third of the tokens. */
export function renderType(program: Program): string {
  const named = new Map<Shape, string>();
  const definitions = new Map<string, string>();
  const active = new Set<Shape>();
  const uses = new Map<Shape, number>();
  const count = (shape: Shape): void => {
    const before = uses.get(shape) ?? 0;
    uses.set(shape, before + 1);
    if (before === 0) for (const part of partsOf(shape)) count(part);
  };
  count(program.root);

  const name = (shape: Shape): string => {
    const known = named.get(shape);
    if (known !== undefined) return known;
    const { title } = shape.schema;
    let own = typeof title === "string" && NAME.test(title) ? title : `T${named.size + 1}`;
    while (new Set(named.values()).has(own)) own += "_";
    named.set(shape, own);
    return own;
  };

  const bracket = (text: string): string => (/[|&/]/.test(text) ? `(${text})` : text);

  const write = (shape: Shape): string => {
    // what contains itself, and objects that stand in several places, have a name
    if (active.has(shape) || (shape.kind === "object" && (uses.get(shape) ?? 0) > 1)) name(shape);
    const done = named.get(shape);
    if (done !== undefined && (active.has(shape) || definitions.has(done))) return done;
    active.add(shape);
    const text = build(shape);
    active.delete(shape);
    const own = named.get(shape);
    if (own === undefined) return text;
    const words = line(shape.schema["description"]);
    if (!definitions.has(own)) definitions.set(own, `${words && comment(words)}type ${own} = ${text}`);
    return own;
  };

  /** What is said of a part where it stands, and of what it is; but of what has a name, that stands with it. */
  const wordsOf = (shape: Shape, source: unknown): string[] =>
    [program.said.get(source), named.has(shape) ? "" : shape.schema["description"]].map(line).filter(Boolean);

  /** A part that has no line of its own, with what is said of it behind it. */
  const inline = (shape: Shape, source: unknown): string =>
    [write(shape), ...wordsOf(shape, source).map((words) => `/* ${words.replaceAll("*/", "* /")} */`)].join(" ");

  const build = (shape: Shape): string => {
    const sources = sourcesOf(shape);
    switch (shape.kind) {
      case "integer":
      case "bigint":
        return "int";
      case "date":
      case "string": {
        const { format } = shape.schema;
        return typeof format === "string" ? `string /* ${format} */` : "string";
      }
      case "enum":
        return shape.labels
          .map((label) => (typeof label.value === "string" ? JSON.stringify(label.texts[0]) : String(label.value)))
          .join(" | ");
      case "array":
        return `${bracket(shape.items ? inline(shape.items, sources.items) : "any")}[]`;
      case "tuple":
        return `[${[...shape.prefix.map((part, i) => inline(part, sources.prefix[i])), ...(shape.items ? [`...${bracket(inline(shape.items, sources.items))}[]`] : [])].join(", ")}]`;
      case "map":
        return `{[key: ${shape.keys && shape.keys.kind === "enum" ? write(shape.keys) : "string"}]: ${shape.rest ? inline(shape.rest, sources.rest) : "any"}}`;
      case "union":
        return [...new Set(shape.options.map((option, i) => inline(option, sources.options[i])))].join(" | ");
      case "object":
        return object(shape, sources.rest);
      default:
        return shape.kind;
    }
  };

  const object = (shape: Shape, rest: unknown): string => {
    const lines = shape.properties.map((property) => {
      const key = NAME.test(property.alias) ? property.alias : JSON.stringify(property.alias);
      const text = `${key}${property.required ? "" : "?"}: ${write(property.shape)}`;
      return [...wordsOf(property.shape, property.source).map(comment), text].join("");
    });
    if (shape.rest) lines.push(`[key: string]: ${inline(shape.rest, rest)}`);
    return lines.some((line) => line.includes("//")) ? `{\n${lines.join(",\n")}\n}` : `{${lines.join(", ")}}`;
  };

  const root = write(program.root);
  const own = definitions.get(root) ?? root;
  definitions.delete(root);
  return [...definitions.values(), wordsOf(program.root, program.schema).map(comment).join("") + own].join("\n");
}

/**
 * How to ask for a value of a schema in words.
 *
 * @example
 * ```ts
 * instructionsFor(programOf(z.object({ name: z.string() }))); // "Answer only with JSON of this type:\n{name: string}"
 * ```
 */
export const instructionsFor = (program: Program): string =>
  `Answer only with JSON of this type:\n${renderType(program)}`;
