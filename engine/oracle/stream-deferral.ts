/** Turns an intent into orders that come before their instrument or in a newer version, and into their later attempts. */
import { crc32 } from "../../schema/crc32.ts";
import { crcBytes, frame } from "../../schema/frame.ts";
import type { NewOrderSingle } from "../../schema/generated/new-order-single.ts";
import { headerBytes, schemaVersion } from "../../schema/generated/records.ts";
import { symbolHash } from "../../schema/hash.ts";
import { replayAttempt } from "../../schema/topics.ts";
import type { StreamContext } from "./stream-context.ts";
import type { Intent } from "./stream-intent.ts";
import { makeNewOrderSingle } from "./stream-orders.ts";
import { earlySymbols } from "./stream-shape.ts";

/** An order that may be deferred, so that it can come again. */
export interface EarlyOrder {
  readonly order: NewOrderSingle;
  /** How its record is newer; null where it is of this version. */
  readonly newer: number | null;
}

const waits = [0, 500, 1_001, 3_000, 9_999, 30_000, 60_000];

/** An order for an instrument that may be listed later. */
export function makeEarlyOrder(context: StreamContext, intent: Intent): EarlyOrder {
  const plain = makeNewOrderSingle(context, intent);
  const symbol = earlySymbols[intent.instrument % earlySymbols.length] ?? plain.symbol;
  const isOfSymbol = plain.symbol === context.instrumentShape(intent).symbol;
  const hash = symbolHash(symbol).toString(16).padStart(8, "0");
  const order: NewOrderSingle = {
    ...plain,
    symbol: isOfSymbol ? symbol : intent.manner % 2 === 0 ? plain.symbol : "no good",
    orderID: isOfSymbol ? hash + plain.orderID.slice(8) : plain.orderID,
    validUntil: plain.validUntil === 0 ? validUntilOf(context, intent) : plain.validUntil,
  };
  return remembered(context, { order, newer: null });
}

/** An order in a newer version of its template, of a listed instrument or not. */
export function makeNewerOrder(context: StreamContext, intent: Intent): EarlyOrder {
  const { order } =
    intent.manner % 3 === 0
      ? makeEarlyOrder(context, intent)
      : { order: makeNewOrderSingle(context, intent) };
  const validUntil = order.validUntil === 0 ? validUntilOf(context, intent) : order.validUntil;
  return remembered(context, { order: { ...order, validUntil }, newer: intent.target % 12 });
}

/** An early order once more: its next attempt, one out of turn, a replay, or one that is not the same request. */
export function makeLaterAttempt(context: StreamContext, intent: Intent): EarlyOrder {
  const early = context.earlyOrder(intent);
  if (early === undefined) return makeEarlyOrder(context, intent);
  const { sendingTime, requestHash, accountID } = context.commandFields(intent);
  const entry = context.entryOf(early.order.orderID);
  const isReplay = intent.manner === 12 || ((entry?.mark ?? 0) > 0 && intent.manner < 12);
  const step = intent.manner === 11 ? 2 : intent.manner === 10 ? 0 : 1;
  const order = {
    ...early.order,
    sendingTime,
    attempt: isReplay ? replayAttempt : (entry?.attempt ?? 0) + step,
    ...(isReplay ? { validUntil: intent.target % 5 === 0 ? 1 : 0 } : {}),
    ...(intent.manner === 14 ? { requestHash } : {}),
    ...(intent.manner === 15 ? { accountID } : {}),
  };
  return { ...early, order };
}

/** The record of an order. */
export function bytesOfEarly({ order, newer }: EarlyOrder): Uint8Array {
  const bytes = frame(order);
  return newer === null ? bytes : inNewerVersion(bytes, newer);
}

/** Above this version, a longer block now and then, and values that this version does not have. */
function inNewerVersion(bytes: Uint8Array, manner: number): Uint8Array {
  const end = bytes.length - crcBytes;
  const longer = new Uint8Array(bytes.length + (manner % 3) * 8);
  longer.set(bytes.subarray(0, end));
  const view = new DataView(longer.buffer);
  view.setUint16(0, end - headerBytes + (manner % 3) * 8, true);
  view.setUint16(6, schemaVersion + 1 + manner, true);
  if (manner % 4 === 1) view.setUint8(headerBytes + 46 + (manner % 2), 7);
  if (manner % 4 === 2) view.setUint8(headerBytes + 92, 99);
  if (manner % 4 === 3) longer.fill(0xff, headerBytes + 64, headerBytes + 72);
  if (manner % 5 === 4) view.setUint8(headerBytes + 104, 7);
  view.setUint32(longer.length - crcBytes, crc32(longer, 0, longer.length - crcBytes), true);
  return longer;
}

function remembered(context: StreamContext, early: EarlyOrder): EarlyOrder {
  context.rememberEarly(early);
  return early;
}

function validUntilOf(context: StreamContext, intent: Intent): number {
  // Lots go up to 2^53, which is no time any more.
  return context.now + (waits[intent.target % waits.length] ?? 0) + (intent.lots % 2 ** 32);
}
