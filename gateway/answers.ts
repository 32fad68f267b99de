import type { FoldedBody } from "../ports/log/fold.ts";
import {
  CancelReason,
  CancelReasonName,
  OrdStatusName,
  SideName,
} from "../schema/generated/enums.ts";
import type { OrderCanceled } from "../schema/generated/order-canceled.ts";
import type { Event } from "../schema/generated/records.ts";
import type { SelfTradePrevented } from "../schema/generated/self-trade-prevented.ts";
import type { Trade } from "../schema/generated/trade.ts";
import type { ExecutionReport, OpenOrdStatus } from "../schema/http/orders.ts";
import { makerFeeOf, takerFeeOf } from "../schema/fees.ts";
import { formatDecimal } from "../schema/units.ts";
import type { ListedInstrument } from "./reference.ts";

/** An order as a body's events leave it, in units. */
export interface OrderState {
  readonly instrument: ListedInstrument;
  readonly orderID: string;
  ordStatus: OpenOrdStatus;
  leavesQty: number;
  cumQty: number;
  /** Sum of lastPx x lastQty of the trades in here. */
  notional: bigint;
  /** What traded in here: all of cumQty, or the avgPx is not known. */
  tradedQty: number;
  readonly executionReports: ExecutionReport[];
}

/** Follows an order through the events after the one that brought or changed it, up to the next that changes it. */
export function followOrder(state: OrderState, events: readonly Event[]): void {
  const { orderID } = state;
  for (const event of events) {
    if (event.kind === "OrderReplaced" && event.orderID === orderID) return;
    if (event.kind === "Trade") {
      if (event.takerOrderID === orderID) takeTrade(state, event);
      if (event.makerOrderID === orderID) giveTrade(state, event);
    }
    if (event.kind === "SelfTradePrevented") {
      if (event.takerOrderID === orderID) takePrevention(state, event, event.takerLeavesQty);
      if (event.makerOrderID === orderID) takePrevention(state, event, event.makerLeavesQty);
    }
    if (event.kind === "OrderTriggered" && event.orderID === state.orderID) {
      report(state, event.rptSeq, { execType: "Triggered" });
    }
    if (event.kind === "OrderCanceled" && event.orderID === state.orderID) takeCancel(state, event);
  }
}

function takeTrade(state: OrderState, event: Trade): void {
  state.leavesQty = event.takerLeavesQty;
  state.ordStatus = openStatus(OrdStatusName[event.takerOrdStatus]);
  const fee = event.takerFee === undefined ? null : takerFeeOf(event);
  reportTrade(state, event, "Removed", fee);
}

/** What rests may trade in the same command: with stops that its own trades have reached. */
function giveTrade(state: OrderState, event: Trade): void {
  state.leavesQty = event.makerLeavesQty;
  state.ordStatus = openStatus(OrdStatusName[event.makerOrdStatus]);
  const fee = event.makerFee === undefined ? null : makerFeeOf(event);
  reportTrade(state, event, "Added", fee);
}

function reportTrade(
  state: OrderState,
  { rptSeq, lastQty, lastPx }: Trade,
  lastLiquidityInd: "Added" | "Removed",
  fee: bigint | null,
): void {
  const { qtyExponent, priceExponent } = state.instrument;
  state.cumQty += lastQty;
  state.tradedQty += lastQty;
  state.notional += BigInt(lastPx) * BigInt(lastQty);
  report(state, rptSeq, {
    execType: "Trade",
    lastQty: formatDecimal(lastQty, qtyExponent),
    lastPx: formatDecimal(lastPx, priceExponent),
    lastLiquidityInd,
    ...(fee === null ? {} : { fee: formatDecimal(fee, priceExponent + qtyExponent) }),
  });
}

function takePrevention(state: OrderState, event: SelfTradePrevented, leavesQty: number): void {
  state.leavesQty = leavesQty;
  const preventedQty = formatDecimal(event.preventedQty, state.instrument.qtyExponent);
  report(state, event.rptSeq, { execType: "Restated", preventedQty });
}

/** Ends the order. */
export function takeCancel(state: OrderState, event: OrderCanceled): void {
  const expired = event.cancelReason === CancelReason.Expired;
  state.ordStatus = expired ? "Expired" : "Canceled";
  state.leavesQty = 0;
  state.cumQty = event.cumQty;
  report(state, event.rptSeq, {
    execType: expired ? "Expired" : "Canceled",
    cancelReason: CancelReasonName[event.cancelReason],
  });
}

/** Adds what happened, and how the order stands after it. */
export function report(
  state: OrderState,
  rptSeq: number,
  what: Omit<ExecutionReport, "ordStatus" | "rptSeq" | "leavesQty" | "cumQty">,
): void {
  const { qtyExponent } = state.instrument;
  state.executionReports.push({
    ...what,
    ordStatus: state.ordStatus,
    rptSeq,
    leavesQty: formatDecimal(state.leavesQty, qtyExponent),
    cumQty: formatDecimal(state.cumQty, qtyExponent),
  });
}

/** Average price of the trades, half to even at four digits past the price unit, as the read side has it; "0" without a trade. */
export function averagePrice({ notional, tradedQty, instrument }: OrderState): string {
  if (tradedQty === 0) return "0";
  const qty = BigInt(tradedQty);
  const scaled = notional * 10_000n;
  const floor = scaled / qty;
  const twice = (scaled % qty) * 2n;
  const up = twice > qty || (twice === qty && floor % 2n === 1n);
  const text = formatDecimal(up ? floor + 1n : floor, instrument.priceExponent - 4);
  return trimmed(text, Math.max(0, -instrument.priceExponent));
}

/** partition:seqNum of a body. */
export function positionOf(body: FoldedBody, partition: number): string {
  return `${partition}:${body.position.seqNum}`;
}

export function timeText(ms: number): string {
  return new Date(ms).toISOString();
}

/** "Buy" or "Sell"; no order is of any other side. */
export function orderSide(side: keyof typeof SideName): "Buy" | "Sell" {
  const name = SideName[side];
  if (name === "None") throw new Error("An order has a side");
  return name;
}

function openStatus(name: (typeof OrdStatusName)[keyof typeof OrdStatusName]): OpenOrdStatus {
  if (name === "Rejected" || name === "PendingNew") {
    throw new Error("An order that was not accepted does not trade");
  }
  return name;
}

/** Without the zeros after the first `digitsMin` decimals. */
function trimmed(text: string, digitsMin: number): string {
  const point = text.indexOf(".");
  if (point < 0) return text;
  let end = text.length;
  while (end > point + 1 + digitsMin && text.charCodeAt(end - 1) === 0x30) end--;
  return text.slice(0, end === point + 1 ? point : end);
}
