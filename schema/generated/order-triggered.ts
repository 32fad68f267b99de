// Written by schema/generate.ts from schema/messages.xml: change that and run `bun run generate`.
import * as wire from "../wire.ts";
import { isSide, type Side } from "./enums.ts";

/** A Stop or StopLimit waits no longer: it is a market or limit order from here on. */
export interface OrderTriggered {
  readonly kind: "OrderTriggered";
  readonly rptSeq: number;
  readonly securityID: number;
  readonly accountID: number;
  readonly orderID: string;
  readonly firstSeqNum: number;
  /** That was reached; of a trailing stop, where it stood by then. */
  readonly stopPx: number;
  readonly side: Side;
}

/** Template, bytes of the block in its first version, and where in it each field starts. */
export const OrderTriggeredLayout = {
  templateId: 82,
  version: 1,
  blockLength: 48,
  rptSeq: 0,
  securityID: 8,
  accountID: 12,
  orderID: 16,
  firstSeqNum: 32,
  stopPx: 40,
  side: 44,
} as const;

/** Writes header and block at `at`; returns the offset after them. Throws when a field is outside its type. */
export function encodeOrderTriggered(message: OrderTriggered, view: DataView, at: number): number {
  wire.assertField(wire.isIntegerWithin(message.rptSeq, 0, Number.MAX_SAFE_INTEGER), "rptSeq");
  wire.assertField(wire.isIntegerWithin(message.securityID, 0, 2147483647), "securityID");
  wire.assertField(wire.isIntegerWithin(message.accountID, 0, 2147483647), "accountID");
  wire.assertField(wire.isUuid(message.orderID), "orderID");
  wire.assertField(
    wire.isIntegerWithin(message.firstSeqNum, 0, Number.MAX_SAFE_INTEGER),
    "firstSeqNum",
  );
  wire.assertField(wire.isIntegerWithin(message.stopPx, -2147483648, 2147483647), "stopPx");
  wire.assertField(isSide(message.side), "side");
  view.setUint16(at, 48, true);
  view.setUint16(at + 2, 82, true);
  view.setUint16(at + 4, 1, true);
  view.setUint16(at + 6, 1, true);
  const block = at + 8;
  for (let index = 0; index < 48; index++) view.setUint8(block + index, 0);
  wire.writeUint53(view, block, message.rptSeq);
  view.setUint32(block + 8, message.securityID, true);
  view.setUint32(block + 12, message.accountID, true);
  wire.writeUuid(view, block + 16, message.orderID);
  wire.writeUint53(view, block + 32, message.firstSeqNum);
  view.setInt32(block + 40, message.stopPx, true);
  view.setUint8(block + 44, message.side);

  return block + 48;
}

/** Every field holds a value of its type. */
export function validOrderTriggered(view: DataView, block: number): boolean {
  return (
    wire.validUint53(view, block) &&
    view.getUint32(block + 8, true) <= 2147483647 &&
    view.getUint32(block + 12, true) <= 2147483647 &&
    wire.validUint53(view, block + 32) &&
    isSide(view.getUint8(block + 44))
  );
}

/** Call only behind its header and where validOrderTriggered holds. */
export function decodeOrderTriggered(view: DataView, block: number): OrderTriggered {
  return {
    kind: "OrderTriggered",
    rptSeq: wire.readUint53(view, block),
    securityID: view.getUint32(block + 8, true),
    accountID: view.getUint32(block + 12, true),
    orderID: wire.readUuid(view, block + 16),
    firstSeqNum: wire.readUint53(view, block + 32),
    stopPx: view.getInt32(block + 40, true),
    side: view.getUint8(block + 44) as Side,
  };
}
