import { emit } from "@llm/core";
import type { Call, Listener } from "@llm/core";
import type { State } from "./breaker.ts";
import type { BreakerEvents, EventName } from "./event.ts";
import { Evidence } from "./evidence.ts";
import type { Cause } from "./evidence.ts";
import type { BreakerOptions } from "./options.ts";
import type { Policy } from "./policy.ts";
import type { Membership, Shared } from "./sharing.ts";
import { checkSnapshot } from "./snapshot.ts";
import type { Snapshot } from "./snapshot.ts";
import { SteadyClock } from "./steady-clock.ts";
import { Wait } from "./wait.ts";

/**
 * The states of a breaker and its transitions: by its own evidence, by hand, by a fleet. It has no
 * timers: what time does is looked up when somebody asks.
 */
export class Machine implements Shared {
  readonly name: string;
  readonly policy: Policy;
  protected readonly clock: SteadyClock;
  protected readonly member: Membership | undefined;
  readonly #group: BreakerOptions["group"];
  readonly #onEvent: BreakerOptions["onEvent"];
  /** The state that it entered last: an open one that is due becomes half-open when somebody asks. */
  protected entered: State = "closed";
  protected reason = "";
  /** Goes up at every transition: a permit of an earlier one counts for nothing. */
  protected generation = 0;
  /** When an open one may probe. */
  protected until = 0;
  /** How often it opened since it was closed. */
  protected opens = 0;
  byFleet = false;
  protected evidence: Evidence;
  protected wait: Wait | undefined;

  constructor(name: string, policy: Policy, options: Pick<BreakerOptions, "group" | "onEvent" | "sharing">) {
    this.name = name;
    this.policy = policy;
    this.clock = new SteadyClock(policy.now, 2 * policy.memory);
    this.#group = options.group;
    this.#onEvent = options.onEvent;
    this.evidence = new Evidence(policy);
    this.#group?.add(this);
    this.member = options.sharing?.join(this);
  }

  get state(): State {
    return this.isDue(this.clock.now()) ? "half-open" : this.entered;
  }

  isolate(reason = "isolated"): void {
    this.enter("isolated", reason);
    this.tell(undefined, "isolated", { reason });
  }

  disable(): void {
    this.enter("disabled", "");
    this.tell(undefined, "disabled", {});
  }

  close(): void {
    this.shut("manual", undefined);
  }

  snapshot(): Snapshot {
    const outer = (time: number): number => this.clock.outer(time);
    return {
      version: 1,
      name: this.name,
      state: this.entered,
      reason: this.reason,
      until: this.entered === "closed" ? 0 : outer(this.until),
      opens: this.opens,
      waitUntil: outer(this.wait?.until ?? 0),
      ...this.evidence.save(outer),
    };
  }

  restore(snapshot: Snapshot): void {
    const { state, reason, until, opens, waitUntil } = checkSnapshot(snapshot);
    this.clock.now(); // from here on it knows how far the time was set back
    const inner = (time: number): number => this.clock.inner(time);
    this.until = inner(until);
    this.opens = opens;
    this.wait = undefined;
    if (waitUntil > 0) (this.wait = new Wait()).until = inner(waitUntil);
    this.evidence.load(snapshot, inner);
    // the probes of a half-open one are gone: it is open, and due
    this.enter(state === "half-open" ? "open" : state, reason);
  }

  // what a group and a fleet ask and say

  /** Whether calls pass, other than as probes. */
  get usable(): boolean {
    return this.entered === "closed" || this.entered === "disabled";
  }

  /** Whether it is the last of its group that can take calls. */
  get isKept(): boolean {
    return this.#group?.isLast(this) ?? false;
  }

  /** Whether it is out because the upstream fails. */
  get isFailing(): boolean {
    const scoped = this.reason === "credential" || this.reason === "model";
    return !scoped && (this.entered === "open" || this.entered === "half-open");
  }

  openByFleet(ms: number, failures: number): void {
    const now = this.clock.now();
    const closed = this.entered === "closed";
    if (closed && this.isKept) return;
    if (closed || this.entered === "half-open" || this.isDue(now))
      this.open(now, "fleet", ms, undefined, undefined, failures);
    else if (this.isFailing) this.until = Math.max(this.until, now + ms);
    this.byFleet = this.isFailing;
  }

  closeByFleet(): void {
    if (this.byFleet) this.shut("fleet", undefined);
  }

  /** Nobody uses it any more. */
  leave(): void {
    this.member?.leave();
    this.#group?.delete(this);
  }

  // transitions

  protected trip(now: number, cause: Cause, call: Call | undefined, error?: unknown): void {
    if (this.entered !== "closed" || this.isKept) return; // a bad answer is better than none
    const ms = this.backoff(this.policy.resetTimeout);
    const { failures } = this.evidence;
    this.open(now, cause, ms, call, error);
    this.member?.opened(ms, failures);
  }

  /** How long to stay open: drawn evenly between `base` and a ceiling that doubles each time (full jitter). */
  protected backoff(base: number): number {
    const ceiling = Math.max(base, Math.min(base * 2 ** this.opens, this.policy.maxResetTimeout));
    return base + this.policy.random() * (ceiling - base);
  }

  protected open(
    now: number,
    reason: string,
    ms: number,
    call: Call | undefined,
    error?: unknown,
    failures: number = this.evidence.failures,
  ): void {
    this.until = now + ms;
    this.opens++;
    this.enter("open", reason);
    const data = { failures, calls: this.evidence.calls, reason, until: this.clock.outer(this.until) };
    this.tell(call, "opened", error === undefined ? data : { ...data, error });
  }

  protected shut(reason: string, call: Call | undefined): void {
    if (this.entered === "closed") return;
    const { byFleet } = this;
    this.opens = 0;
    this.evidence = new Evidence(this.policy);
    this.enter("closed", "");
    this.tell(call, "closed", { reason });
    if (reason !== "fleet") this.member?.closed(byFleet && reason === "probe");
  }

  protected enter(state: State, reason: string): void {
    this.entered = state;
    this.reason = reason;
    this.byFleet &&= state === "half-open";
    this.generation++;
  }

  protected isDue(now: number): boolean {
    return this.entered === "open" && now >= this.until;
  }

  /** Tells its listener, and that of the call that caused it. */
  protected tell<K extends EventName>(call: Call | undefined, event: K, data: Omit<BreakerEvents[K], "name">): void {
    const told = { name: this.name, ...data } as never; // the event's own data: a union cannot be followed through the prefix
    const listener = this.#onEvent as Listener | undefined; // it hears only events of ours
    emit(call, `circuit_breaker.${event}`, told, listener, this.clock.outer(this.clock.last));
  }
}
