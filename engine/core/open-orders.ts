import {
  addWide,
  compareWide,
  isZeroWide,
  multiplyWide,
  subtractWide,
  Wide,
} from "../../schema/wide.ts";
import { CxlRejReason, OrdRejReason } from "../../schema/generated/enums.ts";
import type { Instrument } from "./instruments.ts";
import { ExtraDouble, ExtraWord } from "./order-extras.ts";
import {
  hasExtraBit,
  OrderDouble,
  orderShift,
  OrderWord,
  securityIDOf,
  waitsBit,
} from "./order-pool.ts";
import type { PartitionState } from "./state.ts";

/**
 * Caps on an account's open orders (SEMANTICS §5b). Orders of accounts with AccountLimits have an extra record, which says what they
 * count for; all others have none and pay nothing.
 *
 * Cost: O(1) an order. The first limits of an account walk all open orders once.
 */

const counted = new Wide();
const wanted = new Wide();

/** Check 16 of SEMANTICS §3, of a state.request that may stay, after OrderCapacityReached. */
export const refuseForCaps = (state: PartitionState, { securityID }: Instrument): number => {
  const { request, accountLimits } = state;
  const account = accountLimits.of(state.accountID);
  if (account === null) return 0;
  const { openOrderCountMax, openNotionalMax } = account.capsOf(securityID);
  const open = account.openIn(securityID, accountLimits);
  if (openOrderCountMax !== 0 && open.count >= openOrderCountMax) {
    return OrdRejReason.OpenOrderCapReached;
  }
  if (isZeroWide(openNotionalMax) || request.price === 0) return 0;
  multiplyWide(wanted, request.orderQty, request.price);
  addWide(wanted, open.notional);
  return compareWide(wanted, openNotionalMax) > 0 ? OrdRejReason.OpenNotionalCapReached : 0;
};

/** As refuseForCaps, of another order that comes right behind state.request, which passes. */
export const refuseSecondForCaps = (
  state: PartitionState,
  { securityID }: Instrument,
  price: number,
  orderQty: number,
): number => {
  const { request, accountLimits } = state;
  const account = accountLimits.of(state.accountID);
  if (account === null) return 0;
  const { openOrderCountMax, openNotionalMax } = account.capsOf(securityID);
  const open = account.openIn(securityID, accountLimits);
  if (openOrderCountMax !== 0 && open.count + 2 > openOrderCountMax) {
    return OrdRejReason.OpenOrderCapReached;
  }
  if (isZeroWide(openNotionalMax) || price === 0) return 0;
  multiplyWide(wanted, orderQty, price);
  addWide(wanted, open.notional);
  multiplyWide(counted, request.orderQty, request.price);
  addWide(wanted, counted);
  return compareWide(wanted, openNotionalMax) > 0 ? OrdRejReason.OpenNotionalCapReached : 0;
};

/** Of a replace that asks for these (SEMANTICS §5b); `leavesQty` is what it would leave, which may be below 0. */
export const refuseReplaceForCaps = (
  state: PartitionState,
  { securityID }: Instrument,
  slot: number,
  price: number,
  leavesQty: number,
): number => {
  const { accountLimits } = state;
  const account = accountLimits.of(state.accountID);
  if (account === null || leavesQty <= 0) return 0;
  const { openNotionalMax } = account.capsOf(securityID);
  if (isZeroWide(openNotionalMax)) return 0;
  readCounted(state, slot);
  multiplyWide(wanted, leavesQty, price);
  if (compareWide(wanted, counted) <= 0) return 0;
  subtractWide(wanted, counted);
  addWide(wanted, account.openIn(securityID, accountLimits).notional);
  return compareWide(wanted, openNotionalMax) > 0 ? CxlRejReason.OpenNotionalCapReached : 0;
};

/** What an order is to be. */
interface Resized {
  readonly slot: number;
  readonly price: number;
  /** May be below 0: then the order ends. */
  readonly leavesQty: number;
}

