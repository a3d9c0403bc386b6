import { isLlmError } from "@llm/core";
import type { RateLimit } from "@llm/core";

/** The first wait after a 429 that does not say how long, in milliseconds; it doubles with each one that follows. */
const FIRST = 1_000;
/** The longest wait that an upstream may ask for, in milliseconds: a day. */
const LONGEST = 86_400_000;

/** How long an upstream has asked to wait. */
export class Wait {
  /** When calls may pass again. */
  until = 0;
  /** When a call went first after a wait, to see whether the others may follow; 0: none has. */
  #triedAt = 0;
  /** Refusals in a row, and when the last was. */
  #refusals = 0;
  #refusedAt = 0;
  /** When exhausted limits are full again, in milliseconds since 1970. */
  #fullAt = 0;

  /** Remembers exhausted limits: they matter once the upstream refuses. */
  note(limits: readonly RateLimit[]): void {
    for (const { remaining, resetAt = 0 } of limits)
      if (remaining === 0) this.#fullAt = Math.max(this.#fullAt, resetAt);
  }

  /**
   * A refusal of a call that began at `started`: waits until the latest time that any refusal named.
   *
   * @param inner turns a time since 1970 into one of the clock in use
   * @param most the longest wait when nobody said how long
   * @returns whether the wait became longer
   */
  refused(error: unknown, now: number, started: number, inner: (time: number) => number, most: number): boolean {
    this.#refusedAt = now;
    const known = isLlmError(error) ? error : undefined;
    this.note(known?.partial?.rateLimits ?? []);
    const named = Math.max(now + (known?.retryAfterMs ?? 0), inner(this.#fullAt));
    this.#fullAt = 0;
    // calls that were sent together are refused together: one refusal
    const again = started >= this.until;
    const guess = again ? now + Math.min(FIRST * 2 ** this.#refusals, most) : 0;
    if (again) this.#refusals++;
    const until = Math.min(named > now ? named : guess, now + LONGEST);
    if (until <= this.until) return false;
    this.until = until;
    this.#triedAt = 0;
    return true;
  }

  /** A call passes. The first one after a refusal goes alone: the others wait for what it meets, a second at most. */
  passed(now: number): void {
    if (this.#refusals === 0) return;
    this.#triedAt = now;
    this.until = now + FIRST;
  }

  /** A call that began at `started` has met something: if it went alone, the next may follow. */
  met(started: number): void {
    if (this.#triedAt === 0 || started < this.#triedAt) return;
    this.until = this.#triedAt;
    this.#triedAt = 0;
  }

  /** A call that began at `started` was accepted: if no refusal came since, the next guess starts small. */
  accepted(started: number): void {
    this.met(started);
    if (started >= this.#refusedAt) this.#refusals = 0;
  }

  /** Whether nothing is left of it: calls pass, and one has been accepted. */
  isOver(now: number): boolean {
    return now >= this.until && this.#refusals === 0;
  }
}
