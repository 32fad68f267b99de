// Written by schema/generate.ts from schema/messages.xml: change that and run `bun run generate`.
import { validWide } from "../wide.ts";
import * as wire from "../wire.ts";
import {
  isSide,
  isOrdType,
  isTimeInForce,
  isSelfTradePrevention,
  isOrdTypeIn,
  versionOfOrdType,
  isTimeInForceIn,
  versionOfTimeInForce,
  type ExecInst,
  type OrdType,
  type SelfTradePrevention,
  type Side,
  type TimeInForce,
} from "./enums.ts";

export interface OrderAccepted {
  readonly kind: "OrderAccepted";
  readonly rptSeq: number;
  readonly securityID: number;
  readonly accountID: number;
  readonly orderID: string;
  readonly firstSeqNum: number;
  readonly orderQty: number;
  readonly cashOrderQty: bigint;
  readonly price: number;
  readonly side: Side;
  readonly ordType: OrdType;
  readonly timeInForce: TimeInForce;
  /** Resolved: never Default. */
  readonly selfTradePrevention: SelfTradePrevention;
  readonly execInst: ExecInst;
  readonly expireTime: number;
  readonly clOrdID: string;
  /** As it stands; of a trailing stop without one, what the last trade gives. Since version 1 of the schema; absent = 0. */
  readonly stopPx?: number;
  /** Since version 1 of the schema; absent = 0. */
  readonly pegOffsetValue?: number;
  /** Since version 2 of the schema; absent = 0. */
  readonly displayQty?: number;
}

/** Template, bytes of the block in its first version, and where in it each field starts. */
export const OrderAcceptedLayout = {
  templateId: 64,
  version: 0,
  blockLength: 128,
  blockLengthV1: 136,
  blockLengthV2: 144,
  rptSeq: 0,
  securityID: 8,
  accountID: 12,
  orderID: 16,
  firstSeqNum: 32,
  orderQty: 40,
  cashOrderQty: 48,
  price: 64,
  side: 68,
  ordType: 69,
  timeInForce: 70,
  selfTradePrevention: 71,
  execInst: 72,
  expireTime: 80,
  clOrdID: 88,
  stopPx: 128,
  pegOffsetValue: 132,
  displayQty: 136,
} as const;

/** The least version of the schema that has all fields and values of the message. */
function leastVersion(message: OrderAccepted): number {
  return Math.max(
    0,
    (message.stopPx ?? 0) !== 0 || (message.pegOffsetValue ?? 0) !== 0 ? 1 : 0,
    (message.displayQty ?? 0) !== 0 ? 2 : 0,
    versionOfOrdType(message.ordType),
    versionOfTimeInForce(message.timeInForce),
  );
}

function blockLengthIn(version: number): number {
  return version >= 2 ? 144 : version >= 1 ? 136 : 128;
}

/** Bytes of the block of the least version that has all that the message says. */
export function blockLengthOfOrderAccepted(message: OrderAccepted): number {
  return blockLengthIn(leastVersion(message));
}

