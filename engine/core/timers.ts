import {
  ColdDouble,
  coldShift,
  ColdWord,
  orderShift,
  OrderWord,
  securityIDOf,
} from "./order-pool.ts";
import type { OrderPool } from "./order-pool.ts";

/**
 * The GTD orders by (expireTime, firstSeqNum, securityID, entry rptSeq), a binary heap of slots, 1-based; an order's place stands in its cold
 * record, so that a closed order leaves at once.
 *
 * Invariant: no child is due before its parent. Cost: O(log n) to set and to clear, O(1) to look at the first.
 */
const chunkShift = 14;
const chunkMask = (1 << chunkShift) - 1;

export class Timers {
  count = 0;
  readonly #orders: OrderPool;
  readonly #chunks: Int32Array[] = [new Int32Array(1 << chunkShift)];

  constructor(orders: OrderPool) {
    this.#orders = orders;
  }

  /** The slot of the order that is due first, 0 = none. */
  get first(): number {
    return this.count === 0 ? 0 : this.slotAt(1);
  }

  slotAt(place: number): number {
    return this.#chunks[place >>> chunkShift]![place & chunkMask]!;
  }

  set(slot: number): void {
    const place = ++this.count;
    if (place >>> chunkShift === this.#chunks.length) {
      this.#chunks.push(new Int32Array(1 << chunkShift));
    }
    this.#rise(slot, place);
  }

  clear(slot: number): void {
    const place = this.#placeOf(slot);
    const last = this.slotAt(this.count--);
    if (last === slot) return;
    if (place > 1 && this.#isDueBefore(last, this.slotAt(place >>> 1))) this.#rise(last, place);
    else this.#sink(last, place);
  }

  #rise(slot: number, from: number): void {
    let place = from;
    for (; place > 1; place >>>= 1) {
      const parent = this.slotAt(place >>> 1);
      if (!this.#isDueBefore(slot, parent)) break;
      this.#put(parent, place);
    }
    this.#put(slot, place);
  }

  #sink(slot: number, from: number): void {
    let place = from;
    for (;;) {
      let child = place * 2;
      if (child > this.count) break;
      if (child < this.count && this.#isDueBefore(this.slotAt(child + 1), this.slotAt(child)))
        child++;
      const due = this.slotAt(child);
      if (!this.#isDueBefore(due, slot)) break;
      this.#put(due, place);
      place = child;
    }
    this.#put(slot, place);
  }

  #isDueBefore(left: number, right: number): boolean {
    const leftTime = this.#cold(left, ColdDouble.expireTime);
    const rightTime = this.#cold(right, ColdDouble.expireTime);
    if (leftTime !== rightTime) return leftTime < rightTime;
    const leftSeq = this.#firstSeqNum(left);
    const rightSeq = this.#firstSeqNum(right);
    if (leftSeq !== rightSeq) return leftSeq < rightSeq;
    const leftID = this.#securityID(left);
    const rightID = this.#securityID(right);
    if (leftID !== rightID) return leftID < rightID;
    return this.#cold(left, ColdDouble.entryRptSeq) < this.#cold(right, ColdDouble.entryRptSeq);
  }

  #cold(slot: number, double: number): number {
    const doubles = this.#orders.cold.doublesOf(slot);
    return doubles[(slot << (coldShift - 1)) + double]!;
  }

  #firstSeqNum(slot: number): number {
    const words = this.#orders.hot.wordsOf(slot);
    const at = (slot << orderShift) + OrderWord.firstSeqNum;
    return (words[at + 1]! >>> 0) * 4294967296 + (words[at]! >>> 0);
  }

  #securityID(slot: number): number {
    return securityIDOf(this.#orders.hot.wordsOf(slot)[(slot << orderShift) + OrderWord.traits]!);
  }

  #put(slot: number, place: number): void {
    this.#chunks[place >>> chunkShift]![place & chunkMask] = slot;
    this.#setPlace(slot, place);
  }

  #placeOf(slot: number): number {
    const words = this.#orders.cold.wordsOf(slot);
    return words[(slot << coldShift) + ColdWord.timer]!;
  }

  #setPlace(slot: number, place: number): void {
    const words = this.#orders.cold.wordsOf(slot);
    words[(slot << coldShift) + ColdWord.timer] = place;
  }
}
