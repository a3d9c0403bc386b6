import { createBoundedMap } from "../bounded-map.ts";
import { objectOf, objectsOf, textOf, type Json } from "../json.ts";
import { inputItems } from "./question.ts";

/** A response that was stored, with the conversation that led to it. */
export interface StoredResponse {
  readonly response: Json;
  /** The items of its own input, those of its predecessors before them. */
  readonly input: readonly Json[];
}

/** Responses that a caller may build on or fetch again. */
export interface ResponseStore {
  /** Keeps a response, unless its request said not to. */
  readonly add: (response: Json, body: Json) => void;
  readonly get: (id: string) => StoredResponse | undefined;
  readonly delete: (id: string) => boolean;
  /** The body with stored items in place of references to them (`item_reference`); unknown references stay. */
  readonly expand: (body: Json) => Json;
  /** Everything said up to and including a response; empty for no id or an unknown one. */
  readonly history: (id: unknown) => readonly Json[];
}

/** A store that keeps the last `size` responses. */
export function createResponseStore(size = 256): ResponseStore {
  const stored = createBoundedMap<StoredResponse>(size);
  const history = (id: unknown): readonly Json[] => {
    const found = stored.get(textOf(id));
    return found ? [...found.input, ...objectsOf(found.response["output"])] : [];
  };
  const item = (id: unknown): Json | undefined => {
    for (const { response, input } of stored.values()) {
      const found = [...objectsOf(response["output"]), ...input].find((one) => one["id"] === id);
      if (found) return found;
    }
    return undefined;
  };
  return {
    history,
    expand: (body) => {
      const { input } = body;
      if (!Array.isArray(input) || !input.some((one) => objectOf(one)["type"] === "item_reference")) return body;
      const expanded = input.map((one: unknown) =>
        objectOf(one)["type"] === "item_reference" ? (item(objectOf(one)["id"]) ?? one) : one,
      );
      return { ...body, input: expanded };
    },
    get: stored.get,
    delete: stored.delete,
    add: (response, body) => {
      if (body["store"] === false) return;
      const input = [...history(body["previous_response_id"]), ...inputItems(body["input"])];
      stored.set(textOf(response["id"]), { response, input });
    },
  };
}
