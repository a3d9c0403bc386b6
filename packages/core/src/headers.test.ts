import { expect, test } from "vitest";
import { goDuration, rateLimits, retryAfter } from "./headers.ts";

const NOW = Date.UTC(2026, 10, 22, 12, 0, 0);
const wait = (headers: Record<string, string>) => retryAfter(new Headers(headers), NOW);

test.each([
  ["1s", 1_000],
  ["6m0s", 360_000],
  ["120ms", 120],
  ["1h2m3.5s", 3_723_500],
  ["0s", 0],
  ["1.5ms", 1.5],
  ["0.125s", 125],
  ["", undefined],
  ["s", undefined],
  ["1", undefined],
  ["1x", undefined],
  ["1s junk", undefined],
  ["-1s", undefined],
])("Go's %s", (text, ms) => expect(goDuration(text)).toBe(ms));

test("parts of a millisecond are none", () => {
  expect(goDuration("500us")).toBe(0);
  expect(goDuration("2s9ns")).toBe(2_000);
});

test.each([
  [{ "retry-after": "2" }, 2_000],
  [{ "retry-after": "0" }, 0],
  [{ "retry-after": "0.25" }, 250],
  [{ "retry-after": "-5" }, 0],
  [{ "retry-after": "Sun, 22 Nov 2026 12:00:30 GMT" }, 30_000],
  [{ "retry-after": "Sun, 22 Nov 2026 11:00:00 GMT" }, 0],
  [{ "retry-after": "99999999999" }, 86_400_000],
  [{ "retry-after": "soon" }, undefined],
  [{ "retry-after": "" }, undefined],
  [{ "retry-after": "NaN" }, undefined],
  [{ "retry-after": "Infinity" }, undefined],
  [{ "retry-after-ms": "75" }, 75],
  [{ "retry-after-ms": "75", "retry-after": "9" }, 75],
  [{ "retry-after-ms": "x", "retry-after": "9" }, 9_000],
  [{}, undefined],
])("%j asks to wait %s ms", (headers, ms) => expect(wait(headers)).toBe(ms));

test("without a Retry-After, the latest reset of a limit that has nothing left", () => {
  expect(
    wait({
      "anthropic-ratelimit-requests-remaining": "0",
      "anthropic-ratelimit-requests-reset": new Date(NOW + 4_000).toISOString(),
      "anthropic-ratelimit-input-tokens-remaining": "0",
      "anthropic-ratelimit-input-tokens-reset": new Date(NOW + 9_000).toISOString(),
      "anthropic-ratelimit-output-tokens-remaining": "10",
      "anthropic-ratelimit-output-tokens-reset": new Date(NOW + 60_000).toISOString(),
    }),
  ).toBe(9_000);
  expect(wait({ "x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "6m0s" })).toBe(360_000);
  expect(wait({ "x-ratelimit-remaining-tokens": "0" })).toBeUndefined();
  expect(wait({ "x-ratelimit-remaining-tokens": "1", "x-ratelimit-reset-tokens": "1s" })).toBeUndefined();
  expect(wait({ "retry-after": "1", "x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "6m0s" })).toBe(
    1_000,
  );
});

test("limits by name, with what the headers say of them", () => {
  const headers = new Headers({
    "anthropic-ratelimit-requests-limit": "50",
    "anthropic-ratelimit-requests-remaining": "49",
    "anthropic-ratelimit-requests-reset": "2026-11-22T12:00:05Z",
    "anthropic-ratelimit-tokens-limit": "1000",
    "anthropic-ratelimit-input-tokens-remaining": "7",
    "anthropic-ratelimit-output-tokens-reset": "garbage",
  });
  expect(rateLimits(headers, NOW)).toEqual([
    { name: "requests", limit: 50, remaining: 49, resetAt: NOW + 5_000 },
    { name: "tokens", limit: 1_000 },
    { name: "input-tokens", remaining: 7 },
  ]);
  expect(
    rateLimits(
      new Headers({
        "x-ratelimit-limit-requests": "10",
        "x-ratelimit-remaining-requests": "0",
        "x-ratelimit-reset-requests": "1s",
        "x-ratelimit-limit-tokens": "",
        "x-ratelimit-remaining-tokens": "many",
      }),
      NOW,
    ),
  ).toEqual([{ name: "requests", limit: 10, remaining: 0, resetAt: NOW + 1_000 }]);
  expect(rateLimits(new Headers(), NOW)).toEqual([]);
});

test.each([
  ["1763812800", 1_763_812_800_000],
  ["1763812800123", 1_763_812_800_123],
  ["30", NOW + 30_000],
  ["250ms", NOW + 250],
  ["2026-11-22T12:01:00Z", NOW + 60_000],
])("a reset of %s", (reset, at) =>
  expect(rateLimits(new Headers({ "x-ratelimit-reset-requests": reset }), NOW)).toEqual([
    { name: "requests", resetAt: at },
  ]),
);
