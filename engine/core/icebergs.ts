import { joinBook, leaveBook, nextInLevel } from "./book.ts";
import type { Instrument } from "./instruments.ts";
import { ExtraDouble } from "./order-extras.ts";
import { recount } from "./open-orders.ts";
import { hasExtraBit, OrderDouble, orderShift, OrderWord } from "./order-pool.ts";
import type { PartitionState } from "./state.ts";

/**
 * What resting orders show (SEMANTICS §5): a plain order all that it has left, an iceberg up to its displayQty. The record's leavesQty
 * is all that is left of either.
 */

/** What a resting order offers to the next taker. */
export const shownQtyOf = (state: PartitionState, slot: number): number => {
  const { hot, extras } = state.orders;
  const at = slot << orderShift;
  const isSpecial = (hot.wordsOf(slot)[at + OrderWord.traits]! & hasExtraBit) !== 0;
  if (isSpecial) return extras.doubleOf(slot, ExtraDouble.shownQty);
  return hot.doublesOf(slot)[(at >>> 1) + OrderDouble.leavesQty]!;
};

/** An order that rests anew, or with less than before, shows what it may; nothing to do for a plain one. */
export const show = (state: PartitionState, slot: number): void => {
  const { hot, extras } = state.orders;
  const at = slot << orderShift;
  if ((hot.wordsOf(slot)[at + OrderWord.traits]! & hasExtraBit) === 0) return;
  const leavesQty = hot.doublesOf(slot)[(at >>> 1) + OrderDouble.leavesQty]!;
  const displayQty = extras.doubleOf(slot, ExtraDouble.displayQty);
  const shownQty = displayQty === 0 ? leavesQty : Math.min(displayQty, leavesQty);
  extras.setDouble(slot, ExtraDouble.shownQty, shownQty);
  recount(state, slot);
};

/** Gives a plain order an extra record, in which it hides nothing; leaves one that has one. */
export const giveExtra = (state: PartitionState, slot: number): void => {
  const { hot, extras } = state.orders;
  const words = hot.wordsOf(slot);
  const at = (slot << orderShift) + OrderWord.traits;
  if ((words[at]! & hasExtraBit) !== 0) return;
  words[at] = words[at]! | hasExtraBit;
  extras.give(slot);
  show(state, slot);
};

/** As show, for an order that keeps its place: it shows no more than before. */
export const showLess = (state: PartitionState, slot: number): void => {
  const { hot, extras } = state.orders;
  const at = slot << orderShift;
  if ((hot.wordsOf(slot)[at + OrderWord.traits]! & hasExtraBit) === 0) return;
  const leavesQty = hot.doublesOf(slot)[(at >>> 1) + OrderDouble.leavesQty]!;
  const shownQty = extras.doubleOf(slot, ExtraDouble.shownQty);
  extras.setDouble(slot, ExtraDouble.shownQty, Math.min(shownQty, leavesQty));
  recount(state, slot);
};

/** An iceberg whose leavesQty has been lowered has given `qty`; where it shows nothing any more, it shows more at the end of its level. */
export const giveShown = (
  state: PartitionState,
  instrument: Instrument,
  slot: number,
  qty: number,
): void => {
  const { hot, extras } = state.orders;
  const shownQty = extras.doubleOf(slot, ExtraDouble.shownQty) - qty;
  extras.setDouble(slot, ExtraDouble.shownQty, shownQty);
  const at = slot << orderShift;
  const leavesQty = hot.doublesOf(slot)[(at >>> 1) + OrderDouble.leavesQty]!;
  if (leavesQty === 0) return;
  if (shownQty !== 0) return recount(state, slot);
  if (nextInLevel(state, slot) !== 0) {
    const price = hot.wordsOf(slot)[at + OrderWord.price]!;
    leaveBook(state, instrument, slot);
    joinBook(state, instrument, slot, price);
  }
  show(state, slot);
};
