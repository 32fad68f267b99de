/** Turns an intent into a command about orders, against the state that the stream has reached. */
import {
  ExecInst,
  OrdType,
  SelfTradePrevention,
  Side,
  TimeInForce,
} from "../../schema/generated/enums.ts";
import type { NewOrderSingle } from "../../schema/generated/new-order-single.ts";
import type { OrderCancelReplaceRequest } from "../../schema/generated/order-cancel-replace-request.ts";
import type { OrderCancelRequest } from "../../schema/generated/order-cancel-request.ts";
import type { OrderMassCancelRequest } from "../../schema/generated/order-mass-cancel-request.ts";
import { symbolHash } from "../../schema/hash.ts";
import type { NaiveInstrument, Resting } from "./naive-state.ts";
import { Flaw } from "./stream-intent.ts";
import { makeStopPx, makeTrigger } from "./stream-triggers.ts";
import type { Intent } from "./stream-intent.ts";
import type { StreamContext } from "./stream-context.ts";
import { earlySymbols } from "./stream-shape.ts";

const qtyMax = Number.MAX_SAFE_INTEGER;
const priceMax = 2 ** 31 - 1;
const timesInForce = [
  TimeInForce.GTC,
  TimeInForce.IOC,
  TimeInForce.FOK,
  TimeInForce.GTD,
  TimeInForce.Day,
  TimeInForce.AtTheOpening,
] as const;

/** Few, so that they come back, and one with all bits that there are. */
export const connectionIDs = [1, 2, 3, Number.MAX_SAFE_INTEGER] as const;

const ordTypes = [
  OrdType.Limit,
  OrdType.Market,
  OrdType.Market,
  OrdType.Stop,
  OrdType.StopLimit,
] as const;

export function makeNewOrderSingle(context: StreamContext, wanted: Intent): NewOrderSingle {
  const hasStops = context.shape.features.has("stop");
  const intent = wanted.ordType < 3 || hasStops ? wanted : { ...wanted, ordType: 0 };
  const shape = context.instrumentShape(intent);
  const symbol = has(intent, Flaw.unknownSymbol) ? "NONE" : shape.symbol;
  const timeInForce = timeInForceOf(intent);
  const isGtd = timeInForce === TimeInForce.GTD;
  const side = has(intent, Flaw.noSide) ? Side.None : sideOf(intent);
  const isCash = intent.ordType === 2;
  const hasExpireTime = has(intent, Flaw.expireTime) ? !isGtd : isGtd;
  return {
    kind: "NewOrderSingle",
    ...context.commandFields(intent),
    attempt: intent.target % 50 === 0 ? intent.target % 4 : 0,
    orderID: orderIDOf(context, intent, symbol),
    side,
    ordType: ordTypes[intent.ordType] ?? OrdType.Limit,
    symbol,
    orderQty: isCash !== has(intent, Flaw.noQty) ? 0 : orderQtyOf(context, intent),
    cashOrderQty: isCash !== has(intent, Flaw.extraCash) ? cashOf(context, intent, side) : 0n,
    price:
      (intent.ordType % 4 === 0) !== has(intent, Flaw.noPrice) ? priceOf(context, intent, side) : 0,
    timeInForce,
    selfTradePrevention: selfTradePreventionOf(intent),
    execInst: isPostOnly(intent, timeInForce) ? ExecInst.postOnly : 0,
    expireTime: hasExpireTime
      ? Math.max(1, context.now + (intent.target % (intent.manner < 8 ? 5 : 97)) * context.waitUnit)
      : 0,
    clOrdID: intent.target % 3 === 0 ? "" : `c${intent.target}`,
    ...(intent.ordType < 3 ? {} : makeTrigger(context, intent, side)),
    ...makeDisplayQty(context, intent, timeInForce),
    ...makeConnection(context, intent),
  };
}

/** Some come over a connection whose timer is armed, and a few over one that may be lost. */
function makeConnection(context: StreamContext, intent: Intent): { connectionID?: number } {
  if (!context.shape.features.has("connection") || intent.target % 3 !== 0) return {};
  const { accountID } = context.commandFields(intent);
  const armed = context.connectionsOf(accountID);
  const ids = intent.manner === 11 ? connectionIDs : armed;
  const connectionID = ids[(intent.target >>> 3) % Math.max(1, ids.length)] ?? 0;
  return connectionID === 0 ? {} : { connectionID };
}

export function makeOrderCancelRequest(context: StreamContext, intent: Intent): OrderCancelRequest {
  return {
    kind: "OrderCancelRequest",
    ...context.commandFields(intent),
    ...targetOf(context, intent),
    commandID: context.newID(intent, intent.target >>> 0),
  };
}

