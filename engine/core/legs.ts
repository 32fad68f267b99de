import { CancelReason } from "../../schema/generated/enums.ts";
import { forgetOrder, hashOfOrder } from "./book.ts";
import type { EventBuffer } from "./event-buffer.ts";
import { giveExtra } from "./icebergs.ts";
import type { Instrument } from "./instruments.ts";
import { writeRestingCanceled } from "./order-events.ts";
import { ExtraWord } from "./order-extras.ts";
import { addOtherOrderID } from "./special-events.ts";
import { hasExtraBit, OrderDouble, orderShift, OrderWord } from "./order-pool.ts";
import type { PartitionState } from "./state.ts";
import { withdraw } from "./stop-book.ts";

/**
 * Legs of pairs (SEMANTICS §4b): two open orders of one account, instrument and side, each of which cancels the other when it trades, is
 * triggered or ends.
 *
 * Invariant: what an order's `other` names, names it; neither has traded, and at most one of them rests, the other one waits. Cost: O(1); an order that is none pays nothing.
 */

/** The slot of the other leg, 0 where the order is in no pair; of an order that has been forgotten too. */
export const otherLegOf = ({ orders }: PartitionState, slot: number): number => {
  const traits = orders.hot.wordsOf(slot)[(slot << orderShift) + OrderWord.traits]!;
  return (traits & hasExtraBit) === 0 ? 0 : orders.extras.wordOf(slot, ExtraWord.other);
};

/** Makes a pair of two open orders. */
export const linkLegs = (state: PartitionState, first: number, second: number): void => {
  const { extras } = state.orders;
  giveExtra(state, first);
  giveExtra(state, second);
  extras.setWord(first, ExtraWord.other, second);
  extras.setWord(second, ExtraWord.other, first);
};

/** An order has traded, was triggered or ends: where it is a leg, the other one is canceled, and it is none any more. */
export const cancelOther = (
  state: PartitionState,
  instrument: Instrument,
  slot: number,
  out: EventBuffer,
): void => {
  const other = otherLegOf(state, slot);
  if (other === 0) return;
  state.orders.extras.setWord(slot, ExtraWord.other, 0);
  const idAt = (slot << orderShift) + OrderWord.orderID;
  cancelLeg(state, instrument, other, state.orders.hot.wordsOf(slot), idAt, out);
};

/** Cancels a leg because of the other one, whose orderID stands at `idAt` of `ids`. */
export const cancelLeg = (
  state: PartitionState,
  instrument: Instrument,
  slot: number,
  ids: Int32Array,
  idAt: number,
  out: EventBuffer,
): void => {
  withdraw(state, instrument, slot);
  writeRestingCanceled(state, instrument, slot, CancelReason.OtherLeg, out);
  addOtherOrderID(ids, idAt, out);
  forgetOrder(state, slot, hashOfOrder(state, slot));
};

/** Whether an open order has traded. */
export const hasTraded = ({ orders }: PartitionState, slot: number): boolean => {
  const doubles = orders.hot.doublesOf(slot);
  const at = slot << (orderShift - 1);
  return doubles[at + OrderDouble.fillableQty] !== doubles[at + OrderDouble.leavesQty];
};
