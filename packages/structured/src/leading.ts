import { ASIDE, handicap } from "./candidates.ts";
import { coerce } from "./coerce/coerce.ts";
import { DEFAULTS, EMPTY, PROSE, better } from "./coerce/outcome.ts";
import type { Context, Outcome } from "./coerce/outcome.ts";
import type { Node, Root } from "./reader/node.ts";
import type { Reader } from "./reader/reader.ts";
import { isTextOrNull } from "./shape.ts";
import type { Shape } from "./shape.ts";

/** What a value that fits by chance may be. */
const CHANCE = DEFAULTS | EMPTY | PROSE;

/** A complete candidate. */
interface Judged {
  readonly root: Root;
  readonly outcome: Outcome;
  /** What speaks against it besides its fit. */
  readonly weight: number;
}

/** Which of the values that have arrived counts so far. */
export interface Leading {
  /** It: the best complete one that fits, else the one that grows. */
  readonly node: () => Node | undefined;
  /** {@link Leading.node}, unless it stands in a sentence and may be taken back before the text ends. */
  readonly sure: () => Node | undefined;
  /** The best complete one. */
  readonly best: () => Judged | undefined;
}

/**
 * The {@link Leading} value of a text that is being read. Judges each value once, when it and what follows it are there, and
 * says so `before`.
 */
export function newLeading(reader: Reader, context: Context, shape: Shape, before: (node: Node) => void): Leading {
  let judged = 0; // how many roots are complete and were looked at
  let best: Judged | undefined;
  let fences = false; // one of these stands in a fence

  /** What it came to, with what speaks against it. */
  const weighed = ({ root, outcome, weight }: Judged): Outcome => ({
    ...outcome,
    cost: outcome.cost + weight + (fences && !root.fenced ? 1 : 0),
  });

  const node = (): Node | undefined => {
    const { source, ended } = reader;
    const roots = isTextOrNull(shape) ? [] : reader.roots;
    if (best?.root.draft) best = undefined; // it was reasoning, as what came after it has shown
    for (; judged < roots.length; judged++) {
      const root = roots[judged];
      if (!root?.node.done || (root.node.end === source.length() && !ended)) break; // what follows tells an aside
      if (root.draft) continue;
      context.budget.left += 1000 + 4 * (root.node.end - root.node.start);
      before(root.node);
      const one = { root, outcome: coerce(context, root.node, shape), weight: handicap(root, source) };
      fences ||= root.fenced;
      if (!best || better(weighed(best), weighed(one))) best = one;
    }
    const last = roots.at(-1);
    // while another grows, one that fits by chance does not count: [1] in a sentence, of which nothing is in the value
    const chance = best && (best.weight >= ASIDE || best.outcome.tags & CHANCE);
    if (best && !best.outcome.issues && (judged === roots.length || !chance)) return best.root.node;
    return last && !last.draft ? last.node : best?.root.node;
  };

  return {
    node,
    sure: () => {
      const found = node();
      return best && best.weight >= ASIDE && found === best.root.node && !reader.ended ? undefined : found;
    },
    best: () => best,
  };
}
