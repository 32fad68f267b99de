/** docs/SEMANTICS.md sections 3 and 4: new orders, cancels, replaces. The order of the checks is part of the contract. */
import {
  AccountStatus,
  CancelReason,
  CxlRejReason,
  CxlRejResponseTo,
  ExecInst,
  OrdRejReason,
  OrdType,
  SelfTradePrevention,
  Side,
  TimeInForce,
  TradingState,
} from "../../schema/generated/enums.ts";
import type { NewOrderSingle } from "../../schema/generated/new-order-single.ts";
import type { OrderCancelReplaceRequest } from "../../schema/generated/order-cancel-replace-request.ts";
import type { OrderCancelRequest } from "../../schema/generated/order-cancel-request.ts";
import { murmur2 } from "../../schema/hash.ts";
import { cancelResting, emitCanceled, rest, takeOff, wouldCross } from "./naive-book.ts";
import { isShareFull } from "./naive-id-window.ts";
import { canFillAtOnce, match } from "./naive-matching.ts";
import { instrumentOf, nextRptSeq } from "./naive-state.ts";
import type {
  CommandRun,
  NaiveDeferred,
  NaiveInstrument,
  NaiveOrder,
  NaiveState,
  Resting,
} from "./naive-state.ts";

const priceMax = 2 ** 31 - 1;

/** Refuses an order for this reason, or accepts it where there is none. */
export function newOrderSingle(
  state: NaiveState,
  run: CommandRun,
  command: NewOrderSingle,
  ordRejReason: OrdRejReason,
): void {
  const instrument = instrumentOf(state, command.symbol);
  if (ordRejReason !== OrdRejReason.None || instrument === undefined) {
    return emitRejected(run, command, instrument, ordRejReason);
  }
  const order = acceptedOrder(run, command, instrument);
  emitAccepted(run, command, instrument, order);
  if (order.timeInForce === TimeInForce.FOK && !canFillAtOnce(instrument, order)) {
    return emitCanceled(run, instrument, order, CancelReason.FillOrKill);
  }
  settle(state, run, instrument, order);
}

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
  return null;
}

/** Section 3, checks 3 and on. */
export function newOrderRefusal(
  state: NaiveState,
  command: NewOrderSingle,
  isNewer: boolean,
): OrdRejReason {
  const instrument = instrumentOf(state, command.symbol);
  if (isTooLate(state, command)) return OrdRejReason.TooLateToEnter;
  if (isNewer) return OrdRejReason.NewerVersion;
  if (instrument === undefined) return OrdRejReason.UnknownSymbol;
  if (!isIdOfSymbol(command.orderID, command.symbol)) return OrdRejReason.WrongPartition;
  const account = state.accounts.get(command.accountID);
  if (account === undefined) return OrdRejReason.UnknownAccount;
  if (account.accountStatus === AccountStatus.Disabled) return OrdRejReason.AccountDisabled;
  if (instrument.tradingState !== TradingState.Open) return OrdRejReason.ExchangeClosed;
  if (!fieldsGoTogether(command)) return OrdRejReason.UnsupportedOrderCharacteristic;
  const isGtd = command.timeInForce === TimeInForce.GTD;
  if (isGtd && command.expireTime <= state.now) return OrdRejReason.ExpireTimePassed;
  return bookRefusal(state, command, instrument);
}

function bookRefusal(
  state: NaiveState,
  command: NewOrderSingle,
  instrument: NaiveInstrument,
): OrdRejReason {
  const isLimit = command.ordType === OrdType.Limit;
  if (isLimit && (command.price < 1 || command.price > priceMax))
    return OrdRejReason.PriceOutOfRange;
  if (isLimit && command.price % instrument.tickSize !== 0)
    return OrdRejReason.InvalidPriceIncrement;
  if (command.orderQty !== 0 && !isGoodQty(instrument, command.orderQty))
    return OrdRejReason.IncorrectQuantity;
  const mayRest =
    isLimit && (command.timeInForce === TimeInForce.GTC || command.timeInForce === TimeInForce.GTD);
  if (mayRest && state.resting.size >= state.limits.orderCountMax)
    return OrdRejReason.OrderCapacityReached;
  if (isPostOnly(command) && wouldCross(instrument, command.side, command.price)) {
    return OrdRejReason.PostOnlyWouldCross;
  }
  return OrdRejReason.None;
}

