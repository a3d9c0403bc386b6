import { LlmError } from "@llm/core";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { createBreaker } from "./breaker.ts";
import type { Breaker, State } from "./breaker.ts";
import type { Permit } from "./permit.ts";
import { isRejected } from "./rejected.ts";
import type { Shared } from "./sharing.ts";

/*
 * The breaker against a plain reference: any order of starting, settling and aborting calls, time passing (also
 * backwards), isolating, disabling, closing, a restart from a snapshot, and what the other processes of a fleet do.
 */

const LONG = process.env["MODE"] === "long";
const START = 1_700_000_000_000;
const THRESHOLD = 3;
const MINIMUM = 4;
const WINDOW = 10_000;
const BUCKET = 1_000;
const RESET = 5_000;
const MOST = 12_000;
const DEAD = 20_000;
const PROBES = 2;
const LEASE = 4_000;
const SLOW = 2_000;

type Ending = "success" | "failure" | "throttle" | "quota" | "not-found" | "abort";

interface ModelCall {
  readonly epoch: number;
  readonly started: number;
  /** End of its lease; undefined: not a probe. */
  lease: number | undefined;
  /** When its first token came. */
  first: number | undefined;
  counted: boolean;
  over: boolean;
}

/** The reference: the same rules, written for reading. Times are true times: it does not know of the wrong clock. */
class Model {
  now = START;
  /** When the real one last looked at its clock. */
  looked = START;
  state: State = "closed";
  reason = "";
  epoch = 0;
  until = 0;
  opens = 0;
  byFleet = false;
  waitUntil = 0;
  refusals = 0;
  refusedAt = 0;
  run = 0;
  failedAt = 0;
  passed = 0;
  leases: number[] = [];
  outcomes: { bucket: number; failures: number; slow: number }[] = [];
  calls: ModelCall[] = [];
  /** A call has gone alone after a wait; 0: none. */
  triedAt = 0;
  /** First tokens are reported: calls are watched for them. */
  watches = false;
  waiting: ModelCall[] = [];
  /** Nothing to look at but the evidence: a success counts at the last reading of the clock. */
  plain = false;
  readonly fleet: boolean;

  constructor(fleet: boolean) {
    this.fleet = fleet;
  }

