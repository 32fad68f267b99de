// Written by schema/generate.ts from schema/messages.xml: change that and run `bun run generate`.
import * as wire from "../wire.ts";
import { isDeadReason, type DeadReason } from "./enums.ts";

export interface DeadLetter {
  readonly kind: "DeadLetter";
  readonly partition: number;
  /** Made in all. */
  readonly attempts: number;
  readonly deadReason: DeadReason;
  /** 0 where the bytes name none. */
  readonly accountID: number;
  /** Of the whole command; more than stand here where it was cut. */
  readonly commandBytes: number;
  /** Of the first attempt: its name, with the partition. */
  readonly seqNum: number;
  /** Of the first attempt. */
  readonly commandOffset: number;
  /** Of the first attempt. */
  readonly commandHash: string;
  /** Log time. */
  readonly diedAt: number;
  /** Of the body that says so. */
  readonly diedSeqNum: number;
  /** Zeros where the bytes name none. */
  readonly orderID: string;
  readonly build: string;
  readonly command: Uint8Array;
}

/** Template, bytes of the block in its first version, and where in it each field starts. */
export const DeadLetterLayout = {
  templateId: 133,
  version: 0,
  blockLength: 120,
  partition: 0,
  attempts: 2,
  deadReason: 4,
  accountID: 8,
  commandBytes: 12,
  seqNum: 16,
  commandOffset: 24,
  commandHash: 32,
  diedAt: 40,
  diedSeqNum: 48,
  orderID: 56,
  build: 72,
} as const;

/** Writes header and block and data at `at`; returns the offset after them. Throws when a field is outside its type. */
export function encodeDeadLetter(message: DeadLetter, view: DataView, at: number): number {
  wire.assertField(wire.isIntegerWithin(message.partition, 0, 65535), "partition");
  wire.assertField(wire.isIntegerWithin(message.attempts, 0, 65535), "attempts");
  wire.assertField(isDeadReason(message.deadReason), "deadReason");
  wire.assertField(wire.isIntegerWithin(message.accountID, 0, 2147483647), "accountID");
  wire.assertField(wire.isIntegerWithin(message.commandBytes, 0, 4294967295), "commandBytes");
  wire.assertField(wire.isIntegerWithin(message.seqNum, 0, Number.MAX_SAFE_INTEGER), "seqNum");
  wire.assertField(
    wire.isIntegerWithin(message.commandOffset, 0, Number.MAX_SAFE_INTEGER),
    "commandOffset",
  );
  wire.assertField(wire.isHex(message.commandHash, 8), "commandHash");
  wire.assertField(wire.isIntegerWithin(message.diedAt, 0, Number.MAX_SAFE_INTEGER), "diedAt");
  wire.assertField(
    wire.isIntegerWithin(message.diedSeqNum, 0, Number.MAX_SAFE_INTEGER),
    "diedSeqNum",
  );
  wire.assertField(wire.isUuid(message.orderID), "orderID");
  wire.assertField(wire.isText(message.build, 40), "build");
  view.setUint16(at, 120, true);
  view.setUint16(at + 2, 133, true);
  view.setUint16(at + 4, 1, true);
  view.setUint16(at + 6, 0, true);
  const block = at + 8;
  for (let index = 0; index < 120; index++) view.setUint8(block + index, 0);
  view.setUint16(block, message.partition, true);
  view.setUint16(block + 2, message.attempts, true);
  view.setUint16(block + 4, message.deadReason, true);
  view.setUint32(block + 8, message.accountID, true);
  view.setUint32(block + 12, message.commandBytes, true);
  wire.writeUint53(view, block + 16, message.seqNum);
  wire.writeUint53(view, block + 24, message.commandOffset);
  wire.writeHash64(view, block + 32, message.commandHash);
  wire.writeUint53(view, block + 40, message.diedAt);
  wire.writeUint53(view, block + 48, message.diedSeqNum);
  wire.writeUuid(view, block + 56, message.orderID);
  wire.writeText(view, block + 72, 40, message.build);

  wire.assertField(message.command.length <= 262144, "command");
  view.setUint32(block + 120, message.command.length, true);
  new Uint8Array(view.buffer, view.byteOffset + block + 124, message.command.length).set(
    message.command,
  );
  return block + 124 + message.command.length;
}

/** Every field holds a value of its type. */
export function validDeadLetter(view: DataView, block: number): boolean {
  return (
    isDeadReason(view.getUint16(block + 4, true)) &&
    view.getUint32(block + 8, true) <= 2147483647 &&
    wire.validUint53(view, block + 16) &&
    wire.validUint53(view, block + 24) &&
    wire.validUint53(view, block + 40) &&
    wire.validUint53(view, block + 48) &&
    wire.validText(view, block + 72, 40)
  );
}

/** Call only behind its header and where validDeadLetter holds. */
export function decodeDeadLetter(view: DataView, block: number): DeadLetter {
  return {
    kind: "DeadLetter",
    partition: view.getUint16(block, true),
    attempts: view.getUint16(block + 2, true),
    deadReason: view.getUint16(block + 4, true) as DeadReason,
    accountID: view.getUint32(block + 8, true),
    commandBytes: view.getUint32(block + 12, true),
    seqNum: wire.readUint53(view, block + 16),
    commandOffset: wire.readUint53(view, block + 24),
    commandHash: wire.readHash64(view, block + 32),
    diedAt: wire.readUint53(view, block + 40),
    diedSeqNum: wire.readUint53(view, block + 48),
    orderID: wire.readUuid(view, block + 56),
    build: wire.readText(view, block + 72, 40),
    command: new Uint8Array(
      view.buffer,
      view.byteOffset + block + 124,
      view.getUint32(block + 120, true),
    ),
  };
}
