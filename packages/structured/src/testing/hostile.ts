/** Texts made to hurt a parser, each of about so many characters. */
export function hostileTexts(length: number): Readonly<Record<string, string>> {
  const fill = (part: string): string => part.repeat(Math.ceil(length / part.length));
  return {
    "open brackets": fill("["),
    "open objects": fill('{"a":'),
    "open braces": fill("{"),
    "closed nesting": "[".repeat(length / 2) + "]".repeat(length / 2),
    quotes: fill('"'),
    "a key of quotes": `{"a": "${fill('"')}`,
    backslashes: `{"a": "${fill("\\")}`,
    "backslashes and quotes": `{"a": "${fill('\\"')}`,
    "unclosed string": `{"a": "${fill("x")}`,
    "quotes and commas": `{"a": "${fill('", "')}`,
    colons: `{${fill(":")}`,
    commas: `[${fill(",")}`,
    "white space": `{"a": "b"${fill(" ")}`,
    backticks: fill("`"),
    fences: fill("```json\n"),
    "comments that never end": `{/*${fill("/*")}`,
    "line comments": `[${fill("//\n")}`,
    "lone surrogates": `{"a": "${fill("\ud800")}`,
    "escaped surrogates": `{"a": "${fill("\\ud800")}"}`,
    "control characters": `{"a": "${fill("\u0000\u0001\u001f")}"}`,
    "byte order marks": `${fill("\ufeff")}{"a": "b"}`,
    digits: `{"n": ${fill("9")}}`,
    "huge exponents": `[${fill("1e999,")}1]`,
    "not numbers": `[${fill("NaN,")}NaN]`,
    tags: fill("<think>"),
    "prose with braces": fill("{a} "),
    "prose with brackets": fill("[a] "),
    "words that never end": `{"a": ${fill("word ")}`,
    "unquoted keys": `{${fill("a ")}`,
    "hostile names": `{${fill('"__proto__": {"x": 1}, "constructor": {"prototype": {"y": 2}},')}}`,
    "texts within texts": JSON.stringify(JSON.stringify(JSON.stringify({ a: fill("b") }))),
    parentheses: `{"a": x${fill("(")}`,
  };
}

/** More of them, each aimed at one part of the reader or of coercion. */
export function worseTexts(length: number): Readonly<Record<string, string>> {
  const fill = (part: string): string => part.repeat(Math.ceil(length / part.length));
  const many = (part: (i: number) => string): string =>
    Array.from({ length: length / 10 }, (_, i) => part(i)).join(",");
  return {
    // the reader
    "slashes in words": `{"a": x${fill(" /")}}`,
    "lines of words": `{"a": x${fill("\ny")}}`,
    "commas in words": `{"a": x${fill(", y")}}`,
    "tags in words": `{"a": x${fill("<")}}`,
    "braces in words": `{"a": x${fill("{")}`,
    "addresses unquoted": `{"a": ${fill("http://x, ")}}`,
    "groups of digits": `{"a": ${fill("1,000,")}}`,
    "quotes within quotes": `{"a": "${fill('x "y" z ')}"}`,
    "keys within quotes": `{"a": "${fill('x", "y": ')}"}`,
    "braces within quotes": `{"a": "${fill('{"')}`,
    "closers after quotes": `{"a": "${fill('"}')}`,
    "triple quotes": `{"a": """${fill('""')}`,
    "lines in triple quotes": `{"a": """${fill(" \n")}x"""}`,
    "strings joined": `{"a": ${fill('"x" + ')}"y"}`,
    "comments all over": `{${fill("/* */")}`,
    "stars in a comment": `[/*${fill("*")}`,
    "many answers": fill('{"a":"b"} '),
    "open answers": fill('{"a":[ </x> '),
    "open lists in prose": fill("[a b"),
    "links in prose": fill("[a](b)"),
    "quotes in prose": fill('"{'),
    "escapes in prose": fill('"{\\'),
    "tags in prose": fill("<a"),
    "unicode spaces": `${fill("\u2028\ufeff\u00a0")}[1]`,
    // coercion
    "lists in lists": `${"[".repeat(250)}${fill("1,")}${"]".repeat(250)}`,
    "objects in objects": `${'{"a":'.repeat(250)}"${fill("x")}"${"}".repeat(250)}`,
    "items that do not fit": `[${fill('{"b":1},')}1]`,
    "keys that do not fit": `{"a": {${many((i) => `"k${i}":1`)}}}`,
    "one key": `{${fill('"a":1,')}"a":2}`,
    "keys alike": `{${fill('"A":1,"á":2,')}"a":2}`,
    "one long key": `{"${fill("a")}": 1}`,
    "JSON in JSON": `[${fill('"{\\"a\\":[1]}",')}1]`,
    "almost JSON in JSON": `[${fill('"{",')}"["]`,
    "numbers that are none": `[${fill("1n,")}1]`,
    "one long number": `{"a": ${fill("9")}, "n": 1}`,
    "labels in a text": `{"a": "${fill("v1 v2 ")}"}`,
    "labels in a list": `[${fill('"V-1 ",')}"v1"]`,
    "marks on letters": `{"a": "${fill("é\u0301")}"}`,
    "one letter that is eighteen": `{"a": "${fill("\ufdfa")}"}`,
  };
}
