import { Side, TimeInForce } from "../../schema/generated/enums.ts";
import type { Instrument } from "./instruments.ts";
import { uncountOpen } from "./open-orders.ts";
import { hasExtraBit, orderShift, OrderWord, sideOf, timeInForceOf } from "./order-pool.ts";
import { hashID } from "./id-table.ts";
import type { Ladder } from "./ladder.ts";
import type { LevelPages } from "./level-pages.ts";
import type { PartitionState } from "./state.ts";

/**
 * An order's place in its book: first in, first out among the orders of a level, linked through their records.
 *
 * Invariant: a level's two words are its first and last order, and following `next` from the first reaches the last in order of arrival.
 * Cost: joining and leaving touch the order, its neighbours and its level, however long the queue is.
 */

/** Puts an order whose record is filled in at the end of the level of `price`. */
export const joinBook = (
  state: PartitionState,
  instrument: Instrument,
  slot: number,
  price: number,
): void => {
  const words = state.orders.hot.wordsOf(slot);
  const side = sideOf(words[(slot << orderShift) + OrderWord.traits]!);
  joinLevel(state, side === Side.Sell ? instrument.asks : instrument.ladder, side, slot, price);
};

/** As joinBook, on any ladder: Buy has the highest price first, Sell the lowest. */
export const joinLevel = (
  state: PartitionState,
  ladder: Ladder,
  side: number,
  slot: number,
  price: number,
): void => {
  const orders = state.orders.hot;
  const words = orders.wordsOf(slot);
  const at = slot << orderShift;
  const level = ladder.reach(price);
  const levels = state.instruments.pages.entries.wordsOf(level >>> 10);
  const levelAt = level << 1;
  const last = levels[levelAt + 1]!;
  words[at + OrderWord.next] = 0;
  words[at + OrderWord.prev] = last;
  words[at + OrderWord.price] = price;
  levels[levelAt + 1] = slot;
  if (last !== 0) {
    const lastAt = last << orderShift;
    orders.wordsOf(last)[lastAt + OrderWord.next] = slot;
    return;
  }
  levels[levelAt] = slot;
  ladder.open(side, price, level);
};

/** As joinLevel, where no table is growing; a page that has to be made may let one grow. */
export const joinPage = (
  state: PartitionState,
  ladder: Ladder,
  side: number,
  slot: number,
  price: number,
): void => {
  const page = ladder.pageOf(price);
  if (page === 0) {
    joinLevel(state, ladder, side, slot, price);
    return state.refreshTables();
  }
  const { orderWords: words, levels } = state.tables;
  const level = (page << 10) | (price & 1023);
  const at = slot << orderShift;
  const last = levels[(level << 1) + 1]!;
  words[at + OrderWord.next] = 0;
  words[at + OrderWord.prev] = last;
  words[at + OrderWord.price] = price;
  levels[(level << 1) + 1] = slot;
  if (last !== 0) words[(last << orderShift) + OrderWord.next] = slot;
  else {
    levels[level << 1] = slot;
    ladder.open(side, price, level);
  }
};

/** Takes an order out of its level; its record stays. */
export const leaveBook = (state: PartitionState, instrument: Instrument, slot: number): void => {
  const traits = state.orders.hot.wordsOf(slot)[(slot << orderShift) + OrderWord.traits]!;
  leaveLevel(state, sideOf(traits) === Side.Sell ? instrument.asks : instrument.ladder, slot);
};

/** As leaveBook, on any ladder. */
export const leaveLevel = (state: PartitionState, ladder: Ladder, slot: number): void => {
  const orders = state.orders.hot;
  const words = orders.wordsOf(slot);
  const at = slot << orderShift;
  if (!orders.isMoving) return leaveLevelOf(state.instruments.pages, ladder, words, at);
  const next = words[at + OrderWord.next]!;
  const prev = words[at + OrderWord.prev]!;
  if (prev !== 0) orders.wordsOf(prev)[(prev << orderShift) + OrderWord.next] = next;
  if (next !== 0) orders.wordsOf(next)[(next << orderShift) + OrderWord.prev] = prev;
  if (prev === 0 || next === 0) {
    moveEnds(state.instruments.pages, ladder, words[at + OrderWord.price]!, next, prev);
  }
};

/** As leaveLevel, of an order at `at` among `words`, where all orders are. */
export const leaveLevelOf = (
  pages: LevelPages,
  ladder: Ladder,
  words: Int32Array,
  at: number,
): void => {
  const next = words[at + OrderWord.next]!;
  const prev = words[at + OrderWord.prev]!;
  if (prev !== 0) words[(prev << orderShift) + OrderWord.next] = next;
  if (next !== 0) words[(next << orderShift) + OrderWord.prev] = prev;
  if (prev === 0 || next === 0) moveEnds(pages, ladder, words[at + OrderWord.price]!, next, prev);
};

/** The first or the last order of the level of `price`, or its only one, has left it; `next` and `prev` were its neighbours. */
const moveEnds = (
  pages: LevelPages,
  ladder: Ladder,
  price: number,
  next: number,
  prev: number,
): void => {
  const level = ladder.find(price);
  const levels = pages.entries.wordsOf(level >>> 10);
  if (prev === 0) levels[level << 1] = next;
  if (next === 0) levels[(level << 1) + 1] = prev;
  if ((prev | next) === 0) ladder.close(price, level);
};

/** The first order of a level. */
export const firstOfLevel = (state: PartitionState, level: number): number =>
  state.instruments.pages.entries.wordsOf(level >>> 10)[level << 1]!;

/** The order behind this one in its level, or 0. */
export const nextInLevel = (state: PartitionState, slot: number): number => {
  const words = state.orders.hot.wordsOf(slot);
  return words[(slot << orderShift) + OrderWord.next]!;
};

/** Forgets an order that has left its book or stop book: it is closed. `hash` is that of its orderID. */
export const forgetOrder = (state: PartitionState, slot: number, hash: number): void => {
  const { orders, window } = state;
  const words = orders.hot.wordsOf(slot);
  const at = (slot << orderShift) + OrderWord.traits;
  const traits = words[at]!;
  const entry = words[(slot << orderShift) + OrderWord.entry]!;
  if (window.isYoung(entry)) window.ring.clearResting(entry);
  else window.close(slot, state.windowTime);
  orders.table.remove(hash, slot);
  if (timeInForceOf(traits) === TimeInForce.GTD) state.timers.clear(slot);
  if ((traits & hasExtraBit) !== 0) {
    uncountOpen(state, slot);
    orders.extras.release(slot);
  }
  words[at] = 0;
  orders.pool.release(slot);
};

/** The hash of a resting order's orderID. */
export const hashOfOrder = (state: PartitionState, slot: number): number => {
  const words = state.orders.hot.wordsOf(slot);
  return hashID(words, (slot << orderShift) + OrderWord.orderID);
};
