import type { ChatResult, Prompt, Provider, StreamPart, Usage } from "@llm/core";
import { LlmError, addUsage, child, emit, isLlmError, isRecord, newCall, newFold, withPartial } from "@llm/core";
import { endAnswer, withEarlier } from "./answer.ts";
import type { ObjectResult } from "./answer.ts";
import { StructuredError } from "./error.ts";
import "./event.ts";
import { itemSchemas, remakes } from "./list-schema.ts";
import type { ElementOf, ObjectEvent, ObjectStream } from "./object-stream.ts";
import { newParser } from "./parser.ts";
import type { DeepPartial } from "./parser.ts";
import { programOf } from "./program.ts";
import { answerProgram, askAgain, checkedRepairs, objectRequest } from "./request.ts";
import type { ObjectOptions } from "./request.ts";
import { same } from "./same.ts";
import { isStandard } from "./standard-schema.ts";
import type { Infer, Schema, StandardResult } from "./standard-schema.ts";

type Path = readonly (string | number)[];

/** What two paths begin with. */
function shared(a: Path, b: Path): Path {
  const end = b.findIndex((part, i) => part !== a[i]);
  return end < 0 ? b : b.slice(0, end);
}

/** What holds a part of a value: the value itself, or that which it shows with its state. */
const within = (value: unknown, part: string | number): unknown =>
  isRecord(value) && !Object.hasOwn(value, part) && "state" in value ? value["value"] : value;

/** A path as far as it leads in a value from what was there before: what appears, appears as a whole. */
function known(path: Path, before: unknown, value: unknown): Path {
  const out: (string | number)[] = [];
  let was = before;
  let is = value;
  for (const part of path) {
    was = within(was, part);
    is = within(is, part);
    if (!(was instanceof Object) || !(is instanceof Object) || !Object.hasOwn(is, part)) break;
    out.push(Array.isArray(is) ? Number(part) : part); // a tuple's may be numbered by texts
    was = (was as Record<string, unknown>)[part]; // or a list, which has its items by number
    is = (is as Record<string, unknown>)[part];
  }
  return out;
}

/** The same promise; who does not ask for it does not hear of its error. */
function quiet<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}

const DONE = { done: true, value: undefined } as const;

/**
 * Asks for an object of a schema and hands it out as it grows. Lazy: nothing is asked before it is read.
 *
 * @throws as `generateObjectResult` does, where it is read and from `result`
 * @example
 * ```ts
 * const stream = streamObject(llm, z.object({ title: z.string(), steps: z.array(z.string()) }), "How do I bake bread?");
 * for await (const partial of stream) console.log(partial.steps?.length ?? 0);
 * const recipe = await stream.object;
 * ```
 */
