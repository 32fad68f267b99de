import { TimeInForce, TradingState } from "../../schema/generated/enums.ts";
import { assert } from "./assert.ts";
import { hashID } from "./id-table.ts";
import {
  ColdDouble,
  ColdWord,
  isLasting,
  OrderDouble,
  OrderWord,
  timeInForceOf,
  waitsBit,
} from "./order-pool.ts";
import type { RecordMemory } from "./record-pool.ts";
import type { PartitionState } from "./state.ts";

/** What stands in a book or a stop book. */
export interface BookCounts {
  orderCount: number;
  timerCount: number;
}

/** What holds for every open order, in a book or a stop book. */
export const auditOrder = (state: PartitionState, slot: number, traits: number): void => {
  const { hot, cold } = state.orders;
  const leavesQty = doubleAt(hot, slot, OrderDouble.leavesQty);
  const fillableQty = doubleAt(hot, slot, OrderDouble.fillableQty);
  assert(leavesQty > 0 && Number.isSafeInteger(leavesQty), "an order that rests has leavesQty");
  assert(fillableQty >= leavesQty, "no order has traded more than it may");
  assert(doubleAt(cold, slot, ColdDouble.preventedQty) >= 0, "preventedQty is not negative");
  const accountID = wordAt(hot, slot, OrderWord.accountID);
  assert(
    state.accounts.isDefined(state.accounts.find(accountID)),
    "no order is of an unknown account",
  );
  const id = idOf(hot, slot);
  assert(state.orders.find(id, 0) === slot, "the table finds every resting order");
  const timeInForce = timeInForceOf(traits);
  const isGoodTillDate = timeInForce === TimeInForce.GTD;
  const mayStay = isLasting(timeInForce) || (traits & waitsBit) !== 0;
  assert(mayStay, "only orders that last rest");
  const { tradingState } = state.instrumentOf(traits);
  const { AtTheOpening, Day } = TimeInForce;
  const isOver =
    tradingState === TradingState.Closed
      ? timeInForce === Day || timeInForce === AtTheOpening
      : tradingState === TradingState.Open && timeInForce === AtTheOpening;
  assert(!isOver, "no order outlives its day or its opening");
  const timer = wordAt(cold, slot, ColdWord.timer);
  assert(!isGoodTillDate || state.timers.slotAt(timer) === slot, "a GTD order has a timer");
  const expireTime = doubleAt(cold, slot, ColdDouble.expireTime);
  assert(!isGoodTillDate || expireTime > state.now, "no order that is due rests");
  const entry = state.window.find(hashID(id, 0), id, state.now);
  assert(entry !== 0, "the id window keeps every resting order's entry");
  assert(wordAt(hot, slot, OrderWord.entry) === entry, "an order names its entry");
  const isMarked = entry < 0 || state.window.ring.isResting(entry);
  assert(isMarked, "an entry in the ring knows that its order rests");
};

const idOf = (memory: RecordMemory, slot: number): Int32Array =>
  Int32Array.from({ length: 4 }, (_, index) => wordAt(memory, slot, index));

export const wordAt = (memory: RecordMemory, slot: number, word: number): number =>
  memory.wordsOf(slot)[(slot << memory.strideShift) + word]!;

export const doubleAt = (memory: RecordMemory, slot: number, double: number): number =>
  memory.doublesOf(slot)[(slot << (memory.strideShift - 1)) + double]!;
