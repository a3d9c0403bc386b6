import { redisCommand, type RedisLike } from "./redis-like.ts";
import type { Amounts, RateLimitStore } from "./rate-limit-store.ts";

/**
 * Token buckets as in the memory store, in one hash for each key, at the server's own time. ARGV: what to do, a number
 * of milliseconds, then for each meter its name, an amount and a limit ("" where there is none).
 */
const SCRIPT = `
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000
local what, ms = ARGV[1], tonumber(ARGV[2])
local fields = redis.call('HGETALL', KEYS[1])
local state = {}
for i = 1, #fields, 2 do state[fields[i]] = tonumber(fields[i + 1]) end
local set = {}
local function put(field, value)
  state[field] = value
  set[#set + 1] = field
  set[#set + 1] = string.format('%.17g', value)
end
local function level(meter, limit)
  local known = state[meter .. ':level']
  if not known then return limit end
  return math.min(limit, known + math.max(0, now - state[meter .. ':at']) * limit / 60000)
end
local function fill(meter, value)
  put(meter .. ':level', value)
  put(meter .. ':at', now)
end
local wait = math.max(0, (state['paused'] or 0) - now)
local after = {}
for i = 3, #ARGV, 3 do
  local meter, amount, given = ARGV[i], tonumber(ARGV[i + 1]), tonumber(ARGV[i + 2])
  local limit = state[meter .. ':limit']
  if what == 'learn' then
    if given then put(meter .. ':limit', given) end
    limit = given or limit
    if limit and amount then fill(meter, math.min(amount, level(meter, limit))) end
  else
    if given and (not limit or given < limit) then limit = given end
    if limit then
      if what == 'give' then
        fill(meter, math.min(limit, level(meter, limit) + amount))
      else
        local rest = level(meter, limit) - math.min(amount, limit)
        wait = math.max(wait, -rest * 60000 / limit)
        after[#after + 1] = { meter, rest }
      end
    end
  end
end
if what == 'learn' and ms > 0 then put('paused', math.max(state['paused'] or 0, now + ms)) end
if what == 'take' and wait <= ms then
  for _, pair in ipairs(after) do fill(pair[1], pair[2]) end
end
if #set > 0 then
  redis.call('HSET', KEYS[1], unpack(set))
  redis.call('PEXPIRE', KEYS[1], math.ceil(math.max(3600000, (state['paused'] or 0) - now)))
end
return string.format('%.17g', wait)
`;

let digest: Promise<string> | undefined;

/** By what Redis knows the script. */
async function sha1(text: string): Promise<string> {
  const bytes = await crypto.subtle.digest("SHA-1", new TextEncoder().encode(text));
  return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * Buckets in Redis 7 or newer, for {@link rateLimit} in many processes. One script a step, atomic; one hash a key, in the
 * slot of its tenant, that goes an hour after it was last used. Takes a client of node-redis or ioredis, and does not
 * close it. What fails is thrown; `rateLimit` then goes on with its own memory.
 *
 * @param prefix of all keys. Default `"llm:rate:"`
 * @example
 * ```ts
 * import { redisRateLimits } from "@llm/core/redis";
 * const polite = compose(provider, rateLimit({ requests: 50, store: redisRateLimits(redis) }));
 * ```
 */
export function redisRateLimits(redis: RedisLike, prefix = "llm:rate:"): RateLimitStore {
  const run = async (key: string, words: readonly string[]): Promise<number> => {
    const rest = ["1", prefix + key, ...words];
    try {
      return Number(await redisCommand(redis, "EVALSHA", await (digest ??= sha1(SCRIPT)), ...rest));
    } catch (error) {
      if (!(error instanceof Error && error.message.startsWith("NOSCRIPT"))) throw error;
      return Number(await redisCommand(redis, "EVAL", SCRIPT, ...rest)); // from now on it knows it
    }
  };
  /** For each meter of either: its amount and its limit. */
  const triples = (amounts: Amounts, limits: Amounts): string[] =>
    [...new Set([...Object.keys(amounts), ...Object.keys(limits)])].flatMap((name) => {
      const meter = name as keyof Amounts; // the keys of amounts are meters
      return [meter, String(amounts[meter] ?? ""), String(limits[meter] ?? "")];
    });
  /** The same, of the meters of which there is an amount. */
  const taken = (amounts: Amounts, limits: Amounts): string[] =>
    Object.entries(amounts).flatMap(([meter, amount]) => [
      meter,
      String(amount),
      String(limits[meter as keyof Amounts] ?? ""),
    ]);

  return {
    take: (key, amounts, limits, mostMs) =>
      run(key, ["take", String(Math.min(mostMs, Number.MAX_SAFE_INTEGER)), ...taken(amounts, limits)]),
    give: async (key, amounts, limits) => {
      await run(key, ["give", "0", ...taken(amounts, limits)]);
    },
    learn: async (key, { limits = {}, remaining = {}, pauseMs = 0 }) => {
      await run(key, ["learn", String(pauseMs), ...triples(remaining, limits)]);
    },
  };
}
