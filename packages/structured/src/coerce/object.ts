import { newNode } from "../reader/node.ts";
import type { Node } from "../reader/node.ts";
import type { Property, Shape } from "../shape.ts";
import { coerce, fallback, fromText, nullable, put, toPlain } from "./coerce.ts";
import { restOf } from "../dialect/rest.ts";
import { fold } from "./match.ts";
import {
  DEFAULTS,
  DROPPED,
  EMPTY,
  IMPLIED,
  LIST,
  MAX_CHOICES,
  NOTHING,
  OBJECT,
  PROSE,
  also,
  better,
  fit,
  gather,
  misfit,
  note,
  unclear,
} from "./outcome.ts";
import type { Context, Outcome } from "./outcome.ts";
import { isNull, isScalar } from "./scalar.ts";

/**
 * The property that a key means: exactly, else without case, accents and punctuation where values may be bent. Most keys
 * come in their `place`.
 */
export function propertyOf(shape: Shape, key: string, loose: boolean, place = -1): Property | undefined {
  const usual = shape.properties[place];
  if (usual?.alias === key) return usual;
  const exact = shape.exact.get(key);
  if (exact || !loose || shape.exact.size === 0) return exact;
  return shape.folded.get(fold(key));
}

/** What stands under a name that is no property's; undefined where nothing may. */
const restAt = ({ patterns, rest }: Shape, name: string): Shape | undefined =>
  patterns.length > 0 ? patterns.find(([pattern]) => pattern?.test(name) ?? true)?.[1] : rest;

/** The only property, from a value that stands where its object should. */
function implied(context: Context, node: Node, shape: Shape): Outcome | undefined {
  const only = shape.properties[0];
  if (context.mode !== "full" || !only || shape.properties.length !== 1) return undefined;
  const part = coerce(context, node, only.shape);
  const made = DEFAULTS | NOTHING; // of nothing that is there
  if (part.issues || part.tags & made || (part.tags & EMPTY && part.tags & DROPPED)) return undefined;
  const value: Record<string, unknown> = {};
  const out = fit(value, OBJECT | IMPLIED);
  gather(out, also(part, 2, "implied-key", node), only.name);
  put(value, only.name, part.value);
  // a text, or one in brackets
  const single = node.kind === "array" && node.items.length === 1 && !(part.tags & LIST);
  const one = single ? node.items[0] : node;
  if (isScalar(one) && typeof toPlain(one) === "string") out.tags |= PROSE;
  return out;
}

function fromOther(context: Context, node: Node, shape: Shape): Outcome {
  const text = fromText(context, node, shape);
  if (text) return text;
  let best = implied(context, node, shape);
  if (node.kind === "array" && context.mode !== "off" && (context.mode === "full" || node.items.length === 1)) {
    for (const item of node.items.slice(0, MAX_CHOICES)) {
      const outcome = coerce(context, item, shape);
      if (outcome.issues || (best && outcome.tags & IMPLIED)) continue; // the only property takes all of the list
      const picked = also(outcome, 1, "list-to-single", node);
      if (!best || better(best, picked)) best = picked;
    }
  }
  return best ?? misfit(context, node, shape);
}

/** The keys and values of a map. */
export const entriesOf = (node: Node): (readonly (Node | undefined)[])[] =>
  node.items.map((item, i) => {
    if (node.kind === "object") return [newNode("text", item.start, node.keys[i]), item];
    if (item.kind === "array") return item.items;
    return [item.items[item.keys.indexOf("key")], item.items[item.keys.indexOf("value")]];
  });

/** A map: from an object, or from a list of pairs or of `{ key, value }`, as a vendor's dialect writes one. */
function coerceMap(context: Context, node: Node, shape: Shape): Outcome {
  if (isScalar(node)) return fromText(context, node, shape) ?? misfit(context, node, shape);
  const plain: Record<string, unknown> = {};
  const pairs = new Map<unknown, unknown>();
  const out = fit(shape.type === "map" ? pairs : plain, OBJECT, 0.5); // less than a key too many
  for (const [named, item, more] of entriesOf(node)) {
    if (!named || !item || more) return misfit(context, node, shape);
    const name = named.text;
    const inner = restAt(shape, name);
    if (context.encoded && isNull(item) && inner && !nullable(inner)) continue; // a known key that is missing
    const key = shape.keys && coerce(context, named, shape.keys);
    const value = inner ? coerce(context, item, inner) : misfit(context, item, "no such property");
    const bad = key?.issues ? key : value;
    if (context.mode === "full" && bad.issues && !unclear(bad)) {
      out.cost += 1;
      note(out, "dropped-entry", item, name);
      continue;
    }
    const label = typeof key?.value === "string" ? key.value : name; // in its own spelling
    if (key?.notes && Object.hasOwn(plain, label)) {
      note(out, "dropped-key", item, label);
      continue;
    }
    if (key?.notes || key?.issues) gather(out, key, name, 0.01);
    if (value.notes || value.issues) gather(out, value, name, 0.01);
    if (shape.type === "map") pairs.set(key ? key.value : name, value.value);
    else put(plain, label, value.value);
  }
  const other = (node.kind === "array") !== (shape.type === "map") && !context.encoded;
  if (other && context.mode === "off") return misfit(context, node, shape);
  // a map whose entries had to be bent yields to an object of the same keys
  if (out.notes) out.tags |= IMPLIED;
  if (other) note(out, "other-form", node);
  return out;
}

