import { describe, expect, it } from "vitest";
import { anthropicFamilies } from "../anthropic/families.ts";
import { openaiFamilies } from "../openai/families.ts";
import { anyModel } from "./any-model.ts";
import { capabilitiesOf } from "./family.ts";

const claude = {
  schema: true,
  tools: true,
  forcedTools: false,
  images: true,
  files: true,
  sampling: "never",
  stop: true,
  efforts: ["low", "medium", "high", "xhigh", "max"],
  prefill: false,
  cacheMarks: true,
  context: 1_000_000,
  maxOutput: 128_000,
};
const older = { ...claude, forcedTools: true, prefill: true, efforts: [], context: 200_000, maxOutput: 64_000 };

describe("the whole row of each family of Claude", () => {
  it.each([
    [["claude-opus-5-5", "claude-sonnet-5-9"], claude],
    [
      ["claude-opus-5", "claude-mythos-preview", "claude-opus-4-7", "claude-sonnet-4-8"],
      { ...claude, forcedTools: true },
    ],
    [["claude-sonnet-4-6"], { ...claude, forcedTools: true, efforts: ["low", "medium", "high", "max"] }],
    [["claude-opus-4-5"], { ...older, efforts: ["low", "medium", "high"] }],
    [["claude-haiku-4-5", "claude-sonnet-4-5"], older],
  ])("%j", (ids, row) => {
    for (const id of ids) expect(capabilitiesOf(id, anthropicFamilies), id).toStrictEqual(row);
  });

  it.each([
    "my-claude-opus-5-5",
    "my-claude-opus-5",
    "my-claude-mythos-preview",
    "my-claude-opus-4-7",
    "my-claude-sonnet-4-6",
    "my-claude-opus-4-5",
    "my-claude-haiku-4-5",
    "claude-opus-5-5x",
    "claude-opus-5x",
    "claude-mythos-preview2",
    "claude-opus-4-7x",
    "claude-sonnet-4-6x",
    "claude-opus-4-5x",
    "claude-haiku-4-5x",
    "claude-opus-5-0",
    "claude-opus-4-9",
    "claude-5-5",
  ])("%s is none of them", (id) => {
    expect(capabilitiesOf(id, anthropicFamilies)).toStrictEqual({ ...claude, inferred: true });
  });
});

const gpt = {
  schema: true,
  tools: true,
  forcedTools: true,
  images: true,
  files: true,
  sampling: "without-effort",
  stop: false,
  efforts: ["none", "low", "medium", "high", "xhigh", "max"],
  prefill: false,
  cacheMarks: true,
  chatTools: "without-effort",
  context: 1_050_000,
  maxOutput: 128_000,
};
const always = {
  ...gpt,
  sampling: "never",
  efforts: ["low", "medium", "high", "xhigh", "max"],
  chatTools: "never",
};
const { cacheMarks: _marks, ...unmarked } = gpt;
const first = { ...unmarked, context: 400_000 };
const pro = { ...first, sampling: "never", efforts: ["medium", "high", "xhigh"], chatTools: "never" };
const { chatTools: _chat, ...alike } = unmarked;
const classic = { ...alike, sampling: "always", stop: true, efforts: [], context: 128_000, maxOutput: 16_384 };

describe("the whole row of each family of GPT", () => {
  it.each([
    [["gpt-6-terra", "gpt-6.1-terra", "gpt-6.12-luna", "gpt-6-sol", "gpt-5.6-sol", "gpt-5.9"], gpt],
    [["gpt-6-astra", "gpt-6.1-sol", "gpt-6.12-astra", "gpt-daybreak", "gpt-rosalind", "gpt-5.6-cyber"], always],
    [["gpt-5-pro", "gpt-5.2-pro", "gpt-5.1-codex", "codex-mini"], pro],
    [["gpt-5-chat", "gpt-5.1-chat"], { ...classic, context: 400_000, maxOutput: 128_000 }],
    [["gpt-5.4", "gpt-5.5-nano"], { ...unmarked, efforts: ["none", "low", "medium", "high", "xhigh"] }],
    [["gpt-5.2", "gpt-5.3"], { ...first, efforts: ["none", "low", "medium", "high", "xhigh"] }],
    [["gpt-5.1"], { ...first, efforts: ["none", "low", "medium", "high"] }],
    [["gpt-5", "gpt-5-mini"], { ...first, sampling: "never", efforts: ["minimal", "low", "medium", "high"] }],
    [
      ["o3", "o4-mini", "computer-use-preview"],
      { ...pro, efforts: ["low", "medium", "high"], context: 200_000, maxOutput: 100_000 },
    ],
    [["gpt-4.1", "gpt-4.1-mini"], { ...classic, context: 1_047_576, maxOutput: 32_768 }],
    [["gpt-4o", "gpt-4-turbo", "gpt-3.5-turbo", "gpt-audio", "chatgpt-4o"], classic],
  ])("%j", (ids, row) => {
    for (const id of ids) expect(capabilitiesOf(id, openaiFamilies), id).toStrictEqual(row);
  });

  it.each([
    "my-gpt-6-terra",
    "my-gpt-6-sol",
    "my-gpt-6-astra",
    "my-gpt-daybreak",
    "my-gpt-5.6-cyber",
    "my-gpt-5.6",
    "my-gpt-5-pro",
    "my-gpt-5-chat",
    "my-gpt-5.4",
    "my-gpt-5.2",
    "my-gpt-5.1",
    "my-gpt-5",
    "my-o3",
    "oracle",
    "my-computer-use",
    "my-gpt-4.1",
    "my-gpt-4o",
    "my-chatgpt-4o",
    "gpt-7",
    "gpt-6",
  ])("%s is none of them", (id) => {
    expect(capabilitiesOf(id, openaiFamilies)).toStrictEqual({ ...gpt, inferred: true });
  });
});

it("a model of which nothing is known is taken to do all but go on with a text, and says that it is inferred", () => {
  expect(anyModel).toStrictEqual({
    schema: true,
    tools: true,
    forcedTools: true,
    images: true,
    files: true,
    sampling: "always",
    stop: true,
    efforts: ["none", "minimal", "low", "medium", "high", "xhigh", "max"],
    prefill: false,
    inferred: true,
  });
});
