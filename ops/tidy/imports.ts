import { handwritten, lineAt, resolveIn } from "./sources.ts";
import type { Finding, Tree } from "./sources.ts";
import { maskSource } from "./mask.ts";

/** Room → rooms of ours it may import from. A file belongs to the longest room that is a prefix of its path. */
const arrows: Readonly<Record<string, readonly string[]>> = {
  schema: ["schema"],
  "engine/core": ["engine/core", "schema"],
  "engine/oracle": ["engine/oracle", "engine/core", "schema"],
  ports: ["ports", "engine/core", "schema"],
  engine: ["engine", "engine/core", "ports", "schema"],
  gateway: ["gateway", "engine/core", "ports", "schema"],
  projector: ["projector", "engine/core", "ports", "schema"],
  query: ["query", "engine/core", "ports", "schema"],
  web: ["web", "schema"],
};

/** Room → packages that it may use. Rooms that are not named here may use what package.json names. */
const packages: Readonly<Record<string, RegExp>> = {
  "engine/core": /^$/,
  "engine/oracle": /^$/,
  engine: /^node:/,
  schema: /^(zod|hono-openapi|drizzle-orm(\/.+)?|drizzle-kit|node:.+)$/,
  web: /^(lightweight-charts|node:.+)$/,
};

/** Room → rooms that its tests may use besides: the whole venue where it is put together, never inside the core. */
const testsStayInside = new Set(["engine/core", "engine/oracle", "schema"]);
const rooms = [...Object.keys(arrows), "sim", "ops", "bench"];

const testFile = /\.test\.tsx?$/;

interface Import {
  readonly path: string;
  readonly line: number;
  readonly named: string;
  /** The file of ours that it names, or null for a package or nothing. */
  readonly target: string | null;
}

const importBefore = /(?:\bfrom|\bimport|\bimport\s*\(|\brequire\s*\()\s*$/;

function imports(tree: Tree): Import[] {
  return handwritten(tree).flatMap(({ path, source }) =>
    source.strings
      .filter(({ index }) => importBefore.test(source.code.slice(Math.max(0, index - 30), index)))
      .map(({ text, index }) => ({
        path,
        line: lineAt(source.text, index),
        named: text,
        target: text.startsWith(".") ? resolveIn(tree, path, text) : null,
      })),
  );
}

/** Imports against the arrows between rooms. Files that only tests use count as tests. */
export function wrongArrows(tree: Tree): Finding[] {
  const live = reachable(tree, entryPoints(tree));
  const findings: Finding[] = [];
  for (const { path, line, named, target } of imports(tree)) {
    const room = roomOf(path);
    if (room === null) continue;
    const asTest = !live.has(path) && !testsStayInside.has(room);
    const allowed = asTest
      ? rooms.filter((name) => name !== "ops" || room === "ops")
      : (arrows[room] ?? rooms);
    const targetRoom = target === null ? null : roomOf(target);
    if (targetRoom !== null && !allowed.includes(targetRoom)) {
      findings.push({ path, line, message: `${room} must not import ${targetRoom} (${named})` });
    }
    const allowedPackages = live.has(path) ? packages[room] : undefined;
    if (!named.startsWith(".") && allowedPackages !== undefined && !allowedPackages.test(named)) {
      findings.push({ path, line, message: `${room} must not use the package ${named}` });
    }
  }
  return findings;
}

/** Files that nothing reaches: no script, no test, no document's command. */
export function deadFiles(tree: Tree): Finding[] {
  const tests = [...tree.keys()].filter((path) => testFile.test(path));
  const live = reachable(tree, [...entryPoints(tree), ...tests]);
  return [...tree.keys()]
    .filter((path) => /\.(tsx?|js|css|html)$/.test(path) && !live.has(path))
    .map((path) => ({ path, line: 1, message: "nothing imports or runs this file" }));
}

/** `index.ts` files, and files that only hand on what others export. */
export function barrels(tree: Tree): Finding[] {
  const findings: Finding[] = [];
  for (const { path, source } of handwritten(tree)) {
    const onlyHandsOn =
      source.code.includes("export") &&
      /^(\s*export\s+(type\s+)?(\*(\s+as\s+\w+)?|\{[^}]*\})\s+from\s*;?)+\s*$/.test(source.code);
    if (/(^|\/)index\.tsx?$/.test(path) || onlyHandsOn) {
      findings.push({ path, line: 1, message: "a barrel: import the file you mean" });
    }
  }
  return findings;
}

/** What people and machines run: package scripts, containers, CI, configuration that a tool reads by its name. */
function entryPoints(tree: Tree): string[] {
  const runners = ["package.json", "compose.yaml"].map((path) => tree.get(path) ?? "");
  const named = [...runners.join("\n").matchAll(/[\w./-]+\.ts\b/g)].map(([path]) => path);
  const fixed = [...tree.keys()].filter(
    (path) => /(^|\/)drizzle\.config\.ts$/.test(path) || /(^|\/)main\.ts$/.test(path),
  );
  return [...named, ...fixed].filter((path) => tree.has(path));
}

/**
 * Everything that the given files name, and what that names: imports, Workers, child processes, assets. A test that a script
 * names is run by it, but is no part of it.
 */
function reachable(tree: Tree, from: readonly string[]): Set<string> {
  const found = new Set(from);
  for (const path of found) {
    for (const named of namedFiles(path, tree.get(path) ?? "")) {
      const target = resolveIn(tree, path, named);
      if (target !== null && !testFile.test(target)) found.add(target);
    }
  }
  return found;
}

function namedFiles(path: string, text: string): string[] {
  if (/\.tsx?$/.test(path)) return maskSource(text).strings.map((piece) => piece.text);
  if (/\.(html|css)$/.test(path)) {
    return [...text.matchAll(/(?:src=|href=|url\(|@import)\s*["']?([^"')\s]+)/g)].map(
      (match) => match[1] ?? "",
    );
  }
  return [];
}

function roomOf(path: string): string | null {
  const matching = rooms.filter((room) => path.startsWith(`${room}/`));
  return matching.toSorted((one, other) => other.length - one.length)[0] ?? null;
}
