import {
  CxlRejReason,
  ExecInst,
  OrdRejReason,
  OrdType,
  Side,
  TimeInForce,
  TradingState,
} from "../../schema/generated/enums.ts";
import { NewOrderSingleLayout as New } from "../../schema/generated/new-order-single.ts";
import { OrderCancelReplaceRequestLayout as Replace } from "../../schema/generated/order-cancel-replace-request.ts";
import { readUint53 } from "../../schema/wire.ts";
import type { Instrument } from "./instruments.ts";
import { OrderDouble, orderShift, OrderWord, postOnlyOf, sideOf } from "./order-pool.ts";
import { chunkMask, chunkShift } from "./record-pool.ts";
import type { PartitionState } from "./state.ts";

/**
 * The checks of orders and replaces in the order that SEMANTICS §3 and §4 give; the first that fails decides. They read only: every
 * check comes before the first change. Each returns its reason, 0 where all is well.
 */

const int32Max = 0x7fffffff;

/** SEMANTICS §3, checks 2 to 15; the repeat (1) has been looked for. */
export function refuseNewOrder(
  state: PartitionState,
  instrument: Instrument | null,
  command: DataView,
  block: number,
): number {
  if (state.isShareFull()) return OrdRejReason.IdWindowFull;
  if (state.isTooLate(command, block)) return OrdRejReason.TooLateToEnter;
  if (instrument === null) return OrdRejReason.UnknownSymbol;
  if (command.getUint32(block + New.orderID, false) !== instrument.symbolHash) {
    return OrdRejReason.WrongPartition;
  }
  if (!state.accounts.isDefined(state.account)) return OrdRejReason.UnknownAccount;
  if (state.accounts.isDisabled(state.account)) return OrdRejReason.AccountDisabled;
  if (instrument.tradingState !== TradingState.Open) return OrdRejReason.ExchangeClosed;
  return (
    refuseCharacteristics(command, block) ||
    refuseExpireTime(state, command, block) ||
    refuseNumbers(instrument, command, block) ||
    refusePlace(state, instrument, command, block)
  );
}

/** Check 9: fields that do not go together. */
function refuseCharacteristics(command: DataView, block: number): number {
  const timeInForce = command.getUint8(block + New.timeInForce);
  const isLimit = command.getUint8(block + New.ordType) === OrdType.Limit;
  const rests = timeInForce === TimeInForce.GTC || timeInForce === TimeInForce.GTD;
  const hasPrice = command.getInt32(block + New.price, true) !== 0;
  const hasQty = readUint53(command, block + New.orderQty) !== 0;
  const hasCash = isByCash(command, block);
  const hasExpireTime = readUint53(command, block + New.expireTime) !== 0;
  const fits =
    command.getUint8(block + New.side) !== Side.None &&
    (isLimit ? hasPrice && hasQty && !hasCash : !hasPrice && hasQty !== hasCash && !rests) &&
    !(hasCash && timeInForce === TimeInForce.FOK) &&
    !(isPostOnly(command, block) && !(isLimit && rests)) &&
    (timeInForce === TimeInForce.GTD) === hasExpireTime;
  return fits ? 0 : OrdRejReason.UnsupportedOrderCharacteristic;
}

/** Check 10. */
function refuseExpireTime(state: PartitionState, command: DataView, block: number): number {
  const expireTime = readUint53(command, block + New.expireTime);
  return expireTime !== 0 && expireTime <= state.now ? OrdRejReason.ExpireTimePassed : 0;
}

/** Checks 11 to 13: a price and a quantity of the instrument's grid. */
function refuseNumbers(instrument: Instrument, command: DataView, block: number): number {
  const price = command.getInt32(block + New.price, true);
  if (price < 0) return OrdRejReason.PriceOutOfRange;
  if (price % instrument.tickSize !== 0) return OrdRejReason.InvalidPriceIncrement;
  const orderQty = readUint53(command, block + New.orderQty);
  if (orderQty !== 0 && !isOrderQty(instrument, orderQty)) return OrdRejReason.IncorrectQuantity;
  return 0;
}

