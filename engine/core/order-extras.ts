import { RecordMemory, RecordPool } from "./record-pool.ts";
import { TagTable } from "./tag-table.ts";

/** An extra record is 32 words, of which 18 are in use. */
export const extraShift = 5;
const capacityMin = 16;

/**
 * What an order that waits, an iceberg, a leg of a pair, an order of a connection or of an account with limits has beside its record, found
 * by the order's slot; plain orders have none and pay nothing.
 *
 * Invariant: an order has an extra record exactly while its traits say so; `slot` is 0 in a free one.
 * Known limit: the table behind it grows at once.
 */
export class OrderExtras {
  readonly memory = new RecordMemory(extraShift, capacityMin);
  readonly pool = new RecordPool(this.memory);
  readonly #bySlot = new TagTable();

  /** Gives the order in `slot` a record of zeros. */
  give(slot: number): void {
    const extra = this.pool.allocate();
    const words = this.memory.wordsOf(extra);
    const at = extra << extraShift;
    words.fill(0, at, at + (1 << extraShift));
    words[at + ExtraWord.slot] = slot;
    this.#bySlot.set(slot, extra);
  }

  release(slot: number): void {
    const extra = this.#bySlot.get(slot);
    this.memory.wordsOf(extra)[(extra << extraShift) + ExtraWord.slot] = 0;
    this.#bySlot.delete(slot);
    this.pool.release(extra);
  }

  wordOf(slot: number, word: number): number {
    const extra = this.#bySlot.get(slot);
    return this.memory.wordsOf(extra)[(extra << extraShift) + word]!;
  }

  setWord(slot: number, word: number, value: number): void {
    const extra = this.#bySlot.get(slot);
    this.memory.wordsOf(extra)[(extra << extraShift) + word] = value;
  }

  doubleOf(slot: number, double: number): number {
    const extra = this.#bySlot.get(slot);
    return this.memory.doublesOf(extra)[(extra << (extraShift - 1)) + double]!;
  }

  setDouble(slot: number, double: number, value: number): void {
    const extra = this.#bySlot.get(slot);
    this.memory.doublesOf(extra)[(extra << (extraShift - 1)) + double] = value;
  }
}

/** Words of an extra record; word 0 links the free ones as well. */
export const ExtraWord = {
  /** Of a leg of a pair: the slot of the other one, 0 = none. */
  other: 0,
  slot: 1,
  /** Of an order that waits: its limit, 0 for a Stop. */
  price: 8,
  /** Of a trailing stop. */
  pegOffsetValue: 9,
  /** Of a trailing stop: its place among them. */
  trailingAt: 10,
  /** Of an order whose account has limits: number of the OpenOrders that count it. */
  openOrders: 11,
} as const;

/** Doubles of an extra record. */
export const ExtraDouble = {
  /** Of an iceberg. */
  displayQty: 1,
  /** Of what rests. */
  shownQty: 2,
  /** Of an order that waits: rptSeq of the event that gave it its place. */
  placeRptSeq: 3,
  /** Of an order whose account has limits: what it counts for, as the two limbs of a Wide. */
  countedLow: 6,
  countedHigh: 7,
  /** Of an order that a connection with a dead-man timer has brought. */
  connectionID: 8,
} as const;
