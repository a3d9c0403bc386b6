import type { StructuredError } from "./error.ts";

declare module "@llm/core" {
  interface Events {
    /** An answer does not fit its schema, was cut off, or was refused. It may be asked for again. */
    "structured_output.parse_error": { readonly error: StructuredError };
  }
}
