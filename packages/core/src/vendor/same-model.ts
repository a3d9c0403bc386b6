import type { Model } from "../provider.ts";
import { plainModel } from "./family.ts";

/**
 * Whether something that a model wrote for itself may go to this one: the same vendor, and the same model, by whichever
 * of its names.
 */
export const sameModel = (wrote: { readonly vendor: string; readonly model: string }, to: Model): boolean =>
  wrote.vendor === to.vendor && plainModel(wrote.model) === plainModel(to.model);
