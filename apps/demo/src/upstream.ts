import type { Provider } from "@llm/core";
import { anthropic } from "@llm/core/anthropic";
import { openai } from "@llm/core/openai";
import { createSimulator } from "@llm/simulator";

/** The models for each level of difficulty, and where they are. */
export interface Upstream {
  /** For people: what answers. */
  readonly about: string;
  readonly simple: Provider;
  readonly standard: Provider;
  /** Candidates, the wanted one first. */
  readonly complex: readonly Provider[];
  readonly close: () => Promise<void>;
}

/** The two vendors' keys, and where they are reached if not at home. */
interface Access {
  readonly anthropic?: { readonly apiKey: string; readonly baseURL?: string };
  readonly openai?: { readonly apiKey: string; readonly baseURL?: string };
}

/**
 * The providers that the environment has keys for; without any, a simulator on loopback.
 */
export async function connect(env: Readonly<Record<string, string | undefined>>): Promise<Upstream> {
  const access: Access = {
    ...(env["ANTHROPIC_API_KEY"] && { anthropic: { apiKey: env["ANTHROPIC_API_KEY"] } }), // base URLs: the SDKs read them
    ...(env["OPENAI_API_KEY"] && { openai: { apiKey: env["OPENAI_API_KEY"] } }),
  };
  const names = [access.anthropic && "Anthropic", access.openai && "OpenAI"].filter((name) => name !== undefined);
  if (names.length > 0) return { about: names.join(" and "), ...models(access), close: async () => {} };

  const simulator = createSimulator({ seed: 7, latency: "model", tokensPerSecond: "model" });
  const { url } = await simulator.listen();
  return {
    about: `a simulator (no model, no key: its answers are made up) at ${url}`,
    ...models({
      anthropic: { apiKey: "simulated", baseURL: url },
      openai: { apiKey: "simulated", baseURL: `${url}/v1` },
    }),
    close: () => simulator.close(),
  };
}

function models(access: Access): Pick<Upstream, "simple" | "standard" | "complex"> {
  const claude = access.anthropic && ((model: string) => anthropic(model, access.anthropic));
  const gpt = access.openai && ((model: string) => openai(model, access.openai));
  if (claude)
    return {
      simple: claude("claude-haiku-5-5"),
      standard: claude("claude-sonnet-5-5"),
      complex: [claude("claude-opus-5-5"), ...(gpt ? [gpt("gpt-6.1-sol")] : [])],
    };
  if (!gpt) throw new Error("no vendor to ask"); // connect() has found one
  return { simple: gpt("gpt-6-luna"), standard: gpt("gpt-6.1-terra"), complex: [gpt("gpt-6.1-sol")] };
}
