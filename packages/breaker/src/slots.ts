/** Sends a command to Redis. */
export type RedisCommand = (command: string, ...args: string[]) => Promise<unknown>;

/*
 * The probe slots of a fleet: a sorted set of the tokens lent in a round by the ends of their leases, in Redis's own
 * time, and a counter of the probes that have succeeded. Both lie in one hash slot of a cluster. A token stays in the
 * set when its lease is over, so that a late success counts; one from an earlier round does not.
 */

/** How long after its lease a success may come, and how long a round lasts without one, in milliseconds. */
const MEMORY = 600_000;

/** Lends a slot, or renews its lease: -1, or the milliseconds until one may come free. */
const LEND = `local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local lent = redis.call('ZRANGEBYSCORE', KEYS[1], '(' .. now, '+inf', 'WITHSCORES')
local passed = tonumber(redis.call('GET', KEYS[2]) or '0')
local mine = tonumber(redis.call('ZSCORE', KEYS[1], ARGV[1]) or '0') > now
if not mine and #lent / 2 + passed >= tonumber(ARGV[2]) then return (lent[2] or now + ARGV[3]) - now end
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - ${MEMORY})
redis.call('ZADD', KEYS[1], now + ARGV[3], ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[3] + ${MEMORY})
return -1`;

/** Counts a success of this round: 1 when there are enough, which also ends the round. */
const PASS = `if redis.call('ZREM', KEYS[1], ARGV[1]) == 0 then return 0 end
local passed = redis.call('INCR', KEYS[2])
redis.call('PEXPIRE', KEYS[2], ${MEMORY})
if passed < tonumber(ARGV[2]) then return 0 end
redis.call('DEL', KEYS[1], KEYS[2])
return 1`;

/** The probe slots of one breaker over all processes. */
export interface Slots {
  /** Asks for a slot, or for the lease to begin anew: -1, or the milliseconds until one may come free. */
  readonly lend: (token: string) => Promise<number>;
  /** A probe succeeded; resolves to whether there are enough. */
  readonly pass: (token: string) => Promise<boolean>;
  /** A probe ended without an outcome. */
  readonly giveBack: (token: string) => Promise<unknown>;
  /** A round begins, or is over: nothing is lent, and nothing counts any more. */
  readonly clear: () => Promise<unknown>;
}

/** The slots of the breaker `name`, `most` of them, each on a lease of `leaseMs`. */
export function slots(command: RedisCommand, prefix: string, name: string, most: number, leaseMs: number): Slots {
  const keys = [`${prefix}:{${name}}:leases`, `${prefix}:{${name}}:passed`] as const;
  const script = async (text: string, token: string): Promise<number> =>
    Number(await command("EVAL", text, "2", ...keys, token, String(most), String(Math.ceil(leaseMs))));
  return {
    lend: (token) => script(LEND, token),
    pass: async (token) => (await script(PASS, token)) === 1,
    giveBack: (token) => command("ZREM", keys[0], token),
    clear: () => command("DEL", ...keys),
  };
}
