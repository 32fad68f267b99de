import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { warmUpCount } from "./compiled-stream.ts";
import type { CorePasses } from "./core-passes.ts";
import { describeMachine, machineLine } from "./machine.ts";
import { median, round, table, writeResult } from "./report.ts";
import { sharedFile } from "./shared-folder.ts";

export interface CoreBenchOptions {
  /** Rounds of one process each, ours and the pace-maker's in turn. */
  readonly roundCount: number;
  /** Passes over the whole stream in each process; the first is the cold one. */
  readonly passCount: number;
  print(line: string): void;
}

/** Name, and the published trade count and SHA-256 of the reports. */
const streams = [
  {
    name: "static",
    tradeCount: 827,
    sha256: "9803843ee404fc29c9a0aa5614f8f0d5a58b5c44fcac9ef89067886fcaaa30d1",
  },
  {
    name: "normal",
    tradeCount: 62_474,
    sha256: "e9b2e3926854410b01a035aeb25dd05f1e597c233be8263de9eb49b6713d367e",
  },
] as const;

/** How long ids stay known, log time at a command each millisecond: as in production, and as little as can be. */
const idWindows = [600_000, 1] as const;

interface Passes {
  readonly cold: number;
  readonly best: number;
  readonly median: number;
}

interface Round {
  /** In the order of idWindows. */
  readonly ours: readonly Passes[];
  readonly pace: Passes | null;
}

/**
 * Nanoseconds that the engine's core takes for a command, over the published order streams, each run in turn with the pace-maker (a
 * bare ladder without features) where that is at hand. Throws when a stream's result is not the published one.
 */
export function benchCore({ roundCount, passCount, print }: CoreBenchOptions): void {
  const machine = describeMachine();
  print(machineLine(machine));
  print(`${roundCount} rounds of ${passCount} passes, ${warmUpCount} commands of each not timed`);
  const results = [];
  for (const stream of streams) {
    const packed = sharedFile("conformance", `orders_${stream.name}_s23.bin.zst`);
    if (packed === null) {
      print(`${stream.name}: skipped, its stream is not at hand`);
      continue;
    }
    const folder = mkdtempSync(join(tmpdir(), "orderbook-bench-"));
    try {
      const path = unpack(packed, join(folder, "stream.bin"));
      prove(path, stream);
      const rounds = Array.from({ length: roundCount }, () => runRound(path, passCount));
      const result = {
        stream: stream.name,
        reportSha256: stream.sha256,
        rows: summarise(rounds),
        rounds,
      };
      print(`\n${stream.name}: reports as published\n${table(result.rows)}`);
      results.push(result);
    } finally {
      rmSync(folder, { recursive: true });
    }
  }
  if (results.length > 0)
    print(`\n${writeResult("core", { machine, warmUpCount, passCount, results })}`);
}

/** The pace-maker reads how much of a stream is warm-up from the first message's reserved field. */
function unpack(packed: string, path: string): string {
  const bytes = Bun.zstdDecompressSync(readFileSync(packed));
  const reservedAt = 16 + 32;
  new DataView(bytes.buffer, bytes.byteOffset).setInt32(reservedAt, warmUpCount, true);
  writeFileSync(path, bytes);
  return path;
}

function prove(path: string, stream: (typeof streams)[number]): void {
  const { reportSha256, tradeCount } = runCore(path, 1, 1, "proved");
  if (reportSha256 === stream.sha256 && tradeCount === stream.tradeCount) return;
  throw new Error(
    `${stream.name}: ${tradeCount} trades, reports ${reportSha256}: not as published`,
  );
}

function runRound(path: string, passCount: number): Round {
  const ours = idWindows.map((idWindowMs) => {
    const { nanosecondsPerCommand } = runCore(path, passCount, idWindowMs, "unproved");
    return passesOf(nanosecondsPerCommand);
  });
  return { ours, pace: runPace(path, passCount) };
}

function passesOf([cold = NaN, ...warm]: readonly number[]): Passes {
  return { cold, best: Math.min(cold, ...warm), median: median(warm) };
}

function runCore(path: string, passCount: number, idWindowMs: number, proof: string): CorePasses {
  const script = join(import.meta.dir, "core-passes.ts");
  return run([script, path, `${passCount}`, `${idWindowMs}`, proof]) as CorePasses;
}

function runPace(path: string, passCount: number): Passes | null {
  const script = sharedFile("pace", "ladder.ts");
  if (script === null) return null;
  const { first, best, med } = run([script, path, "thr", `${passCount}`]) as {
    first: number;
    best: number;
    med: number;
  };
  return { cold: first, best, median: med };
}

function run(args: readonly string[]): unknown {
  const { stdout, stderr, exitCode } = Bun.spawnSync([process.execPath, ...args]);
  if (exitCode !== 0) throw new Error(`A pass failed (${exitCode}): ${stderr.toString()}`);
  return JSON.parse(stdout.toString());
}

function summarise(rounds: readonly Round[]): Record<string, string | number>[] {
  const pace = rounds.flatMap((of) => of.pace ?? []);
  const rows = idWindows.map((idWindowMs, at) => {
    const ours = rounds.flatMap((of) => of.ours[at] ?? []);
    const ratios = ours.flatMap((of, round) => {
      const other = rounds[round]?.pace ?? null;
      return other === null ? [] : [of.median / other.median];
    });
    return {
      ...row(`core, ids known for ${idWindowMs} ms`, ours),
      "x pace (min-max)": spread(ratios, 2),
    };
  });
  if (pace.length === 0) return rows;
  return [...rows, { ...row("pace: bare ladder", pace), "x pace (min-max)": "1" }];
}

function row(what: string, passes: readonly Passes[]): Record<string, string | number> {
  const medians = passes.map((of) => of.median);
  return {
    what,
    "cold ns": round(median(passes.map(({ cold }) => cold))),
    "best ns": round(Math.min(...passes.map(({ best }) => best))),
    "median ns (min-max)": spread(medians, 1),
    "M/s": round(1000 / median(medians), 2),
  };
}

function spread(values: readonly number[], digits: number): string {
  if (values.length === 0) return "no pace-maker at hand";
  const [middle, least, most] = [median(values), Math.min(...values), Math.max(...values)];
  return `${middle.toFixed(digits)} (${least.toFixed(digits)}-${most.toFixed(digits)})`;
}
