import type {
  OrdType,
  SelfTradePrevention,
  Side,
  TimeInForce,
} from "../../schema/generated/enums.ts";
import { OrdType as OrdTypes, Side as Sides } from "../../schema/generated/enums.ts";
import { readUint53, readUuid, validUint53, writeUint53 } from "../../schema/wire.ts";
import { assert } from "./assert.ts";
import type { EngineCapture } from "./capture.ts";
import { ExtraDouble, extraShift, ExtraWord } from "./order-extras.ts";
import {
  ColdDouble,
  coldShift,
  flagsMask,
  OrderDouble,
  orderShift,
  OrderWord,
  securityIDOf,
  selfTradePreventionOf,
  sideOf,
  timeInForceOf,
  waitsBit,
} from "./order-pool.ts";

/**
 * The third section of the canonical form: what stops, icebergs and pairs have beside plain orders. Nearly always it is three zeros.
 *
 *   count of icebergs that rest     u64
 *   records of IcebergField, by the order's place in the second section
 *   count of orders that wait       u64
 *   records of StopField, by securityID, buys then sells, in the order in which they are triggered
 *   count of pairs                  u64
 *   orderIDs of each one's legs, 16 bytes each, the lower first, pairs by the lower one
 */
export const IcebergField = { order: 0, displayQty: 8, shownQty: 16, bytes: 24 } as const;
export const StopField = {
  orderID: 0,
  firstSeqNum: 16,
  entryRptSeq: 24,
  placeRptSeq: 32,
  expireTime: 40,
  leavesQty: 48,
  displayQty: 56,
  accountID: 64,
  /** As packTraits packs them, without the securityID. */
  flags: 68,
  securityID: 72,
  price: 76,
  stopPx: 80,
  pegOffsetValue: 84,
  connectionID: 88,
  bytes: 96,
} as const;

export const pairBytes = 32;

/** An iceberg's own part. */
export interface SnapshotIceberg {
  readonly displayQty: number;
  readonly shownQty: number;
}

/** An order that waits for its trigger. */
export interface SnapshotStop {
  readonly orderID: string;
  readonly accountID: number;
  readonly firstSeqNum: number;
  readonly entryRptSeq: number;
  /** rptSeq of the event that gave it its place among those with its stopPx. */
  readonly placeRptSeq: number;
  readonly side: Side;
  readonly ordType: OrdType;
  /** 0 for a Stop. */
  readonly price: number;
  readonly stopPx: number;
  readonly pegOffsetValue: number;
  readonly orderQty: number;
  readonly displayQty: number;
  readonly timeInForce: TimeInForce;
  readonly selfTradePrevention: SelfTradePrevention;
  readonly expireTime: number;
  /** 0 = none that has a dead-man timer. */
  readonly connectionID: number;
}

export interface SpecialShape {
  readonly at: number;
  readonly icebergCount: number;
  readonly stopsAt: number;
  readonly stopCount: number;
  readonly pairsAt: number;
  readonly pairCount: number;
  readonly end: number;
}

export const shapeOfSpecials = (
  at: number,
  icebergCount: number,
  stopCount: number,
  pairCount: number,
): SpecialShape => {
  const stopsAt = at + 8 + icebergCount * IcebergField.bytes;
  const pairsAt = stopsAt + 8 + stopCount * StopField.bytes;
  const end = pairsAt + 8 + pairCount * pairBytes;
  return { at, icebergCount, stopsAt, stopCount, pairsAt, pairCount, end };
};

export const readSpecialShape = (view: DataView, at: number): SpecialShape => {
  const icebergCount = readCount(view, at);
  const { stopsAt } = shapeOfSpecials(at, icebergCount, 0, 0);
  const stopCount = readCount(view, stopsAt);
  const { pairsAt } = shapeOfSpecials(at, icebergCount, stopCount, 0);
  return shapeOfSpecials(at, icebergCount, stopCount, readCount(view, pairsAt));
};

const readCount = (view: DataView, at: number): number => {
  assert(at + 8 <= view.byteLength && validUint53(view, at), "a snapshot counts special orders");
  return readUint53(view, at);
};

