/** What a snapshot says of itself (design §5.5). Hashes in lower-case hex. Written last: an object without one does not exist. */
export interface SnapshotManifest {
  readonly partition: number;
  readonly partitionCount: number;
  readonly clusterID: string;
  readonly ordersTopicID: string;
  readonly eventsTopicID: string;
  readonly epoch: number;
  readonly seqNum: number;
  readonly commandOffset: number;
  readonly commandHash: string;
  /** Offset after the last order-events record of seqNum. */
  readonly eventsOffset: number;
  readonly bodyHash: string;
  /** SHA-256 of the last Checkpoint event: the state of the chain. */
  readonly checkpointSha256: string;
  readonly stateHash: string;
  readonly semanticsVersion: number;
  readonly objectSha256: string;
  readonly objectBytes: number;
  /** Where the reference section (instruments, accounts, keys, trading states) lies inside the object. */
  readonly referenceBytes: number;
  readonly createdAt: number;
}

/** Immutable objects with a manifest each. Every method rejects with SnapshotError only. */
export interface SnapshotStore {
  /** Create-only. Object first, manifest last. `Exists` when this partition, epoch and seqNum stand already. */
  put(manifest: SnapshotManifest, object: Uint8Array): Promise<void>;
  /** Manifests of a partition, highest seqNum first, higher epoch first among equals. Torn or foreign files are left out. */
  list(partition: number): Promise<readonly SnapshotManifest[]>;
  /** The object's bytes, its length and SHA-256 checked: `Corrupt` when they differ, `Missing` when it is gone. */
  get(manifest: SnapshotManifest): Promise<Uint8Array>;
  /** Deletes all but the newest `keep` (at least 3) of a partition, oldest first. */
  prune(partition: number, keep: number): Promise<void>;
  close(): Promise<void>;
}

export type SnapshotErrorCode = "Exists" | "Missing" | "Corrupt" | "Unavailable";

export class SnapshotError extends Error {
  override readonly name = "SnapshotError";
  readonly code: SnapshotErrorCode;
  constructor(code: SnapshotErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
