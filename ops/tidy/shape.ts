import { handwritten, lineAt } from "./sources.ts";
import type { Finding, Tree } from "./sources.ts";

export const functionLinesMax = 70;
export const fileLinesMax = 400;

/** Files written by hand that may be long: contracts that are lists. */
const longList = /^schema\/(postgres|clickhouse)\//;

/** Files of more than 400 lines. */
export function longFiles(tree: Tree): Finding[] {
  return handwritten(tree)
    .filter(({ path }) => !longList.test(path))
    .map(({ path, source }) => ({ path, lineCount: source.text.trimEnd().split("\n").length }))
    .filter(({ lineCount }) => lineCount > fileLinesMax)
    .map(({ path, lineCount }) => ({
      path,
      line: fileLinesMax,
      message: `${lineCount} lines, at most ${fileLinesMax}: split it by concept`,
    }));
}

/** Functions of the core that are declared, generators apart, which cannot be otherwise: there they are constants (docs/decisions/0009-functions-of-the-core-are-constants.md). */
export function declaredFunctions(tree: Tree): Finding[] {
  return handwritten(tree)
    .filter(({ path }) => path.startsWith("engine/core/") && !/\.(test|fixture)\.ts$/.test(path))
    .flatMap(({ path, source }) =>
      [...source.code.matchAll(/^(?:export )?(?:async )?function\b(?!\*)/gm)].map(({ index }) => ({
        path,
        line: lineAt(source.text, index),
        message: "a function declaration: a constant is called without being looked up each time",
      })),
    );
}

/** A block that is a list or a frame of functions, not a function: it may be long. */
const noFunction =
  /\b(class|interface|namespace|enum)\b|(?:^|[=:(,[?&|]|\breturn|\bimport|\bexport|\bsatisfies)\s*$/;
const testCall = /\b(test|describe)(\.\w+)*\s*\(/;

/** Functions of more than 70 lines, in tests too; what holds tests (`describe`, a conformance suite) is a frame around functions. */
export function longFunctions(tree: Tree): Finding[] {
  const findings: Finding[] = [];
  for (const { path, source } of handwritten(tree)) {
    for (const { start, end } of blocks(source.code)) {
      const firstLine = lineAt(source.text, start);
      const lineCount = lineAt(source.text, end) - firstLine + 1;
      if (lineCount <= functionLinesMax || isFrame(source.code, start, end)) continue;
      findings.push({
        path,
        line: firstLine,
        message: `a function of ${lineCount} lines, at most ${functionLinesMax}`,
      });
    }
  }
  return findings;
}

function isFrame(code: string, start: number, end: number): boolean {
  return noFunction.test(headerBefore(code, start)) || testCall.test(code.slice(start, end));
}

/** What stands between the end of the statement or block before and this brace, parameter lists left out. */
function headerBefore(code: string, start: number): string {
  let at = start - 1;
  let round = 0;
  while (at >= 0) {
    const char = code[at];
    if (char === ")") round++;
    if (char === "(" && --round < 0) break;
    if (round === 0 && (char === ";" || char === "}" || char === "{")) break;
    at--;
  }
  return code.slice(Math.max(0, at), start);
}

function blocks(code: string): { start: number; end: number }[] {
  const open: number[] = [];
  const found: { start: number; end: number }[] = [];
  for (let at = 0; at < code.length; at++) {
    if (code[at] === "{") open.push(at);
    if (code[at] !== "}") continue;
    const start = open.pop();
    if (start !== undefined) found.push({ start, end: at });
  }
  return found;
}
