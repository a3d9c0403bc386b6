import type { PromptCache } from "../accounting/prompt-cache.ts";
import type { RateLimiter } from "../accounting/rate-limit.ts";
import type { Threads } from "../anthropic/threads.ts";
import type { FaultSchedule } from "../fault/schedule.ts";
import type { Journal, JournalEntry } from "../journal.ts";
import type { Settings } from "../options.ts";
import type { Scripts } from "../script.ts";
import type { ResponseStore } from "../openai/store.ts";

/** All that the handlers of one simulator share. */
export interface Context {
  readonly settings: Settings;
  readonly scripts: Scripts;
  readonly faults: FaultSchedule;
  readonly store: ResponseStore;
  readonly threads: Threads;
  readonly cache: PromptCache;
  readonly limiter: RateLimiter;
  readonly journal: Journal & { readonly add: (entry: JournalEntry) => void };
  /** Milliseconds since `listen()`. */
  readonly elapsed: () => number;
}
