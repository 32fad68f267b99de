import { Side } from "../../schema/generated/enums.ts";
import { readUint53, writeUint53 } from "../../schema/wire.ts";
import { accountShift, AccountWord } from "./accounts.ts";
import { assert } from "./assert.ts";
import type { EngineCapture } from "./capture.ts";
import { EntryDouble, entryShift, EntryWord } from "./id-entry.ts";
import {
  ColdDouble,
  coldShift,
  flagsMask,
  OrderDouble,
  orderShift,
  OrderWord,
  securityIDOf,
  sideOf,
  waitsBit,
} from "./order-pool.ts";
import { compareIDs } from "./words.ts";

/**
 * The second section of the canonical form: resting orders and the id window, in columns, since a column compresses better than records:
 *
 *   per instrument: count of bids, count of asks           u32 each
 *   the columns of OrderColumn, for all orders: by securityID, bids from the best down, asks from the best up, each level in queue order
 *   count of id window entries                              u64
 *   the columns of EntryColumn, by seqNum and the bytes of the id
 */

/** Bytes of a value, in the order in which the columns stand. */
const OrderColumn = {
  orderID: 16,
  firstSeqNum: 8,
  entryRptSeq: 8,
  orderQty: 8,
  leavesQty: 8,
  cumQty: 8,
  preventedQty: 8,
  expireTime: 8,
  accountID: 4,
  price: 4,
  /** As packTraits packs them, without the securityID. */
  flags: 4,
} as const;
const EntryColumn = {
  id: 16,
  requestHash: 8,
  seqNum: 8,
  commandOffset: 8,
  entryTime: 8,
  accountID: 4,
  /** As packOutcome packs it. */
  outcome: 4,
} as const;
const bookBytes = 8;

/** Where each column starts. */
type ColumnStarts<Column extends string> = Readonly<Record<Column, number>>;

/** Where the parts of the section stand in the snapshot. */
export interface StateShape {
  readonly booksAt: number;
  readonly orderCount: number;
  readonly orders: ColumnStarts<keyof typeof OrderColumn>;
  readonly entryCountAt: number;
  readonly entryCount: number;
  readonly entries: ColumnStarts<keyof typeof EntryColumn>;
  readonly end: number;
}

export const shapeOfState = (
  booksAt: number,
  counts: { instrumentCount: number; orderCount: number; entryCount: number },
): StateShape => {
  const { instrumentCount, orderCount, entryCount } = counts;
  const orders = columnsFrom(booksAt + instrumentCount * bookBytes, orderCount, OrderColumn);
  const entryCountAt = orders.end;
  const entries = columnsFrom(entryCountAt + 8, entryCount, EntryColumn);
  const { end } = entries;
  return {
    booksAt,
    orderCount,
    orders: orders.starts,
    entryCountAt,
    entryCount,
    entries: entries.starts,
    end,
  };
};

const columnsFrom = <Column extends string>(
  at: number,
  count: number,
  widths: Readonly<Record<Column, number>>,
): { starts: ColumnStarts<Column>; end: number } => {
  let end = at;
  const starts = {} as Record<Column, number>;
  for (const column in widths) {
    starts[column] = end;
    end += widths[column] * count;
  }
  return { starts, end };
};

/** The section's shape; throws where the bytes are not exactly one. */
export const readStateShape = (
  view: DataView,
  booksAt: number,
  instrumentCount: number,
): StateShape => {
  assert(view.byteLength >= booksAt + instrumentCount * bookBytes, "a snapshot counts its orders");
  let orderCount = 0;
  for (let index = 0; index < instrumentCount; index++) {
    orderCount += countOfBids(view, booksAt, index) + countOfAsks(view, booksAt, index);
  }
  const withoutEntries = shapeOfState(booksAt, { instrumentCount, orderCount, entryCount: 0 });
  assert(withoutEntries.end <= view.byteLength, "a snapshot holds all orders that it counts");
  const counted = readUint53(view, withoutEntries.entryCountAt);
  assert(counted * 8 <= view.byteLength, "a snapshot holds all id window entries that it counts");
  // As an integer of the processor: with places that are doubles, no read of a column stays in compiled code.
  const entryCount = counted | 0;
  const shape = shapeOfState(booksAt, { instrumentCount, orderCount, entryCount });
  assert(shape.end <= view.byteLength, "a snapshot holds all id window entries that it counts");
  return shape;
};

export const countOfBids = (view: DataView, booksAt: number, instrument: number): number =>
  view.getUint32(booksAt + instrument * bookBytes, true);

export const countOfAsks = (view: DataView, booksAt: number, instrument: number): number =>
  view.getUint32(booksAt + instrument * bookBytes + 4, true);

/** Slots of the resting orders in book order, and how many of them are each book's bids and asks. */
export interface BookOrder {
  readonly slots: readonly number[];
  /** Bids then asks of securityID 1, of 2, … */
  readonly counts: Uint32Array;
}

export const orderBooks = (capture: EngineCapture): BookOrder => {
  const words = new Int32Array(capture.orders.buffers[0]!);
  const traitsOf = (slot: number) => words[(slot << orderShift) + OrderWord.traits]!;
  const heads: number[] = [];
  for (let slot = 1; slot < capture.orders.top; slot++) {
    const isFirst = words[(slot << orderShift) + OrderWord.prev]! === 0;
    if (isFirst && traitsOf(slot) !== 0 && (traitsOf(slot) & waitsBit) === 0) heads.push(slot);
  }
  const bookOf = (slot: number) => bookIndexOf(traitsOf(slot));
  const priceOf = (slot: number) => words[(slot << orderShift) + OrderWord.price]!;
  heads.sort((left, right) => {
    const book = bookOf(left);
    if (book !== bookOf(right)) return book - bookOf(right);
    return book % 2 === 0 ? priceOf(right) - priceOf(left) : priceOf(left) - priceOf(right);
  });
  const slots: number[] = [];
  const counts = new Uint32Array(capture.instruments.length * 2);
  for (const head of heads) {
    const before = slots.length;
    for (let slot = head; slot !== 0;) {
      slots.push(slot);
      slot = words[(slot << orderShift) + OrderWord.next]!;
    }
    counts[bookOf(head)]! += slots.length - before;
  }
  return { slots, counts };
};

