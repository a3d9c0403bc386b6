import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createPromptCache } from "./accounting/prompt-cache.ts";
import { createRateLimiter } from "./accounting/rate-limit.ts";
import { createThreads } from "./anthropic/threads.ts";
import type { FaultRule } from "./fault/rule.ts";
import { createFaults, type Faults } from "./fault/schedule.ts";
import { createJournal, type Journal, type JournalEntry } from "./journal.ts";
import { createResponseStore } from "./openai/store.ts";
import { resolveOptions, type SimulatorOptions } from "./options.ts";
import { random } from "./random.ts";
import { createScripts, type Match, type ScriptBuilder } from "./script.ts";
import type { Context } from "./server/context.ts";
import type { Exchange } from "./server/exchange.ts";
import { isControl, route, vendorOf } from "./server/router.ts";
import { sendFailure } from "./server/send.ts";

/** Where a simulator listens. */
export interface Listening {
  /** `http://127.0.0.1:PORT`: the base URL of an Anthropic client; an OpenAI client's has `/v1` behind it. */
  readonly url: string;
  readonly port: number;
  /** Stops listening and breaks off what is still open. */
  readonly close: () => Promise<void>;
  readonly [Symbol.asyncDispose]: () => Promise<void>;
}

/** Where to listen. */
export interface ListenOptions {
  /** Default: any free port. */
  readonly port?: number;
  /** Default 127.0.0.1: nobody outside this machine is let in unless told otherwise. */
  readonly host?: string;
}

/** Milliseconds until a port that was taken is tried again. */
const REOPEN = 100;

/** A server that speaks the Anthropic and OpenAI wires and has no model behind it. */
export interface Simulator {
  /** Starts to listen. @throws the system's error if the port is taken; Error if it listens already; TypeError that names a wrong option */
  readonly listen: (options?: ListenOptions) => Promise<Listening>;
  readonly close: () => Promise<void>;
  /** Begins a script: what requests of this kind are answered. @throws TypeError that names what is wrong */
  readonly when: (match: Match) => ScriptBuilder;
  /** The faults, to be changed while it runs. */
  readonly faults: Faults;
  /** What was asked and done. */
  readonly journal: Journal;
}

/**
 * Makes a simulator. It listens when told to, and on loopback only unless told otherwise.
 *
 * @throws TypeError that names the option that is wrong
 * @example
 * ```ts
 * import OpenAI from "openai";
 * import { createSimulator } from "@llm/simulator";
 *
 * const simulator = createSimulator({ seed: 7 });
 * simulator.when("Hello").reply("Good day");
 * const { url, close } = await simulator.listen();
 * const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: "any" });
 * console.log((await client.responses.create({ model: "gpt-6.1-sol", input: "Hello" })).output_text); // Good day
 * await close();
 * ```
 */
