import {
  AccountStatus,
  CxlRejReason,
  ExecInst,
  OrdRejReason,
  OrdType,
  SelfTradePrevention,
  Side,
  TimeInForce,
  TradingState,
} from "../../schema/generated/enums.ts";
import { NewOrderSingleLayout as New } from "../../schema/generated/new-order-single.ts";
import { OrderCancelReplaceRequestLayout as Replace } from "../../schema/generated/order-cancel-replace-request.ts";
import { uint53At } from "./command-buffer.ts";
import { namedConnection } from "./connections.ts";
import { isMultiple, isOrderQty, wouldCross } from "./grid.ts";
import type { Instrument } from "./instruments.ts";
import {
  hasExtraBit,
  isLasting,
  OrderDouble,
  orderShift,
  OrderWord,
  postOnlyOf,
  sideOf,
} from "./order-pool.ts";
import type { OrderRequest } from "./order-request.ts";
import type { PartitionState } from "./state.ts";
import {
  newStopPx,
  refuseForGuards,
  refuseSpecial,
  refuseSpecialReplacement,
  refuseToResize,
} from "./validate-special.ts";

/**
 * The checks of orders and replaces in the order that SEMANTICS §3 and §4 give; the first that fails decides. They read only: every
 * check comes before the first change. Each returns its reason, 0 where all is well.
 */

/** SEMANTICS §3, check 2, of an order whose id is new. These refusals leave no id window entry. */
export const refuseFirst = (state: PartitionState, commands: Int32Array, block: number): number => {
  if (state.isShareFull()) return OrdRejReason.IdWindowFull;
  const attempt = commands[block + (New.attempt >>> 2)]! & 0xffff;
  return attempt === 0 ? 0 : OrdRejReason.NotDeferred;
};

/** SEMANTICS §3, checks 3 and on. Where the last ones are reached, state.request says afterwards what is asked for. */
export const refuseNewOrder = (
  state: PartitionState,
  instrument: Instrument | null,
  commands: Int32Array,
  block: number,
  isNewer: boolean,
): number => {
  if (state.isLate(commands, block)) return OrdRejReason.TooLateToEnter;
  if (isOfLostConnection(state, commands, block)) return OrdRejReason.ConnectionLost;
  if (isNewer) return OrdRejReason.NewerVersion;
  if (instrument === null) return OrdRejReason.UnknownSymbol;
  const firstOfID = commands[block + (New.orderID >>> 2)];
  if (firstOfID !== instrument.firstOfOrderIDs) return OrdRejReason.WrongPartition;
  const accountStatus = state.accounts.statusOf(state.account);
  if (accountStatus === 0) return OrdRejReason.UnknownAccount;
  if (accountStatus === AccountStatus.Disabled) return OrdRejReason.AccountDisabled;
  const ordType = commands[block + (New.attempt >>> 2)]! >>> 24;
  const timeInForce = commands[block + (New.timeInForce >>> 2)]! & 0xff;
  if (!isTaken(instrument.tradingState, ordType, timeInForce)) return OrdRejReason.ExchangeClosed;
  return refuseRequest(state, instrument, commands, block);
};

/** Whether a first attempt comes from a connection of whose timer none is armed: it has run out, so that nobody would cancel the order any more. */
const isOfLostConnection = (
  { deadMen }: PartitionState,
  commands: Int32Array,
  block: number,
): boolean => {
  const connectionID = namedConnection(commands, block);
  if (connectionID === 0 || (commands[block + (New.attempt >>> 2)]! & 0xffff) !== 0) return false;
  return !deadMen.isArmed(commands[block + (New.accountID >>> 2)]!, connectionID);
};

/** Check 8: what a state takes (SEMANTICS §4). */
const isTaken = (tradingState: number, ordType: number, timeInForce: number): boolean => {
  if (tradingState === TradingState.Open) return timeInForce !== TimeInForce.AtTheOpening;
  if (!isAuction(tradingState) || ordType === OrdType.Market) return false;
  return ordType !== OrdType.Limit || isLasting(timeInForce);
};

