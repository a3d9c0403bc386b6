/** One value of an enumeration and the texts that mean it. */
export interface Label {
  readonly value: unknown;
  readonly texts: readonly string[];
}

const SPECIAL: Readonly<Record<string, string>> = {
  ß: "ss",
  æ: "ae",
  œ: "oe",
  ø: "o",
  ł: "l",
  đ: "d",
  ı: "i",
  þ: "th",
  ð: "d",
};

/** A text without accents. */
export const plain = (text: string): string =>
  text
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .replace(/[ßæœøłđıþð]/gu, (c) => SPECIAL[c] ?? c);

/** A text without case and accents. */
const lower = (text: string): string => plain(text.toLowerCase());

const letters = (text: string): string => text.replace(/[^\p{L}\p{N}_-]/gu, "");

/** A name without case, accents and punctuation: `First-Name` and `first_name` are the same. */
export const fold = (text: string): string => {
  const out = lower(text).replace(/[^\p{L}\p{N}]/gu, "");
  return out === "" ? text.trim() : out;
};

/** What was found: the label, how (the kind of repair, absent when it stood there exactly), or several that fit alike. */
export interface Match {
  readonly label?: Label;
  readonly how?: "case" | "accents" | "punctuation" | "substring";
  readonly ambiguous?: boolean;
}

const one = (labels: readonly Label[], text: string, change: (text: string) => string): Match | undefined => {
  let found: Label | undefined;
  for (const label of labels) {
    if (!label.texts.some((candidate) => change(candidate) === text)) continue;
    if (found) return { ambiguous: true };
    found = label;
  }
  return found && { label: found };
};

/** Counts which labels a text names, longest first where they overlap; the one named most often wins. */
function within(labels: readonly Label[], text: string, change: (text: string) => string): Match | undefined {
  const hits: { from: number; to: number; label: Label }[] = [];
  for (const label of labels) {
    for (const candidate of label.texts) {
      const part = change(candidate);
      if (part === "") continue;
      for (let i = text.indexOf(part); i >= 0 && hits.length < 1000; i = text.indexOf(part, i + part.length)) {
        hits.push({ from: i, to: i + part.length, label });
      }
    }
  }
  hits.sort((a, b) => a.from - b.from || b.to - a.to);
  const counts = new Map<Label, number>();
  let end = 0;
  for (const hit of hits) {
    if (hit.from < end) continue;
    end = hit.to;
    counts.set(hit.label, (counts.get(hit.label) ?? 0) + 1);
  }
  const best = Math.max(0, ...counts.values());
  const winners = [...counts].filter(([, count]) => count === best);
  if (winners.length === 0) return undefined;
  return winners.length > 1 ? { ambiguous: true } : { label: winners[0]?.[0] as Label }; // there is exactly one
}

/**
 * Finds the label that a text means: exactly, then without case, accents, punctuation; then, where `loose`, the one that it
 * contains. Several that fit alike are ambiguous, which is an answer too.
 */
export function match(labels: readonly Label[], source: string, loose: boolean): Match {
  const text = source.trim();
  const same = (t: string): string => t;
  const exact = one(labels, text, same);
  if (exact?.label) return exact;
  const steps = [
    ["case", (t: string): string => t.toLowerCase()],
    ["accents", lower],
    ["punctuation", fold],
  ] as const;
  for (const [how, change] of steps) {
    const found = one(labels, change(text), change);
    if (found) return found.label ? { ...found, how } : found;
  }
  if (!loose) return {};
  const ways = [same, plain, (t: string): string => letters(t), (t: string): string => letters(lower(t))];
  for (const change of ways) {
    const found = within(labels, change(text), change);
    if (!found?.label) {
      if (found) return found;
      continue;
    }
    // Good in "Very good" is no good: the longer label that holds it, in other case
    const { label } = found;
    const wide = within(labels, letters(lower(text)), (t) => letters(lower(t)))?.label;
    const holds = wide?.texts.some((a) => label.texts.some((b) => lower(a).includes(lower(b))));
    return { label: wide && holds ? wide : label, how: "substring" };
  }
  return {};
}
