import { createHash } from "node:crypto";
import type { CacheTtl } from "./bill.ts";
import type { Block } from "./prompt.ts";

/** How long each kind of entry lives after its last use, in milliseconds. */
const LIFETIME: Readonly<Record<CacheTtl, number>> = {
  "5m": 300_000,
  "1h": 3_600_000,
  "30m": 1_800_000,
  "12h": 43_200_000,
};

/** How many blocks before a marker are looked at for an older entry. */
const LOOK_BACK = 20;

/** What an automatic prefix grows by, in tokens. */
const STEP = 128;

/** What the cache had of a prompt, and what it took in. */
export interface CacheResult {
  readonly read: number;
  readonly written: Readonly<Record<CacheTtl, number>>;
}

/** Prefixes of prompts that were read before. */
export interface PromptCache {
  /** By markers (Anthropic): up to each marked block, if that is at least `minimum` tokens. */
  readonly marked: (scope: string, blocks: readonly Block[], minimum: number) => CacheResult;
  /** By itself (OpenAI): the longest known beginning, in steps of 128 tokens from `minimum` on. */
  readonly automatic: (scope: string, blocks: readonly Block[], minimum: number, ttl: CacheTtl) => CacheResult;
  readonly size: () => number;
}

interface Entry {
  expires: number;
  ttl: CacheTtl;
}

interface Point {
  readonly key: string;
  /** Tokens from the beginning up to here. */
  readonly tokens: number;
  readonly marker: CacheTtl | undefined;
}

function digest(before: string, text: string): string {
  return createHash("sha256").update(before).update("\u0000").update(text).digest("base64url");
}

/** The end of each block with the hash of everything before it. */
function points(scope: string, blocks: readonly Block[]): readonly Point[] {
  let key = scope;
  let tokens = 0;
  return blocks.map((block) => {
    key = digest(key, block.text);
    tokens += block.tokens;
    return { key, tokens, marker: block.marker };
  });
}

/** Every 128th token, by proportion within the block it lies in. */
function steps(scope: string, blocks: readonly Block[]): readonly Point[] {
  const out: Point[] = [];
  let key = scope;
  let tokens = 0;
  let pending = "";
  for (const block of blocks) {
    let at = 0;
    while (block.tokens > 0) {
      const next = (out.length + 1) * STEP - tokens;
      if (next > block.tokens) break;
      const end = Math.round((next / block.tokens) * block.text.length);
      key = digest(key, pending + block.text.slice(at, end));
      pending = "";
      at = end;
      out.push({ key, tokens: (out.length + 1) * STEP, marker: undefined });
    }
    pending += block.text.slice(at);
    tokens += block.tokens;
  }
  return out;
}

const NOTHING: Readonly<Record<CacheTtl, number>> = { "5m": 0, "1h": 0, "30m": 0, "12h": 0 };

/** A prompt cache that holds at most `limit` prefixes; the one that was used longest ago goes first. */
export function createPromptCache(now: () => number, limit = 65_536): PromptCache {
  // In the order of last use, so that the first key is the oldest.
  const entries = new Map<string, Entry>();

  function touch(key: string, ttl: CacheTtl): void {
    entries.delete(key);
    entries.set(key, { ttl, expires: now() + LIFETIME[ttl] });
    for (const oldest of entries.keys()) {
      if (entries.size <= limit) break;
      entries.delete(oldest);
    }
  }

  function hit(key: string): boolean {
    const entry = entries.get(key);
    if (!entry) return false;
    if (entry.expires <= now()) {
      entries.delete(key);
      return false;
    }
    touch(key, entry.ttl);
    return true;
  }

  return {
    size: () => entries.size,
    marked: (scope, blocks, minimum) => {
      const all = points(scope, blocks);
      const ends = all.map((point, index) => ({ ...point, index })).filter(({ marker }) => marker !== undefined);
      let read = 0;
      for (const { index } of [...ends].reverse()) {
        const window = all.slice(Math.max(0, index - LOOK_BACK + 1), index + 1).reverse();
        const found = window.find(({ key, tokens }) => tokens > read && tokens >= minimum && hit(key));
        if (found) read = found.tokens;
        if (read > 0) break;
      }
      const written = { ...NOTHING };
      let from = read;
      for (const { key, tokens, marker } of ends) {
        if (!marker || tokens < minimum || tokens <= from) continue;
        written[marker] += tokens - from;
        from = tokens;
        touch(key, marker);
      }
      return { read, written };
    },
    automatic: (scope, blocks, minimum, ttl) => {
      const all = steps(scope, blocks);
      const usable = all.filter(({ tokens }) => tokens >= minimum);
      let read = 0;
      for (const { key, tokens } of usable) {
        if (!hit(key)) break;
        read = tokens;
      }
      const fresh = usable.filter(({ tokens }) => tokens > read);
      for (const { key } of fresh) touch(key, ttl);
      return { read, written: { ...NOTHING, [ttl]: (fresh.at(-1)?.tokens ?? read) - read } };
    },
  };
}
