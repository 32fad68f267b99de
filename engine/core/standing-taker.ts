import { forgetOrder, hashOfOrder, joinBook } from "./book.ts";
import type { EventBuffer } from "./event-buffer.ts";
import { show } from "./icebergs.ts";
import type { Instrument } from "./instruments.ts";
import { cancelOther } from "./legs.ts";
import { writeTakerCanceled } from "./order-events.ts";
import {
  ColdDouble,
  coldShift,
  OrderDouble,
  orderShift,
  OrderWord,
  selfTradePreventionOf,
  sideOf,
} from "./order-pool.ts";
import type { PartitionState } from "./state.ts";

/** An order that has its record already takes up to `price`, 0 for any; how much is left to the caller to say. */
export const startAsTaker = (state: PartitionState, slot: number, price: number): void => {
  const { orders, taker } = state;
  const words = orders.hot.wordsOf(slot);
  const at = slot << orderShift;
  const traits = words[at + OrderWord.traits]!;
  const accountID = words[at + OrderWord.accountID]!;
  taker.start(accountID, sideOf(traits), price, selfTradePreventionOf(traits));
  const firstSeqAt = at + OrderWord.firstSeqNum;
  taker.takeID(words, at + OrderWord.orderID, words[firstSeqAt]!, words[firstSeqAt + 1]!);
};

/** Brings the taker of startAsTaker, which has been matched, to its end state: it is over, or rests in its slot with what is left. */
export const settleTaker = (
  state: PartitionState,
  instrument: Instrument,
  slot: number,
  price: number,
  out: EventBuffer,
): void => {
  const { orders, taker } = state;
  if (taker.endReason !== 0) writeTakerCanceled(instrument, taker, taker.endReason, out);
  if (taker.endReason !== 0 || !taker.hasMore) {
    cancelOther(state, instrument, slot, out);
    return forgetOrder(state, slot, hashOfOrder(state, slot));
  }
  const coldAt = (slot << (coldShift - 1)) + ColdDouble.preventedQty;
  orders.cold.doublesOf(slot)[coldAt] = taker.preventedQty;
  restAgain(state, instrument, slot, price, taker.leavesQty, taker.cumQty);
  if (taker.cumQty !== 0) cancelOther(state, instrument, slot, out);
};

/** Puts an order that is in no book at the end of its level. */
export const restAgain = (
  state: PartitionState,
  instrument: Instrument,
  slot: number,
  price: number,
  leavesQty: number,
  cumQty: number,
): void => {
  setQuantities(state, slot, leavesQty, cumQty);
  joinBook(state, instrument, slot, price);
  show(state, slot);
};

export const setQuantities = (
  state: PartitionState,
  slot: number,
  leavesQty: number,
  cumQty: number,
): void => {
  const doubles = state.orders.hot.doublesOf(slot);
  const at = slot << (orderShift - 1);
  doubles[at + OrderDouble.leavesQty] = leavesQty;
  doubles[at + OrderDouble.fillableQty] = leavesQty + cumQty;
};
