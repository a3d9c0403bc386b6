import { describe, expect, test } from "vitest";
import { seedRules } from "./seed-rules.ts";

const level = (task: string, tokens = 10): string => seedRules(task, tokens).level;

describe("seedRules", () => {
  test.each(["What is a monad?", "define entropy", "Please LIST the planets", "Tell me: what  is\nlove", "list"])(
    "%j is simple",
    (task) => {
      expect(level(task)).toBe("simple");
    },
  );

  test.each(["Analyze this text", "design", "the architecture of caches", "A complex matter.", "re-DESIGN it"])(
    "%j is complex",
    (task) => {
      expect(level(task)).toBe("complex");
    },
  );

  test.each([
    "Translate this sentence",
    "",
    "my playlist",
    "listen",
    "lists",
    "listing",
    "redefine",
    "defined",
    "somewhat is",
    "what isn't",
    "what's that",
    "what, is",
    "designer",
    "redesign",
    "complexity",
    "analyzes",
    "psychoanalyze",
    "architectures",
    "list_files",
    "list2",
    "élist",
    "listé",
    "Überdesign",
  ])("%j is standard: whole words only", (task) => {
    expect(level(task)).toBe("standard");
  });

  test("is simple below 100 tokens only", () => {
    expect(level("What is this?", 99)).toBe("simple");
    expect(level("What is this?", 100)).toBe("standard");
    expect(level("What is the architecture?", 100)).toBe("complex");
    expect(level("List all", 0)).toBe("simple");
  });

  test("simple is checked first", () => {
    expect(level("What is the architecture of a complex design?")).toBe("simple");
    expect(level("Design a list")).toBe("simple");
  });

  test("says which words decided, and nothing else of the task", () => {
    expect(seedRules("So what  IS the secret?", 7).why).toBe('"what is" in 7 tokens');
    expect(seedRules("Analyze the secret", 7).why).toBe('"analyze"');
    expect(seedRules("The secret", 7).why).toBe("no keyword");
  });
});
