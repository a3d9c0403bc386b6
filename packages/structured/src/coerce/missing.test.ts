import { describe, expect, it } from "vitest";
import type { JsonObject } from "@llm/core";
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
