import { expect, test } from "bun:test";

import { credentialsOf } from "./credentials.ts";
import { decimalsOf, grouped, typedDecimal, withDecimals } from "./decimals.ts";

test("decimals are those that the step needs", () => {
  expect(["0.01000000", "1", "5.00", "0.00001"].map(decimalsOf)).toEqual([2, 0, 0, 5]);
});

test("a value is shown with the step's decimals, and never loses a digit", () => {
  expect(withDecimals("0.04976000", 5)).toBe("0.04976");
  expect(withDecimals("0.04976123", 5)).toBe("0.04976123");
  expect(withDecimals("64250", 2)).toBe("64250.00");
  expect(withDecimals("7.000", 0)).toBe("7");
  expect(withDecimals("9007199254740993.5", 1)).toBe("9007199254740993.5");
});

test("thousands are grouped, decimals are not", () => {
  expect(grouped("1234567.123456")).toBe("1\u2009234\u2009567.123456");
  expect(grouped("999")).toBe("999");
});

test("typed numbers lose groups and take a comma for a point; anything else goes to the venue as it is", () => {
  expect(typedDecimal(" 64\u2009250,5 ")).toBe("64250.5");
  expect(typedDecimal(".5")).toBe("0.5");
  expect(typedDecimal("007")).toBe("7");
  expect(typedDecimal("-1e3")).toBe("-1e3");
});

test("tokens come out of the fragment by account, and nothing else does", () => {
  expect(credentialsOf("#tokens=1001:aa.bb.cc,1002:dd.ee.f_-")).toEqual([
    { accountID: "1001", token: "aa.bb.cc" },
    { accountID: "1002", token: "dd.ee.f_-" },
  ]);
  expect(credentialsOf("#tokens=<b>:aa.bb.cc,1002:no-token,:aa.bb.cc")).toEqual([]);
  expect(credentialsOf("")).toEqual([]);
});
