import { isNumber, literal } from "../reader/chars.ts";
import { newNode } from "../reader/node.ts";
import type { Node } from "../reader/node.ts";
import type { Property, Shape } from "../shape.ts";
import { coerce, fallback, fromText, gather, newGathering, note, nullable, put, toPlain, total } from "./coerce.ts";
import { REST } from "../dialect/rest.ts";
import { fold } from "./match.ts";
import { words } from "./words.ts";
import { DEFAULTS, IMPLIED, OBJECT, PROSE, also, better, misfit } from "./outcome.ts";
import type { Context, Outcome } from "./outcome.ts";
import { isNull } from "./scalar.ts";

/** The property that a key means: exactly, else without case, accents and punctuation where values may be bent. */
export function propertyOf(shape: Shape, key: string, loose: boolean): Property | undefined {
  const exact = shape.exact.get(key);
  if (exact || !loose || shape.exact.size === 0) return exact;
  return shape.folded.get(fold(key));
}

/** The only property, from a value that stands where its object should. */
function implied(context: Context, node: Node, shape: Shape): Outcome | undefined {
  const only = shape.properties[0];
  if (context.mode !== "full" || !only || shape.properties.length !== 1) return undefined;
  const part = coerce(context, node, only.shape);
  if (part.issues || part.tags & DEFAULTS) return undefined;
  const sum = newGathering();
  gather(sum, also(part, 2, "implied-key", node), only.name);
  const value: Record<string, unknown> = {};
  put(value, only.name, part.value);
  const prose =
    node.kind === "text" || (node.kind === "bare" && !isNumber(node.text) && literal(node.text) === undefined);
  return {
    value,
    ...total(sum),
    tags: OBJECT | IMPLIED | (prose ? PROSE : 0),
  };
}

function fromOther(context: Context, node: Node, shape: Shape): Outcome {
  const text = fromText(context, node, shape);
  if (text) return text;
  let best = implied(context, node, shape);
  if (node.kind === "array" && context.mode !== "off" && (context.mode === "full" || node.items.length === 1)) {
    for (const item of node.items) {
      const outcome = coerce(context, item, shape);
      if (outcome.issues) continue;
      const picked = also(outcome, 1, "list-to-single", node);
      if (!best || better(best, picked)) best = picked;
    }
  }
  return best ?? misfit(context, node, words(shape));
}

/** A map: from an object, or from a list of pairs or of `{ key, value }`, as a vendor's dialect writes one. */
function coerceMap(context: Context, node: Node, shape: Shape): Outcome {
  const entries: [Node, Node][] = [];
  if (node.kind === "object") {
    node.items.forEach((item, i) => entries.push([newNode("text", item.start, node.keys[i]), item]));
  } else if (node.kind === "array") {
    for (const item of node.items) {
      const pair =
        item.kind === "object"
          ? [item.items[item.keys.indexOf("key")], item.items[item.keys.indexOf("value")]]
          : item.items;
      if (pair.length !== 2 || !pair[0] || !pair[1]) return misfit(context, node, words(shape));
      entries.push([pair[0], pair[1]]);
    }
  } else {
    return fromText(context, node, shape) ?? misfit(context, node, words(shape));
  }
  const sum = newGathering(1);
  const out: Record<string, unknown> = {};
  const pairs = new Map<unknown, unknown>();
  for (const [keyNode, item] of entries) {
    const name = keyNode.text;
    if (context.encoded && isNull(item) && shape.rest && !nullable(shape.rest)) continue; // a known key that is missing
    const key = shape.keys ? coerce(context, keyNode, shape.keys) : undefined;
    const value = shape.rest ? coerce(context, item, shape.rest) : undefined;
    if (context.mode === "full" && (key?.issues ?? value?.issues)) {
      sum.cost += 1;
      note(sum, "dropped-entry", name, item);
      continue;
    }
    if (key?.issues) gather(sum, { ...key, cost: 0 }, name);
    if (value && (value.notes || value.issues)) gather(sum, { ...value, cost: value.cost / 1000 }, name);
    const result = value ? value.value : toPlain(item);
    if (shape.type === "map") pairs.set(key ? key.value : name, result);
    else put(out, name, result);
  }
  // a map whose entries had to be bent yields to an object of the same keys
  return { value: shape.type === "map" ? pairs : out, ...total(sum), tags: OBJECT | (sum.notes ? IMPLIED : 0) };
}

