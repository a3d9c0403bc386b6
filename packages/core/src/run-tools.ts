import { amend, child, newCall, type Call, type CallOptions } from "./call.ts";
import { isLlmError, LlmError, withPartial } from "./error.ts";
import { emit } from "./event.ts";
import { newFold } from "./fold.ts";
import type { Message, ToolCallPart, ToolResultPart } from "./message.ts";
import type { Provider } from "./provider.ts";
import { toRequest, type ChatRequest, type Prompt } from "./request.ts";
import type { ChatResult } from "./result.ts";
import type { StreamPart } from "./stream-part.ts";
import type { RunnableTool } from "./tool.ts";
import { onEnd, until } from "./until.ts";
import { addUsage, noUsage } from "./usage.ts";
import { wholeError } from "./whole-error.ts";

/** What to run, and how far. */
export interface RunToolsOptions extends CallOptions {
  /** By the name that the model calls them by. */
  readonly tools: Readonly<Record<string, RunnableTool>>;
  /** How often the model is asked, the first time included. Default 10. */
  readonly maxSteps?: number;
}

/** A part of a run: those of each answer in turn, each with its own `start` and `finish`, and what the tools answered. */
export type RunPart = StreamPart | ToolResultPart;

/** How a run ended: the last answer, with the usage of all. */
export interface RunResult extends ChatResult {
  /** All answers, with a usage each. */
  readonly steps: readonly ChatResult[];
  /** The whole conversation, ready for the next question. */
  readonly messages: readonly Message[];
}

/** A run: its parts as they come, and its result. */
export interface ToolRun extends AsyncIterable<RunPart> {
  /**
   * The result. Asking for it runs to the end, beside whoever iterates; who stops iterating without having asked for it
   * ends the run, and it rejects as `aborted`.
   */
  readonly result: Promise<RunResult>;
}

/**
 * Asks, runs the tools that the model calls, tells it what they answered, and so on until it answers without calling
 * any. The tools of one answer run at the same time. What goes wrong in a tool, an unknown name or an input that does
 * not fit is told to the model, not thrown. Lazy: nothing is asked before the first read.
 *
 * Ends early, with the calls unanswered in `toolCalls`, after `maxSteps`, or when the model calls one of the request's
 * own `tools`, which are for the caller to answer. A tool choice that forces a call holds for the first step only. Keeps
 * the parts of its answers, at most `maxSteps`, for readers that come later.
 *
 * @throws TypeError for a bad option
 * @throws LlmError from the iteration and from `result`; `partial` holds the step that failed and the usage of all
 * @example
 * ```ts
 * const add = tool({
 *   description: "Adds numbers.",
 *   input: { type: "object", properties: { numbers: { type: "array", items: { type: "number" } } } },
 *   run: (input) => JSON.stringify(input),
 * });
 * const { text, usage } = await runTools(provider, "What is 17 + 25?", { tools: { add } }).result;
 * ```
 */
export function runTools(provider: Provider, prompt: Prompt, options: RunToolsOptions): ToolRun {
  const { tools, maxSteps = 10, ...more } = options;
  if (!Number.isInteger(maxSteps) || maxSteps < 1)
    throw new TypeError(`maxSteps must be a whole number of at least 1, not ${maxSteps}`);
  const first = toRequest(prompt);
  const theirs = new Set((first.tools ?? []).map((one) => one.name));
  const both = Object.keys(tools).find((name) => theirs.has(name));
  if (both !== undefined) throw new TypeError(`tools must not hold ${JSON.stringify(both)}: the request has it too`);

  const stop = new AbortController();
  const parts: RunPart[] = []; // all readers read from here; whoever is at the end pulls once for all
  let source: AsyncGenerator<RunPart, RunResult> | undefined;
  let ended: { readonly value: RunResult } | { readonly error: unknown } | undefined;
  let pulling: Promise<void> | undefined;
  let readers = 0;
  let result: Promise<RunResult> | undefined;

  const begin = (whole: boolean): AsyncGenerator<RunPart, RunResult> => {
    const own = newCall({ ...more, whole: more.whole ?? whole });
    const done = onEnd(own, (error) => stop.abort(error));
    const call = amend(own, { signal: stop.signal }); // which also ends when its reader leaves
    return steps(provider, withTools(first, tools), { call, tools, theirs, maxSteps, signal: stop.signal, done });
  };
  const pull = (): Promise<void> => {
    source ??= begin(result !== undefined);
    pulling ??= source
      .next()
      .then(
        (next) => {
          if (next.done) ended ??= { value: next.value };
          else parts.push(next.value);
        },
        (error: unknown) => {
          ended ??= { error };
        },
      )
      .finally(() => (pulling = undefined));
    return pulling;
  };
  const drain = async (): Promise<RunResult> => {
    while (!ended) await pull();
    if ("error" in ended) throw ended.error;
    return ended.value;
  };
  const leave = async (): Promise<void> => {
    if (--readers > 0 || result || ended) return;
    const error = new LlmError("aborted", "the reader left before the run was complete");
    ended = { error };
    stop.abort(error);
    await source?.return?.(undefined as never).catch(() => {}); // it is over: nobody sees what it returns
  };

  const read = (): AsyncIterator<RunPart> => {
    let at = 0;
    let over = false;
    readers++;
    const next = async (): Promise<IteratorResult<RunPart>> => {
      for (;;) {
        const value = over ? undefined : parts[at];
        if (value !== undefined) {
          at++;
          return { done: false, value };
        }
        if (over || (ended && "value" in ended)) return { done: true, value: undefined };
        if (ended) {
          over = true;
          throw ended.error;
        }
        await pull();
      }
    };
    return {
      next,
      return: async () => {
        if (!over) {
          over = true;
          await leave();
        }
        return { done: true, value: undefined };
      },
    };
  };

  return {
    [Symbol.asyncIterator]: read,
    get result() {
      if (!result) {
        result = Promise.resolve().then(drain);
        result.catch(() => {}); // who asked for it hears of the error; nobody else needs to
      }
      return result;
    },
  };
}

