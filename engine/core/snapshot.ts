import type {
  Decision,
  SelfTradePrevention,
  Side,
  TimeInForce,
} from "../../schema/generated/enums.ts";
import { readHash64, readUint53, readUuid } from "../../schema/wire.ts";
import type { EngineCapture } from "./capture.ts";
import {
  orderConnections,
  readConnections,
  readConnectionShape,
  readTimers,
  shapeOfConnections,
  writeConnections,
} from "./connection-section.ts";
import type { DeadManTimer } from "./dead-man-timers.ts";
import type { PendingQuarantine } from "./quarantines.ts";
import { attemptOf, decisionOf, markOf, reasonOf } from "./id-entry.ts";
import { postOnlyOf, selfTradePreventionOf, sideOf, timeInForceOf } from "./order-pool.ts";
import { orderReference } from "./reference-order.ts";
import { readReference, readShape, shapeOf, writeReference } from "./reference-section.ts";
import type { Reference, ReferenceInstrument } from "./reference-section.ts";
import {
  extrasBySlot,
  orderIcebergs,
  orderStops,
  readIcebergs,
  readSpecialShape,
  readStops,
  shapeOfSpecials,
  writeSpecials,
} from "./special-section.ts";
import type { SnapshotIceberg, SnapshotStop } from "./special-section.ts";
import {
  countOfAsks,
  countOfBids,
  orderBooks,
  orderEntries,
  readStateShape,
  shapeOfState,
  writeEntries,
  writeOrders,
} from "./state-section.ts";
import type { StateShape } from "./state-section.ts";
import { orderPairs, readPairs, writePairs } from "./pair-section.ts";
import type { SnapshotPair } from "./pair-section.ts";
import { readWaiting, readWaitingShape, shapeOfWaiting, writeWaiting } from "./waiting-section.ts";
import type { SnapshotDeferred } from "./waiting-section.ts";

export { readReference } from "./reference-section.ts";
export type { Reference } from "./reference-section.ts";

/**
 * The canonical form of a partition's state (SEMANTICS §6): equal states give equal bytes, whatever slots, tables and history lie
 * behind them. Its five sections are laid out in reference-section.ts, state-section.ts, special-section.ts, connection-section.ts
 * and waiting-section.ts.
 */

/** All of it as plain objects: for readers that start from a snapshot, tests and people. */
export interface SnapshotState extends Omit<Reference, "instruments"> {
  readonly instruments: readonly SnapshotInstrument[];
  /** Each cancels the other; by the lower orderID. */
  readonly pairs: readonly SnapshotPair[];
  /** In the order in which they fire. */
  readonly deadManTimers: readonly DeadManTimer[];
  /** In order of entry; those of one list by their ids. */
  readonly idWindow: readonly SnapshotEntry[];
  /** By firstSeqNum. */
  readonly deferred: readonly SnapshotDeferred[];
  /** Pending, by commandOffset. */
  readonly quarantines: readonly PendingQuarantine[];
}

export interface SnapshotInstrument extends ReferenceInstrument {
  /** In book order: bids from the best down, then asks from the best up, each level in queue order. */
  readonly orders: readonly SnapshotOrder[];
  /** Buys, then sells, in the order in which they are triggered. */
  readonly waiting: readonly SnapshotStop[];
}

export interface SnapshotOrder {
  readonly orderID: string;
  readonly accountID: number;
  readonly firstSeqNum: number;
  /** rptSeq of its OrderAccepted: its name in public feeds. */
  readonly entryRptSeq: number;
  readonly side: Side;
  readonly price: number;
  readonly orderQty: number;
  readonly leavesQty: number;
  readonly cumQty: number;
  readonly preventedQty: number;
  /** Of an iceberg: most that it shows at a time; 0 for others. */
  readonly displayQty: number;
  /** What it shows now: of a plain order all that is left. */
  readonly shownQty: number;
  readonly timeInForce: TimeInForce;
  readonly selfTradePrevention: SelfTradePrevention;
  readonly postOnly: boolean;
  readonly expireTime: number;
  /** Of the connection that brought it and has a dead-man timer; 0 = none. */
  readonly connectionID: number;
}

export interface SnapshotEntry {
  readonly id: string;
  readonly accountID: number;
  readonly requestHash: string;
  readonly seqNum: number;
  readonly commandOffset: number;
  /** Log time of the command, in ms. */
  readonly entryTime: number;
  readonly decision: Decision;
  readonly reason: number;
  /** Of a deferred order: at which attempt it is deferred. */
  readonly attempt: number;
  /** Of an order that was deferred once: 1 it is dead, 2 it was dead and has been replayed. */
  readonly mark: number;
}

