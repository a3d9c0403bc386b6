import { expect, test } from "vitest";
import { Quorum } from "./quorum.ts";

test("one alone is a majority; half is not; one more is", () => {
  const quorum = new Quorum(60_000);
  expect(quorum.isReached(0)).toBe(false);
  quorum.opened("a", 30_000, 0);
  expect(quorum.isReached(0)).toBe(true);
  quorum.seen("b", 0);
  expect(quorum.isReached(0)).toBe(false);
  quorum.opened("b", 30_000, 0);
  expect(quorum.isReached(0)).toBe(true);
});

test("who had no traffic within the window does not count", () => {
  const quorum = new Quorum(60_000);
  quorum.seen("quiet", 0);
  quorum.opened("a", 90_000, 60_000);
  expect(quorum.isReached(60_000)).toBe(false);
  expect(quorum.isReached(60_001)).toBe(true);
});

test("an opening counts until its time is over or it was taken back, even without traffic", () => {
  const quorum = new Quorum(1_000);
  quorum.opened("a", 50_000, 0);
  expect(quorum.isReached(49_999)).toBe(true);
  expect(quorum.isReached(50_000)).toBe(false);
  quorum.opened("b", 90_000, 60_000);
  quorum.opened("b", 0, 60_001);
  expect(quorum.isReached(60_001)).toBe(false);
});

test("an opening is not forgotten with later traffic", () => {
  const quorum = new Quorum(1_000);
  quorum.opened("a", 50_000, 0);
  quorum.seen("a", 10);
  expect(quorum.isReached(20)).toBe(true);
});

test("remembers a thousand; the one that was silent longest goes first", () => {
  const quorum = new Quorum(60_000);
  quorum.opened("first", 50_000, 0);
  for (let i = 0; i < 999; i++) quorum.opened(`open-${i}`, 50_000, 0);
  quorum.seen("first", 1);
  for (let i = 0; i < 500; i++) quorum.seen(`well-${i}`, 1); // 500 of the open ones go
  expect(quorum.isReached(1)).toBe(false);
  quorum.opened("first", 50_000, 2);
  expect(quorum.isReached(2)).toBe(false); // 500 of 1,000
  quorum.seen("well-500", 2);
  quorum.opened("well-500", 50_000, 2);
  expect(quorum.isReached(2)).toBe(false);
  quorum.opened("well-499", 50_000, 2);
  expect(quorum.isReached(2)).toBe(true);
});
