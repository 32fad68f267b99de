/** docs/SEMANTICS.md section 5b: price bands, and caps on an account's open orders. */
import { BusinessRejectReason, OrdType, Side } from "../../schema/generated/enums.ts";
import type { AccountLimits } from "../../schema/generated/account-limits.ts";
import { instrumentOf } from "./naive-state.ts";
import type {
  CommandRun,
  NaiveAccountLimits,
  NaiveInstrument,
  NaiveOrder,
  NaiveState,
} from "./naive-state.ts";

const priceMax = 2 ** 31 - 1;
const basisPoints = 10_000;

/** Prices from `low` to `high`, both included. */
export interface Band {
  readonly low: number;
  readonly high: number;
}

/** Around the price; every price where `bps` is 0 or there is nothing to go by. */
export function bandAround(price: number, bps: number): Band {
  if (bps === 0 || price === 0) return { low: 1, high: priceMax };
  const distance = Math.floor((price * bps) / basisPoints);
  return { low: Math.max(1, price - distance), high: Math.min(priceMax, price + distance) };
}

/** The last trade's price; before the first one the operator's. */
export function referencePriceOf({ lastPx, referencePrice }: NaiveInstrument): number {
  return lastPx === 0 ? referencePrice : lastPx;
}

/** Whether a limit is outside the band at entry: around the reference price, that of a stop-limit around its stopPx. */
export function isOutsideBand(
  instrument: NaiveInstrument,
  { price, stopPx }: { readonly price: number; readonly stopPx: number },
): boolean {
  if (price === 0) return false;
  const around = stopPx === 0 ? referencePriceOf(instrument) : stopPx;
  const { low, high } = bandAround(around, instrument.priceBandBps);
  return price < low || price > high;
}

/** How far a taker's trades may go, fixed when it starts. */
export function takerBound(instrument: NaiveInstrument, side: Side): number {
  const { low, high } = bandAround(referencePriceOf(instrument), instrument.takerBandBps);
  return side === Side.Buy ? high : low;
}

/** The limits that hold for an account in an instrument. */
export function limitsOf(
  state: NaiveState,
  accountID: number,
  symbol: string,
): NaiveAccountLimits | undefined {
  const own = state.accountLimits.filter((each) => each.accountID === accountID);
  return own.find((each) => each.symbol === symbol) ?? own.find((each) => each.symbol === "");
}

/** The account's open orders in the instrument. */
export function openOrdersOf(
  state: NaiveState,
  accountID: number,
  instrument: NaiveInstrument,
): NaiveOrder[] {
  return [...state.resting.values()]
    .filter((open) => open.instrument === instrument && open.order.accountID === accountID)
    .map(({ order }) => order);
}

/** What an open order counts for; a Stop has no price, so nothing. */
export function notionalOf({ price, leavesQty, ordType }: NaiveOrder): bigint {
  return ordType === OrdType.Stop ? 0n : BigInt(price) * leavesQty;
}

export function accountLimits(
  state: NaiveState,
  run: CommandRun,
  command: AccountLimits,
): BusinessRejectReason | null {
  const { accountID, symbol, openOrderCountMax, openNotionalMax } = command;
  if (!state.accounts.has(accountID)) return BusinessRejectReason.UnknownAccount;
  if (symbol !== "" && instrumentOf(state, symbol) === undefined)
    return BusinessRejectReason.UnknownSymbol;
  const others = state.accountLimits.filter(
    (each) => each.accountID !== accountID || each.symbol !== symbol,
  );
  const isNew = others.length === state.accountLimits.length;
  if (isNew && others.length >= state.limits.accountCountMax)
    return BusinessRejectReason.CapacityReached;
  const limits = { accountID, symbol, openOrderCountMax, openNotionalMax };
  state.accountLimits = [...others, limits];
  run.events.push({ kind: "AccountLimitsChanged", rptSeq: 0, ...limits });
  return null;
}
