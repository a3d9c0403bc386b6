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

/** A label likewise for the search within texts, where `_` and `-` make another word. */
const bare: Change = (text) => lower(text).replace(/[^\p{L}\p{N}_+#-]/gu, "");

/** How often something stands between digits, or a minus before them. */
const marks = (text: string): number =>
  text.match(/(?<=\p{N})[^\p{L}\p{N}]+(?=\p{N})|(?<![\p{L}\p{N}])[-−](?=\p{N})/gu)?.length ?? 0;

/** Whether a text that is a label but for punctuation means it: 1.5 does not mean 15, nor 15 mean 1.5. */
const means = (text: string, { texts }: Label): boolean =>
  texts.some((one) => marks(one) >= marks(text) && !(marks(one) && /^\d+$/.test(text)));

/** What was found: the label, how (the kind of repair, absent when it stood there exactly), or several that fit alike. */
export interface Match {
  readonly label?: Label;
  readonly how?: "case" | "accents" | "punctuation" | "substring";
  readonly ambiguous?: boolean;
}

/** Labels by their changed texts: undefined where several have the same. And what finds any of these within a text. */
interface Index {
  readonly labels: Map<string, Label | undefined>;
  pattern?: RegExp;
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
      return { labels };
    },
  );

/** What words are made of, in scripts that part them by blanks and write prefixes of another sense. */
const WORD = String.raw`[\p{sc=Latn}\p{sc=Grek}\p{sc=Cyrl}\p{N}`;

/** What a number goes on after, or its sign. */
const IN_NUMBER = String.raw`(?:\d[.,:/–-]|(?<![\p{L}\p{N}])[-−])(?=\d)`;

/** What turns the sense of a label after it into the opposite, at most three words ahead of it in the same clause. */
const NOT =
  /(?:(?<![\p{L}\p{N}])(?:(?:can)?not?|never|n?either|nor|without|nicht|keine?|pas|n[aã]o|не)|n['’]t)(?:[^\p{L}\p{N},;:.!?\n]+(?!but\b)\p{L}+){0,3}[^\p{L}\p{N},;:.!?\n]*$|(?<!\p{L})(?:un|in|dis|non|anti|semi|pre|ex)[-_]+$|[不非未無无没沒비미불무]$/iu;

/** Whether what stands at a place of a text is said not to be. */
export const negated = (text: string, at: number): boolean => NOT.test(text.slice(Math.max(0, at - 60), at));

/**
 * Counts which labels a text names in whole words, longest first where they overlap; the one named most often wins, unless
 * it is said not to be the one. Between what is left of a label by a change there may stand what was left out.
 */
function search(all: readonly Label[], text: string, change: Change): Match | undefined {
  const index = indexOf(all, change);
  const between = change === bare ? String.raw`[^\p{L}\p{N}_+#-]{0,3}` : "";
  index.pattern ??= new RegExp(
    `(?<!${WORD}](?=${WORD}])|${IN_NUMBER})(?:${
      [...index.labels.keys()]
        .filter((part) => part !== "")
        .sort((a, b) => b.length - a.length)
        .map((part) => Array.from(part, (c) => c.replace(/[$(-+./?[-^{|}]/, String.raw`\$&`)).join(between))
        .join("|") || "(?!)"
    })(?!(?<=${WORD}])${WORD}+#]|(?<=\\d)[.,:/–-]\\d|[-_ ](?:free|FREE)\\b)`,
    "gu",
  );
  const places = new Map<Label | undefined, number[]>();
  for (const { 0: part, index: at } of text.matchAll(index.pattern)) {
    const label = index.labels.get(change(part));
    if (label && !means(part, label)) continue;
    const known = places.get(label);
    if (known) known.push(at);
    else places.set(label, [at]);
  }
  const most = Math.max(...[...places.values()].map(({ length }) => length));
  const winners = [...places].filter(([, { length }]) => length === most);
  const [winner] = winners;
  if (!winner) return undefined;
  const [label, found] = winner;
  if (!label || winners.length > 1) return { ambiguous: true };
  return found.some((at) => negated(text, at)) ? {} : { label, how: "substring" };
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
  if (!found?.label || !wide || found.label === wide.label) return found ?? wide ?? {};
  const { texts } = found.label;
  // Good in "Very good" is no good: the longer label that holds it, in other case
  if (wide.label?.texts.some((a) => texts.some((b) => lower(a).includes(lower(b))))) return wide;
  // and "no" in "Yes, no doubt" is another word: only what is not in small letters is told from words of the sentence
  return texts.some((one) => one !== one.toLowerCase() || one === one.toUpperCase()) ? found : wide;
}
