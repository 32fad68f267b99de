import type { Clock } from "../ports/clock/clock.ts";
import type { FoldPosition } from "../ports/log/fold.ts";
import type { PackedSnapshot } from "../ports/snapshot/snapshot-object.ts";
import { SnapshotError } from "../ports/snapshot/snapshot.ts";
import type { SnapshotManifest, SnapshotStore } from "../ports/snapshot/snapshot.ts";
import type { PartitionIdentity } from "./partition-identity.ts";
import type { Replica } from "./replica.ts";
import type { SnapshotPacker } from "./snapshot-packer.ts";

/** When to take a snapshot: by what a replay would cost, and never so often that taking them costs more than a share of the time. */
export interface SnapshotPolicy {
  /** Commands since the last snapshot before another is worth it. */
  readonly commandCountMin: number;
  /** A snapshot that took `ms` is followed by `ms * restFactor` without one. */
  readonly restFactor: number;
  /** Newest snapshots left standing, at least 3. */
  readonly keep: number;
}

export const defaultSnapshotPolicy: SnapshotPolicy = {
  commandCountMin: 8192,
  restFactor: 4,
  keep: 4,
};

export interface SnapshotStats {
  readonly takenCount: number;
  readonly failedCount: number;
  /** Of the newest snapshot that stands; 0 when there is none. */
  readonly seqNum: number;
  /** Since the newest snapshot was taken; null when this owner knows of none. */
  readonly ageMs: number | null;
  /** From capture to manifest, of the last one. */
  readonly lastMs: number;
}

export interface SnapshotterOptions {
  readonly store: SnapshotStore;
  readonly packer: SnapshotPacker;
  readonly clock: Clock;
  readonly identity: PartitionIdentity;
  readonly policy: SnapshotPolicy;
  /** The snapshot that recovery went on from. */
  readonly last: SnapshotManifest | null;
  /** The store or the Worker failed; matching goes on. */
  onFailure(error: Error): void;
}

interface Pending {
  readonly seqNum: number;
  readonly folded: PromiseWithResolvers<FoldPosition | null>;
}

/** Takes snapshots of one partition, one at a time, beside matching: only the capture is on the hot path. */
export class Snapshotter {
  readonly #options: SnapshotterOptions;
  #pending: Pending | null = null;
  #idle: Promise<void> = Promise.resolve();
  #closed = false;
  #lastSeqNum: number;
  #lastCreatedAt: number | null;
  #lastMs = 0;
  #restUntil = 0;
  #takenCount = 0;
  #failedCount = 0;

  constructor(options: SnapshotterOptions) {
    this.#options = options;
    this.#lastSeqNum = options.last === null ? 0 : options.last.seqNum;
    this.#lastCreatedAt = options.last === null ? null : options.last.createdAt;
  }

  get stats(): SnapshotStats {
    const now = this.#options.clock.now();
    return {
      takenCount: this.#takenCount,
      failedCount: this.#failedCount,
      seqNum: this.#lastSeqNum,
      ageMs: this.#lastCreatedAt === null ? null : Math.max(0, now - this.#lastCreatedAt),
      lastMs: this.#lastMs,
    };
  }

  /** Right after the replica has applied the command of a Checkpoint: captures it, if a snapshot is due and none is under way. */
  atCheckpoint(replica: Replica): void {
    const { clock, policy, packer } = this.#options;
    const since = replica.seqNum - this.#lastSeqNum;
    if (this.#closed || this.#pending !== null || since < policy.commandCountMin) return;
    const startedAt = clock.monotonic();
    if (startedAt < this.#restUntil) return;
    const pending = {
      seqNum: replica.seqNum,
      folded: Promise.withResolvers<FoldPosition | null>(),
    };
    this.#pending = pending;
    const { commandOffset, commandHash, checkpointSha256 } = replica;
    const capture = replica.engine.capture();
    const { semanticsVersion } = capture;
    const at = { commandOffset, commandHash, checkpointSha256, semanticsVersion };
    const packed = Promise.try(() => packer.pack(capture));
    this.#idle = this.#finish(pending, packed, at)
      .catch((error: Error) => this.#fail(error))
      .finally(() => {
        this.#pending = null;
        this.#lastMs = clock.monotonic() - startedAt;
        this.#restUntil = startedAt + this.#lastMs * (1 + policy.restFactor);
      });
  }

  /** A body has been folded: a snapshot of its seqNum may be written now. */
  folded(position: FoldPosition): void {
    if (this.#pending?.seqNum === position.seqNum) this.#pending.folded.resolve(position);
  }

  /** Resolves when no snapshot is under way. Never rejects. */
  whenIdle(): Promise<void> {
    return this.#idle;
  }

  /** Takes no more; what waits for its output to be folded is given up. */
  close(): void {
    this.#closed = true;
    this.#pending?.folded.resolve(null);
    this.#options.packer.close();
  }

  async #finish(
    pending: Pending,
    packing: Promise<PackedSnapshot>,
    at: Pick<
      SnapshotManifest,
      "commandOffset" | "commandHash" | "checkpointSha256" | "semanticsVersion"
    >,
  ): Promise<void> {
    const { store, identity, clock, policy } = this.#options;
    const [{ object, ...hashes }, position] = await Promise.all([packing, pending.folded.promise]);
    if (position === null) return;
    const { epoch, seqNum, bodyHash, offset } = position;
    const manifest: SnapshotManifest = {
      ...identity,
      ...at,
      ...hashes,
      epoch,
      seqNum,
      bodyHash,
      eventsOffset: offset + 1,
      objectBytes: object.length,
      createdAt: clock.now(),
    };
    await putOnce(store, manifest, object);
    this.#takenCount++;
    this.#lastSeqNum = seqNum;
    this.#lastCreatedAt = manifest.createdAt;
    await store.prune(identity.partition, policy.keep);
  }

  #fail(error: Error): void {
    if (this.#closed) return;
    this.#failedCount++;
    this.#options.onFailure(error);
  }
}

/** Whoever took a snapshot of this record before took this one. */
async function putOnce(
  store: SnapshotStore,
  manifest: SnapshotManifest,
  object: Uint8Array,
): Promise<void> {
  try {
    await store.put(manifest, object);
  } catch (error) {
    if (!(error instanceof SnapshotError) || error.code !== "Exists") throw error;
  }
}
