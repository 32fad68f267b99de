// Written by schema/generate.ts from schema/messages.xml: change that and run `bun run generate`.
import * as wire from "../wire.ts";
import {
  isSelfTradePrevention,
  isTradingState,
  isTradingStateIn,
  versionOfTradingState,
  type SelfTradePrevention,
  type TradingState,
} from "./enums.ts";

export interface SecurityDefinition {
  readonly kind: "SecurityDefinition";
  readonly sendingTime: number;
  readonly validUntil: number;
  readonly commandID: string;
  readonly requestHash: string;
  /** The operator's. */
  readonly accountID: number;
  readonly attempt: number;
  /** -18 to 9. */
  readonly priceExponent: number;
  /** -18 to 9. */
  readonly qtyExponent: number;
  readonly symbol: string;
  readonly baseCurrency: string;
  readonly quoteCurrency: string;
  /** In price units, at least 1. */
  readonly tickSize: number;
  /** Not Default. */
  readonly selfTradePrevention: SelfTradePrevention;
  /** In quantity units, at least 1. */
  readonly lotSize: number;
  readonly minOrderQty: number;
  readonly maxOrderQty: number;
  /** Of a new instrument; a change leaves the state. */
  readonly tradingState: TradingState;
  /** How far from the reference price a price may be at entry, in basis points; 0 = any. Since version 3 of the schema; absent = 0. */
  readonly priceBandBps?: number;
  /** How far from the reference price a taker may trade, in basis points; 0 = any. Since version 3 of the schema; absent = 0. */
  readonly takerBandBps?: number;
  /** Before the first trade; 0 = none. Since version 3 of the schema; absent = 0. */
  readonly referencePrice?: number;
}

/** Template, bytes of the block in its first version, and where in it each field starts. */
export const SecurityDefinitionLayout = {
  templateId: 5,
  version: 0,
  blockLength: 120,
  blockLengthV3: 136,
  sendingTime: 0,
  validUntil: 8,
  commandID: 16,
  requestHash: 32,
  accountID: 40,
  attempt: 44,
  priceExponent: 46,
  qtyExponent: 47,
  symbol: 48,
  baseCurrency: 64,
  quoteCurrency: 72,
  tickSize: 80,
  selfTradePrevention: 84,
  lotSize: 88,
  minOrderQty: 96,
  maxOrderQty: 104,
  tradingState: 112,
  priceBandBps: 120,
  takerBandBps: 124,
  referencePrice: 128,
} as const;

/** The least version of the schema that has all fields and values of the message. */
function leastVersion(message: SecurityDefinition): number {
  return Math.max(
    0,
    (message.priceBandBps ?? 0) !== 0 ||
      (message.takerBandBps ?? 0) !== 0 ||
      (message.referencePrice ?? 0) !== 0
      ? 3
      : 0,
    versionOfTradingState(message.tradingState),
  );
}

function blockLengthIn(version: number): number {
  return version >= 3 ? 136 : 120;
}

/** Bytes of the block of the least version that has all that the message says. */
export function blockLengthOfSecurityDefinition(message: SecurityDefinition): number {
  return blockLengthIn(leastVersion(message));
}

