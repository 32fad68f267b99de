import type { FoldedBody } from "../ports/log/fold.ts";
import {
  CancelReason,
  CancelReasonName,
  OrdRejReasonName,
  OrdStatusName,
  OrdTypeName,
  Side,
  TimeInForceName,
} from "../schema/generated/enums.ts";
import type { OrderAccepted } from "../schema/generated/order-accepted.ts";
import type { OrderCanceled } from "../schema/generated/order-canceled.ts";
import type { OrderReplaced } from "../schema/generated/order-replaced.ts";
import type { Event } from "../schema/generated/records.ts";
import type { SelfTradePrevented } from "../schema/generated/self-trade-prevented.ts";
import type { Trade } from "../schema/generated/trade.ts";
import { makerFeeOf, takerFeeOf } from "../schema/fees.ts";
import type { EntryReports, PrivateReport } from "../schema/http/entry-reports.ts";
import { formatDecimal } from "../schema/units.ts";
import { orderSide, positionOf, timeText } from "./answers.ts";
import type { ListedInstrument, Reference } from "./reference.ts";

/** What a body did to the orders of an account; null where it did nothing. */
export function reportsOf(
  body: FoldedBody,
  partition: number,
  accountID: number,
  reference: Pick<Reference, "security">,
): EntryReports | null {
  const reports = body.events.flatMap((event) =>
    "securityID" in event
      ? eventReports(event, accountID, reference.security(partition, event.securityID))
      : [],
  );
  if (reports.length === 0) return null;
  const position = positionOf(body, partition);
  return { type: "reports", position, transactTime: timeText(body.transactTime), reports };
}

type OfInstrument = Extract<Event, { readonly securityID: number }>;

function eventReports(
  event: OfInstrument,
  accountID: number,
  instrument: ListedInstrument | undefined,
): PrivateReport[] {
  if (event.kind === "Trade" || event.kind === "SelfTradePrevented") {
    return instrument === undefined ? [] : meetingReports(event, accountID, instrument);
  }
  if (!("accountID" in event) || event.accountID !== accountID) return [];
  if (event.kind === "OrderRejected" || event.kind === "Deferred") {
    const { symbol, orderID, rptSeq, clOrdID, side, ordRejReason } = event;
    const isRefused = event.kind === "OrderRejected";
    const execType = isRefused ? "Rejected" : "PendingNew";
    const about = { symbol, orderID, rptSeq, execType, ordStatus: execType, clOrdID } as const;
    const reason = isRefused ? { ordRejReason: OrdRejReasonName[ordRejReason] } : {};
    return [{ ...about, ...(side === Side.None ? {} : { side: orderSide(side) }), ...reason }];
  }
  if (instrument === undefined) return [];
  switch (event.kind) {
    case "OrderAccepted":
      return [acceptedReport(event, instrument)];
    case "OrderReplaced":
      return [replacedReport(event, instrument)];
    case "OrderCanceled":
      return [canceledReport(event, instrument)];
    case "OrderTriggered": {
      const stopPx = formatDecimal(event.stopPx, instrument.priceExponent);
      return [{ ...identity(event, instrument), execType: "Triggered", stopPx }];
    }
    default:
      return [];
  }
}

function acceptedReport(event: OrderAccepted, instrument: ListedInstrument): PrivateReport {
  const { priceExponent, qtyExponent } = instrument;
  const { price, orderQty, cashOrderQty, stopPx = 0 } = event;
  return {
    ...identity(event, instrument),
    execType: "New",
    ordStatus: "New",
    clOrdID: event.clOrdID,
    ordType: OrdTypeName[event.ordType],
    timeInForce: TimeInForceName[event.timeInForce],
    ...(price === 0 ? {} : { price: formatDecimal(price, priceExponent) }),
    ...(stopPx === 0 ? {} : { stopPx: formatDecimal(stopPx, priceExponent) }),
    ...(cashOrderQty === 0n
      ? quantities(qtyExponent, { orderQty, leavesQty: orderQty })
      : { cashOrderQty: formatDecimal(cashOrderQty, priceExponent + qtyExponent) }),
  };
}

