import type {
  AnalyticsFoldPositionRow,
  AnalyticsInstrumentRow,
  BboRow,
  ExecTypeName,
  IndicationRow,
  LiquidityName,
  OrderEventRow,
  TradeRow,
} from "../schema/clickhouse/rows.ts";
import type { AuctionIndication } from "../schema/generated/auction-indication.ts";
import {
  CancelReasonName,
  OrdRejReasonName,
  OrdStatusName,
  OrdTypeName,
  SelfTradePreventionName,
  SideName,
  TimeInForceName,
  TradingStateName,
} from "../schema/generated/enums.ts";
import type { Trade } from "../schema/generated/trade.ts";
import type { InstrumentRow, OrderRow } from "../schema/postgres/tables.ts";
import { formatDecimal } from "../schema/units.ts";
import type { FoldPosition } from "../ports/log/fold.ts";
import type { TopOfBook } from "./books.ts";
import type { OrderReport } from "./project.ts";

/** Where and when a body stands. */
export interface Place {
  readonly partition: number;
  readonly seqNum: number;
  /** As ClickHouse reads it. */
  readonly transactTime: string;
}

/** Milliseconds since 1970 as "2026-11-25 15:00:00.123", UTC. */
export function clickhouseTime(ms: number): string {
  return new Date(ms).toISOString().replace("T", " ").replace("Z", "");
}

export function tradeRow(trade: Trade, instrument: InstrumentRow, place: Place): TradeRow {
  return {
    ...place,
    symbol: instrument.symbol,
    rptSeq: trade.rptSeq,
    lastPx: formatDecimal(trade.lastPx, instrument.priceExponent),
    lastQty: formatDecimal(trade.lastQty, instrument.qtyExponent),
    aggressorSide: SideName[trade.aggressorSide],
    makerAccountID: trade.makerAccountID,
    makerOrderID: trade.makerOrderID,
    makerFirstSeqNum: trade.makerFirstSeqNum,
    takerAccountID: trade.takerAccountID,
    takerOrderID: trade.takerOrderID,
    takerFirstSeqNum: trade.takerFirstSeqNum,
  };
}

export function indicationRow(
  indication: AuctionIndication,
  instrument: InstrumentRow,
  place: Place,
): IndicationRow {
  const { indicativePrice, indicativeQty, imbalanceQty, imbalanceSide, rptSeq } = indication;
  const { symbol, priceExponent, qtyExponent } = instrument;
  return {
    ...place,
    symbol,
    rptSeq,
    indicativePrice: indicativePrice === 0 ? null : formatDecimal(indicativePrice, priceExponent),
    indicativeQty: formatDecimal(indicativeQty, qtyExponent),
    imbalanceQty: formatDecimal(imbalanceQty, qtyExponent),
    imbalanceSide: SideName[imbalanceSide],
  };
}

/** `instrument` null: the symbol is unknown, and so are its units; the quantities are left out. */
export function orderEventRow(
  report: OrderReport,
  instrument: InstrumentRow | null,
  place: Place,
): OrderEventRow {
  const { order, lastPx, lastQty } = report;
  const price = (units: number | null): string | null =>
    units === null || instrument === null ? null : formatDecimal(units, instrument.priceExponent);
  const qty = (units: number): string =>
    instrument === null ? "0" : formatDecimal(units, instrument.qtyExponent);
  return {
    ...place,
    symbol: order.symbol,
    rptSeq: order.lastRptSeq,
    side: nameOf(SideName, order.side),
    execType: execTypeOf(report),
    ordStatus: nameOf(OrdStatusName, order.ordStatus),
    accountID: order.accountID,
    orderID: order.orderID,
    firstSeqNum: order.firstSeqNum,
    otherOrderID: order.otherOrderID,
    entryRptSeq: order.entryRptSeq,
    securityID: order.securityID,
    clOrdID: order.clOrdID,
    ordType: nameOf(OrdTypeName, order.ordType),
    timeInForce: nameOf(TimeInForceName, order.timeInForce),
    price: price(order.price),
    stopPx: price(order.stopPx),
    pegOffsetValue: price(order.pegOffsetValue),
    triggered: order.triggeredTime !== null,
    orderQty: qty(order.orderQty),
    displayQty: order.displayQty === null ? null : qty(order.displayQty),
    shownQty: order.shownQty === null ? null : qty(order.shownQty),
    cashOrderQty: cashText(order, instrument),
    cumQty: qty(order.cumQty),
    leavesQty: qty(order.leavesQty),
    preventedQty: qty(order.preventedQty),
    lastPx: price(lastPx),
    lastQty: lastQty === null ? null : qty(lastQty),
    fee: instrument === null ? "0" : formatDecimal(report.fee, feeExponentOf(instrument)),
    lastLiquidityInd: liquidityNames[report.lastLiquidityInd],
    reason: reasonOf(order),
  };
}

