import type {
  LanguageModelV2,
  LanguageModelV3,
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4Content,
  LanguageModelV4GenerateResult,
  LanguageModelV4Prompt,
  LanguageModelV4StreamPart,
  LanguageModelV4Usage,
  SharedV4Warning,
} from "@ai-sdk/provider";
import type { LanguageModel } from "ai";
import { expectTypeOf, test } from "vitest";
import type {
  AiSdkCallOptions,
  AiSdkContent,
  AiSdkGenerateResult,
  AiSdkMessage,
  AiSdkModel,
  AiSdkStreamPart,
  AiSdkUsage,
  AiSdkWarning,
  AnyAiSdkModel,
} from "./language-model.ts";

test("the shapes are those of the AI SDK, both ways", () => {
  expectTypeOf<AiSdkModel>().toExtend<LanguageModelV4>();
  expectTypeOf<LanguageModelV4>().toExtend<AiSdkModel>();
  expectTypeOf<AiSdkModel>().toExtend<LanguageModel>();

  expectTypeOf<AiSdkStreamPart>().toExtend<LanguageModelV4StreamPart>();
  expectTypeOf<LanguageModelV4StreamPart>().toExtend<AiSdkStreamPart>();
  expectTypeOf<AiSdkContent>().toExtend<LanguageModelV4Content>();
  expectTypeOf<LanguageModelV4Content>().toExtend<AiSdkContent>();
  expectTypeOf<AiSdkGenerateResult>().toExtend<LanguageModelV4GenerateResult>();
  expectTypeOf<LanguageModelV4GenerateResult>().toExtend<AiSdkGenerateResult>();
  expectTypeOf<AiSdkMessage[]>().toExtend<LanguageModelV4Prompt>();
  expectTypeOf<LanguageModelV4Prompt>().toExtend<AiSdkMessage[]>();
  expectTypeOf<AiSdkCallOptions>().toExtend<LanguageModelV4CallOptions>();
  expectTypeOf<LanguageModelV4CallOptions>().toExtend<AiSdkCallOptions>();
  expectTypeOf<AiSdkUsage>().toEqualTypeOf<LanguageModelV4Usage>();
  expectTypeOf<AiSdkWarning>().toExtend<SharedV4Warning>();
  expectTypeOf<SharedV4Warning>().toExtend<AiSdkWarning>();
});

test("every version is taken", () => {
  expectTypeOf<LanguageModelV2>().toExtend<AnyAiSdkModel>();
  expectTypeOf<LanguageModelV3>().toExtend<AnyAiSdkModel>();
  expectTypeOf<LanguageModelV4>().toExtend<AnyAiSdkModel>();
  expectTypeOf<{ specificationVersion: "v1" }>().not.toExtend<AnyAiSdkModel>();
});
