import { expect, test } from "vitest";
import { anthropicFamilies } from "../anthropic/families.ts";
import { openaiFamilies } from "../openai/families.ts";
import type { Model } from "../provider.ts";
import type { Effort } from "../request.ts";
import { effortFor } from "./effort.ts";
import { capabilitiesOf, plainModel } from "./family.ts";
import { collectWarnings } from "./warnings.ts";

const claude = (id: string) => capabilitiesOf(id, anthropicFamilies);
const gpt = (id: string) => capabilitiesOf(id, openaiFamilies);

test.each([
  ["claude-sonnet-5-5", "claude-sonnet-5-5"],
  ["claude-sonnet-4-5-20250929", "claude-sonnet-4-5"],
  ["claude-sonnet-4-5@20250929", "claude-sonnet-4-5"],
  ["us.anthropic.claude-sonnet-4-5-20250929-v1:0", "claude-sonnet-4-5"],
  ["anthropic/claude-opus-5-5", "claude-opus-5-5"],
  ["arn:aws:bedrock:us-east-1:1:inference-profile/us.anthropic.claude-opus-5-5-v1", "claude-opus-5-5"],
  ["openai/gpt-5.6-sol", "gpt-5.6-sol"],
  ["gpt-5.5-2026-04-23", "gpt-5.5"],
  ["gpt-5.1-chat-latest", "gpt-5.1-chat"],
  ["openai/o3-mini", "o3-mini"],
  ["anthropic.claude-opus-5-5-v12:10", "claude-opus-5-5"],
  ["gpt-5.5-2026-04-23-mini", "gpt-5.5-2026-04-23-mini"],
  ["llama-4-scout", "llama-4-scout"],
])("%s is %s", (id, plain) => expect(plainModel(id)).toBe(plain));

test("Claude by family", () => {
  for (const id of ["claude-opus-5-5", "claude-fable-5-2", "claude-haiku-5-5-20261001"])
    expect(claude(id)).toMatchObject({ forcedTools: false, prefill: false, sampling: "never", context: 1_000_000 });
  for (const id of ["claude-opus-5", "claude-sonnet-4-6", "claude-opus-4-8"])
    expect(claude(id)).toMatchObject({ forcedTools: true, prefill: false });
  expect(claude("claude-haiku-4-5-20251001")).toMatchObject({ prefill: true, efforts: [], maxOutput: 64_000 });
  expect(claude("claude-opus-4-5").efforts).toEqual(["low", "medium", "high"]);
  expect(claude("claude-opus-5-5")).not.toHaveProperty("inferred");
  expect(claude("claude-opus-7")).toEqual({ ...claude("claude-opus-5-5"), inferred: true });
});

test("GPT by family", () => {
  expect(gpt("gpt-6.1-terra")).toMatchObject({
    sampling: "without-effort",
    chatTools: "without-effort",
    cacheMarks: true,
  });
  for (const id of ["gpt-6-astra", "gpt-6.1-sol", "gpt-6.2-sol", "gpt-6.2-astra"]) {
    expect(gpt(id)).toMatchObject({ sampling: "never", chatTools: "never" });
    expect(gpt(id).efforts).not.toContain("none");
  }
  expect(gpt("gpt-6-sol").efforts).toContain("none");
  expect(gpt("gpt-5-mini").efforts).toEqual(["minimal", "low", "medium", "high"]);
  expect(gpt("gpt-5.1").efforts).toEqual(["none", "low", "medium", "high"]);
  expect(gpt("gpt-5.4-nano").efforts).not.toContain("minimal");
  expect(gpt("gpt-5.4")).not.toHaveProperty("cacheMarks");
  expect(gpt("gpt-4.1-mini")).toMatchObject({ sampling: "always", stop: true, efforts: [], context: 1_047_576 });
  expect(gpt("gpt-4.1")).not.toHaveProperty("chatTools");
  expect(gpt("o3-mini")).toMatchObject({ sampling: "never", efforts: ["low", "medium", "high"], context: 200_000 });
  expect(gpt("gpt-9")).toEqual({ ...gpt("gpt-6.1-terra"), inferred: true });
});

test("the next higher effort that a model takes, else its highest, is sent, and said", () => {
  const sent = (effort: Effort | undefined, efforts: readonly Effort[]) => {
    const to: Model = { vendor: "v", model: "m", can: { ...gpt("gpt-6-sol"), efforts } };
    const request = { messages: [], ...(effort && { effort }) };
    const warnings = collectWarnings(request, "v", "m");
    return [effortFor(request, to, warnings), ...warnings.all.map(({ code }) => code)];
  };
  expect(sent(undefined, ["low"])).toEqual([undefined]);
  expect(sent("low", ["low", "high"])).toEqual(["low"]);
  expect(sent("none", ["low", "high"])).toEqual(["low", "changed"]);
  expect(sent("minimal", ["none", "low"])).toEqual(["low", "changed"]);
  expect(sent("medium", ["low", "high"])).toEqual(["high", "changed"]);
  expect(sent("max", ["low", "high"])).toEqual(["high", "changed"]);
  expect(sent("max", [])).toEqual([undefined, "unsupported"]);
});
