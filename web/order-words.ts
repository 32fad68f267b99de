import type { Order } from "../schema/http/reads.ts";
import { grouped, withDecimals } from "./decimals.ts";
import type { Listing } from "./listing.ts";

/** What the page reads of the venue's answer to an order. */
export interface PlacedOrder {
  readonly orderID: string;
  readonly ordStatus?: string;
  readonly ordType?: string;
  readonly side?: string;
  readonly orderQty?: string;
  readonly price?: string;
  readonly stopPx?: string;
  readonly displayQty?: string;
  readonly cumQty?: string;
  readonly leavesQty?: string;
  readonly avgPx?: string;
  readonly position?: string;
  readonly executionReports?: readonly {
    readonly execType: string;
    readonly cancelReason?: string;
  }[];
}

type Decimals = Pick<Listing, "priceDecimals" | "qtyDecimals">;

/** What came of an order, in a few sentences. */
export function outcomeText(order: PlacedOrder, ms: number, listing: Decimals): string {
  const qty = (value: string | undefined): string =>
    withDecimals(value ?? "0", listing.qtyDecimals);
  const took = `${ms.toFixed(1)} ms`;
  if (order.ordStatus === undefined)
    return `On the log, not decided yet (${took}). Order ${order.orderID}`;
  const parts = [`${order.ordStatus} in ${took}.`];
  const isTriggered = hasReport(order, "Triggered");
  if (isTriggered) parts.push("Triggered at once.");
  if (Number(order.cumQty ?? 0) > 0) {
    const average = withDecimals(order.avgPx ?? "0", listing.priceDecimals);
    parts.push(`Filled ${qty(order.cumQty)} at ${average} on average.`);
  }
  if (isStop(order.ordType) && !isTriggered) {
    parts.push(`Waits for a trade at ${withDecimals(order.stopPx ?? "0", listing.priceDecimals)}.`);
  } else if (Number(order.leavesQty ?? 0) > 0) {
    const shown =
      order.displayQty === undefined ? "" : `, shows ${qty(order.displayQty)} at a time`;
    parts.push(`${qty(order.leavesQty)} rests${shown}.`);
  }
  const reason = order.executionReports?.find(({ cancelReason }) => cancelReason !== undefined);
  if (reason?.cancelReason !== undefined) parts.push(`Rest canceled: ${reason.cancelReason}.`);
  return parts.join(" ");
}

/** A stop that no trade has reached yet: it stands in no book. */
export function isWaiting({
  ordType,
  triggeredTime,
}: Pick<Order, "ordType" | "triggeredTime">): boolean {
  return isStop(ordType) && triggeredTime === undefined;
}

/** The price of an open order for people: of a stop what it waits for too. */
export function priceText(order: Omit<Order, "position">, { priceDecimals }: Decimals): string {
  const text = (value: string): string => grouped(withDecimals(value, priceDecimals));
  const limit = order.price === undefined ? "market" : text(order.price);
  if (!isWaiting(order)) return limit;
  return `${text(order.stopPx ?? "0")} → ${limit}`;
}

/** How an open order stands, with what is special about it. */
export function statusText(order: Omit<Order, "position">, listing: Decimals): string {
  const { ordStatus, postOnly, displayQty, pegOffsetValue } = order;
  const distance = withDecimals(pegOffsetValue ?? "0", listing.priceDecimals);
  const waits = pegOffsetValue === undefined ? "waits for its stop" : `trails by ${distance}`;
  const shown = withDecimals(displayQty ?? "0", listing.qtyDecimals);
  return [
    ordStatus,
    ...(postOnly ? ["post only"] : []),
    ...(isWaiting(order) ? [waits] : []),
    ...(displayQty === undefined ? [] : [`shows ${shown}`]),
  ].join(", ");
}

function isStop(ordType: string | undefined): boolean {
  return ordType === "Stop" || ordType === "StopLimit";
}

function hasReport({ executionReports }: PlacedOrder, wanted: string): boolean {
  return executionReports?.some(({ execType }) => execType === wanted) === true;
}
