import { makerFeeOf, takerFeeOf } from "../schema/fees.ts";
import { CancelReason, OrdRejReason, OrdStatus, Side } from "../schema/generated/enums.ts";
import type { Deferred } from "../schema/generated/deferred.ts";
import type { OrderAccepted } from "../schema/generated/order-accepted.ts";
import type { OrderRejected } from "../schema/generated/order-rejected.ts";
import type { Event } from "../schema/generated/records.ts";
import type { Trade } from "../schema/generated/trade.ts";

/** A body's events with their place, as the naive fold reads them. */
export interface NaiveBody {
  readonly position: { readonly seqNum: number };
  readonly events: readonly Event[];
}

/** The columns that say what an order, a fill and a position came to. */
export interface NaiveTables {
  readonly orders: Record<string, unknown>[];
  readonly fills: Record<string, unknown>[];
  readonly positions: Record<string, unknown>[];
}

/** Slow and obvious: gathers every event that names an order, then says of each order what all of them together came to. */
export function naiveFold(bodies: readonly NaiveBody[]): NaiveTables {
  const symbols = new Map<number, string>();
  const events = bodies.flatMap(({ events: some, position: { seqNum } }) =>
    some.map((event) => ({ event, seqNum })),
  );
  for (const { event } of events) {
    if (event.kind === "SecurityDefined") symbols.set(event.securityID, event.symbol);
  }
  const trades = events.flatMap(({ event, seqNum }) =>
    event.kind === "Trade" ? [{ trade: event, seqNum }] : [],
  );
  const fills = trades.flatMap(({ trade, seqNum }) =>
    (["maker", "taker"] as const).map((role) => fillOf(trade, { seqNum, role, symbols })),
  );
  const orders = events.flatMap(({ event }) =>
    event.kind === "OrderAccepted" || event.kind === "OrderRejected" || isWaiting(event, events)
      ? [orderOf(event, events.map((placed) => placed.event).filter(names(event)), symbols)]
      : [],
  );
  return { orders, fills, positions: positionsOf(fills) };
}

/** The last Deferred of an order that nothing has settled. */
function isWaiting(event: Event, events: readonly { readonly event: Event }[]): event is Deferred {
  if (event.kind !== "Deferred") return false;
  const told = events.flatMap(({ event: other }) =>
    other.kind === "OrderAccepted" || other.kind === "OrderRejected" || other.kind === "Deferred"
      ? [other]
      : [],
  );
  const { orderID, firstSeqNum } = event;
  const last = told.findLast(
    (other) => other.orderID === orderID && other.firstSeqNum === firstSeqNum,
  );
  return last === event;
}

function names(order: { orderID: string; firstSeqNum: number }): (event: Event) => boolean {
  return (event) => {
    if (event.kind === "Trade" || event.kind === "SelfTradePrevented") {
      return isMaker(event, order) || isTaker(event, order);
    }
    if (event.kind !== "OrderCanceled" && event.kind !== "OrderReplaced") return false;
    return event.orderID === order.orderID && event.firstSeqNum === order.firstSeqNum;
  };
}

type Two = { makerOrderID: string; makerFirstSeqNum: number } & {
  takerOrderID: string;
  takerFirstSeqNum: number;
};

function isMaker(event: Two, order: { orderID: string; firstSeqNum: number }): boolean {
  return event.makerOrderID === order.orderID && event.makerFirstSeqNum === order.firstSeqNum;
}

function isTaker(event: Two, order: { orderID: string; firstSeqNum: number }): boolean {
  return event.takerOrderID === order.orderID && event.takerFirstSeqNum === order.firstSeqNum;
}

