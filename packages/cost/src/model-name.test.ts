import { describe, expect, test } from "vitest";
import { withoutSuffix } from "./model-name.ts";

describe("withoutSuffix", () => {
  test.each([
    ["claude-haiku-4-5-20251001", "claude-haiku-4-5"],
    ["gpt-5.5-2026-04-23", "gpt-5.5"],
    ["claude-haiku-4-5@20251001", "claude-haiku-4-5"],
    ["claude-opus-5-5-latest", "claude-opus-5-5"],
    ["claude-opus-5-5-20260922-v1:0", "claude-opus-5-5-20260922"],
  ])("%s is %s", (dated, plain) => {
    expect(withoutSuffix(dated)).toBe(plain);
  });

  test.each([
    "claude-sonnet-5-5",
    "gpt-5.5-pro",
    "gpt-5.5-zeta",
    "gpt-5-1",
    "claude-opus-5-2026",
    "gpt-6-sol-v2",
    "latest",
    "o3",
    "",
  ])("%s has no suffix", (name) => {
    expect(withoutSuffix(name)).toBeUndefined();
  });
});
