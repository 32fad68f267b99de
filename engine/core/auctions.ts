import { CancelReason, OrdStatus, Side, TimeInForce } from "../../schema/generated/enums.ts";
import { TradeLayout as Traded } from "../../schema/generated/trade.ts";
import { findAuctionPrice } from "./auction-price.ts";
import { firstOfLevel, forgetOrder, hashOfOrder, leaveBook } from "./book.ts";
import { cancelOpen } from "./cancel.ts";
import type { EventBuffer } from "./event-buffer.ts";
import { addAuctionFees } from "./fees.ts";
import { show } from "./icebergs.ts";
import type { Instrument } from "./instruments.ts";
import type { Ladder } from "./ladder.ts";
import { cancelOther } from "./legs.ts";
import type { LevelPages } from "./level-pages.ts";
import {
  ColdDouble,
  coldShift,
  OrderDouble,
  orderShift,
  OrderWord,
  timeInForceOf,
} from "./order-pool.ts";
import { restingInOrder } from "./resting-orders.ts";
import type { PartitionState } from "./state.ts";
import { runOpened } from "./triggers.ts";

/** Books that may cross, and their uncross (SEMANTICS §5f). Continuous trading passes all of it by. */

/** The instrument is Open no longer: its asks get a ladder of their own, on which they may stand below bids. */
export const partBook = (state: PartitionState, instrument: Instrument): void => {
  const { ladder, asks } = instrument;
  const { pages } = state.instruments;
  if (asks === ladder) moveAsks(pages, ladder, instrument.part(pages));
};

/**
 * The instrument is Open: what bids and asks allow trades at one price, what was for the opening only is canceled, the two sides stand on
 * one ladder again, and the stops that this or the last trade has reached are triggered.
 */
export const openBook = (state: PartitionState, instrument: Instrument, out: EventBuffer): void => {
  const { ladder, asks } = instrument;
  state.taker.firstPx = 0;
  if (asks === ladder) return;
  const { outcome } = state;
  findAuctionPrice(state, instrument, outcome);
  if (outcome.price !== 0) uncross(state, instrument, outcome.price, out);
  cancelOpeningOrders(state, instrument, out);
  moveAsks(state.instruments.pages, asks, ladder);
  instrument.join();
  runOpened(state, instrument, out);
};

/** Moves every level of asks to another ladder; the orders know nothing of it. */
const moveAsks = (pages: LevelPages, from: Ladder, to: Ladder): void => {
  while (from.bestAsk !== 0) {
    const { bestAsk: price, bestAskLevel: level } = from;
    const target = to.reach(price);
    const source = pages.entries.wordsOf(level >>> 10);
    const words = pages.entries.wordsOf(target >>> 10);
    words[target << 1] = source[level << 1]!;
    words[(target << 1) + 1] = source[(level << 1) + 1]!;
    source[level << 1] = 0;
    source[(level << 1) + 1] = 0;
    to.open(Side.Sell, price, target);
    from.close(price, level);
  }
};

/** Trades at one price: bids and asks each by price, then by place in the queue, with all of their leaves; own orders as others. */
const uncross = (
  state: PartitionState,
  instrument: Instrument,
  price: number,
  out: EventBuffer,
): void => {
  const { ladder, asks } = instrument;
  state.taker.firstPx = price;
  instrument.lastPx = price;
  while (ladder.bestBid >= price && asks.bestAsk !== 0 && asks.bestAsk <= price) {
    const bid = firstOfLevel(state, ladder.bestBidLevel);
    const ask = firstOfLevel(state, asks.bestAskLevel);
    trade(state, instrument, bid, ask, out);
    cancelOther(state, instrument, bid, out);
    cancelOther(state, instrument, ask, out);
    settle(state, instrument, bid);
    settle(state, instrument, ask);
  }
};

