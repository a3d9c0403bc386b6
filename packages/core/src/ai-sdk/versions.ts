import { LlmError } from "../error.ts";
import { isRecord } from "../json.ts";
import type { Warnings } from "../vendor/warnings.ts";
import { toBase64 } from "./carried.ts";
import type {
  AiSdkCallOptions,
  AiSdkFileData,
  AiSdkFinishReason,
  AiSdkGenerateResult,
  AiSdkMessage,
  AiSdkStreamPart,
  AiSdkStreamResult,
  AiSdkToolOutput,
  AiSdkWarning,
  AnyAiSdkModel,
} from "./language-model.ts";
import { fromV2Usage } from "./usage.ts";

/** How to ask a model of one version, in the words of version 4. */
export interface Dialect {
  readonly generate: (options: AiSdkCallOptions) => Promise<AiSdkGenerateResult>;
  readonly stream: (options: AiSdkCallOptions) => Promise<AiSdkStreamResult>;
  /** A part of its stream as version 4 has it. */
  readonly up: (part: AiSdkStreamPart) => AiSdkStreamPart;
  /** Warns about what the version has no word for. */
  readonly check: (options: AiSdkCallOptions, warnings: Warnings) => void;
}

type Version = "v2" | "v3";

/** Files were bytes, base64 or a URL. */
function fileData(data: AiSdkFileData, version: Version): unknown {
  if (data.type === "data") return data.data;
  if (data.type === "url") return data.url;
  if (data.type === "text") return toBase64(new TextEncoder().encode(data.text));
  throw new LlmError("unsupported", `a model of version ${version} takes no files by their id`);
}

function toolContent(part: Extract<AiSdkToolOutput, { type: "content" }>["value"][number], version: Version): unknown {
  if (part.type !== "file") return part;
  const { mediaType, filename, providerOptions } = part;
  const data = fileData(part.data, version);
  const base64 = data instanceof Uint8Array ? toBase64(data) : String(data);
  if (version === "v2") {
    if (part.data.type === "url") throw new LlmError("unsupported", "a model of version v2 takes no URLs from tools");
    return { type: "media", data: base64, mediaType };
  }
  const kind = mediaType.startsWith("image/") ? "image" : "file";
  const more = {
    ...(filename !== undefined && kind === "file" && { filename }),
    ...(providerOptions && { providerOptions }),
  };
  return part.data.type === "url"
    ? { type: `${kind}-url`, url: base64, ...(providerOptions && { providerOptions }) }
    : { type: `${kind}-data`, data: base64, mediaType, ...more };
}

function toolOutput(output: AiSdkToolOutput, version: Version): unknown {
  if (output.type === "content")
    return { type: "content", value: output.value.map((part) => toolContent(part, version)) };
  if (output.type === "execution-denied" && version === "v2")
    return { type: "error-text", value: output.reason ?? "The tool was not run." };
  return output;
}

function message(from: AiSdkMessage, version: Version): unknown {
  if (from.role === "system") return from;
  const content = from.content.flatMap((part): unknown[] => {
    if (part.type === "file") return [{ ...part, data: fileData(part.data, version) }];
    if (part.type === "tool-result") return [{ ...part, output: toolOutput(part.output, version) }];
    const later = part.type === "custom" || part.type === "reasoning-file"; // version 4 has them first
    return later || (version === "v2" && part.type === "tool-approval-response") ? [] : [part];
  });
  return { ...from, content };
}

/** Version 4's options as an older version has them. */
function down({ reasoning: _reasoning, ...options }: AiSdkCallOptions, version: Version): unknown {
  return {
    ...options,
    prompt: options.prompt.map((each) => message(each, version)),
    ...(options.tools &&
      version === "v2" && {
        tools: options.tools.map((tool) => {
          if (tool.type === "provider") return { ...tool, type: "provider-defined" };
          const { strict: _strict, inputExamples: _examples, ...rest } = tool;
          return rest;
        }),
      }),
  };
}