function feeExponentOf({ priceExponent, qtyExponent }: InstrumentRow): number {
  return priceExponent + qtyExponent;
}

const liquidityNames: Readonly<Record<0 | 1 | 2 | 4, LiquidityName>> = {
  0: "None",
  1: "Added",
  2: "Removed",
  4: "Auction",
};

function execTypeOf({ kind, order }: OrderReport): ExecTypeName {
  if (kind === "Deferred") throw new Error("A deferred order has no row");
  return kind === "Canceled" && nameOf(OrdStatusName, order.ordStatus) === "Expired"
    ? "Expired"
    : kind;
}

function reasonOf({ cancelReason, ordRejReason }: OrderRow): string {
  if (cancelReason !== null) return nameOf(CancelReasonName, cancelReason);
  return ordRejReason === null ? "" : nameOf(OrdRejReasonName, ordRejReason);
}

/** Decimal(76, 36) has 40 digits before the point; a request for more than that is not worth stopping for. */
const cashDigitsMax = 40;

function cashText(order: OrderRow, instrument: InstrumentRow | null): string | null {
  if (order.cashOrderQty === null || instrument === null) return null;
  const text = formatDecimal(order.cashOrderQty, instrument.priceExponent + instrument.qtyExponent);
  return (text.split(".")[0] ?? "").length > cashDigitsMax ? null : text;
}

export function bboRow(
  top: TopOfBook,
  { instrument, rptSeq, place }: { instrument: InstrumentRow; rptSeq: number; place: Place },
): BboRow {
  const price = (units: number | null): string | null =>
    units === null ? null : formatDecimal(units, instrument.priceExponent);
  return {
    ...place,
    symbol: instrument.symbol,
    rptSeq,
    bidPx: price(top.bid.price),
    bidQty: formatDecimal(top.bid.orderQty, instrument.qtyExponent),
    askPx: price(top.ask.price),
    askQty: formatDecimal(top.ask.orderQty, instrument.qtyExponent),
  };
}

export function instrumentRow(instrument: InstrumentRow, place: Place): AnalyticsInstrumentRow {
  const qty = (units: number): string => formatDecimal(units, instrument.qtyExponent);
  return {
    ...place,
    securityID: instrument.securityID,
    symbol: instrument.symbol,
    baseCurrency: instrument.baseCurrency,
    quoteCurrency: instrument.quoteCurrency,
    priceExponent: instrument.priceExponent,
    qtyExponent: instrument.qtyExponent,
    tickSize: formatDecimal(instrument.tickSize, instrument.priceExponent),
    lotSize: qty(instrument.lotSize),
    minOrderQty: qty(instrument.minOrderQty),
    maxOrderQty: qty(instrument.maxOrderQty),
    priceBandBps: instrument.priceBandBps,
    takerBandBps: instrument.takerBandBps,
    referencePrice: formatDecimal(instrument.referencePrice, instrument.priceExponent),
    selfTradePrevention: nameOf(SelfTradePreventionName, instrument.selfTradePrevention),
    tradingState: nameOf(TradingStateName, instrument.tradingState),
  };
}

export function foldPositionRow(
  partition: number,
  position: FoldPosition,
): AnalyticsFoldPositionRow {
  return { partition, ...position };
}

/** The name of a code that a row holds as a plain number. */
function nameOf(names: Readonly<Record<number, string>>, code: number): string {
  const name = names[code];
  if (name === undefined) throw new Error(`No name for code ${code}`);
  return name;
}