const trade = (
  state: PartitionState,
  instrument: Instrument,
  bid: number,
  ask: number,
  out: EventBuffer,
): void => {
  const { hot, cold } = state.orders;
  const bidQty = leavesQtyOf(state, bid);
  const askQty = leavesQtyOf(state, ask);
  const lastQty = Math.min(bidQty, askQty);
  hot.doublesOf(bid)[(bid << (orderShift - 1)) + OrderDouble.leavesQty] = bidQty - lastQty;
  hot.doublesOf(ask)[(ask << (orderShift - 1)) + OrderDouble.leavesQty] = askQty - lastQty;
  writeAuctionTrade(state, instrument, bid, ask, lastQty, out);
  if (!instrument.hasFees) return;
  const entryOf = (slot: number) =>
    cold.doublesOf(slot)[(slot << (coldShift - 1)) + ColdDouble.entryRptSeq]!;
  const isBuyEarlier = entryOf(bid) < entryOf(ask);
  const buyer = hot.wordsOf(bid)[(bid << orderShift) + OrderWord.accountID]!;
  const seller = hot.wordsOf(ask)[(ask << orderShift) + OrderWord.accountID]!;
  addAuctionFees(state, instrument, { buyer, seller, isBuyEarlier, lastQty }, out);
};

const leavesQtyOf = ({ orders }: PartitionState, slot: number): number =>
  orders.hot.doublesOf(slot)[(slot << (orderShift - 1)) + OrderDouble.leavesQty]!;

/** An order that has traded is closed, or stays in its place and shows what it may. */
const settle = (state: PartitionState, instrument: Instrument, slot: number): void => {
  if (leavesQtyOf(state, slot) !== 0) return show(state, slot);
  leaveBook(state, instrument, slot);
  forgetOrder(state, slot, hashOfOrder(state, slot));
};

/** A Trade without a taker: the buy stands where makers do, the sell where takers do. Their leavesQty are what they are after it. */
const writeAuctionTrade = (
  state: PartitionState,
  instrument: Instrument,
  bid: number,
  ask: number,
  lastQty: number,
  out: EventBuffer,
): void => {
  const buy = state.orders.hot.wordsOf(bid);
  const sell = state.orders.hot.wordsOf(ask);
  const buyAt = bid << orderShift;
  const sellAt = ask << orderShift;
  const buyLeavesQty = leavesQtyOf(state, bid);
  const sellLeavesQty = leavesQtyOf(state, ask);
  out.open(Traded.templateId, Traded.blockLength);
  out.count(Traded.rptSeq, ++instrument.rptSeq);
  out.word(Traded.securityID, instrument.securityID);
  out.word(Traded.makerAccountID, buy[buyAt + OrderWord.accountID]!);
  out.id(Traded.makerOrderID, buy, buyAt + OrderWord.orderID);
  const buySeqAt = buyAt + OrderWord.firstSeqNum;
  out.pair(Traded.makerFirstSeqNum, buy[buySeqAt]!, buy[buySeqAt + 1]!);
  out.id(Traded.takerOrderID, sell, sellAt + OrderWord.orderID);
  const sellSeqAt = sellAt + OrderWord.firstSeqNum;
  out.pair(Traded.takerFirstSeqNum, sell[sellSeqAt]!, sell[sellSeqAt + 1]!);
  out.count(Traded.lastQty, lastQty);
  out.count(Traded.makerLeavesQty, buyLeavesQty);
  out.count(Traded.takerLeavesQty, sellLeavesQty);
  out.word(Traded.takerAccountID, sell[sellAt + OrderWord.accountID]!);
  out.word(Traded.lastPx, instrument.lastPx);
  const { Filled, PartiallyFilled } = OrdStatus;
  out.zeros(Traded.aggressorSide, 2);
  out.byte(Traded.makerOrdStatus, buyLeavesQty === 0 ? Filled : PartiallyFilled);
  out.byte(Traded.takerOrdStatus, sellLeavesQty === 0 ? Filled : PartiallyFilled);
};

/** What is left of orders AtTheOpening, in the order of a mass cancel. */
const cancelOpeningOrders = (
  state: PartitionState,
  instrument: Instrument,
  out: EventBuffer,
): void => {
  const { NotFilledAtOpening } = CancelReason;
  const slots = [
    ...restingInOrder(state, instrument, Side.Buy),
    ...restingInOrder(state, instrument, Side.Sell),
  ];
  for (const slot of slots) {
    const traits = state.orders.hot.wordsOf(slot)[(slot << orderShift) + OrderWord.traits]!;
    if (timeInForceOf(traits) !== TimeInForce.AtTheOpening) continue;
    cancelOpen(state, instrument, slot, NotFilledAtOpening, out);
  }
};
