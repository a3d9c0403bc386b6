import { newContext } from "./candidates.ts";
import { coerce, unwrapped } from "./coerce/coerce.ts";
import { propertyOf } from "./coerce/object.ts";
import { demand } from "./demand.ts";
import { grow, growOn } from "./grow.ts";
import { newLeading } from "./leading.ts";
import { likelyShape } from "./likely-shape.ts";
import { later, now, readOptions, readerOf, settle } from "./parse.ts";
import type { ParseOptions, Parsed } from "./parse.ts";
import { programOf } from "./program.ts";
import { beginsLiteral } from "./reader/chars.ts";
import { newNode } from "./reader/node.ts";
import type { Node } from "./reader/node.ts";
import { end, growing, newReader, write } from "./reader/reader.ts";
import type { Reader } from "./reader/reader.ts";
import { newUnquoter, textOf } from "./reader/unquote.ts";
import { isText, isTextOrNull } from "./shape.ts";
import type { Program, Property, Shape } from "./shape.ts";
import { isStandard } from "./standard-schema.ts";
import type { Infer, Schema } from "./standard-schema.ts";
import { ABSENT, dressed, knownView } from "./view.ts";
import type { Show } from "./view.ts";

type Method = (...args: never[]) => unknown;

/** What is no list and no object, branded or not. */
type Scalar = string | number | bigint | boolean | symbol | null | undefined | Method;

/** A value of which any part may be missing still. What has methods, as a Date, a Map or a URL, is there or not. */
export type DeepPartial<T> = T extends Scalar
  ? T
  : T extends (infer Item)[]
    ? DeepPartial<Item>[]
    : T extends readonly (infer Item)[]
      ? readonly DeepPartial<Item>[]
      : T extends object
        ? [Extract<T[keyof T], Method>] extends [never]
          ? { [K in keyof T]?: DeepPartial<T[K]> }
          : T
        : T;

/** Reads a value while its text arrives. */
export interface Parser<Out> {
  /**
   * Takes the next piece of the text.
   *
   * @throws TypeError after the end.
   */
  readonly write: (delta: string) => void;
  /**
   * No more comes: the value, valid by the schema.
   *
   * @throws StructuredError (`malformed`) when there is none.
   * @throws TypeError when the schema validates asynchronously: see `endAsync`.
   */
  readonly end: () => Parsed<Out>;
  /** {@link Parser.end} for a schema that validates asynchronously. */
  readonly endAsync: () => Promise<Parsed<Out>>;
  /** The value as far as it goes, immutable; parts that did not change are shared with the one before. Undefined: nothing yet. */
  readonly partial: () => DeepPartial<Out> | undefined;
  /** {@link Parser.partial} without copies: the same objects grow. For those who only look. */
  readonly live: () => DeepPartial<Out> | undefined;
  /** Where in the value the text has arrived. */
  readonly path: () => readonly (string | number)[];
  /** The list that the value is, or that it is wrapped in: how many of its items are complete, and one of them. */
  readonly completed: () => number;
  readonly item: (index: number) => unknown;
}

