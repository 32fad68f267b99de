// Written by schema/generate.ts from schema/messages.xml: change that and run `bun run generate`.
import * as wire from "../wire.ts";

/** Last event of the record of each 4096th command. */
export interface Checkpoint {
  readonly kind: "Checkpoint";
  /** SHA-256(sha256 of the last Checkpoint, then every body since, the Checkpoint's own excluded). */
  readonly sha256: string;
  /** First body covered. */
  readonly fromSeqNum: number;
}

/** Template, bytes of the block in its first version, and where in it each field starts. */
export const CheckpointLayout = {
  templateId: 79,
  version: 0,
  blockLength: 40,
  sha256: 0,
  fromSeqNum: 32,
} as const;

/** Writes header and block at `at`; returns the offset after them. Throws when a field is outside its type. */
export function encodeCheckpoint(message: Checkpoint, view: DataView, at: number): number {
  wire.assertField(wire.isHex(message.sha256, 32), "sha256");
  wire.assertField(
    wire.isIntegerWithin(message.fromSeqNum, 0, Number.MAX_SAFE_INTEGER),
    "fromSeqNum",
  );
  view.setUint16(at, 40, true);
  view.setUint16(at + 2, 79, true);
  view.setUint16(at + 4, 1, true);
  view.setUint16(at + 6, 0, true);
  const block = at + 8;
  for (let index = 0; index < 40; index++) view.setUint8(block + index, 0);
  wire.writeHex(view, block, 32, message.sha256);
  wire.writeUint53(view, block + 32, message.fromSeqNum);

  return block + 40;
}

/** Every field holds a value of its type. */
export function validCheckpoint(view: DataView, block: number): boolean {
  return wire.validUint53(view, block + 32);
}

/** Call only behind its header and where validCheckpoint holds. */
export function decodeCheckpoint(view: DataView, block: number): Checkpoint {
  return {
    kind: "Checkpoint",
    sha256: wire.readHex(view, block, 32),
    fromSeqNum: wire.readUint53(view, block + 32),
  };
}
