import { isDeepStrictEqual } from "node:util";
import { zodOutputFormat } from "@anthropic-ai/sdk/helpers/zod";
import { toDialect } from "@llm/structured";
import { zodResponseFormat } from "openai/helpers/zod";
import { encode } from "../../../../packages/structured/src/testing/encode.ts";
import { zodForms, type Form } from "../../../../packages/structured/src/testing/zod-forms.ts";
import { goal, type Row } from "../row.ts";

/** A value without the names that hold nothing. */
const defined = (value: unknown): unknown =>
  typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype
    ? Object.fromEntries(Object.entries(value).filter(([, part]) => part !== undefined))
    : value;

/** Whether a form is taken, and its value comes back from what a model would write in the dialect. */
function returns({ schema, written, value }: Form, dialect: "openai" | "anthropic"): boolean {
  try {
    const codec = toDialect(schema, dialect);
    const { properties } = codec.schema as { properties: Readonly<Record<string, unknown>> };
    const wrapped = Object.keys(properties).join() === "value";
    const answer = encode(wrapped ? { value: written ?? null } : written, codec.schema);
    return isDeepStrictEqual(defined(codec.decode(JSON.stringify(answer)).value), value);
  } catch {
    return false;
  }
}

/** Whether a vendor's own helper takes a form; what it spoils in silence is not counted against it. */
const takes =
  (make: (form: Form) => unknown) =>
  (form: Form): boolean => {
    try {
      make(form);
      return true;
    } catch {
      return false;
    }
  };

/** The forms of zod schema, lowered to each vendor's strict dialect and brought back. */
export function forms(): Row[] {
  const helpers = {
    openai: takes(({ schema }) => zodResponseFormat(schema, "form")),
    anthropic: takes(({ schema }) => zodOutputFormat(schema)),
  };
  return (["openai", "anthropic"] as const).map((dialect) =>
    goal(
      {
        measure: `${zodForms.length} zod forms lowered and brought back, ${dialect}`,
        unit: "forms",
        ours: zodForms.filter((form) => returns(form, dialect)).length,
        peers: { "the SDK's helper, taken": zodForms.filter(helpers[dialect]).length },
      },
      "=",
      zodForms.length,
    ),
  );
}
