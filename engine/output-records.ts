import { encodeChunks } from "../schema/body.ts";
import { crc32 } from "../schema/crc32.ts";
import { crcBytes } from "../schema/frame.ts";
import { OutputChunkLayout } from "../schema/generated/output-chunk.ts";
import { headerBytes, schemaId, schemaVersion } from "../schema/generated/records.ts";
import { chunkBytesMax } from "../schema/topics.ts";
import { writeUint53 } from "../schema/wire.ts";

const lengthBytes = 4;
const bodyAt = headerBytes + OutputChunkLayout.blockLength + lengthBytes;
const slabBytes = 1024 * 1024;

/**
 * The records that carry an owner's bodies, as encodeChunks writes them. Most bodies are one chunk: those are written one behind
 * the other into slabs that are never used twice, so that a command costs no buffer of its own.
 */
export class OutputRecords {
  readonly #epoch: number;
  #slab = new Uint8Array(0);
  #view = new DataView(this.#slab.buffer);
  #at = 0;

  constructor(epoch: number) {
    this.#epoch = epoch;
  }

  /** The body's bytes are copied. */
  encode(body: Uint8Array, seqNum: number): readonly Uint8Array[] {
    if (body.length > chunkBytesMax) return encodeChunks(body, seqNum, this.#epoch);
    const length = bodyAt + body.length + crcBytes;
    if (this.#at + length > this.#slab.length) this.#open();
    const start = this.#at;
    const end = start + length;
    this.#writeHead(start, seqNum, body.length);
    this.#slab.set(body, start + bodyAt);
    const crcAt = end - crcBytes;
    this.#view.setUint32(crcAt, crc32(this.#slab, start, crcAt), true);
    this.#at = end;
    return [this.#slab.subarray(start, end)];
  }

  /** The rest of the block is zero: chunk 0, and padding. */
  #writeHead(start: number, seqNum: number, bodyLength: number): void {
    const view = this.#view;
    const block = start + headerBytes;
    view.setUint32(
      start,
      OutputChunkLayout.blockLength | (OutputChunkLayout.templateId << 16),
      true,
    );
    view.setUint32(start + 4, schemaId | (schemaVersion << 16), true);
    writeUint53(view, block + OutputChunkLayout.epoch, this.#epoch);
    writeUint53(view, block + OutputChunkLayout.seqNum, seqNum);
    view.setUint16(block + OutputChunkLayout.chunkCount, 1, true);
    view.setUint32(block + OutputChunkLayout.bodyLength, bodyLength, true);
    view.setUint32(start + bodyAt - lengthBytes, bodyLength, true);
  }

  #open(): void {
    this.#slab = new Uint8Array(slabBytes);
    this.#view = new DataView(this.#slab.buffer);
    this.#at = 0;
  }
}
