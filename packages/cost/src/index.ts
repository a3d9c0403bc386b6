export * from "./cost-tracker.ts";
export * from "./event.ts";
export * from "./money.ts";
export * from "./price-book.ts";
export * from "./price.ts";
export * from "./spent.ts";
export * from "./unpriced.ts";
