import { redisCommand, redisSubscribe, systemClock, toMs } from "@llm/core";
import type { Clock, Duration, RedisLike, RedisSubscriberLike } from "@llm/core";
import { parse } from "./message.ts";
import type { Message } from "./message.ts";
import { Quorum } from "./quorum.ts";
import type { Membership, Shared, Sharing } from "./sharing.ts";
import { slots } from "./slots.ts";
import type { RedisCommand } from "./slots.ts";

/** How processes meet. */
export interface RedisSharingOptions {
  /** For commands. You close it. */
  readonly redis: RedisLike;
  /** For messages: a connection of its own, such as `redis.duplicate()`. You close it. */
  readonly subscriber: RedisSubscriberLike;
  /** What keys and the channel begin with: processes with the same one are a fleet. Default `"llm:breaker"`. */
  readonly prefix?: string;
  /** A name of this process that no other has, and that it keeps when it is restarted. Default: a random one. */
  readonly node?: string;
  /** How long a probe waits for Redis before the process decides alone. Default `"250ms"`. */
  readonly timeout?: Duration;
  /** Default: one of the machine that is never set back. */
  readonly clock?: Clock;
}

/** A {@link Sharing} over Redis. */
export interface RedisSharing extends Sharing {
  /** Resolves when messages are heard, or could not be. Nobody has to wait for it. */
  readonly ready: Promise<void>;
  /** Stops listening; the breakers go on alone. The connections stay yours to close. */
  readonly close: () => Promise<void>;
}

/** How often a process tells of its outcomes, at most, in milliseconds. */
const BEAT = 1_000;
/**
 * How long a process decides alone after Redis did not answer, how long it believes that no slot is free, and how long it
 * keeps one that no call has taken.
 */
const PAUSE = 1_000;
/** Most unanswered commands; more are not sent. */
const UNANSWERED = 64;

/** Nothing here looks at the time of day, which may be set back. */
const monotonic: Clock = { ...systemClock, now: () => performance.now() };
/** Nobody waits for it, and when it fails nobody needs to know. */
const forget = (promise: Promise<unknown>): void => void promise.catch(() => {});
const newToken = (): string => globalThis.crypto.randomUUID();

/** A breaker of this process. */
interface Member {
  readonly shared: Shared;
  readonly quorum: Quorum;
  /** Slots that were granted and that no call has taken yet. */
  readonly grants: Set<string>;
}

/** Whether a client is not connected, by its own word: what it was given now it would keep and send when it is late. */
const isOffline = (redis: RedisLike | RedisSubscriberLike): boolean =>
  ("isReady" in redis && redis.isReady === false) || // node-redis
  ("status" in redis && redis.status !== "ready" && redis.status !== "wait"); // ioredis; it connects at the first command

/**
 * Shares trips between processes over Redis. Decisions stay local and nothing on a call's way waits for Redis, but a
 * probe when the fleet is open. Trips and outcomes are published; when a majority of the processes that had traffic in
 * the window is open, all are, so that one sick process never opens the fleet. Probes are leased: `probes` of them pass
 * in the whole fleet. While Redis is down every process decides alone.
 *
 * @throws TypeError that names the option that is out of range
 * @example
 * ```ts
 * import { redisSharing } from "@llm/breaker/redis";
 * import { createClient } from "redis";
 *
 * const redis = await createClient().connect();
 * const subscriber = await redis.duplicate().connect();
 * const sharing = redisSharing({ redis, subscriber });
 * const llm = compose(provider, breaker({ name: "claude", sharing }));
 * ```
 */
