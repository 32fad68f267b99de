import { SelfTradePrevention, Side } from "../../schema/generated/enums.ts";
import { firstOfLevel, nextInLevel } from "./book.ts";
import { shownQtyOf } from "./icebergs.ts";
import type { Instrument } from "./instruments.ts";
import { OrderDouble, orderShift, OrderWord } from "./order-pool.ts";
import type { PartitionState } from "./state.ts";

/**
 * Whether the whole of state.taker could trade at once: the walk that matching would take, without a change. An own order ends the
 * walk unless the mode would cancel it and go on. Cost: one step a maker, as the sweep itself.
 */
export const canFillWhole = (state: PartitionState, instrument: Instrument): boolean => {
  const { taker } = state;
  const { ladder } = instrument;
  const isBuying = taker.side === Side.Buy;
  let shortQty = taker.leavesQty;
  let price = isBuying ? ladder.bestAsk : ladder.bestBid;
  while (price !== 0 && (isBuying ? price <= taker.limit : price >= taker.limit)) {
    shortQty = walkLevel(state, ladder.find(price), shortQty);
    if (shortQty <= 0) return shortQty === 0;
    price = isBuying ? ladder.nextAbove(price) : ladder.nextBelow(price);
  }
  return false;
};

/** What is still short after a level: 0 when nothing is, -1 when an own order ends the walk. */
const walkLevel = (state: PartitionState, level: number, shortQty: number): number => {
  const { taker } = state;
  const { orders } = state;
  let short = shortQty;
  let hiddenQty = 0;
  for (let maker = firstOfLevel(state, level); maker !== 0; maker = nextInLevel(state, maker)) {
    const at = maker << orderShift;
    if (orders.hot.wordsOf(maker)[at + OrderWord.accountID] === taker.accountID) {
      if (taker.selfTradePrevention === SelfTradePrevention.CancelOldest) continue;
      return -1;
    }
    const leavesQty = orders.hot.doublesOf(maker)[(at >>> 1) + OrderDouble.leavesQty]!;
    const shownQty = shownQtyOf(state, maker);
    hiddenQty = Math.min(hiddenQty + leavesQty - shownQty, Number.MAX_SAFE_INTEGER);
    short -= shownQty;
    if (short <= 0) return 0;
  }
  // What icebergs hide comes after all that the level shows.
  return Math.max(0, short - hiddenQty);
};
