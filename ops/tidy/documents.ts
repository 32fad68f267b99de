import { dirname, join, normalize } from "node:path";

import { lineAt, stands } from "./sources.ts";
import type { Finding, Tree } from "./sources.ts";

/** Links and backticked paths of the documents that lead nowhere. */
export function deadReferences(tree: Tree, root: string): Finding[] {
  const findings: Finding[] = [];
  for (const [path, text] of tree) {
    if (!path.endsWith(".md")) continue;
    for (const { named, index } of [...links(text), ...backticked(tree, text)]) {
      const beside = normalize(join(dirname(path), named));
      if (stands(tree, root, beside) || stands(tree, root, named)) continue;
      findings.push({ path, line: lineAt(text, index), message: `${named} is not there` });
    }
  }
  return findings;
}

interface Reference {
  readonly named: string;
  readonly index: number;
}

function links(text: string): Reference[] {
  return [...text.matchAll(/\]\(([^)\s#]+)(?:#[^)\s]*)?\)/g)]
    .map((match) => ({ named: match[1] ?? "", index: match.index }))
    .filter(({ named }) => !/^[a-z]+:/.test(named));
}

/** A backticked word is a path when it starts in a room of ours, or ends like a file of ours and has a folder. */
function backticked(tree: Tree, text: string): Reference[] {
  const tops = new Set([...tree.keys()].map((path) => path.split("/")[0] ?? ""));
  return [...text.matchAll(/`([\w.@-]+(?:\/[\w.@-]+)*\/?)`/g)]
    .map((match) => ({ named: match[1] ?? "", index: match.index }))
    .filter(({ named }) => {
      const first = named.split("/")[0] ?? "";
      if (!named.includes("/")) return /^[A-Z]\w*\.md$/.test(named);
      return tops.has(first) || /\.(ts|md|sql|xml|json|toml)$/.test(named);
    });
}

/** Registries and this or that machine's paths: a checkout must work anywhere. */
export function machineTraces(tree: Tree): Finding[] {
  const traces =
    /https?:\/\/[^\s"'`]*\b(?:registry|artifactory|nexus|verdaccio|npmmirror)\b[^\s"'`]*|(?<![\w.])\/(?:work|root|home\/\w+|Users\/\w+)\/[\w.]/g;
  const findings: Finding[] = [];
  for (const [path, text] of tree) {
    for (const match of text.matchAll(traces)) {
      const line = lineAt(text, match.index);
      findings.push({
        path,
        line,
        message: `\`${match[0]}\` belongs to a machine, not to the project`,
      });
    }
  }
  return findings;
}

const weekSeconds = 7 * 24 * 3600;

/** Which packages may run scripts when installed is said, not left to a built-in list; every version is exact. */
export function looseSupply(tree: Tree): Finding[] {
  const path = "package.json";
  const text = tree.get(path) ?? "{}";
  const manifest = JSON.parse(text) as Record<string, unknown>;
  const findings: Finding[] = [];
  if (!Array.isArray(manifest["trustedDependencies"])) {
    findings.push({
      path,
      line: 1,
      message: "trustedDependencies must be a list, even an empty one",
    });
  }
  for (const kind of ["dependencies", "devDependencies", "optionalDependencies"]) {
    for (const [name, version] of Object.entries(
      (manifest[kind] ?? {}) as Record<string, string>,
    )) {
      if (/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version)) continue;
      findings.push({
        path,
        line: lineAt(text, text.indexOf(`"${name}"`)),
        message: `${name} is not pinned: ${version}`,
      });
    }
  }
  const age = /^minimumReleaseAge = (\d+)/m.exec(tree.get("bunfig.toml") ?? "")?.[1];
  if (Number(age ?? 0) < weekSeconds) {
    const message = "minimumReleaseAge is to be a week or more";
    findings.push({ path: "bunfig.toml", line: 1, message });
  }
  if (!tree.has("bun.lock"))
    findings.push({ path: "bun.lock", line: 1, message: "is not committed" });
  return findings;
}
