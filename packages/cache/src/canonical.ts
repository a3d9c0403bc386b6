const isPlain = (value: object): boolean => {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null; // of any realm
};

/**
 * The one text that stands for a JSON value: equal values have equal texts, different values different ones. Keys are
 * sorted, those without a value left out; `-0` is `0`. Texts are taken as they are: "é" as one code point and as two are
 * different.
 *
 * @throws TypeError for what JSON does not have: a function, a Date, a Map, an array of bytes, NaN. (An `undefined` in an
 * array is allowed and differs from null, so that lists of arguments can be told apart.) RangeError for a cycle.
 * @example
 * ```ts
 * canonical({ b: 1, a: [true, undefined], c: undefined }); // '{"a":[true,undefined],"b":1}'
 * ```
 */
export function canonical(value: unknown): string {
  switch (typeof value) {
    case "string":
      return JSON.stringify(value);
    case "boolean":
    case "undefined":
      return String(value);
    case "number":
      if (Number.isFinite(value)) return String(value); // as JSON writes it; -0 becomes 0
      break;
    case "object":
      if (value === null) return "null";
      if (Array.isArray(value)) return list(value);
      if (isPlain(value)) return record(value as Readonly<Record<string, unknown>>); // just checked
  }
  throw new TypeError(`not JSON: ${typeof value === "number" ? value : Object.prototype.toString.call(value)}`);
}

function list(values: readonly unknown[]): string {
  let text = "[";
  for (let i = 0; i < values.length; i++) text += (i === 0 ? "" : ",") + canonical(values[i]);
  return text + "]";
}

function record(values: Readonly<Record<string, unknown>>): string {
  let text = "{";
  for (const key of Object.keys(values).sort()) {
    const value = values[key];
    if (value !== undefined) text += (text === "{" ? "" : ",") + JSON.stringify(key) + ":" + canonical(value);
  }
  return text + "}";
}