export function makeOrderCancelReplaceRequest(
  context: StreamContext,
  intent: Intent,
): OrderCancelReplaceRequest {
  const live = context.live(intent);
  return {
    kind: "OrderCancelReplaceRequest",
    ...context.commandFields(intent),
    ...targetOf(context, intent),
    commandID: context.newID(intent, intent.target >>> 0),
    losePriority: intent.manner % 4 === 3,
    orderQty: newOrderQty(intent, live),
    price: newPrice(context, intent, live),
    clOrdID: `r${intent.target % 1_000}`,
    ...newStopPx(context, intent, live),
  };
}

export function makeOrderMassCancelRequest(
  context: StreamContext,
  intent: Intent,
): OrderMassCancelRequest {
  const fields = context.commandFields(intent);
  const symbol = has(intent, Flaw.unknownSymbol) ? "NONE" : context.instrumentShape(intent).symbol;
  return {
    kind: "OrderMassCancelRequest",
    ...fields,
    accountID: intent.manner % 8 === 7 ? 0 : fields.accountID,
    commandID: context.newID(intent, intent.target >>> 0),
    side: [Side.None, Side.Buy, Side.Sell][intent.lots % 3] ?? Side.None,
    symbol: intent.manner % 2 !== 0 ? "" : intent.manner % 4 === 0 ? symbol : earlySymbolOf(intent),
  };
}

function earlySymbolOf(intent: Intent): string {
  return earlySymbols[intent.instrument % earlySymbols.length] ?? "";
}

export function has(intent: Intent, flaw: number): boolean {
  return (intent.flaws & flaw) !== 0;
}

function sideOf(intent: Intent): Side {
  return intent.side === 0 ? Side.Buy : Side.Sell;
}

function timeInForceOf(intent: Intent): TimeInForce {
  // A market order has to be IOC or FOK, one by cash IOC: only a flaw makes it another.
  const plain = [intent.timeInForce, intent.timeInForce === 2 ? 2 : 1, 1][intent.ordType] ?? 0;
  const index = has(intent, Flaw.otherTimeInForce) ? plain + 1 + (intent.target % 3) : plain;
  return timesInForce[index % timesInForce.length] ?? TimeInForce.GTC;
}

function selfTradePreventionOf(intent: Intent): SelfTradePrevention {
  const modes = Object.values(SelfTradePrevention);
  return modes[intent.selfTradePrevention % modes.length] ?? SelfTradePrevention.Default;
}

function isLasting(timeInForce: TimeInForce): boolean {
  return timeInForce !== TimeInForce.IOC && timeInForce !== TimeInForce.FOK;
}

function isPostOnly(intent: Intent, timeInForce: TimeInForce): boolean {
  const mayBe = intent.ordType === 0 && isLasting(timeInForce);
  return has(intent, Flaw.postOnly) || (mayBe && intent.postOnly === 1);
}

function orderIDOf(context: StreamContext, intent: Intent, symbol: string): string {
  const hash = symbolHash(symbol);
  return context.newID(intent, has(intent, Flaw.wrongPartition) ? hash ^ 1 : hash);
}

/** A limit order that lasts may be an iceberg; a flaw makes any order one, or shows what it cannot. */
function makeDisplayQty(
  context: StreamContext,
  intent: Intent,
  timeInForce: TimeInForce,
): { displayQty?: number } {
  if (!context.shape.features.has("iceberg") || intent.display === 0) return {};
  const mayBe = intent.ordType % 4 === 0 && isLasting(timeInForce);
  if (!mayBe && !has(intent, Flaw.postOnly)) return {};
  const lot = Number(
    context.instrument(intent)?.lotSize ?? context.instrumentShape(intent).lotSize,
  );
  const orderQty = orderQtyOf(context, intent);
  const parts = intent.manner % 8 === 7 ? 101 : 1 + (intent.target % 12);
  const wanted = Math.ceil(orderQty / parts / lot) * lot;
  return { displayQty: Math.min(has(intent, Flaw.offLot) ? wanted + lot + 1 : wanted, qtyMax) };
}

/** Lots around the grid of the instrument as it is now; a flaw leaves it. */
function orderQtyOf(context: StreamContext, intent: Intent): number {
  if (has(intent, Flaw.hugeQty)) return qtyMax - (intent.target % 2);
  const { lotSize, minOrderQty } = context.instrumentShape(intent);
  const lot = Number(context.instrument(intent)?.lotSize ?? lotSize);
  const qty = Math.max(intent.lots * lot, has(intent, Flaw.offLot) ? 1 : minOrderQty);
  const onGrid = qty <= qtyMax ? qty : qtyMax - (qtyMax % lot);
  return has(intent, Flaw.offLot) ? Math.min(onGrid + 1, qtyMax) : onGrid;
}

