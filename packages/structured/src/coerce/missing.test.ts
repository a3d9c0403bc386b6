import { describe, expect, it } from "vitest";
import type { JsonObject } from "@llm/core";
import { toDialect } from "../dialect/codec.ts";
import { StructuredError } from "../error.ts";
import { parse } from "../parse.ts";
import type { Coercion } from "./outcome.ts";
import { count, list, text } from "../testing/schemas.ts";

/** What stands for a property `a` that is missing, as `[value]`; the message where there is none. */
function missing(shape: JsonObject, coercion: Coercion): unknown {
  const { $defs = {}, ...a } = shape;
  const schema = { type: "object", properties: { k: count, a }, required: ["k", "a"], $defs };
  try {
    const { value, repairs } = parse('{"k": 1}', schema, { coercion });
    expect(repairs).toStrictEqual([{ kind: "missing", path: ["a"], offset: 0 }]);
    return [(value as { readonly a: unknown }).a];
  } catch (error) {
    if (!(error instanceof StructuredError)) throw error;
    return error.issues.map(({ path, message, offset }) => `${path.join(".")}: ${message} at ${offset}`).join();
  }
}

describe("a value that is missing", () => {
  const wrong = "a: a is missing at 0";
  it.each<[string, JsonObject, safe: unknown, full: unknown]>([
    ["anything", {}, wrong, [null]],
    ["a label that may be null", { enum: ["x", null] }, [null], [null]],
    ["what may be null", { anyOf: [text, { type: "null" }] }, [null], [null]],
    ["a text", text, wrong, wrong],
    ["a list", list(text), wrong, [[]]],
    ["a Set", { ...list(text), "x-type": "set" }, wrong, [new Set()]],
    ["a map", { type: "object", additionalProperties: text }, wrong, [{}]],
    ["a Map", { type: "object", additionalProperties: text, "x-type": "map" }, wrong, [new Map()]],
    ["a union with a list", { anyOf: [count, list(text)] }, wrong, [[]]],
    ["a union of texts and numbers", { anyOf: [count, text] }, wrong, wrong],
    ["a list with bounds", { ...list(text), minItems: 1 }, wrong, wrong],
    ["an object", { type: "object", properties: { b: text }, required: ["b"] }, wrong, wrong],
    [
      "a union that holds itself by another",
      {
        $ref: "#/$defs/x",
        $defs: {
          x: { anyOf: [{ $ref: "#/$defs/y" }, count] },
          y: { anyOf: [{ $ref: "#/$defs/x" }, list(text)] },
        },
      },
      wrong,
      [[]],
    ],
    [
      "a union that holds itself, or null",
      { $ref: "#/$defs/x", $defs: { x: { anyOf: [{ $ref: "#/$defs/x" }, { type: "null" }] } } },
      [null],
      [null],
    ],
    [
      "a union that holds itself and nothing that may be missing",
      { $ref: "#/$defs/x", $defs: { x: { anyOf: [{ $ref: "#/$defs/x" }, text] } } },
      wrong,
      wrong,
    ],
  ])("%s", (_name, shape, safe, full) => {
    expect(missing(shape, "off")).toBe(wrong);
    expect(missing(shape, "safe")).toStrictEqual(safe);
    expect(missing(shape, "full")).toStrictEqual(full);
  });
});

describe("a default of a plain schema", () => {
  const schema = {
    type: "object",
    properties: { a: { ...count, default: 3 }, b: { type: ["integer", "null"], default: 4 }, c: count },
  };
  it.each<[text: string, coercion: Coercion, value: unknown, kinds: string]>([
    ["{}", "off", { a: 3, b: 4 }, "default,default"],
    ['{"a": null, "b": null, "c": null}', "off", { a: 3, b: null }, "dropped-value,default,dropped-value"],
    ['{"A": null}', "safe", { a: 3, b: 4 }, "key,dropped-value,default,default"],
    ['{"a": "x", "c": "x"}', "full", { a: 3, b: 4 }, "dropped-value,default,default,dropped-value"],
  ])("stands for what is not there in %s", (text, coercion, value, kinds) => {
    const found = parse(text, schema, { coercion });
    expect([found.value, found.repairs.map(({ kind }) => kind).join()]).toStrictEqual([value, kinds]);
  });

  it("stands for the null of a vendor's dialect", () => {
    const { decode } = toDialect(schema, "openai");
    expect(decode('{"a": null, "b": null, "c": null}').value).toStrictEqual({ a: 3, b: null });
  });
});
