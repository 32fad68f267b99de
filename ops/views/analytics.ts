import { formatDecimal } from "../../schema/units.ts";
import type { VenueFile } from "../venue-client.ts";
import { compareRows, Differences, plain } from "./differences.ts";
import type { ExpectedInstrument, ExpectedViews } from "./expected.ts";

interface AnalyticsComparison {
  readonly views: ExpectedViews;
  readonly instruments: readonly ExpectedInstrument[];
  /** Last seqNum of the fold, by partition. */
  readonly seqNums: readonly number[];
  readonly connection: VenueFile["clickhouse"];
}

const waitMaxMs = 180_000;

/** ClickHouse as an analyst sees it, against the fold; nothing where there is no ClickHouse. */
export async function compareAnalytics(comparison: AnalyticsComparison): Promise<Differences[]> {
  const { connection, seqNums } = comparison;
  if (connection === null) return [];
  const sql = new ClickhouseSql(connection);
  await caughtUp(sql, seqNums);
  return [await compareTrades(comparison, sql), await compareOrderStates(comparison, sql)];
}

/** Plain HTTP with a user's password: what any SQL tool does. */
export class ClickhouseSql {
  readonly #connection: NonNullable<VenueFile["clickhouse"]>;

  constructor(connection: NonNullable<VenueFile["clickhouse"]>) {
    this.#connection = connection;
  }

  async rows(query: string): Promise<string[][]> {
    const { url, user, password } = this.#connection;
    const response = await fetch(url, {
      method: "POST",
      headers: { "X-ClickHouse-User": user, "X-ClickHouse-Key": password },
      body: `${query} FORMAT TabSeparated`,
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`ClickHouse: ${text}`);
    return text === ""
      ? []
      : text
          .trimEnd()
          .split("\n")
          .map((line) => line.split("\t"));
  }
}

/** Blocks end at a tick: the last rows come a moment later. */
async function caughtUp(sql: ClickhouseSql, seqNums: readonly number[]): Promise<void> {
  for (let waitedMs = 0; waitedMs < waitMaxMs; waitedMs += 100) {
    const rows = await sql.rows(
      "SELECT partition, max(seqNum) FROM orderbook.fold_positions GROUP BY partition",
    );
    const reached = new Map(rows.map(([partition, seqNum]) => [Number(partition), Number(seqNum)]));
    if (seqNums.every((seqNum, partition) => (reached.get(partition) ?? 0) >= seqNum)) return;
    await Bun.sleep(100);
  }
  throw new Error(`ClickHouse did not come up to ${seqNums.join(",")} within ${waitMaxMs} ms`);
}

async function compareTrades(
  { views, instruments }: AnalyticsComparison,
  sql: ClickhouseSql,
): Promise<Differences> {
  const differences = new Differences("trades (ClickHouse)");
  for (const { symbol, priceExponent, qtyExponent } of instruments) {
    const expected = new Map<string, string>();
    for (const trade of views.trades) {
      if (trade.symbol !== symbol) continue;
      const lastPx = plain(formatDecimal(trade.lastPx, priceExponent));
      const lastQty = plain(formatDecimal(trade.lastQty, qtyExponent));
      expected.set(
        `${symbol} ${trade.rptSeq}`,
        `${trade.seqNum} ${lastPx} ${lastQty} ${trade.aggressorSide} ${trade.maker.orderID} ${trade.taker.orderID}`,
      );
    }
    const rows = await sql.rows(
      `SELECT rptSeq, seqNum, lastPx, lastQty, aggressorSide, makerOrderID, takerOrderID
       FROM orderbook.trades FINAL WHERE symbol = '${symbol}' LIMIT 100000000`,
    );
    const found = new Map(
      rows.map(([rptSeq, seqNum, lastPx, lastQty, ...others]) => [
        `${symbol} ${rptSeq}`,
        `${seqNum} ${plain(lastPx)} ${plain(lastQty)} ${others.join(" ")}`,
      ]),
    );
    compareRows(differences, expected, found);
    await compareCandleCount(differences, { symbol, tradeCount: expected.size }, sql);
  }
  return differences;
}

/** A candle that counted a trade twice would show here. */
async function compareCandleCount(
  differences: Differences,
  { symbol, tradeCount }: { symbol: string; tradeCount: number },
  sql: ClickhouseSql,
): Promise<void> {
  const [row] = await sql.rows(
    `SELECT sum(tradeCount) FROM orderbook.candles WHERE symbol = '${symbol}'`,
  );
  differences.compare(`${symbol} trades in candles`, String(tradeCount), row?.[0] ?? "0");
}

/** The last row of each order's life. */
async function compareOrderStates(
  { views, instruments }: AnalyticsComparison,
  sql: ClickhouseSql,
): Promise<Differences> {
  const differences = new Differences("order states (ClickHouse)");
  for (const { symbol, qtyExponent } of instruments) {
    const expected = new Map<string, string>();
    for (const order of views.orders.values()) {
      if (order.symbol !== symbol) continue;
      const [cumQty, leavesQty] = [order.cumQty, order.leavesQty].map((qty) =>
        plain(formatDecimal(qty, qtyExponent)),
      );
      expected.set(
        `${order.orderID} ${order.firstSeqNum}`,
        `${order.accountID} ${order.ordStatus} ${cumQty} ${leavesQty}`,
      );
    }
    const rows = await sql.rows(
      `SELECT orderID, firstSeqNum, any(accountID), argMax(ordStatus, (seqNum, rptSeq)),
              argMax(cumQty, (seqNum, rptSeq)), argMax(leavesQty, (seqNum, rptSeq))
       FROM orderbook.order_events FINAL WHERE symbol = '${symbol}'
       GROUP BY orderID, firstSeqNum LIMIT 100000000`,
    );
    const found = new Map(
      rows.map(([orderID, firstSeqNum, accountID, ordStatus, cumQty, leavesQty]) => [
        `${orderID} ${firstSeqNum}`,
        `${accountID} ${ordStatus} ${plain(cumQty)} ${plain(leavesQty)}`,
      ]),
    );
    compareRows(differences, expected, found);
  }
  return differences;
}