/** Whether orders are taken and rest unmatched. */
const isAuction = (tradingState: number): boolean =>
  tradingState === TradingState.PreOpen || tradingState === TradingState.Auction;

/** Checks 9 and on; leaves in state.request what they have read. */
const refuseRequest = (
  state: PartitionState,
  instrument: Instrument,
  commands: Int32Array,
  block: number,
): number => {
  const { request } = state;
  const kind = commands[block + (New.attempt >>> 2)]!;
  const rules = commands[block + (New.timeInForce >>> 2)]!;
  const price = commands[block + (New.price >>> 2)]!;
  const timeInForce = rules & 0xff;
  const mode = (rules >>> 8) & 0xff;
  const isPostOnly = ((rules >>> 16) & ExecInst.postOnly) !== 0;
  const isLimit = kind >>> 24 === OrdType.Limit;
  const orderQty = uint53At(commands, block + (New.orderQty >>> 2));
  request.side = (kind >>> 16) & 0xff;
  request.isLimit = isLimit;
  request.timeInForce = timeInForce;
  request.mayRest = isLasting(timeInForce);
  request.selfTradePrevention =
    mode === SelfTradePrevention.Default ? instrument.selfTradePrevention : mode;
  request.isPostOnly = isPostOnly;
  request.price = price;
  request.orderQty = orderQty;
  request.ordType = kind >>> 24;
  request.isPlain =
    commands[block - 1]! >>> 16 === 0 && request.ordType <= OrdType.Limit && !instrument.isGuarded;
  if (!request.isPlain) return refuseSpecial(state, instrument, commands, block);
  const isPlain = isLimit && price > 0 && orderQty > 0 && isUnadorned(commands, block);
  if (isPlain && timeInForce !== TimeInForce.GTD && request.side !== Side.None) {
    request.isByCash = false;
    request.expireTime = 0;
  } else {
    const reason = refuseRare(state, commands, block);
    if (reason !== 0) return reason;
  }
  if (!isMultiple(price, instrument.tickSize)) return OrdRejReason.InvalidPriceIncrement;
  if (orderQty !== 0 && !isOrderQty(instrument, orderQty)) return OrdRejReason.IncorrectQuantity;
  if (request.mayRest && state.orders.count >= state.limits.orderCountMax) {
    return OrdRejReason.OrderCapacityReached;
  }
  const mustNotTake = isPostOnly && wouldCross(instrument, request.side, price);
  return mustNotTake ? OrdRejReason.PostOnlyWouldCross : 0;
};

/** Whether an order is without cash, expireTime and execInst. The highest word of a Wide always is zero. */
const isUnadorned = (commands: Int32Array, block: number): boolean => {
  const cash = block + (New.cashOrderQty >>> 2);
  const expireTime = block + (New.expireTime >>> 2);
  const execInst = commands[block + (New.timeInForce >>> 2)]! & 0xff0000;
  const given = commands[cash]! | commands[cash + 1]! | commands[cash + 2]! | execInst;
  return (given | commands[expireTime]! | commands[expireTime + 1]!) === 0;
};

/** Checks 9 to 11, where they may fail; reads the rest of the request. */
const refuseRare = (state: PartitionState, commands: Int32Array, block: number): number => {
  const { request } = state;
  const cash = block + (New.cashOrderQty >>> 2);
  request.isByCash = (commands[cash]! | commands[cash + 1]! | commands[cash + 2]!) !== 0;
  request.expireTime = uint53At(commands, block + (New.expireTime >>> 2));
  if (!isCoherent(request)) return OrdRejReason.UnsupportedOrderCharacteristic;
  const { expireTime } = request;
  if (expireTime !== 0 && expireTime <= state.now) return OrdRejReason.ExpireTimePassed;
  return request.price < 0 ? OrdRejReason.PriceOutOfRange : 0;
};

