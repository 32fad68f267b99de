import { expect, test } from "bun:test";

import { compareRows, Differences, plain } from "./differences.ts";

test("a row that differs, is missing or is too much is found, and said with both sides", () => {
  const differences = new Differences("trades");
  compareRows(
    differences,
    new Map([
      ["1", "a"],
      ["2", "b"],
      ["3", "c"],
    ]),
    new Map([
      ["1", "a"],
      ["2", "B"],
      ["4", "d"],
    ]),
  );
  expect(differences.none).toBe(false);
  expect(differences.report()).toEqual([
    "trades: DIFFERS from the fold of the log in 3 of 4 rows",
    "  2: the log says b, the view B",
    "  3: the log says c, the view nothing",
    "  4: the log says nothing, the view d",
  ]);
});

test("equal views say how much was compared", () => {
  const differences = new Differences("orders");
  compareRows(differences, new Map([["1", "a"]]), new Map([["1", "a"]]));
  expect(differences.report()).toEqual(["orders: equal to the fold of the log (1 rows)"]);
});

test("a value has one spelling", () => {
  expect(["1.500", "2.000", "100", "0.00", 7].map(plain)).toEqual(["1.5", "2", "100", "0", "7"]);
});
