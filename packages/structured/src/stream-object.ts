import type { ChatResult, Prompt, Provider, Usage } from "@llm/core";
import { LlmError, addUsage, child, emit, isLlmError, newCall, newFold, withPartial } from "@llm/core";
import { StructuredError } from "./error.ts";
import { endAnswer, withEarlier } from "./generate-object.ts";
import type { ObjectResult } from "./generate-object.ts";
import { itemSchemas, remakes } from "./list-schema.ts";
import { newParser } from "./parser.ts";
import type { DeepPartial, Parser } from "./parser.ts";
import { programOf } from "./program.ts";
import { answerProgram, askAgain, checkedRepairs, objectRequest } from "./request.ts";
import type { ObjectOptions } from "./request.ts";
import { same } from "./same.ts";
import { isStandard } from "./standard-schema.ts";
import type { Infer, Schema, StandardResult } from "./standard-schema.ts";

/** Something that happened to an object on its way. */
export type ObjectEvent<Out> =
  /** It grew: all that changed is at this path, or within. */
  | { readonly type: "partial"; readonly path: readonly (string | number)[]; readonly value: DeepPartial<Out> }
  /** The answer does not fit and is asked for again: what was shown is void. */
  | { readonly type: "again"; readonly error: StructuredError }
  /** It is complete and valid. */
  | { readonly type: "object"; readonly value: Out };

/** The items of a list, of which an element is one. */
export type ElementOf<Out> = Out extends readonly (infer Item)[] ? Item : unknown;

/** An object as it arrives. Read it in one way: as partial values, as events or as elements; `result` is there beside it. */
export interface ObjectStream<Out> extends AsyncIterable<DeepPartial<Out>> {
  /** The partial values with the paths that changed, and the valid value at the end. */
  readonly events: () => AsyncIterable<ObjectEvent<Out>>;
  /**
   * Each item of a list once, when it is complete, and valid by the item's own schema. Nothing is asked again: an item
   * that does not fit ends it with the error, after the items before it; so does an answer whose valid list is another in
   * the end than the items so far began. A list of which the schema makes something else, as a Set, has its items, too.
   *
   * @throws TypeError when the schema is of no list: before the call where that is certain, at the end where a transform or
   * the answer decides
   */
  readonly elements: () => AsyncIterable<ElementOf<Out>>;
  /** The valid object and how it came about. Asking for it reads the stream to its end. */
  readonly result: Promise<ObjectResult<Out>>;
  /** Of `result`: the object. */
  readonly object: Promise<Out>;
}

/** What two paths begin with. */
function shared(a: readonly (string | number)[], b: readonly (string | number)[]): (string | number)[] {
  const end = b.findIndex((part, i) => part !== a[i]);
  return end < 0 ? [...b] : b.slice(0, end);
}

/** A promise and what settles it. */
interface Deferred<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
  readonly reject: (error: unknown) => void;
}

