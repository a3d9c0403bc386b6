import { coerce, nullable, put, toPlain } from "./coerce/coerce.ts";
import { propertyOf } from "./coerce/object.ts";
import { EMPTY, LIST, OBJECT, fit } from "./coerce/outcome.ts";
import type { Outcome } from "./coerce/outcome.ts";
import { restOf } from "./dialect/rest.ts";
import { kept } from "./kept.ts";
import { likelyShape } from "./likely-shape.ts";
import { ownForm } from "./own-form.ts";
import { beginsLiteral, isNumber, literal } from "./reader/chars.ts";
import { forget, newNode } from "./reader/node.ts";
import type { Node } from "./reader/node.ts";
import type { Shape, ShapeKind } from "./shape.ts";
import { ABSENT, dressed, emptyOf, knownView, viewOf } from "./view.ts";
import type { Show, View } from "./view.ts";

/** Where the text of a part goes that grows; undefined where that has to be looked at each time. */
function tipOf(
  node: Node,
  kind: ShapeKind | undefined,
  value: unknown,
  target: View["out"],
  key: string | number,
): Show["tip"] {
  if (node.kind === "text" && value === node.text) return { node, target, key };
  const late = node.kind === "bare" ? kind === "number" || kind === "integer" : kind === "enum";
  return late ? { node, target: undefined, key } : undefined;
}

/** What was shown before in place of values that are no other. */
const shownAs = new WeakMap<object, unknown>();

/** What a finished part comes to: the very value that was shown already where that is no other. */
function complete(show: Show, node: Node, shape: Shape): Outcome {
  const own = (show.context.encoded && ownForm(node, shape)) || node;
  const view = show.frozen ? knownView(own) : undefined;
  const before = view?.out && (own.kind === "array" ? growList : growObject)(show, own, view);
  const outcome = coerce(show.context, node, shape);
  const { value } = outcome;
  if (outcome.issues || !(value instanceof Object)) return outcome;
  if (before && alike(before, value)) shownAs.set(value, before);
  const shown = shownAs.get(value);
  return shown ? { ...outcome, value: shown } : outcome;
}

/** Whether two lists or records hold the same, but for parts that {@link shownAs} knows. */
function alike(before: object, value: object): boolean {
  const parts = Object.entries(value);
  return (
    Object.getPrototypeOf(before) === Object.getPrototypeOf(value) &&
    Object.keys(before).length === parts.length &&
    parts.every(
      ([key, part]) =>
        Object.hasOwn(before, key) &&
        (before as Record<string, unknown>)[key] === (shownAs.get(part as object) ?? part),
    )
  );
}

/** What shows of values that have begun and show only when they are complete. */
const begun = new WeakMap<Node, unknown>();

function growList(show: Show, node: Node, view: View): unknown {
  const out = view.out as unknown[]; // a view of an array
  const { shape } = view;
  let last: unknown = ABSENT;
  let lastShape: Shape | undefined;
  if (out.length > view.settled) out.pop(); // the one that grew
  while (view.upto < node.items.length) {
    const item = node.items[view.upto] as Node; // within bounds
    const itemShape = shape.kind === "any" ? shape : (shape.prefix[view.upto] ?? shape.items);
    const value = itemShape ? growPart(show, item, itemShape, view) : ABSENT;
    if (!item.done) {
      last = value;
      lastShape = itemShape;
      break;
    }
    view.upto++;
    if (value === ABSENT) continue;
    out.push(value);
    view.settled++;
  }
  if (last !== ABSENT) out.push(last);
  if (!show.frozen) {
    const item = node.items[view.upto];
    if (item) show.tip ??= tipOf(item, lastShape?.kind, last, out, out.length - 1);
    return out;
  }
  const copy = view.copy as unknown[] | undefined; // of the same
  // only the last item of a copy can have changed since
  return copy?.length === out.length && copy.at(-1) === out.at(-1) ? copy : (view.copy = out.slice());
}

