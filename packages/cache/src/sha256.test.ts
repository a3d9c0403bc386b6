import { createHash } from "node:crypto";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { runs } from "./kit/runs.ts";
import { sha256 } from "./sha256.ts";

const reference = (text: string): string => createHash("sha256").update(text, "utf8").digest("hex");

test("the standard's own examples", () => {
  expect(sha256("")).toBe("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  expect(sha256("abc")).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
});

test("every length around two block borders", () => {
  for (let length = 0; length <= 140; length++) expect(sha256("é".repeat(length))).toBe(reference("é".repeat(length)));
});

test("any text, after any other", () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: "binary", maxLength: 400 }), { maxLength: 4 }), (texts) => {
      for (const text of texts) expect(sha256(text)).toBe(reference(text));
    }),
    runs(200),
  );
});

test("a text larger than the buffer that is kept", () => {
  const large = "漢字".repeat(300_000);
  expect(sha256(large)).toBe(reference(large));
  expect(sha256("abc")).toBe(reference("abc"));
});
