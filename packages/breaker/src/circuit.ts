import type { ErrorCode, Health, RateLimit, Usage } from "@llm/core";
import type { Ask, Breaker, RunOptions, State } from "./breaker.ts";
import type { Cause } from "./evidence.ts";
import { FirstTokens } from "./first-tokens.ts";
import type { Finished, Limiter } from "./limit.ts";
import { Machine } from "./machine.ts";
import type { BreakerOptions } from "./options.ts";
import type { Permit } from "./permit.ts";
import type { Policy } from "./policy.ts";
import { Probes } from "./probes.ts";
import { RejectedError } from "./rejected.ts";
import { Ticket } from "./ticket.ts";
import type { Errand } from "./ticket.ts";
import { causeOf, verdictOf } from "./verdict.ts";
import type { Verdict } from "./verdict.ts";
import { Wait } from "./wait.ts";

/** Who may pass, and what comes of it: the permits of a {@link Breaker} over its {@link Machine}. */
export class Circuit extends Machine implements Breaker {
  readonly #limiters: readonly Limiter[] | undefined;
  /** Closed, and nothing else to ask or tell: no wait, no first tokens, no limits, no fleet. */
  #plain = false;
  #probes: Probes | undefined;
  #firstTokens: FirstTokens | undefined;

  constructor(name: string, policy: Policy, options: Pick<BreakerOptions, "group" | "onEvent" | "sharing">) {
    super(name, policy, options);
    this.#limiters = policy.limits?.map((limit) => limit(policy.random));
  }

  acquire(ask?: Ask): Permit {
    const now = this.clock.now();
    return this.#plain ? new Ticket(this, this.generation, now, ask?.call) : this.#admit(now, ask);
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
    return this.byFleet && this.state === "half-open" ? this.member?.request() : undefined;
  }

  health(): Health {
    const now = this.clock.now();
    const errorRate = this.evidence.rate(now);
    return {
      ...this.#readiness(now),
      ...(errorRate !== undefined && { errorRate }),
      ...this.#firstTokens?.health(),
    };
  }

  // what permits report

  noteLimits(limits: readonly RateLimit[]): void {
    (this.wait ??= new Wait()).note(limits);
  }

  firstToken(ticket: Ticket): void {
    const now = this.clock.now();
    const ms = now - ticket.started;
    const { errand } = ticket;
    ticket.first = now;
    if (ticket.generation !== this.generation) return;
    this.#plain = false; // from here on it looks at calls whose first tokens do not come
    this.wait?.accepted(ticket.started);
    if (errand && this.#probes?.takeBack(errand.lease)) {
      errand.lease = this.#probes.lend(now);
      this.member?.renew(errand.token);
    }
    if (ms > (this.policy.slowFirstToken ?? Infinity)) this.#slow(ticket, now);
    const tokens = (this.#firstTokens ??= new FirstTokens(this.policy));
    tokens.came(ms);
    this.#lookForOverdue(now);
    tokens.add(ms);
  }

  succeed(ticket: Ticket, usage: Pick<Usage, "output"> | undefined): void {
    if (ticket.generation === this.generation && this.#plain && this.policy.slowPerToken === Infinity)
      // reading the time is most of what a call costs, and it was read when the last call began
      return this.evidence.success(this.clock.last, ticket.counted);
    const now = this.clock.now();
    const perToken = usage && usage.output > 0 ? (now - (ticket.first ?? ticket.started)) / usage.output : undefined;
    this.#leave(ticket, now, { accepted: true, ms: now - ticket.started, perToken });
    if (ticket.generation !== this.generation) return this.#handBack(ticket);
    this.member?.settled(false);
    this.wait?.accepted(ticket.started);
    if ((perToken ?? 0) > this.policy.slowPerToken && !ticket.counted) this.#slow(ticket, now);
    this.evidence.success(now, ticket.counted);
    if (this.entered !== "half-open" || ticket.generation !== this.generation) return;
    this.#handBack(ticket, "success");
    if (this.#probes?.pass()) this.shut("probe", ticket.call);
  }

  fail(ticket: Ticket, error: unknown): void {
    const now = this.clock.now();
    const verdict = this.verdict(error);
    if (verdict === "neutral") return this.ignore(ticket);
    this.#leave(ticket, now, { accepted: false, ms: now - ticket.started, perToken: undefined });
    if (ticket.generation !== this.generation) return this.#handBack(ticket);
    if (verdict === "failure") {
      this.member?.settled(true);
      return this.#judge(ticket, now, this.evidence.failure(now, ticket.started), error);
    }
    this.#handBack(ticket);
    if (verdict === "throttle") this.#throttle(ticket, now, error);
    else this.openLong(ticket, now, verdict, error);
  }

  ignore(ticket: Ticket): void {
    this.#leave(ticket, this.clock.last, undefined);
    this.#handBack(ticket);
  }

  protected override enter(state: State, reason: string): void {
    super.enter(state, reason);
    this.#plain = false;
    this.#probes = undefined;
    this.#firstTokens?.restart(this.opens);
  }

  #leave(ticket: Ticket, now: number, finished: Finished | undefined): void {
    this.#firstTokens?.left(ticket, finished);
    this.wait?.met(ticket.started);
    for (const limiter of this.#limiters ?? []) limiter.leave(now, finished);
  }

  protected verdict(error: unknown): Verdict {
    try {
      return (this.policy.classify ?? verdictOf)(error);
    } catch {
      return verdictOf(error);
    }
  }

  #slow(ticket: Ticket, now: number): void {
    ticket.counted = true;
    this.#judge(ticket, now, this.evidence.slow(now));
  }

  /** Opens it if a probe, or as many calls in a row as it takes, have waited too long for their first tokens. */
  #lookForOverdue(now: number): void {
    const last = this.#firstTokens?.overdue(now, this.entered === "half-open" ? 1 : this.policy.failureThreshold);
    if (last) this.#judge(last, now, "slow");
  }

  /** Opens it if a probe has failed, or if there is cause. */
  #judge(ticket: Ticket, now: number, cause: Cause | undefined, error?: unknown): void {
    if (this.entered === "half-open") this.#reopen(ticket, now, error);
    else if (cause) this.trip(now, cause, ticket.call, error);
  }