/** Puts the part that grows where it belongs; one that showed before and turned out to be something else goes. */
function addLast(target: Record<string, unknown>, key: string | undefined, value: unknown): Record<string, unknown> {
  if (key === undefined) return target;
  if (value !== ABSENT) put(target, key, value);
  else if (Object.hasOwn(target, key)) delete target[key]; // costs much even where there is nothing
  return target;
}

function growObject(show: Show, node: Node, view: View): unknown {
  const out = view.out as Record<string, unknown>; // a view of an object
  const { shape } = view;
  const copy = view.copy as typeof out | undefined; // of the same
  let same = view.copied === view.upto;
  let last: unknown = ABSENT;
  let lastKey: string | undefined;
  let lastShape: Shape | undefined;
  while (view.upto < node.items.length) {
    const item = node.items[view.upto] as Node; // within bounds
    const key = node.keys[view.upto] as string; // in step
    const property = propertyOf(shape, key, true, view.upto);
    const pairs = show.context.encoded && key === restOf(shape); // of what the end puts in the object
    const partShape = property ? property.shape : shape.kind === "any" ? shape : pairs ? undefined : shape.rest;
    // a map's may be labels, in another spelling
    const label =
      property || !shape.keys ? undefined : coerce(show.context, newNode("text", item.start, key), shape.keys);
    const name = property ? property.name : typeof label?.value === "string" ? label.value : key;
    let value = partShape && !label?.issues ? growPart(show, item, partShape, view) : ABSENT;
    // the value has its properties in the schema's order
    if (property?.alias !== key || property.index !== view.upto) view.clean = false;
    if (view.empty.size > 0 && view.empty.delete(name)) delete out[name];
    if (property && value === ABSENT) {
      if (property.shape.readiness.done && !item.done) value = kept(begun, item, () => emptyOf(show, property));
      value = dressed(show, value, item, property.shape);
    }
    same &&= copy !== undefined && value === (Object.hasOwn(copy, name) ? copy[name] : ABSENT);
    if (!item.done) {
      last = value;
      lastKey = name;
      lastShape = partShape;
      break;
    }
    view.upto++;
    addLast(out, name, value);
  }
  let whole: Record<string, unknown>;
  if (!show.frozen) {
    whole = addLast(out, lastKey, last);
    const item = node.items[view.upto];
    if (item && lastKey !== undefined && !show.annotated) show.tip ??= tipOf(item, lastShape?.kind, last, out, lastKey);
  } else {
    view.copy = whole = same && copy ? copy : addLast({ ...out }, lastKey, last);
    view.copied = view.upto;
  }
  if (show.annotated && !node.done) {
    for (const { name, shape: part } of shape.properties) {
      if (!part.readiness.needed || nullable(part)) continue;
      const shown = Object.hasOwn(whole, name) ? whole[name] : undefined;
      const value = part.readiness.state ? (shown as { value: unknown }).value : shown; // as `newView` and `dressed` make it
      if ((value ?? undefined) === undefined) return ABSENT;
    }
  }
  return whole;
}

/** A part of a view: what it grows to, and whether it keeps the view clean. */
function growPart(show: Show, item: Node, shape: Shape, view: View): unknown {
  // most parts are texts, which are themselves
  if (item.kind === "text" && shape.kind === "string" && shape.checks.length === 0 && !show.annotated) return item.text;
  if (item.done && !show.annotated && (item.view === undefined || !view.clean)) {
    const outcome = complete(show, item, shape);
    if (outcome.cost !== 0) view.clean = false;
    if (!outcome.issues) return outcome.value;
  }
  const value = grow(show, item, shape, view);
  if (item.done && view.clean && coerce(show.context, item, shape).cost !== 0) view.clean = false;
  return value === ABSENT ? value : dressed(show, value, item, shape);
}