/** Writes header and block at `at`; returns the offset after them. Throws when a field is outside its type. */
export function encodeOrderAccepted(message: OrderAccepted, view: DataView, at: number): number {
  wire.assertField(wire.isIntegerWithin(message.rptSeq, 0, Number.MAX_SAFE_INTEGER), "rptSeq");
  wire.assertField(wire.isIntegerWithin(message.securityID, 0, 2147483647), "securityID");
  wire.assertField(wire.isIntegerWithin(message.accountID, 0, 2147483647), "accountID");
  wire.assertField(wire.isUuid(message.orderID), "orderID");
  wire.assertField(
    wire.isIntegerWithin(message.firstSeqNum, 0, Number.MAX_SAFE_INTEGER),
    "firstSeqNum",
  );
  wire.assertField(wire.isIntegerWithin(message.orderQty, 0, Number.MAX_SAFE_INTEGER), "orderQty");
  wire.assertField(wire.isWide(message.cashOrderQty), "cashOrderQty");
  wire.assertField(wire.isIntegerWithin(message.price, -2147483648, 2147483647), "price");
  wire.assertField(isSide(message.side), "side");
  wire.assertField(isOrdType(message.ordType), "ordType");
  wire.assertField(isTimeInForce(message.timeInForce), "timeInForce");
  wire.assertField(isSelfTradePrevention(message.selfTradePrevention), "selfTradePrevention");
  wire.assertField(wire.isIntegerWithin(message.execInst, 0, 1), "execInst");
  wire.assertField(
    wire.isIntegerWithin(message.expireTime, 0, Number.MAX_SAFE_INTEGER),
    "expireTime",
  );
  wire.assertField(wire.isText(message.clOrdID, 36), "clOrdID");
  wire.assertField(wire.isIntegerWithin(message.stopPx ?? 0, -2147483648, 2147483647), "stopPx");
  wire.assertField(
    wire.isIntegerWithin(message.pegOffsetValue ?? 0, -2147483648, 2147483647),
    "pegOffsetValue",
  );
  wire.assertField(
    wire.isIntegerWithin(message.displayQty ?? 0, 0, Number.MAX_SAFE_INTEGER),
    "displayQty",
  );
  const version = leastVersion(message);
  const blockLength = blockLengthIn(version);
  view.setUint16(at, blockLength, true);
  view.setUint16(at + 2, 64, true);
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
  wire.writeWide(view, block + 48, message.cashOrderQty);
  view.setInt32(block + 64, message.price, true);
  view.setUint8(block + 68, message.side);
  view.setUint8(block + 69, message.ordType);
  view.setUint8(block + 70, message.timeInForce);
  view.setUint8(block + 71, message.selfTradePrevention);
  view.setUint8(block + 72, message.execInst);
  wire.writeUint53(view, block + 80, message.expireTime);
  wire.writeText(view, block + 88, 36, message.clOrdID);
  if (blockLength > 128) {
    view.setInt32(block + 128, message.stopPx ?? 0, true);
    view.setInt32(block + 132, message.pegOffsetValue ?? 0, true);
  }
  if (blockLength > 136) {
    wire.writeUint53(view, block + 136, message.displayQty ?? 0);
  }
  return block + blockLength;
}

/** Every field holds a value of its type. */
export function validOrderAccepted(view: DataView, block: number): boolean {
  const version = view.getUint16(block - 2, true);
  const blockLength = view.getUint16(block - 8, true);
  return (
    wire.validUint53(view, block) &&
    view.getUint32(block + 8, true) <= 2147483647 &&
    view.getUint32(block + 12, true) <= 2147483647 &&
    wire.validUint53(view, block + 32) &&
    wire.validUint53(view, block + 40) &&
    validWide(view, block + 48) &&
    isSide(view.getUint8(block + 68)) &&
    isOrdTypeIn(view.getUint8(block + 69), version) &&
    isTimeInForceIn(view.getUint8(block + 70), version) &&
    isSelfTradePrevention(view.getUint8(block + 71)) &&
    (view.getUint8(block + 72) & -2) === 0 &&
    wire.validUint53(view, block + 80) &&
    wire.validText(view, block + 88, 36) &&
    (blockLength <= 136 || wire.validUint53(view, block + 136))
  );
}

/** Call only behind its header and where validOrderAccepted holds. */
export function decodeOrderAccepted(view: DataView, block: number): OrderAccepted {
  const message: OrderAccepted = {
    kind: "OrderAccepted",
    rptSeq: wire.readUint53(view, block),
    securityID: view.getUint32(block + 8, true),
    accountID: view.getUint32(block + 12, true),
    orderID: wire.readUuid(view, block + 16),
    firstSeqNum: wire.readUint53(view, block + 32),
    orderQty: wire.readUint53(view, block + 40),
    cashOrderQty: wire.readWide(view, block + 48),
    price: view.getInt32(block + 64, true),
    side: view.getUint8(block + 68) as Side,
    ordType: view.getUint8(block + 69) as OrdType,
    timeInForce: view.getUint8(block + 70) as TimeInForce,
    selfTradePrevention: view.getUint8(block + 71) as SelfTradePrevention,
    execInst: view.getUint8(block + 72),
    expireTime: wire.readUint53(view, block + 80),
    clOrdID: wire.readText(view, block + 88, 36),
  };
  const blockLength = view.getUint16(block - 8, true);
  if (blockLength <= 128) return message;
  const newer: { -readonly [Key in keyof OrderAccepted]?: OrderAccepted[Key] } = {};
  if (blockLength > 128) {
    const stopPx = view.getInt32(block + 128, true);
    if (stopPx !== 0) newer.stopPx = stopPx;
    const pegOffsetValue = view.getInt32(block + 132, true);
    if (pegOffsetValue !== 0) newer.pegOffsetValue = pegOffsetValue;
  }
  if (blockLength > 136) {
    const displayQty = wire.readUint53(view, block + 136);
    if (displayQty !== 0) newer.displayQty = displayQty;
  }
  return { ...message, ...newer };
}
