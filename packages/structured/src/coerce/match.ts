import { kept } from "../kept.ts";
import type { Coercion } from "./outcome.ts";

/** One value of an enumeration and the texts that mean it. */
export interface Label {
  readonly value: unknown;
  readonly texts: readonly string[];
}

type Change = (text: string) => string;

const SPECIAL = new Map("ßss æae œoe øo łl đd ıi þth ðd".split(" ").map((pair) => [pair.charAt(0), pair.slice(1)]));

/** A text without accents. */
export const plain: Change = (text) =>
  text
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .replace(/[^ -~]/g, (c) => SPECIAL.get(c) ?? c);

const same: Change = (text) => text;

/** A text without case and accents. */
const lower: Change = (text) => plain(text.toLowerCase());

/** A name without case, accents and punctuation: `First-Name` and `first_name` are the same. */
export const fold: Change = (text) => lower(text).replace(/[^\p{L}\p{N}]/gu, "") || text.trim();

/** A label likewise, but `C++` and `C#` are not `C`. */
const foldLabel: Change = (text) => lower(text).replace(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}+#]/gu, "") || text.trim();

/** What of a label counts in the search within texts, where `_` and `-` make another word. */
const COUNTS = /[\p{L}\p{N}_+#<>≤≥-]+/gu;
const bare: Change = (text) => lower(text).match(COUNTS)?.join("") ?? "";
/** What counts where nothing else is found: `bug_report` is what a sentence calls a bug report. */
const PARTS = /[\p{L}\p{N}+#<>≤≥]+/gu;
const joined: Change = (text) => lower(text).match(PARTS)?.join("") ?? "";

/** How often something stands between digits, or a minus before them. */
const marks = (text: string): number =>
  text.match(/(?<=\p{N})[^\p{L}\p{N}]+(?=\p{N})|(?<![\p{L}\p{N}])[-‐-–−](?=\p{N})/gu)?.length ?? 0;

/** Which way a bound goes, and what says no as in code. */
const bounds = (text: string): string => String(text.match(/[<>≤≥](?=[=\s]?\d)|[!¬](?=\p{L})/gu));

/** Whether a text that is a label but for punctuation means it: 1.5 does not mean 15, nor 15 mean 1.5, nor >5 mean <5. */
const means = (text: string, { texts }: Label): boolean =>
  texts.some((one) => bounds(one) === bounds(text) && marks(one) >= marks(text) && !(marks(one) && /^\d+$/.test(text)));

/** What was found: the label, how (the kind of repair, absent when it stood there exactly), or several that fit alike. */
export interface Match {
  readonly label?: Label;
  readonly how?: "case" | "accents" | "punctuation" | "substring";
  readonly ambiguous?: boolean;
}

/** Labels by their changed texts: undefined where several have the same. And the lengths of these, longest first. */
interface Index {
  readonly labels: Map<string, Label | undefined>;
  readonly lengths: readonly number[];
}

interface Own {
  readonly own: Map<unknown, Label>;
  readonly kinds: Set<string>;
}

const owns = new WeakMap<readonly Label[], Own>();

/**
 * Labels by what stands for them exactly: a text by its name for the model, a bigint `1` by the text `1n`, others by
 * themselves. And which kinds of values there are besides texts and null.
 */
export const ownOf = (labels: readonly Label[]): Own =>
  kept(owns, labels, () => {
    const found: Own = { own: new Map(), kinds: new Set() };
    for (const label of labels) {
      const { value, texts } = label;
      const key = keyOf(typeof value === "string" ? texts[0] : value);
      if (!found.own.has(key)) found.own.set(key, label);
      if (value !== null && typeof value !== "string") found.kinds.add(typeof value);
    }
    return found;
  });

/** What stands for a value in {@link ownOf}. */
export const keyOf = (value: unknown): unknown => (typeof value === "bigint" ? `${value}n` : value);

const indexes = new WeakMap<readonly Label[], Map<Change, Index>>();

/** The index of labels that are texts, made once for each way to change them. */
const indexOf = (all: readonly Label[], change: Change): Index =>
  kept(
    kept(indexes, all, () => new Map<Change, Index>()),
    change,
    () => {
      const labels: Index["labels"] = new Map();
      for (const label of all) {
        if (typeof label.value !== "string") continue;
        for (const text of new Set(label.texts.map(change))) labels.set(text, labels.has(text) ? undefined : label);
      }
      const lengths = new Set([...labels.keys()].map(({ length }) => length).filter(Boolean));
      return { labels, lengths: [...lengths].sort((a, b) => b - a) };
    },
  );

/**
 * Where a label may begin and end: not within a word, in scripts that part words by blanks and write prefixes of another
 * sense; not within a number, after its sign or before what is part of a name such as C++; and `a` is no article.
 */
const START =
  /(?<![\p{sc=Latn}\p{sc=Grek}\p{sc=Cyrl}\p{N}](?=[\p{sc=Latn}\p{sc=Grek}\p{sc=Cyrl}\p{N}])|(?:\d[.,:/‐-–-]|(?<![\p{L}\p{N}=-])(?:[-‐-–−]|[<>≤≥]=?\s?))(?=\d))/uy;
const END =
  /(?!(?<=[\p{sc=Latn}\p{sc=Grek}\p{sc=Cyrl}\p{N}])[\p{sc=Latn}\p{sc=Grek}\p{sc=Cyrl}\p{N}+#]|(?<=\d)[.,:/‐-–-]\d|[-‐-–_ ](?:free|FREE)\b|(?<=(?<!\p{L})[aA]) (?!(?:is|was|and|or|but|because|since|as|seems|would|should|for|fits)\b)\p{Ll})/uy;

/** What turns the sense of a label after it into the opposite, at most three words ahead of it in the same clause. */
const NOT =
  /(?:(?<![\p{L}\p{N}])(?:(?:can)?not?|never|n?either|nor|without|nicht|keine?|pas|n[aã]o|не)|n['’]t)(?! (?:a )?doubt)(?:(?:(?! - )[^\p{L}\p{N},;:.!?\n–—(])+(?!but\b)\p{L}+){0,3}(?:(?! - )[^\p{L}\p{N},;:.!?\n–—(])*$|(?<!\p{L})(?:un|in|dis|non|anti|semi|pre|ex)[-‐-–_]+$|[!¬不非未無无没沒비미불무]$/iu;

/** Whether what stands at a place of a text is said not to be. */
export const negated = (text: string, at: number): boolean => NOT.test(text.slice(Math.max(0, at - 60), at));

const isAt = (place: RegExp, text: string, at: number): boolean => {
  place.lastIndex = at;
  return place.test(text);
};

/**
 * Counts which labels a text names in whole words, longest first where they overlap; the one named most often wins, unless
 * it is said not to be the one.
 */
function search(all: readonly Label[], text: string, change: Change): Match | undefined {
  const { labels, lengths } = indexOf(all, change);
  // what is left of the text by the change, and where it stood
  let left = text;
  let spots: number[] | undefined;
  if (change !== same) {
    left = "";
    spots = [];
    for (const { 0: part, index } of text.matchAll(change === bare ? COUNTS : PARTS)) {
      left += part;
      for (let i = 0; i < part.length; i++) spots.push(index + i);
    }
  }
  const counts = new Map<Label | undefined, number>();
  const not = new Set<Label | undefined>();
  for (let i = 0; i < left.length; i++) {
    const start = spots?.[i] ?? i;
    if (!isAt(START, text, start)) continue;
    for (const length of lengths) {
      const part = left.slice(i, i + length);
      if (!labels.has(part)) continue;
      const last = i + part.length - 1;
      const end = (spots?.[last] ?? last) + 1;
      const label = labels.get(part);
      if (!isAt(END, text, end) || (label && !means(text.slice(start, end), label))) continue;
      counts.set(label, (counts.get(label) ?? 0) + 1);
      if (!not.has(label) && negated(text, start)) not.add(label);
      i = last;
      break;
    }
  }
  const best = Math.max(...counts.values());
  const winners = [...counts.keys()].filter((label) => counts.get(label) === best);
  if (winners.length === 0) return undefined;
  const [label] = winners;
  if (!label || winners.length > 1) return { ambiguous: true };
  return not.has(label) ? {} : { label, how: "substring" };
}

const WAYS = [
  [undefined, same],
  ["case", (text) => text.toLowerCase()],
  ["accents", lower],
  ["punctuation", foldLabel],
] as const satisfies [Match["how"], Change][];

/** Texts longer than this are no label by themselves, and are searched as they stand. */
export const LONG = 10_000;

/**
 * Finds the label that a text means: exactly, then without case, accents, punctuation; then, under `full`, the one that it
 * contains. Several that fit alike are ambiguous, which is an answer too. Only labels that are texts are looked at.
 */
export function match(all: readonly Label[], source: string, mode: Coercion): Match {
  const text = source.trim();
  const long = text.length > LONG;
  for (const [how, change] of long ? [] : mode === "off" ? WAYS.slice(0, 1) : WAYS) {
    const { labels } = indexOf(all, change);
    const changed = change(text);
    const label = labels.get(changed);
    if (label && (how !== "punctuation" || means(text, label))) return { label, ...(how && { how }) };
    if (!label && how && labels.has(changed)) return { ambiguous: true };
  }
  if (mode !== "full") return {};
  const found = search(all, text, same);
  const wide = long ? undefined : search(all, lower(text), bare);
  const none = [found, wide].every((one) => !one?.label && !one?.ambiguous);
  if (none) return (long ? undefined : search(all, lower(text), joined)) ?? {};
  if (!found?.label || !wide || found.label === wide.label) return found ?? wide ?? {};
  const { texts } = found.label;
  // Good in "Very good" is no good: the longer label that holds it, in other case
  if (wide.label?.texts.some((a) => texts.some((b) => lower(a).includes(lower(b))))) return wide;
  // and "no" in "Yes, no doubt" is another word: only what is not in small letters is told from words of the sentence
  return texts.some((one) => one !== one.toLowerCase() || one === one.toUpperCase()) ? found : wide;
}
