import { LlmError } from "../error.ts";
import type { ChatRequest } from "../request.ts";
import type { Warning } from "../stream-part.ts";

/** Collects what a model cannot take; under `request.strict` the first one is an error instead. */
export interface Warnings {
  readonly all: readonly Warning[];
  /** Left out. */
  readonly unsupported: (field: string, message: string) => void;
  /** Sent differently. */
  readonly changed: (field: string, message: string) => void;
}

/** Collects warnings for one request to one model. */
export function collectWarnings(request: ChatRequest, vendor: string, model: string): Warnings {
  const all: Warning[] = [];
  const add =
    (code: Warning["code"]) =>
    (field: string, message: string): void => {
      if (request.strict) throw new LlmError("unsupported", `${field}: ${message}`, { vendor, model });
      all.push({ code, field, message });
    };
  return { all, unsupported: add("unsupported"), changed: add("changed") };
}