/** Bids and asks of securityID 1 are 0 and 1, of 2 they are 2 and 3. */
const bookIndexOf = (traits: number): number =>
  (securityIDOf(traits) - 1) * 2 + (sideOf(traits) === Side.Buy ? 0 : 1);

/** Slots of the id window's entries in order of entry: by seqNum, those of a list, which left several at once, by the bytes of their ids. */
export const orderEntries = ({ window }: EngineCapture): readonly number[] => {
  const words = new Int32Array(window.buffers[0]!);
  const doubles = new Float64Array(window.buffers[0]!);
  const slots: number[] = [];
  for (let slot = 1; slot < window.top; slot++) {
    if (words[(slot << entryShift) + EntryWord.account]! !== 0) slots.push(slot);
  }
  const seqNumOf = (slot: number) => doubles[(slot << (entryShift - 1)) + EntryDouble.seqNum]!;
  const bytes = new Uint8Array(window.buffers[0]!);
  const idAt = (slot: number) => ((slot << entryShift) + EntryWord.id) * 4;
  return slots.sort(
    (left, right) => seqNumOf(left) - seqNumOf(right) || compareIDs(bytes, idAt(left), idAt(right)),
  );
};

/** Writes the books' counts and the columns of their orders. */
export const writeOrders = (
  view: DataView,
  shape: StateShape,
  { slots, counts }: BookOrder,
  capture: EngineCapture,
): void => {
  counts.forEach((count, index) => view.setUint32(shape.booksAt + index * 4, count, true));
  const [hotBuffer, coldBuffer] = capture.orders.buffers;
  const hot = new Int32Array(hotBuffer!);
  const quantities = new Float64Array(hotBuffer!);
  const cold = new Float64Array(coldBuffer!);
  const { orders: column } = shape;
  slots.forEach((slot, index) => {
    const word = (at: number) => hot[(slot << orderShift) + at]!;
    const leavesQty = quantities[(slot << (orderShift - 1)) + OrderDouble.leavesQty]!;
    const fillableQty = quantities[(slot << (orderShift - 1)) + OrderDouble.fillableQty]!;
    const preventedQty = cold[(slot << (coldShift - 1)) + ColdDouble.preventedQty]!;
    for (let part = 0; part < 4; part++) {
      view.setInt32(column.orderID + index * 16 + part * 4, word(OrderWord.orderID + part), true);
    }
    view.setInt32(column.firstSeqNum + index * 8, word(OrderWord.firstSeqNum), true);
    view.setInt32(column.firstSeqNum + index * 8 + 4, word(OrderWord.firstSeqNum + 1), true);
    const entryRptSeq = cold[(slot << (coldShift - 1)) + ColdDouble.entryRptSeq]!;
    writeUint53(view, column.entryRptSeq + index * 8, entryRptSeq);
    writeUint53(view, column.orderQty + index * 8, fillableQty + preventedQty);
    writeUint53(view, column.leavesQty + index * 8, leavesQty);
    writeUint53(view, column.cumQty + index * 8, fillableQty - leavesQty);
    writeUint53(view, column.preventedQty + index * 8, preventedQty);
    const expireTime = cold[(slot << (coldShift - 1)) + ColdDouble.expireTime]!;
    writeUint53(view, column.expireTime + index * 8, expireTime);
    view.setInt32(column.accountID + index * 4, word(OrderWord.accountID), true);
    view.setInt32(column.price + index * 4, word(OrderWord.price), true);
    view.setInt32(column.flags + index * 4, word(OrderWord.traits) & flagsMask, true);
  });
};

/** Writes the id window. */
export const writeEntries = (
  view: DataView,
  shape: StateShape,
  slots: readonly number[],
  { accounts, window }: EngineCapture,
): void => {
  const accountWords = new Int32Array(accounts.buffers[0]!);
  writeUint53(view, shape.entryCountAt, slots.length);
  const words = new Int32Array(window.buffers[0]!);
  const doubles = new Float64Array(window.buffers[0]!);
  const { entries: column } = shape;
  slots.forEach((slot, index) => {
    const word = (at: number) => words[(slot << entryShift) + at]!;
    const double = (at: number) => doubles[(slot << (entryShift - 1)) + at]!;
    for (let part = 0; part < 4; part++) {
      view.setInt32(column.id + index * 16 + part * 4, word(EntryWord.id + part), true);
    }
    view.setInt32(column.requestHash + index * 8, word(EntryWord.requestHash), true);
    view.setInt32(column.requestHash + index * 8 + 4, word(EntryWord.requestHash + 1), true);
    writeUint53(view, column.seqNum + index * 8, double(EntryDouble.seqNum));
    writeUint53(view, column.commandOffset + index * 8, double(EntryDouble.commandOffset));
    writeUint53(view, column.entryTime + index * 8, double(EntryDouble.entryTime));
    const accountAt = (word(EntryWord.account) << accountShift) + AccountWord.accountID;
    view.setInt32(column.accountID + index * 4, accountWords[accountAt]!, true);
    view.setInt32(column.outcome + index * 4, word(EntryWord.outcome), true);
  });
};
