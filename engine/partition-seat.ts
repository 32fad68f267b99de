import type { Clock } from "../ports/clock/clock.ts";
import { FoldAlarm } from "../ports/log/fold.ts";
import { LogError } from "../ports/log/log.ts";
import type { Log } from "../ports/log/log.ts";
import type { SnapshotStore } from "../ports/snapshot/snapshot.ts";
import type { Tracer } from "../ports/telemetry/tracer.ts";
import { Topic } from "../schema/topics.ts";
import type { EngineLimits } from "./core/engine.ts";
import { EngineHostError } from "./host-error.ts";
import { createEngineHost } from "./host.ts";
import type { EngineHost } from "./host.ts";
import type { Claimant } from "./partition-identity.ts";
import type { RecoveryReport } from "./recovery.ts";
import type { SnapshotPacker } from "./snapshot-packer.ts";
import type { SnapshotPolicy } from "./snapshotter.ts";
import { Standby } from "./standby.ts";

export interface SeatOptions extends Claimant {
  readonly log: Log;
  readonly snapshots: SnapshotStore;
  readonly clock: Clock;
  readonly tickMs?: number;
  readonly limits?: Partial<EngineLimits>;
  readonly snapshotPolicy?: Partial<SnapshotPolicy>;
  readonly packer?: () => SnapshotPacker;
  readonly tracer?: Tracer;
  /** Whether a partition that others own is followed by a warm replica. */
  readonly keepsStandby: boolean;
  /** How long to wait after a foreign Claim before claiming again what the group still says is ours. */
  readonly reclaimAfterMs: number;
  onRecovered(report: RecoveryReport): void;
  /** Something is not as it should be; the worker goes on. */
  onTrouble(partition: number, what: string, error: Error): void;
  /** Logs and build do not agree: the partition stops until an operator acts, the others go on. */
  onHalted(partition: number, error: Error): void;
  /** The process cannot go on: it can neither read nor write the log. */
  onFatal(error: Error): void;
}

/** `Idle`: others own it and no replica is kept. `Claiming`: from the Claim until it serves. */
export type SeatRole = "Idle" | "Standby" | "Claiming" | "Owner" | "Halted";

const standbyRetryMs = 2000;
const haltedPollMs = 2000;

/** One partition as a worker sees it: owner by the group's word, else standby. Changes of mind are followed one after another. */
export class PartitionSeat {
  readonly partition: number;
  readonly #options: SeatOptions;
  readonly #run: Promise<void>;
  #assigned = false;
  /** Counts revocations: an owner whose term is over has been abandoned, even if the partition is ours again by now. */
  #term = 0;
  #stopping = false;
  #role: SeatRole = "Idle";
  #host: EngineHost | null = null;
  #standby: Standby | null = null;
  #wake = Promise.withResolvers<void>();

  constructor(options: SeatOptions, partition: number) {
    this.partition = partition;
    this.#options = options;
    this.#run = this.#live();
  }

  get role(): SeatRole {
    return this.#role;
  }

  get host(): EngineHost | null {
    return this.#host;
  }

  get standby(): Standby | null {
    return this.#standby;
  }

  assign(): void {
    this.#assigned = true;
    this.#notify();
  }

  /** Once this returns nothing more is written to the partition. */
  revoke(): void {
    this.#assigned = false;
    this.#term++;
    this.#host?.abandon();
    this.#notify();
  }

