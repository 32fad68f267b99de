import { TimeInForce } from "../../schema/generated/enums.ts";
import type { Instrument } from "./instruments.ts";
import {
  ColdWord,
  coldShift,
  holdsEntryBit,
  orderShift,
  OrderWord,
  sideOf,
  timeInForceOf,
} from "./order-pool.ts";
import { hashID } from "./id-table.ts";
import type { PartitionState } from "./state.ts";

/**
 * An order's place in its book: first in, first out among the orders of a level, linked through their records.
 *
 * Invariant: a level's two words are its first and last order, and following `next` from the first reaches the last in order of arrival.
 * Cost: joining and leaving touch the order, its neighbours and its level, however long the queue is.
 */

/** Puts an order whose record is filled in at the end of the level of `price`. */
export function joinBook(
  state: PartitionState,
  instrument: Instrument,
  slot: number,
  price: number,
): void {
  const orders = state.orders.hot;
  const words = orders.wordsOf(slot);
  const at = slot << orderShift;
  const level = instrument.ladder.reach(price);
  const levels = state.instruments.pages.entries.wordsOf(level >>> 10);
  const levelAt = level << 1;
  const last = levels[levelAt + 1]!;
  words[at + OrderWord.next] = 0;
  words[at + OrderWord.prev] = last;
  words[at + OrderWord.price] = price;
  words[at + OrderWord.level] = level;
  levels[levelAt + 1] = slot;
  if (last !== 0) {
    const lastAt = last << orderShift;
    orders.wordsOf(last)[lastAt + OrderWord.next] = slot;
    return;
  }
  levels[levelAt] = slot;
  instrument.ladder.open(sideOf(words[at + OrderWord.traits]!), price, level);
}

/** Takes an order out of its level; its record stays. */
export function leaveBook(state: PartitionState, instrument: Instrument, slot: number): void {
  const orders = state.orders.hot;
  const words = orders.wordsOf(slot);
  const at = slot << orderShift;
  const next = words[at + OrderWord.next]!;
  const prev = words[at + OrderWord.prev]!;
  const level = words[at + OrderWord.level]!;
  const levels = state.instruments.pages.entries.wordsOf(level >>> 10);
  const levelAt = level << 1;
  if (prev === 0) levels[levelAt] = next;
  else orders.wordsOf(prev)[(prev << orderShift) + OrderWord.next] = next;
  if (next === 0) levels[levelAt + 1] = prev;
  else orders.wordsOf(next)[(next << orderShift) + OrderWord.prev] = prev;
  if ((prev | next) === 0) instrument.ladder.close(words[at + OrderWord.price]!, level);
}

/** The first order of a level. */
export function firstOfLevel(state: PartitionState, level: number): number {
  return state.instruments.pages.entries.wordsOf(level >>> 10)[level << 1]!;
}

/** The order behind this one in its level, or 0. */
export function nextInLevel(state: PartitionState, slot: number): number {
  const words = state.orders.hot.wordsOf(slot);
  return words[(slot << orderShift) + OrderWord.next]!;
}

/** Forgets an order that has left its book: it is closed. `hash` is that of its orderID. */
export function forgetOrder(state: PartitionState, slot: number, hash: number): void {
  const { orders } = state;
  const words = orders.hot.wordsOf(slot);
  const at = slot << orderShift;
  const traits = words[at + OrderWord.traits]!;
  orders.table.remove(hash, slot);
  words[at + OrderWord.traits] = 0;
  if (timeInForceOf(traits) === TimeInForce.GTD) state.timers.clear(slot);
  if ((traits & holdsEntryBit) !== 0) releaseEntry(state, slot);
  orders.pool.release(slot);
}

function releaseEntry(state: PartitionState, slot: number): void {
  const cold = state.orders.cold.wordsOf(slot);
  state.window.release(cold[(slot << coldShift) + ColdWord.heldEntry]!);
}

/** The hash of a resting order's orderID. */
export function hashOfOrder(state: PartitionState, slot: number): number {
  const words = state.orders.hot.wordsOf(slot);
  return hashID(words, (slot << orderShift) + OrderWord.orderID);
}
