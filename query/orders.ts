import { and, desc, eq, sql } from "drizzle-orm";
import type { SQL } from "drizzle-orm";
import { z } from "zod";

import type { ReadDatabase, ReadDb } from "../ports/read-db/read-db.ts";
import {
  CancelReasonName,
  ExecInst,
  OrdRejReasonName,
  OrdStatusName,
  OrdTypeName,
  SideName,
  TimeInForceName,
} from "../schema/generated/enums.ts";
import type { Order, OrderListQuery } from "../schema/http/reads.ts";
import { instruments, orders } from "../schema/postgres/tables.ts";
import type { OrderRow } from "../schema/postgres/tables.ts";
import { formatDecimal } from "../schema/units.ts";
import { codeName, timeText } from "./code-name.ts";
import { decodeCursor, encodeCursor } from "./cursor.ts";
import { readWithPositions } from "./fold-positions.ts";
import type { PositionList } from "./position.ts";

export type ListedOrder = Omit<Order, "position">;

export interface OrderPage {
  readonly orders: readonly ListedOrder[];
  readonly nextCursor: string | null;
  readonly positions: PositionList;
}

/** The account's order; of several with the same orderID (a clOrdID used again past the id window) the newest. Null: not the account's, or none. */
export async function readOrder(
  readDb: ReadDb,
  accountID: number,
  orderID: string,
): Promise<{ order: ListedOrder | null; positions: PositionList }> {
  const { rows, positions } = await readWithPositions(readDb, (db) =>
    selectOrders(db, and(eq(orders.accountID, accountID), eq(orders.orderID, orderID))).limit(1),
  );
  const [row] = rows;
  return { order: row === undefined ? null : listedOrder(row), positions };
}

/** A page of the account's orders, newest first. */
export async function listOrders(
  readDb: ReadDb,
  accountID: number,
  query: z.output<typeof OrderListQuery>,
): Promise<OrderPage> {
  const { symbol, clOrdID, open, limit } = query;
  const filter = ["orders", accountID, symbol, clOrdID, open];
  const key = decodeCursor(query.cursor, filter, orderKey);
  const where = and(
    eq(orders.accountID, accountID),
    symbol === undefined ? undefined : eq(orders.symbol, symbol),
    clOrdID === undefined ? undefined : eq(orders.clOrdID, clOrdID),
    open === undefined ? undefined : openIs(open === "true"),
    key === null ? undefined : after(key),
  );
  const { rows, positions } = await readWithPositions(readDb, (db) =>
    selectOrders(db, where).limit(limit + 1),
  );
  const page = rows.slice(0, limit);
  const last = page.at(-1)?.order;
  const more = rows.length > limit && last !== undefined;
  return {
    orders: page.map(listedOrder),
    nextCursor: more ? encodeCursor(filter, keyOf(last)) : null,
    positions,
  };
}

const orderKey = z.tuple([z.int(), z.int(), z.int(), z.uuid()]);

function keyOf(row: OrderRow): z.infer<typeof orderKey> {
  return [row.entryTime, row.firstSeqNum, row.partition, row.orderID];
}

function after([entryTime, firstSeqNum, partition, orderID]: z.infer<typeof orderKey>): SQL {
  return sql`(${orders.entryTime}, ${orders.firstSeqNum}, ${orders.partition}, ${orders.orderID})
    < (${entryTime}, ${firstSeqNum}, ${partition}, ${orderID}::uuid)`;
}

/** The text of the partial index, so that Postgres sees that it fits. */
function openIs(open: boolean): SQL {
  return open ? sql`${orders.ordStatus} < 2` : sql`${orders.ordStatus} >= 2`;
}

interface JoinedOrder {
  readonly order: OrderRow;
  /** Null for a refused order of an unknown symbol. */
  readonly priceExponent: number | null;
  readonly qtyExponent: number | null;
}

/** Newest first, with what their instruments add. */
export function selectOrders(db: Pick<ReadDatabase, "select">, where: SQL | undefined) {
  return db
    .select({
      order: orders,
      priceExponent: instruments.priceExponent,
      qtyExponent: instruments.qtyExponent,
    })
    .from(orders)
    .leftJoin(
      instruments,
      and(
        eq(instruments.partition, orders.partition),
        eq(instruments.securityID, orders.securityID),
      ),
    )
    .where(where)
    .orderBy(
      desc(orders.entryTime),
      desc(orders.firstSeqNum),
      desc(orders.partition),
      desc(orders.orderID),
    );
}

