import { CancelReason, Side, TimeInForce, TradingState } from "../../schema/generated/enums.ts";
import { firstOfLevel, leaveLevel } from "./book.ts";
import type { EventBuffer } from "./event-buffer.ts";
import { canFillWhole } from "./fill-or-kill.ts";
import type { Instrument } from "./instruments.ts";
import type { Ladder } from "./ladder.ts";
import { cancelOther } from "./legs.ts";
import { matchTaker } from "./matching.ts";
import { ExtraDouble, ExtraWord } from "./order-extras.ts";
import {
  hasExtraBit,
  OrderDouble,
  orderShift,
  OrderWord,
  sideOf,
  timeInForceOf,
  waitsBit,
} from "./order-pool.ts";
import { boundTaker, endOutsideBand } from "./price-bands.ts";
import type { SlotList } from "./slot-list.ts";
import { writeOrderTriggered } from "./special-events.ts";
import { settleTaker, startAsTaker } from "./standing-taker.ts";
import type { PartitionState } from "./state.ts";
import type { StopBook } from "./stop-book.ts";
import { isTriggeredBefore, joinStops, leaveStops, stopPxOf } from "./stop-book.ts";

/** Whether a trade at `price` reaches a waiting order of `side`. */
export const isReached = (side: number, stopPx: number, price: number): boolean =>
  side === Side.Buy ? price >= stopPx : price <= stopPx;

/** Whether the last trade has reached it; where the state is not Open, that is asked when it becomes Open. */
export const isReachedNow = (
  { lastPx, tradingState }: Instrument,
  side: number,
  stopPx: number,
): boolean => lastPx !== 0 && tradingState === TradingState.Open && isReached(side, stopPx, lastPx);

/** A new or replaced order waits from here on; where the last trade has reached it already, it queues up at once. */
export const startWaiting = (state: PartitionState, instrument: Instrument, slot: number): void => {
  const words = state.orders.hot.wordsOf(slot);
  const at = slot << orderShift;
  const side = sideOf(words[at + OrderWord.traits]!);
  if (isReachedNow(instrument, side, words[at + OrderWord.price]!)) {
    state.triggered.push(slot);
  } else {
    joinStops(state, instrument, slot);
  }
};

/**
 * The cascade of SEMANTICS §5a, after the command's taker has come to its end state: what trades have reached becomes a taker, one
 * after the other, until nothing is reached any more. Cost: a step for each order that is triggered, and for each that trails.
 */
export const runTriggered = (
  state: PartitionState,
  instrument: Instrument,
  out: EventBuffer,
): void => {
  const { triggered } = state;
  queueReached(state, instrument);
  for (let next = 0; next < triggered.count; next++) {
    const slot = triggered.at(next);
    // A leg that was canceled because of the other one leaves its place empty.
    if (slot === 0) continue;
    triggerOrder(state, instrument, slot, out);
    queueReached(state, instrument);
  }
  triggered.clear();
};

/** As runTriggered, where a book has been opened: an uncross at taker.firstPx is the last trade, or there was none and an older one is. */
export const runOpened = (
  state: PartitionState,
  instrument: Instrument,
  out: EventBuffer,
): void => {
  const { stops, lastPx } = instrument;
  if (stops !== null && state.taker.firstPx === 0 && lastPx !== 0) {
    takeReached(state, instrument, stops, lastPx);
    queueSide(state, stops.buys, Side.Buy, lastPx);
    queueSide(state, stops.sells, Side.Sell, lastPx);
  }
  runTriggered(state, instrument, out);
};

/**
 * What the last taker's trades have reached leaves the stop book and queues up. Its prices only rise, or only fall: the first and the
 * last one say all.
 */
const queueReached = (state: PartitionState, instrument: Instrument): void => {
  const { taker } = state;
  const { stops, lastPx } = instrument;
  const { firstPx } = taker;
  taker.firstPx = 0;
  if (stops === null || firstPx === 0) return;
  if (stops.trailing.count !== 0) {
    trail(state, instrument, stops, firstPx);
    if (lastPx !== firstPx) trail(state, instrument, stops, lastPx);
  }
  queueSide(state, stops.buys, Side.Buy, Math.max(firstPx, lastPx));
  queueSide(state, stops.sells, Side.Sell, Math.min(firstPx, lastPx));
};

/** A trade at `price` moves the orders that trail, or reaches them. */
const trail = (
  state: PartitionState,
  instrument: Instrument,
  stops: StopBook,
  price: number,
): void => {
  takeReached(state, instrument, stops, price);
  const { trailing } = stops;
  const { extras, hot } = state.orders;
  for (let index = trailing.count - 1; index >= 0; index--) {
    const slot = trailing.at(index);
    const words = hot.wordsOf(slot);
    const at = slot << orderShift;
    const side = sideOf(words[at + OrderWord.traits]!);
    const stopPx = words[at + OrderWord.price]!;
    const distance = extras.wordOf(slot, ExtraWord.pegOffsetValue);
    words[at + OrderWord.price] =
      side === Side.Buy ? Math.min(stopPx, price + distance) : Math.max(stopPx, price - distance);
  }
};

