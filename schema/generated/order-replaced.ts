// Written by schema/generate.ts from schema/messages.xml: change that and run `bun run generate`.
import * as wire from "../wire.ts";
import { isSide, type Side } from "./enums.ts";

export interface OrderReplaced {
  readonly kind: "OrderReplaced";
  readonly rptSeq: number;
  readonly securityID: number;
  readonly accountID: number;
  readonly orderID: string;
  readonly firstSeqNum: number;
  readonly orderQty: number;
  readonly leavesQty: number;
  readonly cumQty: number;
  readonly price: number;
  readonly side: Side;
  readonly keptPriority: boolean;
  readonly commandID: string;
  readonly clOrdID: string;
  /** Of an order that waits for it. Since version 1 of the schema; absent = 0. */
  readonly stopPx?: number;
}

/** Template, bytes of the block in its first version, and where in it each field starts. */
export const OrderReplacedLayout = {
  templateId: 68,
  version: 0,
  blockLength: 128,
  blockLengthV1: 136,
  rptSeq: 0,
  securityID: 8,
  accountID: 12,
  orderID: 16,
  firstSeqNum: 32,
  orderQty: 40,
  leavesQty: 48,
  cumQty: 56,
  price: 64,
  side: 68,
  keptPriority: 69,
  commandID: 72,
  clOrdID: 88,
  stopPx: 128,
} as const;

/** The least version of the schema that has all fields and values of the message. */
function leastVersion(message: OrderReplaced): number {
  return Math.max(0, (message.stopPx ?? 0) !== 0 ? 1 : 0);
}

function blockLengthIn(version: number): number {
  return version >= 1 ? 136 : 128;
}

/** Bytes of the block of the least version that has all that the message says. */
export function blockLengthOfOrderReplaced(message: OrderReplaced): number {
  return blockLengthIn(leastVersion(message));
}

/** Writes header and block at `at`; returns the offset after them. Throws when a field is outside its type. */
export function encodeOrderReplaced(message: OrderReplaced, view: DataView, at: number): number {
  wire.assertField(wire.isIntegerWithin(message.rptSeq, 0, Number.MAX_SAFE_INTEGER), "rptSeq");
  wire.assertField(wire.isIntegerWithin(message.securityID, 0, 2147483647), "securityID");
  wire.assertField(wire.isIntegerWithin(message.accountID, 0, 2147483647), "accountID");
  wire.assertField(wire.isUuid(message.orderID), "orderID");
  wire.assertField(
    wire.isIntegerWithin(message.firstSeqNum, 0, Number.MAX_SAFE_INTEGER),
    "firstSeqNum",
  );
  wire.assertField(wire.isIntegerWithin(message.orderQty, 0, Number.MAX_SAFE_INTEGER), "orderQty");
  wire.assertField(
    wire.isIntegerWithin(message.leavesQty, 0, Number.MAX_SAFE_INTEGER),
    "leavesQty",
  );
  wire.assertField(wire.isIntegerWithin(message.cumQty, 0, Number.MAX_SAFE_INTEGER), "cumQty");
  wire.assertField(wire.isIntegerWithin(message.price, -2147483648, 2147483647), "price");
  wire.assertField(isSide(message.side), "side");

  wire.assertField(wire.isUuid(message.commandID), "commandID");
  wire.assertField(wire.isText(message.clOrdID, 36), "clOrdID");
  wire.assertField(wire.isIntegerWithin(message.stopPx ?? 0, -2147483648, 2147483647), "stopPx");
  const version = leastVersion(message);
  const blockLength = blockLengthIn(version);
  view.setUint16(at, blockLength, true);
  view.setUint16(at + 2, 68, true);
  view.setUint16(at + 4, 1, true);
  view.setUint16(at + 6, version, true);
  const block = at + 8;
  for (let index = 0; index < blockLength; index++) view.setUint8(block + index, 0);
  wire.writeUint53(view, block, message.rptSeq);
  view.setUint32(block + 8, message.securityID, true);
  view.setUint32(block + 12, message.accountID, true);
  wire.writeUuid(view, block + 16, message.orderID);
  wire.writeUint53(view, block + 32, message.firstSeqNum);
  wire.writeUint53(view, block + 40, message.orderQty);
  wire.writeUint53(view, block + 48, message.leavesQty);
  wire.writeUint53(view, block + 56, message.cumQty);
  view.setInt32(block + 64, message.price, true);
  view.setUint8(block + 68, message.side);
  view.setUint8(block + 69, message.keptPriority ? 1 : 0);
  wire.writeUuid(view, block + 72, message.commandID);
  wire.writeText(view, block + 88, 36, message.clOrdID);
  if (blockLength > 128) {
    view.setInt32(block + 128, message.stopPx ?? 0, true);
  }
  return block + blockLength;
}

/** Every field holds a value of its type. */
export function validOrderReplaced(view: DataView, block: number): boolean {
  return (
    wire.validUint53(view, block) &&
    view.getUint32(block + 8, true) <= 2147483647 &&
    view.getUint32(block + 12, true) <= 2147483647 &&
    wire.validUint53(view, block + 32) &&
    wire.validUint53(view, block + 40) &&
    wire.validUint53(view, block + 48) &&
    wire.validUint53(view, block + 56) &&
    isSide(view.getUint8(block + 68)) &&
    view.getUint8(block + 69) <= 1 &&
    wire.validText(view, block + 88, 36)
  );
}

/** Call only behind its header and where validOrderReplaced holds. */
export function decodeOrderReplaced(view: DataView, block: number): OrderReplaced {
  const message: OrderReplaced = {
    kind: "OrderReplaced",
    rptSeq: wire.readUint53(view, block),
    securityID: view.getUint32(block + 8, true),
    accountID: view.getUint32(block + 12, true),
    orderID: wire.readUuid(view, block + 16),
    firstSeqNum: wire.readUint53(view, block + 32),
    orderQty: wire.readUint53(view, block + 40),
    leavesQty: wire.readUint53(view, block + 48),
    cumQty: wire.readUint53(view, block + 56),
    price: view.getInt32(block + 64, true),
    side: view.getUint8(block + 68) as Side,
    keptPriority: view.getUint8(block + 69) === 1,
    commandID: wire.readUuid(view, block + 72),
    clOrdID: wire.readText(view, block + 88, 36),
  };
  const blockLength = view.getUint16(block - 8, true);
  if (blockLength <= 128) return message;
  const newer: { -readonly [Key in keyof OrderReplaced]?: OrderReplaced[Key] } = {};
  if (blockLength > 128) {
    const stopPx = view.getInt32(block + 128, true);
    if (stopPx !== 0) newer.stopPx = stopPx;
  }
  return { ...message, ...newer };
}
