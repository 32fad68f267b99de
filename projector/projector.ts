import type { Analytics } from "../ports/analytics/analytics.ts";
import type { Clock } from "../ports/clock/clock.ts";
import { FoldAlarm } from "../ports/log/fold.ts";
import type { FoldPosition } from "../ports/log/fold.ts";
import { readFoldedBody } from "../ports/log/fold-follower.ts";
import type { Log } from "../ports/log/log.ts";
import { ReadDbError } from "../ports/read-db/read-db.ts";
import type { ReadDb } from "../ports/read-db/read-db.ts";
import type { BucketCounts } from "../ports/telemetry/bucket-counts.ts";
import { noTracer } from "../ports/telemetry/tracer.ts";
import type { Tracer } from "../ports/telemetry/tracer.ts";
import { Topic } from "../schema/topics.ts";
import { ClickhouseFold } from "./clickhouse.ts";
import { isTransient, Pipeline } from "./pipeline.ts";
import type { StoreFold } from "./pipeline.ts";
import { PositionMoved, PostgresFold } from "./postgres.ts";
import { Stopped, untilAvailable } from "./retry.ts";
import { StoreWatch } from "./store-watch.ts";

export type StoreName = "Postgres" | "ClickHouse";

/**
 * `Gap`: a seqNum is missing on the log; folding goes on at the next Claim. The others stop the partition's way into that store:
 * `OtherProjector`: somebody else moves the position. `Broken`: the events, the log or the store contradict what was folded.
 */
export type ProjectorAlarmCode = "Gap" | "OtherProjector" | "Broken";

export class ProjectorAlarm extends Error {
  override readonly name = "ProjectorAlarm";
  readonly code: ProjectorAlarmCode;
  readonly store: StoreName;
  readonly partition: number;
  constructor(
    code: ProjectorAlarmCode,
    place: { store: StoreName; partition: number },
    cause: unknown,
  ) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    super(`${place.store}, partition ${place.partition}: ${reason}`, { cause });
    this.code = code;
    this.store = place.store;
    this.partition = place.partition;
  }
}

export interface ProjectorOptions {
  readonly log: Log;
  /** Migrated. */
  readonly readDb: ReadDb;
  /** Migrated; null goes without. */
  readonly analytics: Analytics | null;
  readonly clock: Clock;
  /** Follows sampled commands into the stores; nothing is traced by default. */
  readonly tracer?: Tracer;
  onAlarm(alarm: ProjectorAlarm): void;
}

export interface PipelineStats {
  readonly store: StoreName;
  readonly partition: number;
  /** Of the last body whose rows stand. */
  readonly position: FoldPosition | null;
  /** Bodies applied since the start. */
  readonly bodyCount: number;
  /** Writes that had to be tried again. */
  readonly retryCount: number;
  /** How old the oldest body is that was folded and does not stand yet; null where none waits. */
  readonly waitingMs: number | null;
  /** Times of its writes, in microseconds. */
  readonly writes: BucketCounts;
  /** False once an alarm has stopped it. */
  readonly running: boolean;
}

export interface Projector {
  /** Resolves once Postgres' saved positions are checked against the log (or Postgres is emptied) and folding has begun. */
  start(): Promise<void>;
  /** Finishes the batches in hand. */
  stop(): Promise<void>;
  readonly stats: readonly PipelineStats[];
  readonly alarms: readonly AlarmCount[];
  /** Records of order-events that a store has not dealt with yet, per partition; Postgres unless told otherwise. */
  lag(store?: StoreName): Promise<readonly number[]>;
}

export interface AlarmCount {
  readonly store: StoreName;
  readonly code: ProjectorAlarmCode;
  readonly count: number;
}

/** Folds order-events of every partition into Postgres and ClickHouse, each at its own pace. */
export function createProjector(options: ProjectorOptions): Projector {
  return new RunningProjector(options);
}

interface Lane {
  readonly store: StoreName;
  readonly partition: number;
  readonly pipeline: Pipeline;
  readonly watch: StoreWatch;
  running: boolean;
  done: Promise<void>;
}

/** A store that can be emptied and filled again from the log. */
interface Store {
  readonly name: StoreName;
  /** What one write is called in a trace. */
  readonly writeName: string;
  fold(partition: number, watch: StoreWatch | null): StoreFold;
  reset(): Promise<void>;
}

class RunningProjector implements Projector {
  readonly #options: ProjectorOptions;
  readonly #stop = new AbortController();
  readonly #lanes = new Map<StoreName, Lane[]>();
  readonly #rebuilds = new Map<StoreName, { lanes: readonly Lane[]; done: Promise<void> }>();
  readonly #alarmCounts = new Map<string, AlarmCount>();
  #opened: Promise<unknown> = Promise.resolve();

  constructor(options: ProjectorOptions) {
    this.#options = options;
  }