function fieldsGoTogether(command: NewOrderSingle): boolean {
  const { ordType, timeInForce } = command;
  const hasPrice = command.price !== 0;
  const hasQty = command.orderQty !== 0;
  const hasCash = command.cashOrderQty !== 0n;
  const hasExpireTime = command.expireTime !== 0;
  if (command.side === Side.None) return false;
  if (ordType === OrdType.Limit && (!hasPrice || hasCash || !hasQty)) return false;
  if (ordType === OrdType.Market && (hasPrice || hasQty === hasCash)) return false;
  if (
    ordType === OrdType.Market &&
    timeInForce !== TimeInForce.IOC &&
    timeInForce !== TimeInForce.FOK
  )
    return false;
  if (hasCash && timeInForce === TimeInForce.FOK) return false;
  const isLasting = timeInForce === TimeInForce.GTC || timeInForce === TimeInForce.GTD;
  if (isPostOnly(command) && (ordType !== OrdType.Limit || !isLasting)) return false;
  return hasExpireTime === (timeInForce === TimeInForce.GTD);
}

function isPostOnly(command: NewOrderSingle): boolean {
  return (command.execInst & ExecInst.postOnly) !== 0;
}

function isGoodQty(instrument: NaiveInstrument, orderQty: number): boolean {
  const qty = BigInt(orderQty);
  const least = instrument.minOrderQty > 1n ? instrument.minOrderQty : 1n;
  if (qty < least) return false;
  if (instrument.maxOrderQty !== 0n && qty > instrument.maxOrderQty) return false;
  return qty % instrument.lotSize === 0n;
}

function isIdOfSymbol(orderID: string, symbol: string): boolean {
  return Number.parseInt(orderID.slice(0, 8), 16) === murmur2(new TextEncoder().encode(symbol));
}

export function isTooLate(state: NaiveState, command: { readonly validUntil: number }): boolean {
  return command.validUntil !== 0 && command.validUntil < state.now;
}

function acceptedOrder(
  run: CommandRun,
  command: NewOrderSingle,
  instrument: NaiveInstrument,
): NaiveOrder {
  const isDefault = command.selfTradePrevention === SelfTradePrevention.Default;
  return {
    orderID: command.orderID,
    accountID: command.accountID,
    firstSeqNum: run.seqNum,
    entryRptSeq: nextRptSeq(instrument),
    side: command.side,
    ordType: command.ordType,
    timeInForce: command.timeInForce,
    selfTradePrevention: isDefault ? instrument.selfTradePrevention : command.selfTradePrevention,
    postOnly: isPostOnly(command),
    expireTime: command.expireTime,
    price: command.price,
    orderQty: BigInt(command.orderQty),
    leavesQty: BigInt(command.orderQty),
    cumQty: 0n,
    preventedQty: 0n,
    cash: command.cashOrderQty === 0n ? null : command.cashOrderQty,
  };
}

/** Matches an order as a taker and brings it to its end state. */
function settle(
  state: NaiveState,
  run: CommandRun,
  instrument: NaiveInstrument,
  order: NaiveOrder,
): void {
  const end = match(state, run, instrument, order);
  if (end === "Used up" || end === "Ended") return;
  if (end === "Cash spent") return emitCanceled(run, instrument, order, CancelReason.CashSpent);
  if (order.ordType === OrdType.Market)
    return emitCanceled(run, instrument, order, CancelReason.NoLiquidity);
  if (order.timeInForce === TimeInForce.IOC) {
    return emitCanceled(run, instrument, order, CancelReason.ImmediateOrCancel);
  }
  rest(state, instrument, order);
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
  if (resting.instrument.tradingState !== TradingState.Open) return CxlRejReason.ExchangeClosed;
  return replacementRefusal(command, resting);
}

