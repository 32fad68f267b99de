// Written by schema/generate.ts from schema/messages.xml: change that and run `bun run generate`.
import * as wire from "../wire.ts";

/** One part of a body; most bodies are one chunk. */
export interface OutputChunk {
  readonly kind: "OutputChunk";
  /** Offset of the owner's Claim. */
  readonly epoch: number;
  readonly seqNum: number;
  readonly chunkIndex: number;
  readonly chunkCount: number;
  /** Of the whole body, in bytes. */
  readonly bodyLength: number;
  readonly body: Uint8Array;
}

/** Template, bytes of the block in its first version, and where in it each field starts. */
export const OutputChunkLayout = {
  templateId: 129,
  version: 0,
  blockLength: 32,
  epoch: 0,
  seqNum: 8,
  chunkIndex: 16,
  chunkCount: 18,
  bodyLength: 20,
} as const;

/** Writes header and block and data at `at`; returns the offset after them. Throws when a field is outside its type. */
export function encodeOutputChunk(message: OutputChunk, view: DataView, at: number): number {
  wire.assertField(wire.isIntegerWithin(message.epoch, 0, Number.MAX_SAFE_INTEGER), "epoch");
  wire.assertField(wire.isIntegerWithin(message.seqNum, 0, Number.MAX_SAFE_INTEGER), "seqNum");
  wire.assertField(wire.isIntegerWithin(message.chunkIndex, 0, 65535), "chunkIndex");
  wire.assertField(wire.isIntegerWithin(message.chunkCount, 0, 65535), "chunkCount");
  wire.assertField(wire.isIntegerWithin(message.bodyLength, 0, 4294967295), "bodyLength");
  view.setUint16(at, 32, true);
  view.setUint16(at + 2, 129, true);
  view.setUint16(at + 4, 1, true);
  view.setUint16(at + 6, 0, true);
  const block = at + 8;
  for (let index = 0; index < 32; index++) view.setUint8(block + index, 0);
  wire.writeUint53(view, block, message.epoch);
  wire.writeUint53(view, block + 8, message.seqNum);
  view.setUint16(block + 16, message.chunkIndex, true);
  view.setUint16(block + 18, message.chunkCount, true);
  view.setUint32(block + 20, message.bodyLength, true);

  wire.assertField(message.body.length <= 262144, "body");
  view.setUint32(block + 32, message.body.length, true);
  new Uint8Array(view.buffer, view.byteOffset + block + 36, message.body.length).set(message.body);
  return block + 36 + message.body.length;
}

/** Every field holds a value of its type. */
export function validOutputChunk(view: DataView, block: number): boolean {
  return wire.validUint53(view, block) && wire.validUint53(view, block + 8);
}

/** Call only behind its header and where validOutputChunk holds. */
export function decodeOutputChunk(view: DataView, block: number): OutputChunk {
  return {
    kind: "OutputChunk",
    epoch: wire.readUint53(view, block),
    seqNum: wire.readUint53(view, block + 8),
    chunkIndex: view.getUint16(block + 16, true),
    chunkCount: view.getUint16(block + 18, true),
    bodyLength: view.getUint32(block + 20, true),
    body: new Uint8Array(
      view.buffer,
      view.byteOffset + block + 36,
      view.getUint32(block + 32, true),
    ),
  };
}
