import type { NewOrderRequest, ReplaceRequest } from "../schema/http/orders.ts";
import {
  ExecInst,
  OrdType,
  SelfTradePrevention,
  Side,
  TimeInForce,
} from "../schema/generated/enums.ts";
import { orderIDOf } from "../schema/identity/order-id.ts";
import { parseDecimal, parseWideDecimal } from "../schema/units.ts";
import type { DecimalReason } from "../schema/units.ts";
import type { UnstampedCommand } from "./commands.ts";
import { ApiProblem } from "./problems.ts";
import type { ListedInstrument } from "./reference.ts";

type NewOrder = Extract<UnstampedCommand, { kind: "NewOrderSingle" }>;
type Replace = Extract<UnstampedCommand, { kind: "OrderCancelReplaceRequest" }>;

const priceMax = 2 ** 31 - 1;

/**
 * The command of an order, in the instrument's units. What the instrument's present definition refuses never reaches the log; the
 * engine, which alone knows the definition of that moment, checks all of it again. Throws ApiProblem.
 */
export function newOrderCommand(
  request: NewOrderRequest,
  context: {
    accountID: number;
    clOrdID: string;
    instrument: ListedInstrument;
    connectionID?: number;
  },
): NewOrder {
  const { accountID, clOrdID, instrument, connectionID = 0 } = context;
  const { side, ordType, price, orderQty, cashOrderQty, expireTime } = request;
  const timeInForce = request.timeInForce ?? (ordType === "Market" ? "IOC" : "GTC");
  checkCharacteristics(request, timeInForce);
  return {
    kind: "NewOrderSingle",
    orderID: orderIDOf(accountID, instrument.symbol, clOrdID),
    accountID,
    side: Side[side],
    ordType: OrdType[ordType],
    symbol: instrument.symbol,
    price: price === undefined ? 0 : parsePrice(price, instrument),
    orderQty: orderQty === undefined ? 0 : parseOrderQty(orderQty, instrument),
    cashOrderQty: cashOrderQty === undefined ? 0n : parseCash(cashOrderQty, instrument),
    timeInForce: TimeInForce[timeInForce],
    selfTradePrevention: SelfTradePrevention[request.selfTradePrevention ?? "Default"],
    execInst: request.postOnly === true ? ExecInst.postOnly : 0,
    expireTime: expireTime === undefined ? 0 : parseExpireTime(expireTime),
    clOrdID,
    ...specialFields(request, instrument),
    ...(connectionID === 0 ? {} : { connectionID }),
  };
}

/** What a plain order does not have. */
function specialFields(
  { stopPx, pegOffsetValue, displayQty }: NewOrderRequest,
  instrument: ListedInstrument,
): Pick<NewOrder, "stopPx" | "pegOffsetValue" | "displayQty"> {
  return {
    ...(stopPx === undefined ? {} : { stopPx: parsePrice(stopPx, instrument) }),
    ...(pegOffsetValue === undefined
      ? {}
      : { pegOffsetValue: parsePrice(pegOffsetValue, instrument) }),
    ...(displayQty === undefined ? {} : { displayQty: parseQty(displayQty, instrument) }),
  };
}

/** The command of a replace. An orderQty may be off the lot size where it is no more than what has traded: the engine knows. */
export function replaceCommand(
  request: ReplaceRequest,
  context: { accountID: number; clOrdID: string; orderID: string; instrument: ListedInstrument },
): Replace {
  const { accountID, clOrdID, orderID, instrument } = context;
  const { price, orderQty, stopPx } = request;
  if (price === undefined && orderQty === undefined && stopPx === undefined) {
    throw new ApiProblem("NothingToReplace", "No price, orderQty or stopPx is given");
  }
  return {
    kind: "OrderCancelReplaceRequest",
    commandID: orderIDOf(accountID, instrument.symbol, clOrdID),
    accountID,
    orderID,
    losePriority: request.losePriority === true,
    price: price === undefined ? 0 : parsePrice(price, instrument),
    orderQty: orderQty === undefined ? 0 : parseQty(orderQty, instrument),
    clOrdID,
    ...(stopPx === undefined ? {} : { stopPx: parsePrice(stopPx, instrument) }),
  };
}

