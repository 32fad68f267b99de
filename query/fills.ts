import { and, desc, eq, getTableName, lt, or, sql } from "drizzle-orm";
import type { SQL } from "drizzle-orm";
import { z } from "zod";

import type { ReadDatabase, ReadDb } from "../ports/read-db/read-db.ts";
import { Side } from "../schema/generated/enums.ts";
import type { Fill, FillListQuery } from "../schema/http/reads.ts";
import { fills, instruments, orders } from "../schema/postgres/tables.ts";
import type { FillRow } from "../schema/postgres/tables.ts";
import { formatDecimal } from "../schema/units.ts";
import { codeName, timeText } from "./code-name.ts";
import { decodeCursor, encodeCursor } from "./cursor.ts";
import { readWithPositions } from "./fold-positions.ts";
import { sideText } from "./orders.ts";
import type { PositionList } from "./position.ts";
import type { TradePrint } from "./trade-ring.ts";

export interface FillPage {
  readonly fills: readonly Fill[];
  readonly nextCursor: string | null;
  readonly positions: PositionList;
}

/** A page of what the account's orders have traded, newest first. */
export async function listFills(
  readDb: ReadDb,
  accountID: number,
  query: z.output<typeof FillListQuery>,
): Promise<FillPage> {
  const { symbol, orderID, limit } = query;
  const filter = ["fills", accountID, symbol, orderID];
  const key = decodeCursor(query.cursor, filter, fillKey);
  const where = and(
    eq(fills.accountID, accountID),
    symbol === undefined ? undefined : eq(fills.symbol, symbol),
    orderID === undefined ? undefined : eq(fills.orderID, orderID),
    key === null ? undefined : after(key),
  );
  const { rows, positions } = await readWithPositions(readDb, (db) =>
    selectFills(db, where, limit + 1),
  );
  const page = rows.slice(0, limit);
  const last = page.at(-1)?.fill;
  const more = rows.length > limit && last !== undefined;
  return {
    fills: page.map(listedFill),
    nextCursor: more ? encodeCursor(filter, keyOf(last)) : null,
    positions,
  };
}

/** Trades of an instrument before an rptSeq, newest first: the takers' rows, of auctions the sellers', without who traded. */
export async function listOlderTrades(
  readDb: ReadDb,
  page: { symbol: string; beforeRptSeq: number; limit: number },
): Promise<TradePrint[]> {
  const { symbol, beforeRptSeq, limit } = page;
  const rows = await readDb.run((db) =>
    db
      .select()
      .from(fills)
      .where(
        and(
          eq(fills.symbol, symbol),
          lt(fills.rptSeq, beforeRptSeq),
          or(
            eq(fills.lastLiquidityInd, LastLiquidityInd.Removed),
            and(eq(fills.lastLiquidityInd, LastLiquidityInd.Auction), eq(fills.side, Side.Sell)),
          ),
        ),
      )
      .orderBy(desc(fills.rptSeq))
      .limit(limit),
  );
  return rows.map((row) => ({
    rptSeq: row.rptSeq,
    seqNum: row.seqNum,
    lastPx: row.lastPx,
    lastQty: row.lastQty,
    aggressorSide: aggressorOf(row),
    transactTime: row.transactTime,
  }));
}

/** Of a taker's row, or of the seller's in an auction, where nobody takes. */
function aggressorOf({ side, lastLiquidityInd }: FillRow): Side {
  if (lastLiquidityInd === LastLiquidityInd.Auction) return Side.None;
  return side === Side.Buy ? Side.Buy : Side.Sell;
}

const LastLiquidityInd = { Added: 1, Removed: 2, Auction: 4 } as const;
const lastLiquidityIndName = { 1: "Added", 2: "Removed", 4: "Auction" } as const;

const fillKey = z.tuple([z.int(), z.int(), z.int(), z.string(), z.int()]);

function keyOf(row: FillRow): z.infer<typeof fillKey> {
  return [row.transactTime, row.seqNum, row.rptSeq, row.symbol, row.side];
}

function after([transactTime, seqNum, rptSeq, symbol, side]: z.infer<typeof fillKey>): SQL {
  return sql`(${fills.transactTime}, ${fills.seqNum}, ${fills.rptSeq}, ${fills.symbol}, ${fills.side})
    < (${transactTime}, ${seqNum}, ${rptSeq}, ${symbol}, ${side})`;
}

interface JoinedFill {
  readonly fill: FillRow;
  readonly clOrdID: string;
  readonly priceExponent: number;
  readonly qtyExponent: number;
}

/**
 * The first rows, newest first, with what their orders and instruments add. In an auction an account may trade with itself: the side tells its two rows apart.
 *
 * The page is cut before it is joined: PostgreSQL takes the joins for far more selective than they are, and would join and sort all that an
 * account ever traded. Each fill has its order and its instrument, so that none is lost.
 */
export function selectFills(
  db: Pick<ReadDatabase, "select">,
  where: SQL | undefined,
  countMax: number,
) {
  const { transactTime, seqNum, rptSeq, symbol, side } = fills;
  const newestFirst = [transactTime, seqNum, rptSeq, symbol, side].map(desc);
  // Under the table's own name its columns are those of the page.
  const page = db
    .select()
    .from(fills)
    .where(where)
    .orderBy(...newestFirst)
    .limit(countMax)
    .as(getTableName(fills));
  return db
    .select({
      fill: fills,
      clOrdID: orders.clOrdID,
      priceExponent: instruments.priceExponent,
      qtyExponent: instruments.qtyExponent,
    })
    .from(page)
    .innerJoin(
      instruments,
      and(eq(instruments.partition, fills.partition), eq(instruments.securityID, fills.securityID)),
    )
    .innerJoin(
      orders,
      and(
        eq(orders.orderID, fills.orderID),
        eq(orders.firstSeqNum, fills.firstSeqNum),
        eq(orders.partition, fills.partition),
      ),
    )
    .orderBy(...newestFirst);
}

function listedFill({ fill, clOrdID, priceExponent, qtyExponent }: JoinedFill): Fill {
  return {
    orderID: fill.orderID,
    firstSeqNum: fill.firstSeqNum,
    clOrdID,
    symbol: fill.symbol,
    side: sideText(fill.side),
    lastQty: formatDecimal(fill.lastQty, qtyExponent),
    lastPx: formatDecimal(fill.lastPx, priceExponent),
    lastLiquidityInd: codeName(lastLiquidityIndName, fill.lastLiquidityInd),
    fee: formatDecimal(fill.fee, priceExponent + qtyExponent),
    leavesQty: formatDecimal(fill.leavesQty, qtyExponent),
    rptSeq: fill.rptSeq,
    seqNum: fill.seqNum,
    transactTime: timeText(fill.transactTime),
  };
}
