import { loadavg } from "node:os";

import type { Stack } from "../stack.ts";
import { stackMembers } from "../stack/stack-environment.ts";
import type { StackMember } from "../stack/stack-environment.ts";
import type { Drive } from "./drive.ts";
import { residentBytes, servicePids, treeBytes } from "./process-memory.ts";
import type { SoakSample, StandStill } from "./sample.ts";
import { scrape, sumOf, valuesOf } from "./scrape.ts";
import type { Series } from "./scrape.ts";

export interface VenueWatchOptions {
  readonly stack: Stack;
  /** Data folder of the stores. */
  readonly storesFolder: string;
  readonly drive: Drive;
  onSample(sample: SoakSample): void;
}

const probeMs = 1000;
const probesPerSample = 5;
const samplesPerDiskLook = 12;
const standStillMsMax = 5000;

type Scrapes = ReadonlyMap<StackMember, Series>;

/** How a place was last seen. */
interface Place {
  value: number;
  changedAt: number;
  seenAt: number;
  told: boolean;
}

/** Looks at every process each second and makes a sample of it every five. */
export class VenueWatch {
  readonly standStills: StandStill[] = [];
  phase: SoakSample["phase"] = "calibration";
  readonly #options: VenueWatchOptions;
  readonly #startedAt = performance.now();
  readonly #places = new Map<string, Place>();
  readonly #loopDelayMs = new Map<string, number>();
  #scrapes: Scrapes = new Map();
  #sampledAt = performance.now();
  #dataBytes = 0;
  #sampleCount = 0;
  #ended = false;
  readonly #run: Promise<void>;

  constructor(options: VenueWatchOptions) {
    this.#options = options;
    this.#run = this.#watch();
  }

  get second(): number {
    return Math.round((performance.now() - this.#startedAt) / 100) / 10;
  }

  /** seqNums by stage, summed over partitions. The engine's are the owners'. */
  get reached(): Readonly<Record<string, number>> {
    return reachedOf(this.#scrapes);
  }

  get dataBytes(): number {
    return this.#dataBytes;
  }

  async stop(): Promise<void> {
    this.#ended = true;
    await this.#run;
  }

  async #watch(): Promise<void> {
    for (let count = 1; !this.#ended; count++) {
      const nextAt = performance.now() + probeMs;
      await this.#probe();
      if (count % probesPerSample === 0) await this.#sample();
      await Bun.sleep(Math.max(0, nextAt - performance.now()));
    }
  }

  async #probe(): Promise<void> {
    const { stack, drive } = this.#options;
    const scraped = await Promise.all(
      stackMembers.map(async (member) => {
        const series = await scrape(stack.operations[member]).catch((): Series => new Map());
        return [member, series] as const;
      }),
    );
    this.#scrapes = new Map(scraped);
    for (const [member, series] of scraped) {
      const delayMs = delayOf(series) * 1000;
      this.#loopDelayMs.set(member, Math.max(this.#loopDelayMs.get(member) ?? 0, delayMs));
      for (const [place, value] of positionsOf(member, series)) this.#see(place, value);
    }
    this.#see("answers", drive.answeredAt);
  }

  /** A place stands still when two looks that lie further apart than the bound have seen the same. */
  #see(name: string, value: number): void {
    const now = performance.now();
    const place = this.#places.get(name);
    if (place === undefined || place.value !== value || this.phase === "calibration") {
      this.#places.set(name, { value, changedAt: now, seenAt: now, told: false });
      return;
    }
    place.seenAt = now;
    const stoodMs = place.seenAt - place.changedAt;
    if (stoodMs <= standStillMsMax || place.told) return;
    place.told = true;
    this.standStills.push({
      place: name,
      atSecond: this.second,
      seconds: Math.round(stoodMs / 100) / 10,
    });
  }

