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

export interface NewOrderSingle {
  readonly kind: "NewOrderSingle";
  readonly sendingTime: number;
  readonly validUntil: number;
  readonly orderID: string;
  readonly requestHash: string;
  readonly accountID: number;
  readonly attempt: number;
  readonly side: Side;
  readonly ordType: OrdType;
  readonly symbol: string;
  /** 0 when the order is by cash. */
  readonly orderQty: number;
  /** In units of price unit x quantity unit. */
  readonly cashOrderQty: bigint;
  readonly price: number;
  readonly timeInForce: TimeInForce;
  readonly selfTradePrevention: SelfTradePrevention;
  readonly execInst: ExecInst;
  readonly expireTime: number;
  readonly clOrdID: string;
  /** A buy waits for a trade at or above it, a sell for one at or below it. Since version 1 of the schema; absent = 0. */
  readonly stopPx?: number;
  /** Of a trailing stop: price units between a trade and the stopPx that it brings. Since version 1 of the schema; absent = 0. */
  readonly pegOffsetValue?: number;
  /** Of an iceberg: most that it shows at a time while it rests. Since version 2 of the schema; absent = 0. */
  readonly displayQty?: number;
  /** Of the connection that brought it, where that asked for a dead-man timer. Since version 10 of the schema; absent = 0. */
  readonly connectionID?: number;
}

/** Template, bytes of the block in its first version, and where in it each field starts. */
export const NewOrderSingleLayout = {
  templateId: 1,
  version: 0,
  blockLength: 144,
  blockLengthV1: 152,
  blockLengthV2: 160,
  blockLengthV10: 168,
  sendingTime: 0,
  validUntil: 8,
  orderID: 16,
  requestHash: 32,
  accountID: 40,
  attempt: 44,
  side: 46,
  ordType: 47,
  symbol: 48,
  orderQty: 64,
  cashOrderQty: 72,
  price: 88,
  timeInForce: 92,
  selfTradePrevention: 93,
  execInst: 94,
  expireTime: 96,
  clOrdID: 104,
  stopPx: 144,
  pegOffsetValue: 148,
  displayQty: 152,
  connectionID: 160,
} as const;

/** The least version of the schema that has all fields and values of the message. */
function leastVersion(message: NewOrderSingle): number {
  return Math.max(
    0,
    (message.stopPx ?? 0) !== 0 || (message.pegOffsetValue ?? 0) !== 0 ? 1 : 0,
    (message.displayQty ?? 0) !== 0 ? 2 : 0,
    (message.connectionID ?? 0) !== 0 ? 10 : 0,
    versionOfOrdType(message.ordType),
    versionOfTimeInForce(message.timeInForce),
  );
}

function blockLengthIn(version: number): number {
  return version >= 10 ? 168 : version >= 2 ? 160 : version >= 1 ? 152 : 144;
}

/** Bytes of the block of the least version that has all that the message says. */
export function blockLengthOfNewOrderSingle(message: NewOrderSingle): number {
  return blockLengthIn(leastVersion(message));
}

/** Writes header and block at `at`; returns the offset after them. Throws when a field is outside its type. */
export function encodeNewOrderSingle(message: NewOrderSingle, view: DataView, at: number): number {
  wire.assertField(
    wire.isIntegerWithin(message.sendingTime, 0, Number.MAX_SAFE_INTEGER),
    "sendingTime",
  );
  wire.assertField(
    wire.isIntegerWithin(message.validUntil, 0, Number.MAX_SAFE_INTEGER),
    "validUntil",
  );
  wire.assertField(wire.isUuid(message.orderID), "orderID");
  wire.assertField(wire.isHex(message.requestHash, 8), "requestHash");
  wire.assertField(wire.isIntegerWithin(message.accountID, 0, 2147483647), "accountID");
  wire.assertField(wire.isIntegerWithin(message.attempt, 0, 65535), "attempt");
  wire.assertField(isSide(message.side), "side");
  wire.assertField(isOrdType(message.ordType), "ordType");
  wire.assertField(wire.isText(message.symbol, 16), "symbol");
  wire.assertField(wire.isIntegerWithin(message.orderQty, 0, Number.MAX_SAFE_INTEGER), "orderQty");
  wire.assertField(wire.isWide(message.cashOrderQty), "cashOrderQty");
  wire.assertField(wire.isIntegerWithin(message.price, -2147483648, 2147483647), "price");
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
  wire.assertField(
    wire.isIntegerWithin(message.connectionID ?? 0, 0, Number.MAX_SAFE_INTEGER),
    "connectionID",
  );
  const version = leastVersion(message);
  const blockLength = blockLengthIn(version);
  view.setUint16(at, blockLength, true);
  view.setUint16(at + 2, 1, true);
  view.setUint16(at + 4, 1, true);
  view.setUint16(at + 6, version, true);
  const block = at + 8;
  for (let index = 0; index < blockLength; index++) view.setUint8(block + index, 0);
  wire.writeUint53(view, block, message.sendingTime);
  wire.writeUint53(view, block + 8, message.validUntil);
  wire.writeUuid(view, block + 16, message.orderID);
  wire.writeHash64(view, block + 32, message.requestHash);
  view.setUint32(block + 40, message.accountID, true);
  view.setUint16(block + 44, message.attempt, true);
  view.setUint8(block + 46, message.side);
  view.setUint8(block + 47, message.ordType);
  wire.writeText(view, block + 48, 16, message.symbol);
  wire.writeUint53(view, block + 64, message.orderQty);
  wire.writeWide(view, block + 72, message.cashOrderQty);
  view.setInt32(block + 88, message.price, true);
  view.setUint8(block + 92, message.timeInForce);
  view.setUint8(block + 93, message.selfTradePrevention);
  view.setUint8(block + 94, message.execInst);
  wire.writeUint53(view, block + 96, message.expireTime);
  wire.writeText(view, block + 104, 36, message.clOrdID);
  if (blockLength > 144) {
    view.setInt32(block + 144, message.stopPx ?? 0, true);
    view.setInt32(block + 148, message.pegOffsetValue ?? 0, true);
  }
  if (blockLength > 152) {
    wire.writeUint53(view, block + 152, message.displayQty ?? 0);
  }
  if (blockLength > 160) {
    wire.writeUint53(view, block + 160, message.connectionID ?? 0);
  }
  return block + blockLength;
}