function defer<T>(): Deferred<T> {
  let resolve: (value: T) => void = () => undefined;
  let reject: (error: unknown) => void = () => undefined;
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  promise.catch(() => undefined); // who does not ask for it does not hear of it twice
  return { promise, resolve, reject };
}

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
  const repairs = checkedRepairs(options);
  const target = schema as Schema<Out>; // Infer is what the schema's own type says
  const program = programOf(schema);
  const first = objectRequest(provider, program, prompt, options);
  const settled = defer<ObjectResult<Out>>();
  let started = false;

  /** All attempts, one after the other: what happened, and the parser after each piece of text. */
  async function* run(
    limit: number,
    validator = target,
  ): AsyncGenerator<{ readonly event?: ObjectEvent<Out>; readonly parser: Parser<Out> }> {
    if (started) throw new TypeError("an object stream can be read once");
    started = true;
    const call = newCall(options);
    let request = first;
    let usage: Usage | undefined;
    try {
      for (let attempt = 1; ; attempt++) {
        const fold = newFold();
        let parser = newParser(validator, program, options, false);
        let seen: DeepPartial<Out> | undefined;
        let at: readonly (string | number)[] = [];
        try {
          for await (const part of provider.stream(request, attempt === 1 ? call : child(call, { attempt }))) {
            fold.add(part);
            if (part.type === "start") {
              const answer = answerProgram(program, part.output?.dialect);
              parser = newParser(validator, answer.program, options, answer.encoded);
            } else if (part.type === "text" && part.delta !== "") {
              parser.write(part.delta);
              const value = parser.partial();
              const here = parser.path();
              const news = value !== undefined && value !== seen;
              // an element may be complete without news
              yield news ? { event: { type: "partial", path: shared(at, here), value }, parser } : { parser };
              seen = value;
              at = here;
            }
          }
        } catch (error) {
          if (!isLlmError(error)) throw error;
          throw withEarlier(error, usage, fold.partial());
        }
        const result: ChatResult = fold.result();
        usage = usage ? addUsage(usage, result.usage) : result.usage;
        try {
          const done = await endAnswer(result, parser, attempt, usage);
          const whole = parser.partial(); // what only the end could settle
          if (whole !== undefined && whole !== seen)
            yield { event: { type: "partial", path: [], value: whole }, parser };
          settled.resolve(done);
          yield { event: { type: "object", value: done.object }, parser };
          return;
        } catch (error) {
          if (!(error instanceof StructuredError)) throw error;
          emit(call, "structured_output.parse_error", { error });
          if (error.reason === "refusal" || attempt > limit) {
            yield { parser };
            throw withPartial(error, { ...result, usage });
          }
          yield { event: { type: "again", error }, parser };
          request = askAgain(request, result, error);
        }
      }
    } catch (error) {
      settled.reject(error);
      throw error;
    } finally {
      settled.reject(new LlmError("aborted", "the reader left before the object was complete"));
    }
  }

  async function* events(): AsyncGenerator<ObjectEvent<Out>> {
    for await (const { event } of run(repairs)) if (event) yield event;
  }

  async function* partials(): AsyncGenerator<DeepPartial<Out>> {
    for await (const { event } of run(repairs)) if (event?.type === "partial") yield event.value;
  }

  async function* elements(): AsyncGenerator<ElementOf<Out>> {
    const steps = itemSchemas(schema);
    const { kind, type } = program.root;
    const none = (): TypeError => new TypeError("schema: elements() is for lists");
    const mayBeList = type === undefined && ["array", "tuple", "union", "any"].includes(kind);
    if (steps.length === 0 && !mayBeList && !remakes(schema)) throw none();
    const check = async (read: unknown): Promise<StandardResult<unknown>> => {
      let result: StandardResult<unknown> = { value: steps.length > 0 ? read : structuredClone(read) }; // its reader may change it
      for (const step of steps) if (!result.issues) result = await step["~standard"].validate(result.value);
      return result;
    };
    let taken: unknown; // what the schema was asked about last, which it took where there is a value
    const watched = isStandard(target)
      ? {
          "~standard": {
            ...target["~standard"],
            validate: (value: unknown) => target["~standard"].validate((taken = value)),
          },
        }
      : target;
    const given: { readonly read: unknown; readonly value: unknown }[] = [];
    for await (const { parser, event } of run(0, watched)) {
      if (event?.type === "object") {
        const whole: unknown = event.value;
        const made = Array.isArray(whole);
        const list: unknown = made ? whole : taken; // a list of which its schema makes something else, as a Set, is one, too
        if (!Array.isArray(list)) throw none();
        // the last word: it may have been read from elsewhere in the text than the items so far
        let begins = given.length <= list.length;
        for (const [i, { read, value }] of given.entries()) {
          if (!begins || same(made ? value : read, list[i])) continue;
          const again = made ? await check(read) : undefined; // a schema that gives something else each time, as a new id, tells nothing
          begins = again !== undefined && !again.issues && !same(value, again.value);
        }
        if (!begins) {
          const { text } = (await settled.promise).result;
          const message = "the answer ends as another list than it began";
          throw new StructuredError("malformed", "invalid", message, { text, value: whole });
        }
        for (const item of list.slice(given.length)) {
          const result: StandardResult<unknown> = made ? { value: item } : await check(item);
          if (!result.issues) yield result.value as ElementOf<Out>; // validated as a part of the whole
        }
        continue;
      }
      while (given.length < parser.completed()) {
        const [first] = given;
        if (first && !same(first.read, parser.item(0))) break; // another list: the end of the stream says which
        const read = parser.item(given.length);
        if (read === undefined) break; // it does not fit: the end of the stream says how
        const result = await check(read);
        if (result.issues) break;
        given.push({ read, value: result.value });
        yield result.value as ElementOf<Out>; // validated by the item's own schema
      }
    }
  }

  const result = (): Promise<ObjectResult<Out>> => {
    if (!started) {
      void (async () => {
        try {
          for await (const _ of run(repairs));
        } catch {
          // `settled` tells
        }
      })();
    }
    return settled.promise;
  };

  return {
    [Symbol.asyncIterator]: partials,
    events,
    elements,
    get result() {
      return result();
    },
    get object() {
      return result().then((found) => found.object);
    },
  };
}
