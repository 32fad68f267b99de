import { execFileSync } from "node:child_process";
import { appendFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";

import { readPortOffset } from "../../services/ports.ts";
import { isCount } from "../count-option.ts";
import { readKinds } from "./round-plan.ts";
import type { RoundKind } from "./round-plan.ts";
import { StackRun } from "./stack-run.ts";
import type { StackRound } from "./stack-run.ts";

const kindsDefault = "kill,zombie,rebalance,outage";

export const stackUsage = `usage: bun run chaos stack [--rounds 20] [--seed 1] [--kinds ${kindsDefault}] [--in-turn] [--longest 120000]
  [--ports 2000] [--data FOLDER] [--clients 6] [--report ops/chaos/rounds.jsonl]

Starts a set of stores of its own and a venue of processes on it, and lets something go wrong under load in every round: kinds are kill
(-9 of processes), zombie (SIGSTOP past the session time-out, SIGCONT), rebalance, outage (of a store), leader (kills on three brokers)
and disk (full). They come in a mix, or one after the other with --in-turn; a store is away for 20 s at most, each tenth time for two
minutes, and never longer than --longest ms. Nothing is started by hand: the venue has to come back by itself within a minute. Then the oracle replays the log, and
outputs, letters, views and what clients were told are compared with it. The first round that breaks a promise is the last, and the
exit code is 1.`;

interface StackChaosOptions {
  readonly rounds: number;
  readonly seed: number;
  readonly kinds: readonly RoundKind[];
  readonly inTurn: boolean;
  readonly faultMsMax: number;
  readonly portOffset: number;
  readonly folder: string;
  readonly clientCount: number;
  /** A line is added for each round. */
  readonly reportFile: string;
}

const roundsFile = resolve(import.meta.dir, "..", "rounds.jsonl");
const recoverMsMax = 60_000;
const linesKept = 400;
const linesShown = 60;

/** `bun run chaos stack …`. Resolves with the exit code. */
export async function stackChaos(args: readonly string[]): Promise<number> {
  const options = readOptions(args);
  if (typeof options !== "string") return chaos(options);
  console.error(`${options}\n${stackUsage}`);
  return 2;
}

async function chaos(options: StackChaosOptions): Promise<number> {
  const { rounds, seed, folder } = options;
  mkdirSync(folder, { recursive: true, mode: 0o755 });
  const lines: string[] = [];
  const run = await StackRun.open({
    ...options,
    recoverMsMax,
    commit: headCommit(),
    onLine: (line) => {
      appendFileSync(join(folder, "venue.log"), `${new Date().toISOString()} ${line}\n`);
      // librdkafka's own lines come by the hundred while a broker is away.
      if (!line.includes("%3|")) lines.push(line);
      lines.splice(0, lines.length - linesKept);
    },
  });
  const stopping = stopSignal(() => run.rig.close({ keepsData: true }));
  const reports: StackRound[] = [];
  let keepsData = true;
  try {
    for (let round = 1; round <= rounds && !stopping.aborted; round++) {
      const report = await run.round(round, round === rounds);
      reports.push(report);
      appendFileSync(options.reportFile, `${JSON.stringify(report)}\n`);
      printRound(report);
      if (report.brokenCount > 0) break;
    }
    const exitCode = summarise(run, reports, { seed, options });
    keepsData = exitCode !== 0;
    return exitCode;
  } catch (error) {
    console.error(`BROKEN after ${reports.length} rounds of seed ${seed}:`, error);
    return 1;
  } finally {
    if (keepsData) console.error(`Last lines:\n${lines.slice(-linesShown).join("\n")}`);
    await run.rig.close({ keepsData });
  }
}

/**
 * Asked to stop, a run finishes its round, since a fault that has begun must end; asked twice, it ends its stores and its venue and then itself;
 * asked three times, itself alone.
 */
function stopSignal(closeRig: () => Promise<void>): AbortSignal {
  const stopping = new AbortController();
  let askedCount = 0;
  const exit = (): void => process.exit(130);
  const asked = (): void => {
    askedCount++;
    if (askedCount === 1) stopping.abort();
    else if (askedCount === 2) void closeRig().finally(exit);
    else exit();
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, asked);
  return stopping.signal;
}

function printRound(report: StackRound): void {
  const { round, kind, target, detail, attempts, done, refused, unknown, takeovers } = report;
  const told = `${attempts} requests (${done} done, ${refused} refused, ${unknown} unknown)`;
  const times = `fault ${report.faultMs} ms, back in ${report.recoverMs} ms, judged in ${report.checkMs} ms`;
  const result = report.brokenCount === 0 ? "holds" : `${report.brokenCount} BROKEN`;
  const what = [kind, target, detail].filter(Boolean).join(" ");
  console.log(`round ${round}: ${what}: ${told}, ${takeovers} claims, ${times}: ${result}`);
  for (const broken of report.violations)
    console.log(`  BROKEN ${broken.promise}: ${broken.detail}`);
}

function summarise(
  { rig }: StackRun,
  reports: readonly StackRound[],
  { seed, options }: { seed: number; options: StackChaosOptions },
): number {
  const broken = reports.reduce((total, { brokenCount }) => total + brokenCount, 0);
  const sum = (count: (report: StackRound) => number): number =>
    reports.reduce((total, report) => total + count(report), 0);
  const reached = { ...rig.judge.counts, ...rig.operator.counts };
  const rare = Object.entries(reached).map(([what, count]) => `${count} ${what}`);
  console.log(
    `${reports.length} rounds, seed ${seed}: ${sum(({ attempts }) => attempts)} requests, ${sum(({ done }) => done)} done, ` +
      `${sum(({ unknown }) => unknown)} unknown; ${broken} promises broken. Reached: ${rare.join(", ")}.`,
  );
  console.log(`This run: ${countsOf(reports)}`);
  console.log(`The whole record: ${countsOf(recorded(options.reportFile))}`);
  return broken === 0 ? 0 : 1;
}

function countsOf(reports: readonly StackRound[]): string {
  const groups = Map.groupBy(reports, ({ kind, target }) =>
    kind === "outage" ? `${kind} ${target}` : kind,
  );
  const counts = Array.from(groups, ([kind, rounds]) => {
    const broken = rounds.filter(({ brokenCount }) => brokenCount > 0).length;
    return `${kind} ${rounds.length}${broken > 0 ? ` (${broken} broken)` : ""}`;
  });
  return counts.toSorted().join(", ");
}

function recorded(reportFile: string): StackRound[] {
  if (!existsSync(reportFile)) return [];
  const lines = readFileSync(reportFile, "utf8").split("\n").filter(Boolean);
  return lines.map((line) => JSON.parse(line) as StackRound).filter(({ rig }) => rig === "stack");
}

/** Names the code of the rounds; a checkout that was changed says so. */
function headCommit(): string {
  const git = (...args: string[]): string =>
    execFileSync("git", args, { cwd: import.meta.dir, encoding: "utf8" }).trim();
  try {
    const changed = git("status", "--porcelain", "--untracked-files=no", "--", ":/*.ts") !== "";
    return git("rev-parse", "--short", "HEAD") + (changed ? "+" : "");
  } catch {
    // No git, or no repository: the rounds count all the same.
    return "";
  }
}

function readOptions(args: readonly string[]): StackChaosOptions | string {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        rounds: { type: "string", default: "20" },
        seed: { type: "string", default: "1" },
        kinds: { type: "string", default: kindsDefault },
        "in-turn": { type: "boolean", default: false },
        longest: { type: "string", default: "120000" },
        ports: { type: "string", default: "2000" },
        data: { type: "string" },
        clients: { type: "string", default: "6" },
        report: { type: "string", default: roundsFile },
      },
    });
    const [rounds = 0, seed = 0, clientCount = 0, faultMsMax = 0] = [
      values.rounds,
      values.seed,
      values.clients,
      values.longest,
    ].map(Number);
    const kinds = readKinds(values.kinds);
    const portOffset = readPortOffset(values.ports);
    if (!isCount(rounds, 10_000)) return `--rounds ${values.rounds} is not 1 to 10000`;
    if (!isCount(clientCount, 64)) return `--clients ${values.clients} is not 1 to 64`;
    if (!isCount(faultMsMax, 600_000)) return `--longest ${values.longest} is not 1 to 600000`;
    if (!Number.isSafeInteger(seed)) return `--seed ${values.seed} is no integer`;
    if (kinds === null) return `--kinds ${values.kinds}: there is no such kind`;
    if (portOffset === null) return `--ports ${values.ports} is no offset`;
    const name = `orderbook-chaos-${seed}-${Date.now().toString(36)}`;
    const folder = resolve(values.data ?? join(tmpdir(), name));
    const reportFile = resolve(values.report);
    const inTurn = values["in-turn"];
    const places = { portOffset, folder, reportFile };
    return { rounds, seed, kinds, inTurn, faultMsMax, clientCount, ...places };
  } catch (error) {
    return (error as Error).message;
  }
}
