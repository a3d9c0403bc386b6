import type { JsonObject } from "@llm/core";

/** A text. */
export const text = { type: "string" };

/** An integer. */
export const count = { type: "integer" };

export const list = (items: JsonObject, more: JsonObject = {}): JsonObject => ({ type: "array", items, ...more });

/** An object of just these properties, all of which have to be there. */
export const object = (properties: JsonObject, more: JsonObject = {}): JsonObject => ({
  type: "object",
  properties,
  required: Object.keys(properties),
  additionalProperties: false,
  ...more,
});

export const map = (values: JsonObject, more: JsonObject = {}): JsonObject => ({
  type: "object",
  additionalProperties: values,
  ...more,
});

export const either = (...anyOf: JsonObject[]): JsonObject => ({ anyOf });
