import { expect, test } from "bun:test";
import fc from "fast-check";

import { ApiProblem } from "./problems.ts";
import { parseStrictJson } from "./strict-json.ts";

function codeOf(text: string): string {
  try {
    parseStrictJson(text);
    return "none";
  } catch (error) {
    if (error instanceof ApiProblem) return error.code;
    throw error;
  }
}

test.each([
  [`{"a":1,"a":2}`, "DuplicateKey"],
  [`{"a":1,"\\u0061":2}`, "DuplicateKey"],
  [`[{"b":{"a":1}},{"a":{"c":1,"d":[{}],"c":2}}]`, "DuplicateKey"],
  [`{"__proto__":{}}`, "ForbiddenKey"],
  [`{"__proto\\u005f_":{}}`, "ForbiddenKey"],
  [`{"constructor":{"prototype":1}}`, "ForbiddenKey"],
  [`{"a":{"prototype":1}}`, "ForbiddenKey"],
  [`[[[[[[[[[1]]]]]]]]]`, "JsonTooDeep"],
  [``, "MalformedJson"],
  [`{"a":1`, "MalformedJson"],
  [`{a:1}`, "MalformedJson"],
  [`{"a":01}`, "MalformedJson"],
  [`{"a":NaN}`, "MalformedJson"],
  [`{"a":"\\ud8"}`, "MalformedJson"],
  [`{"\\x":1}`, "MalformedJson"],
  [`{"a":1}{"a":1}`, "MalformedJson"],
  [`{"a":"b" "a":1}`, "MalformedJson"],
  [`\u{feff}{}`, "MalformedJson"],
  [`"abc`, "MalformedJson"],
])("%s is refused as %s", (text, code) => {
  expect(codeOf(text)).toBe(code);
});

test("a body of nothing but brackets is refused at the ninth", () => {
  expect(codeOf("[".repeat(100_000))).toBe("JsonTooDeep");
});

test("a value that looks like a key, and the same key in other objects, are no duplicates", () => {
  const text = `{"a":"a","b":["a","a",{"a":"b"}],"c":{"a":1}}`;
  expect(parseStrictJson(text)).toEqual(JSON.parse(text));
  expect(codeOf(`[[[[[[[[1]]]]]]]]`)).toBe("none");
  expect(codeOf(`{"a":"__proto__","b":"constructor"}`)).toBe("none");
});

test("what JSON.parse reads from objects without such keys, this reads too", () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 4 }), (text) => {
      const code = codeOf(text);
      if (code === "ForbiddenKey") return;
      expect(code).toBe("none");
      expect(parseStrictJson(text)).toEqual(JSON.parse(text));
    }),
  );
});

test("no text at all makes it throw anything but a problem", () => {
  const letters = fc.constantFrom(...'{}[]:,"\\ab01.e+-unt '.split(""));
  fc.assert(
    fc.property(fc.string({ unit: letters, maxLength: 40 }), (text) => {
      codeOf(text);
    }),
  );
});
