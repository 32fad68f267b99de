/** docs/SEMANTICS.md section 4: cancels and replaces. The order of the checks is part of the contract. */
import {
  AccountStatus,
  CancelReason,
  CxlRejReason,
  CxlRejResponseTo,
  OrdType,
  TradingState,
} from "../../schema/generated/enums.ts";
import type { OrderCancelReplaceRequest } from "../../schema/generated/order-cancel-replace-request.ts";
import type { OrderCancelRequest } from "../../schema/generated/order-cancel-request.ts";
import {
  cancelOther,
  cancelResting,
  emitCanceled,
  least,
  takeOff,
  wouldCross,
} from "./naive-book.ts";
import { isShareFull } from "./naive-id-window.ts";
import { isOutsideBand, limitsOf, notionalOf, openOrdersOf } from "./naive-limits.ts";
import { hasTooManyParts, isAuction, isGoodQty, isTooLate } from "./naive-order-checks.ts";
import { given, nextRptSeq } from "./naive-state.ts";
import type { CommandRun, NaiveOrder, NaiveState, NaiveTrigger, Resting } from "./naive-state.ts";
import { runTriggered, take } from "./naive-taking.ts";
import { wait } from "./naive-triggers.ts";

export function orderCancelRequest(
  state: NaiveState,
  run: CommandRun,
  command: OrderCancelRequest,
): void {
  const resting = ownResting(state, command);
  const cxlRejReason = cancelRefusal(state, command, resting);
  if (cxlRejReason !== null || resting === undefined) {
    emitCancelReject(run, command, CxlRejResponseTo.OrderCancelRequest, cxlRejReason);
    return;
  }
  cancelResting(state, run, resting.instrument, resting.order, CancelReason.Requested);
}

/** Returns the reason of a refusal, null when the order was replaced. */
export function orderCancelReplaceRequest(
  state: NaiveState,
  run: CommandRun,
  command: OrderCancelReplaceRequest,
): CxlRejReason | null {
  const resting = ownResting(state, command);
  const cxlRejReason = replaceRefusal(state, command, resting);
  if (cxlRejReason !== null || resting === undefined) {
    emitCancelReject(run, command, CxlRejResponseTo.OrderCancelReplaceRequest, cxlRejReason);
    return cxlRejReason;
  }
  replace(state, run, command, resting);
  const { other } = resting.order;
  if (other !== null && command.orderQty !== 0) {
    const resized = { ...command, price: 0, stopPx: 0, losePriority: false };
    replace(state, run, resized, { order: other, instrument: resting.instrument });
  }
  runTriggered(state, run, resting.instrument);
  return null;
}

/** A foreign order looks like an unknown one. */
function ownResting(
  state: NaiveState,
  command: { readonly orderID: string; readonly accountID: number },
): Resting | undefined {
  const resting = state.resting.get(command.orderID);
  return resting?.order.accountID === command.accountID ? resting : undefined;
}

function cancelRefusal(
  state: NaiveState,
  command: OrderCancelRequest,
  resting: Resting | undefined,
): CxlRejReason | null {
  if (isTooLate(state, command)) return CxlRejReason.TooLateToEnter;
  if (resting === undefined) return CxlRejReason.UnknownOrder;
  if (resting.instrument.tradingState === TradingState.Closed) return CxlRejReason.ExchangeClosed;
  return null;
}

function replaceRefusal(
  state: NaiveState,
  command: OrderCancelReplaceRequest,
  resting: Resting | undefined,
): CxlRejReason | null {
  if (isShareFull(state, command.accountID)) return CxlRejReason.IdWindowFull;
  if (isTooLate(state, command)) return CxlRejReason.TooLateToEnter;
  const account = state.accounts.get(command.accountID);
  if (account === undefined) return CxlRejReason.UnknownAccount;
  if (resting === undefined) return CxlRejReason.UnknownOrder;
  if (account.accountStatus === AccountStatus.Disabled) return CxlRejReason.AccountDisabled;
  const { tradingState } = resting.instrument;
  if (tradingState !== TradingState.Open && !isAuction(tradingState))
    return CxlRejReason.ExchangeClosed;
  return replacementRefusal(state, command, resting);
}