/** A {@link Parser} for a compiled schema. */
export function newParser<Out>(
  schema: Schema<Out>,
  program: Program,
  options: ParseOptions,
  encoded: boolean,
  reader: Reader = readerOf(program, readOptions(options)),
): Parser<Out> {
  const read = readOptions(options, encoded);
  const context = newContext(reader, read);
  // what was shown of a value goes on in what that comes to
  const leading = newLeading(reader, context, program.root, (node) => {
    if (lastLive ?? lastPartial) grow(shows, node, program.root);
  });
  /** Reads anew what stands in the text for a container, within brackets, where nothing takes it for an aside. */
  const reread = (node: Node): void => {
    const again = newReader(reader);
    again.base = node.start - 1;
    write(again, `[${reader.source.slice(node.start, node.end)}`);
    end(again);
    const found = again.roots[0]?.node.items[0];
    if (found) ({ items: node.items, keys: node.keys } = found);
  };
  // what was mended may depend on what stands around it
  const recall = (): typeof reread | undefined => (reader.repairs.length === 0 ? reread : undefined);
  const { annotated } = program;
  const frozen: Show = { context, frozen: true, annotated, recall, tip: undefined, hot: undefined };
  const live: Show = { ...frozen, frozen: false };
  let shows = live; // how it is shown, when it is
  // a text is itself, whatever stands in it
  const plain = isText(program.root);
  const whole = plain || isTextOrNull(program.root) ? newUnquoter(plain && read.coercion === "full") : undefined;
  let head = ""; // what it begins with
  const text = newNode("text", 0); // stands for it
  let half = ""; // of a character of it
  let final: string | undefined; // all of it
  let lastVersion = -1;
  let lastLive: DeepPartial<Out> | undefined;
  let lastPartial: DeepPartial<Out> | undefined;

  const show = (how: Show): DeepPartial<Out> | undefined => {
    shows = how;
    how.tip = how.hot = undefined;
    context.budget.left = Math.max(context.budget.left, 10_000);
    const node = leading.node();
    const { root } = program;
    let value: unknown = ABSENT;
    if (whole) {
      // what may be null, or a fence, shows when that is known
      const waits = !plain && (head.startsWith("`") || (head.length < 10 && beginsLiteral(head.trim())));
      value = final ?? (root.readiness.done || waits ? ABSENT : (whole.text() ?? ABSENT));
    } else if (node) value = grow(how, node, root);
    if (value === ABSENT) return undefined;
    return dressed(how, value, node ?? text, root) as DeepPartial<Out>; // grown by the schema's shape
  };

  /** The list that the value is, or that it is wrapped in. */
  const list = (): Node | undefined => {
    const node = leading.sure();
    return node && unwrapped(node, program.root);
  };

  const settled = (): ReturnType<typeof settle<Out>> => {
    end(reader);
    if (lastLive ?? lastPartial) leading.node(); // what only the end has completed is judged, too
    const source = reader.source.slice();
    if (whole && source.trim() !== "") {
      if (plain) final = textOf(source, read.coercion);
      text.done = true;
    }
    // a list or object that was shown, exactly as it stands there and all that does, need not be read again; plain schemas
    // take it in its own order
    const { root: { node } = {}, outcome } = leading.best() ?? {};
    const exact =
      isStandard(schema) &&
      node?.items.length &&
      outcome?.cost === 0 &&
      reader.repairs.length === 0 &&
      node.end - node.start === source.trim().length;
    const limits = reader.fault ? { ...read, maxLength: 0 } : read; // the source is not all of the text
    return settle(schema, source, program, limits, () => reader, exact ? outcome : undefined);
  };

  return {
    write: (delta) => {
      demand(typeof delta === "string" && !reader.ended, "delta", "a string, before the end");
      if (whole) {
        const piece = half + delta.slice(0, read.maxLength - reader.source.length());
        if (head.length < 10) head = (head + piece).trimStart().slice(0, 10);
        half = /[\ud800-\udbff]$/.exec(piece)?.[0] ?? "";
        whole.write(half ? piece.slice(0, -1) : piece);
      }
      write(reader, delta);
    },
    end: () => now(settled()),
    endAsync: () => later(settled()),
    partial: () => {
      lastVersion = -1; // what is live is made anew: it may hold copies now
      live.hot = undefined;
      return (lastPartial = show(frozen));
    },
    live: () => {
      const { tip } = live;
      const { version } = reader;
      if (
        version !== lastVersion ||
        reader.stack.length === 0 ||
        (tip === undefined && growing(reader) !== undefined)
      ) {
        lastVersion = version;
        if (!growOn(live, reader.stack)) lastLive = show(live);
      } else if (tip?.target) {
        (tip.target as Record<string | number, unknown>)[tip.key] = tip.node.text; // the same text, longer
      }
      return lastLive;
    },
    path: () => {
      const out: (string | number)[] = [];
      let parent: Node | undefined;
      let shape: Shape | undefined = program.root;
      for (const node of [...reader.stack, growing(reader) ?? reader.stack.at(-1)?.items.at(-1)]) {
        const view = knownView(parent);
        if (context.encoded && parent?.kind === "array" && !view) break; // perhaps a map's pairs
        if (parent && node) {
          const at = parent.items.lastIndexOf(node);
          const key = parent.keys[at];
          const own: Shape | undefined = view?.shape ?? (shape && likelyShape(context, parent, shape));
          const property: Property | undefined = key === undefined ? undefined : own && propertyOf(own, key, true);
          out.push(key === undefined ? at : (property?.name ?? key));
          shape = property ? property.shape : (own?.rest ?? own?.prefix[at] ?? own?.items);
        }
        parent = node;
      }
      return program.root.wrapped ? out.slice(1) : out;
    },
    completed: () => {
      const node = list();
      if (node?.kind !== "array") return 0;
      return node.items.at(-1)?.done === false ? node.items.length - 1 : node.items.length;
    },
    item: (index) => {
      const node = list()?.items[index];
      const shape = program.root.wrapped ? program.root.items?.items : program.root.items;
      if (!node || !shape) return undefined;
      const outcome = coerce(context, node, shape);
      return outcome.issues ? undefined : outcome.value;
    },
  };
}

/**
 * Reads a value of a schema while its text arrives: typed partial values on the way, the validated one at the end. What it
 * reads does not depend on how the text is cut.
 *
 * @throws TypeError for a wrong option.
 * @example
 * ```ts
 * const parser = createParser(z.object({ title: z.string(), tags: z.array(z.string()) }));
 * parser.write('Here you are: {"title": "Hel');
 * parser.partial(); // { title: "Hel" }
 * parser.write('lo", "tags": ["a"]}');
 * parser.end().value; // { title: "Hello", tags: ["a"] }
 * ```
 */
export const createParser = <const S extends Schema>(schema: S, options: ParseOptions = {}): Parser<Infer<S>> =>
  newParser(schema as Schema<Infer<S>>, programOf(schema), options, false); // Infer is what the schema's own type says

/**
 * What a text that stops here shows: the value as far as it goes, undefined when there is nothing yet. Numbers that may go
 * on are withheld.
 *
 * @example
 * ```ts
 * parsePartial('{"name": "Ann", "age": 4', z.object({ name: z.string(), age: z.number() })); // { name: "Ann" }
 * ```
 */
export function parsePartial<const S extends Schema>(
  text: string,
  schema: S,
  options: ParseOptions = {},
): DeepPartial<Infer<S>> | undefined {
  const program = programOf(schema);
  const reader = readerOf(program, readOptions(options));
  const parser = newParser(schema as Schema<Infer<S>>, program, options, false, reader);
  parser.write(text);
  end(reader);
  return parser.partial();
}
