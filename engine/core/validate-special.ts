import { CxlRejReason, OrdRejReason, Side, TimeInForce } from "../../schema/generated/enums.ts";
import { NewOrderSingleLayout as New } from "../../schema/generated/new-order-single.ts";
import { OrderCancelReplaceRequestLayout as Replace } from "../../schema/generated/order-cancel-replace-request.ts";
import { uint53At } from "./command-buffer.ts";
import type { Instrument } from "./instruments.ts";
import { ExtraDouble, ExtraWord } from "./order-extras.ts";
import { namedConnection } from "./connections.ts";
import { otherLegOf } from "./legs.ts";
import { refuseForCaps, refuseReplaceForCaps, refuseResizeForCaps } from "./open-orders.ts";
import {
  ColdDouble,
  coldShift,
  OrderDouble,
  orderShift,
  OrderWord,
  waitsBit,
} from "./order-pool.ts";
import { isOutsideBand } from "./price-bands.ts";
import type { OrderRequest } from "./order-request.ts";
import type { PartitionState } from "./state.ts";
import { isMultiple, isOrderQty, wouldCross } from "./grid.ts";

/** The checks of orders that wait or hide (SEMANTICS §3, §4): those of plain ones, and their own among them. They read only. */

const priceMax = 2147483647;
/** Most parts of an iceberg: a taker trades with one after the other. */
const partsMax = 100;

/** SEMANTICS §3, checks 9 and on, of a state.request that is not plain; reads the rest of it. */
export const refuseSpecial = (
  state: PartitionState,
  instrument: Instrument,
  commands: Int32Array,
  block: number,
): number => {
  const { request } = state;
  readRest(request, commands, block);
  const { expireTime, orderQty, side, price } = request;
  if (!isCoherent(request)) return OrdRejReason.UnsupportedOrderCharacteristic;
  if (expireTime !== 0 && expireTime <= state.now) return OrdRejReason.ExpireTimePassed;
  const reason = refusePrices(instrument, request);
  if (reason !== 0) return reason;
  if (orderQty !== 0 && !isOrderQty(instrument, orderQty)) return OrdRejReason.IncorrectQuantity;
  if (!isDisplayQty(instrument, request)) return OrdRejReason.IncorrectQuantity;
  const starting = request.isStop ? startingStopPx(instrument, request) : 0;
  if (request.isStop && starting === 0) return OrdRejReason.NoReferencePrice;
  if (isOutsideBand(instrument, price, starting)) return OrdRejReason.PriceExceedsCurrentPriceBand;
  if (request.isStop || (request.isLimit && request.mayRest)) {
    const full = refuseToStay(state, instrument);
    if (full !== 0) return full;
  }
  const mustNotTake = request.isPostOnly && wouldCross(instrument, side, price);
  return mustNotTake ? OrdRejReason.PostOnlyWouldCross : 0;
};

const refuseToStay = (state: PartitionState, instrument: Instrument): number => {
  const isFull = state.orders.count >= state.limits.orderCountMax;
  return isFull ? OrdRejReason.OrderCapacityReached : refuseForCaps(state, instrument);
};

/** What stands behind the quantities, and what newer versions have behind the block of the first one. */
const readRest = (request: OrderRequest, commands: Int32Array, block: number): void => {
  const blockLength = commands[block - 2]! & 0xffff;
  const hasTrigger = blockLength >= New.blockLengthV1;
  const hasDisplayQty = blockLength >= New.blockLengthV2;
  const cash = block + (New.cashOrderQty >>> 2);
  request.isByCash = (commands[cash]! | commands[cash + 1]! | commands[cash + 2]!) !== 0;
  request.expireTime = uint53At(commands, block + (New.expireTime >>> 2));
  request.stopPx = hasTrigger ? commands[block + (New.stopPx >>> 2)]! : 0;
  request.pegOffsetValue = hasTrigger ? commands[block + (New.pegOffsetValue >>> 2)]! : 0;
  request.displayQty = hasDisplayQty ? uint53At(commands, block + (New.displayQty >>> 2)) : 0;
  request.connectionID = namedConnection(commands, block);
};

/** What a stop waits for at first: 0 where it names no stopPx and no trade gives one in the range of prices. */
export const startingStopPx = ({ lastPx }: Instrument, request: OrderRequest): number => {
  if (request.stopPx !== 0) return request.stopPx;
  const distance = request.pegOffsetValue;
  const stopPx = request.side === Side.Buy ? lastPx + distance : lastPx - distance;
  return lastPx === 0 || stopPx < 1 || stopPx > priceMax ? 0 : stopPx;
};

const isCoherent = (request: OrderRequest): boolean => {
  const { isLimit, isStop, hasLimit, mayRest, isByCash, timeInForce } = request;
  const hasQty = request.orderQty !== 0;
  const isMarket = !hasLimit && !isStop;
  const hasTrigger = (request.stopPx | request.pegOffsetValue) !== 0;
  return (
    request.side !== Side.None &&
    (request.price !== 0) === hasLimit &&
    hasTrigger === isStop &&
    (isMarket ? hasQty !== isByCash && !mayRest : hasQty && !isByCash) &&
    !(isByCash && timeInForce === TimeInForce.FOK) &&
    (request.displayQty === 0 || (hasLimit && mayRest)) &&
    !(request.isPostOnly && !(isLimit && mayRest)) &&
    !(timeInForce === TimeInForce.AtTheOpening && !isLimit) &&
    (timeInForce === TimeInForce.GTD) === (request.expireTime !== 0)
  );
};

