import { weighPackage, weighSource } from "../../../../.config/weigh.ts";
import { goal, type Row } from "../row.ts";

const bench = new URL("../../", import.meta.url).pathname;

/** The gzipped size of the breaker without Redis. */
export async function size(): Promise<Row[]> {
  const { "breaker .": ours } = await weighPackage("breaker");
  const cockatiel = await weighSource('export * from "cockatiel";', bench, { external: ["node:*"] });
  return [
    goal(
      {
        measure: "gzipped, without redis",
        unit: "bytes",
        ours: ours?.own ?? Number.NaN,
        peers: { "with the part of core that it uses": ours?.all ?? Number.NaN, cockatiel },
      },
      "≤",
      5_500,
    ),
  ];
}
