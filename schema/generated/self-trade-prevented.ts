// Written by schema/generate.ts from schema/messages.xml: change that and run `bun run generate`.
import * as wire from "../wire.ts";
import { isSide, type Side } from "./enums.ts";

export interface SelfTradePrevented {
  readonly kind: "SelfTradePrevented";
  readonly rptSeq: number;
  readonly securityID: number;
  readonly accountID: number;
  readonly makerOrderID: string;
  readonly makerFirstSeqNum: number;
  readonly takerOrderID: string;
  readonly takerFirstSeqNum: number;
  readonly preventedQty: number;
  readonly makerLeavesQty: number;
  /** 0 for an order by cash. */
  readonly takerLeavesQty: number;
  readonly price: number;
  readonly aggressorSide: Side;
}

/** Template, bytes of the block in its first version, and where in it each field starts. */
export const SelfTradePreventedLayout = {
  templateId: 69,
  version: 0,
  blockLength: 96,
  rptSeq: 0,
  securityID: 8,
  accountID: 12,
  makerOrderID: 16,
  makerFirstSeqNum: 32,
  takerOrderID: 40,
  takerFirstSeqNum: 56,
  preventedQty: 64,
  makerLeavesQty: 72,
  takerLeavesQty: 80,
  price: 88,
  aggressorSide: 92,
} as const;

/** Writes header and block at `at`; returns the offset after them. Throws when a field is outside its type. */
export function encodeSelfTradePrevented(
  message: SelfTradePrevented,
  view: DataView,
  at: number,
): number {
  wire.assertField(wire.isIntegerWithin(message.rptSeq, 0, Number.MAX_SAFE_INTEGER), "rptSeq");
  wire.assertField(wire.isIntegerWithin(message.securityID, 0, 2147483647), "securityID");
  wire.assertField(wire.isIntegerWithin(message.accountID, 0, 2147483647), "accountID");
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
  wire.assertField(
    wire.isIntegerWithin(message.preventedQty, 0, Number.MAX_SAFE_INTEGER),
    "preventedQty",
  );
  wire.assertField(
    wire.isIntegerWithin(message.makerLeavesQty, 0, Number.MAX_SAFE_INTEGER),
    "makerLeavesQty",
  );
  wire.assertField(
    wire.isIntegerWithin(message.takerLeavesQty, 0, Number.MAX_SAFE_INTEGER),
    "takerLeavesQty",
  );
  wire.assertField(wire.isIntegerWithin(message.price, -2147483648, 2147483647), "price");
  wire.assertField(isSide(message.aggressorSide), "aggressorSide");
  view.setUint16(at, 96, true);
  view.setUint16(at + 2, 69, true);
  view.setUint16(at + 4, 1, true);
  view.setUint16(at + 6, 0, true);
  const block = at + 8;
  for (let index = 0; index < 96; index++) view.setUint8(block + index, 0);
  wire.writeUint53(view, block, message.rptSeq);
  view.setUint32(block + 8, message.securityID, true);
  view.setUint32(block + 12, message.accountID, true);
  wire.writeUuid(view, block + 16, message.makerOrderID);
  wire.writeUint53(view, block + 32, message.makerFirstSeqNum);
  wire.writeUuid(view, block + 40, message.takerOrderID);
  wire.writeUint53(view, block + 56, message.takerFirstSeqNum);
  wire.writeUint53(view, block + 64, message.preventedQty);
  wire.writeUint53(view, block + 72, message.makerLeavesQty);
  wire.writeUint53(view, block + 80, message.takerLeavesQty);
  view.setInt32(block + 88, message.price, true);
  view.setUint8(block + 92, message.aggressorSide);

  return block + 96;
}

/** Every field holds a value of its type. */
export function validSelfTradePrevented(view: DataView, block: number): boolean {
  return (
    wire.validUint53(view, block) &&
    view.getUint32(block + 8, true) <= 2147483647 &&
    view.getUint32(block + 12, true) <= 2147483647 &&
    wire.validUint53(view, block + 32) &&
    wire.validUint53(view, block + 56) &&
    wire.validUint53(view, block + 64) &&
    wire.validUint53(view, block + 72) &&
    wire.validUint53(view, block + 80) &&
    isSide(view.getUint8(block + 92))
  );
}

/** Call only behind its header and where validSelfTradePrevented holds. */
export function decodeSelfTradePrevented(view: DataView, block: number): SelfTradePrevented {
  return {
    kind: "SelfTradePrevented",
    rptSeq: wire.readUint53(view, block),
    securityID: view.getUint32(block + 8, true),
    accountID: view.getUint32(block + 12, true),
    makerOrderID: wire.readUuid(view, block + 16),
    makerFirstSeqNum: wire.readUint53(view, block + 32),
    takerOrderID: wire.readUuid(view, block + 40),
    takerFirstSeqNum: wire.readUint53(view, block + 56),
    preventedQty: wire.readUint53(view, block + 64),
    makerLeavesQty: wire.readUint53(view, block + 72),
    takerLeavesQty: wire.readUint53(view, block + 80),
    price: view.getInt32(block + 88, true),
    aggressorSide: view.getUint8(block + 92) as Side,
  };
}
