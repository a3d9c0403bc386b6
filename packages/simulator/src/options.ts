import { systemClock, type Clock } from "./clock.ts";
import type { RateLimits } from "./accounting/rate-limit.ts";
import type { FaultRule } from "./fault/rule.ts";
import type { Languages } from "./generate/text.ts";
import { VOCABULARIES } from "./generate/words.ts";
import type { JournalEntry } from "./journal.ts";
import { canonical, isObject, shown } from "./json.ts";
import { knownModels, profileOf, type ModelOption, type ModelProfile } from "./model.ts";
import { checkDistribution, type Distribution } from "./random.ts";
import { checkRecording, type Recording } from "./recording.ts";

/** What a simulator is made from. Everything may be left out. */
export interface SimulatorOptions {
  /** Decides every answer, length, latency and fault that is left to chance. Default 1. */
  readonly seed?: number | string;
  /** The models that are served. Default: the vendors' models of November 2026. */
  readonly models?: readonly ModelOption[];
  /** Faults from the start. Default none. */
  readonly faults?: readonly FaultRule[];
  /** Answers a request only if a script or a recording does; else with the vendor's 404. Default false. */
  readonly strict?: boolean;
  /** Recorded answers, given to requests that equal the recorded ones. Default none. */
  readonly recordings?: readonly Recording[];
  /** Length of generated texts in tokens. Default `{ median: 60, p95: 180 }`. */
  readonly length?: Distribution;
  /** Weights of the languages of generated texts (`en`, `de`, `fr`, `es`, `ja`). Default `{ en: 1 }`. */
  readonly languages?: Languages;
  /** Milliseconds to the first byte of an answer; `"model"` draws what is usual for the model. Default 0. */
  readonly latency?: Distribution | "model";
  /** Output tokens a second after that; `"model"` draws what is usual for the model. Default `Infinity`. */
  readonly tokensPerSecond?: Distribution | "model";
  /** The keys that are let in. Default: any key. */
  readonly apiKeys?: readonly string[];
  /** What one key may use of one model in a minute. Default: a million requests, ten thousand million tokens. */
  readonly rateLimits?: RateLimits;
  /** How many requests the journal remembers. Default 1000. */
  readonly journalSize?: number;
  /** Called with each entry of the journal, when its request is done. */
  readonly onExchange?: (entry: JournalEntry) => void;
  /** Time. Default: the machine's. */
  readonly clock?: Clock;
}

/** A recording with its place in the list. */
export interface NumberedRecording {
  readonly recording: Recording;
  readonly index: number;
}

/** Options with their defaults. */
export interface Settings {
  readonly seed: number | string;
  readonly models: ReadonlyMap<string, ModelProfile>;
  readonly faults: readonly FaultRule[];
  readonly strict: boolean;
  /** By the request that they answer, as canonical JSON. */
  readonly recordings: ReadonlyMap<string, NumberedRecording>;
  readonly length: Distribution;
  readonly languages: Languages;
  readonly latency: Distribution | "model";
  readonly tokensPerSecond: Distribution | "model";
  readonly apiKeys: ReadonlySet<string> | undefined;
  readonly rateLimits: RateLimits;
  readonly journalSize: number;
  readonly onExchange: (entry: JournalEntry) => void;
  readonly clock: Clock;
}

function fail(option: string, wanted: string, value: unknown): never {
  throw new TypeError(`${option} must be ${wanted}, not ${shown(value)}`);
}

const NAMES: ReadonlySet<string> = new Set([
  "seed",
  "models",
  "faults",
  "strict",
  "recordings",
  "length",
  "languages",
  "latency",
  "tokensPerSecond",
  "apiKeys",
  "rateLimits",
  "journalSize",
  "onExchange",
  "clock",
]);

/** A whole profile: what type each field has. */
const SAMPLE: Readonly<Record<string, unknown>> = { ...profileOf("claude-opus-5-5"), shutdown: "" };

const WORDS: Readonly<Record<string, readonly unknown[]>> = {
  vendor: ["anthropic", "openai"],
  kind: ["chat", "responses", "embedding"],
  sampling: ["always", "never", "without-reasoning"],
};

function checkModelField(field: string, value: unknown, option: string): void {
  const sample = SAMPLE[field];
  if (sample === undefined) throw new TypeError(`${option} is no field of a model`);
  if (value === undefined) return;
  if (field === "latency" || field === "tokensPerSecond") checkDistribution(value, option);
  else if (WORDS[field] && !WORDS[field].includes(value)) fail(option, WORDS[field].join(" or "), value);
  else if (Array.isArray(sample)) {
    if (!Array.isArray(value) || !value.every((one) => typeof one === "string")) fail(option, "a list of texts", value);
  } else if (typeof sample === "number") {
    if (typeof value !== "number" || !(value >= 0 && value < Infinity)) fail(option, "a number ≥ 0", value);
  } else if (typeof value !== typeof sample) fail(option, `a ${typeof sample}`, value);
}

