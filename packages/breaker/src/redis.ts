import { isRecord, redisCommand, redisSubscribe, systemClock, toMs } from "@llm/core";
import type { Clock, Duration, RedisLike, RedisSubscriberLike } from "@llm/core";
import { Quorum } from "./quorum.ts";
import type { Membership, Shared, Sharing } from "./sharing.ts";
import { slots } from "./slots.ts";

/** How processes meet. */
export interface RedisSharingOptions {
  /** For commands. You close it. */
  readonly redis: RedisLike;
  /** For messages: a connection of its own, such as `redis.duplicate()`. You close it. */
  readonly subscriber: RedisSubscriberLike;
  /** What keys and the channel begin with: processes with the same one are a fleet. Default `"llm:breaker"`. */
  readonly prefix?: string;
  /** A name of this process that no other has. Default: a random one. */
  readonly node?: string;
  /** How long a probe waits for Redis before the process decides alone. Default `"250ms"`. */
  readonly timeout?: Duration;
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
/** How long a process decides alone after Redis did not answer, and how long it believes that no slot is free. */
const PAUSE = 1_000;
/** Most unanswered messages; more are not sent. */
const UNANSWERED = 64;

const newToken = (): string => globalThis.crypto.randomUUID();

type Message =
  | {
      readonly type: "outcomes";
      readonly outcomes: Readonly<Record<string, readonly [calls: number, failures: number]>>;
    }
  | { readonly type: "opened" | "reopened"; readonly name: string; readonly ms: number; readonly failures: number }
  | { readonly type: "closed"; readonly name: string; readonly forAll: boolean };

/** What another process sent; undefined for what cannot be read. */
function parse(text: string): { node: string; message: Message } | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (!isRecord(value) || typeof value["node"] !== "string") return undefined;
    const { node, type, name, ms, failures, forAll, outcomes } = value;
    if (type === "outcomes" && isRecord(outcomes))
      return { node, message: { type, outcomes: outcomes as Record<string, [number, number]> } }; // only its keys are read
    if (typeof name !== "string") return undefined;
    if ((type === "opened" || type === "reopened") && typeof ms === "number" && ms >= 0 && ms < Infinity)
      return { node, message: { type, name, ms, failures: Number(failures) } };
    return type === "closed" ? { node, message: { type, name, forAll: forAll === true } } : undefined;
  } catch {
    return undefined;
  }
}

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
  const { redis, subscriber, prefix = "llm:breaker", node = newToken(), clock = systemClock } = options;
  const timeout = toMs(options.timeout ?? "250ms", "timeout");
  const channel = `${prefix}:events`;
  const members = new Map<string, Set<{ readonly shared: Shared; readonly quorum: Quorum }>>();
  const outcomes = new Map<string, [calls: number, failures: number]>();
  let toldAt = -Infinity;
  let aloneUntil = -Infinity;
  let unanswered = 0;
  let end: (() => Promise<void>) | undefined;
  let closed = false;

  /** Sends without waiting; what cannot be sent is lost. */
  const send = (message: Message): void => {
    if (closed || unanswered >= UNANSWERED) return;
    unanswered++;
    redisCommand(redis, "PUBLISH", channel, JSON.stringify({ node, ...message }))
      .catch(() => {})
      .finally(() => unanswered--);
  };
  const tellOutcomes = (now: number): void => {
    if (outcomes.size === 0 || now - toldAt < BEAT) return;
    toldAt = now;
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
      const cancel = clock.setTimeout(() => give(undefined), timeout);
      answer.then(give, () => give(undefined));
    });

  const hear = (text: string): void => {
    const heard = parse(text);
    if (!heard || heard.node === node) return;
    const { message } = heard;
    const now = clock.now();
    if (message.type === "outcomes") {
      for (const name of Object.keys(message.outcomes))
        for (const { quorum } of members.get(name) ?? []) quorum.seen(heard.node, now);
      return;
    }
    for (const { shared, quorum } of members.get(message.name) ?? []) {
      quorum.opened(heard.node, message.type === "closed" ? 0 : now + message.ms, now);
      if (message.type === "closed") {
        if (message.forAll) shared.closeByFleet();
      } else if (message.type === "reopened" ? shared.byFleet : quorum.isReached(now))
        shared.openByFleet(message.ms, message.failures);
    }
  };
  const ready = redisSubscribe(subscriber, channel, hear).then(
    (stop) => {
      end = stop;
    },
    () => {}, // alone, then
  );

  const join = (shared: Shared): Membership => {
    const { name } = shared;
    const { probes, probeLease, memory } = shared.policy;
    const quorum = new Quorum(memory);
    const member = { shared, quorum };
    const lent = slots(redis, prefix, name, probes, probeLease);
    /** Slots that were granted and that no call has taken yet, with the ends of their leases. */
    let grants: { readonly token: string; readonly end: number }[] = [];
    let refusedUntil = -Infinity;
    let asking: Promise<void> | undefined;

    const enter = (): void => {
      const all = members.get(name) ?? new Set();
      members.set(name, all.add(member));
    };
    const isAlone = (): boolean => closed || clock.now() < aloneUntil;
    const ask = async (): Promise<void> => {
      const token = newToken();
      const leaseEnd = clock.now() + probeLease;
      const wait = await inTime(lent.lend(token));
      if (wait === -1) grants.push({ token, end: leaseEnd });
      else if (wait !== undefined) refusedUntil = clock.now() + Math.min(wait, PAUSE);
    };
    enter();
    return {
      settled: (failed) => {
        const now = clock.now();
        enter();
        quorum.seen(node, now);
        const [calls, failures] = outcomes.get(name) ?? [0, 0];
        outcomes.set(name, [calls + 1, failures + (failed ? 1 : 0)]);
        tellOutcomes(now);
      },
      opened: (ms, failures) => {
        const now = clock.now();
        quorum.opened(node, now + ms, now);
        send({ type: "opened", name, ms, failures });
        if (quorum.isReached(now)) shared.openByFleet(ms, failures);
      },
      closed: (forAll) => {
        quorum.opened(node, 0, clock.now());
        grants = [];
        send({ type: "closed", name, forAll });
        if (forAll) lent.clear().catch(() => {});
      },
      request: () => {
        const now = clock.now();
        grants = grants.filter((grant) => grant.end > now);
        if (isAlone() || grants.length > 0 || now < refusedUntil) return Promise.resolve();
        asking ??= ask().finally(() => {
          asking = undefined;
        });
        return asking;
      },
      take: () => {
        const now = clock.now();
        grants = grants.filter((grant) => grant.end > now);
        return grants.shift()?.token ?? (isAlone() ? "" : undefined);
      },
      probed: (token, outcome) => {
        refusedUntil = -Infinity;
        if (outcome !== undefined && outcome !== "success")
          send({ type: "reopened", name, ms: outcome.failedForMs, failures: 1 });
        if (token === "") return;
        const pass = async (): Promise<void> => {
          if (!(await lent.pass(token))) return;
          send({ type: "closed", name, forAll: true });
          shared.closeByFleet();
        };
        const told = outcome === "success" ? pass() : outcome ? lent.clear() : lent.giveBack(token);
        told.catch(() => {});
      },
      leave: () => {
        members.get(name)?.delete(member);
        if (members.get(name)?.size === 0) members.delete(name);
      },
    };
  };

  return {
    join,
    ready,
    close: async () => {
      closed = true;
      await ready;
      await end?.();
    },
  };
}
