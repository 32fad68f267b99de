// Written by schema/generate.ts from schema/messages.xml: change that and run `bun run generate`.
import { validWide } from "../wide.ts";
import * as wire from "../wire.ts";
import { isSide, isOrdStatus, type OrdStatus, type Side } from "./enums.ts";

export interface Trade {
  readonly kind: "Trade";
  readonly rptSeq: number;
  readonly securityID: number;
  readonly makerAccountID: number;
  readonly makerOrderID: string;
  readonly makerFirstSeqNum: number;
  readonly takerOrderID: string;
  readonly takerFirstSeqNum: number;
  readonly lastQty: number;
  readonly makerLeavesQty: number;
  /** 0 for an order by cash. */
  readonly takerLeavesQty: number;
  readonly takerAccountID: number;
  readonly lastPx: number;
  /** The taker's; None: an auction, where nobody takes. The maker's fields are then the buy's, the taker's the sell's. */
  readonly aggressorSide: Side;
  readonly makerOrdStatus: OrdStatus;
  readonly takerOrdStatus: OrdStatus;
  /** In price unit x quantity unit, as notionals are. Since version 4 of the schema; absent = 0. */
  readonly makerFee?: bigint;
  /** Since version 4 of the schema; absent = 0. */
  readonly takerFee?: bigint;
  /** 1: makerFee is paid to the maker, 2: takerFee to the taker; both: 3. Since version 4 of the schema; absent = 0. */
  readonly feeSigns?: number;
}

/** Template, bytes of the block in its first version, and where in it each field starts. */
export const TradeLayout = {
  templateId: 66,
  version: 0,
  blockLength: 104,
  blockLengthV4: 144,
  rptSeq: 0,
  securityID: 8,
  makerAccountID: 12,
  makerOrderID: 16,
  makerFirstSeqNum: 32,
  takerOrderID: 40,
  takerFirstSeqNum: 56,
  lastQty: 64,
  makerLeavesQty: 72,
  takerLeavesQty: 80,
  takerAccountID: 88,
  lastPx: 92,
  aggressorSide: 96,
  makerOrdStatus: 97,
  takerOrdStatus: 98,
  makerFee: 104,
  takerFee: 120,
  feeSigns: 136,
} as const;

/** The least version of the schema that has all fields and values of the message. */
function leastVersion(message: Trade): number {
  return Math.max(
    0,
    (message.makerFee ?? 0n) !== 0n ||
      (message.takerFee ?? 0n) !== 0n ||
      (message.feeSigns ?? 0) !== 0
      ? 4
      : 0,
  );
}

function blockLengthIn(version: number): number {
  return version >= 4 ? 144 : 104;
}

/** Bytes of the block of the least version that has all that the message says. */
export function blockLengthOfTrade(message: Trade): number {
  return blockLengthIn(leastVersion(message));
}

