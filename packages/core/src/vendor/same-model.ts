import { text } from "../fields.ts";
import type { JsonObject } from "../json.ts";
import type { ReasoningPart } from "../message.ts";
import type { Model } from "../provider.ts";
import { plainModel } from "./family.ts";

/** What reasoning keeps of the name that its model was asked by, where that is another one: a deployment's, an alias. */
export const askedAs = (asked: string, answered: string): JsonObject =>
  plainModel(asked) === plainModel(answered) ? {} : { asked };

/**
 * Whether something that a model wrote for itself may go to this one: the same vendor, and the same model, by whichever
 * of its names. A name that no table knows is taken for one of what answered to it before.
 */
export const sameModel = (wrote: Pick<ReasoningPart, "vendor" | "model" | "data">, to: Model): boolean =>
  wrote.vendor === to.vendor &&
  (plainModel(wrote.model) === plainModel(to.model) ||
    (to.can.inferred === true && text(wrote.data, "asked") === to.model));
