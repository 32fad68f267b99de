import { SelfTradePrevention, Side, TimeInForce } from "../../schema/generated/enums.ts";
import { assert } from "./assert.ts";
import type { Instrument } from "./instruments.ts";
import { ExtraDouble, ExtraWord } from "./order-extras.ts";
import {
  ColdDouble,
  coldShift,
  flagsMask,
  hasExtraBit,
  OrderDouble,
  orderShift,
  OrderWord,
  postOnlyOf,
  selfTradePreventionOf,
  sideOf,
  timeInForceOf,
  waitsBit,
} from "./order-pool.ts";
import { checkedAccountID, checkedCount, checkIdentity } from "./restore-book.ts";
import { StopField } from "./special-section.ts";
import type { SpecialShape } from "./special-section.ts";
import type { PartitionState } from "./state.ts";
import { copyID } from "./words.ts";
import { isTriggeredBefore, joinStops } from "./stop-book.ts";
import { isReachedNow } from "./triggers.ts";

/** Puts the orders that wait back into their stop books. Throws on impossible ones. The books must have been restored. */
export const restoreStops = (state: PartitionState, view: DataView, shape: SpecialShape): void => {
  assert(shape.end <= view.byteLength, "a snapshot holds all stops that it counts");
  let last = 0;
  let lastBook = 0;
  for (let index = 0; index < shape.stopCount; index++) {
    const at = shape.stopsAt + 8 + index * StopField.bytes;
    const securityID = view.getInt32(at + StopField.securityID, true);
    const isListed = securityID > 0 && securityID <= state.instruments.count;
    assert(isListed, "a stop is of an instrument that there is");
    const instrument = state.instruments.at(securityID);
    const slot = restoreStop(state, instrument, view, at);
    const side = sideOf(state.orders.hot.wordsOf(slot)[(slot << orderShift) + OrderWord.traits]!);
    const book = securityID * 2 + (side === Side.Buy ? 0 : 1);
    const isInOrder = book > lastBook || isTriggeredBefore(state, last, slot);
    assert(book >= lastBook && isInOrder, "stops stand in the order in which they are triggered");
    joinStops(state, instrument, slot);
    [last, lastBook] = [slot, book];
  }
  assert(state.orders.count <= state.limits.orderCountMax, "open orders are within their limit");
};

const restoreStop = (
  state: PartitionState,
  instrument: Instrument,
  view: DataView,
  at: number,
): number => {
  state.readID(view, at + StopField.orderID);
  const accountID = checkedAccountID(view, at + StopField.accountID);
  const firstSeqNum = checkedCount(view, at + StopField.firstSeqNum);
  checkIdentity(state, instrument, accountID, firstSeqNum);
  const { orders } = state;
  const slot = orders.pool.allocate();
  const words = orders.hot.wordsOf(slot);
  const wordAt = slot << orderShift;
  const flags = view.getInt32(at + StopField.flags, true);
  const bits = hasExtraBit | waitsBit | (instrument.securityID << 12);
  copyID(state.id, 0, words, wordAt + OrderWord.orderID);
  words[wordAt + OrderWord.entry] = 0;
  words[wordAt + OrderWord.traits] = flags | bits;
  words[wordAt + OrderWord.accountID] = accountID;
  words[wordAt + OrderWord.price] = view.getInt32(at + StopField.stopPx, true);
  words[wordAt + OrderWord.firstSeqNum] = view.getInt32(at + StopField.firstSeqNum, true);
  words[wordAt + OrderWord.firstSeqNum + 1] = view.getInt32(at + StopField.firstSeqNum + 4, true);
  const leavesQty = checkedCount(view, at + StopField.leavesQty);
  orders.hot.doublesOf(slot)[(wordAt >>> 1) + OrderDouble.leavesQty] = leavesQty;
  orders.hot.doublesOf(slot)[(wordAt >>> 1) + OrderDouble.fillableQty] = leavesQty;
  const cold = orders.cold.doublesOf(slot);
  const coldAt = slot << (coldShift - 1);
  cold[coldAt + ColdDouble.entryRptSeq] = checkedCount(view, at + StopField.entryRptSeq);
  cold[coldAt + ColdDouble.preventedQty] = 0;
  cold[coldAt + ColdDouble.expireTime] = checkedCount(view, at + StopField.expireTime);
  restoreExtra(state, slot, view, at);
  assertPossible(state, instrument, slot, flags);
  orders.table.insert(state.idHash, slot);
  if (timeInForceOf(flags) === TimeInForce.GTD) state.timers.set(slot);
  return slot;
};

const restoreExtra = (
  { orders }: PartitionState,
  slot: number,
  view: DataView,
  at: number,
): void => {
  const { extras } = orders;
  const price = view.getInt32(at + StopField.price, true);
  const pegOffsetValue = view.getInt32(at + StopField.pegOffsetValue, true);
  assert(price >= 0 && pegOffsetValue >= 0, "a stop's prices are not negative");
  extras.give(slot);
  extras.setWord(slot, ExtraWord.price, price);
  extras.setWord(slot, ExtraWord.pegOffsetValue, pegOffsetValue);
  extras.setDouble(slot, ExtraDouble.displayQty, checkedCount(view, at + StopField.displayQty));
  extras.setDouble(slot, ExtraDouble.placeRptSeq, checkedCount(view, at + StopField.placeRptSeq));
  const connectionID = checkedCount(view, at + StopField.connectionID);
  extras.setDouble(slot, ExtraDouble.connectionID, connectionID);
};

const assertPossible = (
  { orders, now }: PartitionState,
  instrument: Instrument,
  slot: number,
  flags: number,
): void => {
  const at = slot << orderShift;
  const stopPx = orders.hot.wordsOf(slot)[at + OrderWord.price]!;
  const leavesQty = orders.hot.doublesOf(slot)[(at >>> 1) + OrderDouble.leavesQty]!;
  const cold = orders.cold.doublesOf(slot);
  const coldAt = slot << (coldShift - 1);
  const entryRptSeq = cold[coldAt + ColdDouble.entryRptSeq]!;
  const expireTime = cold[coldAt + ColdDouble.expireTime]!;
  const place = orders.extras.doubleOf(slot, ExtraDouble.placeRptSeq);
  const side = sideOf(flags);
  const mode = selfTradePreventionOf(flags);
  const isGoodTillDate = timeInForceOf(flags) === TimeInForce.GTD;
  assert((flags & ~flagsMask) === 0 && postOnlyOf(flags) === 0, "a stop has a stop's traits");
  assert(side === Side.Buy || side === Side.Sell, "a stop has a side");
  const hasMode = mode >= SelfTradePrevention.CancelNewest && mode <= SelfTradePrevention.Decrement;
  assert(hasMode, "a stop has a prevention mode");
  assert(isGoodTillDate ? expireTime > now : expireTime === 0, "no stop that is due waits");
  assert(leavesQty > 0 && stopPx > 0, "a stop has a quantity and waits for a price");
  assert(!isReachedNow(instrument, side, stopPx), "no stop that was reached waits");
  const isPast = entryRptSeq > 0 && entryRptSeq <= place && place <= instrument.rptSeq;
  assert(isPast, "a stop's entry and place lie in the past");
};