  /** An owner finishes what it has read. Never rejects. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#notify();
    await this.#run;
  }

  async #live(): Promise<void> {
    // The caller has its seat before anything is told of it.
    await Promise.resolve();
    while (!this.#stopping) {
      if (this.#assigned) await this.#own();
      else await this.#standBy(() => this.#assigned);
    }
    await this.#standby?.close();
    this.#role = "Idle";
  }

  async #own(): Promise<void> {
    const failed = Promise.withResolvers<never>();
    failed.promise.catch(() => {});
    this.#role = "Claiming";
    const host = await this.#createHost(failed.reject);
    if (!this.#assigned) return host.abandon();
    this.#host = host;
    const term = this.#term;
    try {
      this.#recovered(await host.start());
      await Promise.race([failed.promise, this.#until(() => this.#term !== term)]);
      if (this.#term === term) await host.stop();
    } catch (error) {
      host.abandon();
      this.#host = null;
      await this.#takeFailure(error as Error);
    }
    this.#host = null;
  }

  #recovered(report: RecoveryReport): void {
    this.#role = "Owner";
    this.#options.onRecovered(report);
  }

  async #createHost(onFatal: (error: Error) => void): Promise<EngineHost> {
    const { onTrouble, packer, ...options } = this.#options;
    const standby = this.#standby;
    this.#standby = null;
    if (standby !== null && !standby.warm) await standby.close();
    return createEngineHost({
      ...options,
      partition: this.partition,
      ...(standby?.warm === true ? { standby } : {}),
      ...(packer === undefined ? {} : { packer: packer() }),
      onFatal,
      onSnapshotFailure: (error) => onTrouble(this.partition, "No snapshot", error),
    });
  }

  async #takeFailure(error: Error): Promise<void> {
    const { onTrouble, onHalted, onFatal, reclaimAfterMs } = this.#options;
    if (!isOfPartition(error)) {
      onFatal(error);
      return this.#until(() => !this.#assigned);
    }
    switch (error instanceof EngineHostError ? error.code : "Fold") {
      case "Abandoned":
        return;
      case "NotWarm":
        return onTrouble(this.partition, "Recovering from the snapshot", error);
      case "ForeignClaim":
        onTrouble(this.partition, "Another owner took over", error);
        return this.#standByFor(reclaimAfterMs);
      default:
        this.#role = "Halted";
        onHalted(this.partition, error);
        return this.#untilActedOn();
    }
  }

  /** The same again would come to the same, until something stands on `order-events` that was not there: an operator's Quarantine. */
  async #untilActedOn(): Promise<void> {
    let haltedAt: number | null = null;
    while (this.#assigned && !this.#stopping) {
      const end = await this.#eventsEnd();
      if (haltedAt !== null && end !== null && end > haltedAt) return;
      haltedAt ??= end;
      await this.#pause(haltedPollMs);
    }
  }

  /** Null where the log does not answer. */
  async #eventsEnd(): Promise<number | null> {
    try {
      return await this.#options.log.endOffset(Topic.OrderEvents, this.partition);
    } catch (error) {
      if (error instanceof LogError) return null;
      throw error;
    }
  }

  /** Shorter when the seat is told something. */
  async #pause(ms: number): Promise<void> {
    const waiting = new AbortController();
    void this.#wake.promise.then(() => waiting.abort());
    await this.#options.clock.sleep(ms, waiting.signal);
  }

  /** The group takes a moment to tell a member that it was given up; if it never does, the partition is ours again. */
  async #standByFor(ms: number): Promise<void> {
    let over = false;
    const waiting = new AbortController();
    const waited = this.#options.clock.sleep(ms, waiting.signal).then(() => {
      over = true;
      this.#notify();
    });
    await this.#standBy(() => over || !this.#assigned);
    waiting.abort();
    await waited;
  }

  async #standBy(ended: () => boolean): Promise<void> {
    const { keepsStandby } = this.#options;
    this.#role = keepsStandby ? "Standby" : "Idle";
    if (keepsStandby) this.#standby ??= this.#openStandby();
    await this.#until(ended);
  }

  #openStandby(): Standby {
    const { log, snapshots, clock, limits = {}, semantics } = this.#options;
    const standby = new Standby({
      log,
      snapshots,
      clock,
      limits,
      ...(semantics === undefined ? {} : { semantics }),
      partition: this.partition,
      onFailure: (error) => void this.#standbyFailed(standby, error),
    });
    void standby.start();
    return standby;
  }

  /** A replica that came to something else than the log says is not tried again: the same code would come to the same. */
  async #standbyFailed(standby: Standby, error: Error): Promise<void> {
    const { clock, onTrouble } = this.#options;
    onTrouble(this.partition, "The standby failed", error);
    if (isOfPartition(error)) return;
    await clock.sleep(standbyRetryMs);
    if (this.#stopping || this.#standby !== standby) return;
    this.#standby = this.#openStandby();
  }

  async #until(holds: () => boolean): Promise<void> {
    while (!holds() && !this.#stopping) await this.#wake.promise;
  }

  #notify(): void {
    this.#wake.resolve();
    this.#wake = Promise.withResolvers<void>();
  }
}

/** Whether a failure says something about this partition; else it is the log's or the process's. */
function isOfPartition(error: Error): boolean {
  if (error instanceof FoldAlarm) return true;
  return error instanceof EngineHostError && error.code !== "AppendFailed";
}
