import type { RedisLike, RedisSubscriberLike } from "@llm/core";
import type { Cluster, Redis } from "ioredis";
import type { createClient } from "redis";
import { expectTypeOf, test } from "vitest";
import { redisSharing } from "./redis.ts";

test("clients of node-redis and of ioredis are what the packages ask for", () => {
  expectTypeOf<ReturnType<typeof createClient>>().toExtend<RedisLike>();
  expectTypeOf<ReturnType<typeof createClient>>().toExtend<RedisSubscriberLike>();
  expectTypeOf<Redis>().toExtend<RedisLike>();
  expectTypeOf<Redis>().toExtend<RedisSubscriberLike>();
  expectTypeOf<Cluster>().toExtend<RedisLike>();
  expectTypeOf<{ get: (key: string) => Promise<string> }>().not.toExtend<RedisLike>();
  expectTypeOf<{ redis: Redis; subscriber: Redis }>().toExtend<Parameters<typeof redisSharing>[0]>();
});
