import type { Effort } from "./request.ts";

/** All efforts, from the least thought to the most. */
export const EFFORTS: readonly Effort[] = ["none", "minimal", "low", "medium", "high", "xhigh", "max"];
