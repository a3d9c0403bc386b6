import type { Random } from "../random.ts";
import { weighText } from "../accounting/tokens.ts";
import { characters } from "./characters.ts";
import { STOP_WORDS, VOCABULARIES, type Vocabulary } from "./words.ts";

/** How often answers come in which language: weights by code (`en`, `de`, `fr`, `es`, `ja`). */
export type Languages = Readonly<Record<string, number>>;

/** The words of a text that carry its meaning, in their order, each once; at most `limit`. */
export function topics(text: string, limit = 12): readonly string[] {
  const found: string[] = [];
  const seen = new Set<string>();
  for (const [word] of text.slice(0, 20_000).matchAll(/[\p{L}][\p{L}\p{N}'’-]*/gu)) {
    const lower = word.toLowerCase();
    if (lower.length < 3 || STOP_WORDS.has(lower) || seen.has(lower)) continue;
    seen.add(lower);
    found.push(word);
    if (found.length === limit) break;
  }
  return found;
}

/** Picks a language by its weight. */
export function pickLanguage(languages: Languages, random: Random): string {
  const entries = Object.entries(languages);
  let left = random.next() * entries.reduce((sum, [, weight]) => sum + weight, 0);
  for (const [language, weight] of entries) {
    left -= weight;
    if (left < 0) return language;
  }
  return entries[0]?.[0] ?? "en";
}

function sentence(words: Vocabulary, subjects: readonly string[], random: Random): string {
  const topic = subjects.length ? random.pick(subjects) : "";
  const fill = (phrase: string): string => phrase.replaceAll("{topic}", topic);
  const usable = topic ? words.subjects : words.subjects.filter((phrase) => !phrase.includes("{topic}"));
  const objects = topic ? words.objects : words.objects.filter((phrase) => !phrase.includes("{topic}"));
  const parts = [fill(random.pick(usable)), random.pick(words.verbs), fill(random.pick(objects))];
  const opening = random.chance(0.3) ? [random.pick(words.openings)] : [];
  const text = [...opening, ...parts].join(words.space) + words.stop;
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Paragraphs about the given words, as near to `tokens` tokens as whole sentences come, at least one sentence. */
export function prose(about: readonly string[], tokens: number, language: string, random: Random): string {
  const words = VOCABULARIES[language] ?? VOCABULARIES["en"];
  if (!words) throw new TypeError(`there are no words for the language ${language}`);
  let text = "";
  let used = 0;
  for (let n = 0; n === 0 || used < tokens; n++) {
    const next = sentence(words, about, random);
    const separator = n === 0 ? "" : random.chance(0.15) ? "\n\n" : words.space;
    text += separator + next;
    used += weighText(separator + next);
  }
  return text;
}

/** Cuts a text into the pieces that a stream brings: whole words with the space before them, one to four at a time. */
export function pieces(text: string, random: Random): readonly string[] {
  const words = text.match(/\s*(?:[^\s\u3000-\u9fff]+|[\u3000-\u9fff]{1,4})|\s+$/gu) ?? [];
  const out: string[] = [];
  for (let i = 0; i < words.length;) {
    const n = random.integer(1, 4);
    // Long words come in parts, as tokens do; by code point, so that no character is torn.
    const piece = words.slice(i, i + n).join("");
    if (piece.length <= 48) out.push(piece);
    else
      for (let chars = characters(piece); chars.length > 0; chars = chars.slice(24))
        out.push(chars.slice(0, 24).join(""));
    i += n;
  }
  return out;
}
