import { lineAt } from "./sources.ts";
import type { Finding, Tree } from "./sources.ts";

const document = "docs/RULES.md";

/** Rules that the table says hold and no test is titled with, and those that it says do not hold and one is. */
export function unprovenRules(tree: Tree): Finding[] {
  const text = tree.get(document) ?? "";
  const tested = new Set([...tree].flatMap(([path, source]) => titledRules(path, source)));
  const rows = [...text.matchAll(/^\| (\d+) \| .+ \| (yes|no|in part)\b.*\|$/gm)];
  const findings: Finding[] = [];
  for (const { 1: rule = "", 2: here, index } of rows) {
    const holds = here !== "no";
    if (holds === tested.has(rule)) continue;
    const message = holds
      ? `no test's title begins with \`rule ${rule}:\``
      : `a test proves rule ${rule}: say that it holds`;
    findings.push({ path: document, line: lineAt(text, index), message });
  }
  return findings;
}

function titledRules(path: string, source: string): string[] {
  if (!path.endsWith(".test.ts") || path.startsWith("ops/tidy")) return [];
  return [...source.matchAll(/\b(?:test|describe)(?:\.each\(.+\))?\(\s*["`]rule (\d+):/g)].map(
    ([, rule]) => rule ?? "",
  );
}