function orderOf(
  first: OrderAccepted | OrderRejected | Deferred,
  events: readonly Event[],
  symbols: ReadonlyMap<number, string>,
): Record<string, unknown> {
  const trades = events.filter((event) => event.kind === "Trade");
  const prevented = events.filter((event) => event.kind === "SelfTradePrevented");
  const replaced = events.filter((event) => event.kind === "OrderReplaced").at(-1);
  const canceled = events.find((event) => event.kind === "OrderCanceled");
  const price = replaced?.price ?? first.price;
  const cumQty = trades.reduce((sum, { lastQty }) => sum + lastQty, 0);
  const preventedQty = prevented.reduce((sum, event) => sum + event.preventedQty, 0);
  const orderQty = replaced?.orderQty ?? first.orderQty;
  const status = statusOf(first, { trades, canceled, cumQty });
  const isOpen = status === OrdStatus.New || status === OrdStatus.PartiallyFilled;
  return {
    orderID: first.orderID,
    firstSeqNum: first.firstSeqNum,
    accountID: first.accountID,
    symbol: first.kind === "OrderAccepted" ? symbols.get(first.securityID) : first.symbol,
    clOrdID: first.clOrdID,
    side: first.side,
    price: price === 0 ? null : price,
    orderQty,
    cumQty,
    preventedQty,
    leavesQty: isOpen && orderQty > 0 ? orderQty - cumQty - preventedQty : 0,
    cumNotional: trades.reduce((sum, t) => sum + BigInt(t.lastPx) * BigInt(t.lastQty), 0n),
    ordStatus: status,
    cancelReason: canceled?.cancelReason ?? null,
    ordRejReason: first.kind === "OrderAccepted" ? null : first.ordRejReason,
  };
}

function statusOf(
  first: OrderAccepted | OrderRejected | Deferred,
  after: {
    trades: readonly Trade[];
    canceled: { readonly cancelReason: number } | undefined;
    cumQty: number;
  },
): OrdStatus {
  if (first.kind === "OrderRejected") {
    const isCanceled = first.ordRejReason === OrdRejReason.CanceledBeforeEntry;
    return isCanceled ? OrdStatus.Canceled : OrdStatus.Rejected;
  }
  if (first.kind === "Deferred") return OrdStatus.PendingNew;
  if (after.canceled !== undefined) {
    const isExpired = after.canceled.cancelReason === CancelReason.Expired;
    return isExpired ? OrdStatus.Expired : OrdStatus.Canceled;
  }
  const last = after.trades.at(-1);
  if (last === undefined) return OrdStatus.New;
  const status = isMaker(last, first) ? last.makerOrdStatus : last.takerOrdStatus;
  return status === OrdStatus.Filled ? OrdStatus.Filled : OrdStatus.PartiallyFilled;
}

function fillOf(
  trade: Trade,
  place: { seqNum: number; role: "maker" | "taker"; symbols: ReadonlyMap<number, string> },
): Record<string, unknown> {
  const { seqNum, role, symbols } = place;
  const isAuction = trade.aggressorSide === Side.None;
  const aggressorSide = isAuction ? Side.Sell : trade.aggressorSide;
  const opposite = aggressorSide === Side.Buy ? Side.Sell : Side.Buy;
  return {
    symbol: symbols.get(trade.securityID),
    rptSeq: trade.rptSeq,
    side: role === "maker" ? opposite : aggressorSide,
    seqNum,
    accountID: trade[`${role}AccountID`],
    orderID: trade[`${role}OrderID`],
    firstSeqNum: trade[`${role}FirstSeqNum`],
    lastQty: trade.lastQty,
    lastPx: trade.lastPx,
    leavesQty: trade[`${role}LeavesQty`],
    ordStatus: trade[`${role}OrdStatus`],
    lastLiquidityInd: isAuction ? 4 : role === "maker" ? 1 : 2,
    fee: role === "maker" ? makerFeeOf(trade) : takerFeeOf(trade),
  };
}

function positionsOf(fills: readonly Record<string, unknown>[]): Record<string, unknown>[] {
  const keys = new Set(fills.map(({ accountID, symbol }) => `${accountID} ${symbol}`));
  return [...keys].map((key) => {
    const own = fills.filter(({ accountID, symbol }) => `${accountID} ${symbol}` === key);
    const sum = (side: Side, of: (fill: Record<string, unknown>) => bigint): bigint =>
      own.filter((fill) => fill["side"] === side).reduce((total, fill) => total + of(fill), 0n);
    const qty = (fill: Record<string, unknown>): bigint => BigInt(fill["lastQty"] as number);
    const notional = (fill: Record<string, unknown>): bigint =>
      qty(fill) * BigInt(fill["lastPx"] as number);
    const boughtQty = sum(Side.Buy, qty);
    const soldQty = sum(Side.Sell, qty);
    return {
      accountID: own[0]?.["accountID"],
      symbol: own[0]?.["symbol"],
      netQty: boughtQty - soldQty,
      boughtQty,
      soldQty,
      boughtNotional: sum(Side.Buy, notional),
      soldNotional: sum(Side.Sell, notional),
      fees: own.reduce((total, fill) => total + (fill["fee"] as bigint), 0n),
    };
  });
}
