import type { Distribution } from "./random.ts";

/** Who sells a model, and so which wires it is reached by. */
export type Vendor = "anthropic" | "openai";

/** What a model accepts and how fast it is: the facts that requests are checked against. */
export interface ModelProfile {
  readonly id: string;
  readonly vendor: Vendor;
  /** Largest input and output together, in tokens. */
  readonly context: number;
  /** Largest output, in tokens. */
  readonly maxOutput: number;
  /** `chat` answers on the text wires, `responses` on `/v1/responses` alone, `embedding` on `/v1/embeddings` alone. */
  readonly kind: "chat" | "responses" | "embedding";
  /** Whether `temperature`, `top_p` and `top_k` are taken: always, never, or only with effort `none`. */
  readonly sampling: "always" | "never" | "without-reasoning";
  /** The efforts it takes, weakest first; none for a model that does not reason. */
  readonly efforts: readonly string[];
  /** The effort when a request names none. */
  readonly defaultEffort: string;
  /** Whether a tool can be forced (`any`, `tool`). OpenAI models always can. */
  readonly forcedTools: boolean;
  /** Whether a request may end with the beginning of the answer. */
  readonly prefill: boolean;
  /** Which `thinking.type` are taken (Anthropic). */
  readonly thinking: readonly string[];
  /** Whether function tools on Chat Completions need effort `none`. */
  readonly chatToolsNeedNoReasoning: boolean;
  /** Whether `max_tokens` and `stop` are taken on Chat Completions. */
  readonly legacyChat: boolean;
  /** Whether a JSON schema for the output is taken. */
  readonly structured: boolean;
  /** Fewest tokens that a cached prefix has. */
  readonly cacheMinimum: number;
  /** The service tiers that it is served by. Anthropic: `standard`, `priority`. */
  readonly tiers: readonly string[];
  /** Length of a vector; 0 for a model that makes none. */
  readonly dimensions: number;
  /** Time to the first token in milliseconds, as people see it: used for `latency: "model"`. */
  readonly latency: Distribution;
  /** Tokens a second after that: used for `tokensPerSecond: "model"`. */
  readonly tokensPerSecond: Distribution;
  /** When it was released, Unix seconds. */
  readonly created: number;
  /** When it will shut down, `YYYY-MM-DD`. */
  readonly shutdown?: string;
}

const MILLION = 1_000_000;

const ANTHROPIC: Omit<ModelProfile, "id"> = {
  vendor: "anthropic",
  context: MILLION,
  maxOutput: 128_000,
  kind: "chat",
  sampling: "never",
  efforts: ["low", "medium", "high", "xhigh", "max"],
  defaultEffort: "high",
  forcedTools: false,
  prefill: false,
  thinking: ["adaptive", "between_tools"],
  chatToolsNeedNoReasoning: false,
  legacyChat: true,
  structured: true,
  cacheMinimum: 1_024,
  tiers: ["standard"],
  dimensions: 0,
  latency: { median: 900, p95: 2_500 },
  tokensPerSecond: { median: 70, p95: 110 },
  created: Date.UTC(2026, 8, 1) / 1_000,
};

/** Claude before the 5.5 line: sampling, forced tools and thinking off are taken. */
const CLAUDE_5: Partial<ModelProfile> = {
  sampling: "always",
  forcedTools: true,
  thinking: ["adaptive", "between_tools", "disabled"],
  created: Date.UTC(2026, 3, 1) / 1_000,
};

/** Claude 4.x: smaller, with thinking budgets; prefill until 4.5. */
const CLAUDE_4: Partial<ModelProfile> = {
  ...CLAUDE_5,
  context: 200_000,
  maxOutput: 64_000,
  thinking: ["enabled", "adaptive", "disabled"],
  created: Date.UTC(2025, 9, 1) / 1_000,
};

const OPENAI: Omit<ModelProfile, "id"> = {
  vendor: "openai",
  context: 1_050_000,
  maxOutput: 128_000,
  kind: "chat",
  sampling: "without-reasoning",
  efforts: ["none", "minimal", "low", "medium", "high", "xhigh", "max"],
  defaultEffort: "medium",
  forcedTools: true,
  prefill: true,
  thinking: [],
  chatToolsNeedNoReasoning: true,
  legacyChat: false,
  structured: true,
  cacheMinimum: 1_024,
  tiers: ["default", "flex", "priority", "fast", "ultrafast"],
  dimensions: 0,
  latency: { median: 700, p95: 2_200 },
  tokensPerSecond: { median: 90, p95: 150 },
  created: Date.UTC(2026, 7, 1) / 1_000,
};

const EMBEDDING: Partial<ModelProfile> = {
  kind: "embedding",
  context: 8_192,
  maxOutput: 0,
  efforts: [],
  structured: false,
  sampling: "never",
  latency: { median: 120, p95: 300 },
  created: Date.UTC(2024, 0, 25) / 1_000,
};

