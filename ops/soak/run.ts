import { appendFileSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { Histogram } from "../../bench/histogram.ts";
import { describeMachine, machineLine } from "../../bench/machine.ts";
import { writeResult } from "../../bench/report.ts";
import { bootstrap } from "../bootstrap.ts";
import type { Cast } from "../bootstrap.ts";
import { demoInstruments } from "../demo.ts";
import { SeededRandom } from "../seeded-random.ts";
import { defaultFolders } from "../services/folders.ts";
import type { Folders } from "../services/folders.ts";
import { ServiceError, serviceNames } from "../services/service.ts";
import { down, readConnections, servicesOf, up } from "../services/services.ts";
import { openStack } from "../stack.ts";
import type { Stack } from "../stack.ts";
import type { Stores } from "../stack/stack-environment.ts";
import { chart } from "./chart.ts";
import { compareSums } from "./compare-sums.ts";
import { Drive } from "./drive.ts";
import { MarketFlow } from "./flow.ts";
import { judge, medianOf } from "./judge.ts";
import type { Verdict } from "./judge.ts";
import { Readers } from "./readers.ts";
import type { SoakSample } from "./sample.ts";
import { VenueWatch } from "./venue-watch.ts";

export interface SoakOptions {
  readonly minutes: number;
  /** Requests a second; null: half of what the venue sustains, measured first. */
  readonly ratePerSecond: number | null;
  readonly idWindowMs: number;
  readonly calibrationSeconds: number;
  /** Of the stores' ports. */
  readonly portOffset: number;
  readonly seed: number;
  print(line: string): void;
}

const connectionCount = 32;
const restingCount = 2000;
const catchUpMsMax = 120_000;
const linesKept = 200;
/** Kafka's own default: nothing is killed here, and a machine that is shared may keep a broker from its turn for seconds. */
const kafkaSessionMs = 9000;
/** Judged from here on: the window has filled several times, and what is compiled late is compiled. */
const warmWindows = 4;
const warmShare = 0.2;

/**
 * Opens the venue as separate processes on stores of its own, finds the rate that it sustains, loads it at half of that for the time given, judges the
 * run and writes it down. Resolves with whether every promise was kept.
 */
export async function runSoak(options: SoakOptions): Promise<boolean> {
  const folders = { ...defaultFolders(process.env) };
  folders.data = join(folders.data, `soak-${Date.now()}`);
  const { print } = options;
  print(machineLine(describeMachine()));
  const stores = await openStores(folders, options);
  try {
    return await Promise.race([new Soak(options, folders, stores).run(), interrupted()]);
  } finally {
    await down(serviceNames, folders);
    rmSync(folders.data, { recursive: true, force: true });
  }
}

/** The stores have to be stopped whatever ends a run; the venue's processes end with this one. */
function interrupted(): Promise<never> {
  return new Promise((_, reject) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const)
      process.once(signal, () => reject(new ServiceError(`Ended by ${signal}`)));
  });
}

async function openStores(folders: Folders, { portOffset, print }: SoakOptions): Promise<Stores> {
  mkdirSync(folders.data, { recursive: true, mode: 0o755 });
  const asked = { folders, brokers: 1, portOffset, kafkaSessionMs };
  await up(servicesOf(asked, serviceNames), folders, (started) =>
    print(`${started.service.name} ${started.service.version} up in ${started.startMs} ms`),
  );
  return readConnections(folders) as Stores;
}

class Soak {
  readonly #options: SoakOptions;
  readonly #folders: Folders;
  readonly #stores: Stores;
  readonly #samples: SoakSample[] = [];
  readonly #ended: string[] = [];
  readonly #errorLines: string[] = [];
  readonly #name: string;
  /** What happens while the rate is looked for, or at the end, is not held against the run. */
  #judging = false;

  constructor(options: SoakOptions, folders: Folders, stores: Stores) {
    this.#options = options;
    this.#folders = folders;
    this.#stores = stores;
    this.#name = `${new Date().toISOString().slice(0, 10)}-soak-${options.minutes}m`;
  }

