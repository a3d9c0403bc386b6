import type { CitableDocument, Citation } from "../answer.ts";
import type { Random } from "../random.ts";
import { prose } from "./text.ts";

/** At most this many documents are cited. */
const MOST = 2;

/** A sentence with its place in a list of texts. */
interface Sentence {
  readonly text: string;
  readonly block: number;
  /** Where it begins in its text, in UTF-16 units. */
  readonly start: number;
}

function sentences(blocks: readonly string[]): readonly Sentence[] {
  return blocks.flatMap((text, block) =>
    [...text.matchAll(/[^\s.!?。][^.!?。]*[.!?。]?/gu)].map((found) => ({ text: found[0], block, start: found.index })),
  );
}

function cited(document: CitableDocument, words: readonly string[], random: Random): Citation {
  const { kind, index, title, source, blocks } = document;
  const shared = ({ text }: Sentence): number =>
    words.filter((word) => text.toLowerCase().includes(word.toLowerCase())).length;
  const [best] = [...sentences(blocks)].sort((a, b) => shared(b) - shared(a));
  const citation = { title, url: source };
  // What cannot be read (a PDF) is cited by its first page.
  if (!best) return { ...citation, quote: prose(words, 8, "en", random), place: { kind, index, start: 1, end: 2 } };
  const { text, block, start } = best;
  const place = kind === "text" ? { start, end: start + text.length } : { start: block, end: block + 1 };
  return { ...citation, quote: text, place: { kind, index, ...place } };
}

/** Citations of the first documents of a request: of each, the sentence that shares most words with the question. */
export function cite(
  documents: readonly CitableDocument[],
  words: readonly string[],
  random: Random,
): readonly Citation[] {
  return documents.slice(0, MOST).map((document) => cited(document, words, random));
}
