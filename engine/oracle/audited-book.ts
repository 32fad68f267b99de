/** What the auditor keeps of an order and of a book. */
import { OrdStatus, Side, TradingState } from "../../schema/generated/enums.ts";
import type { OrderAccepted } from "../../schema/generated/order-accepted.ts";

export interface AuditedOrder {
  readonly accepted: OrderAccepted;
  price: number;
  orderQty: bigint;
  leavesQty: bigint;
  cumQty: bigint;
  preventedQty: bigint;
  /** What it shows while it rests: an iceberg not all that is left. */
  shownQty: bigint;
  /** Left to spend; null for an order by quantity. */
  cash: bigint | null;
  /** What it waits for; 0 where it does not wait. */
  stopPx: number;
  /** A trade has reached its stopPx since. */
  isReached: boolean;
}

export interface AuditedBook {
  rptSeq: number;
  lastPx: number;
  tradingState: TradingState;
  /** It has become Open in this command: the stops that the last trade has reached are still to be told. */
  isOpening: boolean;
  readonly waiting: Set<AuditedOrder>;
  readonly bids: AuditedOrder[];
  readonly asks: AuditedOrder[];
}

/** A book that was listed in this state. */
export function newBook(tradingState: TradingState): AuditedBook {
  const empty = { waiting: new Set<AuditedOrder>(), bids: [], asks: [] };
  return { rptSeq: 0, lastPx: 0, tradingState, isOpening: false, ...empty };
}

/** Bids and asks may meet only where nothing is matched. */
export function isWrongWayRound({ tradingState, bids, asks }: AuditedBook): boolean {
  const [bid, ask] = [bids[0], asks[0]];
  if (tradingState !== TradingState.Open || bid === undefined || ask === undefined) return false;
  return bid.price >= ask.price;
}

/** After a book was opened: what its last trade has reached. */
export function markReached(book: AuditedBook): void {
  if (!book.isOpening) return;
  book.isOpening = false;
  for (const order of book.waiting)
    if (book.lastPx !== 0 && isReachedBy(order, book.lastPx)) order.isReached = true;
}

export function isReachedBy({ accepted, stopPx }: AuditedOrder, price: number): boolean {
  return accepted.side === Side.Buy ? price >= stopPx : price <= stopPx;
}

export function trailed({ accepted, stopPx }: AuditedOrder, price: number): number {
  const { side, pegOffsetValue = 0 } = accepted;
  if (pegOffsetValue === 0) return stopPx;
  return side === Side.Buy
    ? Math.min(stopPx, price + pegOffsetValue)
    : Math.max(stopPx, price - pegOffsetValue);
}

/** Whether a price is better for whoever rests on `side`. */
export function isBetter(side: Side, price: number, than: number): boolean {
  return side === Side.Buy ? price > than : price < than;
}

export function statusOf({ leavesQty, cash }: AuditedOrder): OrdStatus {
  const isUsedUp = cash === null ? leavesQty === 0n : cash === 0n;
  return isUsedUp ? OrdStatus.Filled : OrdStatus.PartiallyFilled;
}

/** What an order shows that comes to rest, or has traded in an auction. */
export function shownAnew({ accepted, leavesQty }: AuditedOrder): bigint {
  const displayQty = BigInt(accepted.displayQty ?? 0);
  return displayQty > 0n && displayQty < leavesQty ? displayQty : leavesQty;
}