/** Writes header and block at `at`; returns the offset after them. Throws when a field is outside its type. */
export function encodeSecurityDefinition(
  message: SecurityDefinition,
  view: DataView,
  at: number,
): number {
  wire.assertField(
    wire.isIntegerWithin(message.sendingTime, 0, Number.MAX_SAFE_INTEGER),
    "sendingTime",
  );
  wire.assertField(
    wire.isIntegerWithin(message.validUntil, 0, Number.MAX_SAFE_INTEGER),
    "validUntil",
  );
  wire.assertField(wire.isUuid(message.commandID), "commandID");
  wire.assertField(wire.isHex(message.requestHash, 8), "requestHash");
  wire.assertField(wire.isIntegerWithin(message.accountID, 0, 2147483647), "accountID");
  wire.assertField(wire.isIntegerWithin(message.attempt, 0, 65535), "attempt");
  wire.assertField(wire.isIntegerWithin(message.priceExponent, -128, 127), "priceExponent");
  wire.assertField(wire.isIntegerWithin(message.qtyExponent, -128, 127), "qtyExponent");
  wire.assertField(wire.isText(message.symbol, 16), "symbol");
  wire.assertField(wire.isText(message.baseCurrency, 8), "baseCurrency");
  wire.assertField(wire.isText(message.quoteCurrency, 8), "quoteCurrency");
  wire.assertField(wire.isIntegerWithin(message.tickSize, -2147483648, 2147483647), "tickSize");
  wire.assertField(isSelfTradePrevention(message.selfTradePrevention), "selfTradePrevention");
  wire.assertField(wire.isIntegerWithin(message.lotSize, 0, Number.MAX_SAFE_INTEGER), "lotSize");
  wire.assertField(
    wire.isIntegerWithin(message.minOrderQty, 0, Number.MAX_SAFE_INTEGER),
    "minOrderQty",
  );
  wire.assertField(
    wire.isIntegerWithin(message.maxOrderQty, 0, Number.MAX_SAFE_INTEGER),
    "maxOrderQty",
  );
  wire.assertField(isTradingState(message.tradingState), "tradingState");
  wire.assertField(wire.isIntegerWithin(message.priceBandBps ?? 0, 0, 4294967295), "priceBandBps");
  wire.assertField(wire.isIntegerWithin(message.takerBandBps ?? 0, 0, 4294967295), "takerBandBps");
  wire.assertField(
    wire.isIntegerWithin(message.referencePrice ?? 0, -2147483648, 2147483647),
    "referencePrice",
  );
  const version = leastVersion(message);
  const blockLength = blockLengthIn(version);
  view.setUint16(at, blockLength, true);
  view.setUint16(at + 2, 5, true);
  view.setUint16(at + 4, 1, true);
  view.setUint16(at + 6, version, true);
  const block = at + 8;
  for (let index = 0; index < blockLength; index++) view.setUint8(block + index, 0);
  wire.writeUint53(view, block, message.sendingTime);
  wire.writeUint53(view, block + 8, message.validUntil);
  wire.writeUuid(view, block + 16, message.commandID);
  wire.writeHash64(view, block + 32, message.requestHash);
  view.setUint32(block + 40, message.accountID, true);
  view.setUint16(block + 44, message.attempt, true);
  view.setInt8(block + 46, message.priceExponent);
  view.setInt8(block + 47, message.qtyExponent);
  wire.writeText(view, block + 48, 16, message.symbol);
  wire.writeText(view, block + 64, 8, message.baseCurrency);
  wire.writeText(view, block + 72, 8, message.quoteCurrency);
  view.setInt32(block + 80, message.tickSize, true);
  view.setUint8(block + 84, message.selfTradePrevention);
  wire.writeUint53(view, block + 88, message.lotSize);
  wire.writeUint53(view, block + 96, message.minOrderQty);
  wire.writeUint53(view, block + 104, message.maxOrderQty);
  view.setUint8(block + 112, message.tradingState);
  if (blockLength > 120) {
    view.setUint32(block + 120, message.priceBandBps ?? 0, true);
    view.setUint32(block + 124, message.takerBandBps ?? 0, true);
    view.setInt32(block + 128, message.referencePrice ?? 0, true);
  }
  return block + blockLength;
}

/** Every field holds a value of its type. */
export function validSecurityDefinition(view: DataView, block: number): boolean {
  const version = view.getUint16(block - 2, true);
  return (
    wire.validUint53(view, block) &&
    wire.validUint53(view, block + 8) &&
    view.getUint32(block + 40, true) <= 2147483647 &&
    wire.validText(view, block + 48, 16) &&
    wire.validText(view, block + 64, 8) &&
    wire.validText(view, block + 72, 8) &&
    isSelfTradePrevention(view.getUint8(block + 84)) &&
    wire.validUint53(view, block + 88) &&
    wire.validUint53(view, block + 96) &&
    wire.validUint53(view, block + 104) &&
    isTradingStateIn(view.getUint8(block + 112), version)
  );
}

/** Call only behind its header and where validSecurityDefinition holds. */
export function decodeSecurityDefinition(view: DataView, block: number): SecurityDefinition {
  const message: SecurityDefinition = {
    kind: "SecurityDefinition",
    sendingTime: wire.readUint53(view, block),
    validUntil: wire.readUint53(view, block + 8),
    commandID: wire.readUuid(view, block + 16),
    requestHash: wire.readHash64(view, block + 32),
    accountID: view.getUint32(block + 40, true),
    attempt: view.getUint16(block + 44, true),
    priceExponent: view.getInt8(block + 46),
    qtyExponent: view.getInt8(block + 47),
    symbol: wire.readText(view, block + 48, 16),
    baseCurrency: wire.readText(view, block + 64, 8),
    quoteCurrency: wire.readText(view, block + 72, 8),
    tickSize: view.getInt32(block + 80, true),
    selfTradePrevention: view.getUint8(block + 84) as SelfTradePrevention,
    lotSize: wire.readUint53(view, block + 88),
    minOrderQty: wire.readUint53(view, block + 96),
    maxOrderQty: wire.readUint53(view, block + 104),
    tradingState: view.getUint8(block + 112) as TradingState,
  };
  const blockLength = view.getUint16(block - 8, true);
  if (blockLength <= 120) return message;
  const newer: { -readonly [Key in keyof SecurityDefinition]?: SecurityDefinition[Key] } = {};
  if (blockLength > 120) {
    const priceBandBps = view.getUint32(block + 120, true);
    if (priceBandBps !== 0) newer.priceBandBps = priceBandBps;
    const takerBandBps = view.getUint32(block + 124, true);
    if (takerBandBps !== 0) newer.takerBandBps = takerBandBps;
    const referencePrice = view.getInt32(block + 128, true);
    if (referencePrice !== 0) newer.referencePrice = referencePrice;
  }
  return { ...message, ...newer };
}
