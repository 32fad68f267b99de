import type { Fold } from "../ports/log/fold.ts";
import { OutputChunkLayout } from "../schema/generated/output-chunk.ts";
import { headerBytes } from "../schema/generated/records.ts";
import { readUint53, viewOf } from "../schema/wire.ts";
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
    const view = viewOf(value);
    return (
      view.getUint16(templateAt, true) === OutputChunkLayout.templateId &&
      view.getUint16(chunkCountAt, true) === 1 &&
      readUint53(view, epochAt) === fold.epoch &&
      readUint53(view, seqNumAt) === fold.seqNum + 1
    );
  }

  /** Whether the record is the very one that the owner of the epoch writes for the body. */
  isOf(value: Uint8Array, body: Uint8Array, seqNum: number, epoch: number): boolean {
    if (epoch !== this.#records.epoch) this.#records = new OutputRecords(epoch);
    return this.#records.isRecordOf(value, body, seqNum);
  }
}
