import { processOf } from "../processes.ts";
import { goal, type Row } from "../row.ts";
import { wires } from "./wires.ts";

const MANY = "2000";
const script = new URL("open-streams.ts", import.meta.url);

/** Bytes of one open stream, in a process of its own. */
const bytes = async (wire: number, who: "raw" | "adapter" | "layered"): Promise<number> =>
  Number(await processOf(script, [String(wire), who, MANY]));

/** What an open stream holds that waits for its upstream, above what the SDK's own holds. */
export async function memory(): Promise<Row[]> {
  const rows: Row[] = [];
  for (const [index, { name }] of wires.entries()) {
    const raw = await bytes(index, "raw");
    const adapter = await bytes(index, "adapter");
    const layered = await bytes(index, "layered");
    rows.push(
      goal(
        {
          measure: `${name}: an open slow stream, ${MANY} at once, above the SDK's own`,
          unit: "bytes",
          ours: adapter - raw,
          peers: { "through retry, breaker and cost": layered - raw, "SDK, raw, in all": raw },
        },
        "≤",
        8_000,
      ),
    );
  }
  return rows;
}
