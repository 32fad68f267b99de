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
  /** Records of order-events that Postgres has not folded yet, per partition. */
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
  #background: Promise<unknown> = Promise.resolve();
  #rebuilt = false;

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
      this.#background = this.#open({
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
    await this.#background;
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
    return lanes.map(({ pipeline }, index) => {
      const next = pipeline.position === null ? 0 : pipeline.position.offset + 1;
      return Math.max(0, (ends[index] ?? 0) - next);
    });
  }

  /** Checks what the store holds against the log, empties it where the two disagree, and sets out. */
  async #open(store: Store): Promise<void> {
    const { clock } = this.#options;
    const retry = { clock, signal: this.#stop.signal, isTransient };
    try {
      const isOurs = await untilAvailable(() => this.#matchesLog(store), retry);
      if (!isOurs) await untilAvailable(() => store.reset(), retry);
      this.#launch(store);
    } catch (error) {
      if (error instanceof Stopped) return;
      this.#alarm("Broken", { store: store.name, partition: 0 }, error);
    }
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
    const isDamaged = error instanceof ReadDbError && error.code === "Corrupt";
    if (isDamaged && !this.#rebuilt) {
      this.#rebuilt = true;
      this.#background = this.#rebuild(store);
      return;
    }
    const code = error instanceof PositionMoved ? "OtherProjector" : "Broken";
    this.#alarm(code, lane, error);
  }

  /** Once in a projector's life: a store that is damaged again is not to be trusted. */
  async #rebuild(store: Store): Promise<void> {
    const lanes = this.#lanes.get(store.name) ?? [];
    await Promise.all(lanes.map(({ pipeline }) => pipeline.stop()));
    await store.reset();
    if (!this.#stop.signal.aborted) this.#launch(store);
  }

  #alarm(
    code: ProjectorAlarmCode,
    place: { store: StoreName; partition: number },
    cause: unknown,
  ): void {
    this.#options.onAlarm(new ProjectorAlarm(code, place, cause));
  }
}
