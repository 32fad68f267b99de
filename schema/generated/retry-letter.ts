// Written by schema/generate.ts from schema/messages.xml: change that and run `bun run generate`.
import * as wire from "../wire.ts";

export interface RetryLetter {
  readonly kind: "RetryLetter";
  readonly partition: number;
  /** That the re-sequenced order will have. */
  readonly attempt: number;
  /** Of the body that deferred it. */
  readonly seqNum: number;
  readonly commandOffset: number;
  readonly commandHash: string;
  /** Log time. */
  readonly deferredAt: number;
  readonly validUntil: number;
  readonly command: Uint8Array;
}

/** Template, bytes of the block in its first version, and where in it each field starts. */
export const RetryLetterLayout = {
  templateId: 132,
  version: 0,
  blockLength: 48,
  partition: 0,
  attempt: 2,
  seqNum: 8,
  commandOffset: 16,
  commandHash: 24,
  deferredAt: 32,
  validUntil: 40,
} as const;

/** Writes header and block and data at `at`; returns the offset after them. Throws when a field is outside its type. */
export function encodeRetryLetter(message: RetryLetter, view: DataView, at: number): number {
  wire.assertField(wire.isIntegerWithin(message.partition, 0, 65535), "partition");
  wire.assertField(wire.isIntegerWithin(message.attempt, 0, 65535), "attempt");
  wire.assertField(wire.isIntegerWithin(message.seqNum, 0, Number.MAX_SAFE_INTEGER), "seqNum");
  wire.assertField(
    wire.isIntegerWithin(message.commandOffset, 0, Number.MAX_SAFE_INTEGER),
    "commandOffset",
  );
  wire.assertField(wire.isHex(message.commandHash, 8), "commandHash");
  wire.assertField(
    wire.isIntegerWithin(message.deferredAt, 0, Number.MAX_SAFE_INTEGER),
    "deferredAt",
  );
  wire.assertField(
    wire.isIntegerWithin(message.validUntil, 0, Number.MAX_SAFE_INTEGER),
    "validUntil",
  );
  view.setUint16(at, 48, true);
  view.setUint16(at + 2, 132, true);
  view.setUint16(at + 4, 1, true);
  view.setUint16(at + 6, 0, true);
  const block = at + 8;
  for (let index = 0; index < 48; index++) view.setUint8(block + index, 0);
  view.setUint16(block, message.partition, true);
  view.setUint16(block + 2, message.attempt, true);
  wire.writeUint53(view, block + 8, message.seqNum);
  wire.writeUint53(view, block + 16, message.commandOffset);
  wire.writeHash64(view, block + 24, message.commandHash);
  wire.writeUint53(view, block + 32, message.deferredAt);
  wire.writeUint53(view, block + 40, message.validUntil);

  wire.assertField(message.command.length <= 262144, "command");
  view.setUint32(block + 48, message.command.length, true);
  new Uint8Array(view.buffer, view.byteOffset + block + 52, message.command.length).set(
    message.command,
  );
  return block + 52 + message.command.length;
}

/** Every field holds a value of its type. */
export function validRetryLetter(view: DataView, block: number): boolean {
  return (
    wire.validUint53(view, block + 8) &&
    wire.validUint53(view, block + 16) &&
    wire.validUint53(view, block + 32) &&
    wire.validUint53(view, block + 40)
  );
}

/** Call only behind its header and where validRetryLetter holds. */
export function decodeRetryLetter(view: DataView, block: number): RetryLetter {
  return {
    kind: "RetryLetter",
    partition: view.getUint16(block, true),
    attempt: view.getUint16(block + 2, true),
    seqNum: wire.readUint53(view, block + 8),
    commandOffset: wire.readUint53(view, block + 16),
    commandHash: wire.readHash64(view, block + 24),
    deferredAt: wire.readUint53(view, block + 32),
    validUntil: wire.readUint53(view, block + 40),
    command: new Uint8Array(
      view.buffer,
      view.byteOffset + block + 52,
      view.getUint32(block + 48, true),
    ),
  };
}