  enter(state: State, reason: string): void {
    Object.assign(this, { state, reason, passed: 0, leases: [], waiting: [], plain: false, epoch: this.epoch + 1 });
  }
  open(ms: number, reason: string): void {
    this.until = this.now + ms;
    this.opens++;
    this.byFleet = false;
    this.enter("open", reason);
  }
  reopen(): void {
    const { byFleet } = this;
    this.open(this.backoff(RESET), "probe");
    this.byFleet = byFleet;
  }
  close(): void {
    if (this.state === "closed") return;
    Object.assign(this, { opens: 0, run: 0, outcomes: [], byFleet: false });
    this.enter("closed", "");
  }
  backoff(base: number): number {
    return base + (Math.max(base, Math.min(base * 2 ** this.opens, MOST)) - base) / 2; // its random is always 0.5
  }
  seenState(): State {
    return this.state === "open" && this.now >= this.until ? "half-open" : this.state;
  }
  count(at: number, failures: number, slow: number): void {
    this.outcomes.push({ bucket: Math.floor((at - START) / BUCKET), failures, slow });
  }
  sum(): { calls: number; failures: number; slow: number } {
    const oldest = Math.floor((this.now - START) / BUCKET) - WINDOW / BUCKET;
    const recent = this.outcomes.filter(({ bucket }) => bucket > oldest);
    const of = (key: "failures" | "slow"): number => recent.reduce((sum, outcome) => sum + outcome[key], 0);
    return { calls: recent.length, failures: of("failures"), slow: of("slow") };
  }
  live(): number[] {
    return this.leases.filter((end) => end > this.now);
  }
  health(): { ready: boolean; until?: number; reason?: string; errorRate?: number } {
    const { calls, failures } = this.sum();
    const rate = calls > 0 ? { errorRate: failures / calls } : {};
    const not = (reason: string, until?: number) => ({ ready: false, reason, ...(until && { until }), ...rate });
    if (this.state === "isolated") return not(this.reason);
    if (this.state === "disabled") return { ready: true, ...rate };
    if (this.seenState() === "open") return not(this.reason, Math.max(this.until, this.waitUntil));
    if (this.now < this.waitUntil) return not("rate-limit", this.waitUntil);
    if (this.state === "half-open" && this.live().length + this.passed >= PROBES)
      return not("probing", Math.min(...this.live()));
    return { ready: true, ...rate };
  }
  /** Starts a call, or says why not. */
  start(granted: boolean): { code: string; wait: number | undefined } | undefined {
    this.looked = this.now;
    this.lookForOverdue();
    const health = this.health();
    const wait = health.until === undefined ? undefined : health.until - this.now;
    if (!health.ready) {
      // looking does not let a due one probe, asking does, unless it has to wait
      const enters = this.state === "open" && this.seenState() === "half-open" && this.now >= this.waitUntil;
      if (!enters) return { code: health.reason === "rate-limit" ? "rate-limit" : "circuit-open", wait };
    }
    if (this.state === "open") this.enter("half-open", this.reason);
    if (this.state === "half-open" && this.byFleet && !granted) return { code: "circuit-open", wait: undefined };
    const lease = this.state === "half-open" ? this.now + LEASE : undefined;
    if (lease !== undefined) this.leases.push(lease);
    if (this.state === "closed") this.plain = this.refusals === 0 && !this.fleet && !this.watches;
    const call = { epoch: this.epoch, started: this.now, lease, first: undefined, counted: false, over: false };
    this.calls.push(call);
    if (this.now - (this.waiting.at(-1)?.first ?? Infinity) > WINDOW) this.waiting = [];
    if (this.watches && this.waiting.length < THRESHOLD) this.waiting.push(call);
    if (this.refusals > 0) Object.assign(this, { triedAt: this.now, waitUntil: this.now + 1_000 });
    return undefined;
  }
  lookForOverdue(): void {
    const last = this.waiting[this.state === "half-open" ? 0 : THRESHOLD - 1];
    if (!last || (last.first ?? this.now) - last.started <= SLOW) return;
    if (this.state === "half-open") this.reopen();
    else if (this.state === "closed") this.open(this.backoff(RESET), "slow");
  }
  accepted(call: ModelCall): void {
    if (call.started >= this.refusedAt) this.refusals = 0;
  }
  met(call: ModelCall): void {
    if (this.triedAt > 0 && call.started >= this.triedAt) Object.assign(this, { waitUntil: this.triedAt, triedAt: 0 });
  }
  drop(call: ModelCall): void {
    const at = this.leases.indexOf(call.lease ?? -1);
    if (at >= 0) this.leases.splice(at, 1);
  }
  slow(call: ModelCall): void {
    call.counted = true;
    this.count(this.now, 0, 1);
    const { calls, slow } = this.sum();
    if (this.state === "half-open") this.reopen();
    else if (this.state === "closed" && calls >= MINIMUM && slow >= calls / 2) this.open(this.backoff(RESET), "slow");
  }
  firstToken(call: ModelCall): void {
    if (call.over || call.first !== undefined) return;
    this.looked = this.now;
    call.first = this.now;
    if (call.epoch !== this.epoch) return;
    this.plain = false;
    this.watches = true;
    if (this.now - call.started <= SLOW) this.waiting = [];
    this.met(call);
    this.accepted(call);
    if (this.leases.includes(call.lease ?? -1)) {
      this.drop(call);
      call.lease = this.now + LEASE;
      this.leases.push(call.lease);
    }
    if (this.now - call.started > SLOW) this.slow(call);
    this.lookForOverdue();
  }
  settle(call: ModelCall, ending: Ending): void {
    if (call.over) return;
    call.over = true;
    const current = call.epoch === this.epoch;
    if (ending === "success" && this.plain && current) {
      this.run = 0;
      if (!call.counted) this.count(this.looked, 0, 0);
      return;
    }
    if (ending !== "abort") this.looked = this.now;
    if (ending === "success" && call.first === undefined && this.now - call.started <= SLOW) this.waiting = [];
    if (call.first === undefined) this.waiting = this.waiting.filter((other) => other !== call);
    this.met(call);
    if (!current) return;
    if (ending === "success") {
      this.run = 0;
      this.accepted(call);
      if (!call.counted) this.count(this.now, 0, 0);
      if (this.state !== "half-open") return;
      this.drop(call);
      if (++this.passed >= PROBES) this.close();
    } else if (ending === "failure") this.failure(call);
    else {
      this.drop(call);
      if (ending === "throttle") this.wait(call);
      else if (ending !== "abort" && this.state !== "disabled")
        this.open(this.backoff(DEAD), ending === "quota" ? "credential" : "model");
    }
  }
  failure(call: ModelCall): void {
    this.count(this.now, 1, 0); // a slow one that failed counts twice
    this.run = call.started - this.failedAt > WINDOW ? 1 : this.run + 1;
    this.failedAt = this.now;
    const { calls, failures } = this.sum();
    if (this.state === "half-open") this.reopen();
    else if (this.state !== "closed") return;
    else if (this.run >= THRESHOLD) this.open(this.backoff(RESET), "failures");
    else if (calls >= MINIMUM && failures >= calls / 2) this.open(this.backoff(RESET), "failure-rate");
  }
  wait(call: ModelCall): void {
    // 7 s named by the upstream
    this.refusedAt = this.now;
    if (call.started >= this.waitUntil) this.refusals++;
    if (this.waitUntil >= this.now + 7_000) return;
    this.waitUntil = this.now + 7_000;
    this.triedAt = 0;
    this.plain = false;
  }
}