const refusePrices = ({ tickSize }: Instrument, request: OrderRequest): number => {
  const { price, stopPx, pegOffsetValue } = request;
  if (price < 0 || stopPx < 0 || pegOffsetValue < 0) return OrdRejReason.PriceOutOfRange;
  const isOnGrid =
    isMultiple(price, tickSize) &&
    isMultiple(stopPx, tickSize) &&
    isMultiple(pegOffsetValue, tickSize);
  return isOnGrid ? 0 : OrdRejReason.InvalidPriceIncrement;
};

const isDisplayQty = ({ lotSize }: Instrument, { displayQty, orderQty }: OrderRequest): boolean => {
  if (displayQty === 0) return true;
  const isWithin = displayQty <= orderQty && orderQty <= displayQty * partsMax;
  return isWithin && isMultiple(displayQty, lotSize);
};

/** The stopPx that a replace asks for, its block from word `block` on; 0 where it asks for none. */
export const newStopPx = (commands: Int32Array, block: number): number => {
  const blockLength = commands[block - 2]! & 0xffff;
  return blockLength < Replace.blockLengthV1 ? 0 : commands[block + (Replace.stopPx >>> 2)]!;
};

/** What a replace asks for; 0 = as it is. */
interface Replacement {
  readonly price: number;
  readonly orderQty: number;
  readonly stopPx: number;
}

/** Of a replace with a stopPx, or of an order that waits or hides: from the fields that it does not have to the parts of an iceberg. */
export const refuseSpecialReplacement = (
  state: PartitionState,
  slot: number,
  { price, orderQty, stopPx }: Replacement,
): number => {
  const { hot } = state.orders;
  const traits = hot.wordsOf(slot)[(slot << orderShift) + OrderWord.traits]!;
  const { tickSize } = state.instrumentOf(traits);
  const waits = (traits & waitsBit) !== 0;
  if (!waits && stopPx !== 0) return CxlRejReason.UnsupportedOrderCharacteristic;
  if (waits && price !== 0 && limitOf(state, slot) === 0) {
    return CxlRejReason.UnsupportedOrderCharacteristic;
  }
  if (price < 0 || stopPx < 0) return CxlRejReason.PriceOutOfRange;
  if (!isMultiple(price, tickSize) || !isMultiple(stopPx, tickSize)) {
    return CxlRejReason.InvalidPriceIncrement;
  }
  const displayQty = state.orders.extras.doubleOf(slot, ExtraDouble.displayQty);
  const hasTooManyParts = displayQty !== 0 && orderQty > displayQty * partsMax;
  return hasTooManyParts ? CxlRejReason.IncorrectQuantity : 0;
};

/** Bands and caps, of a replace whose fields are in order. 0 = as it is. */
export const refuseForGuards = (
  state: PartitionState,
  instrument: Instrument,
  slot: number,
  price: number,
  orderQty: number,
  stopPx: number,
): number => {
  const { hot, cold } = state.orders;
  const at = slot << orderShift;
  const words = hot.wordsOf(slot);
  const waits = (words[at + OrderWord.traits]! & waitsBit) !== 0;
  const standing = words[at + OrderWord.price]!;
  const newPrice = price || (waits ? limitOf(state, slot) : standing);
  const newStopPx = waits ? stopPx || standing : 0;
  if ((price | stopPx) !== 0 && isOutsideBand(instrument, newPrice, newStopPx)) {
    return CxlRejReason.PriceExceedsCurrentPriceBand;
  }
  const doubles = hot.doublesOf(slot);
  const leavesQty = doubles[(at >>> 1) + OrderDouble.leavesQty]!;
  const cumQty = doubles[(at >>> 1) + OrderDouble.fillableQty]! - leavesQty;
  const preventedAt = (slot << (coldShift - 1)) + ColdDouble.preventedQty;
  const usedQty = cumQty + cold.doublesOf(slot)[preventedAt]!;
  const newLeavesQty = orderQty === 0 ? leavesQty : orderQty - usedQty;
  return refuseReplaceForCaps(state, instrument, slot, newPrice, newLeavesQty);
};

/** What a new quantity of a leg would make of its pair, since the other leg takes it too. 0 = as it is. */
export const refuseToResize = (
  state: PartitionState,
  instrument: Instrument,
  slot: number,
  price: number,
  orderQty: number,
): number => {
  const other = otherLegOf(state, slot);
  if (other === 0 || orderQty === 0) return 0;
  const displayQty = state.orders.extras.doubleOf(other, ExtraDouble.displayQty);
  if (displayQty !== 0 && orderQty > displayQty * partsMax) return CxlRejReason.IncorrectQuantity;
  return refuseResizeForCaps(
    state,
    instrument,
    { slot, price: price || priceOf(state, slot), leavesQty: orderQty - preventedOf(state, slot) },
    { slot: other, price: priceOf(state, other), leavesQty: orderQty - preventedOf(state, other) },
  );
};

/** The limit of an order that rests or waits; 0 = none. */
const priceOf = (state: PartitionState, slot: number): number => {
  const words = state.orders.hot.wordsOf(slot);
  const at = slot << orderShift;
  const waits = (words[at + OrderWord.traits]! & waitsBit) !== 0;
  return waits ? limitOf(state, slot) : words[at + OrderWord.price]!;
};

const preventedOf = ({ orders }: PartitionState, slot: number): number =>
  orders.cold.doublesOf(slot)[(slot << (coldShift - 1)) + ColdDouble.preventedQty]!;

const limitOf = ({ orders }: PartitionState, slot: number): number =>
  orders.extras.wordOf(slot, ExtraWord.price);
