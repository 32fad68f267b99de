import type { Clock } from "../ports/clock/clock.ts";
import { Fold } from "../ports/log/fold.ts";
import { LogError } from "../ports/log/log.ts";
import type { Log, LogRecord } from "../ports/log/log.ts";
import type { SnapshotManifest, SnapshotStore } from "../ports/snapshot/snapshot.ts";
import { frame } from "../schema/frame.ts";
import { Topic } from "../schema/topics.ts";
import { CommandWindow } from "./command-window.ts";
import { Comparison } from "./comparison.ts";
import type { EngineLimits } from "./core/engine.ts";
import { builtSemantics } from "./core/semantics.ts";
import type { SemanticsList } from "./core/semantics.ts";
import { EngineHostError } from "./host-error.ts";
import type { LetterNote } from "./letters.ts";
import { claimOf, identityOf } from "./partition-identity.ts";
import type { Claimant, PartitionIdentity } from "./partition-identity.ts";
import { RecordReader } from "./record-reader.ts";
import { Replica } from "./replica.ts";
import { chooseSnapshot } from "./snapshot-base.ts";
import type { SkippedSnapshot } from "./snapshot-base.ts";

export interface RecoveryOptions extends Claimant {
  readonly log: Log;
  readonly snapshots: SnapshotStore;
  readonly clock: Clock;
  readonly partition: number;
  readonly limits: Partial<EngineLimits>;
}

/** `Claim`, `Snapshot`: count is 1, or 0 snapshots used; `Replay`: bodies compared; `Emit`: bodies written past the tail. */
export interface RecoveryStep {
  readonly step: "Claim" | "Snapshot" | "Replay" | "Emit";
  readonly count: number;
  readonly ms: number;
}

/** How a partition came up. */
export interface RecoveryReport {
  readonly partition: number;
  readonly epoch: number;
  /** The snapshot gone on from; null means from the first command. */
  readonly snapshot: SnapshotManifest | null;
  readonly skippedSnapshots: readonly SkippedSnapshot[];
  /** Last seqNum that stood on the log before this owner. */
  readonly tailSeqNum: number;
  readonly steps: readonly RecoveryStep[];
  readonly ms: number;
}

/** A partition that has caught up with its own history and may go on. */
export interface Recovered {
  readonly identity: PartitionIdentity;
  readonly replica: Replica;
  readonly fold: Fold;
  readonly epoch: number;
  readonly snapshot: SnapshotManifest | null;
  readonly skippedSnapshots: readonly SkippedSnapshot[];
  readonly letters: readonly LetterNote[];
  readonly steps: readonly RecoveryStep[];
}

/**
 * Claims the partition and brings a replica to the tail of its outputs (design §5.2), comparing every body on the way. Rejects
 * with EngineHostError or FoldAlarm when the logs and this build do not agree, with LogError when they cannot be read.
 */
export async function recover(options: RecoveryOptions): Promise<Recovered> {
  const { log, snapshots, clock, partition, limits, semantics = builtSemantics } = options;
  const identity = identityOf(log, partition);
  const steps: RecoveryStep[] = [];
  const startedAt = clock.monotonic();
  const epoch = await appendClaim(options, identity);
  const claimedAt = clock.monotonic();
  steps.push({ step: "Claim", count: 1, ms: claimedAt - startedAt });
  const start = await startReplica({ log, snapshots, identity, limits, semantics });
  const { snapshot, replica, fold, letters } = start;
  const chosenAt = clock.monotonic();
  steps.push({ step: "Snapshot", count: snapshot === null ? 0 : 1, ms: chosenAt - claimedAt });
  const count = await replay({ log, identity, replica, fold, letters, epoch });
  steps.push({ step: "Replay", count, ms: clock.monotonic() - chosenAt });
  return { ...start, identity, epoch, steps };
}

/** A replica at the newest snapshot that holds, or before the first command, and the fold that goes with it. */
export interface ReplicaOnLog {
  readonly replica: Replica;
  readonly fold: Fold;
  /** What the bodies since then ask to be written beside them. */
  readonly letters: LetterNote[];
  readonly snapshot: SnapshotManifest | null;
  readonly skippedSnapshots: readonly SkippedSnapshot[];
}

