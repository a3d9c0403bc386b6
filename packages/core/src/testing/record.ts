import { layer } from "../compose.ts";
import { isLlmError } from "../error.ts";
import type { Middleware } from "../provider.ts";
import type { StreamPart } from "../stream-part.ts";
import { watch, type Outcome } from "../watch.ts";
import { newRedact, redactParts, type Head, type RecordedError, type Row } from "./record-format.ts";

/** Takes the lines of a recording, without their line ends. */
export type RecordSink = (line: string) => void | Promise<void>;

/** How to record. */
export interface RecordOptions {
  /** Texts that must not stand in the recording, beside those that are keys by their name or form. */
  readonly secrets?: readonly string[];
}

/** A layer that records. */
export interface Recorder extends Middleware {
  /** Resolves when all calls that have ended are written. @throws what the sink threw */
  readonly flush: () => Promise<void>;
}

/** Writes lines to a file, which the first one begins anew. */
function fileSink(path: string): RecordSink {
  let begun = false;
  return async (line) => {
    const { appendFile, mkdir, writeFile } = await import("node:fs/promises");
    if (begun) return appendFile(path, `${line}\n`);
    begun = true;
    const folder = path.replace(/[^/\\]*$/, "");
    if (folder !== "") await mkdir(folder, { recursive: true });
    return writeFile(path, `${line}\n`);
  };
}

const errorOf = (error: unknown): RecordedError => {
  if (!isLlmError(error)) return { code: "server", message: error instanceof Error ? error.name : "unknown" };
  const { code, message, retryAfterMs, status, vendor, model, requestId, partial } = error;
  return {
    code,
    message,
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    ...(status !== undefined && { status }),
    ...(vendor !== undefined && { vendor }),
    ...(model !== undefined && { model }),
    ...(requestId !== undefined && { requestId }),
    ...(partial && { partial }),
  };
};

/**
 * Records every call that passes as a line of JSON: its request, its parts as they came, its error. `replayFrom` answers
 * from it. Recordings hold prompts and answers, but no secret: fields whose name says that they are one, texts that have
 * the form of a key, also where a stream cut them to pieces, and `secrets` become `***`.
 *
 * @param to a file, replaced by the first call (Node, Bun and Deno), or what takes the lines
 * @throws TypeError when it is put around a second provider: a recording is one provider's
 * @example
 * ```ts
 * const lines: string[] = [];
 * const recorder = record((line) => void lines.push(line));
 * await generate(compose(provider, recorder), "What is a circuit breaker?");
 * await recorder.flush();
 * const again = await replayFrom(lines);
 * const { text } = await generate(again, "What is a circuit breaker?");
 * ```
 */
export function record(to: string | RecordSink, options: RecordOptions = {}): Recorder {
  const sink = typeof to === "string" ? fileSink(to) : to;
  const redact = newRedact(options.secrets ?? []);
  let writing = Promise.resolve();
  let used = false;
  let calls = 0;
  const write = (line: Head | Row): void => {
    const text = JSON.stringify(line);
    writing = writing.then(() => sink(text));
    writing.catch(() => {}); // flush tells
  };
  const recorded: Middleware = layer((request, call, inner) => {
    const parts: StreamPart[] = [];
    let number = 0;
    const end = (outcome: Outcome): void =>
      write({
        call: number,
        request: redact(request),
        parts: redactParts(parts, redact),
        ...(outcome.type === "failed" && { error: redact(errorOf(outcome.error)) }),
      });
    return watch(
      () => inner.stream(request, call),
      () => {
        number = ++calls;
        return { part: (part) => void parts.push(part), end };
      },
    );
  });
  const recorder: Middleware = (inner) => {
    if (used) throw new TypeError("a recorder records one provider; make another for the second one");
    used = true;
    write({ recording: 1, name: redact(inner.name), models: redact(inner.models) });
    return recorded(inner);
  };
  return Object.assign(recorder, { flush: () => writing });
}
