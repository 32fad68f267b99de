import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { writeCodecs } from "./sbe/codec-writer.ts";
import { readMessageSchema } from "./sbe/message-schema.ts";

/**
 * `bun run generate` writes schema/generated from schema/messages.xml; with --check it only compares, and exits with 1 where
 * they differ.
 */
const folder = join(import.meta.dirname, "generated");
const xml = readFileSync(join(import.meta.dirname, "messages.xml"), "utf8");
const files = new Map(
  [...writeCodecs(readMessageSchema(xml))].map(([name, text]) => [name, formatted(name, text)]),
);
const stale = staleFiles();

if (process.argv.includes("--check")) {
  if (stale.length > 0) console.error(`Not in step with messages.xml: ${stale.join(", ")}`);
  process.exit(stale.length > 0 ? 1 : 0);
}
mkdirSync(folder, { recursive: true });
for (const name of readdirSync(folder)) if (!files.has(name)) rmSync(join(folder, name));
for (const [name, text] of files) writeFileSync(join(folder, name), text);
console.log(`${files.size} files in schema/generated, ${stale.length} changed`);

function staleFiles(): string[] {
  const present = new Set(readdirSync(folder));
  const changed = [...files].filter(
    ([name, text]) => !present.delete(name) || readFileSync(join(folder, name), "utf8") !== text,
  );
  return [...changed.map(([name]) => name), ...present];
}

function formatted(name: string, text: string): string {
  const format = Bun.spawnSync([process.execPath, "fmt", `--stdin-filepath=${name}`], {
    cwd: join(import.meta.dirname, ".."),
    stdin: new TextEncoder().encode(text),
  });
  if (!format.success) throw new Error(`bun fmt refuses ${name}: ${format.stderr.toString()}`);
  return format.stdout.toString();
}
