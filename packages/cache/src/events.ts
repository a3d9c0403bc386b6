import type { Usage } from "@llm/core";

declare module "@llm/core" {
  interface Events {
    /** A stored answer is replayed: nothing goes upstream and nothing is to be paid. No `api.response` follows. */
    "cache.hit": {
      readonly key: string;
      /** How old the answer is, in milliseconds. */
      readonly ageMs: number;
      /** Who gave the answer then, and the usage that it took: what the hit saves. Absent for a function's value. */
      readonly vendor?: string;
      readonly model?: string;
      readonly usage?: Usage;
    };
    /** Nothing is stored: the call goes on. */
    "cache.miss": { readonly key: string };
    /** An equal call is under way: this one shares its answer. `flight` is the id of the call that went on for both. */
    "cache.coalesced": { readonly key: string; readonly flight: string };
    /** A complete answer was stored, as a text of so many characters. */
    "cache.stored": { readonly key: string; readonly characters: number; readonly ttlMs: number };
    /** The key could not be made, or the store failed or took too long. The call is not affected. */
    "cache.error": { readonly operation: "key" | "get" | "set"; readonly key?: string; readonly error: unknown };
  }
}
