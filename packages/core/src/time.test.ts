import { expect, test } from "vitest";
import { systemClock, toMs, type Duration } from "./time.ts";

test.each([
  [0, 0],
  [12.5, 12.5],
  [Infinity, Infinity],
  ["250ms", 250],
  ["60s", 60_000],
  ["1.5m", 90_000],
  ["1h", 3_600_000],
  ["7d", 604_800_000],
] as const)("%s is %s ms", (duration, ms) => expect(toMs(duration)).toBe(ms));

test.each([-1, Number.NaN, "", "s", "1", "1 s", "-1s", "1w", "1e3s", null, {}, true])("%j is no duration", (value) =>
  expect(() => toMs(value as Duration, "ttl")).toThrow(/^ttl must be milliseconds or a text such as "60s", not /),
);

test("the clock of the machine", async () => {
  expect(Math.abs(systemClock.now() - Date.now())).toBeLessThan(1_000);
  const cancel = systemClock.setTimeout(() => expect.unreachable(), 0);
  cancel();
  await new Promise<void>((resolve) => void systemClock.setTimeout(resolve, -5));
  systemClock.setTimeout(() => expect.unreachable(), Infinity)(); // would fire at once if it were passed on
});
