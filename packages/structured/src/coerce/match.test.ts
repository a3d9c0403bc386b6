import { describe, expect, it } from "vitest";
import { LONG, fold, match, ownOf, plain } from "./match.ts";
import type { Label, Match } from "./match.ts";

const labelsOf = (...texts: (string | readonly [string, ...string[]])[]): Label[] =>
  texts.map((one) => (typeof one === "string" ? { value: one, texts: [one] } : { value: one[0], texts: one }));

/** What a text means: the label's value, or "ambiguous"; and how it was found. */
function found(labels: readonly Label[], text: string, mode: "off" | "safe" | "full"): unknown[] {
  const { label, how, ambiguous }: Match = match(labels, text, mode);
  return [ambiguous ? "ambiguous" : label?.value, ...(how ? [how] : [])];
}

describe("a text means a label", () => {
  const colors = labelsOf("Red", "deep-blue", "Größe", ["hi", "High"]);
  it.each<[string, off: unknown[], safe: unknown[], full: unknown[]]>([
    ["Red", ["Red"], ["Red"], ["Red"]],
    [" Red\n", ["Red"], ["Red"], ["Red"]],
    ["High", ["hi"], ["hi"], ["hi"]],
    ["red", [undefined], ["Red", "case"], ["Red", "case"]],
    ["GROSSE", [undefined], ["Größe", "accents"], ["Größe", "accents"]],
    ["Deep blue!", [undefined], ["deep-blue", "punctuation"], ["deep-blue", "punctuation"]],
    ["It is Red.", [undefined], [undefined], ["Red", "substring"]],
    ["a grosse one", [undefined], [undefined], ["Größe", "substring"]],
    ["Grosse, that is", [undefined], [undefined], ["Größe", "substring"]],
    ["some d.e.e.p-blue", [undefined], [undefined], ["deep-blue", "substring"]],
    ["Red or High", [undefined], [undefined], ["ambiguous"]],
    ["Red, Red or High", [undefined], [undefined], ["Red", "substring"]],
    ["none", [undefined], [undefined], [undefined]],
    ["", [undefined], [undefined], [undefined]],
  ])("%j", (text, off, safe, full) => {
    expect([found(colors, text, "off"), found(colors, text, "safe"), found(colors, text, "full")]).toStrictEqual([
      off,
      safe,
      full,
    ]);
  });

  it.each<[string, Label[], string, unknown[]]>([
    ["of several that case alone tells apart, the exact one", labelsOf("us", "US"), "US", ["US"]],
    ["of several that fit alike, none", labelsOf("us", "US"), "Us", ["ambiguous"]],
    ["of several that punctuation alone tells apart, none", labelsOf("a-b", "a_b"), "a b", ["ambiguous"]],
    ["the longest where they overlap", labelsOf("good", "very good"), "It is very good", ["very good", "substring"]],
    [
      "the longest where it begins like another",
      labelsOf("very", "very good"),
      "It is very good",
      ["very good", "substring"],
    ],
    ["the longest, whatever its case", labelsOf("good", "very good"), "Very good it is", ["very good", "substring"]],
    ["and the longer one is another", labelsOf("Good", "all bad"), "All bad is Good", ["Good", "substring"]],
    ["not a word of the sentence", labelsOf("yes", "no"), "Yes, no doubt", ["ambiguous"]],
    ["unless another is named more often", labelsOf("yes", "no"), "Yes. Yes, no doubt", ["yes", "substring"]],
    ["what may stand for several, none", labelsOf(["a", "same"], ["b", "same"]), "the same", ["ambiguous"]],
    ["one text of several", labelsOf(["top", "first", "one"], ["low", "second"]), "number one", ["top", "substring"]],
    ["as it stands, not as a pattern", labelsOf("a.c"), "abc", [undefined]],
    ["not by an empty text", labelsOf(["none", ""], "some"), "What?", [undefined]],
    ["only where it is a text", [{ value: 5, texts: ["5"] }], "5", [undefined]],
  ])("%s", (_name, labels, text, expected) => {
    expect(found(labels, text, "full")).toStrictEqual(expected);
  });

  it.each<[string, string[]]>([
    ["female, males, MALES, feMale, maledetto, female1, 1male", ["male", "other"]],
    ["nothing, I know, yesterday, novel", ["yes", "no"]],
    ["inactive, reactive, proactively", ["active", "closed"]],
    ["unapproved, disapproved", ["approved", "rejected"]],
    ["неактивен", ["активен"]],
    ["ineligible, INELIGIBLE", ["eligible"]],
    ["C++, C#, c++ it is, in C# then", ["C", "Java"]],
    ["C, it is C", ["C++", "Java"]],
    ["A+, an A+", ["A", "B"]],
    ["not male, is not a male, isn't male, isn’t quite male, non-male, not_male, never male", ["male", "other"]],
    ["cannot be approved, was not ever fully approved, without approved", ["approved", "rejected"]],
    ["un-approved, nicht approved, pas approved, não approved, не approved", ["approved", "rejected"]],
    ["未批准, 不批准", ["批准", "x"]],
    ["!active, it is !active, ¬active", ["active", "closed"]],
    ["gluten-free, error free", ["gluten", "error"]],
    ["no bug report, debug reporter", ["bug_report", "question"]],
    ["1.5, -1, −1, 2.5, level -2, 2-3, 10:15, x1, 1st, of 1.5 to", ["1", "2", "15"]],
    ["15, GPT-4.1", ["1.5", "gpt-4"]],
    [">5, <10, 5, 10, ≤5, about <10", ["<5", ">10"]],
    ["<5, > 5, it is <5", ["5", "10"]],
    ["A careful answer, it is a good one", ["A", "B"]],
    ["1824, 18-2, 118-24", ["18-24", "25-34"]],
  ])("%s name none", (texts, labels) => {
    const named = texts.split(/[,，] /).map((text) => found(labelsOf(...labels), text, "full")[0]);
    expect(named).toStrictEqual(named.map(() => undefined));
  });

  it.each<[string, string[], string]>([
    ["It looks like a bug report.", ["bug_report", "question"], "bug_report"],
    ["Category: Bug-Report", ["bug_report", "question"], "bug_report"],
    ["It is in progress now", ["in-progress", "done"], "in-progress"],
    ["This is not SPAM", ["SPAM", "NOT_SPAM"], "NOT_SPAM"],
    ["male-dominated", ["male", "other"], "male"],
    ["is_male", ["male", "other"], "male"],
    ["MALE_PERSON", ["MALE", "OTHER"], "MALE"],
    ["__ONE__ is the answer", ["ONE", "TWO"], "ONE"],
    ["the C++ way", ["C", "C++"], "C++"],
    ["the C# way", ["C", "C#"], "C#"],
    ["ticket (#1)", ["#1", "#2"], "#1"],
    ["这是中式菜", ["中式", "日本料理"], "中式"],
    ["ご注文は日本料理です", ["中式", "日本料理"], "日本料理"],
    ["الحالة: نشط", ["نشط", "مغلق"], "نشط"],
    ["NUMBER THREE!", ["NUMBERONE", "NUMBERTHREE"], "NUMBERTHREE"],
    ["it's NUMBER THREE!", ["NUMBERONE", "NUMBERTHREE"], "NUMBERTHREE"],
    ["not the first. active", ["active", "closed"], "active"],
    ["not urgent, but active", ["active", "closed"], "active"],
    ["not closed but certainly active, active", ["active", "closed"], "active"],
    ["no doubt about it: active", ["active", "closed"], "active"],
    ["No. It is active", ["active", "closed"], "active"],
    ["¡active!", ["active", "closed"], "active"],
    ["not sure - active", ["active", "closed"], "active"],
    ["can't say more (active)", ["active", "closed"], "active"],
    ["no doubt active", ["active", "closed"], "active"],
    ["without a doubt active", ["active", "closed"], "active"],
    ["a knot active", ["active", "closed"], "active"],
    ["TWO is one of the correct answers", ["ONE", "TWO"], "TWO"],
    ["**1**.", ["1", "15"], "1"],
    ["it is < 5.", ["<5", ">5"], "<5"],
    ["<b>5</b>", ["5", "10"], "5"],
    ["=> 5", ["5", "10"], "5"],
    ["A is the answer", ["A", "B"], "A"],
    ["Answer: A The Nile", ["A", "B"], "A"],
    ["the answer is a", ["a", "b"], "a"],
    ["(option 15)", ["1", "15"], "15"],
    ["it is 1.5.", ["1.5", "15"], "1.5"],
    ["1,5", ["1.5", "25"], "1.5"],
    ["18 – 24", ["18-24", "25-34"], "18-24"],
    ["so k-2-31_1 then", ["k-2-3.1_1", "k1"], "k-2-3.1_1"],
    [". ".repeat(4000) + "active", ["active", "closed"], "active"],
  ])("%s names one", (text, labels, expected) => {
    expect(found(labelsOf(...labels), text, "full")[0]).toBe(expected);
  });

  it("of 10,000 characters at most, or as one that it names", () => {
    const labels = labelsOf("x".repeat(LONG), "Red", "y".repeat(LONG + 1));
    expect(found(labels, "x".repeat(LONG), "off")).toStrictEqual(["x".repeat(LONG)]);
    expect(found(labels, "y".repeat(LONG + 1), "off")).toStrictEqual([undefined]);
    const long = "-".repeat(LONG);
    expect(found(labels, `Red ${long}`, "full")).toStrictEqual(["Red", "substring"]);
    expect(found(labels, `red ${long}`, "full")).toStrictEqual([undefined]);
    expect(found(labels, `red ${"-".repeat(LONG - 4)}`, "full")).toStrictEqual(["Red", "punctuation"]);
  });
});

