import { redisCommand } from "@llm/core";
import type { RedisLike } from "@llm/core";

/*
 * The probe slots of a fleet: a sorted set of tokens by the end of their leases, in Redis's own time, and a counter of
 * the probes that have succeeded. Both lie in one hash slot of a cluster.
 */

const TIME = "local t = redis.call('TIME') local now = t[1] * 1000 + math.floor(t[2] / 1000)";

/** Lends a slot: -1, or the milliseconds until one may come free. */
const LEND = `${TIME}
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
local passed = tonumber(redis.call('GET', KEYS[2]) or '0')
if redis.call('ZCARD', KEYS[1]) + passed < tonumber(ARGV[3]) then
  redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[1])
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
  return -1
end
local first = redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')
if first[2] then return tonumber(first[2]) - now end
return tonumber(ARGV[2])`;

/** Counts a success: 1 when there are enough, which also ends the round. */
const PASS = `redis.call('ZREM', KEYS[1], ARGV[1])
local passed = redis.call('INCR', KEYS[2])
redis.call('PEXPIRE', KEYS[2], ARGV[2])
if passed < tonumber(ARGV[3]) then return 0 end
redis.call('DEL', KEYS[1], KEYS[2])
return 1`;

/** The probe slots of one breaker over all processes. */
export interface Slots {
  /** Asks for a slot: -1, or the milliseconds until one may come free. */
  readonly lend: (token: string) => Promise<number>;
  /** A probe succeeded; resolves to whether there are enough. */
  readonly pass: (token: string) => Promise<boolean>;
  /** A probe ended without an outcome. */
  readonly giveBack: (token: string) => Promise<unknown>;
  /** A probe failed, or all is well: the round is over. */
  readonly clear: () => Promise<unknown>;
}

/** The slots of the breaker `name`, `most` of them, each on a lease of `leaseMs`. */
export function slots(redis: RedisLike, prefix: string, name: string, most: number, leaseMs: number): Slots {
  const keys = [`${prefix}:{${name}}:leases`, `${prefix}:{${name}}:passed`] as const;
  const script = (text: string, token: string): Promise<unknown> =>
    redisCommand(redis, "EVAL", text, "2", ...keys, token, String(leaseMs), String(most));
  return {
    lend: async (token) => Number(await script(LEND, token)),
    pass: async (token) => Number(await script(PASS, token)) === 1,
    giveBack: (token) => redisCommand(redis, "ZREM", keys[0], token),
    clear: () => redisCommand(redis, "DEL", ...keys),
  };
}
