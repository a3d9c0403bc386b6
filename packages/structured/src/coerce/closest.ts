import { kept } from "../kept.ts";
import type { Node } from "../reader/node.ts";
import type { Shape } from "../shape.ts";
import { propertyOf } from "./object.ts";
import { misfit } from "./outcome.ts";
import type { Context, Misfit, Outcome } from "./outcome.ts";

/** The objects that a shape may be. */
const objectsOf = (shape: Shape, depth = 0): Shape[] =>
  shape.kind === "object" ? [shape] : depth < 4 ? shape.options.flatMap((option) => objectsOf(option, depth + 1)) : [];

const isTag = ({ kind, labels }: Shape): boolean => kind === "enum" && labels.length === 1;

const tags = new WeakMap<Shape, { readonly name: string | undefined }>();

/** The property that tells which object of a union one is: each has a label of its own for it. */
const tagOf = (shape: Shape): string | undefined =>
  kept(tags, shape, () => {
    const [first, ...more] = objectsOf(shape);
    const tag = first?.properties.find(
      ({ name, shape: own }) =>
        isTag(own) && more.every(({ properties }) => properties.some((p) => p.name === name && isTag(p.shape))),
    );
    return { name: tag?.name };
  }).name;

/** An option of a union, and what is wrong with a value of which it made nothing. */
export interface Failed {
  readonly option: Shape;
  readonly outcome: Outcome;
  readonly issues: readonly Misfit[];
}

/** How many issues of options that are alike are told of. */
const MAX_ISSUES = 10;

/**
 * What is wrong with a value that no option of a union takes: what keeps it from the option that it is most like. That is
 * the one whose label it has, else the one with most of its keys, then the one that lacks least; all that are alike.
 */
export function closest(context: Context, node: Node, shape: Shape, failed: readonly Failed[]): Outcome {
  // the option whose own parts were wrong, rather than the whole
  const near = failed.filter(({ issues }) => issues.some(({ path }) => path.length > 0));
  const [first] = near;
  if (!first) return misfit(context, node, shape);
  const tag = tagOf(shape);
  const wrong = near.map(({ issues }) => issues.find(({ path }) => path.length === 1 && path[0] === tag));
  const [label] = wrong;
  if (label && !wrong.includes(undefined)) {
    const labels = wrong.flatMap((one) => (typeof one?.expected === "object" ? one.expected.labels : []));
    return { ...first.outcome, issues: [{ ...label, expected: { ...shape, kind: "enum", labels } }] };
  }
  const fits = ({ option, issues }: Failed): number =>
    1000 * node.keys.filter((key, i) => propertyOf(option, key, true, i)).length - issues.length;
  const ranked = near.filter((_, i) => !wrong[i]).map((one) => ({ ...one, rank: fits(one) }));
  const most = Math.max(...ranked.map(({ rank }) => rank));
  const alike = ranked.filter(({ rank }) => rank === most);
  const [best = first] = alike;
  return { ...best.outcome, issues: alike.flatMap(({ issues }) => issues).slice(0, MAX_ISSUES) };
}