function listedOrder({ order, priceExponent, qtyExponent }: JoinedOrder): ListedOrder {
  return {
    orderID: order.orderID,
    clOrdID: order.clOrdID,
    symbol: order.symbol,
    side: sideText(order.side),
    ordType: codeName(OrdTypeName, order.ordType),
    timeInForce: codeName(TimeInForceName, order.timeInForce),
    ...quantities(order, priceExponent, qtyExponent),
    ...(order.triggeredTime === null ? {} : { triggeredTime: timeText(order.triggeredTime) }),
    ...(order.expireTime === null ? {} : { expireTime: timeText(order.expireTime) }),
    ...(order.otherOrderID === null ? {} : { otherOrderID: order.otherOrderID }),
    postOnly: (order.execInst & ExecInst.postOnly) !== 0,
    ordStatus: codeName(OrdStatusName, order.ordStatus),
    ...(order.ordRejReason === null
      ? {}
      : { ordRejReason: codeName(OrdRejReasonName, order.ordRejReason) }),
    ...(order.cancelReason === null
      ? {}
      : { cancelReason: codeName(CancelReasonName, order.cancelReason) }),
    entryTime: timeText(order.entryTime),
    transactTime: timeText(order.transactTime),
    mdEntryID: order.entryRptSeq,
    firstSeqNum: order.firstSeqNum,
    seqNum: order.lastSeqNum,
  };
}

/** Without the instrument's exponents its units say nothing; such an order was refused or is deferred, and has traded nothing. */
function quantities(
  order: OrderRow,
  priceExponent: number | null,
  qtyExponent: number | null,
): Pick<
  ListedOrder,
  | "price"
  | "stopPx"
  | "pegOffsetValue"
  | "orderQty"
  | "displayQty"
  | "cashOrderQty"
  | "cumQty"
  | "leavesQty"
  | "avgPx"
> {
  if (priceExponent === null || qtyExponent === null) {
    return { cumQty: "0", leavesQty: "0", avgPx: "0" };
  }
  const { price, stopPx, pegOffsetValue, orderQty, displayQty, cashOrderQty } = order;
  const { cumQty, leavesQty } = order;
  return {
    ...(price === null ? {} : { price: formatDecimal(price, priceExponent) }),
    ...(stopPx === null ? {} : { stopPx: formatDecimal(stopPx, priceExponent) }),
    ...(pegOffsetValue === null
      ? {}
      : { pegOffsetValue: formatDecimal(pegOffsetValue, priceExponent) }),
    ...(displayQty === null ? {} : { displayQty: formatDecimal(displayQty, qtyExponent) }),
    ...(orderQty === 0 ? {} : { orderQty: formatDecimal(orderQty, qtyExponent) }),
    ...(cashOrderQty === null
      ? {}
      : { cashOrderQty: formatDecimal(cashOrderQty, priceExponent + qtyExponent) }),
    cumQty: formatDecimal(cumQty, qtyExponent),
    leavesQty: formatDecimal(leavesQty, qtyExponent),
    avgPx: formatAvgPx(order.cumNotional, cumQty, priceExponent),
  };
}

const avgPxDigits = 4;

/** cumNotional / cumQty, rounded half to even four digits past the price unit; "0" while nothing has traded. */
export function formatAvgPx(cumNotional: bigint, cumQty: number, priceExponent: number): string {
  if (cumQty === 0) return "0";
  const divisor = BigInt(cumQty);
  const scaled = cumNotional * 10n ** BigInt(avgPxDigits);
  const floor = scaled / divisor;
  const twice = (scaled % divisor) * 2n;
  const up = twice > divisor || (twice === divisor && floor % 2n === 1n);
  return formatDecimal(up ? floor + 1n : floor, priceExponent - avgPxDigits);
}

export function sideText(code: number): "Buy" | "Sell" {
  const side = codeName(SideName, code);
  if (side === "None") throw new Error("An order or a trade without a side");
  return side;
}