function replacementRefusal(
  command: OrderCancelReplaceRequest,
  { order, instrument }: Resting,
): CxlRejReason | null {
  const { price, orderQty } = command;
  if (price === 0 && orderQty === 0) return CxlRejReason.NothingToReplace;
  if (price < 0) return CxlRejReason.PriceOutOfRange;
  if (price !== 0 && price % instrument.tickSize !== 0) return CxlRejReason.InvalidPriceIncrement;
  const isAboveCumQty = BigInt(orderQty) > order.cumQty;
  if (orderQty !== 0 && isAboveCumQty && !isGoodQty(instrument, orderQty))
    return CxlRejReason.IncorrectQuantity;
  if (order.postOnly && price !== 0 && wouldCross(instrument, order.side, price)) {
    return CxlRejReason.PostOnlyWouldCross;
  }
  return null;
}

function replace(
  state: NaiveState,
  run: CommandRun,
  command: OrderCancelReplaceRequest,
  { order, instrument }: Resting,
): void {
  const newPrice = command.price === 0 ? order.price : command.price;
  const newQty = command.orderQty === 0 ? order.orderQty : BigInt(command.orderQty);
  const newLeavesQty = newQty - order.cumQty - order.preventedQty;
  if (newLeavesQty <= 0n) {
    takeOff(state, instrument, order);
    const canceledQty = order.leavesQty;
    Object.assign(order, { price: newPrice, orderQty: order.cumQty, leavesQty: 0n });
    emitReplaced(run, command, { order, instrument }, false);
    emitCanceled(run, instrument, order, CancelReason.ReplacedBelowCumQty, canceledQty);
    return;
  }
  const keptPriority =
    newPrice === order.price && newQty <= order.orderQty && command.losePriority === false;
  if (!keptPriority) takeOff(state, instrument, order);
  Object.assign(order, { price: newPrice, orderQty: newQty, leavesQty: newLeavesQty });
  emitReplaced(run, command, { order, instrument }, keptPriority);
  if (!keptPriority) settle(state, run, instrument, order);
}

function emitAccepted(
  run: CommandRun,
  command: NewOrderSingle,
  instrument: NaiveInstrument,
  order: NaiveOrder,
): void {
  run.events.push({
    kind: "OrderAccepted",
    rptSeq: order.entryRptSeq,
    securityID: instrument.securityID,
    accountID: order.accountID,
    orderID: order.orderID,
    firstSeqNum: order.firstSeqNum,
    orderQty: command.orderQty,
    cashOrderQty: command.cashOrderQty,
    price: command.price,
    side: command.side,
    ordType: command.ordType,
    timeInForce: command.timeInForce,
    selfTradePrevention: order.selfTradePrevention,
    execInst: command.execInst,
    expireTime: command.expireTime,
    clOrdID: command.clOrdID,
  });
}

/** `run.seqNum` is the order's firstSeqNum. */
export function emitRejected(
  run: CommandRun,
  command: Omit<NaiveDeferred, "firstSeqNum" | "validUntil">,
  instrument: NaiveInstrument | undefined,
  ordRejReason: OrdRejReason,
): void {
  run.events.push({
    kind: "OrderRejected",
    rptSeq: instrument === undefined ? 0 : nextRptSeq(instrument),
    securityID: instrument?.securityID ?? 0,
    accountID: command.accountID,
    orderID: command.orderID,
    firstSeqNum: run.seqNum,
    orderQty: command.orderQty,
    price: command.price,
    ordRejReason,
    side: command.side,
    ordType: command.ordType,
    timeInForce: command.timeInForce,
    symbol: command.symbol,
    clOrdID: command.clOrdID,
  });
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
