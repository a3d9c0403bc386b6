import type { Call } from "./call.ts";
import { isRecord, type Json, type JsonObject } from "./json.ts";
import type { ToolResultPart } from "./message.ts";
import type { StandardResult, StandardSchema } from "./standard-schema.ts";

/** What a tool knows about its call. */
export interface ToolContext {
  /** The model's id of the tool call. */
  readonly id: string;
  /** Aborted when the run ends: its caller leaves, aborts, or its deadline passes. */
  readonly signal: AbortSignal;
  readonly call: Call;
}

/** What a tool may answer: text or parts as they are, anything else as JSON text. */
export type ToolAnswer = ToolResultPart["output"] | Json | undefined;

/** A tool that {@link runTools} can run. Made by {@link tool}. */
export interface RunnableTool {
  readonly description?: string;
  /** JSON Schema of the input, an object. */
  readonly input: JsonObject;
  readonly strict?: boolean;
  /**
   * Checks the input and runs the tool.
   *
   * @throws TypeError when the input does not fit; whatever the tool throws
   */
  readonly run: (input: unknown, context: ToolContext) => Promise<ToolResultPart["output"]>;
}

/** A tool whose input a schema describes and checks. */
export interface ToolDefinition<Input> {
  readonly description?: string;
  readonly schema: StandardSchema<Input>;
  /** JSON Schema of the input. Default: what the schema gives. */
  readonly input?: JsonObject;
  /** Ask the vendor to hold the model to the schema. */
  readonly strict?: boolean;
  readonly run: (input: Input, context: ToolContext) => ToolAnswer | Promise<ToolAnswer>;
}

/** A tool with nothing but JSON Schema: its input is not checked. */
export interface PlainToolDefinition {
  readonly description?: string;
  readonly input: JsonObject;
  readonly strict?: boolean;
  readonly run: (input: unknown, context: ToolContext) => ToolAnswer | Promise<ToolAnswer>;
}

type Issues = NonNullable<StandardResult<unknown>["issues"]>;

const inWords = (issues: Issues): string =>
  issues
    .map(({ message, path = [] }) => {
      const where = path.map((step) => String(typeof step === "object" ? step.key : step)).join(".");
      return where === "" ? message : `${where}: ${message}`;
    })
    .join("; ");

const isPart = (value: unknown): boolean =>
  isRecord(value) &&
  ((value["type"] === "text" && typeof value["text"] === "string") ||
    ((value["type"] === "image" || value["type"] === "file") && isRecord(value["source"])));

const isOutput = (answer: ToolAnswer): answer is ToolResultPart["output"] =>
  typeof answer === "string" || (Array.isArray(answer) && answer.length > 0 && answer.every(isPart));

/** The JSON Schema that a schema gives, without its dialect's name: vendors do not want it. */
function jsonSchemaOf(schema: StandardSchema): JsonObject {
  const standard = schema["~standard"];
  if (!standard.jsonSchema)
    throw new TypeError(`input must be given: this ${standard.vendor} schema gives no JSON Schema`);
  const { $schema: _, ...input } = standard.jsonSchema.input({ target: "draft-2020-12" }) as JsonObject; // so it says
  return input;
}

/**
 * A tool with a typed input, from any Standard Schema (zod from 4.2, arktype and others give their JSON Schema, for the
 * rest pass `input`) or from JSON Schema alone. Its errors go to the model as text: keep secrets out of them.
 *
 * @throws TypeError when there is no JSON Schema
 * @example
 * ```ts
 * const clock = tool({
 *   description: "The time in a city.",
 *   input: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
 *   run: (input) => ({ input, time: "12:00" }),
 * });
 * ```
 */
export function tool<Input>(definition: ToolDefinition<Input>): RunnableTool;
export function tool(definition: PlainToolDefinition): RunnableTool;
export function tool<Input>(definition: ToolDefinition<Input> | PlainToolDefinition): RunnableTool {
  const { description, strict } = definition;
  const schema = "schema" in definition ? definition.schema : undefined;
  const answer = async (input: unknown, context: ToolContext): Promise<ToolAnswer> => {
    if (!("schema" in definition)) return definition.run(input, context);
    const checked = await definition.schema["~standard"].validate(input);
    if (checked.issues) throw new TypeError(`the input does not fit: ${inWords(checked.issues)}`);
    return definition.run(checked.value, context);
  };
  const input = definition.input ?? (schema && jsonSchemaOf(schema));
  if (!input) throw new TypeError("input must be a JSON Schema");
  return {
    ...(description !== undefined && { description }),
    ...(strict !== undefined && { strict }),
    input,
    run: async (input, context) => {
      const given = await answer(input, context);
      return isOutput(given) ? given : (JSON.stringify(given) ?? "");
    },
  };
}
