import { isLlmError, LlmError } from "../error.ts";
import { isRecord } from "../json.ts";
import { leaf } from "../leaf.ts";
import type { Provider } from "../provider.ts";
import type { StreamPart } from "../stream-part.ts";
import type { RecordOptions } from "./record.ts";
import { keyOf, newRedact, type Head, type Row } from "./record-format.ts";

async function linesOf(from: string | Iterable<string>): Promise<string[]> {
  if (typeof from !== "string") return [...from];
  const { readFile } = await import("node:fs/promises");
  return (await readFile(from, "utf8")).split("\n").filter((line) => line !== "");
}

/** Where two values differ first, as a path; undefined where they are equal. */
function difference(a: unknown, b: unknown, path: string): string | undefined {
  if (keyOf(a) === keyOf(b)) return undefined;
  if (Array.isArray(a) && Array.isArray(b)) {
    for (let i = 0; i < Math.max(a.length, b.length); i++) {
      const found = difference(a[i], b[i], `${path}[${i}]`);
      if (found !== undefined) return found;
    }
  }
  if (isRecord(a) && isRecord(b))
    for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
      const found = difference(a[key], b[key], path === "" ? key : `${path}.${key}`);
      if (found !== undefined) return found;
    }
  return path;
}

/** The recorded parts, then what ended them. */
async function* play({ parts, error, call }: Row): AsyncGenerator<StreamPart, void, undefined> {
  for (const part of parts) yield part;
  if (error) throw new LlmError(error.code, error.message, error);
  if (parts.at(-1)?.type !== "finish")
    throw new LlmError("truncated", `call ${call} was recorded up to here: its reader left`);
}

/**
 * A provider that answers from a recording of {@link record}: an equal request gets the parts, or the error, that were
 * recorded, equal requests the recorded calls one after the other. It tells `api.request` and `api.response` as the model
 * did. Nothing is asked of any upstream.
 *
 * @param from the file, or its lines
 * @param options the `secrets` that it was recorded with, if requests hold them
 * @returns a provider with the name and the models of the recorded one; its stream throws {@link LlmError}
 * `invalid-request`, which nothing retries, for a request that was not recorded (any more), and says where it differs
 * @throws TypeError if it is no recording
 * @example
 * ```ts
 * const lines = ['{"recording":1,"name":"mock","models":[]}'];
 * const provider = await replayFrom(lines);
 * ```
 */
export async function replayFrom(from: string | Iterable<string>, options: RecordOptions = {}): Promise<Provider> {
  const [first = "", ...rest] = await linesOf(from);
  const head: unknown = parse(first, 1);
  if (!isHead(head)) throw new TypeError("line 1 is not the head of a recording");
  const rows = rest.map((line, at) => parse(line, at + 2) as Row).sort((a, b) => a.call - b.call); // record wrote it
  const redact = newRedact(options.secrets ?? []);
  const byKey = new Map<string, Row[]>();
  for (const row of rows) {
    const key = keyOf(row.request);
    byKey.set(key, [...(byKey.get(key) ?? []), row]);
  }
  const left = new Map([...byKey].map(([key, all]) => [key, [...all]]));

  return {
    name: head.name,
    models: head.models,
    stream: (request, call) => {
      const { vendor = "recording", model = head.name } = head.models[0] ?? {};
      return leaf<StreamPart>({ vendor, model }, request, call, {
        open: () => {
          const asked = redact(request);
          const key = keyOf(asked);
          const row = left.get(key)?.shift();
          if (row) return Promise.resolve(play(row));
          const known = byKey.get(key)?.length;
          const next = rows.find((each) => left.get(keyOf(each.request))?.includes(each));
          const where = next
            ? `; the next one that is left, call ${next.call}, differs in ${difference(asked, next.request, "")}`
            : "; none is left";
          const message = known
            ? `this request was recorded ${known === 1 ? "once" : `${known} times`} and is asked again`
            : `this request was not recorded${where}`;
          return Promise.reject(new LlmError("invalid-request", message, { vendor, model }));
        },
        read: (part, push) => push(part),
        toError: (error) =>
          isLlmError(error) ? error : new LlmError("server", "the recording cannot be read", { cause: error }),
      });
    },
  };
}

const isHead = (value: unknown): value is Head =>
  isRecord(value) && value["recording"] === 1 && typeof value["name"] === "string" && Array.isArray(value["models"]);

function parse(line: string, number: number): unknown {
  try {
    return JSON.parse(line);
  } catch {
    throw new TypeError(`line ${number} is not JSON`);
  }
}
