import { existsSync } from "node:fs";
import { dirname, join, normalize } from "node:path";

import { maskSource } from "./mask.ts";
import type { MaskedSource } from "./mask.ts";

/** The checkout as the checkers see it: path from the root → text. Binary files have an empty text. */
export type Tree = ReadonlyMap<string, string>;

/** A broken rule: where, and what to do. */
export interface Finding {
  readonly path: string;
  readonly line: number;
  readonly message: string;
}

const folderNotOurs = /^(node_modules|\.git|\.data|\.cache|coverage)\//;
const fileWithText =
  /\.(ts|tsx|js|css|html|md|json|jsonc|xml|sql|toml|yml|yaml|svg|txt|hex|lock)$|^\.ci\/|^\.git(ignore|attributes)$|^LICENSE$/;

/** Reads every file of the checkout that is ours. */
export async function readTree(root: string): Promise<Tree> {
  const tree = new Map<string, string>();
  for await (const path of new Bun.Glob("**/*").scan({ cwd: root, dot: true, onlyFiles: true })) {
    if (folderNotOurs.test(path)) continue;
    tree.set(path, fileWithText.test(path) ? await Bun.file(join(root, path)).text() : "");
  }
  return tree;
}

/** TypeScript written by hand, masked; generated files obey the generator's tests instead. */
export function handwritten(tree: Tree): { path: string; source: MaskedSource }[] {
  return [...tree]
    .filter(([path]) => /\.tsx?$/.test(path) && !path.startsWith("schema/generated/"))
    .map(([path, text]) => ({ path, source: maskSource(text) }));
}

export function lineAt(text: string, index: number): number {
  let line = 1;
  for (let at = text.indexOf("\n"); at >= 0 && at < index; at = text.indexOf("\n", at + 1)) line++;
  return line;
}

/** The file that a string in `from` names, seen from its folder or from the root; null when there is none. */
export function resolveIn(tree: Tree, from: string, named: string): string | null {
  for (const path of [normalize(join(dirname(from), named)), normalize(named)]) {
    if (tree.has(path)) return path;
  }
  return null;
}

/** True for a folder or a file of the tree, also for one that only the disk has (a folder that is empty in the tree). */
export function stands(tree: Tree, root: string, path: string): boolean {
  const plain = normalize(path).replace(/\/$/, "");
  return tree.has(plain) || existsSync(join(root, plain));
}