const withTools = (request: ChatRequest, tools: RunToolsOptions["tools"]): ChatRequest => ({
  ...request,
  tools: [
    ...(request.tools ?? []),
    ...Object.entries(tools).map(([name, { description, input, strict }]) => ({
      name,
      input,
      ...(description !== undefined && { description }),
      ...(strict !== undefined && { strict }),
    })),
  ],
});

interface Run {
  readonly call: Call;
  readonly tools: RunToolsOptions["tools"];
  /** The names of the tools that the caller answers. */
  readonly theirs: ReadonlySet<string>;
  readonly maxSteps: number;
  readonly signal: AbortSignal;
  readonly done: () => void;
}

async function* steps(provider: Provider, first: ChatRequest, run: Run): AsyncGenerator<RunPart, RunResult> {
  let request = first;
  let usage = noUsage;
  const results: ChatResult[] = [];
  try {
    for (;;) {
      const fold = newFold();
      const call = child(run.call);
      try {
        for await (const part of provider.stream(request, call)) {
          fold.add(part);
          yield part;
          if (part.type === "finish") break;
        }
        const result = fold.result();
        results.push(result);
        usage = addUsage(usage, result.usage);
        const messages: Message[] = [...request.messages, result.message];
        const calls = toRun(result, run.theirs);
        if ((calls.length === 0 && result.finish !== "pause") || results.length === run.maxSteps)
          return { ...result, usage, steps: results, messages };
        if (calls.length > 0) {
          const content = yield* answers(calls, run, call);
          messages.push({ role: "tool", content });
        }
        request = { ...request, messages, ...(request.toolChoice !== undefined && { toolChoice: freed(request) }) };
      } catch (error) {
        if (!isLlmError(error)) throw error;
        const partial = fold.partial();
        if (usage === noUsage) throw withPartial(error, partial);
        const last = fold.complete() ? noUsage : (error.partial?.usage ?? partial.usage ?? noUsage);
        throw wholeError(error, { ...partial, usage: addUsage(usage, last) });
      }
    }
  } finally {
    run.done();
  }
}

/** The calls to answer here: none, where the answer is cut short or one of them is the caller's. */
function toRun({ finish, toolCalls }: ChatResult, theirs: ReadonlySet<string>): readonly ToolCallPart[] {
  const wanted = finish === "tool-calls" || finish === "stop" || finish === "pause" || finish === "other";
  return wanted && !toolCalls.some((call) => theirs.has(call.name)) ? toolCalls : [];
}

/** A choice that forces a call would force one for ever. */
const freed = ({ toolChoice }: ChatRequest): "auto" | "none" => (toolChoice === "none" ? "none" : "auto");

/** Runs tools at the same time, and hands out what they answer as it comes. Returns it in the order of the calls. */
async function* answers(
  calls: readonly ToolCallPart[],
  run: Run,
  call: Call,
): AsyncGenerator<RunPart, ToolResultPart[]> {
  const pending = new Map(
    calls.map((one, i) => [i, answer(one, run, call).then((result) => ({ i, result }))] as const),
  );
  const results: ToolResultPart[] = [];
  while (pending.size > 0) {
    const { i, result } = await Promise.race(pending.values());
    pending.delete(i);
    results[i] = result;
    yield result;
  }
  return results;
}

/** What to tell the model about one call. Throws only when the run is over. */
async function answer(asked: ToolCallPart, { tools, signal }: Run, call: Call): Promise<ToolResultPart> {
  const { id, name, input, malformed } = asked;
  const begun = Date.now();
  const told = (output: ToolResultPart["output"], isError: boolean): ToolResultPart => {
    emit(call, "tool.answered", { tool: name, id, isError, ms: Date.now() - begun });
    return { type: "tool-result", id, output, ...(isError && { isError }) };
  };
  const one = Object.hasOwn(tools, name) ? tools[name] : undefined;
  if (!one) return told(`there is no tool ${JSON.stringify(name)}; there are: ${Object.keys(tools).join(", ")}`, true);
  if (malformed) return told("the input is not JSON", true);
  try {
    return told(await until(one.run(input, { id, signal, call }), call), false);
  } catch (error) {
    if (signal.aborted || Date.now() >= call.deadline) throw error;
    return told(error instanceof Error ? error.message : String(error), true);
  }
}