/** Ticks from the centre; kept within the range unless a flaw wants it out. */
function priceOf(context: StreamContext, intent: Intent, side: Side): number {
  if (has(intent, Flaw.negativePrice)) return -1 - (intent.target % 1_000);
  const { centre, tickSize } = context.instrumentShape(intent);
  const tick = context.instrument(intent)?.tickSize ?? tickSize;
  const wanted = centre + (side === Side.Sell ? -intent.depth : intent.depth) * tick;
  const inRange = Math.min(Math.max(wanted, tick), priceMax);
  const onGrid = inRange - (inRange % tick);
  return has(intent, Flaw.offTick) && onGrid > 1 ? onGrid - 1 : Math.max(onGrid, 1);
}

/** Cash for about the lots of the intent at the best price, seldom to the last unit. */
function cashOf(context: StreamContext, intent: Intent, side: Side): bigint {
  const instrument = context.instrument(intent);
  const best = side === Side.Buy ? instrument?.asks[0] : instrument?.bids[0];
  const price = BigInt(best?.price ?? context.instrumentShape(intent).centre);
  const notional = BigInt(orderQtyOf(context, intent)) * price;
  const spare = [0n, 0n, 1n, price - 1n, price * 3n + 1n, 2n ** 90n][intent.manner % 6] ?? 0n;
  return notional + spare;
}

/** A cancel or replace with nothing to act on teaches little: it seldom stays one. */
export function isWorthwhile(context: StreamContext, intent: Intent): boolean {
  const isTarget = context.live(intent) !== undefined || context.deferred(intent) !== undefined;
  return isTarget || intent.target % 10 === 0;
}

function targetOf(context: StreamContext, intent: Intent): { orderID: string; accountID: number } {
  const { accountID } = context.commandFields(intent);
  const live = context.live(intent);
  const deferred = context.deferred(intent);
  const isOwner = intent.foreign === 0 && !has(intent, Flaw.unknownAccount);
  if (deferred !== undefined && (live === undefined || intent.manner % 4 === 1)) {
    const { orderID } = deferred;
    return { orderID, accountID: isOwner ? deferred.accountID : accountID };
  }
  if (live === undefined || has(intent, Flaw.unknownOrder)) {
    return { orderID: context.oldOrderID(intent), accountID };
  }
  return { orderID: live.order.orderID, accountID: isOwner ? live.order.accountID : accountID };
}

function newOrderQty(intent: Intent, live: Resting | undefined): number {
  if (live === undefined || has(intent, Flaw.noQty))
    return has(intent, Flaw.noQty) ? 0 : intent.lots;
  const { order, instrument } = live;
  const choices = [
    0n,
    order.orderQty,
    order.orderQty + instrument.lotSize * BigInt(intent.lots),
    order.cumQty + order.preventedQty + instrument.lotSize * BigInt(intent.lots),
    order.orderQty - instrument.lotSize,
    order.cumQty,
    order.cumQty - 1n,
    order.cumQty + order.preventedQty,
    order.cumQty + 1n,
  ];
  const choice = choices[intent.manner % choices.length] ?? 0n;
  const wanted = has(intent, Flaw.offLot) ? choice + 1n : choice;
  return Number(clamp(wanted, 0n, BigInt(qtyMax)));
}

/** Of an order that waits; now and then of one that has no stopPx. */
function newStopPx(
  context: StreamContext,
  intent: Intent,
  live: Resting | undefined,
): { stopPx?: number } {
  if (!context.shape.features.has("stop") || live === undefined) return {};
  const { trigger, side } = live.order;
  if (trigger === null) return intent.target % 50 === 1 ? { stopPx: 1 } : {};
  if (intent.manner % 3 === 0) return {};
  if (intent.manner % 3 === 1) return { stopPx: trigger.stopPx };
  const instrument = placeOf(context, live.instrument);
  return { stopPx: makeStopPx(context, { ...intent, instrument }, side) };
}

function newPrice(context: StreamContext, intent: Intent, live: Resting | undefined): number {
  if (live === undefined) return has(intent, Flaw.noPrice) ? 0 : 1 + (intent.target % 100);
  if (has(intent, Flaw.noPrice) || intent.target % 3 === 0) return 0;
  if (live.order.ordType === OrdType.Stop && intent.target % 7 !== 0) return 0;
  if (intent.target % 3 === 1 && intent.flaws === 0) return live.order.price;
  return priceOf(
    context,
    { ...intent, instrument: placeOf(context, live.instrument) },
    live.order.side,
  );
}

function placeOf(context: StreamContext, instrument: NaiveInstrument): number {
  return Math.max(
    0,
    context.shape.instruments.findIndex(({ symbol }) => symbol === instrument.symbol),
  );
}

function clamp(value: bigint, low: bigint, high: bigint): bigint {
  if (value < low) return low;
  return value > high ? high : value;
}
