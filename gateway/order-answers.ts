import type { FoldedBody } from "../ports/log/fold.ts";
import {
  CxlRejReasonName,
  Decision,
  OrdRejReasonName,
  OrdTypeName,
  TimeInForceName,
  isBusinessRejectReason,
  isCxlRejReason,
  isOrdRejReason,
  BusinessRejectReasonName,
} from "../schema/generated/enums.ts";
import type { Duplicate } from "../schema/generated/duplicate.ts";
import { NewOrderSingleLayout } from "../schema/generated/new-order-single.ts";
import type { Deferred } from "../schema/generated/deferred.ts";
import type { OrderAccepted } from "../schema/generated/order-accepted.ts";
import { OrderCancelReplaceRequestLayout } from "../schema/generated/order-cancel-replace-request.ts";
import type { OrderCanceled } from "../schema/generated/order-canceled.ts";
import type { OrderRejected } from "../schema/generated/order-rejected.ts";
import type { OrderReplaced } from "../schema/generated/order-replaced.ts";
import { ProblemStatus } from "../schema/http/problem.ts";
import type { ProblemCode } from "../schema/http/problem.ts";
import type { CancelAnswer, OrderAnswer, OtherLeg, ReplaceAnswer } from "../schema/http/orders.ts";
import { formatDecimal } from "../schema/units.ts";
import {
  averagePrice,
  followOrder,
  orderSide,
  positionOf,
  report,
  takeCancel,
  timeText,
} from "./answers.ts";
import type { OrderState } from "./answers.ts";
import { ApiProblem } from "./problems.ts";
import type { ListedInstrument } from "./reference.ts";

/** A folded outcome of a command about an order. */
export interface OrderOutcome {
  readonly body: FoldedBody;
  readonly partition: number;
  readonly instrument: ListedInstrument;
  readonly orderID: string;
}

/** Where a refusal stands, and which order it is about. */
export interface RefusalPlace {
  readonly body: FoldedBody;
  readonly partition: number;
  readonly orderID?: string;
}

/**
 * What a NewOrderSingle came to: the order, the first request's Duplicate, or Deferred where it is neither accepted nor refused yet.
 * Throws ApiProblem with the engine's refusal.
 */
export function newOrderAnswer(outcome: OrderOutcome): OrderAnswer | Duplicate | Deferred {
  const { body, orderID } = outcome;
  for (const [index, event] of body.events.entries()) {
    if (event.kind === "OrderAccepted" && event.orderID === orderID) {
      return acceptedAnswer(outcome, event, index);
    }
    if (event.kind === "OrderRejected" && event.orderID === orderID) {
      throw refusal(OrdRejReasonName[event.ordRejReason], outcome, event.clOrdID);
    }
    if (event.kind === "Duplicate" && event.commandID === orderID) return event;
    if (event.kind === "Deferred" && event.orderID === orderID) return event;
  }
  throw new Error("A new order's outcome says nothing of the order");
}

function acceptedAnswer(outcome: OrderOutcome, event: OrderAccepted, index: number): OrderAnswer {
  const { body, partition, instrument, orderID } = outcome;
  const { priceExponent, qtyExponent } = instrument;
  const state = newState(instrument, orderID);
  state.leavesQty = event.orderQty;
  report(state, event.rptSeq, { execType: "New" });
  followOrder(state, body.events.slice(index + 1));
  return {
    orderID,
    clOrdID: event.clOrdID,
    symbol: instrument.symbol,
    side: orderSide(event.side),
    ordType: OrdTypeName[event.ordType],
    timeInForce: TimeInForceName[event.timeInForce],
    ...(event.price === 0 ? {} : { price: formatDecimal(event.price, priceExponent) }),
    ...specialFields(event, instrument),
    ...(event.orderQty === 0
      ? { cashOrderQty: formatDecimal(event.cashOrderQty, priceExponent + qtyExponent) }
      : { orderQty: formatDecimal(event.orderQty, qtyExponent) }),
    ...standing(state),
    avgPx: averagePrice(state),
    transactTime: timeText(body.transactTime),
    position: positionOf(body, partition),
    executionReports: state.executionReports,
  };
}