export function streamObject<const S extends Schema>(
  provider: Provider,
  schema: S,
  prompt: Prompt,
  options: ObjectOptions = {},
): ObjectStream<Infer<S>> {
  type Out = Infer<S>;
  let repairs = checkedRepairs(options);
  const target = schema as Schema<Out>; // Infer is what the schema's own type says
  const program = programOf(schema);
  let request = objectRequest(provider, program, prompt, options);
  const call = newCall(options);
  let taken: unknown; // what the schema was asked about last, which it took where there is a value
  const watched: Schema<Out> = isStandard(target)
    ? {
        "~standard": {
          ...target["~standard"],
          validate: (value: unknown) => target["~standard"].validate((taken = value)),
        },
      }
    : target;
  // whoever wants more reads on for all, and looks here
  let source: AsyncIterator<StreamPart> | undefined; // of the answer that is being read
  let attempt = 0;
  let fold = newFold();
  let usage: Usage | undefined; // of the answers that have ended
  let parser = newParser(watched, program, options, false);
  let version = 0; // of what there is to see
  let at: Path = []; // what has changed since somebody looked is there, or within
  const voided: StructuredError[] = []; // why what was shown is void, until that is told
  let done: ObjectResult<Out> | undefined;
  let failure: { readonly error: unknown } | undefined;
  let pulling: Promise<void> | undefined;
  let read = false;
  let draining: Promise<ObjectResult<Out>> | undefined;

  const close = async (): Promise<void> => {
    const open = source;
    source = undefined;
    await open?.return?.();
  };

  /** Reads a part of the answer, and judges all of it at its end. */
  const step = async (): Promise<void> => {
    let result: ChatResult;
    try {
      if (!source) {
        fold = newFold();
        source = provider.stream(request, ++attempt === 1 ? call : child(call, { attempt }))[Symbol.asyncIterator]();
      }
      const next = await source.next();
      if (failure) return; // its reader has left
      if (!next.done) {
        const part = next.value;
        fold.add(part);
        if (part.type === "start") {
          const answer = answerProgram(program, part.output?.dialect);
          parser = newParser(watched, answer.program, options, answer.encoded);
        } else if (part.type === "text" && part.delta !== "") {
          parser.write(part.delta);
          version++;
          if (at.length > 0) at = shared(at, parser.path());
        }
        if (!fold.complete()) return;
        await close();
      }
      source = undefined;
      result = fold.result();
    } catch (error) {
      throw isLlmError(error) ? withEarlier(error, usage, fold.partial()) : error;
    }
    usage = usage ? addUsage(usage, result.usage) : result.usage;
    at = []; // the end may settle anything
    version++;
    try {
      done = await endAnswer(result, parser, attempt, usage);
    } catch (error) {
      if (!(error instanceof StructuredError)) throw error;
      emit(call, "structured_output.parse_error", { error });
      if (error.reason === "refusal" || attempt > repairs) throw withPartial(error, { ...result, usage });
      voided.push(error);
      request = askAgain(request, result, error);
      parser = newParser(watched, program, options, false);
    }
  };

  const fail = (error: unknown): void => {
    failure ??= { error };
    void quiet(close()); // the error is what there is to tell
  };

  const pull = (): Promise<void> =>
    (pulling ??= step()
      .catch(fail)
      .finally(() => (pulling = undefined)));

  const leave = async (): Promise<void> => {
    if (draining || done || failure) return;
    const error = new LlmError("aborted", "the reader left before the object was complete");
    failure = { error: withEarlier(error, usage, source && fold.partial()) };
    await close();
  };

  /** An iterator that may be left also while it waits. */
  const reader = <T>(items: AsyncGenerator<T>): AsyncIterableIterator<T> => {
    let mine = false;
    let left = false;
    const iterator: AsyncIterableIterator<T> = {
      [Symbol.asyncIterator]: () => iterator,
      next: async () => {
        if (read && !mine) throw new TypeError("an object stream can be read once");
        read = mine = true;
        try {
          const next = left ? DONE : await items.next();
          return left ? DONE : next;
        } catch (error) {
          if (left) return DONE;
          await leave();
          throw error;
        }
      },
      return: async () => {
        left = true;
        if (mine) await leave();
        return DONE;
      },
    };
    return iterator;
  };

  async function* events(): AsyncGenerator<ObjectEvent<Out>> {
    let seen: DeepPartial<Out> | undefined;
    let looked = 0;
    for (;;) {
      const error = voided.shift();
      if (error) {
        seen = undefined;
        yield { type: "again", error };
      } else if (failure) throw failure.error;
      else if (looked !== version) {
        looked = version;
        const value = parser.partial();
        const path = known(at, seen, value);
        at = value === undefined ? [] : parser.path();
        if (value !== undefined && value !== seen) yield { type: "partial", path, value };
        seen = value;
      } else if (done) return yield { type: "object", value: done.object };
      else await pull();
    }
  }

  async function* partials(): AsyncGenerator<DeepPartial<Out>> {
    for await (const event of events()) if (event.type === "partial") yield event.value;
  }

  async function* elements(): AsyncGenerator<ElementOf<Out>> {
    repairs = 0; // an item that was handed out is not taken back
    const steps = itemSchemas(schema);
    const { kind, type } = program.root;
    const none = (): TypeError => new TypeError("schema: elements() is for lists");
    const mayBeList = type === undefined && ["array", "tuple", "union", "any"].includes(kind);
    if (steps.length === 0 && !mayBeList && !remakes(schema)) throw none();
    const check = async (item: unknown): Promise<StandardResult<unknown>> => {
      let result: StandardResult<unknown> = { value: steps.length > 0 ? item : structuredClone(item) }; // its reader may change it
      for (const one of steps) if (!result.issues) result = await one["~standard"].validate(result.value);
      return result;
    };
    const given: { readonly item: unknown; readonly value: unknown }[] = [];
    let refused: unknown;
    for (;;) {
      while (given.length < parser.completed()) {
        const [first] = given;
        if (first && !same(first.item, parser.item(0))) break; // another list: the end of the stream says which
        const item = parser.item(given.length);
        if (item === undefined || item === refused) break; // it does not fit: the end of the stream says how
        const result = await check(item);
        if (result.issues) {
          refused = item;
          break;
        }
        given.push({ item, value: result.value });
        yield result.value as ElementOf<Out>; // validated by the item's own schema
      }
      if (failure) throw failure.error;
      if (done) break;
      await pull();
    }
    const { object: whole, result } = done;
    const { text } = result;
    const wrong = (message: string): StructuredError =>
      new StructuredError("malformed", "invalid", message, { text, value: whole });
    const made = Array.isArray(whole);
    const list: unknown = made ? whole : taken; // a list of which its schema makes something else, as a Set, is one, too
    if (!Array.isArray(list)) throw none();
    // the last word: it may have been read from elsewhere in the text than the items so far
    let begins = given.length <= list.length;
    for (const [i, { item, value }] of given.entries()) {
      if (!begins || same(made ? value : item, list[i])) continue;
      const again = made ? await check(item) : undefined; // a schema that gives something else each time, as a new id, tells nothing
      begins = again !== undefined && !again.issues && !same(value, again.value);
    }
    if (!begins) throw wrong("the answer ends as another list than it began");
    for (const item of list.slice(given.length)) {
      const checked: StandardResult<unknown> = made ? { value: item } : await check(item);
      if (checked.issues) throw wrong("an item fits only in the whole");
      yield checked.value as ElementOf<Out>; // validated, by itself or as a part of the whole
    }
  }

  const drain = async (): Promise<ObjectResult<Out>> => {
    while (!done && !failure) await pull();
    if (done) return done;
    throw failure?.error;
  };
  const result = (): Promise<ObjectResult<Out>> => (draining ??= quiet(drain()));

  return {
    [Symbol.asyncIterator]: () => reader(partials()),
    events: () => reader(events()),
    elements: () => reader(elements()),
    get result() {
      return result();
    },
    get object() {
      return quiet(result().then((found) => found.object));
    },
  };
}
