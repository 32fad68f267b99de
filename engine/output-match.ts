import type { Fold } from "../ports/log/fold.ts";
import { OutputChunkLayout } from "../schema/generated/output-chunk.ts";
import { headerBytes } from "../schema/generated/records.ts";
import { OutputRecords } from "./output-records.ts";

const templateAt = 2;
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
    if (value.length <= blockEnd || !fold.isUndisturbed) return false;
    return (
      littleEndian(value, templateAt, 2) === OutputChunkLayout.templateId &&
      littleEndian(value, chunkCountAt, 2) === 1 &&
      littleEndian(value, epochAt, 8) === fold.epoch &&
      littleEndian(value, seqNumAt, 8) === fold.seqNum + 1
    );
  }

  /** Whether the record is the very one that the owner of the epoch writes for the body. */
  isOf(value: Uint8Array, body: Uint8Array, seqNum: number, epoch: number): boolean {
    if (epoch !== this.#records.epoch) this.#records = new OutputRecords(epoch);
    return this.#records.isRecordOf(value, body, seqNum);
  }
}

/** An integer byte by byte: a view of a record costs more than to apply its command. */
function littleEndian(bytes: Uint8Array, at: number, byteCount: number): number {
  let value = 0;
  for (let index = at + byteCount - 1; index >= at; index--) {
    value = value * 256 + (bytes[index] ?? 0);
  }
  return value;
}
