import type { Model } from "../provider.ts";

/**
 * Whether something that a model wrote for itself may go to this one: the same vendor, and the same model or a dated
 * name of it.
 */
export const sameModel = (wrote: { readonly vendor: string; readonly model: string }, to: Model): boolean =>
  wrote.vendor === to.vendor &&
  (wrote.model === to.model || wrote.model.startsWith(`${to.model}-`) || to.model.startsWith(`${wrote.model}-`));
