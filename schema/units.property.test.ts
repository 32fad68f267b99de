import { describe, expect, test } from "bun:test";

import fc from "fast-check";

import { formatDecimal, parseDecimal, parseWideDecimal } from "./units.ts";

const exponent = fc.integer({ min: -18, max: 9 });
const safe = fc.nat(Number.MAX_SAFE_INTEGER);

describe("decimal strings", () => {
  test("parsing gives back what was formatted", () => {
    fc.assert(
      fc.property(safe, exponent, (value, e) => {
        expect(parseDecimal(formatDecimal(value, e), e)).toEqual({ ok: true, value });
      }),
      { numRuns: 2_000 },
    );
  });

  test("parsing gives back what was formatted beyond 2^53", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: (1n << 96n) - 1n }), exponent, (value, e) => {
        expect(parseWideDecimal(formatDecimal(value, e), e)).toEqual({ ok: true, value });
      }),
      { numRuns: 2_000 },
    );
  });

  test("rule 1: what is parsed is the number that the string says, exactly", () => {
    fc.assert(
      fc.property(fc.nat(10 ** 9), fc.nat(10 ** 6 - 1), (whole, millionths) => {
        const text = `${whole}.${String(millionths).padStart(6, "0")}`;
        const value = BigInt(whole) * 10n ** 6n + BigInt(millionths);
        expect(parseWideDecimal(text, -6)).toEqual({ ok: true, value });
        expect(parseWideDecimal(text, -9)).toEqual({ ok: true, value: value * 1_000n });
      }),
    );
  });

  test("zeros at the end of the fraction do not count as digits", () => {
    expect(parseDecimal("1.500000", -1)).toEqual({ ok: true, value: 15 });
    expect(parseDecimal("70.0", 1)).toEqual({ ok: true, value: 7 });
  });

  test.each([
    ["", -2],
    ["-1", -2],
    ["+1", -2],
    ["1e3", -2],
    ["1E3", -2],
    ["NaN", -2],
    ["Infinity", -2],
    [" 1", -2],
    ["1 ", -2],
    ["1\n", -2],
    ["01", -2],
    ["00", -2],
    [".5", -2],
    ["1.", -2],
    ["1..2", -2],
    ["1,5", -2],
    ["0x10", -2],
    ["1_000", -2],
    ["\u0661", -2],
    ["1.2.3", -2],
    ["--1", -2],
    ["-0", -2],
  ])("%j is no decimal", (text, e) => {
    expect(parseDecimal(text, e)).toEqual({ ok: false, reason: "NotADecimal" });
  });

  test.each([
    ["1.001", -2],
    ["0.5", 0],
    ["15", 1],
    ["0.0000000001", -9],
  ])("%j has more digits than 10^%i counts", (text, e) => {
    expect(parseDecimal(text, e)).toEqual({ ok: false, reason: "TooPrecise" });
  });

  test("nothing above 2^53 - 1 passes for a quantity", () => {
    expect(parseDecimal("9007199254740991", 0)).toEqual({
      ok: true,
      value: Number.MAX_SAFE_INTEGER,
    });
    expect(parseDecimal("9007199254740992", 0)).toEqual({ ok: false, reason: "TooLarge" });
    expect(parseDecimal("1", -18)).toEqual({ ok: false, reason: "TooLarge" });
    expect(parseWideDecimal("79228162514264337593543950336", 0)).toEqual({
      ok: false,
      reason: "TooLarge",
    });
  });

  test("no text at all makes the parser throw or say other than digits and a point say", () => {
    fc.assert(
      fc.property(fc.string(), exponent, (text, e) => {
        const parsed = parseDecimal(text, e);
        if (parsed.ok) expect(text).toMatch(/^\d+(\.\d+)?$/);
      }),
      { numRuns: 2_000 },
    );
  });
});