/** Extra records of a capture by the slot of their order. */
export const extrasBySlot = ({ extras }: EngineCapture): Map<number, number> => {
  const words = new Int32Array(extras.buffers[0]!);
  const bySlot = new Map<number, number>();
  for (let extra = 1; extra < extras.top; extra++) {
    const slot = words[(extra << extraShift) + ExtraWord.slot]!;
    if (slot !== 0) bySlot.set(slot, extra);
  }
  return bySlot;
};

/** Slots of the orders that wait: by securityID, buys then sells, in the order in which they are triggered. */
export const orderStops = (
  capture: EngineCapture,
  extras: ReadonlyMap<number, number>,
): number[] => {
  const words = new Int32Array(capture.orders.buffers[0]!);
  const doubles = new Float64Array(capture.extras.buffers[0]!);
  const word = (slot: number, at: number) => words[(slot << orderShift) + at]!;
  const traits = (slot: number) => word(slot, OrderWord.traits);
  const placeOf = (slot: number) =>
    doubles[((extras.get(slot) ?? 0) << (extraShift - 1)) + ExtraDouble.placeRptSeq]!;
  const waiting = [...extras.keys()].filter((slot) => (traits(slot) & waitsBit) !== 0);
  return waiting.sort((left, right) => {
    const book = securityIDOf(traits(left)) - securityIDOf(traits(right));
    const side = sideOf(traits(left)) - sideOf(traits(right));
    if (book !== 0 || side !== 0) return book === 0 ? side : book;
    const nearness = word(left, OrderWord.price) - word(right, OrderWord.price);
    if (nearness !== 0) return sideOf(traits(left)) === Sides.Buy ? nearness : -nearness;
    return placeOf(left) - placeOf(right);
  });
};

/** Places, in the second section, of the orders that are icebergs. */
export const orderIcebergs = (
  capture: EngineCapture,
  slots: readonly number[],
  extras: ReadonlyMap<number, number>,
): number[] => {
  if (extras.size === 0) return [];
  const doubles = new Float64Array(capture.extras.buffers[0]!);
  return [...slots.keys()].filter((index) => {
    const extra = extras.get(slots[index]!);
    if (extra === undefined) return false;
    return doubles[(extra << (extraShift - 1)) + ExtraDouble.displayQty] !== 0;
  });
};

export const writeSpecials = (
  view: DataView,
  shape: SpecialShape,
  capture: EngineCapture,
  order: {
    readonly extras: ReadonlyMap<number, number>;
    readonly slots: readonly number[];
    readonly icebergs: readonly number[];
    readonly stops: readonly number[];
  },
): void => {
  const doubles = new Float64Array(capture.extras.buffers[0]!);
  const double = (slot: number, at: number) =>
    doubles[((order.extras.get(slot) ?? 0) << (extraShift - 1)) + at]!;
  writeUint53(view, shape.at, shape.icebergCount);
  order.icebergs.forEach((place, index) => {
    const at = shape.at + 8 + index * IcebergField.bytes;
    const slot = order.slots[place]!;
    writeUint53(view, at + IcebergField.order, place);
    writeUint53(view, at + IcebergField.displayQty, double(slot, ExtraDouble.displayQty));
    writeUint53(view, at + IcebergField.shownQty, double(slot, ExtraDouble.shownQty));
  });
  writeUint53(view, shape.stopsAt, shape.stopCount);
  order.stops.forEach((slot, index) => {
    const at = shape.stopsAt + 8 + index * StopField.bytes;
    writeStop(view, at, capture, slot, order.extras.get(slot) ?? 0);
  });
};

