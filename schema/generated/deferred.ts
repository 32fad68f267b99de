// Written by schema/generate.ts from schema/messages.xml: change that and run `bun run generate`.
import * as wire from "../wire.ts";
import {
  isOrdRejReason,
  isSide,
  isOrdType,
  isTimeInForce,
  isOrdRejReasonIn,
  versionOfOrdRejReason,
  isOrdTypeIn,
  versionOfOrdType,
  isTimeInForceIn,
  versionOfTimeInForce,
  type OrdRejReason,
  type OrdType,
  type Side,
  type TimeInForce,
} from "./enums.ts";

/** A new order that cannot be applied yet; the fields up to clOrdID stand as in OrderRejected. */
export interface Deferred {
  readonly kind: "Deferred";
  /** Always 0. */
  readonly rptSeq: number;
  /** Always 0. */
  readonly securityID: number;
  readonly accountID: number;
  readonly orderID: string;
  /** Of the first attempt. */
  readonly firstSeqNum: number;
  readonly orderQty: number;
  readonly price: number;
  /** Why not yet. */
  readonly ordRejReason: OrdRejReason;
  readonly side: Side;
  readonly ordType: OrdType;
  readonly timeInForce: TimeInForce;
  /** Of this command. */
  readonly attempt: number;
  readonly symbol: string;
  readonly clOrdID: string;
  /** After it the order is refused. */
  readonly validUntil: number;
}

/** Template, bytes of the block in its first version, and where in it each field starts. */
export const DeferredLayout = {
  templateId: 80,
  version: 0,
  blockLength: 128,
  rptSeq: 0,
  securityID: 8,
  accountID: 12,
  orderID: 16,
  firstSeqNum: 32,
  orderQty: 40,
  price: 48,
  ordRejReason: 52,
  side: 54,
  ordType: 55,
  timeInForce: 56,
  attempt: 58,
  symbol: 64,
  clOrdID: 80,
  validUntil: 120,
} as const;

/** The least version of the schema that has all fields and values of the message. */
function leastVersion(message: Deferred): number {
  return Math.max(
    0,
    versionOfOrdRejReason(message.ordRejReason),
    versionOfOrdType(message.ordType),
    versionOfTimeInForce(message.timeInForce),
  );
}

/** Writes header and block at `at`; returns the offset after them. Throws when a field is outside its type. */
export function encodeDeferred(message: Deferred, view: DataView, at: number): number {
  wire.assertField(wire.isIntegerWithin(message.rptSeq, 0, Number.MAX_SAFE_INTEGER), "rptSeq");
  wire.assertField(wire.isIntegerWithin(message.securityID, 0, 2147483647), "securityID");
  wire.assertField(wire.isIntegerWithin(message.accountID, 0, 2147483647), "accountID");
  wire.assertField(wire.isUuid(message.orderID), "orderID");
  wire.assertField(
    wire.isIntegerWithin(message.firstSeqNum, 0, Number.MAX_SAFE_INTEGER),
    "firstSeqNum",
  );
  wire.assertField(wire.isIntegerWithin(message.orderQty, 0, Number.MAX_SAFE_INTEGER), "orderQty");
  wire.assertField(wire.isIntegerWithin(message.price, -2147483648, 2147483647), "price");
  wire.assertField(isOrdRejReason(message.ordRejReason), "ordRejReason");
  wire.assertField(isSide(message.side), "side");
  wire.assertField(isOrdType(message.ordType), "ordType");
  wire.assertField(isTimeInForce(message.timeInForce), "timeInForce");
  wire.assertField(wire.isIntegerWithin(message.attempt, 0, 65535), "attempt");
  wire.assertField(wire.isText(message.symbol, 16), "symbol");
  wire.assertField(wire.isText(message.clOrdID, 36), "clOrdID");
  wire.assertField(
    wire.isIntegerWithin(message.validUntil, 0, Number.MAX_SAFE_INTEGER),
    "validUntil",
  );
  const version = leastVersion(message);
  view.setUint16(at, 128, true);
  view.setUint16(at + 2, 80, true);
  view.setUint16(at + 4, 1, true);
  view.setUint16(at + 6, version, true);
  const block = at + 8;
  for (let index = 0; index < 128; index++) view.setUint8(block + index, 0);
  wire.writeUint53(view, block, message.rptSeq);
  view.setUint32(block + 8, message.securityID, true);
  view.setUint32(block + 12, message.accountID, true);
  wire.writeUuid(view, block + 16, message.orderID);
  wire.writeUint53(view, block + 32, message.firstSeqNum);
  wire.writeUint53(view, block + 40, message.orderQty);
  view.setInt32(block + 48, message.price, true);
  view.setUint16(block + 52, message.ordRejReason, true);
  view.setUint8(block + 54, message.side);
  view.setUint8(block + 55, message.ordType);
  view.setUint8(block + 56, message.timeInForce);
  view.setUint16(block + 58, message.attempt, true);
  wire.writeText(view, block + 64, 16, message.symbol);
  wire.writeText(view, block + 80, 36, message.clOrdID);
  wire.writeUint53(view, block + 120, message.validUntil);

  return block + 128;
}

/** Every field holds a value of its type. */
export function validDeferred(view: DataView, block: number): boolean {
  const version = view.getUint16(block - 2, true);
  return (
    wire.validUint53(view, block) &&
    view.getUint32(block + 8, true) <= 2147483647 &&
    view.getUint32(block + 12, true) <= 2147483647 &&
    wire.validUint53(view, block + 32) &&
    wire.validUint53(view, block + 40) &&
    isOrdRejReasonIn(view.getUint16(block + 52, true), version) &&
    isSide(view.getUint8(block + 54)) &&
    isOrdTypeIn(view.getUint8(block + 55), version) &&
    isTimeInForceIn(view.getUint8(block + 56), version) &&
    wire.validText(view, block + 64, 16) &&
    wire.validText(view, block + 80, 36) &&
    wire.validUint53(view, block + 120)
  );
}

/** Call only behind its header and where validDeferred holds. */
export function decodeDeferred(view: DataView, block: number): Deferred {
  return {
    kind: "Deferred",
    rptSeq: wire.readUint53(view, block),
    securityID: view.getUint32(block + 8, true),
    accountID: view.getUint32(block + 12, true),
    orderID: wire.readUuid(view, block + 16),
    firstSeqNum: wire.readUint53(view, block + 32),
    orderQty: wire.readUint53(view, block + 40),
    price: view.getInt32(block + 48, true),
    ordRejReason: view.getUint16(block + 52, true) as OrdRejReason,
    side: view.getUint8(block + 54) as Side,
    ordType: view.getUint8(block + 55) as OrdType,
    timeInForce: view.getUint8(block + 56) as TimeInForce,
    attempt: view.getUint16(block + 58, true),
    symbol: wire.readText(view, block + 64, 16),
    clOrdID: wire.readText(view, block + 80, 36),
    validUntil: wire.readUint53(view, block + 120),
  };
}
