import { candidates } from "./candidates.ts";
import type { ReadOptions } from "./candidates.ts";
import { toPlain, unwrapped } from "./coerce/coerce.ts";
import { report } from "./coerce/outcome.ts";
import type { Coercion, Issue, Misfit } from "./coerce/outcome.ts";
import { StructuredError } from "./error.ts";
import type { ParseReason } from "./error.ts";
import { demand, within } from "./demand.ts";
import { hides } from "./hidden.ts";
import { newLocator } from "./locate.ts";
import { programOf } from "./program.ts";
import { readJson } from "./reader/json.ts";
import type { Fault } from "./reader/machine.ts";
import type { Repair } from "./reader/node.ts";
import { end, newReader, write } from "./reader/reader.ts";
import type { Reader } from "./reader/reader.ts";
import { textOf } from "./reader/unquote.ts";
import { validate } from "./rules.ts";
import { isText } from "./shape.ts";
import type { Program, Shape } from "./shape.ts";
import { isStandard, toJsonSchema } from "./standard-schema.ts";
import type { Infer, Schema, StandardResult } from "./standard-schema.ts";

/** How to read a text. */
export interface ParseOptions {
  /** How far values may be bent to fit. Default `"safe"`; the README has the table. */
  readonly coercion?: Coercion | undefined;
  /** How deep lists and objects may nest. Default 256. */
  readonly maxDepth?: number | undefined;
  /** How long the text may be, in UTF-16 units. Default 16,777,216. */
  readonly maxLength?: number | undefined;
}

/** A value that was read, and what was mended on the way. */
export interface Parsed<Out> {
  readonly value: Out;
  readonly repairs: readonly Repair[];
}

/** Depth and length that are allowed unless said otherwise. */
export const MAX_DEPTH = 256;
export const MAX_LENGTH: number = 2 ** 24;

/** Options with their defaults. Throws a TypeError that names a wrong one. */
export function readOptions(options: ParseOptions, encoded = false): ReadOptions {
  const { coercion = "safe", maxDepth = MAX_DEPTH, maxLength = MAX_LENGTH } = options;
  demand(["off", "safe", "full"].includes(coercion), "coercion", '"off", "safe" or "full"');
  demand(within(maxDepth, 1, 1000), "maxDepth", "an integer from 1 to 1000");
  demand(within(maxLength, 1), "maxLength", "a positive integer");
  return { coercion, maxDepth, maxLength, encoded };
}

/** Whether a text can nest deeper than allowed; counts every opening bracket, so that it may also say so of wide texts. */
function mayBeDeep(text: string, maxDepth: number): boolean {
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i) | 32; // [ and {, ] and } differ by this bit
    if (c === 123) {
      if (++depth > maxDepth) return true;
    } else if (c === 125 && depth > 0) depth--;
  }
  return false;
}

/** A text that is JSON as it stands, parsed; undefined when it is not, or when that would lose something. */
function strict(text: string, program: Program, options: ReadOptions): { readonly value: unknown } | undefined {
  if (!program.direct || options.encoded || text.length > options.maxLength) return undefined;
  if (options.coercion === "full" && program.root.kind === "string") return undefined;
  if (program.deep && mayBeDeep(text, options.maxDepth)) return undefined;
  return readJson(text);
}

/** How many issues of a validator are told of. */
const MAX_ISSUES = 200;

const path = (parts: readonly (PropertyKey | { readonly key: PropertyKey })[]): (string | number)[] =>
  parts.map((part) => {
    const key = typeof part === "object" ? part.key : part;
    return typeof key === "symbol" ? String(key) : key;
  });

/** Issues for an error's message, which logs print: without what was received, which may be anything. */
const describe = (issues: readonly Issue[]): string =>
  issues
    .slice(0, 5)
    .map(
      ({ path: at, message, received }) =>
        `${at.length > 0 ? `${at.join(".")}: ` : ""}${message.replace(`, received ${received}`, "")}`,
    )
    .join("; ");

/** The error for a text that the schema does not take. */
function rejected(text: string, issues: readonly Issue[], value: unknown, nothing = false): StructuredError {
  const ambiguous = issues.some((issue) => issue.message.startsWith("ambiguous"));
  const reason: ParseReason = ambiguous ? "ambiguous" : nothing ? "no-json" : "invalid";
  const why = reason === "no-json" ? "holds no value of the schema" : `does not fit the schema: ${describe(issues)}`;
  return new StructuredError("malformed", reason, `the answer ${why}`, { text, issues, value });
}

/** The error for a text that is more than allowed, with what was read of it before. */
const tooMuch = (reason: Fault["reason"], text: string, value?: unknown): StructuredError =>
  new StructuredError(
    "malformed",
    reason,
    `the answer ${reason === "too-deep" ? "nests deeper" : "is longer"} than allowed`,
    { text, value },
  );