/** The canonical form of a capture; its first `referenceBytes` are the reference section. */
export const serialiseCapture = (
  capture: EngineCapture,
): {
  bytes: Uint8Array<ArrayBuffer>;
  referenceBytes: number;
} => {
  const reference = orderReference(capture);
  const books = orderBooks(capture);
  const entries = orderEntries(capture);
  const instrumentCount = capture.instruments.length;
  const shape = shapeOf({
    accountCount: reference.accounts.length,
    keyCount: reference.keys.length,
    limitsCount: capture.accountLimits.length,
    feesCount: capture.feeSchedules.length,
    instrumentCount,
    scheduledCount: capture.scheduledStates.length,
  });
  const counts = { instrumentCount, orderCount: books.slots.length, entryCount: entries.length };
  const state = shapeOfState(shape.end, counts);
  const extras = extrasBySlot(capture);
  const icebergs = orderIcebergs(capture, books.slots, extras);
  const stops = orderStops(capture, extras);
  const pairs = orderPairs(capture, extras);
  const specials = shapeOfSpecials(state.end, icebergs.length, stops.length, pairs.length);
  const brought = orderConnections(capture, books.slots, extras);
  const { deadManTimers, deferred, quarantines } = capture;
  const connections = shapeOfConnections(specials.end, brought.length, deadManTimers.length);
  const waiting = shapeOfWaiting(connections.end, deferred.length, quarantines.length);
  const bytes = new Uint8Array(waiting.end);
  const view = new DataView(bytes.buffer);
  writeReference(view, shape, reference, capture);
  writeOrders(view, state, books, capture);
  writeEntries(view, state, entries, capture);
  writeSpecials(view, specials, capture, { extras, slots: books.slots, icebergs, stops });
  writePairs(view, specials, capture, pairs);
  writeConnections(view, connections, brought, deadManTimers);
  writeWaiting(view, waiting, capture);
  return { bytes, referenceBytes: shape.end };
};

/** A whole snapshot as plain objects. Throws where the bytes are none; whether the state is a possible one, Engine.restore says. */
export const readSnapshot = (bytes: Uint8Array): SnapshotState => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const reference = readReference(bytes);
  const shape = readStateShape(view, readShape(view).end, reference.instruments.length);
  const specials = readSpecialShape(view, shape.end);
  const icebergs = readIcebergs(view, specials, shape.orderCount);
  const stops = readStops(view, specials);
  const connectionShape = readConnectionShape(view, specials.end);
  const connections = readConnections(view, connectionShape, shape.orderCount);
  let first = 0;
  const instruments = reference.instruments.map((instrument, index) => {
    const count = countOfBids(view, shape.booksAt, index) + countOfAsks(view, shape.booksAt, index);
    const from = first;
    first += count;
    const orders = Array.from({ length: count }, (_, order) => ({
      ...readOrder(view, shape, from + order, icebergs.get(from + order)),
      connectionID: connections.get(from + order) ?? 0,
    }));
    const own = stops.filter(({ securityID }) => securityID === instrument.securityID);
    return { ...instrument, orders, waiting: own.map(({ stop }) => stop) };
  });
  const idWindow = Array.from({ length: shape.entryCount }, (_, index) =>
    readEntry(view, shape, index),
  );
  const waiting = readWaiting(view, readWaitingShape(view, connectionShape.end), idWindow);
  const pairs = readPairs(view, specials);
  const deadManTimers = readTimers(view, connectionShape);
  return { ...reference, instruments, pairs, deadManTimers, idWindow, ...waiting };
};

const readOrder = (
  view: DataView,
  { orders: column }: StateShape,
  index: number,
  iceberg: SnapshotIceberg | undefined,
): Omit<SnapshotOrder, "connectionID"> => {
  const flags = view.getInt32(column.flags + index * 4, true);
  const leavesQty = readUint53(view, column.leavesQty + index * 8);
  return {
    orderID: readUuid(view, column.orderID + index * 16),
    accountID: view.getUint32(column.accountID + index * 4, true),
    firstSeqNum: readUint53(view, column.firstSeqNum + index * 8),
    entryRptSeq: readUint53(view, column.entryRptSeq + index * 8),
    side: sideOf(flags) as Side,
    price: view.getInt32(column.price + index * 4, true),
    orderQty: readUint53(view, column.orderQty + index * 8),
    leavesQty,
    cumQty: readUint53(view, column.cumQty + index * 8),
    preventedQty: readUint53(view, column.preventedQty + index * 8),
    displayQty: iceberg?.displayQty ?? 0,
    shownQty: iceberg?.shownQty ?? leavesQty,
    timeInForce: timeInForceOf(flags) as TimeInForce,
    selfTradePrevention: selfTradePreventionOf(flags) as SelfTradePrevention,
    postOnly: postOnlyOf(flags) === 1,
    expireTime: readUint53(view, column.expireTime + index * 8),
  };
};

const readEntry = (
  view: DataView,
  { entries: column }: StateShape,
  index: number,
): SnapshotEntry => {
  const outcome = view.getUint32(column.outcome + index * 4, true);
  return {
    id: readUuid(view, column.id + index * 16),
    accountID: view.getUint32(column.accountID + index * 4, true),
    requestHash: readHash64(view, column.requestHash + index * 8),
    seqNum: readUint53(view, column.seqNum + index * 8),
    commandOffset: readUint53(view, column.commandOffset + index * 8),
    entryTime: readUint53(view, column.entryTime + index * 8),
    decision: decisionOf(outcome) as Decision,
    reason: reasonOf(outcome),
    attempt: attemptOf(outcome),
    mark: markOf(outcome),
  };
};
