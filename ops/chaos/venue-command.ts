import { appendFileSync, mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";

import { isCount } from "./count-option.ts";
import { ChaosRun } from "./run.ts";
import type { RoundReport } from "./run.ts";

export const venueUsage = `usage: bun run chaos venue [--rounds 20] [--seed 1] [--data .data/chaos-<seed>-<time>] [--clients 6] [--report ops/chaos/rounds.jsonl]

Starts a venue, kills it with SIGKILL at random moments under load, starts it again on the same data, and compares what clients
were told with the log, the log with the oracle, and every view with the log. The first round that breaks a promise is the last, and
the exit code is 1.`;

const roundsFile = join(import.meta.dir, "rounds.jsonl");

/** `bun run chaos venue …`. Resolves with the exit code. */
export function venueChaos(args: readonly string[]): Promise<number> {
  const options = readOptions(args);
  if (typeof options !== "string") return chaos(options);
  console.error(`${options}\n${venueUsage}`);
  return Promise.resolve(2);
}

interface ChaosOptions {
  readonly rounds: number;
  readonly seed: number;
  readonly dataDir: string;
  readonly clientCount: number;
  /** A line is added for each round. */
  readonly reportFile: string;
}

async function chaos(options: ChaosOptions): Promise<number> {
  const { rounds, seed, dataDir, clientCount, reportFile } = options;
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const run = new ChaosRun({ seed, dataDir, clientCount });
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => void run.kill().then(() => process.exit(130)));
  }
  const reports: RoundReport[] = [];
  try {
    await run.open();
    for (let round = 1; round <= rounds; round++) {
      const report = await run.round(round, round % 10 === 0 || round === rounds);
      reports.push(report);
      appendFileSync(reportFile, `${JSON.stringify(report)}\n`);
      printRound(report);
      if (report.brokenCount > 0) break;
    }
    await run.close();
    return summarise(reports, options);
  } catch (error) {
    console.error(`BROKEN after ${reports.length} rounds, data in ${dataDir}:`, error);
    console.error(`The venue's last lines:\n${run.venueLines.join("\n")}`);
    await run.kill();
    return 1;
  }
}

function printRound(report: RoundReport): void {
  console.log(lineOf(report));
  for (const { promise, detail } of report.violations)
    console.log(`  BROKEN ${promise}: ${detail}`);
}

function lineOf(report: RoundReport): string {
  const { round, demo, killedAfterMs, attempts, done, refused, unknown, restartMs, checkMs } =
    report;
  const told = `${attempts} requests (${done} done, ${refused} refused, ${unknown} unknown)`;
  const times = `killed after ${killedAfterMs} ms, open again in ${restartMs} ms, checked in ${checkMs} ms`;
  const log = `log at ${report.seqNum}, snapshot at ${report.snapshotSeqNum}`;
  const result = report.brokenCount === 0 ? "holds" : `${report.brokenCount} BROKEN`;
  return `round ${round}: ${told}, demo ${demo ? "on" : "off"}, ${times}, ${log}: ${result}`;
}

function summarise(
  reports: readonly RoundReport[],
  { seed, dataDir }: { seed: number; dataDir: string },
): number {
  const sum = (count: (report: RoundReport) => number): number =>
    reports.reduce((total, report) => total + count(report), 0);
  const broken = sum(({ brokenCount }) => brokenCount);
  console.log(
    `${reports.length} rounds, ${sum(({ kills }) => kills)} kills, seed ${seed}: ${sum(({ attempts }) => attempts)} requests, ` +
      `${sum(({ done }) => done)} done, ${sum(({ unknown }) => unknown)} unknown; ${broken} promises broken. Data in ${dataDir}.`,
  );
  return broken === 0 ? 0 : 1;
}

function readOptions(args: readonly string[]): ChaosOptions | string {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        rounds: { type: "string", default: "20" },
        seed: { type: "string", default: "1" },
        data: { type: "string" },
        clients: { type: "string", default: "6" },
        report: { type: "string", default: roundsFile },
      },
    });
    const [rounds, seed, clientCount] = [values.rounds, values.seed, values.clients].map(Number);
    if (!isCount(rounds, 10_000)) return `--rounds ${values.rounds} is not 1 to 10000`;
    if (!isCount(clientCount, 64)) return `--clients ${values.clients} is not 1 to 64`;
    if (seed === undefined || !Number.isSafeInteger(seed))
      return `--seed ${values.seed} is no integer`;
    const dataDir = resolve(
      values.data ?? join(".data", `chaos-${seed}-${Date.now().toString(36)}`),
    );
    return { rounds, seed, dataDir, clientCount, reportFile: resolve(values.report) };
  } catch (error) {
    return (error as Error).message;
  }
}
