import { readFileSync } from "node:fs";

import { Arithmetic } from "./arithmetic.ts";
import { childOptions, finish } from "./child-run.ts";
import { compileStream } from "./compiled-stream.ts";
import { Histogram } from "./histogram.ts";
import { readNumberedStream } from "./numbered-stream.ts";
import { emptySpin, openLoop } from "./open-loop.ts";
import type { OpenLoop, Pause } from "./open-loop.ts";
import { ReadyCommands } from "./ready-commands.ts";
import { median } from "./report.ts";

export interface CoreLatencyOptions {
  readonly path: string;
  readonly warmUpCount: number;
  readonly idWindowMs: number;
  readonly countMax: number;
}

export interface CoreLatency {
  readonly commandCount: number;
  /** Of a command, at saturation: one behind the other. */
  readonly serviceNs: number;
  readonly loads: readonly LoadLatency[];
  /** At half of saturation with a snapshot's copy halfway: its own pauses. */
  readonly snapshotPauses: readonly PauseCause[];
  /** Milliseconds of the snapshot's copy itself. */
  readonly snapshotMs: number;
  /** The machine itself, of a loop that only looks at the clock, in the same minute. */
  readonly spin: { readonly p999: number; readonly max: number; readonly pauseCount: number };
}

/** Nanoseconds. */
export interface LoadLatency {
  readonly share: number;
  readonly ratePerSecond: number;
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
  readonly pauses: readonly PauseCause[];
  /** p99.9 at the same rate of arithmetic that takes as long as a command and touches no memory: what the machine itself does to it. */
  readonly bareP999: number;
}

/** Pauses of more than a millisecond that have one cause. */
export interface PauseCause {
  readonly cause: string;
  readonly count: number;
  readonly longestMs: number;
}

const shares = [0.25, 0.5, 0.75, 0.9];
const closedPasses = 4;
const loadRuns = 3;
const spinSeconds = 1;

if (import.meta.main) finish(run(childOptions<CoreLatencyOptions>()));

function run({ path, warmUpCount, idWindowMs, countMax }: CoreLatencyOptions): CoreLatency {
  const compiled = compileStream(readNumberedStream(readFileSync(path)), warmUpCount);
  const commands = new ReadyCommands(compiled, idWindowMs, countMax);
  const serviceNs = serviceTime(commands);
  const growths = findGrowths(commands);
  const stepOf = (share: number): number => serviceNs / share;
  loaded(commands, stepOf(0.5));
  const spin = emptySpin(spinSeconds);
  const bare = new Arithmetic(serviceNs);
  openLoop(commands.count, stepOf(0.5), () => bare.run());
  const loads = shares.map((share) => loadLatency(commands, bare, share, stepOf(share), growths));
  const { snapshotPauses, snapshotMs } = withSnapshot(commands, stepOf(0.5), growths);
  return {
    commandCount: commands.count,
    serviceNs,
    loads,
    snapshotPauses,
    snapshotMs,
    spin: {
      p999: spin.latency.percentile(0.999),
      max: spin.latency.max,
      pauseCount: spin.pauses.length,
    },
  };
}

/** One command behind the other, without a look at the clock in between. */
function serviceTime(commands: ReadyCommands): number {
  const passes = Array.from({ length: closedPasses }, () => {
    commands.restart();
    const startedAt = Bun.nanoseconds();
    for (let index = 0; index < commands.count; index++) commands.apply(index);
    return (Bun.nanoseconds() - startedAt) / commands.count;
  });
  return median(passes.slice(1));
}

/** Of several runs, each with one of bare arithmetic behind it, the one whose p99.9 is in the middle; the pauses are those of all. */
function loadLatency(
  commands: ReadyCommands,
  bare: Arithmetic,
  share: number,
  stepNs: number,
  growths: ReadonlyMap<number, number>,
): LoadLatency {
  const runs: OpenLoop[] = [];
  const bareRuns: OpenLoop[] = [];
  while (runs.length < loadRuns) {
    runs.push(loaded(commands, stepNs));
    bareRuns.push(openLoop(commands.count, stepNs, () => bare.run()));
  }
  const latency = middleOf(runs);
  const pauses = runs.flatMap((run) => run.pauses);
  return {
    share,
    ratePerSecond: Math.round(1e9 / stepNs),
    p50: latency.percentile(0.5),
    p99: latency.percentile(0.99),
    p999: latency.percentile(0.999),
    max: latency.max,
    pauses: causesOf(pauses, (pause) => explain(pause, growths)),
    bareP999: middleOf(bareRuns).percentile(0.999),
  };
}

/** The latencies of the run whose p99.9 is in the middle. */
function middleOf(runs: readonly OpenLoop[]): Histogram {
  const sorted = runs.toSorted((a, b) => a.latency.percentile(0.999) - b.latency.percentile(0.999));
  return sorted[runs.length >> 1]?.latency ?? new Histogram();
}

function loaded(commands: ReadyCommands, stepNs: number): OpenLoop {
  commands.restart();
  Bun.gc(true);
  return openLoop(commands.count, stepNs, (index) => commands.apply(index));
}

/** The engine is a pure function: what grows with a command grows with it in every run. */
function findGrowths(commands: ReadyCommands): ReadonlyMap<number, number> {
  commands.restart();
  const growths = new Map<number, number>();
  let before = memoryOf(commands);
  for (let index = 0; index < commands.count; index++) {
    commands.apply(index);
    const after = memoryOf(commands);
    if (after > before) growths.set(index, after - before);
    before = after;
  }
  return growths;
}

function memoryOf({ engine }: ReadyCommands): number {
  const { orders, levels, window } = engine.memoryBytes;
  return orders + levels + window;
}

function withSnapshot(
  commands: ReadyCommands,
  stepNs: number,
  growths: ReadonlyMap<number, number>,
) {
  commands.restart();
  const halfway = commands.count >> 1;
  let snapshotMs = 0;
  const { pauses } = openLoop(commands.count, stepNs, (index) => {
    if (index === halfway) {
      const startedAt = Bun.nanoseconds();
      commands.engine.capture();
      snapshotMs = (Bun.nanoseconds() - startedAt) / 1e6;
    }
    commands.apply(index);
  });
  const snapshotPauses = causesOf(pauses, (pause) =>
    pause.index === halfway ? "snapshot copy" : explain(pause, growths),
  );
  return { snapshotPauses, snapshotMs };
}

function causesOf(pauses: readonly Pause[], explained: (pause: Pause) => string): PauseCause[] {
  const byCause = Map.groupBy(pauses, explained);
  return Array.from(byCause, ([cause, all]) => ({
    cause,
    count: all.length,
    longestMs: Math.max(...all.map(({ ms }) => ms)),
  }));
}

function explain({ index, ms, awayMs }: Pause, growths: ReadonlyMap<number, number>): string {
  const grown = growths.get(index);
  if (grown !== undefined) return `a table grew by ${Math.round(grown / 1024)} KiB`;
  if (awayMs > ms / 2) return "the machine ran others instead";
  return "not known (collector, compiler, hypervisor)";
}