  async run(): Promise<boolean> {
    const { idWindowMs, print } = this.#options;
    const dataDir = join(this.#folders.data, "venue");
    const stack = await openStack({
      dataDir,
      port: 0,
      stores: this.#stores,
      idWindowMs,
      onLine: (line) => this.#takeLine(line),
    });
    try {
      const cast = await bootstrap(stack, join(dataDir, "keys"));
      await stack.readsReady;
      print(`The venue is open; ids are remembered for ${idWindowMs / 1000} s`);
      return await this.#load(stack, cast, dataDir);
    } finally {
      this.#judging = false;
      await stack.close();
    }
  }

  async #load(stack: Stack, cast: Cast, dataDir: string): Promise<boolean> {
    const { minutes, seed, print } = this.#options;
    const drive = await Drive.open({
      url: stack.url,
      connectionCount,
      nextRequest: requestsOf(stack.url, cast, seed),
    });
    const symbols = demoInstruments.map(({ symbol }) => symbol);
    const token = cast.traders[0]?.token ?? "";
    const watch = new VenueWatch({
      stack,
      drive,
      storesFolder: this.#folders.data,
      onSample: (sample) => this.#take(sample),
    });
    const calibration = await this.#calibrate(drive, watch);
    const { ratePerSecond } = calibration;
    await caughtUp(watch);
    watch.phase = "load";
    this.#judging = true;
    const readers = new Readers({ url: stack.url, symbols, token });
    drive.latency = new Histogram();
    const beganAt = watch.second;
    print(`Open loop at ${ratePerSecond} requests/s for ${minutes} min`);
    await drive.openLoop(ratePerSecond, minutes * 60, new SeededRandom(seed + 1));
    await Bun.sleep(5000);
    await Promise.all([watch.stop(), readers.stop()]);
    drive.close();
    print("Folding the log and comparing every view with it");
    const viewDifferences = await compareSums({
      dataDir,
      url: stack.url,
      stores: this.#stores,
      symbols,
    });
    const warmSecond = beganAt + this.#warmSeconds();
    const verdicts = judge(this.#samples, {
      warmSecond,
      standStills: watch.standStills,
      endedProcesses: this.#ended,
      errorLines: this.#errorLines,
      failedReads: readers.failures,
      viewDifferences,
    });
    const reads = { reads: readers.readCount, streamMessages: readers.messageCount };
    this.#write(verdicts, { ...calibration, ...reads, loadSecond: beganAt, warmSecond, drive });
    return verdicts.every(({ holds }) => holds);
  }

  #warmSeconds(): number {
    const { minutes, idWindowMs } = this.#options;
    return Math.max((warmWindows * idWindowMs) / 1000, warmShare * minutes * 60);
  }

  /** What the slowest stage keeps up with, in requests a second, while connections send as fast as they are answered. */
  async #calibrate(drive: Drive, watch: VenueWatch): Promise<Calibration> {
    const { calibrationSeconds, ratePerSecond, print } = this.#options;
    const third = calibrationSeconds / 3;
    // What is compiled and filled at the start would count against the rate.
    await drive.closedLoop(third);
    await Bun.sleep(1000);
    const before = watch.reached;
    const samplesBefore = this.#samples.length;
    const startedAt = performance.now();
    await drive.closedLoop(2 * third);
    const seconds = (performance.now() - startedAt) / 1000;
    await Bun.sleep(1000);
    const rates = Object.entries(watch.reached).map(
      ([stage, reached]) => [stage, (reached - (before[stage] ?? 0)) / seconds] as const,
    );
    const answers = this.#samples.slice(samplesBefore).map((sample) => sample.answersPerSecond);
    const engineRate = rates.find(([stage]) => stage === "engine")?.[1] ?? 1;
    const slowest = Math.min(...rates.map(([, rate]) => rate)) / engineRate;
    const sustained = Math.round(medianOf(answers) * Math.min(1, slowest));
    const stages = Object.fromEntries(rates.map(([stage, rate]) => [stage, Math.round(rate)]));
    print(`Sustained: ${sustained} requests/s; commands/s by stage ${JSON.stringify(stages)}`);
    return { sustained, stages, ratePerSecond: ratePerSecond ?? Math.round(sustained / 2) };
  }

  #take(sample: SoakSample): void {
    this.#samples.push(sample);
    mkdirSync(join(this.#folders.data, ".."), { recursive: true });
    appendFileSync(this.#linesPath(), `${JSON.stringify(sample)}\n`);
    if (this.#samples.length % 12 === 0) this.#options.print(progressLine(sample));
  }

  #linesPath(): string {
    return join(resultsFolder, `${this.#name}.jsonl`);
  }

  #takeLine(line: string): void {
    const isError = line.includes('"level":"error"');
    const isEnd = line.includes(" ended (");
    if (isEnd && this.#judging) this.#ended.push(line);
    if (isError && this.#judging && this.#errorLines.length < linesKept)
      this.#errorLines.push(line.slice(0, 600));
    if (isError || isEnd || line.includes('"level":"warn"'))
      this.#options.print(line.slice(0, 600));
  }

  #write(
    verdicts: readonly Verdict[],
    facts: Calibration & Readonly<Record<string, unknown>> & Bounds,
  ): void {
    const { minutes, idWindowMs, seed, print } = this.#options;
    const { drive, ...others } = facts;
    const loaded = this.#samples.filter(({ phase }) => phase === "load");
    const ms = (fraction: number): number =>
      Math.round(drive.latency.percentile(fraction) / 1e4) / 100;
    const summary = {
      machine: describeMachine(),
      minutes,
      idWindowMs,
      seed,
      connectionCount,
      ...others,
      holds: verdicts.every(({ holds }) => holds),
      verdicts,
      answeredPerSecond: medianOf(loaded.map(({ answersPerSecond }) => answersPerSecond)),
      latencyMs: { p50: ms(0.5), p99: ms(0.99), p999: ms(0.999), max: ms(1) },
      loadAverage: medianOf(loaded.map(({ loadAverage }) => loadAverage)),
      last: loaded.at(-1),
    };
    const path = writeResult(`soak-${minutes}m`, summary);
    const svg = chart(this.#samples, {
      title: `Soak: ${minutes} minutes at ${facts.ratePerSecond} requests/s, half of what is sustained`,
      subtitle: `Ids remembered for ${idWindowMs / 1000} s. Two partitions, five processes, five stores and the load on ${machineLine(describeMachine())}.`,
      loadSecond: facts.loadSecond,
      warmSecond: facts.warmSecond,
    });
    writeFileSync(join(resultsFolder, `${this.#name}.svg`), svg);
    for (const { promise, holds, detail } of verdicts)
      print(`${holds ? "kept  " : "BROKEN"} ${promise}: ${detail}`);
    print(`${path}, bench/results/${this.#name}.svg`);
  }
}