/** What a family does otherwise than its vendor's newest line. The first pattern that matches counts. */
const FAMILIES: readonly (readonly [RegExp, Partial<ModelProfile>])[] = [
  [/^claude-haiku-5-5/, { latency: { median: 350, p95: 900 }, tokensPerSecond: { median: 180, p95: 260 } }],
  [/^claude-(?:fable|mythos|opus)-5-[1-9]/, { latency: { median: 1_300, p95: 4_000 } }],
  [/^claude-\w+-5-[1-9]/, {}],
  [/^claude-\w+-5(?:-\d{8})?$/, CLAUDE_5],
  [/^claude-(?:opus|sonnet)-4-[678]/, { ...CLAUDE_4, context: MILLION, maxOutput: 128_000, prefill: false }],
  [/^claude-mythos-preview/, { ...CLAUDE_4, prefill: false }],
  [
    /^claude-\w+-4-5/,
    { ...CLAUDE_4, prefill: true, efforts: ["low", "medium", "high"], thinking: ["enabled", "disabled"] },
  ],
  [/^text-embedding-3-large/, { ...EMBEDDING, dimensions: 3_072 }],
  [/^text-embedding/, { ...EMBEDDING, dimensions: 1_536 }],
  [/^gpt-6-astra|^gpt-6\.\d-(?:sol|astra)/, { efforts: ["minimal", "low", "medium", "high", "xhigh", "max"] }],
  [/-pro\b|-codex|-cyber|rosalind|deep-research/, { kind: "responses", efforts: ["medium", "high", "xhigh"] }],
  [
    /^gpt-6(?:\.\d)?-(?:luna|terra)/,
    { latency: { median: 350, p95: 900 }, tokensPerSecond: { median: 160, p95: 240 } },
  ],
  [/^gpt-5\.[45]/, { defaultEffort: "none" }],
  [/^gpt-5\.[6-9]|^gpt-6/, {}],
  [
    /^gpt-5/,
    {
      context: 400_000,
      chatToolsNeedNoReasoning: false,
      sampling: "never",
      efforts: ["minimal", "low", "medium", "high"],
    },
  ],
  [
    /^o\d/,
    {
      context: 200_000,
      maxOutput: 100_000,
      chatToolsNeedNoReasoning: false,
      sampling: "never",
      efforts: ["low", "medium", "high"],
    },
  ],
  [
    /^gpt-4/,
    {
      context: 128_000,
      maxOutput: 16_384,
      chatToolsNeedNoReasoning: false,
      sampling: "always",
      legacyChat: true,
      efforts: [],
      defaultEffort: "none",
    },
  ],
];

/** The models that are served unless the options name others (November 2026), with the date of their announced end. */
const KNOWN: readonly (readonly [id: string, shutdown?: string])[] = [
  ["claude-fable-5-2"],
  ["claude-mythos-5-2"],
  ["claude-haiku-5-5"],
  ["claude-sonnet-5-5"],
  ["claude-fable-5-1"],
  ["claude-opus-5-5"],
  ["claude-mythos-5-1"],
  ["claude-sonnet-5"],
  ["claude-fable-5"],
  ["claude-mythos-5"],
  ["claude-opus-5"],
  ["claude-opus-4-8"],
  ["claude-opus-4-7"],
  ["claude-mythos-preview"],
  ["claude-opus-4-6"],
  ["claude-sonnet-4-6"],
  ["claude-haiku-4-5"],
  ["claude-opus-4-5"],
  ["claude-sonnet-4-5", "2026-11-30"],
  ["gpt-6.2-astra"],
  ["gpt-6.2-sol"],
  ["gpt-6.1-sol"],
  ["gpt-6.1-terra"],
  ["gpt-6-astra"],
  ["gpt-6-sol"],
  ["gpt-6-luna"],
  ["gpt-6-rosalind"],
  ["gpt-5.6-sol"],
  ["gpt-5.6-terra"],
  ["gpt-5.6-luna"],
  ["gpt-5.5"],
  ["gpt-5.5-pro"],
  ["gpt-5.4"],
  ["gpt-5.4-mini"],
  ["gpt-5.4-nano"],
  ["gpt-5", "2026-12-11"],
  ["gpt-5-mini", "2026-12-11"],
  ["gpt-5-nano", "2026-12-11"],
  ["o3", "2026-12-11"],
  ["gpt-4o", "2027-01-14"],
  ["gpt-4o-mini", "2027-01-14"],
  ["gpt-4.1", "2027-01-14"],
  ["gpt-4.1-mini", "2027-01-14"],
  ["text-embedding-3-large"],
  ["text-embedding-3-small"],
  ["text-embedding-ada-002"],
];

/** A model to serve: its name, or its name with what shall differ from its family. */
export type ModelOption = string | (Partial<ModelProfile> & { readonly id: string });

/** The profile of a model; a name that no family knows gets the rules of its vendor's newest line. */
export function profileOf(option: ModelOption): ModelProfile {
  const { id, ...own } = typeof option === "string" ? { id: option } : option;
  const base = (own.vendor ?? (id.startsWith("claude") ? "anthropic" : "openai")) === "anthropic" ? ANTHROPIC : OPENAI;
  const family = FAMILIES.find(([pattern]) => pattern.test(id))?.[1];
  const shutdown = KNOWN.find(([known]) => known === id)?.[1];
  return { ...base, ...family, ...(shutdown && { shutdown }), ...own, id };
}

/** The models served unless the options name others. */
export function knownModels(): readonly ModelProfile[] {
  return KNOWN.map(([id]) => profileOf(id));
}

/** The served model that a request names; a dated snapshot (`-20260901`, `-2026-09-01`) stands for its model. */
export function findModel(models: ReadonlyMap<string, ModelProfile>, id: string): ModelProfile | undefined {
  return models.get(id) ?? models.get(id.replace(/-(?:\d{8}|\d{4}-\d{2}-\d{2})$/, ""));
}
