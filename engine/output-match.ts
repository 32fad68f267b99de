import type { Fold } from "../ports/log/fold.ts";
import { OutputChunkLayout } from "../schema/generated/output-chunk.ts";
import { headerBytes } from "../schema/generated/records.ts";
import { OutputRecords } from "./output-records.ts";

const epochAt = headerBytes + OutputChunkLayout.epoch;
const seqNumAt = headerBytes + OutputChunkLayout.seqNum;
const chunkCountAt = headerBytes + OutputChunkLayout.chunkCount;
const blockEnd = headerBytes + OutputChunkLayout.blockLength;

/**
 * Tells a record of order-events by its bytes: what an owner of this build writes for a body is the same to the byte, so that nothing has
 * to be read out of it.
 */
export class OutputMatch {
  #records = new OutputRecords(0);

  /** Whether the bytes say that they are the whole next body of the epoch in force, and no Quarantine has ended that. */
  isNextWhole(value: Uint8Array, fold: Fold): boolean {
    return (
      value.length > blockEnd &&
      ((value[2] ?? 0) | ((value[3] ?? 0) << 8)) === OutputChunkLayout.templateId &&
      ((value[chunkCountAt] ?? 0) | ((value[chunkCountAt + 1] ?? 0) << 8)) === 1 &&
      fold.isUndisturbed &&
      uint53At(value, epochAt) === fold.epoch &&
      uint53At(value, seqNumAt) === fold.seqNum + 1
    );
  }

  /** Whether the record is the very one that the owner of the epoch writes for the body. */
  isOf(value: Uint8Array, body: Uint8Array, seqNum: number, epoch: number): boolean {
    if (epoch !== this.#records.epoch) this.#records = new OutputRecords(epoch);
    return this.#records.isRecordOf(value, body, seqNum);
  }
}

function uint53At(bytes: Uint8Array, at: number): number {
  const low =
    (bytes[at] ?? 0) |
    ((bytes[at + 1] ?? 0) << 8) |
    ((bytes[at + 2] ?? 0) << 16) |
    ((bytes[at + 3] ?? 0) << 24);
  const high =
    (bytes[at + 4] ?? 0) |
    ((bytes[at + 5] ?? 0) << 8) |
    ((bytes[at + 6] ?? 0) << 16) |
    ((bytes[at + 7] ?? 0) << 24);
  return (high >>> 0) * 4_294_967_296 + (low >>> 0);
}