export function redisSharing(options: RedisSharingOptions): RedisSharing {
  const { redis, subscriber, prefix = "llm:breaker", node = newToken(), clock = monotonic } = options;
  const timeout = toMs(options.timeout ?? "250ms", "timeout");
  const channel = `${prefix}:events`;
  const members = new Map<string, Set<Member>>();
  const outcomes = new Map<string, [calls: number, failures: number]>();
  let toldAt = -Infinity;
  let aloneUntil = -Infinity;
  let unanswered = 0;
  let end: Promise<(() => Promise<void>) | undefined> | undefined;
  let closed = false;

  const command: RedisCommand = async (...words) => {
    if (unanswered >= UNANSWERED || isOffline(redis)) throw new Error("Redis is gone");
    unanswered++;
    return redisCommand(redis, ...words).finally(() => unanswered--);
  };
  /** Sends without waiting; what cannot be sent is lost. */
  const send = (message: Message): void => {
    if (!closed) forget(command("PUBLISH", channel, JSON.stringify({ node, ...message })));
  };
  const tellOutcomes = (now: number): void => {
    if (now - toldAt < BEAT) return;
    toldAt = now;
    listen();
    send({ type: "outcomes", outcomes: Object.fromEntries(outcomes) });
    outcomes.clear();
  };
  /** Redis's answer, if it comes in time. */
  const inTime = <T>(answer: Promise<T>): Promise<T | undefined> =>
    new Promise((resolve) => {
      const give = (value: T | undefined): void => {
        if (value === undefined) aloneUntil = clock.now() + PAUSE;
        cancel();
        resolve(value);
      };
      // a process that was busy for so long may have the answer, unread: it looks once more
      let cancel = clock.setTimeout(() => {
        cancel = clock.setTimeout(() => give(undefined), 0);
      }, timeout);
      answer.then(give, () => give(undefined));
    });

  /** The fleet's probes have succeeded. */
  const closeAll = ({ shared, quorum, grants }: Member): void => {
    quorum.closed();
    grants.clear();
    shared.closeByFleet();
  };
  const hear = (text: string): void => {
    const heard = parse(text);
    if (closed || !heard || heard.node === node) return;
    const { message } = heard;
    const now = clock.now();
    if (message.type === "outcomes") {
      for (const name of Object.keys(message.outcomes))
        for (const { quorum } of members.get(name) ?? []) quorum.seen(heard.node, now);
      return;
    }
    for (const member of members.get(message.name) ?? []) {
      const { shared, quorum, grants } = member;
      quorum.opened(heard.node, message.type === "closed" ? 0 : now + message.ms, now);
      if (message.type !== "closed") {
        if (message.type === "opened" ? !quorum.isReached(now) : !shared.byFleet) continue;
        grants.clear(); // of an earlier round
        shared.openByFleet(message.ms, message.failures);
      } else if (message.forAll) closeAll(member);
    }
  };
  /** Begins to hear messages, unless it does; tried again at the next beat when that fails. */
  const listen = (): void => {
    if (closed) return;
    end ??= redisSubscribe(subscriber, channel, hear).catch(() => (end = undefined));
  };
  listen();

  const join = (shared: Shared): Membership => {
    const { name } = shared;
    const { probes, probeLease, memory } = shared.policy;
    const quorum = new Quorum(memory);
    const grants = new Set<string>();
    const member: Member = { shared, quorum, grants };
    const lent = slots(command, prefix, name, probes, probeLease);
    const asked = new Set<Promise<void>>();
    let refusedUntil = -Infinity;
    let isMember = false;

    const enter = (): void => {
      if (isMember) return;
      isMember = true;
      members.set(name, (members.get(name) ?? new Set()).add(member));
    };
    const isAlone = (): boolean => closed || clock.now() < aloneUntil;
    const giveBack = (token: string): void => forget(lent.giveBack(token));
    const ask = async (): Promise<void> => {
      const token = newToken();
      const answer = lent.lend(token);
      const wait = await inTime(answer);
      if (wait === undefined) forget(answer.then((late) => late === -1 && giveBack(token)));
      else if (wait !== -1) refusedUntil = clock.now() + Math.min(wait, PAUSE);
      else {
        grants.add(token);
        clock.setTimeout(() => grants.delete(token) && giveBack(token), Math.min(PAUSE, probeLease));
      }
    };
    enter();
    return {
      settled: (failed) => {
        const now = clock.now();
        enter();
        quorum.seen(node, now);
        const counts = outcomes.get(name) ?? [0, 0];
        counts[0]++;
        if (failed) counts[1]++;
        outcomes.set(name, counts);
        tellOutcomes(now);
      },
      opened: (ms, failures) => {
        const now = clock.now();
        quorum.opened(node, now + ms, now);
        send({ type: "opened", name, ms, failures });
        if (!quorum.isReached(now)) return;
        forget(lent.clear());
        shared.openByFleet(ms, failures);
      },
      closed: (forAll) => {
        quorum.opened(node, 0, clock.now());
        send({ type: "closed", name, forAll });
        if (!forAll) return;
        closeAll(member);
        forget(lent.clear());
      },
      busyMs: () => (grants.size > 0 || isAlone() ? 0 : Math.max(0, refusedUntil - clock.now())),
      request: async () => {
        if (grants.size > 0 || isAlone() || clock.now() < refusedUntil) return;
        // calls that come together ask for a slot each, as far as there are any
        if (asked.size < probes) {
          const answer = ask().finally(() => asked.delete(answer));
          asked.add(answer);
        }
        await Promise.all(asked);
      },
      take: () => {
        const [token] = grants;
        if (token !== undefined && grants.delete(token)) return token;
        return isAlone() ? "" : undefined;
      },
      renew: (token) => {
        if (token) forget(lent.lend(token));
      },
      probed: (token, outcome) => {
        refusedUntil = -Infinity;
        if (outcome !== undefined && outcome !== "success")
          send({ type: "reopened", name, ms: outcome.failedForMs, failures: 1 });
        if (token === "") return;
        const pass = async (): Promise<void> => {
          if (!(await lent.pass(token))) return;
          send({ type: "closed", name, forAll: true });
          closeAll(member);
        };
        forget(outcome === "success" ? pass() : outcome ? lent.clear() : lent.giveBack(token));
      },
      leave: () => {
        isMember = false;
        members.get(name)?.delete(member);
        if (members.get(name)?.size === 0) members.delete(name);
      },
    };
  };

  return {
    join,
    ready: Promise.resolve(end).then(() => {}),
    close: async () => {
      closed = true;
      if (!isOffline(subscriber)) await (await end)?.();
    },
  };
}
