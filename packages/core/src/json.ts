/** Any JSON value. Requests are made of these, so that they can be hashed, stored and replayed. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** A JSON object: JSON Schemas, vendor options, raw usage. */
export type JsonObject = { readonly [key: string]: Json };

/** Whether a value is a plain record: not null, not an array. */
export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