function replacementRefusal(
  state: NaiveState,
  command: OrderCancelReplaceRequest,
  { order, instrument }: Resting,
): CxlRejReason | null {
  const { price, orderQty, stopPx = 0 } = command;
  const prices = [price, stopPx].filter((given) => given !== 0);
  if (prices.length === 0 && orderQty === 0) return CxlRejReason.NothingToReplace;
  if (!hasFields(order, command)) return CxlRejReason.UnsupportedOrderCharacteristic;
  if (prices.some((given) => given < 0)) return CxlRejReason.PriceOutOfRange;
  if (prices.some((given) => given % instrument.tickSize !== 0))
    return CxlRejReason.InvalidPriceIncrement;
  const isAboveCumQty = BigInt(orderQty) > order.cumQty;
  if (orderQty !== 0 && isAboveCumQty && !isGoodQty(instrument, orderQty))
    return CxlRejReason.IncorrectQuantity;
  if (hasTooManyParts(orderQty, order.displayQty)) return CxlRejReason.IncorrectQuantity;
  if (isBandBroken(command, { order, instrument }))
    return CxlRejReason.PriceExceedsCurrentPriceBand;
  if (isCapBroken(state, command, { order, instrument }))
    return CxlRejReason.OpenNotionalCapReached;
  if (order.postOnly && price !== 0 && wouldCross(instrument, order.side, price)) {
    return CxlRejReason.PostOnlyWouldCross;
  }
  return order.other === null || orderQty === 0
    ? null
    : resizeRefusal(state, command, { order, instrument }, order.other);
}

/** The other leg of a pair takes a new quantity too. */
function resizeRefusal(
  state: NaiveState,
  { price, orderQty }: OrderCancelReplaceRequest,
  { order, instrument }: Resting,
  other: NaiveOrder,
): CxlRejReason | null {
  if (hasTooManyParts(orderQty, other.displayQty)) return CxlRejReason.IncorrectQuantity;
  const { openNotionalMax = 0n } = limitsOf(state, order.accountID, instrument.symbol) ?? {};
  const resized = (leg: NaiveOrder): NaiveOrder => {
    const leavesQty = BigInt(orderQty) - leg.preventedQty;
    return { ...leg, leavesQty: leavesQty > 0n ? leavesQty : 0n };
  };
  const more = notionalOf(resized(other)) - notionalOf(other);
  if (openNotionalMax === 0n || more <= 0n) return null;
  const named = { ...resized(order), price: price === 0 ? order.price : price };
  const open = openOrdersOf(state, order.accountID, instrument);
  const before = open.reduce((sum, each) => sum + notionalOf(each), 0n);
  const after = before + more + notionalOf(named) - notionalOf(order);
  return after > openNotionalMax ? CxlRejReason.OpenNotionalCapReached : null;
}

function isBandBroken(command: OrderCancelReplaceRequest, { order, instrument }: Resting): boolean {
  const { price, stopPx = 0 } = command;
  if (price === 0 && stopPx === 0) return false;
  return isOutsideBand(instrument, {
    price: price === 0 ? order.price : price,
    stopPx: order.trigger === null || stopPx !== 0 ? stopPx : order.trigger.stopPx,
  });
}

/** A replace that makes the order count for more has to leave its account within its cap. */
function isCapBroken(
  state: NaiveState,
  { price, orderQty }: OrderCancelReplaceRequest,
  { order, instrument }: Resting,
): boolean {
  const { openNotionalMax } = limitsOf(state, order.accountID, instrument.symbol) ?? {};
  if (openNotionalMax === undefined || openNotionalMax === 0n) return false;
  const used = order.cumQty + order.preventedQty;
  const leavesQty = (orderQty === 0 ? order.orderQty : BigInt(orderQty)) - used;
  const wanted = { ...order, price: price === 0 ? order.price : price, leavesQty };
  const more = notionalOf(wanted) - notionalOf(order);
  const open = openOrdersOf(state, order.accountID, instrument);
  return more > 0n && open.reduce((sum, each) => sum + notionalOf(each), more) > openNotionalMax;
}

