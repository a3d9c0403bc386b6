import { describe, expect, it } from "vitest";
import { parseNumber, searchNumber } from "./number.ts";

describe("parseNumber", () => {
  it.each([
    ["12", 12],
    [" -3.5e2, ", -350],
    ["12.5e+10", 12.5e10],
    ["1e-5", 0.000_01],
    ["0x1F", 31],
    ["0xA", 10],
    ["7...", 7],
    [".5", 0.5],
    ["5.", 5],
    ["+7", 7],
    ["12,111", 12_111],
    ["0,125", 0.125],
    ["-0,125", -0.125],
    ["1,234,567", 1_234_567],
    ["1.234.567", 1_234_567],
    ["1,234.56", 1234.56],
    ["1.234,56", 1234.56],
    ["3,5", 3.5],
    ["1.234", 1.234],
    [",5", 0.5],
    ["$1.50", 1.5],
    ["-€ 1.234,50", -1234.5],
    ["฿20", 20],
    ["20 ₿", 20],
    ["£12,345", 12_345],
    ["¥-1", -1],
    ["1/5", 0.2],
    ["-3/4", -0.75],
    ["$1/4", 0.25],
    ["0/7", 0],
    ["1\u00a0234\u202f567,5", 1_234_567.5],
    ["1'000", 1000],
    ["- 5", -5],
    [`${"1".repeat(3)}${" ".repeat(61)}`, 111],
  ])("reads %j", (text, expected) => {
    expect(parseNumber(text)).toBe(expected);
  });

  it.each([
    "",
    ",",
    ".",
    "-",
    "abc",
    "12a",
    "a12",
    "1/0",
    "1/x",
    "x/2",
    "/2",
    "1234,567,890",
    "1,23,456",
    "1,2345,678",
    ",123,456",
    "--1",
    "¢5",
    "1 2",
    "336 404",
    "3 1/2",
    "1,5 2",
    "1,5 22",
    "1$50",
    "1e",
    "0x",
    "0xg",
    "1 -2",
    "2026/11/23",
    `${"1".repeat(3)}${" ".repeat(62)}`,
  ])("does not guess at %j", (text) => {
    expect(parseNumber(text)).toBeUndefined();
  });
});

describe("searchNumber", () => {
  it.each([
    ["about 42 of them", 42],
    ["it costs $1,234.50 now", 1234.5],
    ["-3e2 or so", -300],
    ["about 3e-12", 3e-12],
    ["1e5x", 100_000],
    ["7, I said 7", 7],
    ["3 or 4", undefined],
    ["it is .5 of it", 0.5],
    ["No.5 it is", 5],
    ["none", undefined],
    ["1.2k", undefined],
    ["$3M", undefined],
    ["about 5bn", undefined],
    ["2.5 million people", undefined],
    ["128KB", 128],
    ["10kg", 10],
    ["5 km", 5],
    [`5${" ".repeat(9999)}`, 5],
    [`5${" ".repeat(10_000)}`, undefined],
  ])("finds the only number of %j", (text, expected) => {
    expect(searchNumber(text)).toBe(expected);
  });
});
