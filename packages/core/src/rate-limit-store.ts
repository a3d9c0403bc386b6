import { systemClock, type Clock } from "./time.ts";

/** What vendors limit by the minute, in the words of a start part's `rateLimits`. */
export type Meter = "requests" | "tokens" | "input-tokens" | "output-tokens";

/** So much of each meter. */
export type Amounts = Readonly<Partial<Record<Meter, number>>>;

/** What a vendor has said about its limits. */
export interface RateLimitNews {
  /** By the minute. */
  readonly limits?: Amounts;
  /** What is left of them now. */
  readonly remaining?: Amounts;
  /** How long to ask for nothing, in milliseconds. */
  readonly pauseMs?: number;
}

/** Where buckets of requests and tokens are kept, by key. Shared by many processes or not. */
export interface RateLimitStore {
  /**
   * Takes amounts, all or none, running into debt if need be: who comes later waits longer, so that all come in turn.
   *
   * @param limits by the minute; of these and those learned the smaller counts, and a meter without any is not limited
   * @param mostMs takes nothing if it would have to wait for longer
   * @returns how long to wait until they are there, in milliseconds
   */
  readonly take: (key: string, amounts: Amounts, limits: Amounts, mostMs: number) => number | Promise<number>;
  /** Gives amounts back, or takes more where they are negative, without a wait. */
  readonly give: (key: string, amounts: Amounts, limits: Amounts) => void | Promise<void>;
  readonly learn: (key: string, news: RateLimitNews) => void | Promise<void>;
}

const MINUTE = 60_000;

interface Bucket {
  level: number;
  at: number;
}

interface Entry {
  readonly buckets: Map<Meter, Bucket>;
  learned: Amounts;
  pausedUntil: number;
}

/** The limit that counts for a meter: the smaller of the one given and the one learned. */
const limitOf = (meter: Meter, limits: Amounts, entry: Entry): number | undefined => {
  const [given, learned] = [limits[meter], entry.learned[meter]];
  return given === undefined || learned === undefined ? (given ?? learned) : Math.min(given, learned);
};

const pairs = (amounts: Amounts): [Meter, number][] => Object.entries(amounts) as [Meter, number][]; // its keys are meters

/**
 * Buckets in the memory of this process: token buckets that hold a minute's worth and fill evenly.
 *
 * @param maxKeys how many keys are kept; the one that was not used for longest goes first. Default 10,000
 * @example
 * ```ts
 * const store = memoryRateLimits();
 * const [first, second] = [rateLimit({ requests: 60, store }), rateLimit({ requests: 60, store })];
 * ```
 */
export function memoryRateLimits(maxKeys = 10_000, clock: Clock = systemClock): RateLimitStore {
  const entries = new Map<string, Entry>();

  const entryOf = (key: string): Entry => {
    const entry = entries.get(key) ?? { buckets: new Map(), learned: {}, pausedUntil: 0 };
    entries.delete(key); // so that the oldest comes first
    entries.set(key, entry);
    if (entries.size > maxKeys) {
      const [oldest = key] = entries.keys();
      entries.delete(oldest);
    }
    return entry;
  };
  const levelOf = (entry: Entry, meter: Meter, limit: number, now: number): number => {
    const bucket = entry.buckets.get(meter);
    return bucket ? Math.min(limit, bucket.level + (Math.max(0, now - bucket.at) * limit) / MINUTE) : limit;
  };

  return {
    take: (key, amounts, limits, mostMs) => {
      const entry = entryOf(key);
      const now = clock.now();
      let wait = Math.max(0, entry.pausedUntil - now);
      const after: [Meter, number][] = [];
      for (const [meter, amount] of pairs(amounts)) {
        const limit = limitOf(meter, limits, entry);
        if (limit === undefined) continue;
        const level = levelOf(entry, meter, limit, now) - Math.min(amount, limit); // more than there ever is: all of it
        wait = Math.max(wait, (-level * MINUTE) / limit);
        after.push([meter, level]);
      }
      if (wait <= mostMs) for (const [meter, level] of after) entry.buckets.set(meter, { level, at: now });
      return wait;
    },
    give: (key, amounts, limits) => {
      const entry = entryOf(key);
      const now = clock.now();
      for (const [meter, amount] of pairs(amounts)) {
        const limit = limitOf(meter, limits, entry);
        if (limit === undefined) continue;
        entry.buckets.set(meter, {
          level: Math.min(limit, levelOf(entry, meter, limit, now) + amount),
          at: now,
        });
      }
    },
    learn: (key, { limits = {}, remaining = {}, pauseMs = 0 }) => {
      const entry = entryOf(key);
      const now = clock.now();
      entry.learned = { ...entry.learned, ...limits };
      for (const [meter, left] of pairs(remaining)) {
        const limit = entry.learned[meter];
        if (limit === undefined) continue;
        entry.buckets.set(meter, { level: Math.min(left, levelOf(entry, meter, limit, now)), at: now });
      }
      if (pauseMs > 0) entry.pausedUntil = Math.max(entry.pausedUntil, now + pauseMs);
    },
  };
}
