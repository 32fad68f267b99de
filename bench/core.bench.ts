import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { runChild } from "./child-run.ts";
import type { CommandMixOptions } from "./command-mix.ts";
import { contestTable, runContest } from "./contest.ts";
import type { Contest, Outcome } from "./contest.ts";
import { contestants } from "./contestants.ts";
import type { ContestOptions, StreamPlace } from "./contestants.ts";
import type { CoreOptions, CorePasses } from "./core-passes.ts";
import { coreChart } from "./core-chart.ts";
import type { CoreLatency, CoreLatencyOptions } from "./core-latency.ts";
import type { Replay } from "./core-replay.ts";
import { latencyTable, pauseLines, replayTable } from "./core-report.ts";
import { measureState } from "./core-state.bench.ts";
import { standardStreams, streamOfFile, writeStream } from "./core-streams.ts";
import type { BenchStream } from "./core-streams.ts";
import { describeMachine, machineLine } from "./machine.ts";
import { table, writeChart, writeResult } from "./report.ts";

/** As in production. */
const latencyWindowMs = 600_000;
const latencyCountMax = 400_000;
const replayMix = { seed: 7, count: 1_000_000, sendingTime: 1_764_000_000_000 };

export const coreParts = ["contest", "latency", "replay", "state"] as const;
export type CorePart = (typeof coreParts)[number];

export interface CoreBenchOptions extends ContestOptions {
  /** Rounds of one process each, all contestants in turn. */
  readonly roundCount: number;
  /** Streams to run instead of the standard ones. */
  readonly files: readonly string[];
  readonly parts: ReadonlySet<CorePart>;
  /** Orders of the book that a snapshot is taken of. */
  readonly liveCount: number;
  print(line: string): void;
}

/**
 * The engine's core, in up to four parts. `contest`: nanoseconds a message over order streams, beside the pace-maker (a bare ladder without
 * features) where that is at hand, and libraries that others wrote; `latency`: of the core alone in an open loop; `replay`: what a restart
 * takes; `state`: growth, heap and snapshot. Throws when a stream's result is not the published one.
 */
export async function benchCore(options: CoreBenchOptions): Promise<void> {
  const { roundCount, passCount, files, parts, print } = options;
  const machine = describeMachine();
  print(machineLine(machine));
  print(
    `${roundCount} rounds of ${passCount} passes; a library's pass has ${options.peerSeconds} s`,
  );
  const streams: StreamResult[] = [];
  for (const stream of files.length === 0 ? standardStreams : files.map(streamOfFile)) {
    const result = await benchStream(stream, options);
    if (result !== null) streams.push(result);
  }
  const replay = parts.has("replay") ? await benchReplay(print) : null;
  const state = parts.has("state") ? measureState(options) : null;
  const name = files.length === 0 ? "core" : "core-files";
  print(`\n${writeResult(name, { machine, passCount, streams, replay, state })}`);
  const charted = streams.flatMap(({ stream, contest }) =>
    contest === null ? [] : [{ stream, rows: contest.rows }],
  );
  if (charted.length > 0) print(writeChart(name, coreChart(charted, machineLine(machine))));
}

interface StreamResult {
  readonly stream: string;
  readonly messageCount: number;
  readonly warmUpCount: number;
  readonly tradeCount: number;
  readonly tradedQty: number;
  readonly reportSha256: string;
  readonly contest: Contest | null;
  readonly latency: CoreLatency | null;
}

async function benchStream(
  stream: BenchStream,
  options: CoreBenchOptions,
): Promise<StreamResult | null> {
  const { parts, print } = options;
  const isContest = parts.has("contest");
  const isLatency = parts.has("latency") && stream.isForLatency;
  if (!isContest && !isLatency) return null;
  const shape = stream.make();
  if (shape === null) {
    print(`\n${stream.name}: skipped, its stream is not at hand`);
    return null;
  }
  const folder = mkdtempSync(join(tmpdir(), "orderbook-bench-"));
  try {
    const { warmUpCount } = shape;
    const path = writeStream(folder, shape);
    const proof = await prove(stream, path, warmUpCount);
    const { messageCount, tradeCount, tradedQty, reportSha256, openMax, priceMax } = proof;
    print(
      `\n${stream.name}: ${messageCount} messages, the first ${warmUpCount} not timed; ${tradeCount} trades of ${tradedQty} in all; reports ${stream.published === null ? reportSha256 : "as published"}`,
    );
    const place = { path, warmUpCount, openMax, priceMax };
    const contest = isContest ? await benchContest(place, proof, options) : null;
    const latency = isLatency ? await benchLatency(place, print) : null;
    const facts = { messageCount, warmUpCount, tradeCount, tradedQty, reportSha256 };
    return { stream: stream.name, ...facts, contest, latency };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function benchContest(
  place: StreamPlace,
  outcome: Outcome,
  options: CoreBenchOptions,
): Promise<Contest> {
  const contest = await runContest(contestants(options), place, outcome, options.roundCount);
  options.print(table(contestTable(contest.rows)));
  for (const remark of contest.remarks) options.print(`- ${remark}`);
  return contest;
}

async function benchLatency(
  { path, warmUpCount }: StreamPlace,
  print: (line: string) => void,
): Promise<CoreLatency> {
  const options = { path, warmUpCount, idWindowMs: latencyWindowMs, countMax: latencyCountMax };
  const latency = await runChild<CoreLatency>(
    "core-latency.ts",
    options satisfies CoreLatencyOptions,
  );
  const service = `${latency.serviceNs.toFixed(1)} ns`;
  print(`open loop, from when a command was due; service time at saturation ${service}:`);
  print(table(latencyTable(latency)));
  print("pauses of more than 1 ms:");
  for (const line of pauseLines(latency)) print(`- ${line}`);
  return latency;
}

async function benchReplay(print: (line: string) => void): Promise<Replay> {
  const replay = await runChild<Replay>("core-replay.ts", replayMix satisfies CommandMixOptions);
  print(`\nreplay of ${replay.commandCount} commands, processor time:`);
  print(table(replayTable(replay)));
  return replay;
}

async function prove(stream: BenchStream, path: string, warmUpCount: number): Promise<CorePasses> {
  const options = { path, warmUpCount, passCount: 1, idWindowMs: 1, isProved: true };
  const proof = await runChild<CorePasses>("core-passes.ts", options satisfies CoreOptions);
  const { published, name } = stream;
  const { reportSha256, tradeCount } = proof;
  if (published === null) return proof;
  if (reportSha256 === published.sha256 && tradeCount === published.tradeCount) return proof;
  throw new Error(`${name}: ${tradeCount} trades, reports ${reportSha256}: not as published`);
}
