import { expect, test } from "vitest";
import type { TextPart } from "../message.ts";
import type { Model } from "../provider.ts";
import type { ChatRequest, Effort } from "../request.ts";
import { anyModel } from "./any-model.ts";
import { suitMarks } from "./cache-marks.ts";
import { effortFor } from "./effort.ts";
import { collectWarnings } from "./warnings.ts";

const model = (can: Partial<Model["can"]>): Model => ({ vendor: "v", model: "m", can: { ...anyModel, ...can } });
const warnings = (request: Pick<ChatRequest, "strict"> = {}) => collectWarnings({ messages: [], ...request }, "v", "m");

test.each<readonly [asked: Effort | undefined, takes: readonly Effort[], sent: Effort | undefined, said: unknown[]]>([
  [undefined, ["low"], undefined, []],
  ["low", ["low", "high"], "low", []],
  ["none", ["low", "high"], "low", [{ code: "changed", message: "m takes no none; low was sent" }]],
  ["medium", ["low", "high", "max"], "high", [{ code: "changed", message: "m takes no medium; high was sent" }]],
  ["max", ["low", "high"], "high", [{ code: "changed", message: "m takes no max; high was sent" }]],
  ["low", [], undefined, [{ code: "unsupported", message: "m takes no effort" }]],
])("effort %s to a model that takes %j is sent as %s", (effort, efforts, sent, said) => {
  const all = warnings();
  const request = { messages: [], ...(effort !== undefined && { effort }) };
  expect(effortFor(request, model({ efforts }), all)).toBe(sent);
  expect(all.all).toEqual(said.map((warning) => ({ field: "effort", ...(warning as object) })));
});

const marked = (...marks: readonly (TextPart["cache"] | "none")[]): TextPart[] =>
  marks.map((cache) =>
    cache === "none" ? { type: "text", text: "x" } : ({ type: "text", text: "x", cache } as TextPart),
  );
const suited = (request: Partial<ChatRequest>, can: Partial<Model["can"]>) => {
  const all = warnings();
  return { request: suitMarks({ messages: [], ...request }, model(can), ["5m", "1h"], all), said: all.all };
};

test("marks that a model takes stay, those that it does not are left out or fitted, which is said once", () => {
  const system = marked("5m", "1h", "none", undefined);
  const kept = suited({ system }, { cacheMarks: true });
  expect(kept).toStrictEqual({ request: { messages: [], system }, said: [] });
  expect(suited({ system: marked("30m", "12h", "1h") }, { cacheMarks: true })).toStrictEqual({
    request: { messages: [], system: marked("5m", "1h", "1h") },
    said: [{ code: "changed", field: "cache", message: "v keeps prefixes for 5m or 1h; 5m was sent" }],
  });
  const messages = [
    { role: "user", content: "x" },
    { role: "user", content: marked("5m", "30m") },
  ] as const;
  expect(suited({ messages }, {})).toStrictEqual({
    request: { messages: [messages[0], { role: "user", content: marked("none", "none") }] },
    said: [{ code: "unsupported", field: "cache", message: "m takes no marks of cacheable prefixes" }],
  });
});

test("marks within the results of tools are such marks too", () => {
  const result = (output: TextPart[]) =>
    ({ role: "tool", content: [{ type: "tool-result", id: "1", output }] }) as const;
  const messages = [result(marked("30m", "none"))];
  expect(suited({ messages }, { cacheMarks: true })).toStrictEqual({
    request: { messages: [result(marked("5m", "none"))] },
    said: [{ code: "changed", field: "cache", message: "v keeps prefixes for 5m or 1h; 5m was sent" }],
  });
  expect(suited({ messages }, {}).request).toStrictEqual({ messages: [result(marked("none", "none"))] });
});

test("under strict, the first of them is the error", () => {
  const change = warnings({ strict: true });
  for (const tell of [change.changed, change.unsupported])
    expect(() => tell("effort", "m takes no effort")).toThrow(
      expect.objectContaining({ code: "unsupported", message: "effort: m takes no effort", vendor: "v", model: "m" }),
    );
  expect(change.all).toEqual([]);
});
