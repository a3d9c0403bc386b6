import type { ObjectResult } from "./answer.ts";
import type { StructuredError } from "./error.ts";
import type { DeepPartial } from "./parser.ts";

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

/**
 * An object as it arrives. Read it once: as partial values, as events or as elements; `result` and `object` are there beside
 * it, before, while and after it is read. A reader who is slower than what asks for these sees the latest value, not each.
 */
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
  /**
   * The valid object and how it came about. Asking for it reads the stream to its end, beside whoever iterates; who stops
   * iterating without having asked for it ends the call, and it rejects as `aborted`.
   */
  readonly result: Promise<ObjectResult<Out>>;
  /** Of `result`: the object. */
  readonly object: Promise<Out>;
}
