import { readdirSync, realpathSync, statSync } from "node:fs";
import { join } from "node:path";
import { weighFile, weighSource, type Weight } from "../../../../.config/weigh.ts";
import { goal, type Row } from "../row.ts";

const bench = new URL("../../", import.meta.url).pathname;
const index = new URL("../../../../packages/structured/src/index.ts", import.meta.url).pathname;

/** The bytes of BAML's native engine for this platform. */
function bamlSize(): Record<string, number> {
  const home = join(realpathSync(join(bench, "node_modules/@boundaryml/baml")), "..");
  const files = readdirSync(home).flatMap((name) =>
    readdirSync(join(home, name)).map((file) => join(home, name, file)),
  );
  const native = files.find((file) => file.endsWith(".node"));
  return native === undefined ? {} : { "BAML, native, not gzipped": statSync(native).size };
}

/** The gzipped sizes without zod. */
export async function sizes(): Promise<Row[]> {
  const parser = await weighFile(index, "", "{ parse, parseAsync, parsePartial, createParser, StructuredError }");
  const everything = await weighFile(index);
  const peers: Record<string, number> = {};
  for (const name of ["jsonrepair", "partial-json", "jsonriver"])
    peers[name] = await weighSource(`export * from "${name}";`, bench, { external: ["node:*"] });
  const row = (measure: string, { own, all }: Weight, bound: number, others: Record<string, number>): Row =>
    goal(
      { measure, unit: "bytes", ours: own, peers: { "with the part of core that it uses": all, ...others } },
      "≤",
      bound,
    );
  return [
    row("gzipped without zod: parser and coercion", parser, 12_000, peers),
    row("gzipped without zod: everything", everything, 20_000, bamlSize()),
  ];
}
