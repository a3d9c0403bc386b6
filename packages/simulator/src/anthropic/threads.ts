import { createBoundedMap } from "../bounded-map.ts";
import type { Failure } from "../failure.ts";
import { objectOf, objectsOf, textOf, type Json } from "../json.ts";

/** Conversations that the server holds between turns (beta field `thread`), by the id of their last message. */
export interface Threads {
  /** The body with the held conversation before its own messages; as it is if it continues none or an unknown one. */
  readonly expand: (body: Json) => Json;
  /** What is wrong with the thread of a request. */
  readonly check: (body: Json) => Failure | undefined;
  /** Holds a conversation that ended with this message, if its request began or went on with a thread. */
  readonly add: (message: Json, body: Json) => void;
}

/** What is fixed when a thread is created. */
const FIXED = ["system", "tools"];

/** Threads, of which the last `size` are held. */
export function createThreads(size = 256): Threads {
  const held = createBoundedMap<Json>(size);
  const previous = (body: Json): string | undefined => {
    const thread = objectOf(body["thread"]);
    return thread["type"] === "continue" ? textOf(thread["previous_message_id"]) : undefined;
  };
  return {
    expand: (body) => {
      const found = held.get(previous(body) ?? "");
      return found
        ? { ...body, ...found, messages: [...objectsOf(found["messages"]), ...objectsOf(body["messages"])] }
        : body;
    },
    check: (body) => {
      const id = previous(body);
      if (id === undefined || held.get(id)) return undefined;
      return { kind: "not-found", message: `thread: no thread ends with message ${id}`, code: "thread_not_found" };
    },
    add: (message, body) => {
      if (body["thread"] === undefined || body["thread"] === null) return;
      const fixed = FIXED.filter((field) => body[field] !== undefined).map((field) => [field, body[field]] as const);
      const reply = { role: "assistant", content: message["content"] };
      held.set(textOf(message["id"]), {
        ...Object.fromEntries(fixed),
        messages: [...objectsOf(body["messages"]), reply],
      });
    },
  };
}
