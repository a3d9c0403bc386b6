import type { Json } from "./json.ts";

/** How an exchange ended: everything was sent, a fault broke it, the caller left, or it never began. */
export type Outcome = "complete" | "fault" | "aborted";

/** One request and what was done with it. */
export interface JournalEntry {
  /** Counts up from 1. */
  readonly number: number;
  readonly requestId: string;
  /** Milliseconds since 1970, by the simulator's clock. */
  readonly at: number;
  readonly method: string;
  readonly path: string;
  readonly wire?: string;
  readonly model?: string;
  readonly stream?: boolean;
  /** The request's body, unless it is larger than 64 KiB: then its beginning as text. */
  readonly request?: unknown;
  /** Status of the answer; none if there was no answer. */
  readonly status?: number;
  /** Who answered: a script (by its number), a recording, or the generator. */
  readonly source?: string;
  /** The fault that hit it. */
  readonly fault?: string;
  /** Why it was not answered as asked. */
  readonly reason?: string;
  readonly usage?: Json;
  /** Events and bytes of the body that were sent. */
  readonly events: number;
  readonly bytes: number;
  readonly outcome: Outcome;
  /** Milliseconds until the last byte. */
  readonly duration: number;
}

/** What was asked and done, the oldest first; bounded. */
export interface Journal {
  readonly entries: () => readonly JournalEntry[];
  readonly clear: () => void;
}

/** The beginning of a text, copied: a slice alone would keep all of a long text in memory. */
export function beginning(text: string, most: number): string {
  return text.length <= most ? text : Buffer.from(text.slice(0, most)).toString();
}

/** A journal that keeps the last `size` entries. */
export function createJournal(size: number): Journal & { readonly add: (entry: JournalEntry) => void } {
  const entries: JournalEntry[] = [];
  return {
    entries: () => [...entries],
    clear: () => {
      entries.length = 0;
    },
    add: (entry) => {
      if (size === 0) return;
      if (entries.length >= size) entries.shift();
      entries.push(entry);
    },
  };
}