  get stats(): readonly PipelineStats[] {
    const now = this.#options.clock.now();
    return [...this.#lanes.values()].flat().map(({ pipeline, watch, ...lane }) => {
      const { store, partition, running } = lane;
      const { position, bodyCount, retryCount, waitingSince } = pipeline;
      const waitingMs = waitingSince === null ? null : Math.max(0, now - waitingSince);
      const { writes } = watch;
      return { store, partition, position, bodyCount, retryCount, waitingMs, writes, running };
    });
  }

  get alarms(): readonly AlarmCount[] {
    return [...this.#alarmCounts.values()];
  }

  async start(): Promise<void> {
    const { readDb, analytics } = this.#options;
    if (analytics !== null) {
      this.#opened = this.#open({
        name: "ClickHouse",
        writeName: "ClickHouse block",
        fold: (partition, watch) => new ClickhouseFold(analytics, partition, watch),
        reset: () => analytics.reset(),
      });
    }
    await this.#open({
      name: "Postgres",
      writeName: "Postgres transaction",
      fold: (partition, watch) => new PostgresFold(readDb, partition, watch),
      reset: () => readDb.reset(),
    });
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#opened;
    await Promise.all([...this.#rebuilds.values()].map(({ done }) => done));
    const lanes = [...this.#lanes.values()].flat();
    await Promise.all(lanes.map(({ pipeline }) => pipeline.stop()));
    await Promise.all(lanes.map(({ done }) => done));
  }

  async lag(store: StoreName = "Postgres"): Promise<readonly number[]> {
    const { log } = this.#options;
    const lanes = this.#lanes.get(store) ?? [];
    const ends = await Promise.all(
      lanes.map(({ partition }) => log.endOffset(Topic.OrderEvents, partition)),
    );
    return lanes.map(({ pipeline }, index) =>
      Math.max(0, (ends[index] ?? 0) - pipeline.nextOffset),
    );
  }

  /** Checks what the store holds against the log, empties it where the two disagree, and sets out. */
  async #open(store: Store): Promise<void> {
    await this.#orAlarm(store, async () => {
      const isOurs = await this.#patiently(() => this.#matchesLog(store));
      if (!isOurs) await this.#patiently(() => store.reset());
      this.#launch(store);
    });
  }

  async #matchesLog(store: Store): Promise<boolean> {
    const { log } = this.#options;
    try {
      for (let partition = 0; partition < log.partitionCount; partition++) {
        const position = await store.fold(partition, null).load();
        if (position !== null) await readFoldedBody(log, partition, position);
      }
      return true;
    } catch (error) {
      if (error instanceof FoldAlarm && error.code === "PositionMismatch") return false;
      if (error instanceof ReadDbError && error.code === "Corrupt") return false;
      throw error;
    }
  }

  #launch(store: Store): void {
    if (this.#stop.signal.aborted) return;
    const { log, clock, tracer = noTracer } = this.#options;
    const lanes = Array.from({ length: log.partitionCount }, (_, partition) => {
      const place = { store: store.name, partition };
      const { writeName } = store;
      const watch = new StoreWatch({ tracer, clock, writeName, partition });
      const pipeline = new Pipeline({
        log,
        partition,
        clock,
        fold: store.fold(partition, watch),
        onGap: (alarm) => this.#alarm("Gap", place, alarm),
      });
      const lane: Lane = { ...place, pipeline, watch, running: true, done: Promise.resolve() };
      lane.done = pipeline.run().catch((error: unknown) => this.#fail(store, lane, error));
      return lane;
    });
    this.#lanes.set(store.name, lanes);
  }

  async #fail(store: Store, lane: Lane, error: unknown): Promise<void> {
    lane.running = false;
    if (this.#stop.signal.aborted) return;
    if (error instanceof ReadDbError && error.code === "Corrupt") {
      const rebuild = this.#rebuilds.get(store.name);
      if (rebuild?.lanes.includes(lane) === true) return;
      if (rebuild === undefined) return this.#startRebuild(store);
    }
    const isOthers = error instanceof PositionMoved;
    this.#alarm(isOthers ? "OtherProjector" : "Broken", lane, error);
    if (isOthers) await this.#stopPartition(lane.partition);
  }

  /** Somebody else folds this partition; two at once would race on into every store. */
  async #stopPartition(partition: number): Promise<void> {
    const lanes = [...this.#lanes.values()].flat();
    const itsLanes = lanes.filter((lane) => lane.partition === partition);
    for (const lane of itsLanes) lane.running = false;
    await Promise.all(itsLanes.map(({ pipeline }) => pipeline.stop()));
  }

  /** Once in a projector's life: a store that is damaged again is not to be trusted. */
  #startRebuild(store: Store): void {
    const lanes = this.#lanes.get(store.name) ?? [];
    const done = this.#rebuild(store, lanes);
    this.#rebuilds.set(store.name, { lanes, done });
  }

  async #rebuild(store: Store, lanes: readonly Lane[]): Promise<void> {
    await Promise.all(lanes.map(({ pipeline }) => pipeline.stop()));
    await Promise.all(lanes.map(({ done }) => done));
    await this.#orAlarm(store, async () => {
      await this.#patiently(() => store.reset());
      this.#launch(store);
    });
  }

  #patiently<Result>(attempt: () => Promise<Result>): Promise<Result> {
    const { clock } = this.#options;
    return untilAvailable(attempt, { clock, signal: this.#stop.signal, isTransient });
  }

  async #orAlarm(store: Store, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (error instanceof Stopped) return;
      this.#alarm("Broken", { store: store.name, partition: 0 }, error);
    }
  }

  #alarm(
    code: ProjectorAlarmCode,
    place: { store: StoreName; partition: number },
    cause: unknown,
  ): void {
    const { store } = place;
    const key = `${store} ${code}`;
    const count = (this.#alarmCounts.get(key)?.count ?? 0) + 1;
    this.#alarmCounts.set(key, { store, code, count });
    this.#options.onAlarm(new ProjectorAlarm(code, place, cause));
  }
}