/** An object with known properties, or a map. */
export function coerceObject(context: Context, node: Node, shape: Shape): Outcome {
  if (shape.kind === "map") return coerceMap(context, node, shape);
  if (node.kind !== "object") return fromOther(context, node, shape);
  const loose = context.mode !== "off";
  const full = context.mode === "full";
  const sum = newGathering();
  const at: number[] = []; // by the property's place: which item holds it
  let found = 0;
  const extra: number[] = [];
  for (let i = 0; i < node.keys.length; i++) {
    const key = node.keys[i] as string; // within bounds
    const property = propertyOf(shape, key, loose);
    // the last of equal names wins, as in JSON.parse, but a name that only resembles it never does
    const known = property && at[property.index];
    if (property && (property.alias === key || known === undefined)) {
      if (known === undefined) found++;
      else if (node.keys[known] !== key) extra.push(known);
      at[property.index] = i;
    } else extra.push(i);
  }
  if (found === 0 && extra.length > 0) {
    const only = implied(context, node, shape);
    if (only) return only;
  }
  const out: Record<string, unknown> = {};
  let present = 0;
  for (const property of shape.properties) {
    const place = at[property.index];
    const item = place === undefined ? undefined : node.items[place];
    if (item !== undefined && place !== undefined) {
      if (node.keys[place] !== property.alias) note(sum, "key", property.name, item);
      if (!property.required && isNull(item) && !nullable(property.shape)) continue; // null says that it is missing
      const part = coerce(context, item, property.shape);
      if (!part.issues) {
        if (part.cost !== 0) gather(sum, part, property.name);
        put(out, property.name, part.value);
        present++;
        continue;
      }
      const instead = full ? (property.required ? fallback(property.shape) : { value: null }) : undefined;
      if (!instead) {
        gather(sum, { ...part, cost: 0 }, property.name);
        if (part.value !== undefined) put(out, property.name, part.value);
        continue;
      }
      sum.cost += 20;
      note(sum, "dropped-value", property.name, item);
      if (property.required || nullable(property.shape)) put(out, property.name, instead.value);
      continue;
    }
    if (!property.required) {
      sum.cost += 10;
      if (property.fallback !== undefined) put(out, property.name, structuredClone(property.fallback));
      continue;
    }
    if (property.shape.type === "undefined") {
      put(out, property.name, undefined);
      continue;
    }
    const instead = full
      ? fallback(property.shape)
      : loose && nullable(property.shape) && property.shape.kind !== "any"
        ? { value: null }
        : undefined;
    if (instead) {
      sum.cost += full && property.shape.kind !== "union" ? 1000 : 10;
      note(sum, "missing", property.name, node);
      put(out, property.name, instead.value);
    } else {
      (sum.issues ??= []).push({
        path: [property.name],
        message: `${property.alias} is missing`,
        expected: words(property.shape),
        offset: node.start,
      });
    }
  }
  for (const i of extra) {
    const key = node.keys[i] as string; // within bounds
    const item = node.items[i] as Node; // in step
    if (Object.hasOwn(out, key)) continue;
    if (context.encoded && shape.rest && key === REST && item.kind === "array") {
      const part = coerceMap(context, item, { ...shape, type: undefined, keys: undefined });
      gather(sum, { ...part, cost: 0 }, key);
      for (const [name, value] of Object.entries(part.value as object)) put(out, name, value); // a map without a type
      continue;
    }
    if (shape.rest) {
      const part = coerce(context, item, shape.rest);
      gather(sum, part, key);
      put(out, key, part.value);
      continue;
    }
    sum.cost += 1;
    if (!shape.closed) put(out, key, toPlain(item));
    else if (full) note(sum, "dropped-key", key, item);
    else gather(sum, { ...misfit(context, item, "no such property"), cost: 0 }, key);
  }
  return { value: out, ...total(sum), tags: OBJECT | (present === 0 ? DEFAULTS : 0) };
}
