import type { Unpriced } from "./unpriced.ts";

declare module "@llm/core" {
  interface Events {
    /** An upstream request, or what was recorded by hand, has been priced. Carries the id of the request's call. */
    "api.cost": {
      readonly vendor?: string;
      /** The model that answered. */
      readonly model: string;
      /** Tokens read and written. */
      readonly input: number;
      readonly output: number;
      /** The tokens are an estimate, and so is the cost. */
      readonly estimated?: true;
      /** US dollars: of this request, and of all that the tracker has priced until now. */
      readonly cost: number;
      readonly total: number;
    };
    /** There is no price for an upstream request: it is in no total. */
    "cost.unpriced": {
      readonly vendor?: string;
      readonly model: string;
      readonly input: number;
      readonly output: number;
      readonly reason: Unpriced;
    };
  }
}
