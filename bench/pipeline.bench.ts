import { kafkaTopicName } from "../ports/log/kafka-topics.ts";
import { Topic } from "../schema/topics.ts";
import { barChart } from "./bar-chart.ts";
import type { Bar } from "./bar-chart.ts";
import { runChild, startChild } from "./child-run.ts";
import { CommandMix, definitionCount, mixShares } from "./command-mix.ts";
import { buildCopyLoop } from "./copy-loop.ts";
import type { CopyLoop, CopyRun } from "./copy-loop.ts";
import type { EngineAlone } from "./engine-alone.ts";
import { describeMachine, machineLine } from "./machine.ts";
import type { CopyRunOptions } from "./pipeline-copy.ts";
import type { EngineRun, EngineRunOptions, PipelineRun } from "./pipeline-engine.ts";
import type { Latency, LatencyOptions } from "./pipeline-latency.ts";
import { PipelineTopics } from "./pipeline-place.ts";
import type { PipelinePlace } from "./pipeline-place.ts";
import type { ProjectionOptions, ProjectionRates } from "./projection-rate.ts";
import { median, round, table, writeChart, writeResult } from "./report.ts";

export interface PipelineBenchOptions {
  /** Runs of the engine worker and of the copy loop in turn. */
  readonly pairCount: number;
  /** Commands of each run, after the warm-up. */
  readonly commandCount: number;
  readonly print: (line: string) => void;
}

const seed = 23;
const warmUpCount = 350_000;
const aloneCount = 500_000;
const latency = { ratePerSecond: 2000, seconds: 12, warmUpSeconds: 3, roundCount: 3 } as const;
/** Commands that stand before those whose latency is taken, and that are projected afterwards. */
const servedCount = 200_000;
/** The loop's own settings that were found fastest: what the engine's producer has, and longer batches. */
const copySettings = { "p.compression.type": "lz4" } as const;

interface Pair {
  readonly ours: EngineRun;
  readonly copy: CopyRun | null;
  /** The same way through Kafka as ours, with a copy in place of the engine. */
  readonly withoutEngine: PipelineRun;
}

interface LatencyPair {
  readonly ours: Latency;
  readonly copy: Latency | null;
}

/**
 * Commands a second of a whole engine worker on a real Kafka, beside a bare consume-and-produce loop in C on the same client and broker with
 * records of the same mean length, in turn; what the worker adds to the latency; and the rates of the parts alone. Throws where no Kafka runs.
 */
export async function benchPipeline(options: PipelineBenchOptions): Promise<void> {
  const { pairCount, commandCount, print } = options;
  const topics = await PipelineTopics.open();
  if (topics === null)
    throw new Error("No Kafka: start it with `bun run services up --only kafka`");
  const machine = describeMachine();
  print(machineLine(machine));
  print(`mix: ${mixText()}`);
  const mix = { seed, count: aloneCount, sendingTime: Date.now() };
  const alone = await runChild<EngineAlone>("engine-alone.ts", mix);
  print(aloneText(alone));
  const { library, brokers } = topics.place;
  const loop = buildCopyLoop({ library, brokers, ...alone });
  if (loop === null)
    print("no copy loop: its source or gcc is not at hand, so there are no ratios");
  try {
    const pairs = await runPairs(topics, loop, alone, options);
    const rates = rateTable(pairs, alone);
    print(`\n${commandCount} commands a run, ${pairCount} pairs\n${table(rates)}`);
    print(ratioText(pairs));
    const latencies = await runLatencies(topics, loop);
    const latencyRows = latencyTable(latencies);
    print(`\nlatency, open loop at ${latency.ratePerSecond}/s, ms\n${table(latencyRows)}`);
    const projection = await runProjection(topics);
    print(projectionText(projection));
    const result = {
      machine,
      mix: mixShares,
      seed,
      warmUpCount,
      alone,
      pairs,
      latencies,
      projection,
    };
    print(`\n${writeResult("pipeline", { ...result, commandCount, rates, latencyRows })}`);
    print(writeChart("pipeline", chart(pairs, machineLine(machine))));
  } finally {
    loop?.remove();
    await topics.close();
  }
}

async function runPairs(
  topics: PipelineTopics,
  loop: CopyLoop | null,
  { outBytes }: EngineAlone,
  { pairCount, commandCount, print }: PipelineBenchOptions,
): Promise<Pair[]> {
  const count = warmUpCount + commandCount;
  await topics.fill(new CommandMix({ seed, count, sendingTime: Date.now() }).records());
  const copyIn = loop === null ? "" : await topics.emptyForCopy("copy-in");
  await loop?.run("fill", { t: copyIn, n: commandCount, ...copySettings });
  const pairs: Pair[] = [];
  while (pairs.length < pairCount) {
    const ours = await runEngine(topics, commandCount);
    const copy = loop === null ? null : await runCopy(topics, loop, copyIn, commandCount);
    const withoutEngine = await runWithoutEngine(topics, commandCount, Math.round(outBytes));
    pairs.push({ ours, copy, withoutEngine });
    print(`pair ${pairs.length}: ${pairText({ ours, copy, withoutEngine })}`);
  }
  return pairs;
}

