import type { Clock } from "../ports/clock/clock.ts";
import type { Log } from "../ports/log/log.ts";
import type { SnapshotStore } from "../ports/snapshot/snapshot.ts";
import type { Tracer } from "../ports/telemetry/tracer.ts";
import type { EngineLimits } from "./core/engine.ts";
import { EngineHostError } from "./host-error.ts";
import type { Claimant } from "./partition-identity.ts";
import { Owner } from "./owner.ts";
import type { OwnerStats } from "./owner.ts";
import { recover } from "./recovery.ts";
import type { Recovered, RecoveryReport } from "./recovery.ts";
import { createWorkerPacker } from "./snapshot-packer.ts";
import type { SnapshotPacker } from "./snapshot-packer.ts";
import { defaultSnapshotPolicy, Snapshotter } from "./snapshotter.ts";
import type { SnapshotPolicy } from "./snapshotter.ts";
import type { Standby } from "./standby.ts";

export interface EngineHostOptions extends Claimant {
  readonly log: Log;
  readonly snapshots: SnapshotStore;
  readonly clock: Clock;
  readonly partition: number;
  /** Between two TimeTicks; 1000 by default. */
  readonly tickMs?: number;
  /** Of a partition without history; a snapshot brings its own. */
  readonly limits?: Partial<EngineLimits>;
  readonly snapshotPolicy?: Partial<SnapshotPolicy>;
  /** Takes over from here instead of from a snapshot; used up by it. */
  readonly standby?: Standby;
  /** Follows sampled commands; nothing is traced by default. */
  readonly tracer?: Tracer;
  /** Packs snapshots; in a Worker by default. */
  readonly packer?: SnapshotPacker;
  /** The partition has stopped for good, once it served. Called once; nothing is written after. */
  onFatal(error: Error): void;
  /** A snapshot could not be taken; matching goes on. */
  onSnapshotFailure?(error: Error): void;
}

/** The owner of one partition: follows its commands, matches, and writes what they came to. */
export interface EngineHost {
  readonly partition: number;
  /**
   * Claims, recovers, writes what is missing past the tail, and serves from then on. Rejects with EngineHostError or FoldAlarm when
   * the logs and this build do not agree, with LogError when they cannot be read or written.
   */
  start(): Promise<RecoveryReport>;
  /** Finishes what was read, waits until it is folded, and ends. Never rejects. */
  stop(): Promise<void>;
  /** Ends at once and writes nothing more, whatever it is at; a start under way rejects with EngineHostError `Abandoned`. */
  abandon(): void;
  /** Null before start has recovered. */
  readonly stats: OwnerStats | null;
}

export function createEngineHost(options: EngineHostOptions): EngineHost {
  return new PartitionHost(options);
}

const tickMsDefault = 1000;

class PartitionHost implements EngineHost {
  readonly partition: number;
  readonly #options: EngineHostOptions;
  readonly #packer: SnapshotPacker;
  #owner: Owner | null = null;
  #abandoned = false;

  constructor(options: EngineHostOptions) {
    this.partition = options.partition;
    this.#options = options;
    this.#packer = options.packer ?? createWorkerPacker();
  }

  get stats(): OwnerStats | null {
    return this.#owner === null ? null : this.#owner.stats;
  }

  async start(): Promise<RecoveryReport> {
    const { log, clock, partition, build, tickMs = tickMsDefault, tracer, onFatal } = this.#options;
    const startedAt = clock.monotonic();
    const recovered = await this.#recover();
    if (this.#abandoned) throw abandoned(partition);
    const { epoch, snapshot, skippedSnapshots, replica } = recovered;
    const tailSeqNum = replica.seqNum;
    const snapshotter = this.#createSnapshotter(recovered);
    const trace = tracer === undefined ? {} : { tracer };
    const given = { log, clock, recovered, snapshotter, tickMs, build, onFatal, ...trace };
    this.#owner = new Owner(given);
    const emittedAt = clock.monotonic();
    const count = await this.#owner.start();
    if (this.#abandoned) throw abandoned(partition);
    const endedAt = clock.monotonic();
    const emit = { step: "Emit", count, ms: endedAt - emittedAt } as const;
    const steps = [...recovered.steps, emit];
    return {
      partition,
      epoch,
      snapshot,
      skippedSnapshots,
      tailSeqNum,
      steps,
      ms: endedAt - startedAt,
    };
  }

  async stop(): Promise<void> {
    await this.#owner?.stop();
    this.#packer.close();
  }

  abandon(): void {
    this.#abandoned = true;
    void this.#options.standby?.close();
    this.#owner?.abandon();
    this.#packer.close();
  }

  #recover(): Promise<Recovered> {
    const { standby, limits = {} } = this.#options;
    return standby === undefined
      ? recover({ ...this.#options, limits })
      : standby.takeOver(this.#options);
  }

  #createSnapshotter({ identity, snapshot }: Awaited<ReturnType<typeof recover>>): Snapshotter {
    const { snapshots, clock, snapshotPolicy, onSnapshotFailure } = this.#options;
    return new Snapshotter({
      store: snapshots,
      packer: this.#packer,
      clock,
      identity,
      policy: { ...defaultSnapshotPolicy, ...snapshotPolicy },
      last: snapshot,
      onFailure: (error) => onSnapshotFailure?.(error),
    });
  }
}

function abandoned(partition: number): EngineHostError {
  return new EngineHostError("Abandoned", `Partition ${partition} was given up as it came up`);
}
