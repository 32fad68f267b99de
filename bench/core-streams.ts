import { readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";

import { readOrderStream } from "../ops/order-stream.ts";
import { sharedFile } from "./shared-folder.ts";
import { noteWarmUp, usualWarmUp } from "./stream-file.ts";
import { addThenMatch, deepSweeps, mixedFlow } from "./stream-shapes.ts";
import type { ShapedStream } from "./stream-shapes.ts";

export interface Published {
  readonly tradeCount: number;
  /** SHA-256 of the reports. */
  readonly sha256: string;
}

/** A stream that a bench can run; null where it is not at hand. */
export interface BenchStream {
  readonly name: string;
  /** What its authors say comes of it; null where nobody has said so. */
  readonly published: Published | null;
  /** Whether latencies are taken with it: a deep sweep is one command that takes as long as a thousand. */
  readonly isForLatency: boolean;
  make(): ShapedStream | null;
}

const learningCount = 350_000;
const messageCount = 1_000_000;
const seed = 7;

/** The two streams of the public benchmark, and four shapes of our own. */
export const standardStreams: readonly BenchStream[] = [
  conformance("static", {
    tradeCount: 827,
    sha256: "9803843ee404fc29c9a0aa5614f8f0d5a58b5c44fcac9ef89067886fcaaa30d1",
  }),
  conformance("normal", {
    tradeCount: 62_474,
    sha256: "e9b2e3926854410b01a035aeb25dd05f1e597c233be8263de9eb49b6713d367e",
  }),
  shaped("mixed 20k", () => mixedFlow({ seed, learningCount, messageCount, liveCount: 20_000 })),
  shaped("mixed 1M", () => mixedFlow({ seed, learningCount, messageCount, liveCount: 1_000_000 })),
  shaped("add then match", () => addThenMatch({ seed, learningCount, messageCount })),
  shaped("deep sweeps", () => deepSweeps({ seed, learningCount, messageCount })),
];

/** A stream of the public benchmark's format, `.bin` or `.bin.zst`. Making it throws OrderStreamError where the file is none. */
export function streamOfFile(path: string): BenchStream {
  return { name: basename(path), published: null, isForLatency: true, make: () => shapeOf(path) };
}

/** Writes a stream where child processes and the pace-maker find it. */
export function writeStream(folder: string, { bytes, warmUpCount }: ShapedStream): string {
  const path = join(folder, "stream.bin");
  noteWarmUp(bytes, warmUpCount);
  writeFileSync(path, bytes);
  return path;
}

function conformance(name: string, published: Published): BenchStream {
  const path = sharedFile("conformance", `orders_${name}_s23.bin.zst`);
  const make = (): ShapedStream | null => (path === null ? null : shapeOf(path));
  return { name, published, isForLatency: name === "normal", make };
}

function shaped(name: string, make: () => ShapedStream): BenchStream {
  return { name, published: null, isForLatency: name === "mixed 20k", make };
}

function shapeOf(path: string): ShapedStream {
  const file = readFileSync(path);
  const warmUpCount = usualWarmUp(readOrderStream(file));
  return { bytes: path.endsWith(".zst") ? Bun.zstdDecompressSync(file) : file, warmUpCount };
}