async function runEngine(topics: PipelineTopics, commandCount: number): Promise<EngineRun> {
  await topics.empty(Topic.OrderEvents);
  const fromSeqNum = definitionCount + warmUpCount;
  const options = { place: topics.place, fromSeqNum, toSeqNum: fromSeqNum + commandCount };
  return runChild<EngineRun>("pipeline-engine.ts", options satisfies EngineRunOptions);
}

async function runCopy(
  topics: PipelineTopics,
  loop: CopyLoop,
  copyIn: string,
  commandCount: number,
): Promise<CopyRun> {
  const out = await topics.emptyForCopy("copy-out");
  return loop.copy({ in: copyIn, out, n: commandCount, ...copySettings });
}

async function runWithoutEngine(
  topics: PipelineTopics,
  commandCount: number,
  outBytes: number,
): Promise<PipelineRun> {
  await topics.empty(Topic.OrderEvents);
  const counts = { fromCount: warmUpCount, toCount: warmUpCount + commandCount };
  const options = { place: topics.place, outBytes, ...counts };
  return runChild<PipelineRun>("pipeline-copy.ts", options satisfies CopyRunOptions);
}

async function runLatencies(topics: PipelineTopics, loop: CopyLoop | null): Promise<LatencyPair[]> {
  await topics.empty(Topic.Orders);
  await topics.empty(Topic.OrderEvents);
  const mix = new CommandMix({ seed, count: servedCount, sendingTime: Date.now() });
  await topics.fill(mix.records());
  const pairs: LatencyPair[] = [];
  for (let index = 0; index < latency.roundCount; index++) {
    const ours = await runOurLatency(topics, index);
    pairs.push({ ours, copy: loop === null ? null : await runCopyLatency(topics, loop, index) });
  }
  return pairs;
}

function runOurLatency(topics: PipelineTopics, index: number): Promise<Latency> {
  return withEngine(topics, () => runLatency(topics.place, index, null));
}

function runLatency(
  place: PipelinePlace,
  index: number,
  copyBytes: number | null,
): Promise<Latency> {
  const options: LatencyOptions = { place, copyBytes, seed: seed + 1 + index, ...latency };
  return runChild<Latency>("pipeline-latency.ts", options);
}

/** With an engine worker that has worked off what stands and serves. */
async function withEngine<Result>(
  { place }: PipelineTopics,
  work: () => Promise<Result>,
): Promise<Result> {
  const fromSeqNum = definitionCount + servedCount;
  const options: EngineRunOptions = { place, fromSeqNum, toSeqNum: null };
  const engine = startChild("pipeline-engine.ts", options);
  try {
    await engine.stdout.getReader().read();
    return await work();
  } finally {
    engine.kill();
    await engine.exited;
  }
}

async function runCopyLatency(
  topics: PipelineTopics,
  loop: CopyLoop,
  index: number,
): Promise<Latency> {
  const place = await topics.placeForCopy();
  const [from, to] = [Topic.Orders, Topic.OrderEvents].map((topic) =>
    kafkaTopicName(topic, place.topicPrefix),
  );
  const ends = { in: from ?? "", out: to ?? "" };
  const copier = loop.start("copy", { ...ends, lat: 1, mode: "batch", dr: "batch" });
  try {
    await copier.stderr.getReader().read();
    return await runLatency(place, index, loop.inBytes);
  } finally {
    copier.kill();
    await copier.exited;
  }
}

/** Null where no PostgreSQL was started. */
async function runProjection(topics: PipelineTopics): Promise<ProjectionRates | null> {
  const { postgres } = topics.connections;
  if (postgres === undefined) return null;
  const options: ProjectionOptions = {
    place: topics.place,
    postgresUrl: postgres.url,
    seqNum: definitionCount + servedCount,
  };
  return withEngine(topics, () => runChild<ProjectionRates>("projection-rate.ts", options));
}

function mixText(): string {
  return Object.entries(mixShares)
    .map(([what, share]) => `${share} % ${what}`)
    .join(", ");
}

function aloneText({ inBytes, outBytes, coreNs, engineNs, events }: EngineAlone): string {
  const kinds = Object.entries(events).map(([kind, share]) => `${kind} ${share} %`);
  return [
    `a command has ${round(inBytes)} bytes in the mean, its outcome ${round(outBytes)}; events: ${kinds.join(", ")}`,
    `engine alone, in memory: core ${round(coreNs)} ns a command, with frames, bodies, hashes and records ${round(engineNs)} ns`,
  ].join("\n");
}

