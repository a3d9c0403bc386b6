import Anthropic from "@anthropic-ai/sdk";
import { AzureOpenAI, BedrockOpenAI } from "openai";
import { describe, expect, test } from "vitest";
import { anthropic } from "../anthropic/index.ts";
import { openaiChat } from "../openai-chat/index.ts";
import { openai } from "../openai/index.ts";
import type { Provider } from "../provider.ts";

const url = "http://127.0.0.1";

describe("whose models they are", () => {
  const vendor = (provider: Provider) => provider.models[0]?.vendor;
  const claude = (more: object) => Object.assign(new Anthropic({ baseURL: url, apiKey: "k" }), more);
  test("is told by the client", () => {
    expect(vendor(anthropic("m", { client: claude({}) }))).toBe("anthropic");
    expect(vendor(anthropic("m", { client: claude({ awsRegion: "us-east-1" }) }))).toBe("bedrock");
    expect(vendor(anthropic("m", { client: claude({ region: "global", projectId: "p" }) }))).toBe("vertex");
    expect(vendor(anthropic("m", { client: claude({ awsRegion: "r", workspaceId: "w" }) }))).toBe("anthropic"); // at AWS
    for (const half of [{ region: "global" }, { projectId: "p" }])
      expect(vendor(anthropic("m", { client: claude(half) }))).toBe("anthropic");
    expect(vendor(anthropic("m", { client: claude({ resource: "r" }) }))).toBe("azure");
    expect(vendor(anthropic("m", { client: claude({ deploymentName: "d" }) }))).toBe("azure");
    const bedrock = new BedrockOpenAI({ baseURL: url, apiKey: "k", awsRegion: "us-east-1" });
    expect(vendor(openai("m", { client: bedrock }))).toBe("bedrock");
    const azure = new AzureOpenAI({ endpoint: "https://me.openai.azure.com", apiKey: "k", apiVersion: "2026-01-01" });
    expect(vendor(openai("m", { client: azure }))).toBe("azure");
    expect(vendor(openaiChat("m", { client: azure, vendor: "mine" }))).toBe("mine");
  });
  test("or by the endpoint", () => {
    const of = (baseURL: string) => vendor(openai("m", { baseURL, apiKey: "k" }));
    expect(of("https://api.openai.com/v1")).toBe("openai");
    expect(of("https://eu.api.openai.com/v1")).toBe("openai");
    expect(of("http://localhost:8080/v1")).toBe("openai");
    expect(of("http://[::1]:8080/v1")).toBe("openai");
    expect(of("https://me.openai.azure.com/openai/v1")).toBe("azure");
    expect(of("https://bedrock-mantle.us-east-1.amazonaws.com/v1")).toBe("bedrock");
    expect(of("https://bedrock-mantle.us-east-1.api.aws/openai/v1")).toBe("bedrock");
    expect(of("https://openrouter.ai/api/v1")).toBe("openrouter.ai");
    expect(of("https://localhost.evil.com/v1")).toBe("localhost.evil.com");
    expect(of("https://me.localhost/v1")).toBe("me.localhost");
    expect(of("http://to127.example/v1")).toBe("to127.example");
    expect(of("http://10.127.0.1/v1")).toBe("10.127.0.1");
    expect(of("nowhere")).toBe("openai");
    expect(vendor(anthropic("m", { baseURL: "https://proxy.example", apiKey: "k" }))).toBe("anthropic");
    expect(vendor(anthropic("m", { baseURL: "https://us-east5-aiplatform.googleapis.com/v1", apiKey: "k" }))).toBe(
      "vertex",
    );
  });
  test("and stands in the provider's name where it is not the vendor's own", () => {
    expect(anthropic("claude-x", { apiKey: "k", baseURL: "https://api.anthropic.com/" }).name).toBe(
      "anthropic/claude-x",
    );
    expect(openai("gpt-x", { apiKey: "k" }).name).toBe("openai/gpt-x");
    expect(openaiChat("llama", { apiKey: "k", baseURL: "http://127.0.0.1:8080/v1/" }).name).toBe(
      "openai/llama@127.0.0.1:8080/v1",
    );
  });
});
