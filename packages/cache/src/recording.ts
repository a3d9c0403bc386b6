import { isRecord, type FinishPart, type StartPart, type StreamPart } from "@llm/core";

/** Changes with the form of recordings; one of another version is not read. */
const VERSION = 1;

/**
 * A part, or a run of parts that differ in their `delta` alone: that holds all of their text, and `cuts` how many code
 * units of it each has.
 */
type Item = StreamPart & { readonly cuts?: readonly number[] };

type Run = Extract<StreamPart, { readonly delta: string }>;

/** A complete answer, as it was. */
export interface Recording {
  /** When it was recorded, in milliseconds since 1970. */
  readonly at: number;
  readonly start: StartPart;
  readonly finish: FinishPart;
  /** Plays the parts, one at each call; undefined after the last. */
  readonly play: () => () => StreamPart | undefined;
}

/** Whether an answer may be given again: it is whole, came to its own end, and from the one who was asked. */
const worthKeeping = (start: unknown, finish: unknown): boolean =>
  isRecord(start) &&
  start["type"] === "start" &&
  !start["degraded"] &&
  isRecord(finish) &&
  finish["type"] === "finish" &&
  (finish["reason"] === "stop" || finish["reason"] === "tool-calls");

const differInDelta = (a: StreamPart, b: StreamPart): boolean => {
  const left: Readonly<Record<string, unknown>> = { ...a };
  const right: Readonly<Record<string, unknown>> = { ...b };
  const keys = Object.keys(left);
  return keys.length === Object.keys(right).length && keys.every((key) => key === "delta" || left[key] === right[key]);
};

/**
 * The parts of an answer as a text, runs of deltas in one piece each; undefined for an answer that is not to be stored:
 * one that was cut short, stopped by a limit or a filter, refused, or degraded.
 */
export function record(parts: readonly StreamPart[], at: number): string | undefined {
  if (!worthKeeping(parts[0], parts.at(-1))) return undefined;
  const items: Item[] = [];
  for (let i = 0; i < parts.length;) {
    const first = parts[i++] as StreamPart; // within the array
    if (!("delta" in first)) {
      items.push(first);
      continue;
    }
    let delta = first.delta;
    const cuts = [delta.length];
    for (let next = parts[i]; next && "delta" in next && differInDelta(first, next); next = parts[++i]) {
      delta += next.delta;
      cuts.push(next.delta.length);
    }
    items.push(cuts.length === 1 ? first : { ...first, delta, cuts });
  }
  return JSON.stringify({ v: VERSION, at, parts: items });
}

const isCuts = (cuts: unknown, length: number): boolean =>
  Array.isArray(cuts) &&
  cuts.length > 0 &&
  cuts.every((cut) => Number.isInteger(cut) && cut >= 0) &&
  cuts.reduce((sum: number, cut: number) => sum + cut, 0) === length;

const isDelta = ({ block, delta, cuts }: Record<string, unknown>): boolean =>
  Number.isInteger(block) && typeof delta === "string" && (cuts === undefined || isCuts(cuts, delta.length));

const isItem = (item: unknown): item is Item => {
  if (!isRecord(item)) return false;
  const { usage } = item;
  switch (item["type"]) {
    case "start":
      return typeof item["vendor"] === "string" && typeof item["model"] === "string";
    case "tool-call":
      return typeof item["id"] === "string" && typeof item["name"] === "string" && isDelta(item);
    case "text":
    case "reasoning":
      return isDelta(item);
    case "opaque":
      return typeof item["vendor"] === "string" && "value" in item;
    case "usage":
    case "finish":
      return (
        isRecord(usage) &&
        ["input", "cacheRead", "cacheWrite", "output", "reasoning"].every((count) => Number.isFinite(usage[count]))
      );
    default:
      return false;
  }
};

/** What a text that was stored stands for; undefined if it is not a recording of this version. */
export function readRecording(text: string): Recording | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isRecord(value) || value["v"] !== VERSION || !Number.isFinite(value["at"])) return undefined;
  const items: unknown = value["parts"];
  if (!Array.isArray(items) || !items.every(isItem) || !worthKeeping(items[0], items.at(-1))) return undefined;
  const ends = items.filter((item) => item.type === "start" || item.type === "finish");
  if (ends.length !== 2) return undefined;
  const [start, finish] = ends as [StartPart, FinishPart]; // the first and the last, as was checked
  return { at: value["at"] as number, start, finish, play: () => player(items) };
}

function player(items: readonly Item[]): () => StreamPart | undefined {
  let at = 0;
  let run: { readonly part: Run; readonly text: string; readonly cuts: readonly number[] } | undefined;
  let cut = 0;
  let offset = 0;
  return () => {
    if (!run) {
      const item = items[at++];
      if (!item?.cuts || !("delta" in item)) return item;
      const { cuts, ...part } = item;
      run = { part, text: part.delta, cuts };
      cut = offset = 0;
    }
    const { part, text, cuts } = run;
    const end = offset + (cuts[cut++] ?? 0);
    const piece = { ...part, delta: text.slice(offset, end) };
    offset = end;
    if (cut === cuts.length) run = undefined;
    return piece;
  };
}