  async #sample(): Promise<void> {
    const { drive, stack, storesFolder, onSample } = this.#options;
    const now = performance.now();
    const seconds = (now - this.#sampledAt) / 1000;
    this.#sampledAt = now;
    if (this.#sampleCount++ % samplesPerDiskLook === 0)
      this.#dataBytes = await bytesIn(storesFolder);
    const interval = drive.takeInterval();
    const ms = (fraction: number): number =>
      Math.round(interval.latency.percentile(fraction) / 1e4) / 100;
    const owners = ownersOf(this.#scrapes);
    onSample({
      second: this.second,
      phase: this.phase,
      answersPerSecond: Math.round((interval.doneCount + interval.refusedCount) / seconds),
      refusedCount: interval.refusedCount,
      errors: interval.errors,
      kinds: interval.kinds,
      backlog: drive.backlog,
      latencyMs: { p50: ms(0.5), p99: ms(0.99), p999: ms(0.999), max: ms(1) },
      residentBytes: byMember((member) => residentBytes(stack.processes[member].pid)),
      heapBytes: byMember((member) => heapOf(this.#scrapes.get(member) ?? new Map())),
      storeBytes: Object.fromEntries(
        [...servicePids(storesFolder)].map(([name, pid]) => [name, treeBytes(pid)]),
      ),
      loopDelayMs: byMember((member) => Math.round(this.#loopDelayMs.get(member) ?? 0)),
      lag: lagOf(this.#scrapes),
      openOrders: sumOverOwners(owners, "orderbook_engine_open_orders"),
      idWindowEntries: sumOverOwners(owners, "orderbook_engine_id_window_entries"),
      stallCount: sumOverAll(this.#scrapes, "orderbook_log_stalls_total"),
      brokersAway: sumOverAll(this.#scrapes, "orderbook_log_brokers_away"),
      dataBytes: this.#dataBytes,
      loadAverage: Math.round((loadavg()[0] ?? 0) * 100) / 100,
    });
    this.#loopDelayMs.clear();
  }
}

function byMember(value: (member: StackMember) => number): Record<string, number> {
  return Object.fromEntries(stackMembers.map((member) => [member, value(member)]));
}

function delayOf(series: Series): number {
  for (const [name, value] of series) {
    if (name.includes("_event_loop_delay_seconds{") && name.includes('quantile="1"')) return value;
  }
  return 0;
}

function heapOf(series: Series): number {
  for (const [name, value] of series) if (/^orderbook_\w+_heap_bytes$/.test(name)) return value;
  return 0;
}

/** Every position that has to move while there are ticks. */
function positionsOf(member: StackMember, series: Series): [string, number][] {
  const named = (metric: string, ...labels: string[]): [string, number][] =>
    valuesOf(series, metric, ...labels).map(([label, value]) => [`${member} ${label}`, value]);
  switch (member) {
    case "gateway":
      return named("orderbook_gateway_fold_seqnum", "partition");
    case "engine-1":
    case "engine-2":
      return named("orderbook_engine_seqnum", "partition");
    case "projector":
      return named("orderbook_projector_seqnum", "store", "partition");
    case "query":
      return named("orderbook_query_books_seqnum", "partition");
  }
}

/** The workers' series and which partitions each owns. */
function ownersOf(scrapes: Scrapes): { series: Series; partitions: ReadonlySet<string> }[] {
  return (["engine-1", "engine-2"] as const).map((member) => {
    const series = scrapes.get(member) ?? new Map<string, number>();
    const roles = valuesOf(series, "orderbook_engine_role", "partition", "role");
    const owned = roles.filter(([label, value]) => label.endsWith(" Owner") && value === 1);
    return { series, partitions: new Set(owned.map(([label]) => label.split(" ")[0] ?? "")) };
  });
}

function sumOverOwners(owners: ReturnType<typeof ownersOf>, metric: string): number {
  let sum = 0;
  for (const { series, partitions } of owners)
    for (const [partition, value] of valuesOf(series, metric, "partition"))
      if (partitions.has(partition)) sum += value;
  return sum;
}

function sumOverAll(scrapes: Scrapes, metric: string): number {
  let sum = 0;
  for (const series of scrapes.values()) sum += sumOf(series, metric);
  return sum;
}

function reachedOf(scrapes: Scrapes): Record<string, number> {
  const projector = scrapes.get("projector") ?? new Map<string, number>();
  const stores = valuesOf(projector, "orderbook_projector_seqnum", "store");
  const store = (name: string): number =>
    stores.reduce((sum, [label, value]) => (label === name ? sum + value : sum), 0);
  const owners = ownersOf(scrapes);
  return {
    engine: sumOverOwners(owners, "orderbook_engine_seqnum"),
    gateway: sumOf(scrapes.get("gateway") ?? new Map(), "orderbook_gateway_fold_seqnum"),
    ...Object.fromEntries(
      [...new Set(stores.map(([label]) => label))].map((name) => [name, store(name)]),
    ),
    query: sumOf(scrapes.get("query") ?? new Map(), "orderbook_query_books_seqnum"),
  };
}

/** What waits for each stage; what waits for the engine stands under `orders`. */
function lagOf(scrapes: Scrapes): Record<string, number> {
  const { engine = 0, ...stages } = reachedOf(scrapes);
  return {
    orders: sumOverOwners(ownersOf(scrapes), "orderbook_engine_lag_records"),
    ...Object.fromEntries(
      Object.entries(stages).map(([stage, reached]) => [stage, Math.max(0, engine - reached)]),
    ),
  };
}

async function bytesIn(folder: string): Promise<number> {
  const du = Bun.spawn(["du", "-sk", folder], { stdout: "pipe", stderr: "ignore" });
  return Number((await new Response(du.stdout).text()).split("\t")[0]) * 1024;
}
