/** Rows of orders: as they begin, and what of an iceberg shows. */
import { OrdStatus, OrdType } from "../schema/generated/enums.ts";
import type { Deferred } from "../schema/generated/deferred.ts";
import type { OrderAccepted } from "../schema/generated/order-accepted.ts";
import type { OrderRejected } from "../schema/generated/order-rejected.ts";
import type { OrderRow } from "../schema/postgres/tables.ts";

/** What accepting, rejecting and deferring have in common. */
export function freshOrder(
  event: OrderAccepted | OrderRejected | Deferred,
  transactTime: number,
  place: { readonly partition: number; readonly lastSeqNum: number },
): Omit<OrderRow, "symbol"> {
  const { orderID, firstSeqNum, accountID, securityID, clOrdID, rptSeq } = event;
  const { side, ordType, timeInForce, orderQty, price } = event;
  return {
    ...untouched,
    ...place,
    orderID,
    firstSeqNum,
    accountID,
    securityID,
    clOrdID,
    side,
    ordType,
    timeInForce,
    orderQty,
    price: price === 0 ? null : price,
    entryTime: transactTime,
    transactTime,
    entryRptSeq: rptSeq,
    lastRptSeq: rptSeq,
  };
}

/** An order to which nothing has happened yet. */
const untouched = {
  replaceClOrdID: null,
  execInst: 0,
  selfTradePrevention: 0,
  cashOrderQty: null,
  cumQty: 0,
  leavesQty: 0,
  preventedQty: 0,
  cumNotional: 0n,
  ordStatus: OrdStatus.New,
  cancelReason: null,
  ordRejReason: null,
  expireTime: null,
  stopPx: null,
  pegOffsetValue: null,
  triggeredTime: null,
  displayQty: null,
  shownQty: null,
  otherOrderID: null,
} as const;

/** An iceberg that comes to rest shows up to its displayQty. */
export function shownAnew(order: OrderRow): OrderRow {
  const { displayQty, leavesQty } = order;
  return displayQty === null ? order : { ...order, shownQty: Math.min(displayQty, leavesQty) };
}

/** An iceberg that was decreased in its place shows no more than is left. */
export function shownInPlace(order: OrderRow): OrderRow {
  const { shownQty, leavesQty } = order;
  return shownQty === null ? order : { ...order, shownQty: Math.min(shownQty, leavesQty) };
}

/** An iceberg that rests has given `qty`; when it shows nothing any more, it shows anew. */
export function shownLess(order: OrderRow, qty: number): OrderRow {
  if (order.shownQty === null) return order;
  const shownQty = order.shownQty - qty;
  return shownQty > 0 ? { ...order, shownQty } : shownAnew(order);
}

/** Whether the order is a stop that has not been triggered. */
export function isWaiting({ ordType, triggeredTime }: OrderRow): boolean {
  const isStop = ordType === OrdType.Stop || ordType === OrdType.StopLimit;
  return isStop && triggeredTime === null;
}

export function isOpen(order: OrderRow): boolean {
  return order.ordStatus === OrdStatus.New || order.ordStatus === OrdStatus.PartiallyFilled;
}