/** Has the schema's own validator say the last word, or what a plain one says itself. */
function verdict<Out>(schema: Schema<Out>, value: unknown): StandardResult<Out> | Promise<StandardResult<Out>> {
  if (isStandard(schema)) return schema["~standard"].validate(value);
  return validate(toJsonSchema(schema), value) as StandardResult<Out>; // what the user says that its values are
}

/**
 * The value of the first try that the schema accepts, beginning with one that is known to be `exact`. Asks the caller for
 * each verdict, so that it may wait for it or not.
 */
export function* settle<Out>(
  schema: Schema<Out>,
  text: string,
  program: Program,
  options: ReadOptions,
  read: () => Reader,
  exact?: { readonly value: unknown },
): Generator<StandardResult<Out> | Promise<StandardResult<Out>>, Parsed<Out>, StandardResult<Out>> {
  try {
    const direct = exact ?? strict(text, program, options);
    if (direct) {
      const result = yield verdict(schema, direct.value);
      const hidden = program.optional && options.coercion !== "off" && hides(direct.value, program.root);
      if (!result.issues && !hidden) return { value: result.value, repairs: [] };
    }
    const reader = read();
    end(reader);
    const last = reader.roots.at(-1);
    if (reader.fault) {
      const begun = reader.verbatim ? textOf(reader.source.slice(), options.coercion) : last && toPlain(last.node);
      throw tooMuch(reader.fault.reason, text, begun);
    }
    const nothing = reader.roots.length + reader.blocks.length === 0;
    let first: StructuredError | undefined;
    for (const { node, context, outcome, repairs } of candidates(reader, program, options)) {
      const { value, notes = [] } = outcome;
      let { issues } = outcome;
      if (!issues) {
        const result = yield verdict(schema, value);
        if (!result.issues) return { value: result.value, repairs: [...repairs, ...notes] };
        const locate = newLocator(context);
        const { root } = program;
        const whole = unwrapped(node, root);
        const shape = root.wrapped ? (root.items as Shape) : root; // what is wrapped
        issues = result.issues.slice(0, MAX_ISSUES).map(({ message, path: parts = [] }): Misfit => {
          const at = path(parts);
          return { path: at, context, node: locate(whole, shape, at), expected: message, problem: message };
        });
      }
      first ??= rejected(text, issues.map(report), value, nothing && value === undefined);
    }
    throw first as StructuredError; // there is always a candidate
  } catch (error) {
    // a validator of somebody else's may recurse without bound
    throw error instanceof RangeError ? tooMuch("too-deep", text) : error;
  }
}

type Settling<Out> = ReturnType<typeof settle<Out>>;

/** The value of a schema that validates at once. */
export function now<Out>(settling: Settling<Out>): Parsed<Out> {
  let step = settling.next();
  while (!step.done) {
    if ("then" in step.value) {
      Promise.resolve(step.value).catch(() => undefined); // nobody waits for it: what it throws must not end the process
      throw new TypeError("schema: it validates asynchronously; use parseAsync or endAsync");
    }
    step = settling.next(step.value);
  }
  return step.value;
}

/** {@link now} for a schema that validates asynchronously. */
export async function later<Out>(settling: Settling<Out>): Promise<Parsed<Out>> {
  let step = settling.next();
  while (!step.done) step = settling.next(await step.value);
  return step.value;
}

/** A reader of the whole text, or of its beginning. */
export function readerOf(program: Program, options: ReadOptions, text = ""): Reader {
  const reader = newReader({ ...options, names: program.names, open: program.open, verbatim: isText(program.root) });
  write(reader, text);
  return reader;
}

function begin<const S extends Schema>(text: string, schema: S, options: ParseOptions): Settling<Infer<S>> {
  demand(typeof text === "string", "text", "a string");
  const read = readOptions(options);
  const program = programOf(schema);
  // Infer is what the schema's own type says
  return settle(schema as Schema<Infer<S>>, text, program, read, () => readerOf(program, read, text));
}

/**
 * Reads a value of a schema from any text that a model wrote: JSON, almost JSON, or JSON in prose, fences, tags and
 * reasoning. What was mended on the way is in `repairs`.
 *
 * @throws StructuredError (`malformed`) when the text holds no value that the schema accepts.
 * @throws TypeError for a wrong option, or a schema that validates asynchronously.
 * @example
 * ```ts
 * const Person = z.object({ name: z.string(), age: z.number() });
 * parse("Sure! {name: 'Ann', age: '41',}", Person).value; // { name: "Ann", age: 41 }
 * ```
 */
export function parse<const S extends Schema>(text: string, schema: S, options: ParseOptions = {}): Parsed<Infer<S>> {
  return now(begin(text, schema, options));
}

/**
 * {@link parse} for a schema that validates asynchronously.
 *
 * @example
 * ```ts
 * const Name = z.object({ name: z.string().refine(async (name) => isFree(name)) });
 * const { value } = await parseAsync('{"name": "ann"}', Name);
 * ```
 */
export async function parseAsync<const S extends Schema>(
  text: string,
  schema: S,
  options: ParseOptions = {},
): Promise<Parsed<Infer<S>>> {
  return later(begin(text, schema, options));
}
