/** docs/SEMANTICS.md section 3: what a new order is refused for. The order of the checks is part of the contract. */
import {
  AccountStatus,
  ExecInst,
  OrdRejReason,
  OrdType,
  Side,
  TimeInForce,
  TradingState,
} from "../../schema/generated/enums.ts";
import type { NewOrderSingle } from "../../schema/generated/new-order-single.ts";
import { murmur2 } from "../../schema/hash.ts";
import { wouldCross } from "./naive-book.ts";
import { isOutsideBand, limitsOf, notionalOf, openOrdersOf } from "./naive-limits.ts";
import { instrumentOf, isTimerOf } from "./naive-state.ts";
import type { NaiveInstrument, NaiveState } from "./naive-state.ts";
import { stopPxFromLastTrade } from "./naive-triggers.ts";

const partsMax = 100n;

/** Section 3, checks 3 and on. */
export function newOrderRefusal(
  state: NaiveState,
  command: NewOrderSingle,
  isNewer: boolean,
): OrdRejReason {
  const instrument = instrumentOf(state, command.symbol);
  if (isTooLate(state, command)) return OrdRejReason.TooLateToEnter;
  if (isOfLostConnection(state, command)) return OrdRejReason.ConnectionLost;
  if (isNewer) return OrdRejReason.NewerVersion;
  if (instrument === undefined) return OrdRejReason.UnknownSymbol;
  if (!isIdOfSymbol(command.orderID, command.symbol)) return OrdRejReason.WrongPartition;
  const account = state.accounts.get(command.accountID);
  if (account === undefined) return OrdRejReason.UnknownAccount;
  if (account.accountStatus === AccountStatus.Disabled) return OrdRejReason.AccountDisabled;
  if (!isTaken(instrument, command)) return OrdRejReason.ExchangeClosed;
  if (!fieldsGoTogether(command)) return OrdRejReason.UnsupportedOrderCharacteristic;
  const isGtd = command.timeInForce === TimeInForce.GTD;
  if (isGtd && command.expireTime <= state.now) return OrdRejReason.ExpireTimePassed;
  return bookRefusal(state, command, instrument);
}

/** A first attempt of an order whose connection's timer has run out: nobody would cancel it any more. */
function isOfLostConnection(
  { timers }: NaiveState,
  { accountID, connectionID = 0, attempt }: NewOrderSingle,
): boolean {
  if (connectionID === 0 || attempt !== 0) return false;
  return !timers.some((timer) => isTimerOf(timer, accountID, connectionID));
}

/** The table of section 4: what the state takes. */
function isTaken({ tradingState }: NaiveInstrument, command: NewOrderSingle): boolean {
  const isForOpening = command.timeInForce === TimeInForce.AtTheOpening;
  if (tradingState === TradingState.Open) return !isForOpening;
  if (!isAuction(tradingState)) return false;
  if (isStop(command)) return true;
  return command.ordType === OrdType.Limit && isLasting(command);
}

/** Whether orders are taken and rest unmatched. */
export function isAuction(tradingState: TradingState): boolean {
  return tradingState === TradingState.PreOpen || tradingState === TradingState.Auction;
}

function bookRefusal(
  state: NaiveState,
  command: NewOrderSingle,
  instrument: NaiveInstrument,
): OrdRejReason {
  const prices = pricesOf(command);
  if (prices.some((price) => price < 1)) return OrdRejReason.PriceOutOfRange;
  if (prices.some((price) => price % instrument.tickSize !== 0))
    return OrdRejReason.InvalidPriceIncrement;
  if (command.orderQty !== 0 && !isGoodQty(instrument, command.orderQty))
    return OrdRejReason.IncorrectQuantity;
  if (!isGoodDisplayQty(instrument, command)) return OrdRejReason.IncorrectQuantity;
  if (isStop(command) && stopPxOf(instrument, command) === null)
    return OrdRejReason.NoReferencePrice;
  const stopPx = isStop(command) ? (stopPxOf(instrument, command) ?? 0) : 0;
  if (isOutsideBand(instrument, { price: command.price, stopPx }))
    return OrdRejReason.PriceExceedsCurrentPriceBand;
  if (mayStay(command)) {
    const reason = capacityRefusal(state, command, instrument);
    if (reason !== OrdRejReason.None) return reason;
  }
  if (isPostOnly(command) && wouldCross(instrument, command.side, command.price)) {
    return OrdRejReason.PostOnlyWouldCross;
  }
  return OrdRejReason.None;
}

