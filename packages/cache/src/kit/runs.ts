const { env } = import.meta as ImportMeta & { readonly env: { readonly MODE: string } }; // vitest's

/** How many runs a property gets: fifty times as many in the mode `long`. */
export const runs = (quick: number): { readonly numRuns: number } => ({
  numRuns: env.MODE === "long" ? quick * 50 : quick,
});