  #throttle(ticket: Ticket, now: number, error: unknown): void {
    const wait = (this.wait ??= new Wait());
    if (!wait.refused(error, now, ticket.started, (time) => this.clock.inner(time), this.policy.resetTimeout)) return;
    this.#plain = false;
    this.tell(ticket.call, "throttled", { until: this.clock.outer(wait.until), retryAfterMs: wait.until - now });
  }

  /** A credential or a model will not work for long. */
  protected openLong(ticket: Ticket, now: number, reason: Verdict, error: unknown): void {
    if (this.entered === "isolated" || this.entered === "disabled") return;
    this.open(now, reason, this.backoff(this.policy.longResetTimeout), ticket.call, error, 1);
  }

  // who may pass

  #admit(now: number, ask: Ask | undefined): Ticket {
    this.#lookForOverdue(now);
    const { wait } = this;
    const firstTokens = this.#firstTokens;
    const due = this.isDue(now);
    if (this.entered === "isolated" || (this.entered === "open" && !due)) throw this.#reject(ask, "circuit-open");
    if (this.entered !== "disabled" && now < (wait?.until ?? 0)) throw this.#reject(ask, "rate-limit");
    if (due) {
      this.enter("half-open", this.reason);
      this.tell(ask?.call, "half_opened", {});
    }
    let errand: Errand | undefined;
    if (this.entered === "half-open") errand = this.#lend(now, ask);
    else if (this.entered === "closed") {
      const limiter = this.#limiters?.find((limiter) => !limiter.admit(now, ask?.priority ?? "interactive"));
      if (limiter) throw this.#reject(ask, limiter.code, limiter.reason);
      this.#plain = !(this.#limiters || this.member || firstTokens || wait?.isOver(now) === false);
    }
    for (const limiter of this.#limiters ?? []) limiter.enter();
    wait?.passed(now);
    const ticket = new Ticket(this, this.generation, now, ask?.call, errand);
    if (!ask?.call?.whole) firstTokens?.began(ticket); // the first token of a whole answer is not reported
    return ticket;
  }

  #lend(now: number, ask: Ask | undefined): Errand {
    const probes = (this.#probes ??= new Probes(this.policy.probes, this.policy.probeLease));
    if (probes.freeAt(now) > now) throw this.#reject(ask, "circuit-open");
    const fleet = this.byFleet ? this.member : undefined;
    const token = fleet?.take();
    if (fleet && token === undefined) throw this.#reject(ask, "circuit-open", "probing");
    return { lease: probes.lend(now), token };
  }

  #handBack({ generation, errand }: Ticket, outcome?: "success"): void {
    if (!errand) return;
    if (generation === this.generation) this.#probes?.takeBack(errand.lease);
    if (errand.token !== undefined) this.member?.probed(errand.token, outcome);
  }

  /** A probe failed, or was slow. */
  #reopen({ errand, call }: Ticket, now: number, error?: unknown): void {
    const ms = this.backoff(this.policy.resetTimeout);
    const { byFleet } = this;
    this.open(now, "probe", ms, call, error, 1);
    this.byFleet = byFleet;
    if (errand?.token === undefined) this.member?.opened(ms, 1);
    else this.member?.probed(errand.token, { failedForMs: ms });
  }

  #reject(ask: Ask | undefined, code: ErrorCode, why?: string): RejectedError {
    const health = this.health();
    const { until, reason = why ?? code } = health;
    const retryAfterMs = until && Math.max(0, until - this.clock.outer(this.clock.last));
    this.tell(ask?.call, "rejected", { code, reason, ...(until && { retryAfterMs }) });
    return new RejectedError(code, this.name, { ...health, reason }, retryAfterMs);
  }

  #readiness(now: number): Health {
    const wait = this.wait?.until ?? 0;
    const not = (reason: string, until: number): Health => ({ ready: false, until: this.clock.outer(until), reason });
    if (this.entered === "disabled") return { ready: true };
    if (this.entered === "isolated") return { ready: false, reason: this.reason };
    if (this.entered === "open" && now < this.until) return not(this.reason, Math.max(this.until, wait));
    if (now < wait) return not("rate-limit", wait);
    const busyMs = (this.byFleet && this.member?.busyMs()) || 0;
    const freeAt = Math.max(now + busyMs, this.#probes?.freeAt(now) ?? now);
    return freeAt > now ? not("probing", freeAt) : { ready: true };
  }
}