function capacityRefusal(
  state: NaiveState,
  command: NewOrderSingle,
  instrument: NaiveInstrument,
): OrdRejReason {
  if (state.resting.size >= state.limits.orderCountMax) return OrdRejReason.OrderCapacityReached;
  const limits = limitsOf(state, command.accountID, instrument.symbol);
  if (limits === undefined) return OrdRejReason.None;
  const open = openOrdersOf(state, command.accountID, instrument);
  const { openOrderCountMax, openNotionalMax } = limits;
  if (openOrderCountMax !== 0 && open.length >= openOrderCountMax)
    return OrdRejReason.OpenOrderCapReached;
  const added = BigInt(command.price) * BigInt(command.orderQty);
  const notional = open.reduce((sum, order) => sum + notionalOf(order), added);
  if (openNotionalMax !== 0n && added > 0n && notional > openNotionalMax)
    return OrdRejReason.OpenNotionalCapReached;
  return OrdRejReason.None;
}

/** Every price that the command gives. */
function pricesOf({ price, stopPx = 0, pegOffsetValue = 0 }: NewOrderSingle): number[] {
  return [price, stopPx, pegOffsetValue].filter((given) => given !== 0);
}

/** Whether the order may be open after its command. */
function mayStay(command: NewOrderSingle): boolean {
  if (isStop(command)) return true;
  return command.ordType === OrdType.Limit && isLasting(command);
}

/** What a stop waits for at first; null where it names no stopPx and no trade gives one. */
export function stopPxOf(
  instrument: NaiveInstrument,
  { side, stopPx = 0, pegOffsetValue = 0 }: NewOrderSingle,
): number | null {
  return stopPx === 0 ? stopPxFromLastTrade(instrument, side, pegOffsetValue) : stopPx;
}

function fieldsGoTogether(command: NewOrderSingle): boolean {
  const { ordType, timeInForce, stopPx = 0, pegOffsetValue = 0 } = command;
  const hasPrice = command.price !== 0;
  const hasQty = command.orderQty !== 0;
  const hasCash = command.cashOrderQty !== 0n;
  const hasTrigger = stopPx !== 0 || pegOffsetValue !== 0;
  const hasLimit = ordType === OrdType.Limit || ordType === OrdType.StopLimit;
  if (command.side === Side.None) return false;
  if (hasPrice !== hasLimit) return false;
  if (hasTrigger !== isStop(command)) return false;
  if (ordType === OrdType.Market ? hasQty === hasCash : !hasQty || hasCash) return false;
  const isAtOnce = timeInForce === TimeInForce.IOC || timeInForce === TimeInForce.FOK;
  if (ordType === OrdType.Market && !isAtOnce) return false;
  if (hasCash && timeInForce === TimeInForce.FOK) return false;
  if (timeInForce === TimeInForce.AtTheOpening && ordType !== OrdType.Limit) return false;
  if ((command.displayQty ?? 0) !== 0 && (!hasLimit || !isLasting(command))) return false;
  if (isPostOnly(command) && (ordType !== OrdType.Limit || !isLasting(command))) return false;
  return (command.expireTime !== 0) === (timeInForce === TimeInForce.GTD);
}

export function isLasting({ timeInForce }: NewOrderSingle): boolean {
  return timeInForce !== TimeInForce.IOC && timeInForce !== TimeInForce.FOK;
}

export function isStop({ ordType }: NewOrderSingle): boolean {
  return ordType === OrdType.Stop || ordType === OrdType.StopLimit;
}

export function isPostOnly(command: NewOrderSingle): boolean {
  return (command.execInst & ExecInst.postOnly) !== 0;
}

export function isGoodQty(instrument: NaiveInstrument, orderQty: number): boolean {
  const qty = BigInt(orderQty);
  const least = instrument.minOrderQty > 1n ? instrument.minOrderQty : 1n;
  if (qty < least) return false;
  if (instrument.maxOrderQty !== 0n && qty > instrument.maxOrderQty) return false;
  return qty % instrument.lotSize === 0n;
}

function isGoodDisplayQty(
  { lotSize }: NaiveInstrument,
  { displayQty = 0, orderQty }: NewOrderSingle,
): boolean {
  if (displayQty === 0) return true;
  const isOnGrid = BigInt(displayQty) % lotSize === 0n;
  return isOnGrid && displayQty <= orderQty && !hasTooManyParts(orderQty, BigInt(displayQty));
}

/** A taker trades with one part of an iceberg after the other: they have to come to an end. */
export function hasTooManyParts(orderQty: number, displayQty: bigint): boolean {
  return displayQty > 0n && BigInt(orderQty) > displayQty * partsMax;
}

function isIdOfSymbol(orderID: string, symbol: string): boolean {
  return Number.parseInt(orderID.slice(0, 8), 16) === murmur2(new TextEncoder().encode(symbol));
}

export function isTooLate(state: NaiveState, command: { readonly validUntil: number }): boolean {
  return command.validUntil !== 0 && command.validUntil < state.now;
}
