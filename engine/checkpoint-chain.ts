import { createHash } from "node:crypto";
import type { Hash } from "node:crypto";

/** A Checkpoint stands in the body of every seqNum divisible by this. */
export const checkpointInterval = 4096;

const pendingBytesMax = 16 * 1024;

/** SHA-256 before the first Checkpoint. */
export const noCheckpointSha256 = "00".repeat(32);

/** Where the chain stands after the body of a Checkpoint. */
export interface CheckpointStart {
  /** Of the last Checkpoint, in hex. */
  readonly sha256: string;
  /** seqNum of its body. */
  readonly seqNum: number;
  /** Its body: the first that the next Checkpoint covers. */
  readonly body: Uint8Array;
}

/**
 * The proof over the bodies: each Checkpoint holds SHA-256(SHA-256 of the last one, then every body since, the last one's own
 * included and its own excluded). A stranger can verify a published log with it, record by record.
 */
export class CheckpointChain {
  #sha256: string;
  #fromSeqNum: number;
  #hash: Hash;
  /** Bodies that are not hashed yet: hashing many in one go costs less than half. */
  readonly #pending = new Uint8Array(pendingBytesMax);
  #pendingLength = 0;

  constructor(start: CheckpointStart | null) {
    this.#sha256 = start === null ? noCheckpointSha256 : start.sha256;
    this.#fromSeqNum = start === null ? 1 : start.seqNum;
    this.#hash = createHash("sha256").update(Buffer.from(this.#sha256, "hex"));
    if (start !== null) this.#hash.update(start.body);
  }

  /** Of the last Checkpoint, in hex. */
  get sha256(): string {
    return this.#sha256;
  }

  /** First body that the next Checkpoint covers. */
  get fromSeqNum(): number {
    return this.#fromSeqNum;
  }

  /** The bytes are copied. */
  add(body: Uint8Array): void {
    if (this.#pendingLength + body.length > pendingBytesMax) this.#flush();
    if (body.length > pendingBytesMax) {
      this.#hash.update(body);
      return;
    }
    this.#pending.set(body, this.#pendingLength);
    this.#pendingLength += body.length;
  }

  /** SHA-256 for the Checkpoint in the body of `seqNum`, which is to be added next. */
  close(seqNum: number): string {
    this.#flush();
    this.#sha256 = this.#hash.digest("hex");
    this.#fromSeqNum = seqNum;
    this.#hash = createHash("sha256").update(Buffer.from(this.#sha256, "hex"));
    return this.#sha256;
  }

  #flush(): void {
    if (this.#pendingLength > 0) this.#hash.update(this.#pending.subarray(0, this.#pendingLength));
    this.#pendingLength = 0;
  }
}
