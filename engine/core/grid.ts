/** What the checks of plain orders and of others ask of an instrument. */
import { Side, TradingState } from "../../schema/generated/enums.ts";
import type { Instrument } from "./instruments.ts";

const int32Max = 0x7fffffff;

/** Within the instrument's bounds and in whole lots. */
export const isOrderQty = (instrument: Instrument, orderQty: number): boolean => {
  const { minOrderQty, maxOrderQty, lotSize } = instrument;
  if (orderQty < minOrderQty || (maxOrderQty !== 0 && orderQty > maxOrderQty)) return false;
  return isMultiple(orderQty, lotSize);
};

/** Integers of 31 bits are divided as such, which is far faster than as doubles. */
export const isMultiple = (value: number, unit: number): boolean => {
  if (unit === 1) return true;
  if (value <= int32Max && unit <= int32Max) return (value | 0) % (unit | 0) === 0;
  return value % unit === 0;
};

/** Whether a limit order of this side and price takes: in an auction nothing does. */
export const isMatched = (instrument: Instrument, side: number, price: number): boolean =>
  wouldCross(instrument, side, price) && instrument.tradingState === TradingState.Open;

/** Whether a limit order of this side and price would take; own orders count. */
export const wouldCross = (instrument: Instrument, side: number, price: number): boolean => {
  if (side === Side.Buy) {
    const { bestAsk } = instrument.asks;
    return bestAsk !== 0 && price >= bestAsk;
  }
  const { bestBid } = instrument.ladder;
  return bestBid !== 0 && price <= bestBid;
};