/** Rejects with EngineHostError `OrdersTrimmed`, `IdentityChanged` or `LimitsChanged`, and with LogError. */
export async function startReplica(options: {
  readonly log: Log;
  readonly snapshots: SnapshotStore;
  readonly identity: PartitionIdentity;
  readonly limits: Partial<EngineLimits>;
  readonly semantics: SemanticsList;
}): Promise<ReplicaOnLog> {
  const { log, identity, limits, semantics } = options;
  const { partition } = identity;
  const { base, skipped } = await chooseSnapshot(options);
  if (base === null) await checkFirstCommand(log, partition);
  else checkLimits(partition, limits, base.start.engine.limits);
  return {
    replica: new Replica(base === null ? limits : base.start, semantics),
    fold: new Fold(partition, base === null ? null : base.position),
    letters: [],
    snapshot: base === null ? null : base.manifest,
    skippedSnapshots: skipped,
  };
}

/** Limits decide outcomes, so they stay what they were at the first command. Without a snapshot the comparison of the replay finds out. */
function checkLimits(
  partition: number,
  given: Partial<EngineLimits>,
  begunWith: EngineLimits,
): void {
  for (const [name, value] of Object.entries(given)) {
    const kept = begunWith[name as keyof EngineLimits];
    if (kept === value) continue;
    const message = `Partition ${partition} began with ${name} ${kept}; ${value} is configured`;
    throw new EngineHostError("LimitsChanged", message);
  }
}

/** Resolves with the Claim's offset: the epoch. */
export async function appendClaim(
  options: Claimant & { readonly log: Log },
  identity: PartitionIdentity,
): Promise<number> {
  const { log } = options;
  const { partition } = identity;
  const value = frame(claimOf(identity, options));
  const [epoch] = await log.append(Topic.OrderEvents, partition, [{ key: null, value }]);
  if (epoch === undefined)
    throw new EngineHostError("ClaimLost", "The log gave the Claim no offset");
  return epoch;
}

async function checkFirstCommand(log: Log, partition: number): Promise<void> {
  const startOffset = await log.startOffset(Topic.Orders, partition);
  if (startOffset === 0) return;
  const message = `Partition ${partition}: commands below offset ${startOffset} are gone and no snapshot stands for them`;
  throw new EngineHostError("OrdersTrimmed", message);
}

interface ReplayOptions {
  readonly log: Log;
  readonly identity: PartitionIdentity;
  readonly replica: Replica;
  readonly fold: Fold;
  readonly letters: LetterNote[];
  readonly epoch: number;
}

/** Compares what stands up to the own Claim. Resolves with the count of bodies. */
async function replay(options: ReplayOptions): Promise<number> {
  const { log, identity, replica, fold, letters, epoch } = options;
  const { partition } = identity;
  const outputs = new RecordReader(log, {
    topic: Topic.OrderEvents,
    partition,
    fromOffset: fold.position === null ? 0 : fold.position.offset + 1,
  });
  const commands = new RecordReader(log, {
    topic: Topic.Orders,
    partition,
    fromOffset: replica.commandOffset + 1,
  });
  const comparison = new Comparison({
    identity,
    replica,
    fold,
    letters,
    nextCommand: () => nextOrNull(commands),
  });
  const window = new CommandWindow();
  for (;;) {
    const record = outputs.nextRead() ?? (await outputs.next());
    if (record === null || record.offset > epoch) {
      throw new EngineHostError("ClaimLost", `Partition ${partition}: no Claim at ${epoch}`);
    }
    const command = comparison.isNextWhole(record) ? commands.nextRead() : null;
    if (command === null) {
      await comparison.push(record);
    } else {
      if (!window.moveTo(command.offset)) readAhead(replica, commands, window);
      comparison.take(record, command, window);
    }
    if (record.offset === epoch) return comparison.count;
  }
}

/** Of the command that was read last, and of those behind it. */
function readAhead(replica: Replica, commands: RecordReader, window: CommandWindow): void {
  commands.fill(window);
  replica.prepare(window);
}

/** Orders that were cut below the replica's offset have ended too. */
async function nextOrNull(commands: RecordReader): Promise<LogRecord | null> {
  try {
    return await commands.next();
  } catch (error) {
    if (error instanceof LogError && error.code === "OffsetOutOfRange") return null;
    throw error;
  }
}
