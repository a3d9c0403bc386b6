/** The part of a node-redis client that is used: any command, as a list of words. */
interface NodeRedisLike {
  sendCommand(command: string[]): Promise<unknown>;
}

/** The part of an ioredis client that is used. */
interface IoRedisLike {
  call(command: string, ...args: string[]): Promise<unknown>;
}

/** A connection to Redis, made, kept and closed by whoever has it: a client of node-redis or of ioredis. */
export type RedisLike = NodeRedisLike | IoRedisLike;

/**
 * Sends a command.
 *
 * @returns what Redis answers, as the client decodes it
 * @throws whatever the client throws
 * @example
 * ```ts
 * await redisCommand(client, "SET", "greeting", "hello", "PX", "60000");
 * ```
 */
export const redisCommand = (redis: RedisLike, command: string, ...args: string[]): Promise<unknown> =>
  "call" in redis ? redis.call(command, ...args) : redis.sendCommand([command, ...args]);

/** The part of a node-redis client that subscribes. */
interface NodeRedisSubscriberLike {
  subscribe(channel: string, listener: (message: string, channel: string) => void): Promise<unknown>;
  unsubscribe(channel: string, listener: (message: string, channel: string) => void): Promise<unknown>;
}

/** The part of an ioredis client that subscribes. */
interface IoRedisSubscriberLike {
  subscribe(channel: string): Promise<unknown>;
  unsubscribe(channel: string): Promise<unknown>;
  call(command: string, ...args: string[]): Promise<unknown>;
  on(event: "message", listener: (channel: string, message: string) => void): unknown;
  off(event: "message", listener: (channel: string, message: string) => void): unknown;
}

/** A connection to Redis for nothing but subscriptions, as Redis wants it: `client.duplicate()` of either client. */
export type RedisSubscriberLike = NodeRedisSubscriberLike | IoRedisSubscriberLike;

/**
 * Hears the messages of a channel.
 *
 * @returns what ends that
 * @throws whatever the client throws
 * @example
 * ```ts
 * const end = await redisSubscribe(client.duplicate(), "news", (message) => console.log(message));
 * ```
 */
export async function redisSubscribe(
  subscriber: RedisSubscriberLike,
  channel: string,
  listener: (message: string) => void,
): Promise<() => Promise<void>> {
  if (!("call" in subscriber)) {
    const hear = (message: string): void => listener(message);
    await subscriber.subscribe(channel, hear);
    return async () => void (await subscriber.unsubscribe(channel, hear));
  }
  const hear = (from: string, message: string): void => {
    if (from === channel) listener(message);
  };
  subscriber.on("message", hear);
  try {
    await subscriber.subscribe(channel);
  } catch (error) {
    subscriber.off("message", hear);
    throw error;
  }
  return async () => {
    subscriber.off("message", hear);
    await subscriber.unsubscribe(channel);
  };
}
