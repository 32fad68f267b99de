import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { runChild } from "./child-run.ts";
import { contestTable, runContest } from "./contest.ts";
import type { Contest } from "./contest.ts";
import { contestants } from "./contestants.ts";
import type { ContestOptions } from "./contestants.ts";
import type { CoreOptions, CorePasses } from "./core-passes.ts";
import { coreChart } from "./core-chart.ts";
import { standardStreams, streamOfFile, writeStream } from "./core-streams.ts";
import type { BenchStream } from "./core-streams.ts";
import { describeMachine, machineLine } from "./machine.ts";
import { table, writeChart, writeResult } from "./report.ts";

export interface CoreBenchOptions extends ContestOptions {
  /** Rounds of one process each, all contestants in turn. */
  readonly roundCount: number;
  /** Streams to run instead of the standard ones. */
  readonly files: readonly string[];
  print(line: string): void;
}

interface StreamResult extends Contest {
  readonly stream: string;
  readonly messageCount: number;
  readonly warmUpCount: number;
  readonly tradeCount: number;
  readonly tradedQty: number;
  readonly reportSha256: string;
}

/**
 * Nanoseconds a message, over order streams: the engine's core, the pace-maker (a bare ladder without features) where that is at hand, and
 * libraries that others wrote. Throws when a stream's result is not the published one.
 */
export async function benchCore(options: CoreBenchOptions): Promise<void> {
  const { roundCount, passCount, files, print } = options;
  const machine = describeMachine();
  print(machineLine(machine));
  print(
    `${roundCount} rounds of ${passCount} passes; a library's pass has ${options.peerSeconds} s`,
  );
  const streams = files.length === 0 ? standardStreams : files.map(streamOfFile);
  const results: StreamResult[] = [];
  for (const stream of streams) {
    const result = await runStream(stream, options);
    if (result !== null) results.push(result);
  }
  if (results.length === 0) return;
  print(`\n${writeResult("core", { machine, passCount, results })}`);
  print(writeChart("core", coreChart(results, machineLine(machine))));
}

async function runStream(
  stream: BenchStream,
  options: CoreBenchOptions,
): Promise<StreamResult | null> {
  const { print } = options;
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
    print(
      `\n${stream.name}: ${proof.messageCount} messages, the first ${warmUpCount} not timed; ${proof.tradeCount} trades of ${proof.tradedQty} in all; reports ${stream.published === null ? proof.reportSha256 : "as published"}`,
    );
    const place = { path, warmUpCount, openMax: proof.openMax, priceMax: proof.priceMax };
    const contest = await runContest(contestants(options), place, proof, options.roundCount);
    print(table(contestTable(contest.rows)));
    for (const remark of contest.remarks) print(`- ${remark}`);
    const { messageCount, tradeCount, tradedQty, reportSha256 } = proof;
    const facts = { messageCount, warmUpCount, tradeCount, tradedQty, reportSha256 };
    return { stream: stream.name, ...facts, ...contest };
  } finally {
    rmSync(folder, { recursive: true });
  }
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
