import { TimeInForce } from "../../schema/generated/enums.ts";
import { hashID, IdTable } from "./id-table.ts";
import { OrderExtras } from "./order-extras.ts";
import { RecordMemory, RecordPool } from "./record-pool.ts";

/** A hot record is 16 words, a cold one 8. */
export const orderShift = 4;
export const coldShift = 3;
const capacityMin = 1024;

/**
 * Every resting order of the partition: 64 bytes that matching reads and 32 more that it does not, under the same slot, and the
 * table from orderID to slot. All books share them, so that many small books cost no more memory than one large one.
 *
 * Invariant: `traits` is 0 in a free record and never in a taken one.
 */
export class OrderPool {
  readonly hot = new RecordMemory(orderShift, capacityMin);
  readonly cold = new RecordMemory(coldShift, capacityMin);
  readonly pool = new RecordPool(this.hot, this.cold);
  readonly table = new IdTable(this.hot);
  /** What stops, icebergs, legs of pairs, orders of connections and of accounts with limits have beside their record. */
  readonly extras = new OrderExtras();

  /** Open orders, in all books and stop books. */
  get count(): number {
    return this.table.count;
  }

  /** Whether an order can rest without growth. */
  get hasRoom(): boolean {
    return this.pool.hasRoom && this.table.hasRoom;
  }

  /** Makes room for `count` orders where there are none yet. */
  reserve(count: number): void {
    this.pool.reserve(count);
    this.table.reserve(count);
  }

  /** Reads the buckets and records of orders, the first `count` of these hashes of orderIDs; something of what was read. */
  touch(hashes: Int32Array, count: number): number {
    const { pairs } = this.table;
    const { words } = this.hot;
    const mask = pairs.length - 1;
    const last = words.length - 1;
    let read = 0;
    for (let index = 0; index < count; index++) {
      const slot = pairs[((hashes[index]! << 1) & mask) + 1]!;
      read ^= words[(slot << orderShift) & last]!;
    }
    return read;
  }

  /** As touch, of ids of new orders: the buckets alone. */
  touchBuckets(hashes: Int32Array, count: number): number {
    const { pairs } = this.table;
    const mask = pairs.length - 1;
    let read = 0;
    for (let index = 0; index < count; index++) read ^= pairs[(hashes[index]! << 1) & mask]!;
    return read;
  }

  /** The slot of a resting order whose orderID stands in `words` from `at` on, or 0. */
  find(words: Int32Array, at: number): number {
    return this.table.find(hashID(words, at), words, at);
  }
}

/** Words of a hot record. */
export const OrderWord = {
  /** orderID: four words, as they stand in a message. */
  orderID: 0,
  next: 6,
  prev: 7,
  /** Of an order that waits: its stopPx. */
  price: 8,
  /** Its id window entry: a number of the ring, or a slot of those held, below zero. */
  entry: 9,
  traits: 10,
  accountID: 11,
  /** Low word, then high word. */
  firstSeqNum: 12,
} as const;

/** Doubles of a hot record. */
export const OrderDouble = {
  leavesQty: 2,
  /** orderQty - preventedQty, so that cumQty is this minus leavesQty. */
  fillableQty: 7,
} as const;

/** Doubles of a cold record. */
export const ColdDouble = {
  entryRptSeq: 0,
  preventedQty: 1,
  expireTime: 2,
} as const;

/** Words of a cold record. */
export const ColdWord = {
  /** Place in the heap of timers; of GTD orders only. */
  timer: 6,
} as const;

/**
 * `traits` packs: side 2 bits, timeInForce 3, selfTradePrevention 3, postOnly 1, hasExtra 1 (it waits, is an iceberg, is counted, of a connection or a leg of a pair) in bit 10, waits 1
 * (for its trigger), securityID from bit 12 on.
 */
export const hasExtraBit = 1 << 10;
export const waitsBit = 1 << 11;

/** What of the traits isPlainGTC looks at, and how it has to stand. */
const plainMask = (7 << 2) | hasExtraBit;
const plainTraits = TimeInForce.GTC << 2;

export const packTraits = (
  side: number,
  timeInForce: number,
  selfTradePrevention: number,
  postOnly: number,
  securityID: number,
): number =>
  side | (timeInForce << 2) | (selfTradePrevention << 5) | (postOnly << 8) | (securityID << 12);

/** What of the traits the order itself is: what packTraits packs, without the securityID. */
export const flagsMask = 0x1ff;

export const sideOf = (traits: number): number => traits & 3;

export const timeInForceOf = (traits: number): number => (traits >>> 2) & 7;

/** Whether what is left of a limit order rests; AtTheOpening is taken where nothing is matched. */
export const isLasting = (timeInForce: number): boolean =>
  timeInForce === TimeInForce.GTC ||
  timeInForce === TimeInForce.GTD ||
  timeInForce === TimeInForce.Day ||
  timeInForce === TimeInForce.AtTheOpening;

export const selfTradePreventionOf = (traits: number): number => (traits >>> 5) & 7;

/** Whether it is GTC and has no extra record: then it neither waits, hides, counts nor is one of a pair. */
export const isPlainGTC = (traits: number): boolean => (traits & plainMask) === plainTraits;

export const postOnlyOf = (traits: number): number => (traits >>> 8) & 1;

export const securityIDOf = (traits: number): number => traits >>> 12;
