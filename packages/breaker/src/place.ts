import type { Circuit } from "./circuit.ts";

/** Where a breaker stands among others. */
export interface Place {
  readonly parent: Circuit | undefined;
  /** The breaker of the credential or the model that a call through `child` concerned. */
  readonly scope: (level: "credential" | "model") => Circuit | undefined;
  /** It is used: it must not be forgotten. */
  readonly touch: () => void;
  /** It has opened. */
  readonly opened: () => void;
}
