import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { ReplayDigest } from "./replay-digest.ts";
import type { StreamLog } from "./stream-log.ts";

const script = join(import.meta.dir, "replay-digest.ts");

/** A Node that can run the engine: where it is, and whether it reads TypeScript by itself. */
export interface NodeRuntime {
  readonly path: string;
  readonly version: string;
  readonly readsTypeScript: boolean;
}

/** The Node of the path; null where there is none, or one without zlib.crc32 (before 20.15). */
export function findNode(): NodeRuntime | null {
  const path = Bun.which("node");
  if (path === null) return null;
  const { stdout } = Bun.spawnSync([
    path,
    "-p",
    "process.versions.bun ? '' : process.versions.node",
  ]);
  const version = stdout.toString().trim();
  if (version === "" || isOlder(version, "20.15.0")) return null;
  return { path, version, readsTypeScript: !isOlder(version, "22.18.0") };
}

function isOlder(version: string, than: string): boolean {
  return Bun.semver.order(version, than) < 0;
}

/** Replays the logs under this Bun. */
export function replayUnderBun(logs: readonly StreamLog[]): ReplayDigest {
  return withFolder((folder) => run([process.execPath, script], folder, logs));
}

/** Replays them under Node: from the same sources, or from a bundle of them where Node does not read TypeScript. */
export async function replayUnderNode(
  { path, readsTypeScript }: NodeRuntime,
  logs: readonly StreamLog[],
): Promise<ReplayDigest> {
  const folder = mkdtempSync(join(tmpdir(), "orderbook-bytes-"));
  try {
    const runnable = readsTypeScript ? script : await bundle(folder);
    return run([path, runnable], folder, logs);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function bundle(folder: string): Promise<string> {
  const naming = "replay-digest.mjs";
  await Bun.build({ entrypoints: [script], target: "node", outdir: folder, naming });
  return join(folder, naming);
}

function withFolder<Result>(work: (folder: string) => Result): Result {
  const folder = mkdtempSync(join(tmpdir(), "orderbook-bytes-"));
  try {
    return work(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function run(command: readonly string[], folder: string, logs: readonly StreamLog[]): ReplayDigest {
  const file = join(folder, "logs.json");
  writeFileSync(file, JSON.stringify(logs));
  const { stdout, stderr, exitCode } = Bun.spawnSync([...command, file]);
  if (exitCode !== 0) throw new Error(`${command.join(" ")} failed: ${stderr.toString()}`);
  return JSON.parse(stdout.toString()) as ReplayDigest;
}

/** A line for what differs, with the first record where it shows; null where nothing does. */
export function difference(
  logs: readonly StreamLog[],
  one: ReplayDigest,
  other: ReplayDigest,
): string | null {
  for (const [index, { seed }] of logs.entries()) {
    const hashes = one.bodyHashes[index] ?? [];
    const others = other.bodyHashes[index] ?? [];
    const place = hashes.findIndex((hash, at) => hash !== others[at]);
    if (place === -1 && hashes.length === others.length) continue;
    const [first, second] = [hashes[place], others[place]];
    return `seed ${seed}, seqNum ${place + 1}: ${first} under ${one.runtime}, ${second} under ${other.runtime}`;
  }
  if (one.bodies !== other.bodies) return `bodies: ${one.bodies}, ${other.bodies}`;
  if (one.snapshots !== other.snapshots) return `snapshots: ${one.snapshots}, ${other.snapshots}`;
  return null;
}
