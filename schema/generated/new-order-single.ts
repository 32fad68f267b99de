// Written by schema/generate.ts from schema/messages.xml: change that and run `bun run generate`.
import { validWide } from "../wide.ts";
import * as wire from "../wire.ts";
import {
  isSide,
  isOrdType,
  isTimeInForce,
  isSelfTradePrevention,
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
}

/** Template, bytes of the block, and where in it each field starts. */
export const NewOrderSingleLayout = {
  templateId: 1,
  blockLength: 144,
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
} as const;

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
  view.setUint16(at, 144, true);
  view.setUint16(at + 2, 1, true);
  view.setUint16(at + 4, 1, true);
  view.setUint16(at + 6, 0, true);
  const block = at + 8;
  for (let index = 0; index < 144; index++) view.setUint8(block + index, 0);
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
  return block + 144;
}

/** Every field holds a value of its type. */
export function validNewOrderSingle(view: DataView, block: number): boolean {
  return (
    wire.validUint53(view, block) &&
    wire.validUint53(view, block + 8) &&
    view.getUint32(block + 40, true) <= 2147483647 &&
    isSide(view.getUint8(block + 46)) &&
    isOrdType(view.getUint8(block + 47)) &&
    wire.validText(view, block + 48, 16) &&
    wire.validUint53(view, block + 64) &&
    validWide(view, block + 72) &&
    isTimeInForce(view.getUint8(block + 92)) &&
    isSelfTradePrevention(view.getUint8(block + 93)) &&
    (view.getUint8(block + 94) & -2) === 0 &&
    wire.validUint53(view, block + 96) &&
    wire.validText(view, block + 104, 36)
  );
}

/** Call only where validNewOrderSingle holds. */
export function decodeNewOrderSingle(view: DataView, block: number): NewOrderSingle {
  return {
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
}
