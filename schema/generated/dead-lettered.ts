// Written by schema/generate.ts from schema/messages.xml: change that and run `bun run generate`.
import * as wire from "../wire.ts";
import { isDeadReason, type DeadReason } from "./enums.ts";

/** Follows the OrderRejected of an order that was deferred and could never be applied. */
export interface DeadLettered {
  readonly kind: "DeadLettered";
  /** Always 0. */
  readonly rptSeq: number;
  /** Always 0. */
  readonly securityID: number;
  readonly accountID: number;
  readonly orderID: string;
  readonly firstSeqNum: number;
  /** Of the first attempt. */
  readonly commandOffset: number;
  /** Made in all. */
  readonly attempts: number;
  readonly deadReason: DeadReason;
}

/** Template, bytes of the block in its first version, and where in it each field starts. */
export const DeadLetteredLayout = {
  templateId: 81,
  version: 0,
  blockLength: 56,
  rptSeq: 0,
  securityID: 8,
  accountID: 12,
  orderID: 16,
  firstSeqNum: 32,
  commandOffset: 40,
  attempts: 48,
  deadReason: 50,
} as const;

/** Writes header and block at `at`; returns the offset after them. Throws when a field is outside its type. */
export function encodeDeadLettered(message: DeadLettered, view: DataView, at: number): number {
  wire.assertField(wire.isIntegerWithin(message.rptSeq, 0, Number.MAX_SAFE_INTEGER), "rptSeq");
  wire.assertField(wire.isIntegerWithin(message.securityID, 0, 2147483647), "securityID");
  wire.assertField(wire.isIntegerWithin(message.accountID, 0, 2147483647), "accountID");
  wire.assertField(wire.isUuid(message.orderID), "orderID");
  wire.assertField(
    wire.isIntegerWithin(message.firstSeqNum, 0, Number.MAX_SAFE_INTEGER),
    "firstSeqNum",
  );
  wire.assertField(
    wire.isIntegerWithin(message.commandOffset, 0, Number.MAX_SAFE_INTEGER),
    "commandOffset",
  );
  wire.assertField(wire.isIntegerWithin(message.attempts, 0, 65535), "attempts");
  wire.assertField(isDeadReason(message.deadReason), "deadReason");
  view.setUint16(at, 56, true);
  view.setUint16(at + 2, 81, true);
  view.setUint16(at + 4, 1, true);
  view.setUint16(at + 6, 0, true);
  const block = at + 8;
  for (let index = 0; index < 56; index++) view.setUint8(block + index, 0);
  wire.writeUint53(view, block, message.rptSeq);
  view.setUint32(block + 8, message.securityID, true);
  view.setUint32(block + 12, message.accountID, true);
  wire.writeUuid(view, block + 16, message.orderID);
  wire.writeUint53(view, block + 32, message.firstSeqNum);
  wire.writeUint53(view, block + 40, message.commandOffset);
  view.setUint16(block + 48, message.attempts, true);
  view.setUint16(block + 50, message.deadReason, true);

  return block + 56;
}

/** Every field holds a value of its type. */
export function validDeadLettered(view: DataView, block: number): boolean {
  return (
    wire.validUint53(view, block) &&
    view.getUint32(block + 8, true) <= 2147483647 &&
    view.getUint32(block + 12, true) <= 2147483647 &&
    wire.validUint53(view, block + 32) &&
    wire.validUint53(view, block + 40) &&
    isDeadReason(view.getUint16(block + 50, true))
  );
}

/** Call only behind its header and where validDeadLettered holds. */
export function decodeDeadLettered(view: DataView, block: number): DeadLettered {
  return {
    kind: "DeadLettered",
    rptSeq: wire.readUint53(view, block),
    securityID: view.getUint32(block + 8, true),
    accountID: view.getUint32(block + 12, true),
    orderID: wire.readUuid(view, block + 16),
    firstSeqNum: wire.readUint53(view, block + 32),
    commandOffset: wire.readUint53(view, block + 40),
    attempts: view.getUint16(block + 48, true),
    deadReason: view.getUint16(block + 50, true) as DeadReason,
  };
}
