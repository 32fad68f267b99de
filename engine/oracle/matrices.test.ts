import { expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { runMatrix } from "./matrix-run.ts";
import { readMatrix, writeMatrix } from "./matrix.ts";

/** FIX's order state change matrices, from A (executions) to I (orders that do not rest). */
const entries =
  "A.1.ab B.1.abcdef C.1.abc C.2.a C.3.abc D.1.abc D.2.abcd E.1.abcd F.1.abc G.1.abc H.1.abcd I.1.ab";

/** Entries that this venue cannot come to. */
const without: Readonly<Record<string, string>> = {
  "D.2.d": "the second replace is refused as the first one is pending: nothing is ever pending",
  "E.1.a": "telephoned order: every order comes by the log",
  "E.1.c": "unsolicited replacement: nobody replaces the order of another",
  "G.1.b": "nothing done, in the style of another protocol",
  "H.1.b": "stock split: units of an instrument never change",
};

const folder = join(import.meta.dir, "golden");
const files = readdirSync(folder).filter((name) => name.endsWith(".txt"));
const namedEntries = files.map((name) => name.slice(0, name.indexOf("-")));

test.each(files)("oracle and core send what the matrix %s shows", (name) => {
  const text = readFileSync(join(folder, name), "utf8");
  const matrix = readMatrix(text);
  expect(name).toStartWith(`${matrix.head[0]?.split(" ")[0]}-`);
  expect(matrix.received.length).toBeGreaterThan(0);
  expect(writeMatrix(matrix, runMatrix(matrix))).toBe(text);
});

test("each entry from A to I has its file, or a reason why not", () => {
  const wanted = entries.split(" ").flatMap((group) => {
    const [letter = "", number = "", cases = ""] = group.split(".");
    return Array.from(cases, (last) => `${letter}.${number}.${last}`);
  });
  expect([...namedEntries, ...Object.keys(without)].toSorted()).toEqual(wanted);
});

test("a matrix that says otherwise is noticed", () => {
  const text = readFileSync(join(folder, "A.1.a-filled-order.txt"), "utf8");
  const matrix = readMatrix(text.replace("another: Sell 2000", "another: Sell 2001"));
  expect(writeMatrix(matrix, runMatrix(matrix))).not.toBe(text);
});