/** Every field holds a value of its type. */
export function validNewOrderSingle(view: DataView, block: number): boolean {
  const version = view.getUint16(block - 2, true);
  const blockLength = view.getUint16(block - 8, true);
  return (
    wire.validUint53(view, block) &&
    wire.validUint53(view, block + 8) &&
    view.getUint32(block + 40, true) <= 2147483647 &&
    isSide(view.getUint8(block + 46)) &&
    isOrdTypeIn(view.getUint8(block + 47), version) &&
    wire.validText(view, block + 48, 16) &&
    wire.validUint53(view, block + 64) &&
    validWide(view, block + 72) &&
    isTimeInForceIn(view.getUint8(block + 92), version) &&
    isSelfTradePrevention(view.getUint8(block + 93)) &&
    (view.getUint8(block + 94) & -2) === 0 &&
    wire.validUint53(view, block + 96) &&
    wire.validText(view, block + 104, 36) &&
    (blockLength <= 152 || wire.validUint53(view, block + 152)) &&
    (blockLength <= 160 || wire.validUint53(view, block + 160))
  );
}

/** Call only behind its header and where validNewOrderSingle holds. */
export function decodeNewOrderSingle(view: DataView, block: number): NewOrderSingle {
  const message: NewOrderSingle = {
    kind: "NewOrderSingle",
    sendingTime: wire.readUint53(view, block),
    validUntil: wire.readUint53(view, block + 8),
    orderID: wire.readUuid(view, block + 16),
    requestHash: wire.readHash64(view, block + 32),
    accountID: view.getUint32(block + 40, true),
    attempt: view.getUint16(block + 44, true),
    side: view.getUint8(block + 46) as Side,
    ordType: view.getUint8(block + 47) as OrdType,
    symbol: wire.readText(view, block + 48, 16),
    orderQty: wire.readUint53(view, block + 64),
    cashOrderQty: wire.readWide(view, block + 72),
    price: view.getInt32(block + 88, true),
    timeInForce: view.getUint8(block + 92) as TimeInForce,
    selfTradePrevention: view.getUint8(block + 93) as SelfTradePrevention,
    execInst: view.getUint8(block + 94),
    expireTime: wire.readUint53(view, block + 96),
    clOrdID: wire.readText(view, block + 104, 36),
  };
  const blockLength = view.getUint16(block - 8, true);
  if (blockLength <= 144) return message;
  const newer: { -readonly [Key in keyof NewOrderSingle]?: NewOrderSingle[Key] } = {};
  if (blockLength > 144) {
    const stopPx = view.getInt32(block + 144, true);
    if (stopPx !== 0) newer.stopPx = stopPx;
    const pegOffsetValue = view.getInt32(block + 148, true);
    if (pegOffsetValue !== 0) newer.pegOffsetValue = pegOffsetValue;
  }
  if (blockLength > 152) {
    const displayQty = wire.readUint53(view, block + 152);
    if (displayQty !== 0) newer.displayQty = displayQty;
  }
  if (blockLength > 160) {
    const connectionID = wire.readUint53(view, block + 160);
    if (connectionID !== 0) newer.connectionID = connectionID;
  }
  return { ...message, ...newer };
}