const writeStop = (
  view: DataView,
  at: number,
  { orders, extras }: EngineCapture,
  slot: number,
  extra: number,
): void => {
  const [hot, cold] = orders.buffers;
  const words = new Int32Array(hot!, (slot << orderShift) * 4);
  const doubles = new Float64Array(hot!, (slot << orderShift) * 4);
  const rare = new Float64Array(cold!, (slot << coldShift) * 4);
  const extraWords = new Int32Array(extras.buffers[0]!, (extra << extraShift) * 4);
  const extraDoubles = new Float64Array(extras.buffers[0]!, (extra << extraShift) * 4);
  const traits = words[OrderWord.traits]!;
  for (let part = 0; part < 4; part++) {
    view.setInt32(at + StopField.orderID + part * 4, words[OrderWord.orderID + part]!, true);
  }
  view.setInt32(at + StopField.firstSeqNum, words[OrderWord.firstSeqNum]!, true);
  view.setInt32(at + StopField.firstSeqNum + 4, words[OrderWord.firstSeqNum + 1]!, true);
  writeUint53(view, at + StopField.entryRptSeq, rare[ColdDouble.entryRptSeq]!);
  writeUint53(view, at + StopField.placeRptSeq, extraDoubles[ExtraDouble.placeRptSeq]!);
  writeUint53(view, at + StopField.expireTime, rare[ColdDouble.expireTime]!);
  writeUint53(view, at + StopField.leavesQty, doubles[OrderDouble.leavesQty]!);
  writeUint53(view, at + StopField.displayQty, extraDoubles[ExtraDouble.displayQty]!);
  view.setInt32(at + StopField.accountID, words[OrderWord.accountID]!, true);
  view.setInt32(at + StopField.flags, traits & flagsMask, true);
  view.setInt32(at + StopField.securityID, securityIDOf(traits), true);
  view.setInt32(at + StopField.price, extraWords[ExtraWord.price]!, true);
  view.setInt32(at + StopField.stopPx, words[OrderWord.price]!, true);
  view.setInt32(at + StopField.pegOffsetValue, extraWords[ExtraWord.pegOffsetValue]!, true);
  writeUint53(view, at + StopField.connectionID, extraDoubles[ExtraDouble.connectionID]!);
};

/** The icebergs by the place of their order in the second section; throws where they do not stand by it. */
export const readIcebergs = (
  view: DataView,
  shape: SpecialShape,
  orderCount: number,
): Map<number, SnapshotIceberg> => {
  assert(shape.stopsAt <= view.byteLength, "a snapshot holds all icebergs that it counts");
  const icebergs = new Map<number, SnapshotIceberg>();
  let last = -1;
  for (let index = 0; index < shape.icebergCount; index++) {
    const at = shape.at + 8 + index * IcebergField.bytes;
    const fields = [IcebergField.order, IcebergField.displayQty, IcebergField.shownQty];
    const isWritten = fields.every((field) => validUint53(view, at + field));
    const order = readUint53(view, at + IcebergField.order);
    assert(isWritten && order > last && order < orderCount, "icebergs stand by their orders");
    last = order;
    const displayQty = readUint53(view, at + IcebergField.displayQty);
    icebergs.set(order, { displayQty, shownQty: readUint53(view, at + IcebergField.shownQty) });
  }
  return icebergs;
};

/** The orders that wait, with their securityID. */
export const readStops = (
  view: DataView,
  shape: SpecialShape,
): { readonly securityID: number; readonly stop: SnapshotStop }[] => {
  return Array.from({ length: shape.stopCount }, (_, index) => {
    const at = shape.stopsAt + 8 + index * StopField.bytes;
    const flags = view.getInt32(at + StopField.flags, true);
    const price = view.getInt32(at + StopField.price, true);
    const stop: SnapshotStop = {
      orderID: readUuid(view, at + StopField.orderID),
      accountID: view.getUint32(at + StopField.accountID, true),
      firstSeqNum: readUint53(view, at + StopField.firstSeqNum),
      entryRptSeq: readUint53(view, at + StopField.entryRptSeq),
      placeRptSeq: readUint53(view, at + StopField.placeRptSeq),
      side: sideOf(flags) as Side,
      ordType: price === 0 ? OrdTypes.Stop : OrdTypes.StopLimit,
      price,
      stopPx: view.getInt32(at + StopField.stopPx, true),
      pegOffsetValue: view.getInt32(at + StopField.pegOffsetValue, true),
      orderQty: readUint53(view, at + StopField.leavesQty),
      displayQty: readUint53(view, at + StopField.displayQty),
      timeInForce: timeInForceOf(flags) as TimeInForce,
      selfTradePrevention: selfTradePreventionOf(flags) as SelfTradePrevention,
      expireTime: readUint53(view, at + StopField.expireTime),
      connectionID: readUint53(view, at + StopField.connectionID),
    };
    return { securityID: view.getInt32(at + StopField.securityID, true), stop };
  });
};
