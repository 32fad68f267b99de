import type { Clock } from "../ports/clock/clock.ts";
import { Fold, FoldAlarm } from "../ports/log/fold.ts";
import type { FoldedBody } from "../ports/log/fold.ts";
import { LogError } from "../ports/log/log.ts";
import type { Log, LogRecord } from "../ports/log/log.ts";
import type { SnapshotManifest, SnapshotStore } from "../ports/snapshot/snapshot.ts";
import { commandHashText } from "../schema/body.ts";
import { frame } from "../schema/frame.ts";
import { Topic } from "../schema/topics.ts";
import type { EngineLimits } from "./core/engine.ts";
import { EngineHostError } from "./host-error.ts";
import { checkIdentity, claimOf, identityOf } from "./partition-identity.ts";
import type { PartitionIdentity } from "./partition-identity.ts";
import { RecordReader } from "./record-reader.ts";
import { Replica, semanticsVersion } from "./replica.ts";
import { chooseSnapshot } from "./snapshot-base.ts";
import type { SkippedSnapshot } from "./snapshot-base.ts";

export interface RecoveryOptions {
  readonly log: Log;
  readonly snapshots: SnapshotStore;
  readonly clock: Clock;
  readonly partition: number;
  readonly node: string;
  readonly build: string;
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
  readonly steps: readonly RecoveryStep[];
}

/**
 * Claims the partition and brings a replica to the tail of its outputs (design §5.2), comparing every body on the way. Rejects
 * with EngineHostError or FoldAlarm when the logs and this build do not agree, with LogError when they cannot be read.
 */
export async function recover(options: RecoveryOptions): Promise<Recovered> {
  const { log, snapshots, clock, partition } = options;
  const identity = identityOf(log, partition);
  const steps: RecoveryStep[] = [];
  const startedAt = clock.monotonic();
  const epoch = await appendClaim(options, identity);
  const claimedAt = clock.monotonic();
  steps.push({ step: "Claim", count: 1, ms: claimedAt - startedAt });
  const { base, skipped } = await chooseSnapshot({ log, snapshots, identity });
  if (base === null) await checkFirstCommand(log, partition);
  const chosenAt = clock.monotonic();
  steps.push({ step: "Snapshot", count: base === null ? 0 : 1, ms: chosenAt - claimedAt });
  const replica = new Replica(base === null ? options.limits : base.start);
  const fold = new Fold(partition, base === null ? null : base.position);
  const count = await new Replay({ log, identity, replica, fold, epoch }).run();
  steps.push({ step: "Replay", count, ms: clock.monotonic() - chosenAt });
  return {
    identity,
    replica,
    fold,
    epoch,
    snapshot: base === null ? null : base.manifest,
    skippedSnapshots: skipped,
    steps,
  };
}

async function appendClaim(options: RecoveryOptions, identity: PartitionIdentity): Promise<number> {
  const { log, partition, build, node } = options;
  const value = frame(claimOf(identity, { build, node }));
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
  readonly epoch: number;
}

/** Runs the folded bodies up to the own Claim side by side with their commands. */
class Replay {
  readonly #options: ReplayOptions;
  readonly #outputs: RecordReader;
  readonly #commands: RecordReader;
  #count = 0;

  constructor(options: ReplayOptions) {
    const { log, fold, replica } = options;
    const { partition } = options.identity;
    const eventsOffset = fold.position === null ? 0 : fold.position.offset + 1;
    const fromOffset = replica.commandOffset + 1;
    this.#options = options;
    this.#outputs = new RecordReader(log, {
      topic: Topic.OrderEvents,
      partition,
      fromOffset: eventsOffset,
    });
    this.#commands = new RecordReader(log, { topic: Topic.Orders, partition, fromOffset });
  }

  /** Bodies compared. */
  async run(): Promise<number> {
    const { epoch } = this.#options;
    for (;;) {
      const record = await this.#outputs.next();
      if (record === null || record.offset > epoch)
        throw this.#error("ClaimLost", `no Claim at ${epoch}`);
      const body = this.#fold(record);
      if (body !== null) await this.#compare(body);
      if (record.offset === epoch) return this.#count;
    }
  }

  #fold(record: LogRecord): FoldedBody | null {
    const { fold, identity } = this.#options;
    const before = fold.epoch;
    const body = pushPastGap(fold, record);
    if (fold.epoch !== before && fold.claim !== null) {
      checkIdentity(identity, fold.claim, `the Claim at offset ${fold.epoch}`);
    }
    return body;
  }

  async #compare(body: FoldedBody): Promise<void> {
    const { replica } = this.#options;
    const { seqNum, bodyHash } = body.position;
    if (body.semanticsVersion !== semanticsVersion) {
      throw this.#error(
        "UnknownSemantics",
        `seqNum ${seqNum} needs version ${body.semanticsVersion}`,
      );
    }
    const command = await this.#nextCommand(body);
    replica.apply(command);
    if (replica.seqNum !== seqNum || replica.bodyHash !== bodyHash) {
      throw this.#error(
        "Diverged",
        `seqNum ${seqNum} is ${bodyHash} on the log and ${replica.bodyHash} here`,
      );
    }
    this.#count++;
  }

  async #nextCommand({ commandOffset, commandHash, position }: FoldedBody): Promise<LogRecord> {
    const command = await this.#readCommand();
    if (command === null) {
      const what = `seqNum ${position.seqNum} answers offset ${commandOffset}, which is beyond the end of orders`;
      throw this.#error("OrdersTailLost", what);
    }
    if (
      command.offset !== commandOffset ||
      commandHashText(command.value, command.appendTime) !== commandHash
    ) {
      const what = `seqNum ${position.seqNum} answers another command at offset ${commandOffset}`;
      throw this.#error("CommandChanged", what);
    }
    return command;
  }

  async #readCommand(): Promise<LogRecord | null> {
    try {
      return await this.#commands.next();
    } catch (error) {
      if (error instanceof LogError && error.code === "OffsetOutOfRange") return null;
      throw error;
    }
  }

  #error(code: EngineHostError["code"], message: string): EngineHostError {
    return new EngineHostError(code, `Partition ${this.#options.identity.partition}: ${message}`);
  }
}

/** A gap ends at the next Claim, at the latest at the own one. */
function pushPastGap(fold: Fold, record: LogRecord): FoldedBody | null {
  try {
    return fold.push(record);
  } catch (error) {
    if (error instanceof FoldAlarm && error.code === "Gap") return null;
    throw error;
  }
}
