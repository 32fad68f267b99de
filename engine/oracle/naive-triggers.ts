/** docs/SEMANTICS.md section 5a: orders that wait for a trade at their stopPx. */
import { OrdType, Side, TradingState } from "../../schema/generated/enums.ts";
import { cancelOther, takeOff } from "./naive-book.ts";
import { nextRptSeq } from "./naive-state.ts";
import type {
  CommandRun,
  NaiveInstrument,
  NaiveOrder,
  NaiveState,
  NaiveTrigger,
} from "./naive-state.ts";

const priceMax = 2 ** 31 - 1;

/** The orders of a side that wait, in the order in which they are triggered. */
export function waitingOf(instrument: NaiveInstrument, side: Side): NaiveOrder[] {
  const towards = side === Side.Buy ? 1 : -1;
  return [...instrument.waiting]
    .filter((order) => order.side === side)
    .sort(
      (a, b) =>
        (triggerOf(a).stopPx - triggerOf(b).stopPx) * towards ||
        triggerOf(a).placeRptSeq - triggerOf(b).placeRptSeq,
    );
}

/** A trade at `price`: marks what it reaches and moves the stopPx of trailing stops after it. */
export function noteTrade(instrument: NaiveInstrument, price: number): void {
  instrument.lastPx = price;
  for (const order of instrument.waiting) {
    const trigger = triggerOf(order);
    if (trigger.isReached) continue;
    if (isReachedBy(order.side, trigger.stopPx, price)) trigger.isReached = true;
    else if (trigger.pegOffsetValue > 0) trigger.stopPx = trailed(order.side, trigger, price);
  }
}

/** The instrument is opened: what the last trade reaches is triggered, also what came while nothing could be. */
export function markReached({ lastPx, waiting }: NaiveInstrument): void {
  for (const order of waiting) {
    const trigger = triggerOf(order);
    if (lastPx !== 0 && isReachedBy(order.side, trigger.stopPx, lastPx)) trigger.isReached = true;
  }
}

/** The orders that trades have reached, in the order in which they are triggered. */
export function reached(instrument: NaiveInstrument): NaiveOrder[] {
  return [...waitingOf(instrument, Side.Buy), ...waitingOf(instrument, Side.Sell)].filter(
    (order) => triggerOf(order).isReached,
  );
}

/** A new order or a replaced one waits from here on; one that the last trade has reached already does not wait long. */
export function wait(state: NaiveState, instrument: NaiveInstrument, order: NaiveOrder): void {
  const trigger = triggerOf(order);
  const { lastPx } = instrument;
  const isOpen = instrument.tradingState === TradingState.Open;
  trigger.isReached = isOpen && lastPx !== 0 && isReachedBy(order.side, trigger.stopPx, lastPx);
  instrument.waiting.add(order);
  state.resting.set(order.orderID, { order, instrument });
}

/** The order waits no longer and becomes a market or limit order. */
export function trigger(
  state: NaiveState,
  run: CommandRun,
  instrument: NaiveInstrument,
  order: NaiveOrder,
): void {
  const { stopPx } = triggerOf(order);
  takeOff(state, instrument, order);
  order.trigger = null;
  order.ordType = order.ordType === OrdType.Stop ? OrdType.Market : OrdType.Limit;
  run.events.push({
    kind: "OrderTriggered",
    rptSeq: nextRptSeq(instrument),
    securityID: instrument.securityID,
    accountID: order.accountID,
    orderID: order.orderID,
    firstSeqNum: order.firstSeqNum,
    stopPx,
    side: order.side,
  });
  cancelOther(state, run, instrument, order);
}

/** The stopPx of a trailing stop that names none; null where no trade gives one in the range of prices. */
export function stopPxFromLastTrade(
  { lastPx }: NaiveInstrument,
  side: Side,
  pegOffsetValue: number,
): number | null {
  const stopPx = side === Side.Buy ? lastPx + pegOffsetValue : lastPx - pegOffsetValue;
  return lastPx === 0 || stopPx < 1 || stopPx > priceMax ? null : stopPx;
}

function isReachedBy(side: Side, stopPx: number, price: number): boolean {
  return side === Side.Buy ? price >= stopPx : price <= stopPx;
}

/** A trailing stop follows the trades towards the other side and never comes back. */
function trailed(side: Side, { stopPx, pegOffsetValue }: NaiveTrigger, price: number): number {
  return side === Side.Buy
    ? Math.min(stopPx, price + pegOffsetValue)
    : Math.max(stopPx, price - pegOffsetValue);
}

function triggerOf(order: NaiveOrder): NaiveTrigger {
  if (order.trigger === null) throw new Error("An order that waits has a trigger");
  return order.trigger;
}
