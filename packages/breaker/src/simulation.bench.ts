import { LlmError } from "@llm/core";
import { data, dataLines } from "../../../.config/data.ts";
import { createBreaker } from "./breaker.ts";
import type { BreakerOptions } from "./options.ts";
import { underVirtualTime } from "./virtual-time.bench.ts";
import type { VirtualTime } from "./virtual-time.bench.ts";

/*
 * How many calls a breaker sends into a fault, and how many it refuses while all is well: real arrivals of requests to
 * models, with faults injected, under virtual time. A peer is given as a {@link Guard}.
 */

/** A request of a trace. */
export interface Arrival {
  /** Milliseconds from the trace's beginning. */
  readonly at: number;
  readonly input: number;
  readonly output: number;
}

/** Something that lets calls through or not. */
export interface Guard {
  /** Runs a call, or does not; resolves or rejects as the call does. `firstToken` is called when that comes. */
  readonly run: (call: (firstToken: () => void) => Promise<void>) => Promise<unknown>;
  readonly stop?: () => void;
}

/** Makes a guard, under virtual time. */
export type MakeGuard = () => Guard;

/** What a guard has let through. */
export interface Tally {
  readonly calls: number;
  /** Sent while the fault was on. */
  readonly doomed: number;
  /** Refused while the upstream was well. */
  readonly refused: number;
}

const TRACES = {
  "azure-conv": "traces/azure-conv.csv.gz",
  "azure-code": "traces/azure-code.csv.gz",
  "mooncake-conversation": "traces/mooncake-conversation_trace.jsonl.gz",
  "mooncake-synthetic": "traces/mooncake-synthetic_trace.jsonl.gz",
} as const;

/** The traces' names. */
export const traces: readonly (keyof typeof TRACES)[] = Object.keys(TRACES) as (keyof typeof TRACES)[]; // its own keys

/** The arrivals of a trace; undefined where the data is not there. */
export function arrivalsOf(trace: keyof typeof TRACES): Arrival[] | undefined {
  const file = TRACES[trace];
  const rows = file.endsWith(".csv.gz")
    ? data(file)
        ?.trim()
        .split("\n")
        .slice(1)
        .map((line) => {
          const [time = "", input, output] = line.split(",");
          return { at: Date.parse(`${time.trim().replace(" ", "T")}Z`), input: Number(input), output: Number(output) };
        })
    : dataLines(file)?.map((row) => {
        const { timestamp, input_length, output_length } = row as Record<string, number>; // as the traces' README says
        return { at: timestamp ?? 0, input: input_length ?? 0, output: output_length ?? 0 };
      });
  const start = rows?.[0]?.at ?? 0;
  return rows?.map((row) => ({ ...row, at: row.at - start })).sort((a, b) => a.at - b.at);
}

/** A fault: what a call meets that is sent while it is on. */
export interface Fault {
  readonly name: string;
  /** Throws, or waits longer, or both; `random` is the call's own, 0 to 1. */
  readonly meet: (
    call: { readonly ms: number; readonly firstMs: number; readonly random: number },
    time: VirtualTime,
  ) => Promise<"well" | "done">;
  /** Only every so-manieth caller's process is concerned. */
  readonly oneOf?: number;
}

/** The faults, on top of a half per cent of calls that fail at any time. */
export const faults: readonly Fault[] = [
  {
    name: "outage",
    meet: async (_, { sleep }) => {
      await sleep(1_000);
      throw new LlmError("network", "connection refused");
    },
  },
  {
    name: "brown-out",
    meet: async ({ random, firstMs }, { sleep }) => {
      await sleep(2 * firstMs);
      if (random < 0.6) throw new LlmError("overloaded", "overloaded");
      return "well";
    },
  },
  {
    name: "429 storm",
    meet: async ({ random }, { sleep }) => {
      await sleep(150);
      throw new LlmError("rate-limit", "slow down", { retryAfterMs: 5_000 + random * 15_000 });
    },
  },
  {
    name: "slow first token",
    meet: async (_, { sleep }) => {
      await sleep(20_000);
      return "well";
    },
  },
  {
    name: "mid-stream cuts",
    meet: async ({ ms, firstMs }, { sleep }) => {
      await sleep(firstMs + (ms - firstMs) * 0.3);
      throw new LlmError("truncated", "cut");
    },
  },
  {
    name: "one bad node",
    oneOf: 8,
    meet: async (_, { sleep }) => {
      await sleep(1_000);
      throw new LlmError("network", "no route");
    },
  },
];

