import { bounded, mergeHealth, toMs } from "@llm/core";
import type { Duration, Health } from "@llm/core";
import type { Ask, Breaker } from "./breaker.ts";
import { Circuit } from "./circuit.ts";
import type { Group } from "./group.ts";
import type { BreakerOptions } from "./options.ts";
import type { Permit } from "./permit.ts";
import { toPolicy } from "./policy.ts";
import type { Policy } from "./policy.ts";
import type { Verdict } from "./verdict.ts";

const LEVELS = ["provider", "endpoint", "model", "credential"] as const;
type Level = (typeof LEVELS)[number];

/** What a call depends on, from the widest to the narrowest; leave out what does not matter. */
export interface Key {
  readonly provider: string;
  /** Where it is sent, a base URL or a region. */
  readonly endpoint?: string;
  readonly model?: string;
  /** A label of the key in use. Never the key itself: it is part of the breaker's name. */
  readonly credential?: string;
}

/** What a registry can be told, besides what all its breakers are told. */
export interface RegistryOptions extends Omit<BreakerOptions, "name" | "group"> {
  /** The share of a parent's children in use that must be failing, and at least two, to open it. Default 0.5. */
  readonly parentShare?: number;
  /** A closed breaker that nobody used for so long is forgotten, if nothing makes it wait. Default `"1h"`. */
  readonly idle?: Duration;
  /**
   * Most breakers, parents included. Beyond it a sixteenth of them is forgotten, those that were longest not asked for;
   * what is open, isolated, disabled or waits only when nothing else is left, and it is told as closed, `forgotten`.
   * Default 10,000.
   */
  readonly maxKeys?: number;
}

/** Breakers by key; see {@link createRegistry}. */
export interface Registry extends Iterable<Breaker> {
  /** How many breakers there are, parents included. */
  readonly size: number;
  /** The breaker of a key, made at the first use. `group`: see {@link createGroup}; read when it is made. */
  get(key: Key, group?: Group): Breaker;
}

/** One permit for a call that is a probe of a parent too. */
const both = (own: Permit, above: Permit, isFailure: (error: unknown) => boolean): Permit => ({
  firstToken: () => {
    above.firstToken();
    own.firstToken();
  },
  rateLimits: (limits) => own.rateLimits(limits),
  success: (usage) => {
    above.success(usage);
    own.success(usage);
  },
  failure: (error) => {
    if (isFailure(error)) above.failure(error);
    else above.ignore();
    own.failure(error);
  },
  ignore: () => {
    above.ignore();
    own.ignore();
  },
});

/** The breaker of a key in the tree. */
class Branch extends Circuit {
  readonly above: Branch | undefined;
  readonly below = new Set<Branch>();
  readonly #level: Level;
  readonly #share: number;
  readonly #attach: (branch: Branch) => void;
  /** The registry knows it. */
  attached = false;

  constructor(
    name: string,
    policy: Policy,
    options: Pick<BreakerOptions, "group" | "onEvent" | "sharing">,
    attach: (branch: Branch) => void,
    level: Level,
    share: number,
    above: Branch | undefined,
  ) {
    super(name, policy, options);
    this.above = above;
    this.#level = level;
    this.#share = share;
    this.#attach = attach;
  }

  override acquire(ask?: Ask): Permit {
    this.touch();
    const above = this.above?.pass(ask);
    try {
      const own = super.acquire(ask);
      return above ? both(own, above, (error) => this.verdict(error) === "failure") : own;
    } catch (error) {
      above?.ignore();
      throw error;
    }
  }

  /** What a parent says to a call: nothing, or the permit of a probe. */
  pass(ask: Ask | undefined): Permit | undefined {
    return this.entered === "closed" ? this.above?.pass(ask) : this.acquire(ask);
  }

  override prepare(): Promise<void> | undefined {
    const above = this.above?.prepare();
    const own = super.prepare();
    return above && own ? above.then(() => own) : (above ?? own);
  }

  override health(): Health {
    return mergeHealth(super.health(), this.above?.health());
  }

  override get usable(): boolean {
    return super.usable && this.above?.usable !== false;
  }

