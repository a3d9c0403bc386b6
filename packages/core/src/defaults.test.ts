import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

/* DEFAULTS.md is kept by hand: each figure in it is one that stands in the code, and each default of the code is in it. */

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), "utf8");
const rows = read("../DEFAULTS.md")
  .split("\n")
  .filter((line) => line.startsWith("| ") && !line.startsWith("| ---"))
  .map((line) => line.split("|").map((cell) => cell.trim()));

/** A figure of the code as the table has it: `"60s"` is 60 s, `10_000` is 10,000, `16 * MB` is 16 MB. */
const shown = (code: string): string =>
  code
    .replaceAll('"', "")
    .replace(/^64 \* 1024 \* 1024$/, "64 MiB")
    .replace("2 ** 24", "16_777_216")
    .replace(" * MB", " MB")
    .replace(/^(\d+)(ms|s|m|h)$/, "$1 $2")
    .replaceAll("_", ",")
    .replace(/^1000$/, "1,000");

/** The figure that stands behind some words of code, or that the doc comment of an `@option` names. */
function figureIn(code: string, words: string): string {
  if (!words.startsWith("@"))
    return code.split(words)[1]?.match(/^(?:"[^"]+"|[\d._]+(?: \*\*? (?:MB|[\d_]+))*|true|false)/)?.[0] ?? "none";
  const comment = code
    .split(`readonly ${words.slice(1)}?:`)[0]
    ?.split("/**")
    .at(-1);
  return comment?.match(/Default `?("[^"]+"|\d[\d,]*(?:\.\d+)?)/)?.[1] ?? "none";
}

/** The row, the file under `packages`, and what names each figure there, in the order of the row. */
const figures: readonly [row: string, file: string, ...before: string[]][] = [
  ["`anthropic()`", "core/src/anthropic/request.ts", "DEFAULT_MAX_TOKENS = "],
  ["`openai()`", "core/src/openai/request.ts", "store: "],
  ["largest line", "core/src/sse.ts", "MAX_LINE = ", "MAX_STREAM = "],
  ["largest line", "core/src/bounded-fetch.ts", "MAX_WHOLE = "],
  ["redirects", "core/src/bounded-fetch.ts", "MAX_HOPS = "],
  ["nesting of a message", "core/src/validate.ts", "MAX_DEPTH = "],
  ["`retry()`", "core/src/retry.ts", "most = ", "baseDelay ?? ", "maxDelay ?? ", "maxRetryAfter ?? "],
  ["`retryBudget()`", "core/src/retry-budget.ts", "share = ", "perMinute = "],
  ["`timeout()`", "core/src/timeout.ts", "given.connect ?? ", "firstPart ?? ", "idle ?? ", "total ?? "],
  ["`hedge()`", "core/src/hedge.ts", "quantile = ", "minSamples = ", "share = "],
  ["last 200", "core/src/hedge.ts", "WINDOW = "],
  ["longest wait; whose limits", "core/src/rate-limit.ts", "maxWait ?? "],
  ["until some have been seen", "core/src/rate-limit.ts", "FIRST_GUESS = "],
  ["`concurrency()`", "core/src/concurrency.ts", "queue: most = "],
  ["`resume()`", "core/src/resume.ts", "times = "],
  ["`runTools()`", "core/src/run-tools.ts", "maxSteps = "],
  ["`promptCache()`", "core/src/prompt-cache.ts", "ttl ?? "],
  ["`openaiEmbedder()`", "core/src/openai-embeddings/index.ts", "texts: ", "tokens: "],
  ["`cache()`", "cache/src/guarded-store.ts", "options.ttl ?? ", "storeTimeout ?? "],
  ["`memoryStore()`", "cache/src/memory.ts", "maxEntries ?? ", "maxBytes ?? "],
  ["failures in a row", "breaker/src/options.ts", "@failureThreshold", "@failureRate", "@minimumCalls", "@window"],
  ["time open", "breaker/src/options.ts", "@resetTimeout", "@maxResetTimeout", "@longResetTimeout"],
  ["probes; hold", "breaker/src/options.ts", "@probes", "@probeLease"],
  ["share of slow calls", "breaker/src/options.ts", "@rate"],
  ["`createRegistry()`", "breaker/src/registry.ts", "@maxKeys", "@idle", "@parentShare"],
  ["`adaptiveThrottle()`", "breaker/src/throttle.ts", "@multiplier", "@window"],
  ["`adaptiveConcurrency()`", "breaker/src/concurrency.ts", "@initial", "@min", "@max"],
  ["`redisSharing()`", "breaker/src/redis.ts", "@timeout"],
  ["`generateObject()`", "structured/src/request.ts", "repairs = "],
  ["`parse()`", "structured/src/parse.ts", "MAX_DEPTH = ", "MAX_LENGTH: number = "],
];

test.each(figures)("%s of %s", (row, file, ...before) => {
  const cells = rows.find((cells) => cells.some((cell) => cell.includes(row)));
  const code = read(`../../${file}`);
  let text = cells?.slice(2).join("; ") ?? "";
  for (const words of before) {
    const figure = figureIn(code, words);
    const found = new RegExp(`(?<![\\d.,])${shown(figure)}(?![\\d.,]*\\d)`).exec(text);
    expect(found, `${words}${figure} in ${text}`).not.toBeNull();
    text = text.slice((found?.index ?? 0) + 1);
  }
});

test("no option of the packages whose default is documented is missing", () => {
  const told = rows.map((cells) => cells.join(" ")).join("\n");
  const where = figures.map(([, file]) => file);
  for (const [, file] of figures)
    for (const [, figure] of read(`../../${file}`).matchAll(/Default `"(\d+(?:ms|s|m|h))"`/g))
      expect(told, `${file}: ${figure}`).toContain(shown(figure ?? ""));
  expect(new Set(where).size).toBeGreaterThan(20);
});