/** What a plain order does not have. */
function specialFields(
  { stopPx, pegOffsetValue, displayQty }: OrderAccepted,
  { priceExponent, qtyExponent }: ListedInstrument,
): Pick<OrderAnswer, "stopPx" | "pegOffsetValue" | "displayQty"> {
  return {
    ...(stopPx === undefined ? {} : { stopPx: formatDecimal(stopPx, priceExponent) }),
    ...(pegOffsetValue === undefined
      ? {}
      : { pegOffsetValue: formatDecimal(pegOffsetValue, priceExponent) }),
    ...(displayQty === undefined ? {} : { displayQty: formatDecimal(displayQty, qtyExponent) }),
  };
}

/** What a replace came to. Throws ApiProblem with the engine's refusal. */
export function replaceAnswer(outcome: OrderOutcome, commandID: string): ReplaceAnswer | Duplicate {
  for (const [index, event] of outcome.body.events.entries()) {
    if (event.kind === "OrderReplaced" && event.commandID === commandID) {
      return replacedAnswer(outcome, event, index);
    }
    if (event.kind === "OrderCancelReject" && event.commandID === commandID) {
      throw refusal(CxlRejReasonName[event.cxlRejReason], outcome);
    }
    if (event.kind === "Duplicate" && event.commandID === commandID) return event;
  }
  throw new Error("A replace's outcome says nothing of the replace");
}

function replacedAnswer(outcome: OrderOutcome, event: OrderReplaced, index: number): ReplaceAnswer {
  const { body, partition, instrument, orderID } = outcome;
  const state = newState(instrument, orderID);
  state.leavesQty = event.leavesQty;
  state.cumQty = event.cumQty;
  state.ordStatus = event.cumQty > 0 ? "PartiallyFilled" : "New";
  report(state, event.rptSeq, { execType: "Replaced" });
  followOrder(state, body.events.slice(index + 1));
  return {
    orderID,
    clOrdID: event.clOrdID,
    symbol: instrument.symbol,
    side: orderSide(event.side),
    ordType: replacedOrdType(event),
    ...(event.price === 0 ? {} : { price: formatDecimal(event.price, instrument.priceExponent) }),
    ...(event.stopPx === undefined
      ? {}
      : { stopPx: formatDecimal(event.stopPx, instrument.priceExponent) }),
    orderQty: formatDecimal(event.orderQty, instrument.qtyExponent),
    ...standing(state),
    ...(state.tradedQty === state.cumQty ? { avgPx: averagePrice(state) } : {}),
    ...replacedLeg(outcome, event),
    keptPriority: event.keptPriority,
    transactTime: timeText(body.transactTime),
    position: positionOf(body, partition),
    executionReports: state.executionReports,
  };
}

/** The leg that an order's change has taken along, if it was one of a pair. */
function otherLegOf({ events }: FoldedBody, orderID: string): OrderCanceled | null {
  const along = events.find(
    (event) => event.kind === "OrderCanceled" && event.otherOrderID === orderID,
  );
  return along?.kind === "OrderCanceled" ? along : null;
}

function canceledLeg(event: OrderCanceled, instrument: ListedInstrument): OtherLeg {
  const state = newState(instrument, event.orderID);
  takeCancel(state, event);
  return legOf(state);
}

/** The other leg of a pair, which takes a new quantity too, or is canceled. */
function replacedLeg(
  { body, instrument, orderID }: OrderOutcome,
  { commandID }: OrderReplaced,
): Pick<ReplaceAnswer, "otherLeg"> {
  const along = otherLegOf(body, orderID);
  const index = body.events.findIndex(
    (event) =>
      event.kind === "OrderReplaced" && event.commandID === commandID && event.orderID !== orderID,
  );
  const resized = body.events[index];
  if (resized?.kind !== "OrderReplaced") {
    return along === null ? {} : { otherLeg: canceledLeg(along, instrument) };
  }
  const state = newState(instrument, resized.orderID);
  state.leavesQty = resized.leavesQty;
  report(state, resized.rptSeq, { execType: "Replaced" });
  followOrder(state, body.events.slice(index + 1));
  return { otherLeg: legOf(state) };
}