/** Of the second leg of a pair, when both are to be this (SEMANTICS §4b). */
export const refuseResizeForCaps = (
  state: PartitionState,
  { securityID }: Instrument,
  first: Resized,
  second: Resized,
): number => {
  const { accountLimits } = state;
  const account = accountLimits.of(state.accountID);
  if (account === null || second.leavesQty <= 0) return 0;
  const { openNotionalMax } = account.capsOf(securityID);
  if (isZeroWide(openNotionalMax)) return 0;
  readCounted(state, second.slot);
  multiplyWide(wanted, second.leavesQty, second.price);
  if (compareWide(wanted, counted) <= 0) return 0;
  addWide(wanted, account.openIn(securityID, accountLimits).notional);
  subtractWide(wanted, counted);
  readCounted(state, first.slot);
  subtractWide(wanted, counted);
  multiplyWide(counted, Math.max(0, first.leavesQty), first.price);
  addWide(wanted, counted);
  return compareWide(wanted, openNotionalMax) > 0 ? CxlRejReason.OpenNotionalCapReached : 0;
};

/** The order that has just got this slot is open from here on; what it counts for, recount says once it stands in its place. */
export const countOpen = (state: PartitionState, slot: number): void => {
  const { orders, accountLimits } = state;
  const words = orders.hot.wordsOf(slot);
  const at = slot << orderShift;
  const account = accountLimits.of(words[at + OrderWord.accountID]!);
  if (account === null) return;
  const traits = words[at + OrderWord.traits]!;
  if ((traits & hasExtraBit) === 0) {
    words[at + OrderWord.traits] = traits | hasExtraBit;
    orders.extras.give(slot);
  }
  const open = account.openIn(securityIDOf(traits), accountLimits);
  open.count++;
  orders.extras.setWord(slot, ExtraWord.openOrders, open.number);
};

/** An order that has an extra record stands at another price or with another quantity than before. */
export const recount = (state: PartitionState, slot: number): void => {
  const { extras, hot } = state.orders;
  const number = extras.wordOf(slot, ExtraWord.openOrders);
  if (number === 0) return;
  const { notional } = state.accountLimits.openOrders(number);
  const words = hot.wordsOf(slot);
  const at = slot << orderShift;
  const isWaiting = (words[at + OrderWord.traits]! & waitsBit) !== 0;
  const price = isWaiting ? extras.wordOf(slot, ExtraWord.price) : words[at + OrderWord.price]!;
  readCounted(state, slot);
  subtractWide(notional, counted);
  multiplyWide(counted, hot.doublesOf(slot)[(at >>> 1) + OrderDouble.leavesQty]!, price);
  addWide(notional, counted);
  extras.setDouble(slot, ExtraDouble.countedLow, counted.lo);
  extras.setDouble(slot, ExtraDouble.countedHigh, counted.hi);
};

/** An order that has an extra record is closed. */
export const uncountOpen = (state: PartitionState, slot: number): void => {
  const number = state.orders.extras.wordOf(slot, ExtraWord.openOrders);
  if (number === 0) return;
  const open = state.accountLimits.openOrders(number);
  readCounted(state, slot);
  subtractWide(open.notional, counted);
  open.count--;
};

/** Counts the open orders of an account that has been without limits so far; those of every account for 0. */
export const countAllOpen = (state: PartitionState, accountID: number): void => {
  const { pool, hot } = state.orders;
  for (let slot = 1; slot < pool.top; slot++) {
    const words = hot.wordsOf(slot);
    const at = slot << orderShift;
    if (words[at + OrderWord.traits] === 0) continue;
    if (accountID !== 0 && words[at + OrderWord.accountID] !== accountID) continue;
    const wasPlain = (words[at + OrderWord.traits]! & hasExtraBit) === 0;
    countOpen(state, slot);
    if ((words[at + OrderWord.traits]! & hasExtraBit) === 0) continue;
    if (wasPlain) showAll(state, slot);
    recount(state, slot);
  }
};

/** A plain order that has got an extra record says there that it hides nothing. */
const showAll = ({ orders }: PartitionState, slot: number): void => {
  const leavesQty = orders.hot.doublesOf(slot)[(slot << (orderShift - 1)) + OrderDouble.leavesQty]!;
  orders.extras.setDouble(slot, ExtraDouble.shownQty, leavesQty);
};

/** What the order counts for now, into `counted`. */
const readCounted = ({ orders }: PartitionState, slot: number): void => {
  counted.lo = orders.extras.doubleOf(slot, ExtraDouble.countedLow);
  counted.hi = orders.extras.doubleOf(slot, ExtraDouble.countedHigh);
};