/** When a fault is on, as shares of the trace and milliseconds. */
const PHASES = [
  { from: 0.15, ms: 120_000 },
  { from: 0.4, ms: 300_000 },
  { from: 0.75, ms: 60_000 },
] as const;

/** Evenly distributed from 0 to below 1, the same for the same call and purpose (a mixer of 32-bit integers). */
const draw = (call: number, purpose: number): number => {
  let x = (call * 2_654_435_761 + purpose * 97_003) >>> 0;
  x = Math.imul(x ^ (x >>> 16), 0x45d9f3b) >>> 0;
  x = Math.imul(x ^ (x >>> 16), 0x45d9f3b) >>> 0;
  return ((x ^ (x >>> 16)) >>> 0) / 2 ** 32;
};

/** Sends a trace through a guard. */
export async function simulate(arrivals: readonly Arrival[], fault: Fault, make: MakeGuard): Promise<Tally> {
  const length = arrivals.at(-1)?.at ?? 0;
  const processes = fault.oneOf ?? 1;
  let doomed = 0;
  let refused = 0;
  await underVirtualTime(length + 600_000, (time) => {
    const guards = Array.from({ length: processes }, make);
    const isOn = (process: number): boolean =>
      process === 0 && PHASES.some(({ from, ms }) => time.now() >= from * length && time.now() < from * length + ms);
    const send = async ({ input, output }: Arrival, index: number): Promise<void> => {
      const process = index % processes;
      // a usual model: a few hundred milliseconds, more for a long prompt, then fifteen for each token
      const firstMs = (300 + input * 0.05) * (0.7 + 0.6 * draw(index, 1));
      const ms = firstMs + output * 15;
      const wasOn = isOn(process);
      let sent = false;
      const call = async (firstToken: () => void): Promise<void> => {
        sent = true;
        const on = isOn(process);
        if (on) doomed++;
        if (!on || (await fault.meet({ ms, firstMs, random: draw(index, 2) }, time)) === "well")
          await time.sleep(firstMs);
        if (draw(index, 3) < 0.005) throw new LlmError("server", "one of those");
        firstToken();
        await time.sleep(ms - firstMs);
      };
      await guards[process]?.run(call).catch(() => {});
      if (!sent && !wasOn) refused++;
    };
    const next = async (): Promise<void> => {
      for (const [index, arrival] of arrivals.entries()) {
        await time.sleep(arrival.at - time.now());
        void send(arrival, index);
      }
      await time.sleep(300_000);
      for (const { stop } of guards) stop?.();
    };
    void next();
  });
  return { calls: arrivals.length, doomed, refused };
}

/** Our breaker as a guard, by default as an interactive service might set it. */
export const ours =
  (
    options: BreakerOptions = {
      failureThreshold: 3,
      resetTimeout: "20s",
      maxResetTimeout: "60s",
      slow: { firstToken: "5s" },
    },
  ): MakeGuard =>
  () => {
    let draws = 0;
    const breaker = createBreaker({ random: () => draw(++draws, 4), ...options });
    return { run: (call) => breaker.run((permit) => call(() => permit.firstToken())) };
  };

/** What LiteLLM's router does with a deployment: three failures within a minute put it aside for five seconds. */
export const cooldown = (): Guard => {
  let until = 0;
  let failedAt: number[] = [];
  return {
    run: async (call) => {
      if (Date.now() < until) throw new LlmError("circuit-open", "cooling down");
      try {
        await call(() => {});
      } catch (error) {
        const now = Date.now();
        failedAt = [...failedAt.filter((at) => at > now - 60_000), now];
        if (failedAt.length >= 3) {
          until = now + 5_000;
          failedAt = [];
        }
        throw error;
      }
    },
  };
};