function legOf(state: OrderState): OtherLeg {
  const { orderID, executionReports } = state;
  return { orderID, ...standing(state), executionReports };
}

/** Only limit orders rest, and only stops wait. */
function replacedOrdType({ stopPx, price }: OrderReplaced): ReplaceAnswer["ordType"] {
  if (stopPx === undefined) return "Limit";
  return price === 0 ? "Stop" : "StopLimit";
}

export interface CancelOutcome extends Omit<OrderOutcome, "instrument"> {
  readonly commandID: string;
  instrumentOf(securityID: number): ListedInstrument;
}

/** What the cancel of an order came to. Throws ApiProblem with the engine's refusal. */
export function cancelAnswer(outcome: CancelOutcome): CancelAnswer {
  const { body, partition, orderID, commandID, instrumentOf } = outcome;
  for (const event of body.events) {
    if (event.kind === "OrderCancelReject" && event.commandID === commandID) {
      throw refusal(CxlRejReasonName[event.cxlRejReason], outcome);
    }
  }
  const unentered = body.events.find(
    (each) => each.kind === "OrderRejected" && each.orderID === orderID,
  );
  if (unentered?.kind === "OrderRejected") return unenteredAnswer(outcome, unentered);
  const event = body.events.findLast(
    (each) => each.kind === "OrderCanceled" && each.orderID === orderID,
  );
  const along = otherLegOf(body, orderID);
  if (event?.kind !== "OrderCanceled")
    throw new Error("A cancel's outcome says nothing of the order");
  const instrument = instrumentOf(event.securityID);
  const state = newState(instrument, orderID);
  takeCancel(state, event);
  return {
    orderID,
    symbol: instrument.symbol,
    side: orderSide(event.side),
    ...(event.price === 0 ? {} : { price: formatDecimal(event.price, instrument.priceExponent) }),
    canceledQty: formatDecimal(event.canceledQty, instrument.qtyExponent),
    ...standing(state),
    ...(along === null ? {} : { otherLeg: canceledLeg(along, instrument) }),
    transactTime: timeText(body.transactTime),
    position: positionOf(body, partition),
    executionReports: state.executionReports,
  };
}

/** The order was deferred: it ends without having been in any book. */
function unenteredAnswer(outcome: CancelOutcome, event: OrderRejected): CancelAnswer {
  const nothing = { leavesQty: "0", cumQty: "0" };
  const canceled = { execType: "Canceled", ordStatus: "Canceled", ...nothing } as const;
  return {
    orderID: event.orderID,
    symbol: event.symbol,
    side: orderSide(event.side),
    canceledQty: "0",
    ...nothing,
    ordStatus: "Canceled",
    transactTime: timeText(outcome.body.transactTime),
    position: positionOf(outcome.body, outcome.partition),
    executionReports: [
      { ...canceled, rptSeq: event.rptSeq, cancelReason: OrdRejReasonName[event.ordRejReason] },
    ],
  };
}

/** The refusal that a repeat repeats, or null when the first request was accepted or is deferred. Throws ApiProblem IdConflict. */
export function refusalOfRepeat(
  duplicate: Duplicate,
  place: RefusalPlace,
  clOrdID?: string,
): ProblemCode | null {
  const { conflict, decision, reason, refTemplateId } = duplicate;
  if (conflict) throw refusal("IdConflict", place, clOrdID);
  if (decision !== Decision.Rejected) return null;
  if (refTemplateId === NewOrderSingleLayout.templateId && isOrdRejReason(reason)) {
    return codeOf(OrdRejReasonName[reason]);
  }
  if (refTemplateId === OrderCancelReplaceRequestLayout.templateId && isCxlRejReason(reason)) {
    return codeOf(CxlRejReasonName[reason]);
  }
  if (isBusinessRejectReason(reason)) return codeOf(BusinessRejectReasonName[reason]);
  throw new Error("A refused request has a reason");
}

