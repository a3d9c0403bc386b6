import { draw } from "../random.ts";
import { tierOf } from "../accounting/account.ts";
import { textOf } from "../json.ts";
import type { Context } from "./context.ts";
import type { Pace } from "./deliver.ts";
import type { Asked } from "./wire.ts";

/** How much faster than usual a tier is. */
const SPEED: Readonly<Record<string, number>> = { flex: 0.5, priority: 1.5, fast: 2, ultrafast: 4 };

/** Draws the latency and the speed of one answer. */
export function paceOf(asked: Asked, { settings }: Context): Pace {
  const { latency, tokensPerSecond, clock } = settings;
  const { model, random } = asked;
  const factor = SPEED[asked.body["speed"] === "fast" ? "fast" : textOf(tierOf(asked.question, model))] ?? 1;
  return {
    clock,
    latency: draw(latency === "model" ? model.latency : latency, random) / factor,
    tokensPerSecond: draw(tokensPerSecond === "model" ? model.tokensPerSecond : tokensPerSecond, random) * factor,
  };
}
