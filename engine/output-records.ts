import { crc32 as nativeCrc32 } from "node:zlib";

import type { AppendBatch } from "../ports/log/append-batch.ts";
import { encodeChunks } from "../schema/body.ts";
import { crc32 } from "../schema/crc32.ts";
import { crcBytes } from "../schema/frame.ts";
import { OutputChunkLayout } from "../schema/generated/output-chunk.ts";
import { headerBytes, schemaId, schemaVersion } from "../schema/generated/records.ts";
import { chunkBytesMax } from "../schema/topics.ts";
import { writeUint53 } from "../schema/wire.ts";

const lengthBytes = 4;
const bodyAt = headerBytes + OutputChunkLayout.blockLength + lengthBytes;

/** Writes the records that carry an owner's bodies, as encodeChunks does. Most bodies are one chunk, and cost no buffer of their own. */
export class OutputRecords {
  readonly #epoch: number;

  constructor(epoch: number) {
    this.#epoch = epoch;
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
    this.#writeHead(view, start, seqNum, body.length);
    bytes.set(body, start + bodyAt);
    const crc = nativeCrc32(body, crc32(bytes, start, start + bodyAt));
    view.setUint32(start + bodyAt + body.length, crc, true);
  }

  #writeHead(view: DataView, start: number, seqNum: number, bodyLength: number): void {
    const block = start + headerBytes;
    view.setUint32(
      start,
      OutputChunkLayout.blockLength | (OutputChunkLayout.templateId << 16),
      true,
    );
    view.setUint32(start + 4, schemaId | (schemaVersion << 16), true);
    for (let at = 0; at < OutputChunkLayout.blockLength; at += 4)
      view.setUint32(block + at, 0, true);
    writeUint53(view, block + OutputChunkLayout.epoch, this.#epoch);
    writeUint53(view, block + OutputChunkLayout.seqNum, seqNum);
    view.setUint16(block + OutputChunkLayout.chunkCount, 1, true);
    view.setUint32(block + OutputChunkLayout.bodyLength, bodyLength, true);
    view.setUint32(start + bodyAt - lengthBytes, bodyLength, true);
  }
}