/** The engine's refusal as a problem. Nothing of it tells a foreign order from an unknown one. */
export function refusal(reason: string, place: RefusalPlace, clOrdID?: string): ApiProblem {
  const { body, partition, orderID } = place;
  const code = codeOf(reason);
  // Two answers UnknownOrder differ in nothing but the id that was asked for, whoever gave them.
  const position = code === "UnknownOrder" ? null : positionOf(body, partition);
  return new ApiProblem(code, refusalDetails[code] ?? "The engine refused the request", {
    ...(code === "UnknownSymbol" ? { status: 422 } : {}),
    about: {
      ...(orderID === undefined ? {} : { orderID }),
      ...(clOrdID === undefined ? {} : { clOrdID }),
      ...(position === null ? {} : { position }),
    },
    ...(position === null ? {} : { headers: { "x-orderbook-position": position } }),
    decided: true,
  });
}

export function codeOf(reason: string): ProblemCode {
  if (Object.hasOwn(ProblemStatus, reason)) return reason as ProblemCode;
  throw new Error(`The reason ${reason} has no problem code`);
}

const refusalDetails: Partial<Record<ProblemCode, string>> = {
  IdConflict: "Another request had this id: choose a new clOrdID or Idempotency-Key",
  UnknownOrder: "No such order of this account rests",
  UnknownSymbol: "No such instrument is listed",
  UnknownAccount: "The account is not defined",
  AccountDisabled: "The account may cancel, nothing else",
  ExchangeClosed: "The instrument's trading state does not take this",
  TooLateToEnter:
    "The request reached the engine after its validity had ended; it was not carried out",
  PostOnlyWouldCross: "The post-only order would have traded at once",
  InvalidPriceIncrement: "The price is off the tick size",
  IncorrectQuantity: "The quantity is off the lot size, or out of the instrument's bounds",
  PriceOutOfRange: "The price is out of range",
  ExpireTimePassed: "The expireTime has passed",
  IdWindowFull: "The account has sent more requests of late than are remembered; wait",
  OrderCapacityReached: "The partition holds as many orders as it can",
  NothingToReplace: "No price, orderQty or stopPx is given",
  NoReferencePrice: "Nothing has traded from which a trailing stop without a stopPx could start",
  PriceExceedsCurrentPriceBand: "The price is too far from the instrument's reference price",
  OpenOrderCapReached: "The account has as many open orders in the instrument as it may have",
  OpenNotionalCapReached:
    "The account's open orders in the instrument would be worth more than they may be",
  InvalidDefinition: "A field of the definition is out of its range",
  ExponentChanged: "Exponents and currencies are fixed for the instrument's life",
  SymbolHashTaken: "Another symbol of the partition has the same hash",
  CapacityReached: "The partition holds as many of these as it can",
  OlderSemantics: "Newer semantics are active, and do not go back",
  AuctionUnderWay: "Semantics do not change while an instrument is in an auction",
  OtherLegRefused: "The other order of the pair was refused",
  ConnectionLost:
    "The connection's dead-man timer ran out before the order came: what it had open was canceled",
  InvalidList: "The items of the list are too many or do not go together",
  NewerVersion: "The order was written in a newer version than this partition reads",
  CanceledBeforeEntry: "The order was canceled before it could be entered",
  Quarantined: "An operator has set the command aside; it was not carried out",
};

function newState(instrument: ListedInstrument, orderID: string): OrderState {
  return {
    instrument,
    orderID,
    ordStatus: "New",
    leavesQty: 0,
    cumQty: 0,
    notional: 0n,
    tradedQty: 0,
    executionReports: [],
  };
}

function standing(state: OrderState): Pick<OrderAnswer, "cumQty" | "leavesQty" | "ordStatus"> {
  const { cumQty, leavesQty, ordStatus, instrument } = state;
  return {
    cumQty: formatDecimal(cumQty, instrument.qtyExponent),
    leavesQty: formatDecimal(leavesQty, instrument.qtyExponent),
    ordStatus,
  };
}
