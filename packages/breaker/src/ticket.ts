import type { Call, RateLimit, Usage } from "@llm/core";
import type { Circuit } from "./circuit.ts";
import type { Permit } from "./permit.ts";

/** What a ticket of a probe is besides leave to make a call. */
export interface Errand {
  /** When its lease on a slot ends. */
  lease: number;
  /** The fleet's token for the slot. */
  readonly token: string | undefined;
}

/** A {@link Permit} with what its circuit needs to know. */
export class Ticket implements Permit {
  readonly #circuit: Circuit;
  readonly generation: number;
  readonly started: number;
  readonly call: Call | undefined;
  readonly errand: Errand | undefined;
  /** When the first token came. */
  first: number | undefined = undefined;
  /** The call stands in the window already, as a slow one. */
  counted = false;
  #settled = false;

  constructor(circuit: Circuit, generation: number, started: number, call?: Call, errand?: Errand) {
    this.#circuit = circuit;
    this.generation = generation;
    this.started = started;
    this.call = call;
    this.errand = errand;
  }

  firstToken(): void {
    if (!this.#settled && this.first === undefined) this.#circuit.firstToken(this);
  }

  rateLimits(limits: readonly RateLimit[]): void {
    this.#circuit.noteLimits(limits);
  }

  success(usage?: Pick<Usage, "output">): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#circuit.succeed(this, usage);
  }

  failure(error: unknown): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#circuit.fail(this, error);
  }

  ignore(): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#circuit.ignore(this);
  }
}
