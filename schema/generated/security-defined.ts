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

export interface SecurityDefined {
  readonly kind: "SecurityDefined";
  readonly rptSeq: number;
  readonly securityID: number;
  readonly tickSize: number;
  readonly symbol: string;
  readonly baseCurrency: string;
  readonly quoteCurrency: string;
  readonly lotSize: number;
  readonly minOrderQty: number;
  readonly maxOrderQty: number;
  readonly priceExponent: number;
  readonly qtyExponent: number;
  readonly selfTradePrevention: SelfTradePrevention;
  readonly tradingState: TradingState;
  /** False: a change. */
  readonly created: boolean;
  /** Since version 3 of the schema; absent = 0. */
  readonly priceBandBps?: number;
  /** Since version 3 of the schema; absent = 0. */
  readonly takerBandBps?: number;
  /** Since version 3 of the schema; absent = 0. */
  readonly referencePrice?: number;
}

/** Template, bytes of the block in its first version, and where in it each field starts. */
export const SecurityDefinedLayout = {
  templateId: 73,
  version: 0,
  blockLength: 88,
  blockLengthV3: 104,
  rptSeq: 0,
  securityID: 8,
  tickSize: 12,
  symbol: 16,
  baseCurrency: 32,
  quoteCurrency: 40,
  lotSize: 48,
  minOrderQty: 56,
  maxOrderQty: 64,
  priceExponent: 72,
  qtyExponent: 73,
  selfTradePrevention: 74,
  tradingState: 75,
  created: 76,
  priceBandBps: 88,
  takerBandBps: 92,
  referencePrice: 96,
} as const;

/** The least version of the schema that has all fields and values of the message. */
function leastVersion(message: SecurityDefined): number {
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
  return version >= 3 ? 104 : 88;
}

/** Bytes of the block of the least version that has all that the message says. */
export function blockLengthOfSecurityDefined(message: SecurityDefined): number {
  return blockLengthIn(leastVersion(message));
}

/** Writes header and block at `at`; returns the offset after them. Throws when a field is outside its type. */
export function encodeSecurityDefined(
  message: SecurityDefined,
  view: DataView,
  at: number,
): number {
  wire.assertField(wire.isIntegerWithin(message.rptSeq, 0, Number.MAX_SAFE_INTEGER), "rptSeq");
  wire.assertField(wire.isIntegerWithin(message.securityID, 0, 2147483647), "securityID");
  wire.assertField(wire.isIntegerWithin(message.tickSize, -2147483648, 2147483647), "tickSize");
  wire.assertField(wire.isText(message.symbol, 16), "symbol");
  wire.assertField(wire.isText(message.baseCurrency, 8), "baseCurrency");
  wire.assertField(wire.isText(message.quoteCurrency, 8), "quoteCurrency");
  wire.assertField(wire.isIntegerWithin(message.lotSize, 0, Number.MAX_SAFE_INTEGER), "lotSize");
  wire.assertField(
    wire.isIntegerWithin(message.minOrderQty, 0, Number.MAX_SAFE_INTEGER),
    "minOrderQty",
  );
  wire.assertField(
    wire.isIntegerWithin(message.maxOrderQty, 0, Number.MAX_SAFE_INTEGER),
    "maxOrderQty",
  );
  wire.assertField(wire.isIntegerWithin(message.priceExponent, -128, 127), "priceExponent");
  wire.assertField(wire.isIntegerWithin(message.qtyExponent, -128, 127), "qtyExponent");
  wire.assertField(isSelfTradePrevention(message.selfTradePrevention), "selfTradePrevention");
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
  view.setUint16(at + 2, 73, true);
  view.setUint16(at + 4, 1, true);
  view.setUint16(at + 6, version, true);
  const block = at + 8;
  for (let index = 0; index < blockLength; index++) view.setUint8(block + index, 0);
  wire.writeUint53(view, block, message.rptSeq);
  view.setUint32(block + 8, message.securityID, true);
  view.setInt32(block + 12, message.tickSize, true);
  wire.writeText(view, block + 16, 16, message.symbol);
  wire.writeText(view, block + 32, 8, message.baseCurrency);
  wire.writeText(view, block + 40, 8, message.quoteCurrency);
  wire.writeUint53(view, block + 48, message.lotSize);
  wire.writeUint53(view, block + 56, message.minOrderQty);
  wire.writeUint53(view, block + 64, message.maxOrderQty);
  view.setInt8(block + 72, message.priceExponent);
  view.setInt8(block + 73, message.qtyExponent);
  view.setUint8(block + 74, message.selfTradePrevention);
  view.setUint8(block + 75, message.tradingState);
  view.setUint8(block + 76, message.created ? 1 : 0);
  if (blockLength > 88) {
    view.setUint32(block + 88, message.priceBandBps ?? 0, true);
    view.setUint32(block + 92, message.takerBandBps ?? 0, true);
    view.setInt32(block + 96, message.referencePrice ?? 0, true);
  }
  return block + blockLength;
}

/** Every field holds a value of its type. */
export function validSecurityDefined(view: DataView, block: number): boolean {
  const version = view.getUint16(block - 2, true);
  return (
    wire.validUint53(view, block) &&
    view.getUint32(block + 8, true) <= 2147483647 &&
    wire.validText(view, block + 16, 16) &&
    wire.validText(view, block + 32, 8) &&
    wire.validText(view, block + 40, 8) &&
    wire.validUint53(view, block + 48) &&
    wire.validUint53(view, block + 56) &&
    wire.validUint53(view, block + 64) &&
    isSelfTradePrevention(view.getUint8(block + 74)) &&
    isTradingStateIn(view.getUint8(block + 75), version) &&
    view.getUint8(block + 76) <= 1
  );
}

/** Call only behind its header and where validSecurityDefined holds. */
export function decodeSecurityDefined(view: DataView, block: number): SecurityDefined {
  const message: SecurityDefined = {
    kind: "SecurityDefined",
    rptSeq: wire.readUint53(view, block),
    securityID: view.getUint32(block + 8, true),
    tickSize: view.getInt32(block + 12, true),
    symbol: wire.readText(view, block + 16, 16),
    baseCurrency: wire.readText(view, block + 32, 8),
    quoteCurrency: wire.readText(view, block + 40, 8),
    lotSize: wire.readUint53(view, block + 48),
    minOrderQty: wire.readUint53(view, block + 56),
    maxOrderQty: wire.readUint53(view, block + 64),
    priceExponent: view.getInt8(block + 72),
    qtyExponent: view.getInt8(block + 73),
    selfTradePrevention: view.getUint8(block + 74) as SelfTradePrevention,
    tradingState: view.getUint8(block + 75) as TradingState,
    created: view.getUint8(block + 76) === 1,
  };
  const blockLength = view.getUint16(block - 8, true);
  if (blockLength <= 88) return message;
  const newer: { -readonly [Key in keyof SecurityDefined]?: SecurityDefined[Key] } = {};
  if (blockLength > 88) {
    const priceBandBps = view.getUint32(block + 88, true);
    if (priceBandBps !== 0) newer.priceBandBps = priceBandBps;
    const takerBandBps = view.getUint32(block + 92, true);
    if (takerBandBps !== 0) newer.takerBandBps = takerBandBps;
    const referencePrice = view.getInt32(block + 96, true);
    if (referencePrice !== 0) newer.referencePrice = referencePrice;
  }
  return { ...message, ...newer };
}