/** An object with known properties, or a map. */
export function coerceObject(context: Context, node: Node, shape: Shape): Outcome {
  if (shape.kind === "map") return coerceMap(context, node, shape);
  if (node.kind !== "object") return fromOther(context, node, shape);
  const loose = context.mode !== "off";
  const full = context.mode === "full";
  const at: number[] = []; // by the property's place: which item holds it
  const extra: number[] = [];
  for (const [i, key] of node.keys.entries()) {
    const property = propertyOf(shape, key, loose, i);
    // the last of equal names wins, as in JSON.parse, but a name that only resembles it never does
    const known = property && at[property.index];
    if (property && (property.alias === key || known === undefined)) {
      if (known !== undefined && node.keys[known] !== key) extra.push(known);
      at[property.index] = i;
    } else extra.push(i);
  }
  const only = at.length === 0 && extra.length > 0 && !shape.rest ? implied(context, node, shape) : undefined;
  if (only) return only;
  const value: Record<string, unknown> = {};
  const out = fit(value, OBJECT | DEFAULTS);
  for (const property of shape.properties) {
    const { name, required, shape: inner } = property;
    const place = at[property.index] ?? -1;
    let item = node.items[place];
    let instead: { readonly value: unknown } | undefined;
    if (item && node.keys[place] !== property.alias) note(out, "key", item, name);
    // of what goes as JSON text, null is a text as well
    if (item && !required && isNull(item) && (!nullable(inner) || (context.encoded && inner.kind === "any"))) {
      if (!context.encoded) note(out, "dropped-value", item, name);
      item = undefined; // null says that it is missing
    }
    if (item) {
      const part = coerce(context, item, inner);
      if (full && part.issues && !unclear(part)) instead = required ? fallback(inner) : { value: null };
      if (!instead) {
        if (part.cost !== 0) gather(out, part, name);
        if (!part.issues) out.tags &= ~DEFAULTS;
        else if (part.value === undefined) continue;
        put(value, name, part.value);
        continue;
      }
      out.cost += 20;
      note(out, "dropped-value", item, name);
    }
    if (!required && !(item && nullable(inner))) {
      if (!item) out.cost += 1e-6; // of two that fit, the one that lacks less
      if (property.fallback === undefined) continue;
      note(out, "default", node, name);
      instead = { value: structuredClone(property.fallback) };
    } else if ([inner, ...inner.options].some(({ type }) => type === "undefined")) instead ??= { value: undefined };
    else if (!instead && context.encoded && inner.kind !== "any" && nullable(inner)) {
      out.cost += 1e-6;
      instead = { value: null }; // it was left out for null
    } else if (!instead) {
      if (full) instead = fallback(inner);
      else if (loose && inner.kind !== "any" && nullable(inner)) instead = { value: null };
      if (!instead) {
        gather(
          out,
          misfit(context, newNode("bare", node.start), inner, undefined, `${property.alias} is missing`),
          name,
        );
        continue;
      }
      out.cost += full && inner.kind !== "union" ? 1000 : 10;
      note(out, "missing", node, name);
    }
    put(value, name, instead.value);
  }
  const known = extra.length > 0 ? { ...value } : value;
  for (const i of extra) {
    const key = node.keys[i] as string; // within bounds
    const item = node.items[i] as Node; // in step
    if (Object.hasOwn(known, key)) {
      note(out, "dropped-key", item, key);
      continue;
    }
    if (context.encoded && shape.rest && key === restOf(shape) && item.kind === "array") {
      const part = coerceMap(context, item, { ...shape, type: undefined, keys: undefined });
      gather(out, part, key, 0);
      for (const [name, one] of Object.entries(part.value as object)) put(value, name, one); // a map without a type
      continue;
    }
    const rest = restAt(shape, key);
    if (rest) {
      const part = coerce(context, item, rest);
      gather(out, part, key);
      put(value, key, part.value);
      continue;
    }
    out.cost += 1;
    if (!shape.closed) put(value, key, toPlain(item));
    else if (full) note(out, "dropped-key", item, key);
    else gather(out, misfit(context, item, "no such property"), key);
  }
  return out;
}
