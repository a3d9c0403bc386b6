import { systemClock, type Clock } from "./time.ts";

/** How many retries there may be. */
export interface RetryBudgetOptions {
  /** Retries for each call, on average. Default 0.2: one for five calls. */
  readonly share?: number;
  /** Retries a minute that are allowed whatever the traffic, so that a quiet client may retry too. Default 10. */
  readonly perMinute?: number;
  readonly clock?: Clock;
}

/** An allowance of retries that several {@link retry} layers share. */
export interface RetryBudget {
  /** A call has begun: it earns its share. */
  readonly earn: () => void;
  /** Takes one retry from the budget; false if it is spent. */
  readonly spend: () => boolean;
  /** How many retries it holds now. */
  readonly left: () => number;
}

/** How many calls' shares can be saved up. */
const SAVED_CALLS = 100;

/**
 * A budget of retries, so that they do not multiply the load on an upstream that is down: a token bucket that each call
 * fills by its share and each retry empties by one, as in Finagle's retry budgets. It also fills by `perMinute`, begins
 * with that many, and holds at most that many and the shares of 100 calls. So over any time there are at most
 * `share × calls + perMinute × (minutes + 1)` retries, and those of 100 calls saved before.
 *
 * @throws TypeError for a bad option
 * @example
 * ```ts
 * const budget = retryBudget({ share: 0.1 });
 * const llm = fallback(compose(a, retry({ budget })), compose(b, retry({ budget })));
 * ```
 */
export function retryBudget(options: RetryBudgetOptions = {}): RetryBudget {
  const { share = 0.2, perMinute = 10, clock = systemClock } = options;
  if (!(share >= 0 && share <= 1)) throw new TypeError(`share must be a number from 0 to 1, not ${share}`);
  if (!(perMinute >= 0 && perMinute < Infinity))
    throw new TypeError(`perMinute must be a number of at least 0, not ${perMinute}`);
  const most = perMinute + SAVED_CALLS * share;
  let tokens = perMinute;
  let at = clock.now();

  const fill = (earned: number): void => {
    const now = clock.now();
    tokens = Math.min(most, tokens + earned + (Math.max(0, now - at) / 60_000) * perMinute);
    at = now;
  };

  return {
    earn: () => fill(share),
    spend: () => {
      fill(0);
      if (tokens < 1 - 1e-9) return false; // ten tenths are one
      tokens -= 1;
      return true;
    },
    left: () => {
      fill(0);
      return tokens;
    },
  };
}
