import { CancelReason, SelfTradePrevention, Side } from "../../schema/generated/enums.ts";
import { firstOfLevel, forgetOrder, hashOfOrder, leaveLevel } from "./book.ts";
import type { EventBuffer } from "./event-buffer.ts";
import { addFees } from "./fees.ts";
import { giveShown, shownQtyOf } from "./icebergs.ts";
import type { Instrument } from "./instruments.ts";
import { cancelOther } from "./legs.ts";
import { writeRestingCanceled, writeSelfTradePrevented, writeTrade } from "./order-events.ts";
import {
  ColdDouble,
  coldShift,
  hasExtraBit,
  OrderDouble,
  orderShift,
  OrderWord,
} from "./order-pool.ts";
import type { PartitionState } from "./state.ts";

/**
 * Matches state.taker against its instrument (SEMANTICS §5): best price first, then place in the queue, at the maker's price.
 *
 * Afterwards `taker.endReason` says why it was ended, or it has no more, or nothing that it would take is left.
 * Cost: one step a maker. Known limit: one command may sweep any number of makers; the event buffer grows with it.
 */
export const matchTaker = (
  state: PartitionState,
  instrument: Instrument,
  out: EventBuffer,
): void => {
  const { taker } = state;
  const { ladder } = instrument;
  const isBuying = taker.side === Side.Buy;
  while (taker.endReason === 0 && taker.hasMore) {
    const price = isBuying ? ladder.bestAsk : ladder.bestBid;
    if (price === 0 || (isBuying ? price > taker.limit : price < taker.limit)) return;
    const maker = firstOfLevel(state, isBuying ? ladder.bestAskLevel : ladder.bestBidLevel);
    const words = state.orders.hot.wordsOf(maker);
    const makerAt = maker << orderShift;
    if (words[makerAt + OrderWord.accountID] === taker.accountID) {
      preventSelfTrade(state, instrument, maker, out);
    } else if ((words[makerAt + OrderWord.traits]! & hasExtraBit) !== 0) {
      tradeWithIceberg(state, instrument, maker, out);
    } else {
      trade(state, instrument, maker, out);
    }
  }
};

const trade = (
  state: PartitionState,
  instrument: Instrument,
  maker: number,
  out: EventBuffer,
): void => {
  const { taker } = state;
  const words = state.orders.hot.wordsOf(maker);
  const doubles = state.orders.hot.doublesOf(maker);
  const at = maker << orderShift;
  const leavesAt = (at >>> 1) + OrderDouble.leavesQty;
  const makerQty = doubles[leavesAt]!;
  const price = words[at + OrderWord.price]!;
  const lastQty = taker.tradableQty(makerQty, price, instrument.lotSize);
  if (lastQty === 0) {
    taker.endReason = CancelReason.CashSpent;
    return;
  }
  taker.use(lastQty, price);
  taker.cumQty += lastQty;
  instrument.lastPx = price;
  if (taker.firstPx === 0) taker.firstPx = price;
  const makerLeavesQty = makerQty - lastQty;
  doubles[leavesAt] = makerLeavesQty;
  writeTrade(instrument, words, at, makerLeavesQty, taker, lastQty, out);
  if (instrument.hasFees) {
    addFees(state, instrument, words[at + OrderWord.accountID]!, lastQty, price, out);
  }
  if (makerLeavesQty === 0) closeMaker(state, instrument, maker);
};

/** As trade, with what the maker shows, which may be all that it has left; of a pair, the other leg goes. */
const tradeWithIceberg = (
  state: PartitionState,
  instrument: Instrument,
  maker: number,
  out: EventBuffer,
): void => {
  const { taker } = state;
  const words = state.orders.hot.wordsOf(maker);
  const doubles = state.orders.hot.doublesOf(maker);
  const at = maker << orderShift;
  const leavesAt = (at >>> 1) + OrderDouble.leavesQty;
  const price = words[at + OrderWord.price]!;
  const lastQty = taker.tradableQty(shownQtyOf(state, maker), price, instrument.lotSize);
  if (lastQty === 0) {
    taker.endReason = CancelReason.CashSpent;
    return;
  }
  taker.use(lastQty, price);
  taker.cumQty += lastQty;
  instrument.lastPx = price;
  if (taker.firstPx === 0) taker.firstPx = price;
  const makerLeavesQty = doubles[leavesAt]! - lastQty;
  doubles[leavesAt] = makerLeavesQty;
  writeTrade(instrument, words, at, makerLeavesQty, taker, lastQty, out);
  if (instrument.hasFees) {
    addFees(state, instrument, words[at + OrderWord.accountID]!, lastQty, price, out);
  }
  cancelOther(state, instrument, maker, out);
  if (makerLeavesQty === 0) closeMaker(state, instrument, maker);
  else giveShown(state, instrument, maker, lastQty);
};

/** The best opposite order is of the taker's own account: the taker's mode decides. */
const preventSelfTrade = (
  state: PartitionState,
  instrument: Instrument,
  maker: number,
  out: EventBuffer,
): void => {
  const { taker } = state;
  const mode = taker.selfTradePrevention;
  if (mode === SelfTradePrevention.Decrement) return decrement(state, instrument, maker, out);
  if (mode !== SelfTradePrevention.CancelNewest) cancelMaker(state, instrument, maker, out);
  if (mode !== SelfTradePrevention.CancelOldest) taker.endReason = CancelReason.SelfTrade;
};

const decrement = (
  state: PartitionState,
  instrument: Instrument,
  maker: number,
  out: EventBuffer,
): void => {
  const { taker } = state;
  const words = state.orders.hot.wordsOf(maker);
  const doubles = state.orders.hot.doublesOf(maker);
  const at = maker << orderShift;
  const leavesAt = (at >>> 1) + OrderDouble.leavesQty;
  const makerQty = doubles[leavesAt]!;
  const price = words[at + OrderWord.price]!;
  const isIceberg = (words[at + OrderWord.traits]! & hasExtraBit) !== 0;
  const shownQty = isIceberg ? shownQtyOf(state, maker) : makerQty;
  const preventedQty = taker.affordableQty(shownQty, price, instrument.lotSize);
  if (preventedQty === 0) {
    taker.endReason = CancelReason.CashSpent;
    return;
  }
  taker.use(preventedQty, price);
  taker.preventedQty += preventedQty;
  doubles[leavesAt] = makerQty - preventedQty;
  doubles[(at >>> 1) + OrderDouble.fillableQty]! -= preventedQty;
  const coldAt = maker << (coldShift - 1);
  state.orders.cold.doublesOf(maker)[coldAt + ColdDouble.preventedQty]! += preventedQty;
  writeSelfTradePrevented(instrument, words, at, makerQty - preventedQty, taker, preventedQty, out);
  if (preventedQty === makerQty) cancelMaker(state, instrument, maker, out);
  else if (isIceberg) giveShown(state, instrument, maker, preventedQty);
  if (!taker.hasMore) taker.endReason = CancelReason.SelfTrade;
};

const cancelMaker = (
  state: PartitionState,
  instrument: Instrument,
  maker: number,
  out: EventBuffer,
): void => {
  writeRestingCanceled(state, instrument, maker, CancelReason.SelfTrade, out);
  cancelOther(state, instrument, maker, out);
  closeMaker(state, instrument, maker);
};

const closeMaker = (state: PartitionState, instrument: Instrument, maker: number): void => {
  leaveLevel(state, instrument.ladder, maker);
  forgetOrder(state, maker, hashOfOrder(state, maker));
};