/** Writes header and block at `at`; returns the offset after them. Throws when a field is outside its type. */
export function encodeTrade(message: Trade, view: DataView, at: number): number {
  wire.assertField(wire.isIntegerWithin(message.rptSeq, 0, Number.MAX_SAFE_INTEGER), "rptSeq");
  wire.assertField(wire.isIntegerWithin(message.securityID, 0, 2147483647), "securityID");
  wire.assertField(wire.isIntegerWithin(message.makerAccountID, 0, 2147483647), "makerAccountID");
  wire.assertField(wire.isUuid(message.makerOrderID), "makerOrderID");
  wire.assertField(
    wire.isIntegerWithin(message.makerFirstSeqNum, 0, Number.MAX_SAFE_INTEGER),
    "makerFirstSeqNum",
  );
  wire.assertField(wire.isUuid(message.takerOrderID), "takerOrderID");
  wire.assertField(
    wire.isIntegerWithin(message.takerFirstSeqNum, 0, Number.MAX_SAFE_INTEGER),
    "takerFirstSeqNum",
  );
  wire.assertField(wire.isIntegerWithin(message.lastQty, 0, Number.MAX_SAFE_INTEGER), "lastQty");
  wire.assertField(
    wire.isIntegerWithin(message.makerLeavesQty, 0, Number.MAX_SAFE_INTEGER),
    "makerLeavesQty",
  );
  wire.assertField(
    wire.isIntegerWithin(message.takerLeavesQty, 0, Number.MAX_SAFE_INTEGER),
    "takerLeavesQty",
  );
  wire.assertField(wire.isIntegerWithin(message.takerAccountID, 0, 2147483647), "takerAccountID");
  wire.assertField(wire.isIntegerWithin(message.lastPx, -2147483648, 2147483647), "lastPx");
  wire.assertField(isSide(message.aggressorSide), "aggressorSide");
  wire.assertField(isOrdStatus(message.makerOrdStatus), "makerOrdStatus");
  wire.assertField(isOrdStatus(message.takerOrdStatus), "takerOrdStatus");
  wire.assertField(wire.isWide(message.makerFee ?? 0n), "makerFee");
  wire.assertField(wire.isWide(message.takerFee ?? 0n), "takerFee");
  wire.assertField(wire.isIntegerWithin(message.feeSigns ?? 0, 0, 255), "feeSigns");
  const version = leastVersion(message);
  const blockLength = blockLengthIn(version);
  view.setUint16(at, blockLength, true);
  view.setUint16(at + 2, 66, true);
  view.setUint16(at + 4, 1, true);
  view.setUint16(at + 6, version, true);
  const block = at + 8;
  for (let index = 0; index < blockLength; index++) view.setUint8(block + index, 0);
  wire.writeUint53(view, block, message.rptSeq);
  view.setUint32(block + 8, message.securityID, true);
  view.setUint32(block + 12, message.makerAccountID, true);
  wire.writeUuid(view, block + 16, message.makerOrderID);
  wire.writeUint53(view, block + 32, message.makerFirstSeqNum);
  wire.writeUuid(view, block + 40, message.takerOrderID);
  wire.writeUint53(view, block + 56, message.takerFirstSeqNum);
  wire.writeUint53(view, block + 64, message.lastQty);
  wire.writeUint53(view, block + 72, message.makerLeavesQty);
  wire.writeUint53(view, block + 80, message.takerLeavesQty);
  view.setUint32(block + 88, message.takerAccountID, true);
  view.setInt32(block + 92, message.lastPx, true);
  view.setUint8(block + 96, message.aggressorSide);
  view.setUint8(block + 97, message.makerOrdStatus);
  view.setUint8(block + 98, message.takerOrdStatus);
  if (blockLength > 104) {
    wire.writeWide(view, block + 104, message.makerFee ?? 0n);
    wire.writeWide(view, block + 120, message.takerFee ?? 0n);
    view.setUint8(block + 136, message.feeSigns ?? 0);
  }
  return block + blockLength;
}

/** Every field holds a value of its type. */
export function validTrade(view: DataView, block: number): boolean {
  const blockLength = view.getUint16(block - 8, true);
  return (
    wire.validUint53(view, block) &&
    view.getUint32(block + 8, true) <= 2147483647 &&
    view.getUint32(block + 12, true) <= 2147483647 &&
    wire.validUint53(view, block + 32) &&
    wire.validUint53(view, block + 56) &&
    wire.validUint53(view, block + 64) &&
    wire.validUint53(view, block + 72) &&
    wire.validUint53(view, block + 80) &&
    view.getUint32(block + 88, true) <= 2147483647 &&
    isSide(view.getUint8(block + 96)) &&
    isOrdStatus(view.getUint8(block + 97)) &&
    isOrdStatus(view.getUint8(block + 98)) &&
    (blockLength <= 104 || (validWide(view, block + 104) && validWide(view, block + 120)))
  );
}

/** Call only behind its header and where validTrade holds. */
export function decodeTrade(view: DataView, block: number): Trade {
  const message: Trade = {
    kind: "Trade",
    rptSeq: wire.readUint53(view, block),
    securityID: view.getUint32(block + 8, true),
    makerAccountID: view.getUint32(block + 12, true),
    makerOrderID: wire.readUuid(view, block + 16),
    makerFirstSeqNum: wire.readUint53(view, block + 32),
    takerOrderID: wire.readUuid(view, block + 40),
    takerFirstSeqNum: wire.readUint53(view, block + 56),
    lastQty: wire.readUint53(view, block + 64),
    makerLeavesQty: wire.readUint53(view, block + 72),
    takerLeavesQty: wire.readUint53(view, block + 80),
    takerAccountID: view.getUint32(block + 88, true),
    lastPx: view.getInt32(block + 92, true),
    aggressorSide: view.getUint8(block + 96) as Side,
    makerOrdStatus: view.getUint8(block + 97) as OrdStatus,
    takerOrdStatus: view.getUint8(block + 98) as OrdStatus,
  };
  const blockLength = view.getUint16(block - 8, true);
  if (blockLength <= 104) return message;
  const newer: { -readonly [Key in keyof Trade]?: Trade[Key] } = {};
  if (blockLength > 104) {
    const makerFee = wire.readWide(view, block + 104);
    if (makerFee !== 0n) newer.makerFee = makerFee;
    const takerFee = wire.readWide(view, block + 120);
    if (takerFee !== 0n) newer.takerFee = takerFee;
    const feeSigns = view.getUint8(block + 136);
    if (feeSigns !== 0) newer.feeSigns = feeSigns;
  }
  return { ...message, ...newer };
}
