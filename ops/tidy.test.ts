import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { dirname } from "node:path";

import { deadReferences, looseSupply, machineTraces } from "./tidy/documents.ts";
import { changedGolden, changedGoldenFiles } from "./tidy/golden.ts";
import { barrels, deadFiles, wrongArrows } from "./tidy/imports.ts";
import { maskSource } from "./tidy/mask.ts";
import { unprovenRules } from "./tidy/rules.ts";
import { declaredFunctions, longFiles, longFunctions } from "./tidy/shape.ts";
import { readTree } from "./tidy/sources.ts";
import type { Finding, Tree } from "./tidy/sources.ts";
import { drawers, forbiddenWords, openNotes } from "./tidy/words.ts";

// Reading every file takes as long as the machine is busy.
setDefaultTimeout(120_000);
const root = dirname(import.meta.dir);
const tree = await readTree(root);

/** What a reader has to see when a rule is broken: one line a place. */
function lines(findings: readonly Finding[]): string[] {
  return findings.map(({ path, line, message }) => `${path}:${line}: ${message}`);
}

/** A small checkout with one planted file in it. */
function plant(files: Record<string, string>): Tree {
  const manifest = `{"scripts": {"start": "bun ops/start.ts"}, "trustedDependencies": []}`;
  return new Map(
    Object.entries({ "package.json": manifest, "bun.lock": "", "ops/start.ts": "", ...files }),
  );
}

describe("the checkout", () => {
  test("imports only along the arrows between rooms", () => {
    expect(lines(wrongArrows(tree))).toEqual([]);
  });

  test("has no file that nothing runs", () => {
    expect(lines(deadFiles(tree))).toEqual([]);
  });

  test("has no barrel and no drawer", () => {
    expect(lines([...barrels(tree), ...drawers(tree)])).toEqual([]);
  });

  test("keeps files and functions short", () => {
    expect(lines([...longFiles(tree), ...longFunctions(tree)])).toEqual([]);
  });

  test("has constants for the functions of the core", () => {
    expect(lines(declaredFunctions(tree))).toEqual([]);
  });

  test("calls FIX concepts by their FIX names", () => {
    expect(lines(forbiddenWords(tree))).toEqual([]);
  });

  test("has no note without an issue", () => {
    expect(lines(openNotes(tree))).toEqual([]);
  });

  test("has documents whose paths and links lead somewhere", () => {
    expect(lines(deadReferences(tree, root))).toEqual([]);
  });

  test("names no registry and no path of a machine", () => {
    expect(lines(machineTraces(tree))).toEqual([]);
  });

  test("pins its supply", () => {
    expect(lines(looseSupply(tree))).toEqual([]);
  });

  test("has a test for each rule that it says holds, by number", () => {
    expect(lines(unprovenRules(tree))).toEqual([]);
  });

  const golden = changedGoldenFiles(root);
  test.skipIf(golden === null)("changes no golden file (skipped where there is no git)", () => {
    expect(lines(golden ?? [])).toEqual([]);
  });
});

