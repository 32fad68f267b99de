/** docs/SEMANTICS.md section 4b: two orders of which each cancels the other. */
import {
  CancelReason,
  Decision,
  OrdRejReason,
  OrdType,
  TimeInForce,
} from "../../schema/generated/enums.ts";
import type { NewOrderSingle } from "../../schema/generated/new-order-single.ts";
import type { ListItem } from "../../schema/order-list.ts";
import { cancelLeg, emitCanceled } from "./naive-book.ts";
import { answerRepeat, enter } from "./naive-id-window.ts";
import { limitsOf, notionalOf, openOrdersOf } from "./naive-limits.ts";
import { accept, enterBook, newOrderSingle } from "./naive-new-order.ts";
import { isLasting, isStop, newOrderRefusal } from "./naive-order-checks.ts";
import { instrumentOf } from "./naive-state.ts";
import type { CommandRun, NaiveInstrument, NaiveOrder, NaiveState } from "./naive-state.ts";
import { runTriggered } from "./naive-taking.ts";

const newOrderTemplateId = 1;

export type Pair = readonly [first: NewOrderSingle, second: NewOrderSingle];

/** The items as a pair; null where they cannot be one. */
export function pairOf(items: readonly ListItem[]): Pair | null {
  const [first, second, ...more] = items;
  if (first?.kind !== "NewOrderSingle" || second?.kind !== "NewOrderSingle") return null;
  const isOne =
    first.symbol === second.symbol &&
    first.side === second.side &&
    first.orderQty === second.orderQty &&
    first.orderID !== second.orderID;
  const legs = [first, second];
  const isGood = isOne && more.length === 0 && legs.every(mayBeLeg);
  return isGood && legs.some(isStop) ? [first, second] : null;
}

function mayBeLeg(order: NewOrderSingle): boolean {
  const { ordType, timeInForce, stopPx = 0 } = order;
  const mayStay = isLasting(order) && timeInForce !== TimeInForce.AtTheOpening;
  return mayStay && (isStop(order) ? stopPx !== 0 : ordType === OrdType.Limit);
}

export function enterPair(state: NaiveState, run: CommandRun, pair: Pair): void {
  const [first, second] = pair;
  const instrument = instrumentOf(state, first.symbol);
  const firstReason = newOrderRefusal(state, first, false);
  const secondReason = newOrderRefusal(state, second, false);
  const isRepeat = pair.some(({ orderID }) => state.idWindow.has(orderID));
  const isGood = firstReason === OrdRejReason.None && secondReason === OrdRejReason.None;
  const behind =
    instrument !== undefined && isGood && !isRepeat
      ? secondRefusal(state, instrument, pair)
      : secondReason;
  if (instrument !== undefined && isGood && !isRepeat && behind === OrdRejReason.None) {
    return enterBoth(state, run, instrument, pair);
  }
  refuse(state, run, first, firstReason);
  refuse(state, run, second, behind);
}

/** Check 16 once more, with the first leg open. */
function secondRefusal(
  state: NaiveState,
  instrument: NaiveInstrument,
  [first, second]: Pair,
): OrdRejReason {
  if (state.resting.size + 2 > state.limits.orderCountMax) return OrdRejReason.OrderCapacityReached;
  const limits = limitsOf(state, first.accountID, instrument.symbol);
  if (limits === undefined) return OrdRejReason.None;
  const open = openOrdersOf(state, first.accountID, instrument);
  const { openOrderCountMax, openNotionalMax } = limits;
  if (openOrderCountMax !== 0 && open.length + 2 > openOrderCountMax)
    return OrdRejReason.OpenOrderCapReached;
  const added = worthOf(first) + worthOf(second);
  const notional = open.reduce((sum, order) => sum + notionalOf(order), added);
  const isAbove = openNotionalMax !== 0n && worthOf(second) > 0n && notional > openNotionalMax;
  return isAbove ? OrdRejReason.OpenNotionalCapReached : OrdRejReason.None;
}

function worthOf({ price, orderQty }: NewOrderSingle): bigint {
  return BigInt(price) * BigInt(orderQty);
}

/** A leg without a reason of its own goes with the other one. */
function refuse(state: NaiveState, run: CommandRun, leg: NewOrderSingle, own: OrdRejReason): void {
  const request = { id: leg.orderID, accountID: leg.accountID, requestHash: leg.requestHash };
  if (answerRepeat(state, run, request, newOrderTemplateId)) return;
  const reason = own === OrdRejReason.None ? OrdRejReason.OtherLegRefused : own;
  newOrderSingle(state, run, leg, reason);
  enter(state, run, request, { decision: Decision.Rejected, reason, attempt: 0, mark: 0 });
}

function enterBoth(
  state: NaiveState,
  run: CommandRun,
  instrument: NaiveInstrument,
  pair: Pair,
): void {
  for (const { orderID, accountID, requestHash } of pair) {
    const request = { id: orderID, accountID, requestHash };
    enter(state, run, request, { decision: Decision.Accepted, reason: 0, attempt: 0, mark: 0 });
  }
  const [first, second] = pair;
  newOrderSingle(state, run, first, OrdRejReason.None);
  const standing = standingOf(state, first);
  const order = accept(run, second, instrument);
  if (standing === null) {
    const { OtherLeg } = CancelReason;
    return emitCanceled(run, instrument, order, OtherLeg, order.leavesQty, first.orderID);
  }
  enterBook(state, run, instrument, order);
  if (state.resting.has(order.orderID) && order.cumQty === 0n) link(standing, order);
  else cancelLeg(state, run, instrument, standing, order.orderID);
  runTriggered(state, run, instrument);
}

function link(first: NaiveOrder, second: NaiveOrder): void {
  first.other = second;
  second.other = first;
}

/** The first leg, if it is as it came: neither traded nor triggered nor closed. */
function standingOf(state: NaiveState, leg: NewOrderSingle): NaiveOrder | null {
  const order = state.resting.get(leg.orderID)?.order;
  if (order === undefined || order.cumQty > 0n) return null;
  return isStop(leg) && order.trigger === null ? null : order;
}
