/** What the auditor keeps of an order and of a book. */
import { OrdStatus, Side } from "../../schema/generated/enums.ts";
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
  readonly waiting: Set<AuditedOrder>;
  readonly bids: AuditedOrder[];
  readonly asks: AuditedOrder[];
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
