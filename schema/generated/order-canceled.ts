// Written by schema/generate.ts from schema/messages.xml: change that and run `bun run generate`.
import * as wire from "../wire.ts";
import {
  isCancelReason,
  isSide,
  isCancelReasonIn,
  versionOfCancelReason,
  type CancelReason,
  type Side,
} from "./enums.ts";

export interface OrderCanceled {
  readonly kind: "OrderCanceled";
  readonly rptSeq: number;
  readonly securityID: number;
  readonly accountID: number;
  readonly orderID: string;
  readonly firstSeqNum: number;
  /** leavesQty before; 0 for an order by cash. */
  readonly canceledQty: number;
  readonly cumQty: number;
  readonly price: number;
  readonly cancelReason: CancelReason;
  readonly side: Side;
  /** With OtherLeg: the order of its pair that took it along. Since version 9 of the schema; absent = 0. */
  readonly otherOrderID?: string;
}

/** Template, bytes of the block in its first version, and where in it each field starts. */
export const OrderCanceledLayout = {
  templateId: 67,
  version: 0,
  blockLength: 64,
  blockLengthV9: 80,
  rptSeq: 0,
  securityID: 8,
  accountID: 12,
  orderID: 16,
  firstSeqNum: 32,
  canceledQty: 40,
  cumQty: 48,
  price: 56,
  cancelReason: 60,
  side: 62,
  otherOrderID: 64,
} as const;

/** The least version of the schema that has all fields and values of the message. */
function leastVersion(message: OrderCanceled): number {
  return Math.max(
    0,
    (message.otherOrderID ?? "00000000-0000-0000-0000-000000000000") !==
      "00000000-0000-0000-0000-000000000000"
      ? 9
      : 0,
    versionOfCancelReason(message.cancelReason),
  );
}

function blockLengthIn(version: number): number {
  return version >= 9 ? 80 : 64;
}

/** Bytes of the block of the least version that has all that the message says. */
export function blockLengthOfOrderCanceled(message: OrderCanceled): number {
  return blockLengthIn(leastVersion(message));
}

/** Writes header and block at `at`; returns the offset after them. Throws when a field is outside its type. */
export function encodeOrderCanceled(message: OrderCanceled, view: DataView, at: number): number {
  wire.assertField(wire.isIntegerWithin(message.rptSeq, 0, Number.MAX_SAFE_INTEGER), "rptSeq");
  wire.assertField(wire.isIntegerWithin(message.securityID, 0, 2147483647), "securityID");
  wire.assertField(wire.isIntegerWithin(message.accountID, 0, 2147483647), "accountID");
  wire.assertField(wire.isUuid(message.orderID), "orderID");
  wire.assertField(
    wire.isIntegerWithin(message.firstSeqNum, 0, Number.MAX_SAFE_INTEGER),
    "firstSeqNum",
  );
  wire.assertField(
    wire.isIntegerWithin(message.canceledQty, 0, Number.MAX_SAFE_INTEGER),
    "canceledQty",
  );
  wire.assertField(wire.isIntegerWithin(message.cumQty, 0, Number.MAX_SAFE_INTEGER), "cumQty");
  wire.assertField(wire.isIntegerWithin(message.price, -2147483648, 2147483647), "price");
  wire.assertField(isCancelReason(message.cancelReason), "cancelReason");
  wire.assertField(isSide(message.side), "side");
  wire.assertField(
    wire.isUuid(message.otherOrderID ?? "00000000-0000-0000-0000-000000000000"),
    "otherOrderID",
  );
  const version = leastVersion(message);
  const blockLength = blockLengthIn(version);
  view.setUint16(at, blockLength, true);
  view.setUint16(at + 2, 67, true);
  view.setUint16(at + 4, 1, true);
  view.setUint16(at + 6, version, true);
  const block = at + 8;
  for (let index = 0; index < blockLength; index++) view.setUint8(block + index, 0);
  wire.writeUint53(view, block, message.rptSeq);
  view.setUint32(block + 8, message.securityID, true);
  view.setUint32(block + 12, message.accountID, true);
  wire.writeUuid(view, block + 16, message.orderID);
  wire.writeUint53(view, block + 32, message.firstSeqNum);
  wire.writeUint53(view, block + 40, message.canceledQty);
  wire.writeUint53(view, block + 48, message.cumQty);
  view.setInt32(block + 56, message.price, true);
  view.setUint16(block + 60, message.cancelReason, true);
  view.setUint8(block + 62, message.side);
  if (blockLength > 64) {
    wire.writeUuid(
      view,
      block + 64,
      message.otherOrderID ?? "00000000-0000-0000-0000-000000000000",
    );
  }
  return block + blockLength;
}

/** Every field holds a value of its type. */
export function validOrderCanceled(view: DataView, block: number): boolean {
  const version = view.getUint16(block - 2, true);
  return (
    wire.validUint53(view, block) &&
    view.getUint32(block + 8, true) <= 2147483647 &&
    view.getUint32(block + 12, true) <= 2147483647 &&
    wire.validUint53(view, block + 32) &&
    wire.validUint53(view, block + 40) &&
    wire.validUint53(view, block + 48) &&
    isCancelReasonIn(view.getUint16(block + 60, true), version) &&
    isSide(view.getUint8(block + 62))
  );
}

/** Call only behind its header and where validOrderCanceled holds. */
export function decodeOrderCanceled(view: DataView, block: number): OrderCanceled {
  const message: OrderCanceled = {
    kind: "OrderCanceled",
    rptSeq: wire.readUint53(view, block),
    securityID: view.getUint32(block + 8, true),
    accountID: view.getUint32(block + 12, true),
    orderID: wire.readUuid(view, block + 16),
    firstSeqNum: wire.readUint53(view, block + 32),
    canceledQty: wire.readUint53(view, block + 40),
    cumQty: wire.readUint53(view, block + 48),
    price: view.getInt32(block + 56, true),
    cancelReason: view.getUint16(block + 60, true) as CancelReason,
    side: view.getUint8(block + 62) as Side,
  };
  const blockLength = view.getUint16(block - 8, true);
  if (blockLength <= 64) return message;
  const newer: { -readonly [Key in keyof OrderCanceled]?: OrderCanceled[Key] } = {};
  if (blockLength > 64) {
    const otherOrderID = wire.readUuid(view, block + 64);
    if (otherOrderID !== "00000000-0000-0000-0000-000000000000") newer.otherOrderID = otherOrderID;
  }
  return { ...message, ...newer };
}
