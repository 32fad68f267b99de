// Written by schema/generate.ts from schema/messages.xml: change that and run `bun run generate`.
import * as wire from "../wire.ts";

export interface OrderCancelReplaceRequest {
  readonly kind: "OrderCancelReplaceRequest";
  readonly sendingTime: number;
  readonly validUntil: number;
  /** Made from the request's own clOrdID as an orderID is. */
  readonly commandID: string;
  readonly requestHash: string;
  readonly accountID: number;
  readonly attempt: number;
  readonly losePriority: boolean;
  /** The order to replace. */
  readonly orderID: string;
  /** New total; 0 = as it is. */
  readonly orderQty: number;
  /** 0 = as it is. */
  readonly price: number;
  readonly clOrdID: string;
  /** Of an order that waits for it; 0 = as it is. Since version 1 of the schema; absent = 0. */
  readonly stopPx?: number;
}

/** Template, bytes of the block in its first version, and where in it each field starts. */
export const OrderCancelReplaceRequestLayout = {
  templateId: 3,
  version: 0,
  blockLength: 120,
  blockLengthV1: 128,
  sendingTime: 0,
  validUntil: 8,
  commandID: 16,
  requestHash: 32,
  accountID: 40,
  attempt: 44,
  losePriority: 46,
  orderID: 48,
  orderQty: 64,
  price: 72,
  clOrdID: 80,
  stopPx: 120,
} as const;

/** The least version of the schema that has all fields and values of the message. */
function leastVersion(message: OrderCancelReplaceRequest): number {
  return Math.max(0, (message.stopPx ?? 0) !== 0 ? 1 : 0);
}

function blockLengthIn(version: number): number {
  return version >= 1 ? 128 : 120;
}

/** Bytes of the block of the least version that has all that the message says. */
export function blockLengthOfOrderCancelReplaceRequest(message: OrderCancelReplaceRequest): number {
  return blockLengthIn(leastVersion(message));
}

/** Writes header and block at `at`; returns the offset after them. Throws when a field is outside its type. */
export function encodeOrderCancelReplaceRequest(
  message: OrderCancelReplaceRequest,
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

  wire.assertField(wire.isUuid(message.orderID), "orderID");
  wire.assertField(wire.isIntegerWithin(message.orderQty, 0, Number.MAX_SAFE_INTEGER), "orderQty");
  wire.assertField(wire.isIntegerWithin(message.price, -2147483648, 2147483647), "price");
  wire.assertField(wire.isText(message.clOrdID, 36), "clOrdID");
  wire.assertField(wire.isIntegerWithin(message.stopPx ?? 0, -2147483648, 2147483647), "stopPx");
  const version = leastVersion(message);
  const blockLength = blockLengthIn(version);
  view.setUint16(at, blockLength, true);
  view.setUint16(at + 2, 3, true);
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
  view.setUint8(block + 46, message.losePriority ? 1 : 0);
  wire.writeUuid(view, block + 48, message.orderID);
  wire.writeUint53(view, block + 64, message.orderQty);
  view.setInt32(block + 72, message.price, true);
  wire.writeText(view, block + 80, 36, message.clOrdID);
  if (blockLength > 120) {
    view.setInt32(block + 120, message.stopPx ?? 0, true);
  }
  return block + blockLength;
}

/** Every field holds a value of its type. */
export function validOrderCancelReplaceRequest(view: DataView, block: number): boolean {
  return (
    wire.validUint53(view, block) &&
    wire.validUint53(view, block + 8) &&
    view.getUint32(block + 40, true) <= 2147483647 &&
    view.getUint8(block + 46) <= 1 &&
    wire.validUint53(view, block + 64) &&
    wire.validText(view, block + 80, 36)
  );
}

/** Call only behind its header and where validOrderCancelReplaceRequest holds. */
export function decodeOrderCancelReplaceRequest(
  view: DataView,
  block: number,
): OrderCancelReplaceRequest {
  const message: OrderCancelReplaceRequest = {
    kind: "OrderCancelReplaceRequest",
    sendingTime: wire.readUint53(view, block),
    validUntil: wire.readUint53(view, block + 8),
    commandID: wire.readUuid(view, block + 16),
    requestHash: wire.readHash64(view, block + 32),
    accountID: view.getUint32(block + 40, true),
    attempt: view.getUint16(block + 44, true),
    losePriority: view.getUint8(block + 46) === 1,
    orderID: wire.readUuid(view, block + 48),
    orderQty: wire.readUint53(view, block + 64),
    price: view.getInt32(block + 72, true),
    clOrdID: wire.readText(view, block + 80, 36),
  };
  const blockLength = view.getUint16(block - 8, true);
  if (blockLength <= 120) return message;
  const newer: {
    -readonly [Key in keyof OrderCancelReplaceRequest]?: OrderCancelReplaceRequest[Key];
  } = {};
  if (blockLength > 120) {
    const stopPx = view.getInt32(block + 120, true);
    if (stopPx !== 0) newer.stopPx = stopPx;
  }
  return { ...message, ...newer };
}
