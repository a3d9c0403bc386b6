import { expect, test } from "vitest";
import type { Model } from "../provider.ts";
import { anyModel } from "../vendor/any-model.ts";
import { collectWarnings } from "../vendor/warnings.ts";
import { samplingFor } from "./hints.ts";

const why = "m takes no sampling parameters";
const asked = { messages: [], temperature: 0.5, topP: 0.9 };

test.each([
  ["always", "high", undefined],
  ["always", undefined, undefined],
  ["without-effort", "none", undefined],
  ["without-effort", "low", `${why} unless effort is none`],
  ["without-effort", undefined, `${why} unless effort is none`],
  ["never", "none", why],
] as const)("sampling %s, effort %s", (sampling, effort, message) => {
  const to: Model = { vendor: "v", model: "m", can: { ...anyModel, sampling } };
  const warnings = collectWarnings({ messages: [] }, "v", "m");
  const sent = samplingFor(asked, to, effort, warnings);
  expect(sent).toStrictEqual(message === undefined ? { temperature: 0.5, top_p: 0.9 } : {});
  expect(warnings.all).toMatchObject(
    message === undefined ? [] : ["temperature", "topP"].map((field) => ({ field, message })),
  );
  const silent = collectWarnings({ messages: [] }, "v", "m");
  samplingFor({ messages: [] }, to, effort, silent);
  expect(silent.all).toStrictEqual([]);
});
