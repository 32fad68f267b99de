import { crc32 as nativeCrc32 } from "node:zlib";

import type { AppendBatch } from "../ports/log/append-batch.ts";
import { sealHolds } from "../ports/log/seal.ts";
import { encodeChunks } from "../schema/body.ts";
import { crcBytes } from "../schema/frame.ts";
import { OutputChunkLayout } from "../schema/generated/output-chunk.ts";
import { headerBytes, schemaId } from "../schema/generated/records.ts";
import { HeadCrc } from "../schema/head-crc.ts";
import { chunkBytesMax } from "../schema/topics.ts";
import { viewOf, writeUint53 } from "../schema/wire.ts";

const lengthBytes = 4;
const bodyAt = headerBytes + OutputChunkLayout.blockLength + lengthBytes;

/** Bodies of this length and more are not kept. */
const comparedLengthMax = 2048;

interface ComparedBody {
  readonly body: Uint8Array;
  readonly buffer: Buffer;
}

/** Writes the records that carry an owner's bodies, as encodeChunks does. Most bodies are one chunk, and cost no buffer of their own. */
export class OutputRecords {
  readonly #epoch: number;
  /** What stands before every body of one chunk, but for seqNum and lengths. */
  readonly #head: Uint8Array;
  readonly #headCrc = new HeadCrc(bodyAt, headerBytes + OutputChunkLayout.seqNum);
  readonly #wanted: Uint8Array;
  readonly #wantedView: DataView;
  /** Bodies that were compared, by their length, as Buffers over the same memory: those compare with a part of a record. */
  readonly #compared: (ComparedBody | undefined)[] = [];

  constructor(epoch: number) {
    this.#epoch = epoch;
    this.#head = headOf(epoch);
    this.#wanted = headOf(epoch);
    this.#wantedView = viewOf(this.#wanted);
  }

  get epoch(): number {
    return this.#epoch;
  }

  /** Whether a record is, to the byte, the one that carries a body of one chunk. */
  isRecordOf(value: Uint8Array, body: Uint8Array, seqNum: number): boolean {
    const { length } = body;
    if (value.length !== bodyAt + length + crcBytes || length > chunkBytesMax) return false;
    writeHead(this.#wantedView, 0, seqNum, length);
    for (let at = 0; at < bodyAt; at++) if (value[at] !== this.#wanted[at]) return false;
    const isSame = this.#bufferOf(body).compare(value, bodyAt, bodyAt + length) === 0;
    return isSame && sealHolds(value);
  }

  /** Most bodies come in the same few views, one a length. */
  #bufferOf(body: Uint8Array): Buffer {
    const { length } = body;
    const known = length < comparedLengthMax ? this.#compared[length] : undefined;
    if (known?.body === body) return known.buffer;
    const buffer = Buffer.from(body.buffer, body.byteOffset, length);
    if (length < comparedLengthMax) this.#compared[length] = { body, buffer };
    return buffer;
  }

  /** Adds the records of a body, whose bytes are copied. */
  encode(body: Uint8Array, seqNum: number, batch: AppendBatch): void {
    if (body.length > chunkBytesMax) {
      for (const record of encodeChunks(body, seqNum, this.#epoch)) {
        const at = batch.add(record.length);
        batch.bytes.set(record, at);
      }
      return;
    }
    const start = batch.add(bodyAt + body.length + crcBytes);
    const { view, bytes } = batch;
    bytes.set(this.#head, start);
    writeHead(view, start, seqNum, body.length);
    bytes.set(body, start + bodyAt);
    const headCrc = this.#headCrc.of(bytes, start, start + bodyAt, seqNum, body.length);
    const crc = nativeCrc32(body, headCrc);
    view.setUint32(start + bodyAt + body.length, crc, true);
  }
}

/** What differs between the heads of an epoch's records. */
function writeHead(view: DataView, start: number, seqNum: number, bodyLength: number): void {
  writeUint53(view, start + headerBytes + OutputChunkLayout.seqNum, seqNum);
  view.setUint32(start + headerBytes + OutputChunkLayout.bodyLength, bodyLength, true);
  view.setUint32(start + bodyAt - lengthBytes, bodyLength, true);
}

/** The rest of the block is zero: chunk 0, and padding. */
function headOf(epoch: number): Uint8Array {
  const head = new Uint8Array(bodyAt);
  const view = new DataView(head.buffer);
  view.setUint32(0, OutputChunkLayout.blockLength | (OutputChunkLayout.templateId << 16), true);
  view.setUint32(4, schemaId | (OutputChunkLayout.version << 16), true);
  writeUint53(view, headerBytes + OutputChunkLayout.epoch, epoch);
  view.setUint16(headerBytes + OutputChunkLayout.chunkCount, 1, true);
  return head;
}