const upFinish = (reason: unknown): AiSdkFinishReason =>
  reason === "unknown" || typeof reason !== "string"
    ? { unified: "interrupted", raw: undefined } // the model has not said why it ended: it was cut
    : { unified: reason as AiSdkFinishReason["unified"], raw: undefined }; // version 4 has all of version 2's

function upWarning(warning: unknown): AiSdkWarning {
  const fields = isRecord(warning) ? warning : {};
  const details = typeof fields["details"] === "string" ? { details: fields["details"] } : {};
  if (fields["type"] === "unsupported-setting")
    return { type: "unsupported", feature: String(fields["setting"]), ...details };
  if (fields["type"] === "unsupported-tool") {
    const { tool } = fields;
    return { type: "unsupported", feature: `tool ${isRecord(tool) ? String(tool["name"]) : ""}`.trim(), ...details };
  }
  return warning as AiSdkWarning; // the others are as they were
}

/** Nobody said why a stream of version 3 ended: it was cut. Version 4 has a word of its own for that. */
const cut = (reason: AiSdkFinishReason): AiSdkFinishReason =>
  reason.unified === "other" && reason.raw === undefined ? { unified: "interrupted", raw: undefined } : reason;

function upPart(part: AiSdkStreamPart, version: Version): AiSdkStreamPart {
  switch (part.type) {
    case "file": {
      const data: unknown = part.data;
      return { ...part, data: { type: "data", data: data as string | Uint8Array } }; // as older versions have it
    }
    case "finish":
      return version === "v2"
        ? { ...part, finishReason: upFinish(part.finishReason), usage: fromV2Usage(part.usage, part.providerMetadata) }
        : { ...part, finishReason: cut(part.finishReason) };
    case "stream-start":
      return version === "v2" ? { ...part, warnings: part.warnings.map(upWarning) } : part;
    default:
      return part;
  }
}

function upResult(result: AiSdkGenerateResult, version: Version): AiSdkGenerateResult {
  const content = result.content.map((part) => (part.type === "file" ? (upPart(part, version) as typeof part) : part)); // still a file
  if (version === "v3") return { ...result, content };
  const reason: unknown = result.finishReason;
  return {
    ...result,
    content,
    finishReason: reason === "unknown" ? { unified: "other", raw: undefined } : upFinish(reason),
    usage: fromV2Usage(result.usage, result.providerMetadata),
    warnings: result.warnings.map(upWarning),
  };
}

/** Asks a model of any version as if it were of version 4. */
export function dialectOf(model: AnyAiSdkModel): Dialect {
  const { specificationVersion: version } = model;
  // what a version takes and returns is known by its number, not to the compiler
  const generate = (options: unknown) => model.doGenerate(options as never) as PromiseLike<AiSdkGenerateResult>;
  const stream = (options: unknown) => model.doStream(options as never) as PromiseLike<AiSdkStreamResult>;
  if (version === "v4")
    return {
      generate: async (options) => generate(options),
      stream: async (options) => stream(options),
      up: (part) => part,
      check: () => {},
    };
  if (version !== "v2" && version !== "v3")
    throw new TypeError(`model must be of the AI SDK's version v2, v3 or v4, not ${JSON.stringify(version)}`);
  return {
    generate: async (options) => upResult(await generate(down(options, version)), version),
    stream: async (options) => stream(down(options, version)),
    up: (part) => upPart(part, version),
    check: ({ reasoning, tools = [] }, warnings) => {
      if (reasoning !== undefined && reasoning !== "provider-default")
        warnings.unsupported("effort", `a model of version ${version} takes it only in options`);
      if (version === "v2" && tools.some((tool) => tool.type === "function" && tool.strict !== undefined))
        warnings.unsupported("tools.strict", "a model of version v2 takes it only in options");
    },
  };
}
