import type { Call, ErrorCode, Health, RateLimit, Usage } from "@llm/core";
import type { Ask, Breaker, RunOptions, State } from "./breaker.ts";
import type { BreakerEvents, EventName } from "./event.ts";
import { Evidence } from "./evidence.ts";
import type { Cause } from "./evidence.ts";
import type { Group } from "./group.ts";
import { mergeHealth } from "./health.ts";
import type { Finished, Limiter } from "./limit.ts";
import type { BreakerOptions } from "./options.ts";
import type { Permit } from "./permit.ts";
import type { Place } from "./place.ts";
import type { Policy } from "./policy.ts";
import { Probes } from "./probes.ts";
import { RejectedError } from "./rejected.ts";
import { Samples } from "./samples.ts";
import type { Membership, Shared } from "./sharing.ts";
import { checkSnapshot } from "./snapshot.ts";
import type { Snapshot } from "./snapshot.ts";
import { SteadyClock } from "./steady-clock.ts";
import { tell } from "./tell.ts";
import { Ticket } from "./ticket.ts";
import type { Errand } from "./ticket.ts";
import { causeOf, verdictOf } from "./verdict.ts";
import type { Verdict } from "./verdict.ts";
import { Wait } from "./wait.ts";

/** The machine behind a {@link Breaker}. It has no timers: what time does is looked up when somebody asks. */
export class Circuit implements Breaker, Shared {
  readonly name: string;
  readonly policy: Policy;
  readonly place: Place | undefined;
  readonly #clock: SteadyClock;
  readonly #onEvent: BreakerOptions["onEvent"];
  readonly #group: Group | undefined;
  readonly #limiters: readonly Limiter[] | undefined;
  readonly #member: Membership | undefined;
  #state: State = "closed";
  #reason = "";
  /** Closed, and nothing else to ask or tell: no wait, no parent, no limits, no fleet. */
  #plain = false;
  /** Goes up at every transition: a permit of an earlier one counts for nothing. */
  #generation = 0;
  /** When an open one may probe. */
  #until = 0;
  /** How often it opened since it was closed. */
  #opens = 0;
  #byFleet = false;
  #evidence: Evidence;
  #probes: Probes | undefined;
  #wait: Wait | undefined;
  #firstTokens: Samples | undefined;

  constructor(
    name: string,
    policy: Policy,
    options: Pick<BreakerOptions, "group" | "onEvent" | "sharing">,
    place?: Place,
  ) {
    this.name = name;
    this.policy = policy;
    this.place = place;
    this.#clock = new SteadyClock(policy.now, 2 * policy.memory);
    this.#onEvent = options.onEvent;
    this.#group = options.group;
    this.#limiters = policy.limits?.map((limit) => limit(policy.random));
    this.#evidence = new Evidence(policy);
    this.#group?.add(this);
    this.#member = options.sharing?.join(this);
    this.#simplify();
  }

  get state(): State {
    return this.#isDue(this.#clock.now()) ? "half-open" : this.#state;
  }

  acquire(ask?: Ask): Permit {
    const now = this.#clock.now();
    return this.#plain ? new Ticket(this, this.#generation, now, ask?.call) : this.#ask(now, ask);
  }

  async run<T>(fn: (permit: Permit) => T | PromiseLike<T>, options?: RunOptions): Promise<T> {
    const asked = this.prepare();
    if (asked) await asked;
    const permit = this.acquire(options);
    try {
      const value = await fn(permit);
      permit.success();
      return value;
    } catch (error) {
      permit.failure(causeOf(error, options?.signal ?? options?.call?.signal));
      throw error;
    }
  }

