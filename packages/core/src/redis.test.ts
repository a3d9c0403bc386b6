import { Redis } from "ioredis";
import { createClient } from "redis";
import { afterAll, describe, expect, test } from "vitest";
import { redisUrl } from "../../../.config/services.ts";
import { newCall } from "./call.ts";
import { collect } from "./collect.ts";
import { compose } from "./compose.ts";
import { rateLimit } from "./rate-limit.ts";
import type { RateLimitStore } from "./rate-limit-store.ts";
import type { RedisLike } from "./redis-like.ts";
import { redisCommand } from "./redis-like.ts";
import { redisRateLimits } from "./redis.ts";
import { toRequest } from "./request.ts";
import { mock, rateLimitChecks } from "./testing/index.ts";

const url = await redisUrl();
const prefix = `test:${crypto.randomUUID()}:`;

describe.skipIf(!url)("with Redis", async () => {
  const node = createClient({ url: url ?? "" });
  const io = new Redis(url ?? "", { lazyConnect: true });
  if (url) await Promise.all([node.connect(), io.connect()]);
  const clients: Readonly<Record<string, RedisLike>> = { "node-redis": node, ioredis: io };
  let made = 0;
  const store = (redis: RedisLike): RateLimitStore => redisRateLimits(redis, `${prefix}${made++}:`);

  afterAll(async () => {
    const keys = await io.keys(`${prefix}*`);
    if (keys.length > 0) await io.del(...keys);
    await Promise.all([node.close(), io.quit()]);
  });

  describe.each(Object.entries(clients))("by %s", (_name, redis) => {
    for (const check of rateLimitChecks(() => store(redis))) test(check.name, check.run);
  });

  test("processes share what there is", async () => {
    const name = `${prefix}shared:`;
    const models = Object.values(clients).map((redis) => {
      const model = mock("Hello");
      const limit = rateLimit({ requests: 10, maxWait: 0, store: redisRateLimits(redis, name) });
      return { model, provider: compose(model, limit) };
    });
    const answers = await Promise.allSettled(
      Array.from({ length: 40 }, (_, i) =>
        collect(
          (models[i % 2] ?? models[0])!.provider.stream(toRequest("Hi"), newCall({ whole: true, tenant: "t{1}" })),
        ),
      ),
    );
    expect(answers.filter((answer) => answer.status === "fulfilled")).toHaveLength(10);
    expect(models.reduce((sum, { model }) => sum + model.calls.length, 0)).toBe(10);
    const keys = await io.keys(`${name}*`);
    expect(keys).toEqual([`${name}{t%7B1%7D}:mock/model`]);
    expect(await io.pttl(keys[0] ?? "")).toBeGreaterThan(0);
  });

  test("a server that has forgotten the script is told it again", async () => {
    const seen: string[] = [];
    const forgetful: RedisLike = {
      sendCommand: async (words) => {
        seen.push(words[0] ?? "");
        if (words[0] === "EVALSHA") throw new Error("NOSCRIPT No matching script.");
        return redisCommand(io, words[0] ?? "", ...words.slice(1));
      },
    };
    expect(await store(forgetful).take("k", { requests: 1 }, { requests: 1 }, Infinity)).toBe(0);
    expect(seen).toEqual(["EVALSHA", "EVAL"]);
  });
});

test("what Redis throws is thrown", async () => {
  const broken: RedisLike = { sendCommand: () => Promise.reject(new Error("gone")) };
  await expect(redisRateLimits(broken).take("k", { requests: 1 }, {}, 0)).rejects.toThrow("gone");
});