/** The orders that trail and are reached at `price` leave the stop book. */
const takeReached = (
  state: PartitionState,
  instrument: Instrument,
  { trailing }: StopBook,
  price: number,
): void => {
  for (let index = trailing.count - 1; index >= 0; index--) {
    const slot = trailing.at(index);
    const words = state.orders.hot.wordsOf(slot);
    const at = slot << orderShift;
    const side = sideOf(words[at + OrderWord.traits]!);
    if (!isReached(side, words[at + OrderWord.price]!, price)) continue;
    leaveStops(state, instrument, slot);
    insertInOrder(state, side === Side.Buy ? state.reachedBuys : state.reachedSells, slot);
  }
};

const insertInOrder = (state: PartitionState, list: SlotList, slot: number): void => {
  let place = list.count;
  while (place > 0 && isTriggeredBefore(state, slot, list.at(place - 1))) place--;
  list.insert(place, slot);
};

/** The orders of a side up to the price that was reached, and those that trailed and were reached, in one order. */
const queueSide = (state: PartitionState, ladder: Ladder, side: number, bound: number): void => {
  const { triggered } = state;
  const trailed = side === Side.Buy ? state.reachedBuys : state.reachedSells;
  let next = 0;
  for (;;) {
    const price = side === Side.Buy ? ladder.bestAsk : ladder.bestBid;
    if (price === 0 || !isReached(side, price, bound)) break;
    const level = side === Side.Buy ? ladder.bestAskLevel : ladder.bestBidLevel;
    const slot = firstOfLevel(state, level);
    while (next < trailed.count && isTriggeredBefore(state, trailed.at(next), slot)) {
      triggered.push(trailed.at(next++));
    }
    leaveLevel(state, ladder, slot);
    triggered.push(slot);
  }
  while (next < trailed.count) triggered.push(trailed.at(next++));
  trailed.clear();
};

/** The order waits no longer: it is matched as a taker and comes to its end state, in the same slot where it rests. */
const triggerOrder = (
  state: PartitionState,
  instrument: Instrument,
  slot: number,
  out: EventBuffer,
): void => {
  const { orders, taker } = state;
  const words = orders.hot.wordsOf(slot);
  const at = slot << orderShift;
  const price = orders.extras.wordOf(slot, ExtraWord.price);
  writeOrderTriggered(state, instrument, slot, stopPxOf(state, slot), out);
  cancelOther(state, instrument, slot, out);
  stopWaiting(state, slot, price);
  startAsTaker(state, slot, price);
  taker.leavesQty = orders.hot.doublesOf(slot)[(at >>> 1) + OrderDouble.leavesQty]!;
  taker.cumQty = 0;
  taker.preventedQty = 0;
  take(state, instrument, timeInForceOf(words[at + OrderWord.traits]!), out);
  settleTaker(state, instrument, slot, price, out);
};

/** Its record becomes that of an order with this limit, and keeps its extra record where that of any other order would have one. */
const stopWaiting = (state: PartitionState, slot: number, price: number): void => {
  const { extras, hot } = state.orders;
  const words = hot.wordsOf(slot);
  const at = slot << orderShift;
  words[at + OrderWord.price] = price;
  words[at + OrderWord.traits]! &= ~waitsBit;
  if (extras.doubleOf(slot, ExtraDouble.displayQty) !== 0) return;
  if (extras.wordOf(slot, ExtraWord.openOrders) !== 0) return;
  if (extras.doubleOf(slot, ExtraDouble.connectionID) !== 0) return;
  extras.release(slot);
  words[at + OrderWord.traits]! &= ~hasExtraBit;
};

/** Matches the taker; afterwards taker.endReason is set unless it is filled, or may rest. */
const take = (
  state: PartitionState,
  instrument: Instrument,
  timeInForce: number,
  out: EventBuffer,
): void => {
  const { taker } = state;
  const { FillOrKill, ImmediateOrCancel, NoLiquidity } = CancelReason;
  boundTaker(instrument, taker);
  if (timeInForce === TimeInForce.FOK && !canFillWhole(state, instrument)) {
    taker.endReason = FillOrKill;
    return;
  }
  matchTaker(state, instrument, out);
  endOutsideBand(instrument, taker);
  if (taker.endReason !== 0 || !taker.hasMore) return;
  if (taker.price === 0) taker.endReason = NoLiquidity;
  else if (timeInForce === TimeInForce.IOC) taker.endReason = ImmediateOrCancel;
};