function modelMap(models: unknown): ReadonlyMap<string, ModelProfile> {
  if (models === undefined) return new Map(knownModels().map((model) => [model.id, model]));
  if (!Array.isArray(models)) fail("models", "a list", models);
  const out = new Map<string, ModelProfile>();
  for (const [index, model] of (models as readonly unknown[]).entries()) {
    const id = isObject(model) ? model["id"] : model;
    if (typeof id !== "string" || id === "") fail(`models[${index}]`, "a name or an object with an id", model);
    if (isObject(model)) {
      for (const [field, value] of Object.entries(model)) checkModelField(field, value, `models[${index}].${field}`);
    }
    out.set(id, profileOf(model as ModelOption));
  }
  return out;
}

function recordingMap(recordings: readonly unknown[]): ReadonlyMap<string, NumberedRecording> {
  const out = new Map<string, NumberedRecording>();
  for (const [index, recording] of recordings.entries()) {
    checkRecording(recording, `recordings[${index}]`);
    const key = recording.request ? canonical(recording.request) : undefined;
    if (key !== undefined && !out.has(key)) out.set(key, { recording, index });
  }
  return out;
}

function languageWeights(languages: unknown): Languages {
  if (languages === undefined) return { en: 1 };
  if (!isObject(languages) || Object.keys(languages).length === 0) fail("languages", "weights by language", languages);
  for (const [language, weight] of Object.entries(languages)) {
    if (!(language in VOCABULARIES))
      throw new TypeError(`languages.${language} is not spoken; there are ${Object.keys(VOCABULARIES).join(", ")}`);
    if (typeof weight !== "number" || !(weight >= 0)) fail(`languages.${language}`, "a weight ≥ 0", weight);
  }
  return languages as Languages;
}

const LIMITS: ReadonlySet<string> = new Set([
  "requestsPerMinute",
  "inputTokensPerMinute",
  "outputTokensPerMinute",
  "tokensPerMinute",
]);

function checkLimits(limits: unknown): RateLimits {
  if (limits === undefined) return {};
  if (!isObject(limits)) fail("rateLimits", "an object", limits);
  for (const [name, limit] of Object.entries(limits)) {
    if (!LIMITS.has(name)) throw new TypeError(`rateLimits.${name} is no limit; there are ${[...LIMITS].join(", ")}`);
    if (limit !== undefined && !(typeof limit === "number" && limit > 0 && limit < Infinity))
      fail(`rateLimits.${name}`, "a finite number > 0", limit);
  }
  return limits;
}

/** Checks options and fills in what they leave out. @throws TypeError that names the option that is wrong */
export function resolveOptions(options: SimulatorOptions): Settings {
  if (typeof options !== "object" || options === null) fail("options", "an object", options);
  const unknown = Object.keys(options).find((name) => !NAMES.has(name));
  if (unknown !== undefined) throw new TypeError(`${unknown} is no option; there are ${[...NAMES].join(", ")}`);
  const {
    seed = 1,
    faults = [],
    strict = false,
    recordings = [],
    apiKeys,
    journalSize = 1_000,
    onExchange = () => {},
    clock = systemClock,
  } = options;
  if (typeof seed !== "string" && !Number.isFinite(seed)) fail("seed", "a number or a text", seed);
  if (!Array.isArray(faults)) fail("faults", "a list of rules", faults);
  if (typeof strict !== "boolean") fail("strict", "true or false", strict);
  if (!Array.isArray(recordings)) fail("recordings", "a list", recordings);
  if (apiKeys !== undefined && !(Array.isArray(apiKeys) && apiKeys.every((key) => typeof key === "string")))
    fail("apiKeys", "a list of texts", "something else");
  if (!Number.isInteger(journalSize) || journalSize < 0) fail("journalSize", "a whole number ≥ 0", journalSize);
  if (typeof onExchange !== "function") throw new TypeError("onExchange must be a function");
  if (typeof clock?.now !== "function" || typeof clock.setTimeout !== "function")
    throw new TypeError("clock must have now() and setTimeout()");
  const pace = (value: unknown, option: string, otherwise: number): Distribution | "model" =>
    value === undefined ? otherwise : value === "model" ? value : checkDistribution(value, option);
  return {
    seed,
    models: modelMap(options.models),
    faults,
    strict,
    recordings: recordingMap(recordings),
    length: checkDistribution(options.length ?? { median: 60, p95: 180 }, "length"),
    languages: languageWeights(options.languages),
    latency: pace(options.latency, "latency", 0),
    tokensPerSecond: pace(options.tokensPerSecond, "tokensPerSecond", Infinity),
    apiKeys: apiKeys && new Set(apiKeys),
    rateLimits: checkLimits(options.rateLimits),
    journalSize,
    onExchange,
    clock,
  };
}