interface Real {
  breaker: Breaker;
  readonly permits: Permit[];
  /** The clock as the breaker's machine shows it: true time and how wrong it is. */
  readonly clock: { time: number };
  readonly fleet: { shared: Shared | undefined; granted: boolean };
}

const ERRORS: Readonly<Record<Exclude<Ending, "success" | "abort">, unknown>> = {
  failure: undefined, // rejected with nothing
  throttle: new LlmError("rate-limit", "slow down", { retryAfterMs: 7_000 }),
  quota: new LlmError("quota", "no credit"),
  "not-found": new LlmError("not-found", "no such model"),
};

const attempt = (fn: () => void): unknown => {
  try {
    fn();
  } catch (error) {
    return error;
  }
  return undefined;
};

type Step = (model: Model, real: Real) => void;

class Command implements fc.Command<Model, Real> {
  readonly #name: string;
  readonly #step: Step;
  /** Looks at the breaker afterwards; looking makes it read its clock. */
  readonly #look: boolean;

  constructor(name: string, step: Step, look = true) {
    this.#name = name;
    this.#step = step;
    this.#look = look;
  }
  check = (): boolean => true;
  toString = (): string => this.#name;
  run(model: Model, real: Real): void {
    this.#step(model, real);
    if (!this.#look) return;
    model.looked = model.now;
    expect(real.breaker.state).toBe(model.seenState());
    const { firstPartMs: _, firstPartP95Ms: __, until, ...health } = real.breaker.health();
    const { until: expectedUntil, ...expected } = model.health();
    expect(health).toEqual(expected);
    const skew = real.clock.time - model.now;
    expect(until).toBe(expectedUntil && expectedUntil + skew);
  }
}

const make = (clock: Real["clock"], fleet: Real["fleet"] | undefined): Breaker =>
  createBreaker({
    failureThreshold: THRESHOLD,
    minimumCalls: MINIMUM,
    window: WINDOW,
    resetTimeout: RESET,
    maxResetTimeout: MOST,
    longResetTimeout: DEAD,
    probes: PROBES,
    probeLease: LEASE,
    slow: { firstToken: SLOW },
    random: () => 0.5,
    clock: { now: () => clock.time },
    onEvent: () => {
      throw new Error("a listener that throws");
    },
    ...(fleet && {
      sharing: {
        join: (shared) => {
          fleet.shared = shared;
          return {
            settled: () => {},
            opened: () => {},
            closed: () => {},
            probed: () => {},
            leave: () => {},
            request: () => Promise.resolve(),
            busyMs: () => 0,
            renew: () => {},
            take: () => (fleet.granted ? "token" : undefined),
          };
        },
      },
    }),
  });

const start = (granted: boolean): Command =>
  new Command(`start(${granted})`, (model, real) => {
    real.fleet.granted = granted;
    const expected = model.start(granted);
    const error = attempt(() => real.permits.push(real.breaker.acquire()));
    if (!expected) expect(error).toBeUndefined();
    else {
      expect(isRejected(error) && error.code).toBe(expected.code);
      expect(isRejected(error) && error.retryAfterMs).toBe(expected.wait);
    }
  });
const settle = (index: number, ending: Ending): Command =>
  new Command(`settle(${index}, ${ending})`, (model, real) => {
    const at = index % Math.max(1, model.calls.length);
    const [call, permit] = [model.calls[at], real.permits[at]];
    if (!call || !permit) return;
    model.settle(call, ending);
    if (ending === "success") permit.success();
    else if (ending === "abort") permit.ignore();
    else permit.failure(ERRORS[ending]);
  });
const firstToken = (index: number): Command =>
  new Command(`firstToken(${index})`, (model, real) => {
    const at = index % Math.max(1, model.calls.length);
    const [call, permit] = [model.calls[at], real.permits[at]];
    if (!call || !permit) return;
    model.firstToken(call);
    permit.firstToken();
  });
const tick = (ms: number): Command =>
  new Command(
    `tick(${ms})`,
    (model, real) => {
      model.now += ms;
      real.clock.time += ms;
    },
    false,
  );
const setBack = (ms: number): Command =>
  new Command(`setBack(${ms})`, (_, real) => {
    expect(real.breaker.state).toBeDefined(); // it cannot know of time that passed and was taken back unseen
    real.clock.time -= ms;
  });
const byHand = (what: "isolate" | "disable" | "close"): Command =>
  new Command(what, (model, real) => {
    real.breaker[what]();
    if (what !== "close") model.byFleet = false;
    if (what === "close") model.close();
    else model.enter(what === "isolate" ? "isolated" : "disabled", what === "isolate" ? "isolated" : "");
  });
const restart = (): Command =>
  new Command("restart", (model, real) => {
    const snapshot = JSON.parse(JSON.stringify(real.breaker.snapshot()));
    expect(snapshot).toEqual(real.breaker.snapshot());
    real.breaker.restore(snapshot);
    model.enter(model.state === "half-open" ? "open" : model.state, model.reason);
    model.byFleet = false;
    model.refusals = 0;
    model.triedAt = 0;
    model.refusedAt = 0;
  });
const fleetOpen = (ms: number): Command =>
  new Command(`fleetOpen(${ms})`, (model, real) => {
    if (!model.fleet) return;
    real.fleet.shared?.openByFleet(ms, 9);
    const scoped = model.reason === "credential" || model.reason === "model";
    if (model.state === "closed" || model.seenState() === "half-open") model.open(ms, "fleet");
    else if (model.state === "open" && !scoped) model.until = Math.max(model.until, model.now + ms);
    model.byFleet = model.state === "open" && (!scoped || model.reason === "fleet");
  });
const fleetClose = (): Command =>
  new Command("fleetClose", (model, real) => {
    if (!model.fleet) return;
    real.fleet.shared?.closeByFleet();
    if (model.byFleet) model.close();
  });

const endings = fc.constantFrom<Ending>(
  "success",
  "failure",
  "failure",
  "failure",
  "throttle",
  "quota",
  "not-found",
  "abort",
);
const index = fc.nat(40);
const commands = [
  fc.boolean().map(start),
  fc.constant(start(true)),
  fc.constant(start(true)),
  fc.tuple(index, endings).map(([at, ending]) => settle(at, ending)),
  fc.tuple(index, endings).map(([at, ending]) => settle(at, ending)),
  fc.tuple(index, fc.constantFrom<Ending>("failure", "success")).map(([at, ending]) => settle(at, ending)),
  index.map(firstToken),
  fc.integer({ min: 1, max: 3_000 }).map(tick),
  fc.constantFrom(LEASE, RESET, WINDOW, MOST, DEAD).map(tick),
  fc.integer({ min: 1, max: 100_000 }).map(setBack),
  fc.constantFrom<"isolate" | "disable" | "close">("isolate", "disable", "close", "close").map(byHand),
  fc.constant(restart()),
  fc.integer({ min: 1, max: 8_000 }).map(fleetOpen),
  fc.constant(fleetClose()),
];

test("any sequence of events leaves it where the reference is", { timeout: 3_600_000 }, () => {
  fc.assert(
    fc.property(fc.boolean(), fc.commands(commands, { maxCommands: 60, size: "max" }), (withFleet, sequence) => {
      fc.modelRun(() => {
        const clock = { time: START };
        const fleet = { shared: undefined, granted: false };
        const model = new Model(withFleet);
        const real: Real = { breaker: make(clock, withFleet ? fleet : undefined), permits: [], clock, fleet };
        return { model, real };
      }, sequence);
    }),
    { numRuns: LONG ? 100_000 : 3_000 },
  );
});