export function createSimulator(options: SimulatorOptions = {}): Simulator {
  const settings = resolveOptions(options);
  const { clock } = settings;
  let server: Server | undefined;
  let address: { readonly port: number; readonly host: string } | undefined;
  /** From the call of `listen()` on, so that a second one at the same time does not open a second door. */
  let listening = false;
  let started = clock.now();
  let count = 0;
  let refusalTimers: (() => void)[] = [];
  /** When each rule that refuses connections was first seen: its time runs from then on. */
  let refusedSince: ReadonlyMap<FaultRule, number> = new Map();

  const faults = createFaults(settings.seed, settings.faults, (rules) => applyRefusals(rules));
  const scripts = createScripts();
  const journal = createJournal(settings.journalSize);
  const elapsed = (): number => clock.now() - started;
  const context: Context = {
    settings,
    scripts,
    faults,
    journal,
    store: createResponseStore(),
    threads: createThreads(),
    cache: createPromptCache(clock.now),
    limiter: createRateLimiter(settings.rateLimits, clock.now),
    elapsed,
  };

  async function handle(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const number = ++count;
    const at = clock.now();
    const [path = "/", query = ""] = (req.url ?? "/").split("?", 2);
    const abort = new AbortController();
    const ids = random(settings.seed, "request", number);
    const x: Exchange = {
      number,
      requestId: `req_${ids.token(24)}`,
      method: req.method ?? "GET",
      path: path.length > 1 ? path.replace(/\/$/, "") : path,
      query: new URLSearchParams(query),
      req,
      res,
      signal: abort.signal,
      note: {},
    };
    res.once("close", () => {
      if (!res.writableFinished) abort.abort();
    });
    // A socket that breaks while it is written to is the caller's leave, no fault of ours.
    res.on("error", () => abort.abort());
    try {
      await route(x, context);
    } catch (error) {
      x.note.reason = error instanceof Error ? error.message : String(error);
      if (abort.signal.aborted || res.headersSent) res.destroy();
      else sendFailure(x, vendorOf(x), { kind: "server", message: x.note.reason });
    }
    if (isControl(x.path)) return;
    const entry: JournalEntry = {
      events: 0,
      bytes: 0,
      ...x.note,
      number,
      requestId: x.requestId,
      at,
      method: x.method,
      path: x.path,
      outcome: x.note.outcome ?? (abort.signal.aborted ? "aborted" : "complete"),
      duration: clock.now() - at,
    };
    journal.add(entry);
    try {
      settings.onExchange(entry);
    } catch {
      // A listener that throws is no reason to fail a request.
    }
  }

  function open(at: { readonly port: number; readonly host: string }): Promise<Server> {
    const next = createServer({ keepAliveTimeout: 30_000 }, (req, res) => void handle(req, res));
    return new Promise((resolve, reject) => {
      next.once("error", reject);
      next.listen(at.port, at.host, () => {
        next.off("error", reject);
        resolve(next);
      });
    });
  }

  function shut(): Promise<void> {
    const open = server;
    server = undefined;
    if (!open) return Promise.resolve();
    return new Promise((resolve) => {
      open.close(() => resolve());
      // The answer that is on its way (to the request that asked for this) still gets out.
      setImmediate(() => open.closeAllConnections());
    });
  }

  /** Closes the door while a rule refuses connections, and opens it again after. */
  function applyRefusals(rules: readonly FaultRule[]): void {
    for (const cancel of refusalTimers) cancel();
    refusalTimers = [];
    if (!address) return;
    const now = elapsed();
    const refusing = rules.filter((rule) => rule.fault === "refuse");
    refusedSince = new Map(refusing.map((rule) => [rule, refusedSince.get(rule) ?? now]));
    const windows = refusing.map((rule) => {
      const from = rule.from ?? refusedSince.get(rule) ?? now;
      return [from, Math.min(rule.until ?? Infinity, rule.for === undefined ? Infinity : from + rule.for)] as const;
    });
    const shouldRefuse = windows.some(([from, until]) => now >= from && now < until);
    if (shouldRefuse && server) void shut();
    const place = address;
    if (!shouldRefuse && !server)
      open(place).then(
        (next) => {
          if (address === place && !server) server = next;
          else next.close();
        },
        // Somebody else took the port meanwhile: try until it is free again.
        () => refusalTimers.push(clock.setTimeout(() => applyRefusals(faults.list()), REOPEN)),
      );
    for (const edge of windows.flat())
      if (edge > now && edge !== Infinity)
        refusalTimers.push(clock.setTimeout(() => applyRefusals(faults.list()), edge - now));
  }

  async function close(): Promise<void> {
    address = undefined;
    listening = false;
    for (const cancel of refusalTimers) cancel();
    refusalTimers = [];
    await shut();
  }

  return {
    close,
    when: scripts.when,
    faults,
    journal,
    listen: async (options = {}) => {
      const unknown = Object.keys(options).find((name) => name !== "port" && name !== "host");
      if (unknown !== undefined) throw new TypeError(`${unknown} is no option of listen(); there are port, host`);
      const { port = 0, host = "127.0.0.1" } = options;
      if (listening) throw new Error("the simulator listens already");
      listening = true;
      server = await open({ port, host }).catch((error: unknown) => {
        listening = false;
        throw error;
      });
      if (!listening) {
        await shut();
        throw new Error("the simulator was closed before it listened");
      }
      started = clock.now();
      const bound = server.address();
      const real = typeof bound === "object" && bound ? bound.port : port;
      address = { port: real, host };
      applyRefusals(faults.list());
      const shown = host.includes(":") ? `[${host}]` : host;
      return { url: `http://${shown}:${real}`, port: real, close, [Symbol.asyncDispose]: close };
    },
  };
}