const resultsFolder = join(import.meta.dir, "../../bench/results");

interface Bounds {
  readonly loadSecond: number;
  readonly warmSecond: number;
  readonly drive: Drive;
}

interface Calibration {
  readonly sustained: number;
  readonly stages: Readonly<Record<string, number>>;
  readonly ratePerSecond: number;
}

/** Both instruments in turn: each lies on a partition of its own. */
function requestsOf(url: string, cast: Cast, seed: number): () => ReturnType<MarketFlow["next"]> {
  const run = Date.now().toString(36);
  const [alice, bob] = cast.traders;
  if (alice === undefined || bob === undefined) throw new Error("A soak needs two traders");
  const pairs = [
    { maker: alice, taker: bob },
    { maker: cast.maker, taker: cast.taker },
  ];
  const flows = demoInstruments.map((instrument, index) => {
    const pair = pairs[index % pairs.length] ?? { maker: alice, taker: bob };
    const random = new SeededRandom(seed + 10 + index);
    return new MarketFlow({ url, instrument, ...pair, random, run, restingCount });
  });
  let count = 0;
  return () => {
    const flow = flows[count++ % flows.length];
    if (flow === undefined) throw new Error("There are instruments");
    return flow.next();
  };
}

async function caughtUp(watch: VenueWatch): Promise<void> {
  const deadline = performance.now() + catchUpMsMax;
  for (;;) {
    const { engine = 0, ...stages } = watch.reached;
    if (Object.values(stages).every((reached) => engine - reached < 100)) return;
    if (performance.now() > deadline) throw new Error("The views do not catch up");
    await Bun.sleep(500);
  }
}

function progressLine(sample: SoakSample): string {
  const { second, answersPerSecond, latencyMs, residentBytes, dataBytes, loadAverage } = sample;
  const memory = Object.entries(residentBytes)
    .map(([name, bytes]) => `${name} ${Math.round(bytes / 2 ** 20)}`)
    .join(", ");
  return `${Math.round(second)} s: ${answersPerSecond}/s, p50 ${latencyMs.p50} p99 ${latencyMs.p99} ms; MiB ${memory}; data ${Math.round(dataBytes / 2 ** 20)} MiB; load ${loadAverage}`;
}