/** Checks 14 and 15: room for an order that may rest, and no crossing by one that must not take. */
function refusePlace(
  state: PartitionState,
  instrument: Instrument,
  command: DataView,
  block: number,
): number {
  const timeInForce = command.getUint8(block + New.timeInForce);
  if (timeInForce !== TimeInForce.GTC && timeInForce !== TimeInForce.GTD) return 0;
  if (state.orders.count >= state.limits.orderCountMax) return OrdRejReason.OrderCapacityReached;
  const side = command.getUint8(block + New.side);
  const price = command.getInt32(block + New.price, true);
  const crosses = isPostOnly(command, block) && wouldCross(instrument, side, price);
  return crosses ? OrdRejReason.PostOnlyWouldCross : 0;
}

/** SEMANTICS §4, replace, after the repeat; `slot` is the order's, 0 where none rests under the orderID. */
export function refuseReplace(
  state: PartitionState,
  slot: number,
  command: DataView,
  block: number,
): number {
  if (state.isShareFull()) return CxlRejReason.IdWindowFull;
  if (state.isTooLate(command, block)) return CxlRejReason.TooLateToEnter;
  if (!state.accounts.isDefined(state.account)) return CxlRejReason.UnknownAccount;
  if (slot === 0) return CxlRejReason.UnknownOrder;
  const words = state.orders.words[slot >>> chunkShift]!;
  const at = (slot & chunkMask) << orderShift;
  if (words[at + OrderWord.accountID] !== state.accountID) return CxlRejReason.UnknownOrder;
  if (state.accounts.isDisabled(state.account)) return CxlRejReason.AccountDisabled;
  const traits = words[at + OrderWord.traits]!;
  const instrument = state.instrumentOf(traits);
  if (instrument.tradingState !== TradingState.Open) return CxlRejReason.ExchangeClosed;
  const price = command.getInt32(block + Replace.price, true);
  const orderQty = readUint53(command, block + Replace.orderQty);
  if (price === 0 && orderQty === 0) return CxlRejReason.NothingToReplace;
  if (price < 0) return CxlRejReason.PriceOutOfRange;
  if (price % instrument.tickSize !== 0) return CxlRejReason.InvalidPriceIncrement;
  if (orderQty > cumQtyOf(state, slot) && !isOrderQty(instrument, orderQty)) {
    return CxlRejReason.IncorrectQuantity;
  }
  const mustNotTake = postOnlyOf(traits) === 1 && price !== 0;
  if (mustNotTake && wouldCross(instrument, sideOf(traits), price)) {
    return CxlRejReason.PostOnlyWouldCross;
  }
  return 0;
}

/** What of a resting order has traded. */
export function cumQtyOf(state: PartitionState, slot: number): number {
  const doubles = state.orders.doubles[slot >>> chunkShift]!;
  const at = (slot & chunkMask) << (orderShift - 1);
  return doubles[at + OrderDouble.fillableQty]! - doubles[at + OrderDouble.leavesQty]!;
}

/** Within the instrument's bounds and in whole lots. */
function isOrderQty(instrument: Instrument, orderQty: number): boolean {
  const { minOrderQty, maxOrderQty, lotSize } = instrument;
  if (orderQty < minOrderQty || (maxOrderQty !== 0 && orderQty > maxOrderQty)) return false;
  return isMultiple(orderQty, lotSize);
}

/** Integers of 31 bits are divided as such, which is far faster than as doubles. */
function isMultiple(value: number, unit: number): boolean {
  if (unit === 1) return true;
  if (value <= int32Max && unit <= int32Max) return (value | 0) % (unit | 0) === 0;
  return value % unit === 0;
}

/** Whether a limit order of this side and price would take; own orders count. */
function wouldCross(instrument: Instrument, side: number, price: number): boolean {
  const { bestBid, bestAsk } = instrument.ladder;
  return side === Side.Buy ? bestAsk !== 0 && price >= bestAsk : bestBid !== 0 && price <= bestBid;
}

function isPostOnly(command: DataView, block: number): boolean {
  return (command.getUint8(block + New.execInst) & ExecInst.postOnly) !== 0;
}

export function isByCash(command: DataView, block: number): boolean {
  for (let at = 0; at < 16; at += 4) {
    if (command.getInt32(block + New.cashOrderQty + at, true) !== 0) return true;
  }
  return false;
}
