import type { Analytics } from "../ports/analytics/analytics.ts";
import type { Clock } from "../ports/clock/clock.ts";
import { FoldAlarm } from "../ports/log/fold.ts";
import type { FoldPosition } from "../ports/log/fold.ts";
import { readFoldedBody } from "../ports/log/fold-follower.ts";
import type { Log } from "../ports/log/log.ts";
import { ReadDbError } from "../ports/read-db/read-db.ts";
import type { ReadDb } from "../ports/read-db/read-db.ts";
import { Topic } from "../schema/topics.ts";
import { ClickhouseFold } from "./clickhouse.ts";
import { isTransient, Pipeline } from "./pipeline.ts";
import type { StoreFold } from "./pipeline.ts";
import { PositionMoved, PostgresFold } from "./postgres.ts";
import { Stopped, untilAvailable } from "./retry.ts";

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
  onAlarm(alarm: ProjectorAlarm): void;
}

export interface PipelineStats {
  readonly store: StoreName;
  readonly partition: number;
  /** Of the last body whose rows stand. */
  readonly position: FoldPosition | null;
  /** Bodies applied since the start. */
  readonly bodyCount: number;
  /** False once an alarm has stopped it. */
  readonly running: boolean;
}

export interface Projector {
  /** Resolves once Postgres' saved positions are checked against the log (or Postgres is emptied) and folding has begun. */
  start(): Promise<void>;
  /** Finishes the batches in hand. */
  stop(): Promise<void>;
  readonly stats: readonly PipelineStats[];
  /** Records of order-events that Postgres has not dealt with yet, per partition. */
  lag(): Promise<readonly number[]>;
}

/** Folds order-events of every partition into Postgres and ClickHouse, each at its own pace. */
export function createProjector(options: ProjectorOptions): Projector {
  return new RunningProjector(options);
}

interface Lane {
  readonly store: StoreName;
  readonly partition: number;
  readonly pipeline: Pipeline;
  running: boolean;
  done: Promise<void>;
}

/** A store that can be emptied and filled again from the log. */
interface Store {
  readonly name: StoreName;
  fold(partition: number): StoreFold;
  reset(): Promise<void>;
}

class RunningProjector implements Projector {
  readonly #options: ProjectorOptions;
  readonly #stop = new AbortController();
  readonly #lanes = new Map<StoreName, Lane[]>();
  readonly #rebuilds = new Map<StoreName, { lanes: readonly Lane[]; done: Promise<void> }>();
  #opened: Promise<unknown> = Promise.resolve();

  constructor(options: ProjectorOptions) {
    this.#options = options;
  }

  get stats(): readonly PipelineStats[] {
    return [...this.#lanes.values()].flat().map(({ store, partition, pipeline, running }) => {
      const { position, bodyCount } = pipeline;
      return { store, partition, position, bodyCount, running };
    });
  }

  async start(): Promise<void> {
    const { readDb, analytics } = this.#options;
    if (analytics !== null) {
      this.#opened = this.#open({
        name: "ClickHouse",
        fold: (partition) => new ClickhouseFold(analytics, partition),
        reset: () => analytics.reset(),
      });
    }
    await this.#open({
      name: "Postgres",
      fold: (partition) => new PostgresFold(readDb, partition),
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

  async lag(): Promise<readonly number[]> {
    const { log } = this.#options;
    const lanes = this.#lanes.get("Postgres") ?? [];
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
        const position = await store.fold(partition).load();
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
    const { log, clock } = this.#options;
    const lanes = Array.from({ length: log.partitionCount }, (_, partition) => {
      const place = { store: store.name, partition };
      const pipeline = new Pipeline({
        log,
        partition,
        clock,
        fold: store.fold(partition),
        onGap: (alarm) => this.#alarm("Gap", place, alarm),
      });
      const lane: Lane = { ...place, pipeline, running: true, done: Promise.resolve() };
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
    this.#options.onAlarm(new ProjectorAlarm(code, place, cause));
  }
}
