import { fallback, put } from "./coerce/coerce.ts";
import type { Context } from "./coerce/outcome.ts";
import { DECISIVE, kindOf, likelyShape } from "./likely-shape.ts";
import type { Node } from "./reader/node.ts";
import type { Property, Shape } from "./shape.ts";

/** Nothing to show yet. */
export const ABSENT: unique symbol = Symbol("absent");

/** How to show a value that grows. */
export interface Show {
  readonly context: Context;
  /** Copies what changes, so that what was handed out stays as it is; else the same objects grow. */
  readonly frozen: boolean;
  /** The schema says of some values when they may show. */
  readonly annotated: boolean;
  /** What {@link forget} leaves to give a container its parts again; undefined where nothing may be let go. */
  readonly recall: () => ((node: Node) => void) | undefined;
  /** What grows, and where its text was put last, so that it can be put there again without the way to it. */
  tip:
    | {
        readonly node: Node;
        /** Undefined: it shows only when it is complete. */
        readonly target: unknown[] | Record<string, unknown> | undefined;
        readonly key: string | number;
      }
    | undefined;
  /** The innermost container that grew last. */
  hot: Node | undefined;
}

/** The typed value of a container that is still open. */
export interface View {
  readonly shape: Shape;
  /** What its finished parts came to: grows only at its end. */
  readonly out: unknown[] | Record<string, unknown>;
  /** How many of the node's items are in `out`. */
  upto: number;
  /** Of a list: how many items of `out` are settled. */
  settled: number;
  /** Every finished part fits exactly: when the whole is finished, `out` is its value. */
  clean: boolean;
  /** Properties that show as empty before they are there. */
  readonly empty: Set<string>;
  /** There was no choice what to take the container for; nor, where it is `sure`, on the way from the root to it. */
  readonly fixed: boolean;
  readonly sure: boolean;
  /** The last copy that was handed out, and how many of the node's finished items it holds. */
  copy: unknown;
  copied: number;
  /** How much the shape was chosen by, where there was a choice. */
  chosenBy: number;
}

/** How much of a container tells what it is. */
const told = ({ done, keys, items }: Node): number =>
  done ? Infinity : keys.length > DECISIVE ? DECISIVE : keys.length + (items.at(-1)?.done ? 0.5 : 0);

/** The view of a container, as far as it was shown. Nothing but this module's views ever stands there, hence the cast. */
export const knownView = (node: Node | undefined): View | undefined => node?.view as View | undefined;

const newView = (show: Show, node: Node, shape: Shape, fixed: boolean, sure: boolean): View => {
  const view: View = {
    shape,
    out: node.kind === "array" ? [] : {},
    upto: 0,
    settled: 0,
    clean: true,
    empty: new Set(),
    fixed,
    sure,
    copy: undefined,
    copied: 0,
    chosenBy: told(node),
  };
  if (Array.isArray(view.out)) return view;
  for (const property of shape.properties) {
    const { name, shape: part } = property;
    const value = dressed(show, part.readiness.done ? ABSENT : emptyOf(show, property), undefined, part);
    if (value === ABSENT) continue;
    put(view.out, name, value);
    view.empty.add(name);
  }
  return view;
};

/** What a property shows of which nothing is to be seen yet: under `full` an empty list or map. */
export function emptyOf(show: Show, { required, shape }: Property): unknown {
  if (show.context.mode !== "full" || !required || shape.kind === "union") return ABSENT;
  return fallback(shape)?.value ?? ABSENT;
}

/** A value and how far it is. */
interface Dressed {
  readonly value: unknown;
  readonly state: "Pending" | "Incomplete" | "Complete";
}

/** What was handed out last, as it is and as it grows. */
const last = { frozen: new WeakMap<Node, Dressed>(), live: new WeakMap<Node, Dressed>() };

/** A value with the state of its node, where the schema asks for it: the same as before where nothing changed. */
export function dressed({ frozen }: Show, value: unknown, node: Node | undefined, { readiness }: Shape): unknown {
  if (!readiness.state) return value;
  const plain = value === ABSENT ? null : value;
  const state = !node ? "Pending" : node.done ? "Complete" : "Incomplete";
  const handed = frozen ? last.frozen : last.live;
  const known = node && handed.get(node);
  if (known?.value === plain && known?.state === state) return known;
  const out: Dressed = { value: plain, state };
  if (node) handed.set(node, out);
  return out;
}

export function viewOf(show: Show, node: Node, shape: Shape, sure: boolean): View | undefined {
  const known = knownView(node);
  const keys = told(node);
  if (known && (shape.kind === "union" ? known.chosenBy === keys : known.shape === shape)) return known;
  const chosen = likelyShape(show.context, node, shape);
  if (!chosen || (chosen.kind !== "any" && kindOf(chosen) !== node.kind)) return undefined;
  if (known?.shape === chosen) {
    known.chosenBy = keys;
    return known;
  }
  const fixed = chosen === shape;
  const view = newView(show, node, chosen, fixed, fixed && sure);
  node.view = view;
  return view;
}