  /** Opens the credential's or the model's, wherever above the call was made. */
  protected override openLong(...[ticket, now, level, error]: Parameters<Circuit["openLong"]>): void {
    if (this.#level === level || !this.above?.has(level)) super.openLong(ticket, now, level, error);
    else this.above.openLong(ticket, now, level, error);
  }

  has(level: Verdict): boolean {
    return this.#level === level || this.above?.has(level) === true;
  }

  protected override open(...opening: Parameters<Circuit["open"]>): void {
    super.open(...opening);
    if (this.isFailing) this.above?.judge();
  }

  touch(): void {
    if (!this.attached) this.#attach(this);
  }

  /** Whether it has a state that must not be forgotten. */
  get isBusy(): boolean {
    const now = this.clock.last + this.clock.sinceLast();
    const byHand = this.entered === "isolated" || this.entered === "disabled";
    return byHand || (this.entered === "open" && now < this.until) || now < (this.wait?.until ?? 0);
  }

  /** For how long nobody has asked it anything; 0 while it is busy. */
  get idleMs(): number {
    return this.isBusy ? 0 : this.clock.sinceLast();
  }

  /** It makes room: whoever hears its events should know that calls pass again. */
  forgotten(): void {
    this.shut("forgotten", undefined);
  }

  /** Opens it when enough of those below it and in use are failing, unless that took a group's last one out. */
  judge(): void {
    const inUse = [...this.below].filter(({ idleMs, policy }) => idleMs <= policy.memory);
    const failing = inUse.filter(({ isFailing }) => isFailing).length;
    const isNeeded = inUse.some((branch) => branch.usable && branch.isKept);
    if (failing < 2 || failing < inUse.length * this.#share || isNeeded) return;
    const now = this.clock.now();
    if (this.entered === "closed") this.open(now, "children", this.backoff(this.policy.resetTimeout), undefined);
  }
}

/**
 * Breakers for many keys in a tree: provider, endpoint, model, credential. A call passes when the breaker of its key
 * and all above it let it. Outcomes count for the key's own; a bad credential opens that of the credential, an unknown
 * model that of the model; and one opens when a share of those below it is failing.
 *
 * @throws TypeError that names the option that is out of range
 * @example
 * ```ts
 * import { createRegistry } from "@llm/breaker/registry";
 *
 * const breakers = createRegistry({ failureThreshold: 5 });
 * const key = { provider: "anthropic", model: "claude-opus-5-5", credential: "team-a" };
 * const llm = compose(provider, breaker(breakers.get(key)));
 * ```
 */
export function createRegistry(options: RegistryOptions = {}): Registry {
  const { parentShare = 0.5, maxKeys = 10_000, onEvent, sharing } = options;
  const idle = toMs(options.idle ?? "1h", "idle");
  bounded(parentShare, "parentShare", 0.001, 1);
  bounded(maxKeys, "maxKeys", LEVELS.length, 10_000_000);
  const policy = toPolicy(options);
  /** In the order in which they were last asked for. */
  const branches = new Map<string, Branch>();
  let asked = 0;

  const forget = (branch: Branch): void => {
    branches.delete(branch.name);
    branch.attached = false;
    branch.above?.below.delete(branch);
    branch.leave();
  };
  /** Forgets what nobody used for long, but for the one that is needed now. */
  const sweep = (needed?: Branch): void => {
    // children before their parents, which may have to wait for the next sweep
    for (const branch of [...branches.values()].reverse())
      if (branch.below.size === 0 && branch !== needed && branch.idleMs > idle) forget(branch);
  };
  /** Forgets those that were longest not asked for: some at a time, so that not each new one has to look for one. */
  const makeRoom = (needed: Branch | undefined): void => {
    sweep(needed);
    const most = maxKeys - Math.ceil(maxKeys / 16);
    const forgetOldest = (busyToo: boolean): void => {
      for (const branch of branches.values()) {
        if (branches.size <= most) return;
        if (branch.below.size > 0 || branch === needed || ((branch.isBusy || branch.isFailing) && !busyToo)) continue;
        forget(branch);
        branch.forgotten();
      }
    };
    forgetOldest(false);
    if (branches.size >= maxKeys) forgetOldest(true);
  };
  const attach = (branch: Branch): void => {
    branch.above?.touch();
    if (branches.size >= maxKeys) makeRoom(branch.above);
    const other = branches.get(branch.name);
    if (other) forget(other); // made while nobody used this one
    branches.set(branch.name, branch);
    branch.above?.below.add(branch);
    branch.attached = true;
  };
  const find = (name: string, level: Level, above: Branch | undefined, group: Group | undefined): Branch => {
    const known = branches.get(name);
    if (known) {
      branches.delete(name); // to the end: it is the one that was asked for last
      branches.set(name, known);
      return known;
    }
    const more = { ...(onEvent && { onEvent }), ...(sharing && { sharing }), ...(group && { group }) };
    const made = new Branch(name, policy, more, attach, level, parentShare, above);
    attach(made);
    return made;
  };
  return {
    get size() {
      return branches.size;
    },
    get: (key, group) => {
      if (++asked % 1_024 === 0) sweep();
      const last = LEVELS.findLast((level) => key[level] !== undefined);
      let name = "";
      let branch: Branch | undefined;
      for (const level of LEVELS) {
        name += `${name && "/"}${encodeURIComponent(key[level] ?? "")}`;
        if (key[level] === undefined) continue;
        branch = find(name, level, branch, level === last ? group : undefined);
        if (level === last) break;
      }
      if (!branch) throw new TypeError("key must name a provider");
      return branch;
    },
    *[Symbol.iterator]() {
      yield* branches.values();
    },
  };
}
