import { DONE, done } from "./part-reader.ts";
import { child, type Call } from "./call.ts";
import { wrap } from "./compose.ts";
import { isLlmError, withPartial, type LlmError } from "./error.ts";
import { estimateTokens } from "./estimate.ts";
import { emit } from "./event.ts";
import { newFold } from "./fold.ts";
import type { AssistantPart } from "./message.ts";
import type { Middleware, Provider } from "./provider.ts";
import type { ChatRequest } from "./request.ts";
import type { RetryBudget } from "./retry-budget.ts";
import { isContent, type StartPart, type StreamPart, type TextDelta } from "./stream-part.ts";
import { systemClock, type Clock } from "./time.ts";
import { addUsage, noUsage, type Usage } from "./usage.ts";
import { truncated } from "./watch.ts";
import { wholeError } from "./whole-error.ts";

/** How to go on. */
export interface ResumeOptions {
  /** How often one answer is continued. Default 2. */
  readonly times?: number;
  /** What all continuations and retries together may take; see {@link retryBudget}. Default: no bound. */
  readonly budget?: RetryBudget;
  readonly clock?: Clock;
}

/** The question again, with the answer so far as the beginning of the model's own; vendors want no space at its end. */
function continued(request: ChatRequest, content: readonly AssistantPart[], text: string): ChatRequest {
  const last = content.at(-1);
  const begun = last?.type === "text" ? [...content.slice(0, -1), { ...last, text: last.text.trimEnd() }] : content;
  return {
    ...request,
    messages: [...request.messages, { role: "assistant", content: begun }],
    ...(request.maxTokens !== undefined && { maxTokens: Math.max(1, request.maxTokens - estimateTokens(text)) }),
  };
}

/**
 * Goes on with an answer that was cut off after its reader has seen some of it: asks again with that text as the
 * beginning of the model's answer, and hands out what follows. The answer's usage is the sum. Only where every model
 * that may answer takes such a beginning (`can.prefill`), and only text: in any other case the error is thrown, with
 * what had arrived as its `partial`. Belongs outside of `retry`, around one model.
 *
 * @throws TypeError for a bad option
 * @example
 * ```ts
 * const steady = compose(provider, resume(), retry());
 * ```
 */
export function resume(options: ResumeOptions = {}): Middleware {
  const { times = 2, budget, clock = systemClock } = options;
  if (!Number.isInteger(times) || times < 0)
    throw new TypeError(`times must be a whole number of at least 0, not ${times}`);

  return (inner) => {
    const stream: Provider["stream"] = (request, call) => {
      const fold = newFold();
      let source: AsyncIterator<StreamPart> | undefined;
      let start: StartPart | undefined;
      let block = 0; // of the last text
      let base = 0; // the block that the current continuation goes on with
      let joining: number | undefined; // what it calls that block
      let text = "";
      let onlyText = request.output === undefined;
      let spent: Usage | undefined; // by the parts of the answer that were cut off
      let usage: Usage | undefined; // by the current one, so far
      let spaces = ""; // that the reader has and the model was not shown: it may say them again
      let n = 1;
      let over = false; // failed, or left
      let failure: LlmError | undefined; // why the current one was asked for

      const total = (now: Usage): Usage => (spent ? addUsage(spent, now) : now);
      const mayResume = (error: LlmError): boolean =>
        n <= times &&
        error.retryable &&
        onlyText &&
        text.trimEnd() !== "" &&
        inner.models.length > 0 &&
        inner.models.every(({ can }) => can.prefill) &&
        !call.signal?.aborted &&
        clock.now() < call.deadline &&
        (!budget || budget.spend());

      const usedBy = (error: LlmError): Usage => error.partial?.usage ?? usage ?? noUsage;
      const fail = (error: unknown, used?: Usage): never => {
        over = true;
        if (!isLlmError(error)) throw error;
        if (!spent) throw withPartial(error, fold.partial());
        throw wholeError(error, { ...fold.partial(), usage: total(used ?? usedBy(error)) });
      };
      const open = (question: ChatRequest, its: Call): Promise<IteratorResult<StreamPart>> => {
        source = inner.stream(question, its)[Symbol.asyncIterator]();
        return source.next().then(see, recover);
      };
      const recover = (error: unknown): Promise<IteratorResult<StreamPart>> | IteratorResult<StreamPart> => {
        if (over) return DONE;
        if (!isLlmError(error) || !mayResume(error)) return fail(error);
        spent = total(usedBy(error));
        usage = undefined;
        failure = error;
        base = block;
        joining = undefined;
        spaces = text.slice(text.trimEnd().length);
        n++;
        emit(call, "resume.continued", { attempt: n, error });
        const question = continued(request, fold.partial().content ?? [], text);
        return open(question, child(call, { attempt: n }));
      };
      /** A piece of the continuation, without the space that the reader has already. */
      const joined = (part: TextDelta): TextDelta => {
        let same = 0;
        while (same < part.delta.length && same < spaces.length && part.delta[same] === spaces[same]) same++;
        spaces = same === part.delta.length ? spaces.slice(same) : "";
        return { ...part, delta: part.delta.slice(same) };
      };
      /** A block of the continuation among those that there are. */
      const placed = (its: number): number => (its === joining ? base : base + 1 + its);
      const see = (
        result: IteratorResult<StreamPart>,
      ): Promise<IteratorResult<StreamPart>> | IteratorResult<StreamPart> => {
        if (over) return DONE;
        if (result.done) return fold.complete() ? DONE : recover(truncated());
        let part = result.value;
        if (part.type === "start") {
          if (!start) start = part;
          else {
            const same = part.vendor === start.vendor && part.model === start.model;
            if (same) return next();
            source?.return?.().catch(() => {});
            return fail(failure, noUsage); // another model would have to write as this one
          }
        } else if (part.type === "usage" || part.type === "finish") {
          usage = part.usage;
          if (spent) part = { ...part, usage: total(part.usage) };
        } else if (part.type === "text") {
          if (n > 1) {
            joining ??= part.block;
            if (part.block === joining) part = joined(part);
            if (part.delta === "") return next();
            part = { ...part, block: placed(part.block) };
          }
          block = part.block;
          text += part.delta;
        } else if (isContent(part)) {
          onlyText = false;
          if (n > 1 && part.block !== undefined) part = { ...part, block: placed(part.block) };
        }
        fold.add(part);
        return { done: false, value: part };
      };
      const next = (): Promise<IteratorResult<StreamPart>> => {
        if (over) return done();
        if (source) return source.next().then(see, recover);
        budget?.earn();
        return open(request, call);
      };

      const iterator: AsyncIterableIterator<StreamPart> = {
        [Symbol.asyncIterator]: () => iterator,
        next,
        return: async () => {
          over = true;
          await source?.return?.();
          return DONE;
        },
      };
      return iterator;
    };
    return wrap(inner, { stream });
  };
}
