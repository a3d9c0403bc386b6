/** Why something has no price. `bad-usage`: the counts do not add up. */
export type Unpriced = "unknown-model" | "unknown-date" | "unknown-tier" | "unknown-speed" | "bad-usage";