function checkCharacteristics(request: NewOrderRequest, timeInForce: string): void {
  const { ordType, price, orderQty, cashOrderQty, postOnly, expireTime } = request;
  const market = ordType === "Market";
  const stop = ordType === "Stop" || ordType === "StopLimit";
  const limit = ordType === "Limit" || ordType === "StopLimit";
  const rests = timeInForce !== "IOC" && timeInForce !== "FOK";
  checkTrigger(request, stop);
  refuseIf(limit && price === undefined, "price", "an order with a limit has a price");
  refuseIf(
    !market && cashOrderQty !== undefined,
    "cashOrderQty",
    "only a market order goes by cash",
  );
  refuseIf(!market && orderQty === undefined, "orderQty", "only an order by cash has no orderQty");
  refuseIf(!limit && price !== undefined, "price", "an order without a limit has no price");
  refuseIf(
    market && (orderQty === undefined) === (cashOrderQty === undefined),
    "orderQty",
    "a market order has either orderQty or cashOrderQty",
  );
  refuseIf(
    timeInForce === "AtTheOpening" && ordType !== "Limit",
    "timeInForce",
    "only a limit order is for an opening",
  );
  refuseIf(market && rests, "timeInForce", "a market order is IOC or FOK");
  refuseIf(
    cashOrderQty !== undefined && timeInForce === "FOK",
    "timeInForce",
    "an order by cash is IOC",
  );
  refuseIf(
    postOnly === true && !(rests && ordType === "Limit"),
    "postOnly",
    "only a limit order that may rest is post-only",
  );
  refuseIf(
    request.displayQty !== undefined && !(rests && limit),
    "displayQty",
    "only an order with a limit that may rest is an iceberg",
  );
  refuseIf(
    timeInForce === "GTD" && expireTime === undefined,
    "expireTime",
    "GTD has an expireTime",
  );
  refuseIf(
    timeInForce !== "GTD" && expireTime !== undefined,
    "expireTime",
    "only GTD has an expireTime",
  );
}

function checkTrigger({ stopPx, pegOffsetValue }: NewOrderRequest, stop: boolean): void {
  const given = stopPx !== undefined || pegOffsetValue !== undefined;
  refuseIf(stop && !given, "stopPx", "a stop has a stopPx, a pegOffsetValue or both");
  refuseIf(!stop && stopPx !== undefined, "stopPx", "only a stop has a stopPx");
  refuseIf(!stop && pegOffsetValue !== undefined, "pegOffsetValue", "only a stop trails");
}

function refuseIf(condition: boolean, field: string, detail: string): void {
  if (!condition) return;
  throw new ApiProblem(
    "UnsupportedOrderCharacteristic",
    `The fields do not go together: ${detail}`,
    {
      errors: [{ pointer: `/${field}`, detail }],
    },
  );
}

function parsePrice(text: string, instrument: ListedInstrument): number {
  const { priceExponent, tickSize } = instrument;
  const parsed = parseDecimal(text, priceExponent);
  if (!parsed.ok && parsed.reason === "TooPrecise") throw offTick(instrument);
  if (!parsed.ok || parsed.value < 1 || parsed.value > priceMax) {
    throw fieldProblem(
      "PriceOutOfRange",
      "price",
      `from 1 to ${priceMax} units of 10^${priceExponent}`,
    );
  }
  if (parsed.value % tickSize !== 0) throw offTick(instrument);
  return parsed.value;
}

function offTick({ tickSize, priceExponent }: ListedInstrument): ApiProblem {
  const detail = `a multiple of ${tickSize} units of 10^${priceExponent}`;
  return fieldProblem("InvalidPriceIncrement", "price", detail);
}

function parseOrderQty(text: string, instrument: ListedInstrument): number {
  const { lotSize, minOrderQty, maxOrderQty, qtyExponent } = instrument;
  const orderQty = parseQty(text, instrument);
  const unit = `units of 10^${qtyExponent}`;
  if (orderQty < minOrderQty) throw incorrectQty(`at least ${minOrderQty} ${unit}`);
  if (maxOrderQty !== 0 && orderQty > maxOrderQty)
    throw incorrectQty(`at most ${maxOrderQty} ${unit}`);
  if (orderQty % lotSize !== 0) throw incorrectQty(`a multiple of ${lotSize} ${unit}`);
  return orderQty;
}

function parseQty(text: string, { qtyExponent }: ListedInstrument): number {
  const parsed = parseDecimal(text, qtyExponent);
  if (!parsed.ok) throw incorrectQty(qtyDetail(parsed.reason, qtyExponent));
  if (parsed.value < 1) throw incorrectQty("more than zero");
  return parsed.value;
}

function parseCash(text: string, { priceExponent, qtyExponent }: ListedInstrument): bigint {
  const exponent = priceExponent + qtyExponent;
  const parsed = parseWideDecimal(text, exponent);
  if (!parsed.ok)
    throw fieldProblem("IncorrectQuantity", "cashOrderQty", qtyDetail(parsed.reason, exponent));
  if (parsed.value < 1n) throw fieldProblem("IncorrectQuantity", "cashOrderQty", "more than zero");
  return parsed.value;
}

function qtyDetail(reason: DecimalReason, exponent: number): string {
  return reason === "TooPrecise" ? `a whole count of 10^${exponent}` : "too large";
}

function incorrectQty(detail: string): ApiProblem {
  return fieldProblem("IncorrectQuantity", "orderQty", detail);
}

/** Milliseconds since 1970; finer digits are cut. A time that a log cannot hold has passed long ago. */
function parseExpireTime(text: string): number {
  const time = Date.parse(text);
  if (!Number.isSafeInteger(time) || time <= 0) {
    throw fieldProblem("ExpireTimePassed", "expireTime", "after the present");
  }
  return time;
}

function fieldProblem(
  code: "PriceOutOfRange" | "InvalidPriceIncrement" | "IncorrectQuantity" | "ExpireTimePassed",
  field: string,
  detail: string,
): ApiProblem {
  return new ApiProblem(code, `${field} is to be ${detail}`, {
    errors: [{ pointer: `/${field}`, detail }],
  });
}