describe("each checker bites", () => {
  test("on a service that imports a service", () => {
    const planted = plant({
      "ops/start.ts": `import "../gateway/app.ts";`,
      "gateway/app.ts": `import type { Query } from "../query/app.ts";`,
      "query/app.ts": `export const query = 1;`,
    });
    expect(lines(wrongArrows(planted))).toEqual([
      "gateway/app.ts:1: gateway must not import query (../query/app.ts)",
    ]);
  });

  test("on a core that reaches for a port or a package, even in its tests", () => {
    const planted = plant({
      "ops/start.ts": `import "../engine/core/book.ts";`,
      "engine/core/book.ts": `import { log } from "../../ports/log/log.ts";\nimport { z } from "zod";`,
      "engine/core/book.test.ts": `import { log } from "../../ports/log/log.ts";`,
      "ports/log/log.ts": "",
    });
    expect(lines(wrongArrows(planted))).toEqual([
      "engine/core/book.ts:1: engine/core must not import ports (../../ports/log/log.ts)",
      "engine/core/book.ts:2: engine/core must not use the package zod",
      "engine/core/book.test.ts:1: engine/core must not import ports (../../ports/log/log.ts)",
    ]);
  });

  test("on a service that imports ops, but not on a test that puts services together", () => {
    const planted = plant({
      "gateway/app.test.ts": `import "../engine/host.ts";\nimport "../ops/start.ts";`,
      "engine/host.ts": "",
    });
    expect(lines(wrongArrows(planted))).toEqual([
      "gateway/app.test.ts:2: gateway must not import ops (../ops/start.ts)",
    ]);
  });

  test("on a file that only its own kind imports, and not on a Worker or a test's rig", () => {
    const planted = plant({
      "ops/start.ts": `new Worker(new URL("./thread.ts", import.meta.url));`,
      "ops/thread.ts": "",
      "query/old.ts": `import "./older.ts";`,
      "query/older.ts": `import "./old.ts";`,
      "query/app.test.ts": `import "./rig.ts";`,
      "query/rig.ts": "",
    });
    expect(lines(deadFiles(planted))).toEqual([
      "query/old.ts:1: nothing imports or runs this file",
      "query/older.ts:1: nothing imports or runs this file",
    ]);
  });

  test("on a rule without a test, and on a test of a rule that is said not to hold", () => {
    const planted = plant({
      "docs/RULES.md":
        "| 1 | a | yes |\n| 2 | b | yes |\n| 3 | c | no |\n| 4 | d | in part: e |\n| 5 | f | no |\n",
      "query/a.test.ts": `describe("rule 1: a", () => {\n  test("rule 3: c", f);\n});`,
      "query/b.ts": `test("rule 2: b", f);`,
    });
    expect(lines(unprovenRules(planted))).toEqual([
      "docs/RULES.md:2: no test's title begins with `rule 2:`",
      "docs/RULES.md:3: a test proves rule 3: say that it holds",
      "docs/RULES.md:4: no test's title begins with `rule 4:`",
    ]);
  });

  test("on barrels and drawers", () => {
    const planted = plant({
      "query/index.ts": "export const one = 1;",
      "query/all.ts": `export { book } from "./book.ts";\nexport type * from "./trades.ts";\n`,
      "query/utils/time.ts": "",
    });
    expect(barrels(planted).map(({ path }) => path)).toEqual(["query/index.ts", "query/all.ts"]);
    expect(drawers(planted).map(({ path }) => path)).toEqual(["query/utils/time.ts"]);
  });

  test("on a long function, wherever it hides, but not on a list or a frame of tests", () => {
    const body = "  f();\n".repeat(70);
    const planted = plant({
      "query/a.ts": `export function a(): void {\n${body}}\n`,
      "query/b.ts": `const b = async (x: string) => {\n${body}};\n`,
      "query/c.ts": `class C {\n  #method(one: {\n    x: number;\n  }): void {\n${body}  }\n}\n`,
      "query/d.ts": `export const d = {\n${"  one: 1,\n".repeat(80)}};\n`,
      "query/e.test.ts": `describe("e", () => {\n${body}test("s", f);\n});\ntest("t", () => {\n${body}});\n`,
    });
    expect(longFunctions(planted).map(({ path, line }) => `${path}:${line}`)).toEqual([
      "query/a.ts:1",
      "query/b.ts:1",
      "query/c.ts:4",
      "query/e.test.ts:74",
    ]);
  });

  test("on a function that the core declares, and not on a constant, a method or a test's own", () => {
    const planted = plant({
      "engine/core/a.ts": "export const a = () => 1;\nfunction b(): void {}\n",
      "engine/core/c.ts": "export class C {\n  d(): void {}\n}\nexport function e(): void {}\n",
      "engine/core/f.test.ts": "function g(): void {}\n",
      "engine/h.ts": "export function h(): void {}\n",
    });
    expect(declaredFunctions(planted).map(({ path, line }) => `${path}:${line}`)).toEqual([
      "engine/core/a.ts:2",
      "engine/core/c.ts:4",
    ]);
  });

  test("on a long file, but not on a generated one", () => {
    const long = "export {};\n".repeat(401);
    const planted = plant({ "query/a.ts": long, "schema/generated/trade.ts": long });
    expect(longFiles(planted).map(({ path }) => path)).toEqual(["query/a.ts"]);
  });

  test("on synonyms in code, and not in strings, comments or a Map's own words", () => {
    const planted = plant({
      "query/a.ts": [
        "interface Row { size: number; orderId: string }",
        "const isBuy = makerOrderId.size > 0; // the px of an amount",
        'const text = "clientOrderId of an amount";',
        "const cancelledQty = `${row.px} of tif`;",
      ].join("\n"),
    });
    const found = lines(forbiddenWords(planted)).map((line) => line.replace(/: write.*/, ""));
    expect(found.toSorted()).toEqual([
      "query/a.ts:1: `orderId`",
      "query/a.ts:1: `size`",
      "query/a.ts:2: `isBuy`",
      "query/a.ts:2: `makerOrderId`",
      "query/a.ts:4: `cancelledQty`",
      "query/a.ts:4: `px`",
    ]);
  });

  test("on notes without an issue", () => {
    const word = ["TO", "DO"].join("");
    const planted = plant({
      "query/a.ts": `// ${word} later\n// ${word}(#12) known\n/* FIX${"ME"} */`,
    });
    expect(openNotes(planted).map(({ line }) => line)).toEqual([1, 3]);
  });

  test("on dead links and dead backticked paths", () => {
    const planted = plant({
      "docs/A.md":
        "[b](B.md) [c](../query/app.ts#x) `query/gone.ts` `query/app.ts` `v1/orders` `NOPE.md`",
      "query/app.ts": "",
    });
    expect(lines(deadReferences(planted, "/nowhere"))).toEqual([
      "docs/A.md:1: B.md is not there",
      "docs/A.md:1: query/gone.ts is not there",
      "docs/A.md:1: NOPE.md is not there",
    ]);
  });

  test("on registries and machine paths", () => {
    const planted = plant({
      ".npmrc.json": `registry=https://${"registry"}.example.org/npm`,
      "query/a.ts": `const path = "/${"home"}/someone/x";`,
      "query/b.ts": `const path = "/v1/work/x";`,
    });
    expect(machineTraces(planted).map(({ path }) => path)).toEqual([".npmrc.json", "query/a.ts"]);
  });

  test("on a manifest that trusts by default or lets versions float", () => {
    const planted = plant({
      "package.json": `{"dependencies": {"hono": "^4.0.0", "zod": "4.6.7"}}`,
    });
    expect(lines(looseSupply(planted))).toEqual([
      "package.json:1: trustedDependencies must be a list, even an empty one",
      "package.json:1: hono is not pinned: ^4.0.0",
      "bunfig.toml:1: minimumReleaseAge is to be a week or more",
    ]);
  });

  test("on a golden file that was changed or deleted", () => {
    const diff =
      "M\tschema/codec.golden/trade.hex\nA\tschema/codec.golden/new.hex\nD\tengine/golden/a.txt\nM\tREADME.md";
    expect(changedGolden(diff).map(({ path }) => path)).toEqual([
      "schema/codec.golden/trade.hex",
      "engine/golden/a.txt",
    ]);
  });

  test("and the mask under them tells code from text", () => {
    const source = 'const a = /["/]\\//g; const b = `x ${c(`y ${d}`)} z`; // e\nf / g / h;';
    const { code, strings, comments } = maskSource(source);
    expect(code.replace(/ +/g, " ").trim()).toBe("const a = g; const b = c( d ) ; \nf / g / h;");
    expect(strings.map(({ text }) => text)).toEqual(["x ", "y ", "", " z"]);
    expect(comments.map(({ text }) => text)).toEqual([" e"]);
    expect(code.length).toBe(source.length);
  });
});