describe("a text without accents", () => {
  it.each([
    ["Łódź", "Łodz"],
    ["straße æœøđıþð", "strasse aeoeodithd"],
    ["日本 ①", "日本 1"],
  ])("of %s", (text, expected) => {
    expect(plain(text)).toBe(expected);
  });
});

describe("a folded name", () => {
  it.each([
    ["First-Name", "firstname"],
    ["first_name", "firstname"],
    ["ÉCOLE 2", "ecole2"],
    [" +! ", "+!"],
  ])("of %s", (text, expected) => {
    expect(fold(text)).toBe(expected);
  });
});

describe("labels by what stands for them", () => {
  const labels: Label[] = [
    { value: "a", texts: ["alpha", "a"] },
    { value: 5, texts: ["5"] },
    { value: 6n, texts: ["6"] },
    { value: true, texts: ["true"] },
    { value: null, texts: ["null"] },
    { value: "b", texts: ["alpha"] },
  ];

  it("know a text by its first name, a bigint by its digits and n, others by themselves", () => {
    const { own, kinds } = ownOf(labels);
    expect([...own]).toStrictEqual([
      ["alpha", labels[0]],
      [5, labels[1]],
      ["6n", labels[2]],
      [true, labels[3]],
      [null, labels[4]],
    ]);
    expect([...kinds]).toStrictEqual(["number", "bigint", "boolean"]);
  });
});