/** The value of a finished container whose view is clean: the view's own, which nothing will change any more. */
function finished(show: Show, node: Node, shape: Shape, whole: View | undefined): unknown {
  const view = knownView(node);
  if (!view?.clean || view.shape !== shape || shape.checks.length > 0) return ABSENT;
  let out: unknown;
  if (node.kind === "array") {
    if (shape.kind !== "array") return ABSENT;
    out = growList(show, node, view);
  } else {
    if (shape.kind !== "object" || node.keys.length !== shape.properties.length) return ABSENT;
    out = growObject(show, node, view);
    for (const { name } of shape.properties) if (!Object.hasOwn(view.out, name)) return ABSENT;
  }
  if (!view.clean) return ABSENT;
  const empty = Array.isArray(out) ? LIST | (out.length === 0 ? EMPTY : 0) : OBJECT;
  node.memo = { shape, outcome: fit(out, empty), next: node.memo };
  node.view = undefined;
  // its parts live on in the value: a tree of nodes weighs ten times as much
  if (whole && view.sure) forget(node, show.recall());
  return out;
}

/**
 * The typed value of a node as far as it goes. Strings and lists grow; numbers, booleans, enumerations and dates show when
 * they are complete, and so does what the schema marks as `done`. The cost is that of what changed since the last time.
 */
export function grow(show: Show, node: Node, shape: Shape, whole?: View): unknown {
  if (shape.wrapped && shape.items) {
    const at = node.keys.indexOf("value");
    if (node.kind === "object" && node.keys.length <= 1) {
      const item = node.items[at];
      return item ? grow(show, item, shape.items) : ABSENT;
    }
    return grow(show, node, shape.items);
  }
  if (node.done) {
    // what shows only when it is complete is plain: no states within
    if (!show.annotated || node.items.length === 0 || shape.readiness.done) {
      const value = finished(show, node, shape, whole);
      if (value !== ABSENT) return value;
      const outcome = complete(show, node, shape);
      if (!outcome.issues) {
        node.view = undefined;
        return outcome.value;
      }
    }
  }
  // what is written as JSON text is not what it stands for
  if (shape.readiness.done || (show.context.encoded && shape.kind === "any")) return ABSENT;
  const own = show.context.encoded ? ownForm(node, shape) : undefined;
  if (own) return grow(show, own, shape);
  if (node.kind === "object" || node.kind === "array") {
    const view = viewOf(show, node, shape, whole?.sure ?? true);
    if (view?.shape.readiness.done && !node.done) return ABSENT;
    if (view) {
      show.hot = node; // unless one of its own parts is
      return node.kind === "array" ? growList(show, node, view) : growObject(show, node, view);
    }
    if (node.done) {
      const { issues, value } = complete(show, node, shape); // in another form: plain, too
      return issues ? ABSENT : value;
    }
    const list =
      shape.kind === "array" && shape.items && node.kind === "object" ? grow(show, node, shape.items) : ABSENT;
    return list === ABSENT ? ABSENT : [list];
  }
  if (node.done) return shape.kind === "any" ? toPlain(node) : ABSENT;
  if ((shape.kind === "boolean" || shape.kind === "enum") && typeof literal(node.text) === "boolean") {
    const { issues, value } = coerce(show.context, node, shape); // as it stands, it is complete
    return issues || node.kind === "text" ? ABSENT : value;
  }
  const chosen = likelyShape(show.context, node, shape);
  if (chosen?.kind !== "string" && (chosen?.kind !== "any" || node.kind === "bare")) return ABSENT;
  if (chosen.type !== undefined || chosen.readiness.done) return ABSENT;
  // a long one is no literal; looking at it anew each time would not be linear
  if (node.kind === "text" || node.text.length > 40) return node.text;
  const text = node.text.trim();
  return (isNumber(text) && chosen !== shape) || beginsLiteral(text) ? ABSENT : text;
}

/**
 * Grows what grew last, or the container around it where that is complete, without the way to it. Whether that was enough:
 * whether no more than one container has been opened or closed since.
 */
export function growOn(show: Show, stack: readonly Node[]): boolean {
  const { hot } = show;
  const top = stack.at(-1);
  const node =
    hot && (hot === top || hot === stack.at(-2)) ? hot : hot?.done && top?.items.at(-1) === hot ? top : undefined;
  const view = knownView(node);
  if (!node || !view?.fixed || show.annotated) return false;
  show.tip = undefined;
  show.hot = node;
  if (node.kind === "array") growList(show, node, view);
  else growObject(show, node, view);
  return true;
}