/** Check 9: whether the fields go together. */
const isCoherent = (request: OrderRequest): boolean => {
  const { isLimit, mayRest, isByCash, timeInForce } = request;
  const hasPrice = request.price !== 0;
  const hasQty = request.orderQty !== 0;
  const isWhole = isLimit
    ? hasPrice && hasQty && !isByCash
    : !hasPrice && hasQty !== isByCash && !mayRest;
  return (
    isWhole &&
    request.side !== Side.None &&
    !(isByCash && timeInForce === TimeInForce.FOK) &&
    !(request.isPostOnly && !(isLimit && mayRest)) &&
    (timeInForce === TimeInForce.GTD) === (request.expireTime !== 0)
  );
};

/** SEMANTICS §4, replace, after the repeat; `slot` is the order's, 0 where none rests under the orderID. */
export const refuseReplace = (
  state: PartitionState,
  slot: number,
  commands: Int32Array,
  block: number,
): number => {
  if (state.isShareFull()) return CxlRejReason.IdWindowFull;
  if (state.isLate(commands, block)) return CxlRejReason.TooLateToEnter;
  const accountStatus = state.accounts.statusOf(state.account);
  if (accountStatus === 0) return CxlRejReason.UnknownAccount;
  if (slot === 0) return CxlRejReason.UnknownOrder;
  const words = state.orders.hot.wordsOf(slot);
  const at = slot << orderShift;
  if (words[at + OrderWord.accountID] !== state.accountID) return CxlRejReason.UnknownOrder;
  if (accountStatus === AccountStatus.Disabled) return CxlRejReason.AccountDisabled;
  const traits = words[at + OrderWord.traits]!;
  const instrument = state.instrumentOf(traits);
  const { tradingState } = instrument;
  const isOpen = tradingState === TradingState.Open || isAuction(tradingState);
  if (!isOpen) return CxlRejReason.ExchangeClosed;
  return refuseReplacement(state, slot, commands, block);
};

/** As refuseReplace, of what the replace asks for: the order is the account's and may be replaced. */
const refuseReplacement = (
  state: PartitionState,
  slot: number,
  commands: Int32Array,
  block: number,
): number => {
  const traits = state.orders.hot.wordsOf(slot)[(slot << orderShift) + OrderWord.traits]!;
  const instrument = state.instrumentOf(traits);
  const price = commands[block + (Replace.price >>> 2)]!;
  const orderQty = uint53At(commands, block + (Replace.orderQty >>> 2));
  const stopPx = newStopPx(commands, block);
  if (price === 0 && orderQty === 0 && stopPx === 0) return CxlRejReason.NothingToReplace;
  if (((traits & hasExtraBit) | stopPx) !== 0) {
    const reason = refuseSpecialReplacement(state, slot, { price, orderQty, stopPx });
    if (reason !== 0) return reason;
  }
  if (price < 0) return CxlRejReason.PriceOutOfRange;
  if (!isMultiple(price, instrument.tickSize)) return CxlRejReason.InvalidPriceIncrement;
  if (orderQty > cumQtyOf(state, slot) && !isOrderQty(instrument, orderQty)) {
    return CxlRejReason.IncorrectQuantity;
  }
  if (instrument.isGuarded) {
    const reason = refuseForGuards(state, instrument, slot, price, orderQty, stopPx);
    if (reason !== 0) return reason;
  }
  const mustNotTake = postOnlyOf(traits) === 1 && price !== 0;
  if (mustNotTake && wouldCross(instrument, sideOf(traits), price)) {
    return CxlRejReason.PostOnlyWouldCross;
  }
  return (traits & hasExtraBit) === 0
    ? 0
    : refuseToResize(state, instrument, slot, price, orderQty);
};

/** What of a resting order has traded. */
export const cumQtyOf = (state: PartitionState, slot: number): number => {
  const doubles = state.orders.hot.doublesOf(slot);
  const at = slot << (orderShift - 1);
  return doubles[at + OrderDouble.fillableQty]! - doubles[at + OrderDouble.leavesQty]!;
};
