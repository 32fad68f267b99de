import { Side } from "../../schema/generated/enums.ts";
import {
  addWide,
  assignWide,
  compareWide,
  isZeroWide,
  multiplyWide,
  subtractWide,
  Wide,
} from "../../schema/wide.ts";
import { firstOfLevel, nextInLevel } from "./book.ts";
import type { Instrument } from "./instruments.ts";
import type { Ladder } from "./ladder.ts";
import { OrderDouble, orderShift } from "./order-pool.ts";
import { referencePriceOf } from "./price-bands.ts";
import type { PartitionState } from "./state.ts";

/** What an uncross would come to. One object, filled anew for each look. */
export class AuctionOutcome {
  /** 0: no bid meets an ask. */
  price = 0;
  /** That trades at the price. Quantities of many orders may pass 2^53. */
  readonly qty = new Wide();
  /** That is left of one side at the price or better. */
  readonly imbalance = new Wide();
  /** Of the imbalance; None where there is none. */
  imbalanceSide = 0;
}

/** What bids would pay at least, and asks take at most, the price that is looked at; and scratch. */
const bidQty = new Wide();
const askQty = new Wide();
const levelQty = new Wide();
const qty = new Wide();
const imbalance = new Wide();

/**
 * The price of an auction (SEMANTICS §5f): where most trades, of several such where least is left, of several the one nearest to the
 * reference price, of several the lowest. `found` says what is there.
 *
 * Every limit between best ask and best bid is looked at, and, since nothing changes between two of them, one price in each gap.
 * Cost: a step for each order that would trade, and for each level.
 */
export const findAuctionPrice = (
  state: PartitionState,
  instrument: Instrument,
  found: AuctionOutcome,
): void => {
  const { ladder, asks } = instrument;
  clearOutcome(found);
  const low = asks.bestAsk;
  const high = ladder.bestBid;
  if (low === 0 || high < low) return;
  clear(askQty);
  sumBids(state, ladder, low);
  let last = 0;
  for (let price = low; price !== 0 && price <= high; price = nextLimit(instrument, price)) {
    if (last !== 0) consider(instrument, priceBetween(instrument, last, price), found);
    sumLevel(state, asks, price);
    addWide(askQty, levelQty);
    consider(instrument, price, found);
    sumLevel(state, ladder, price);
    subtractWide(bidQty, levelQty);
    last = price;
  }
};

const clear = (value: Wide): void => {
  value.lo = 0;
  value.hi = 0;
};

const clearOutcome = (found: AuctionOutcome): void => {
  found.price = 0;
  found.imbalanceSide = Side.None;
  clear(found.qty);
  clear(found.imbalance);
};

/** All bids at `low` or above, into bidQty. */
const sumBids = (state: PartitionState, ladder: Ladder, low: number): void => {
  clear(bidQty);
  for (let price = ladder.bestBid; price >= low; price = ladder.nextBelow(price)) {
    sumLevel(state, ladder, price);
    addWide(bidQty, levelQty);
  }
};

/** Of every order of a level all that is left, into levelQty: icebergs count whole. */
const sumLevel = (state: PartitionState, ladder: Ladder, price: number): void => {
  clear(levelQty);
  const level = ladder.find(price);
  if (level === 0) return;
  const { hot } = state.orders;
  for (let slot = firstOfLevel(state, level); slot !== 0; slot = nextInLevel(state, slot)) {
    const leavesAt = (slot << (orderShift - 1)) + OrderDouble.leavesQty;
    multiplyWide(qty, hot.doublesOf(slot)[leavesAt]!, 1);
    addWide(levelQty, qty);
  }
};

/** The next price above with a bid or an ask, 0 = none. */
const nextLimit = ({ ladder, asks }: Instrument, price: number): number => {
  const bid = ladder.nextAbove(price);
  const ask = asks.nextAbove(price);
  if (bid === 0 || ask === 0) return bid | ask;
  return Math.min(bid, ask);
};

/** The multiple of tickSize above `low` and below `high` that is nearest to the reference price, of two the lower; 0 = none. */
const priceBetween = (instrument: Instrument, low: number, high: number): number => {
  const { tickSize } = instrument;
  const lowest = (Math.floor(low / tickSize) + 1) * tickSize;
  const highest = (Math.ceil(high / tickSize) - 1) * tickSize;
  if (lowest > highest) return 0;
  const around = referencePriceOf(instrument);
  if (around <= lowest) return lowest;
  if (around >= highest) return highest;
  const below = Math.floor(around / tickSize) * tickSize;
  return around - below <= below + tickSize - around ? below : below + tickSize;
};

/** Takes the price where bidQty and askQty make it better than what was found at lower ones; 0 = no price. */
const consider = (instrument: Instrument, price: number, found: AuctionOutcome): void => {
  if (price === 0) return;
  const side = compareWide(bidQty, askQty);
  assignWide(qty, side < 0 ? bidQty : askQty);
  assignWide(imbalance, side < 0 ? askQty : bidQty);
  subtractWide(imbalance, qty);
  if (isZeroWide(qty) || !isBetter(instrument, price, found)) return;
  found.price = price;
  found.imbalanceSide = side === 0 ? Side.None : side > 0 ? Side.Buy : Side.Sell;
  assignWide(found.qty, qty);
  assignWide(found.imbalance, imbalance);
};

const isBetter = (instrument: Instrument, price: number, found: AuctionOutcome): boolean => {
  const more = compareWide(qty, found.qty);
  if (more !== 0) return more > 0;
  const less = compareWide(found.imbalance, imbalance);
  if (less !== 0) return less > 0;
  const around = referencePriceOf(instrument);
  return around !== 0 && Math.abs(price - around) < Math.abs(found.price - around);
};
