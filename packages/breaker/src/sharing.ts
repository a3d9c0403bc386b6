/** What other processes may do to a breaker. */
export interface Shared {
  readonly name: string;
  readonly policy: {
    /** How long its evidence counts, in milliseconds. */
    readonly memory: number;
    readonly probes: number;
    /** How long a probe may hold its slot, in milliseconds. */
    readonly probeLease: number;
  };
  /** Whether the fleet has opened it. */
  readonly byFleet: boolean;
  /** Opens it for `ms` milliseconds, or keeps it open, as part of the fleet. */
  readonly openByFleet: (ms: number, failures: number) => void;
  /** Closes it if the fleet had opened it. */
  readonly closeByFleet: () => void;
}

/** How a breaker that shares tells and asks. Nothing here waits, except {@link Membership.request}. */
export interface Membership {
  /** A call ended here. */
  readonly settled: (failed: boolean) => void;
  /** It opened here, by its own evidence. */
  readonly opened: (ms: number, failures: number) => void;
  /** It closed here; `forAll`: the fleet's probes have succeeded, so that it is closed everywhere. */
  readonly closed: (forAll: boolean) => void;
  /** Asks for one of the fleet's probe slots; resolves when there is an answer, or at once when the fleet is gone. */
  readonly request: () => Promise<void>;
  /** For how many milliseconds all slots are known to be taken; 0: one may be free. */
  readonly busyMs: () => number;
  /** Takes a granted slot: its token, `undefined` when none is in hand, `""` when the fleet is gone. */
  readonly take: () => string | undefined;
  /** The first token has come to the probe that has this slot, if it has one: its lease begins anew. */
  readonly renew: (token: string | undefined) => void;
  /** A slot's outcome; `undefined`: none. A failure says for how long the breaker has opened again. */
  readonly probed: (token: string, outcome: { readonly failedForMs: number } | "success" | undefined) => void;
  /** It is not used any more. */
  readonly leave: () => void;
}

/** Where breakers of several processes meet; `@llm/breaker/redis` makes one. */
export interface Sharing {
  readonly join: (breaker: Shared) => Membership;
}
