import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

import { bundleWeb } from "../web/bundle.ts";

/** Writes the pages into a folder, for gateways that run as processes of their own: `bun ops/page-files.ts FOLDER`. */
export async function writePage(folder: string): Promise<void> {
  rmSync(folder, { recursive: true, force: true });
  for (const [path, { body, immutable }] of await bundleWeb()) {
    const name = immutable ? path : `${path === "/" ? "index" : path}.html`;
    const file = join(folder, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, body);
  }
}

if (import.meta.main) {
  const [folder] = process.argv.slice(2);
  if (folder === undefined) throw new Error("Name the folder to write the pages to");
  await writePage(folder);
}