  prepare(): Promise<void> | undefined {
    if (!this.#byFleet || (this.#state !== "half-open" && !this.#isDue(this.#clock.now()))) return undefined;
    return this.#member?.request();
  }

  health(): Health {
    const now = this.#clock.now();
    const errorRate = this.#evidence.rate(now);
    const firstPartMs = this.#firstTokens?.quantile(0.5);
    const firstPartP95Ms = this.#firstTokens?.quantile(0.95);
    const own: Health = {
      ...this.#readiness(now),
      ...(errorRate !== undefined && { errorRate }),
      ...(firstPartMs !== undefined && { firstPartMs }),
      ...(firstPartP95Ms !== undefined && { firstPartP95Ms }),
    };
    return mergeHealth(own, this.place?.parent?.health());
  }

  isolate(reason = "isolated"): void {
    this.#enter("isolated", reason);
    this.#tell(undefined, "isolated", { reason });
  }

  disable(): void {
    this.#enter("disabled", "");
    this.#tell(undefined, "disabled", {});
  }

  close(): void {
    this.#close("manual", undefined);
  }

  snapshot(): Snapshot {
    const outer = (time: number): number => this.#clock.outer(time);
    return {
      version: 1,
      name: this.name,
      state: this.#state,
      reason: this.#reason,
      until: this.#state === "closed" ? 0 : outer(this.#until),
      opens: this.#opens,
      waitUntil: outer(this.#wait?.until ?? 0),
      ...this.#evidence.save(outer),
    };
  }

  restore(snapshot: Snapshot): void {
    const { state, reason, until, opens, waitUntil } = checkSnapshot(snapshot);
    this.#clock.now(); // from here on it knows how far the time was set back
    const inner = (time: number): number => this.#clock.inner(time);
    this.#until = inner(until);
    this.#opens = opens;
    this.#byFleet = false;
    this.#wait = undefined;
    if (waitUntil > 0) (this.#wait = new Wait()).until = inner(waitUntil);
    this.#evidence.load(snapshot, inner);
    // the probes of a half-open one are gone: it is open, and due
    this.#enter(state === "half-open" ? "open" : state, reason);
  }

  // what a registry, a group and a fleet ask and say

  /** Whether calls pass, other than as probes. */
  get usable(): boolean {
    return (this.#state === "closed" || this.#state === "disabled") && this.place?.parent?.usable !== false;
  }

  /** Whether it is the last of its group that can take calls. */
  get isKept(): boolean {
    return this.#group?.isLast(this) ?? false;
  }

  /** Whether it is out because the upstream fails. */
  get isFailing(): boolean {
    const scoped = this.#reason === "credential" || this.#reason === "model";
    return !scoped && (this.#state === "open" || this.#state === "half-open");
  }

  /** For how long nobody has asked it anything; 0 while it has a state to keep. */
  get idleMs(): number {
    const busy = this.#state === "isolated" || this.#state === "disabled";
    const idle = this.#clock.sinceLast();
    return busy || (this.#state === "open" && this.#clock.last + idle < this.#until) ? 0 : idle;
  }

  get byFleet(): boolean {
    return this.#byFleet;
  }

  /** What a parent says to a call: nothing, or the permit of a probe. */
  pass(ask: Ask | undefined): Ticket | undefined {
    return this.#state === "closed" ? this.place?.parent?.pass(ask) : this.#ask(this.#clock.now(), ask);
  }

  /** Opens it for what calls elsewhere have shown: a share of its children is open. */
  openFor(reason: string): void {
    const now = this.#clock.now();
    if (this.#state === "closed") this.#open(now, reason, this.#backoff(this.policy.resetTimeout), undefined);
  }

  openByFleet(ms: number, failures: number): void {
    const now = this.#clock.now();
    const closed = this.#state === "closed";
    if (closed && this.isKept) return;
    if (closed || this.#state === "half-open" || this.#isDue(now))
      this.#open(now, "fleet", ms, undefined, undefined, failures);
    else if (this.isFailing) this.#until = Math.max(this.#until, now + ms);
    this.#byFleet = this.isFailing;
  }

  closeByFleet(): void {
    if (this.#byFleet) this.#close("fleet", undefined);
  }

  /** Nobody uses it any more. */
  leave(): void {
    this.#member?.leave();
    this.#group?.delete(this);
  }

  // what permits report

  noteLimits(limits: readonly RateLimit[]): void {
    (this.#wait ??= new Wait()).note(limits);
  }

  firstToken(ticket: Ticket): void {
    const now = this.#clock.now();
    const ms = now - ticket.started;
    const { errand } = ticket;
    ticket.first = now;
    errand?.above?.firstToken();
    if (ticket.generation !== this.#generation) return;
    (this.#firstTokens ??= new Samples()).add(ms);
    if (errand && this.#probes?.takeBack(errand.lease)) errand.lease = this.#probes.lend(now);
    if (ms > this.policy.slowFirstToken) this.#slow(ticket, now);
  }

  succeed(ticket: Ticket, usage: Pick<Usage, "output"> | undefined): void {
    if (ticket.generation === this.#generation && this.#plain && this.policy.slowPerToken === Infinity)
      // reading the time is most of what a call costs, and it was read when the last call began
      return this.#evidence.success(this.#clock.last, ticket.counted);
    const now = this.#clock.now();
    const perToken = usage && usage.output > 0 ? (now - (ticket.first ?? ticket.started)) / usage.output : undefined;
    ticket.errand?.above?.success();
    this.#leave(now, { accepted: true, ms: now - ticket.started, perToken });
    if (ticket.generation !== this.#generation) return this.#handBack(ticket);
    this.#member?.settled(false);
    this.#wait?.accepted();
    this.#simplify();
    if (perToken !== undefined && perToken > this.policy.slowPerToken && !ticket.counted) this.#slow(ticket, now);
    this.#evidence.success(now, ticket.counted);
    if (this.#state === "half-open" && ticket.generation === this.#generation) this.#pass(ticket);
  }

  fail(ticket: Ticket, error: unknown): void {
    const now = this.#clock.now();
    const verdict = this.#verdict(error);
    if (verdict === "neutral") return this.ignore(ticket);
    if (verdict === "failure") ticket.errand?.above?.failure(error);
    else ticket.errand?.above?.ignore();
    this.#leave(now, { accepted: false, ms: now - ticket.started, perToken: undefined });
    if (ticket.generation !== this.#generation) return this.#handBack(ticket);
    if (verdict === "failure") return this.#failure(ticket, now, error);
    this.#handBack(ticket);
    if (verdict === "throttle") this.#throttle(ticket, now, error);
    else (this.place?.scope(verdict) ?? this).#openLong(now, verdict, ticket.call, error);
  }

  ignore(ticket: Ticket): void {
    ticket.errand?.above?.ignore();
    this.#leave(this.#clock.last, undefined);
    this.#handBack(ticket);
  }

  #leave(now: number, finished: Finished | undefined): void {
    for (const limiter of this.#limiters ?? []) limiter.leave(now, finished);
  }

  #verdict(error: unknown): Verdict {
    try {
      return (this.policy.classify ?? verdictOf)(error);
    } catch {
      return verdictOf(error);
    }
  }

  #failure(ticket: Ticket, now: number, error: unknown): void {
    this.#member?.settled(true);
    this.#judge(ticket, now, this.#evidence.failure(now, ticket.started), error);
  }

  #slow(ticket: Ticket, now: number): void {
    ticket.counted = true;
    this.#judge(ticket, now, this.#evidence.slow(now));
  }

  /** Opens it if a probe has failed, or if there is cause. */
  #judge(ticket: Ticket, now: number, cause: Cause | undefined, error?: unknown): void {
    if (this.#state === "half-open") this.#reopen(ticket, now, error);
    else if (cause) this.#trip(now, cause, ticket.call, error);
  }

  #throttle(ticket: Ticket, now: number, error: unknown): void {
    const inner = (time: number): number => this.#clock.inner(time);
    const wait = (this.#wait ??= new Wait());
    if (!wait.refused(error, now, ticket.started, inner, this.policy.resetTimeout)) return;
    this.#plain = false;
    const until = this.#clock.outer(wait.until);
    this.#tell(ticket.call, "throttled", { until, retryAfterMs: wait.until - now });
  }

  // who may pass

  #ask(now: number, ask: Ask | undefined): Ticket {
    this.place?.touch();
    const above = this.place?.parent?.pass(ask);
    try {
      return this.#admit(now, ask, above);
    } catch (error) {
      above?.ignore();
      throw error;
    }
  }

  #admit(now: number, ask: Ask | undefined, above: Ticket | undefined): Ticket {
    const due = this.#isDue(now);
    if (this.#state === "isolated" || (this.#state === "open" && !due)) throw this.#reject(ask, "circuit-open");
    if (this.#state !== "disabled" && now < (this.#wait?.until ?? 0)) throw this.#reject(ask, "rate-limit");
    if (due) {
      this.#enter("half-open", this.#reason);
      this.#tell(ask?.call, "half_opened", {});
    }
    let errand: Errand | undefined = above && { lease: 0, token: undefined, above };
    if (this.#state === "half-open") errand = this.#lend(now, ask, above);
    else if (this.#state === "closed") {
      this.#simplify();
      const limiter = this.#limiters?.find((limiter) => !limiter.admit(now, ask?.priority ?? "interactive"));
      if (limiter) throw this.#reject(ask, limiter.code, limiter.reason);
    }
    for (const limiter of this.#limiters ?? []) limiter.enter();
    return new Ticket(this, this.#generation, now, ask?.call, errand);
  }

  #lend(now: number, ask: Ask | undefined, above: Ticket | undefined): Errand {
    const probes = (this.#probes ??= new Probes(this.policy.probes, this.policy.probeLease));
    if (probes.freeAt(now) > now) throw this.#reject(ask, "circuit-open");
    const fleet = this.#byFleet ? this.#member : undefined;
    const token = fleet?.take();
    if (fleet && token === undefined) throw this.#reject(ask, "circuit-open", "probing");
    // a probe that is slow to begin has failed, if late: the next one need not wait for it
    return { lease: probes.lend(now, this.policy.slowFirstToken), token, above };
  }

  #handBack(ticket: Ticket): void {
    const { errand } = ticket;
    if (!errand) return;
    if (ticket.generation === this.#generation) this.#probes?.takeBack(errand.lease);
    if (errand.token !== undefined) this.#member?.probed(errand.token, undefined);
  }

  #reject(ask: Ask | undefined, code: ErrorCode, why?: string): RejectedError {
    const health = this.health();
    const { until, reason = why ?? code } = health;
    const retryAfterMs = until && Math.max(0, until - this.#clock.outer(this.#clock.last));
    this.#tell(ask?.call, "rejected", { code, reason, ...(until && { retryAfterMs }) });
    return new RejectedError(code, this.name, { ...health, reason }, retryAfterMs);
  }

  #readiness(now: number): Health {
    const wait = this.#wait?.until ?? 0;
    const not = (reason: string, until: number): Health => ({ ready: false, until: this.#clock.outer(until), reason });
    if (this.#state === "disabled") return { ready: true };
    if (this.#state === "isolated") return { ready: false, reason: this.#reason };
    if (this.#state === "open" && now < this.#until) return not(this.#reason, Math.max(this.#until, wait));
    if (now < wait) return not("rate-limit", wait);
    const freeAt = this.#probes?.freeAt(now) ?? now;
    return freeAt > now ? not("probing", freeAt) : { ready: true };
  }

  // transitions

  #trip(now: number, cause: Cause, call: Call | undefined, error?: unknown): void {
    if (this.#state !== "closed" || this.isKept) return; // a bad answer is better than none
    const ms = this.#backoff(this.policy.resetTimeout);
    const { failures } = this.#evidence;
    this.#open(now, cause, ms, call, error);
    this.#member?.opened(ms, failures);
  }

  /** A probe succeeded. */
  #pass(ticket: Ticket): void {
    const { lease = 0, token } = ticket.errand ?? {};
    this.#probes?.takeBack(lease);
    if (token !== undefined) this.#member?.probed(token, "success");
    if (this.#probes?.pass()) this.#close("probe", ticket.call);
  }

  /** A probe failed, or was slow. */
  #reopen(ticket: Ticket, now: number, error?: unknown): void {
    const ms = this.#backoff(this.policy.resetTimeout);
    const byFleet = this.#byFleet;
    this.#open(now, "probe", ms, ticket.call, error, 1);
    this.#byFleet = byFleet;
    const token = ticket.errand?.token;
    if (token === undefined) this.#member?.opened(ms, 1);
    else this.#member?.probed(token, { failedForMs: ms });
  }

  #openLong(now: number, reason: Verdict, call: Call | undefined, error: unknown): void {
    if (this.#state === "isolated" || this.#state === "disabled") return;
    this.#open(now, reason, this.#backoff(this.policy.longResetTimeout), call, error, 1);
  }

  /** How long to stay open: drawn evenly between `base` and a ceiling that doubles each time (full jitter). */
  #backoff(base: number): number {
    const ceiling = Math.max(base, Math.min(base * 2 ** this.#opens, this.policy.maxResetTimeout));
    return base + this.policy.random() * (ceiling - base);
  }

  #open(
    now: number,
    reason: string,
    ms: number,
    call: Call | undefined,
    error?: unknown,
    failures: number = this.#evidence.failures,
  ): void {
    this.#until = now + ms;
    this.#opens++;
    this.#byFleet = false;
    this.#enter("open", reason);
    const until = this.#clock.outer(this.#until);
    const data = { failures, calls: this.#evidence.calls, reason, until };
    this.#tell(call, "opened", error === undefined ? data : { ...data, error });
    this.place?.opened();
  }

  #close(reason: string, call: Call | undefined): void {
    if (this.#state === "closed") return;
    const byFleet = this.#byFleet;
    this.#opens = 0;
    this.#byFleet = false;
    this.#evidence = new Evidence(this.policy);
    this.#enter("closed", "");
    this.#tell(call, "closed", { reason });
    if (reason !== "fleet") this.#member?.closed(byFleet && reason === "probe");
  }

  #enter(state: State, reason: string): void {
    this.#state = state;
    this.#reason = reason;
    this.#generation++;
    this.#probes = undefined;
    this.#simplify();
  }

  #simplify(): void {
    const waits = this.#wait?.isOver(this.#clock.last) === false;
    this.#plain = this.#state === "closed" && !waits && !this.place && !this.#limiters && !this.#member;
  }

  #isDue(now: number): boolean {
    return this.#state === "open" && now >= this.#until;
  }

  #tell<K extends EventName>(call: Call | undefined, event: K, data: Omit<BreakerEvents[K], "name">): void {
    const at = this.#clock.outer(this.#clock.last);
    tell(this.#onEvent, call, at, event, { name: this.name, ...data } as BreakerEvents[K]); // what was left out is added
  }
}
