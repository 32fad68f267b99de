import { CancelReason, Side } from "../../schema/generated/enums.ts";
import { nextRptSeq } from "./naive-state.ts";
import type { CommandRun, NaiveInstrument, NaiveOrder, NaiveState } from "./naive-state.ts";

export function ladderOf(instrument: NaiveInstrument, side: Side): NaiveOrder[] {
  return side === Side.Buy ? instrument.bids : instrument.asks;
}

export function oppositeLadderOf(instrument: NaiveInstrument, side: Side): NaiveOrder[] {
  return side === Side.Buy ? instrument.asks : instrument.bids;
}

/** Whether an order of `side` with this limit would trade with the best opposite order. */
export function wouldCross(instrument: NaiveInstrument, side: Side, limit: number): boolean {
  const best = oppositeLadderOf(instrument, side)[0];
  return best !== undefined && isWithin(side, best.price, limit);
}

/** Whether a taker of `side` limited to `limit` may trade at `price`. */
export function isWithin(side: Side, price: number, limit: number): boolean {
  return side === Side.Buy ? price <= limit : price >= limit;
}

/** The order gives up `qty`, by a trade or because it was prevented; what is used up leaves, an iceberg shows more at the end of its level. */
export function reduceResting(
  state: NaiveState,
  instrument: NaiveInstrument,
  order: NaiveOrder,
  qty: bigint,
): void {
  order.leavesQty -= qty;
  order.shownQty -= qty;
  if (order.shownQty > 0n) return;
  takeOff(state, instrument, order);
  if (order.leavesQty > 0n) rest(state, instrument, order);
}

/** Puts the order at the end of its level. */
export function rest(state: NaiveState, instrument: NaiveInstrument, order: NaiveOrder): void {
  order.shownQty = order.leavesQty;
  if (order.displayQty > 0n) order.shownQty = least(order.displayQty, order.leavesQty);
  const ladder = ladderOf(instrument, order.side);
  const worse = ladder.findIndex((other) => isWorse(order.side, other.price, order.price));
  ladder.splice(worse === -1 ? ladder.length : worse, 0, order);
  state.resting.set(order.orderID, { order, instrument });
}

export function least(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

function isWorse(side: Side, price: number, than: number): boolean {
  return side === Side.Buy ? price < than : price > than;
}

export function takeOff(state: NaiveState, instrument: NaiveInstrument, order: NaiveOrder): void {
  const ladder = ladderOf(instrument, order.side);
  if (!instrument.waiting.delete(order)) ladder.splice(ladder.indexOf(order), 1);
  state.resting.delete(order.orderID);
}

export function emitCanceled(
  run: CommandRun,
  instrument: NaiveInstrument,
  order: NaiveOrder,
  cancelReason: CancelReason,
  canceledQty = order.leavesQty,
  otherOrderID: string | null = null,
): void {
  run.events.push({
    kind: "OrderCanceled",
    rptSeq: nextRptSeq(instrument),
    securityID: instrument.securityID,
    accountID: order.accountID,
    orderID: order.orderID,
    firstSeqNum: order.firstSeqNum,
    canceledQty: Number(canceledQty),
    cumQty: Number(order.cumQty),
    price: order.price,
    cancelReason,
    side: order.side,
    ...(otherOrderID === null ? {} : { otherOrderID }),
  });
}

/** A resting order leaves the book and its OrderCanceled is written. */
export function cancelResting(
  state: NaiveState,
  run: CommandRun,
  instrument: NaiveInstrument,
  order: NaiveOrder,
  cancelReason: CancelReason,
): void {
  takeOff(state, instrument, order);
  emitCanceled(run, instrument, order, cancelReason);
  cancelOther(state, run, instrument, order);
}

/** The order has traded, was triggered or has ended: where it is a leg of a pair, the other one goes. */
export function cancelOther(
  state: NaiveState,
  run: CommandRun,
  instrument: NaiveInstrument,
  order: NaiveOrder,
): void {
  const { other } = order;
  if (other === null) return;
  order.other = null;
  other.other = null;
  cancelLeg(state, run, instrument, other, order.orderID);
}

/** Cancels a leg of a pair because of the other one. */
export function cancelLeg(
  state: NaiveState,
  run: CommandRun,
  instrument: NaiveInstrument,
  leg: NaiveOrder,
  otherOrderID: string,
): void {
  takeOff(state, instrument, leg);
  emitCanceled(run, instrument, leg, CancelReason.OtherLeg, leg.leavesQty, otherOrderID);
}