function replacedReport(event: OrderReplaced, instrument: ListedInstrument): PrivateReport {
  const { priceExponent, qtyExponent } = instrument;
  const { price, orderQty, leavesQty, cumQty, stopPx = 0, clOrdID } = event;
  return {
    ...identity(event, instrument),
    execType: "Replaced",
    clOrdID,
    ...(price === 0 ? {} : { price: formatDecimal(price, priceExponent) }),
    ...(stopPx === 0 ? {} : { stopPx: formatDecimal(stopPx, priceExponent) }),
    ...quantities(qtyExponent, { orderQty, leavesQty, cumQty }),
  };
}

function canceledReport(event: OrderCanceled, instrument: ListedInstrument): PrivateReport {
  const { canceledQty, cumQty, cancelReason } = event;
  const execType = cancelReason === CancelReason.Expired ? "Expired" : "Canceled";
  return {
    ...identity(event, instrument),
    execType,
    ordStatus: execType,
    cancelReason: CancelReasonName[cancelReason],
    ...quantities(instrument.qtyExponent, { canceledQty, cumQty, leavesQty: 0 }),
  };
}

/** Of a trade, or of one that was prevented: for each of the two orders that is the account's. */
function meetingReports(
  event: Trade | SelfTradePrevented,
  accountID: number,
  instrument: ListedInstrument,
): PrivateReport[] {
  const { makerOrderID, takerOrderID, makerLeavesQty, takerLeavesQty } = event;
  const { symbol, qtyExponent } = instrument;
  const { rptSeq } = event;
  const maker = { symbol, orderID: makerOrderID, rptSeq };
  const taker = { symbol, orderID: takerOrderID, rptSeq };
  if (event.kind === "SelfTradePrevented") {
    const { preventedQty } = event;
    if (event.accountID !== accountID) return [];
    return [
      {
        ...maker,
        execType: "Restated",
        ...quantities(qtyExponent, { preventedQty, leavesQty: makerLeavesQty }),
      },
      {
        ...taker,
        execType: "Restated",
        ...quantities(qtyExponent, { preventedQty, leavesQty: takerLeavesQty }),
      },
    ];
  }
  const reports: PrivateReport[] = [];
  if (event.makerAccountID === accountID) {
    reports.push({ ...maker, ...tradeFields(event, instrument, "maker") });
  }
  if (event.takerAccountID === accountID) {
    reports.push({ ...taker, ...tradeFields(event, instrument, "taker") });
  }
  return reports;
}

function tradeFields(
  event: Trade,
  { priceExponent, qtyExponent }: ListedInstrument,
  role: "maker" | "taker",
): Omit<PrivateReport, "symbol" | "orderID" | "rptSeq"> {
  const isMaker = role === "maker";
  const isAuction = event.aggressorSide === Side.None;
  const leavesQty = isMaker ? event.makerLeavesQty : event.takerLeavesQty;
  const ordStatus = OrdStatusName[isMaker ? event.makerOrdStatus : event.takerOrdStatus];
  const isCharged = (isMaker ? event.makerFee : event.takerFee) !== undefined;
  const fee = isMaker ? makerFeeOf(event) : takerFeeOf(event);
  return {
    execType: "Trade",
    ordStatus,
    side: orderSide(sideOf(event, isMaker)),
    lastPx: formatDecimal(event.lastPx, priceExponent),
    lastLiquidityInd: isAuction ? "Auction" : isMaker ? "Added" : "Removed",
    ...(isCharged ? { fee: formatDecimal(fee, priceExponent + qtyExponent) } : {}),
    ...quantities(qtyExponent, { lastQty: event.lastQty, leavesQty }),
  };
}

/** In an auction the maker's fields are the buy's. */
function sideOf({ aggressorSide }: Trade, isMaker: boolean): Side {
  if (aggressorSide === Side.None) return isMaker ? Side.Buy : Side.Sell;
  const other = aggressorSide === Side.Buy ? Side.Sell : Side.Buy;
  return isMaker ? other : aggressorSide;
}

function identity(
  { orderID, rptSeq, side }: { orderID: string; rptSeq: number; side: Side },
  { symbol }: ListedInstrument,
): Pick<PrivateReport, "symbol" | "orderID" | "rptSeq" | "side"> {
  return { symbol, orderID, rptSeq, side: orderSide(side) };
}

function quantities<Name extends string>(
  qtyExponent: number,
  units: Readonly<Record<Name, number>>,
): Record<Name, string> {
  const entries = Object.entries<number>(units).map(([name, qty]) => [
    name,
    formatDecimal(qty, qtyExponent),
  ]);
  return Object.fromEntries(entries) as Record<Name, string>;
}
