import type { Clock } from "../ports/clock/clock.ts";
import type { Follower, Log, LogRecord } from "../ports/log/log.ts";
import type { SnapshotStore } from "../ports/snapshot/snapshot.ts";
import { Topic } from "../schema/topics.ts";
import { CommandQueue } from "./command-queue.ts";
import { Comparison } from "./comparison.ts";
import type { EngineLimits } from "./core/engine.ts";
import { builtSemantics } from "./core/semantics.ts";
import type { SemanticsList } from "./core/semantics.ts";
import { EngineHostError } from "./host-error.ts";
import { identityOf } from "./partition-identity.ts";
import type { Claimant } from "./partition-identity.ts";
import { appendClaim, startReplica } from "./recovery.ts";
import type { Recovered, RecoveryStep, ReplicaOnLog } from "./recovery.ts";

export interface StandbyOptions {
  readonly log: Log;
  readonly snapshots: SnapshotStore;
  readonly clock: Clock;
  readonly partition: number;
  readonly limits?: Partial<EngineLimits>;
  /** Those of this build where they are not given. */
  readonly semantics?: SemanticsList;
  /** It cannot go on; a takeover then recovers from the snapshot. Called once. */
  onFailure(error: Error): void;
}

export interface StandbyStats {
  readonly partition: number;
  /** Of the last command applied. */
  readonly seqNum: number;
  readonly commandOffset: number;
}

/** Nobody waits for a standby but at a take-over, which comes so much later. */
const gatherMs = 50;
/** Commands read ahead of the fold are held up to here; then reading waits. */
const aheadRecordCountMax = 8192;

/**
 * A warm standby: a replica that follows a partition without owning it. It applies a command only after the output has been folded, and
 * compares, so that it is never ahead of what the log decided. It takes over by a Claim.
 */
export class Standby {
  readonly #options: StandbyOptions;
  #commands: CommandQueue | null = null;
  #start: ReplicaOnLog | null = null;
  #comparison: Comparison | null = null;
  #orders: Follower | null = null;
  #events: Follower | null = null;
  #failure: Error | null = null;
  #closed = false;
  /** Offset of the own Claim, from the moment on in which it is appended. */
  #claimed: Promise<number> | null = null;
  readonly #atClaim = Promise.withResolvers<void>();

  constructor(options: StandbyOptions) {
    this.#options = options;
    this.#atClaim.promise.catch(() => {});
  }

  /** Null before it has a replica. */
  get stats(): StandbyStats | null {
    if (this.#start === null) return null;
    const { seqNum, commandOffset } = this.#start.replica;
    return { partition: this.#options.partition, seqNum, commandOffset };
  }

  /** Whether a takeover can go on from here. */
  get warm(): boolean {
    return this.#comparison !== null && this.#failure === null && !this.#closed;
  }

  /** Loads the newest snapshot and follows from there. Never rejects: what goes wrong is told to onFailure. */
  async start(): Promise<void> {
    try {
      await this.#open();
    } catch (error) {
      this.#fail(error as Error);
    }
  }

  /**
   * Claims the partition and compares what stands up to the Claim; this standby is used up then. Rejects as `recover` does, and when it is
   * not warm or fails on the way.
   */
  async takeOver(owner: Claimant): Promise<Recovered> {
    const { log, clock, partition } = this.#options;
    const start = this.#start;
    const comparison = this.#comparison;
    if (start === null || comparison === null || !this.warm) throw this.#notWarm();
    const identity = identityOf(log, partition);
    const compared = comparison.count;
    const startedAt = clock.monotonic();
    this.#claimed = appendClaim({ ...owner, log }, identity);
    const epoch = await this.#claimed;
    const claimedAt = clock.monotonic();
    // What is answered before the Claim stood before it: an output whose command is not there by now is a lost tail.
    this.#commands?.endAt(await log.endOffset(Topic.Orders, partition));
    await this.#atClaim.promise;
    await this.close();
    const steps: RecoveryStep[] = [
      { step: "Claim", count: 1, ms: claimedAt - startedAt },
      {
        step: "Replay",
        count: comparison.count - compared,
        ms: clock.monotonic() - claimedAt,
      },
    ];
    return { ...start, identity, epoch, steps };
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#commands?.close();
    this.#atClaim.reject(this.#failure ?? this.#notWarm());
    await Promise.all([this.#orders?.close(), this.#events?.close()]);
  }

  async #open(): Promise<void> {
    const { log, snapshots, partition, limits = {}, semantics = builtSemantics } = this.#options;
    const identity = identityOf(log, partition);
    const start = await startReplica({ log, snapshots, identity, limits, semantics });
    if (this.#closed) return;
    const { replica, fold, letters } = start;
    const fromOrders = replica.commandOffset + 1;
    const commands = new CommandQueue({ fromOffset: fromOrders, countMax: aheadRecordCountMax });
    this.#start = start;
    this.#commands = commands;
    this.#comparison = new Comparison({
      identity,
      replica,
      fold,
      letters,
      nextCommand: () => commands.take(),
    });
    const fromEvents = fold.position === null ? 0 : fold.position.offset + 1;
    const push = (records: readonly LogRecord[]): void | Promise<void> => commands.push(records);
    const take = (records: readonly LogRecord[]): Promise<void> => this.#take(records);
    this.#orders = log.follow(Topic.Orders, partition, fromOrders, push, { gatherMs });
    this.#events = log.follow(Topic.OrderEvents, partition, fromEvents, take, { gatherMs });
    this.#orders.done.catch((error: Error) => this.#fail(error));
    this.#events.done.catch((error: Error) => this.#fail(error));
  }

  /** While the own Claim is on its way nothing is folded: it may be among these records, and what follows it is the owner's to fold. */
  async #take(records: readonly LogRecord[]): Promise<void> {
    for (const record of records) {
      const epoch = this.#claimed === null ? null : await this.#claimed;
      if (this.#closed || (epoch !== null && record.offset > epoch)) return;
      await this.#comparison?.push(record);
      if (record.offset === epoch) return this.#atClaim.resolve();
    }
  }

  #fail(error: Error): void {
    if (this.#failure !== null || this.#closed) return;
    this.#failure = error;
    this.#commands?.close();
    this.#atClaim.reject(error);
    void this.#orders?.close();
    void this.#events?.close();
    this.#options.onFailure(error);
  }

  #notWarm(): EngineHostError {
    const { partition } = this.#options;
    return new EngineHostError("NotWarm", `Partition ${partition}: the standby is not warm`);
  }
}
