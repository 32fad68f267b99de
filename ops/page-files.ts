import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

import { bundleWeb } from "../web/bundle.ts";

/** Writes the trading page into a folder, for gateways that run as processes of their own: `bun ops/page-files.ts FOLDER`. */
export async function writePage(folder: string): Promise<void> {
  rmSync(folder, { recursive: true, force: true });
  for (const [path, { body }] of await bundleWeb()) {
    const file = join(folder, path === "/" ? "index.html" : path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, body);
  }
}

if (import.meta.main) {
  const [folder] = process.argv.slice(2);
  if (folder === undefined) throw new Error("Name the folder to write the page to");
  await writePage(folder);
}
