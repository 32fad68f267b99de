import { closeSync, fdatasyncSync, openSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";

import { Histogram } from "./histogram.ts";

const recordBytes = 300;

/** Nanoseconds that one bare append of 300 bytes with its fsync takes in that folder: what no durable order can beat. */
export function measureFsync(folder: string, count: number): Histogram {
  const path = join(folder, `fsync-${crypto.randomUUID()}`);
  const file = openSync(path, "w", 0o600);
  const histogram = new Histogram();
  const bytes = new Uint8Array(recordBytes).fill(1);
  try {
    for (let index = 0; index < count; index++) {
      const startedAt = Bun.nanoseconds();
      writeSync(file, bytes);
      fdatasyncSync(file);
      histogram.record(Bun.nanoseconds() - startedAt);
    }
  } finally {
    closeSync(file);
    rmSync(path);
  }
  return histogram;
}