/** Only what waits has a stopPx, and a Stop has no price. */
function hasFields(order: NaiveOrder, { price, stopPx = 0 }: OrderCancelReplaceRequest): boolean {
  if (stopPx !== 0 && order.trigger === null) return false;
  return price === 0 || order.ordType !== OrdType.Stop;
}

function replace(
  state: NaiveState,
  run: CommandRun,
  command: OrderCancelReplaceRequest,
  { order, instrument }: Resting,
): void {
  const newPrice = command.price === 0 ? order.price : command.price;
  const newQty = command.orderQty === 0 ? order.orderQty : BigInt(command.orderQty);
  if (order.trigger !== null) {
    return replaceWaiting(state, run, command, { order, instrument }, order.trigger);
  }
  const newLeavesQty = newQty - order.cumQty - order.preventedQty;
  if (newLeavesQty <= 0n) {
    takeOff(state, instrument, order);
    const canceledQty = order.leavesQty;
    Object.assign(order, { price: newPrice, orderQty: order.cumQty, leavesQty: 0n });
    emitReplaced(run, command, { order, instrument }, false);
    emitCanceled(run, instrument, order, CancelReason.ReplacedBelowCumQty, canceledQty);
    cancelOther(state, run, instrument, order);
    return;
  }
  const keptPriority =
    newPrice === order.price && newQty <= order.orderQty && command.losePriority === false;
  if (!keptPriority) takeOff(state, instrument, order);
  Object.assign(order, { price: newPrice, orderQty: newQty, leavesQty: newLeavesQty });
  emitReplaced(run, command, { order, instrument }, keptPriority);
  if (keptPriority) {
    order.shownQty = least(order.shownQty, newLeavesQty);
    return;
  }
  take(state, run, instrument, order);
}

function replaceWaiting(
  state: NaiveState,
  run: CommandRun,
  command: OrderCancelReplaceRequest,
  { order, instrument }: Resting,
  trigger: NaiveTrigger,
): void {
  const price = command.price === 0 ? order.price : command.price;
  const orderQty = command.orderQty === 0 ? order.orderQty : BigInt(command.orderQty);
  const stopPx = (command.stopPx ?? 0) === 0 ? trigger.stopPx : (command.stopPx ?? 0);
  const isSame = price === order.price && stopPx === trigger.stopPx && orderQty <= order.orderQty;
  const keptPriority = isSame && command.losePriority === false;
  Object.assign(order, { price, orderQty, leavesQty: orderQty });
  trigger.stopPx = stopPx;
  emitReplaced(run, command, { order, instrument }, keptPriority);
  if (keptPriority) return;
  trigger.placeRptSeq = instrument.rptSeq;
  wait(state, instrument, order);
}

function emitReplaced(
  run: CommandRun,
  command: OrderCancelReplaceRequest,
  { order, instrument }: Resting,
  keptPriority: boolean,
): void {
  run.events.push({
    kind: "OrderReplaced",
    rptSeq: nextRptSeq(instrument),
    securityID: instrument.securityID,
    accountID: order.accountID,
    orderID: order.orderID,
    firstSeqNum: order.firstSeqNum,
    orderQty: Number(order.orderQty),
    leavesQty: Number(order.leavesQty),
    cumQty: Number(order.cumQty),
    price: order.price,
    side: order.side,
    keptPriority,
    commandID: command.commandID,
    clOrdID: command.clOrdID,
    ...given("stopPx", order.trigger?.stopPx),
  });
}

function emitCancelReject(
  run: CommandRun,
  command: OrderCancelRequest | OrderCancelReplaceRequest,
  cxlRejResponseTo: CxlRejResponseTo,
  cxlRejReason: CxlRejReason | null,
): void {
  run.events.push({
    kind: "OrderCancelReject",
    rptSeq: 0,
    securityID: 0,
    accountID: command.accountID,
    orderID: command.orderID,
    commandID: command.commandID,
    cxlRejReason: cxlRejReason ?? CxlRejReason.UnknownOrder,
    cxlRejResponseTo,
  });
}