function ratios(pairs: readonly Pair[]): number[] {
  return pairs.flatMap(({ ours, copy }) =>
    copy === null ? [] : [ours.commandsPerSecond / copy.messagesPerSecond],
  );
}

function pairText({ ours, copy, withoutEngine }: Pair): string {
  const [ratio] = ratios([{ ours, copy, withoutEngine }]);
  const shown = ratio === undefined ? "" : `, ratio ${ratio.toFixed(2)}`;
  return `ours ${Math.round(ours.commandsPerSecond)}/s, C ${Math.round(copy?.messagesPerSecond ?? NaN)}/s${shown}`;
}

function ratioText(pairs: readonly Pair[]): string {
  const all = ratios(pairs);
  if (all.length === 0) return "";
  return `ours / copy loop in C: median ${median(all).toFixed(2)} (${Math.min(...all).toFixed(2)}-${Math.max(...all).toFixed(2)})`;
}

/** Rates of what ran in pairs, and of the engine alone. */
function series(pairs: readonly Pair[]): Record<string, { rates: number[]; cpuUs: number[] }> {
  const copies = pairs.flatMap(({ copy }) => copy ?? []);
  const ours = pairs.map((pair) => pair.ours);
  const without = pairs.map((pair) => pair.withoutEngine);
  return {
    "engine worker through Kafka": {
      rates: ours.map((run) => run.commandsPerSecond),
      cpuUs: ours.map((run) => run.cpuUsPerCommand),
    },
    "the same without the engine": {
      rates: without.map((run) => run.commandsPerSecond),
      cpuUs: without.map((run) => run.cpuUsPerCommand),
    },
    "copy loop in C": {
      rates: copies.map((run) => run.messagesPerSecond),
      cpuUs: copies.map((run) => run.cpuUsPerMessage),
    },
  };
}

function rateTable(pairs: readonly Pair[], alone: EngineAlone): Record<string, string | number>[] {
  const rows = Object.entries(series(pairs))
    .filter(([, { rates }]) => rates.length > 0)
    .map(([what, { rates, cpuUs }]) => ({
      what,
      "median/s": Math.round(median(rates)),
      "least-most": `${Math.round(Math.min(...rates))}-${Math.round(Math.max(...rates))}`,
      "CPU us each": round(median(cpuUs), 2),
    }));
  const engineRate = Math.round(1e9 / alone.engineNs);
  const engine = { what: "engine alone, in memory", "median/s": engineRate, "least-most": "" };
  return [...rows, { ...engine, "CPU us each": round(alone.engineNs / 1000, 2) }];
}

function latencyTable(pairs: readonly LatencyPair[]): Record<string, string | number>[] {
  const copies = pairs.flatMap(({ copy }) => copy ?? []);
  const rows = [
    latencyRow(
      "engine worker",
      pairs.map(({ ours }) => ours),
    ),
  ];
  if (copies.length === 0) return rows;
  const added = pairs.flatMap(({ ours, copy }) => (copy === null ? [] : [ours.p50 - copy.p50]));
  const addedRow = { what: "added p50, median of the pairs", p50: round(median(added), 3) };
  return [...rows, latencyRow("copy loop in C", copies), addedRow];
}

function latencyRow(what: string, runs: readonly Latency[]): Record<string, string | number> {
  const of = (pick: (run: Latency) => number): number => round(median(runs.map(pick)), 3);
  return {
    what,
    p50: of((run) => run.p50),
    p90: of((run) => run.p90),
    p99: of((run) => run.p99),
    "p99.9": of((run) => run.p999),
    max: of((run) => run.max),
  };
}

function projectionText(projection: ProjectionRates | null): string {
  if (projection === null) return "\nno projection: start PostgreSQL with `bun run services up`";
  const { postgresPerSecond, clickhousePerSecond } = projection;
  return `\nprojection of the outcomes, both at once: Postgres ${Math.round(postgresPerSecond)}/s, ClickHouse ${Math.round(clickhousePerSecond)}/s`;
}

function chart(pairs: readonly Pair[], machine: string): string {
  const colors = ["#2563eb", "#93c5fd", "#9ca3af"];
  const bars = Object.entries(series(pairs))
    .filter(([, { rates }]) => rates.length > 0)
    .map(([name, { rates }], index): Bar => ({
      name,
      value: median(rates),
      least: Math.min(...rates),
      most: Math.max(...rates),
      color: colors[index] ?? "#9ca3af",
    }));
  const title = `Through a real Kafka: ${ratioText(pairs)}`;
  return barChart({ title, subtitle: machine, unit: "/s", bars });
}
