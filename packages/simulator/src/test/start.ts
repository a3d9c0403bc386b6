import Anthropic from "@anthropic-ai/sdk";
import OpenAI from "openai";
import { onTestFinished } from "vitest";
import { createSimulator, type Clock, type Simulator, type SimulatorOptions } from "../index.ts";

/** A running simulator with a client of each vendor; it is closed when the test is over. */
export interface Started {
  readonly simulator: Simulator;
  readonly anthropic: Anthropic;
  readonly openai: OpenAI;
  readonly url: string;
  readonly port: number;
  /** Posts JSON with the headers that the vendor of the path wants. */
  readonly post: (path: string, body: unknown, headers?: Record<string, string>) => Promise<Response>;
}

/** Starts a simulator for one test. */
export async function start(options: SimulatorOptions = {}): Promise<Started> {
  const simulator = createSimulator(options);
  const { url, port, close } = await simulator.listen();
  onTestFinished(close);
  return {
    simulator,
    url,
    port,
    anthropic: new Anthropic({ baseURL: url, apiKey: "sk-any", maxRetries: 0, logLevel: "off" }),
    openai: new OpenAI({ baseURL: `${url}/v1`, apiKey: "sk-any", maxRetries: 0, logLevel: "off" }),
    post: (path, body, headers) =>
      fetch(url + path, {
        method: "POST",
        body: typeof body === "string" ? body : JSON.stringify(body),
        headers: {
          authorization: "Bearer sk-any",
          ...(path.startsWith("/v1/messages") && { "anthropic-version": "2026-10-21" }),
          ...headers,
        },
      }),
  };
}

/** A clock that moves only when told to, and calls what is due in its order. */
export function manualClock(
  now: number = Date.UTC(2026, 10, 1),
): Clock & { readonly advance: (ms: number) => void; readonly waiting: () => number } {
  let time = now;
  let timers: { readonly at: number; readonly fn: () => void }[] = [];
  return {
    now: () => time,
    setTimeout: (fn, ms) => {
      const timer = { at: time + ms, fn };
      timers.push(timer);
      return () => {
        timers = timers.filter((one) => one !== timer);
      };
    },
    waiting: () => timers.length,
    advance: (ms) => {
      const end = time + ms;
      for (;;) {
        const next = timers.filter((one) => one.at <= end).sort((a, b) => a.at - b.at)[0];
        if (!next) break;
        timers = timers.filter((one) => one !== next);
        time = Math.max(time, next.at);
        next.fn();
      }
      time = end;
    },
  };
}

/** A clock for which every wait that ends is over at once. */
export const hastyClock: Clock = {
  now: () => Date.now(),
  setTimeout: (fn) => {
    const timer = setImmediate(fn);
    return () => clearImmediate(timer);
  },
};

/** The events of a stream as they stand on the wire. */
export function parseEvents(body: string): { readonly event?: string; readonly data: unknown }[] {
  return body
    .split("\n\n")
    .filter((block) => block.includes("data:"))
    .map((block) => {
      const event = /^event: (.*)$/m.exec(block)?.[1];
      const data = /^data: (.*)$/ms.exec(block)?.[1] ?? "";
      return { ...(event !== undefined && { event }), data: data === "[DONE]" ? data : (JSON.parse(data) as unknown) };
    });
}
