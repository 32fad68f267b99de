import { afterAll, beforeAll, describe, expect, test } from "bun:test";

import type { TradeRow } from "../../schema/clickhouse/rows.ts";
import { AnalyticsError } from "./analytics.ts";
import type { Analytics } from "./analytics.ts";

export function tradeOf(rptSeq: number, fields: Partial<TradeRow> = {}): TradeRow {
  return {
    symbol: "BTC-USD",
    transactTime: "2026-11-25 15:00:30.125",
    rptSeq,
    lastPx: "64250.5",
    lastQty: "0.25",
    aggressorSide: "Buy",
    makerAccountID: 1,
    makerOrderID: "7d03458b-95d7-885f-b2b1-78fdf6e2b9f7",
    makerFirstSeqNum: 1,
    takerAccountID: 2,
    takerOrderID: "be47117a-5851-8e31-ae07-3d0f0d94a83b",
    takerFirstSeqNum: 2,
    partition: 0,
    seqNum: 2,
    ...fields,
  };
}

/** What a promise rejects with. */
export function failureOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => null,
    (failure: unknown) => failure,
  );
}

/** What every analytics store keeps to. `open` gives one that may hold anything. */
export function describeAnalytics(name: string, open: () => Promise<Analytics>): void {
  describe(name, () => {
    let analytics: Analytics;
    beforeAll(async () => {
      analytics = await open();
      await analytics.reset();
    }, 60_000);
    afterAll(() => analytics.close());

    test("migrates twice without a change", async () => {
      const sql = "SELECT name FROM orderbook.migrations ORDER BY name";
      const before = await analytics.query(sql);
      await analytics.migrate();
      expect(await analytics.query(sql)).toEqual(before);
      expect(before.length).toBeGreaterThan(2);
    });

    test("gives decimals and 64-bit integers back whole", async () => {
      const trade = tradeOf(1, {
        symbol: "WIDE",
        lastPx: "21474836470000000000.000000000000000001",
        lastQty: "9007199254740991000000000.000000000000000001",
        makerFirstSeqNum: Number.MAX_SAFE_INTEGER,
      });
      await analytics.insert({ table: "trades", deduplicationToken: "wide", rows: [trade] });
      const [found] = await analytics.query<Record<string, string>>(
        `SELECT lastPx, lastQty, makerFirstSeqNum, transactTime, 18446744073709551615 AS most
         FROM orderbook.trades WHERE symbol = {symbol:String}`,
        { symbol: "WIDE" },
      );
      expect(found).toEqual({
        lastPx: trade.lastPx,
        lastQty: trade.lastQty,
        makerFirstSeqNum: "9007199254740991",
        transactTime: trade.transactTime,
        most: "18446744073709551615",
      });
    });

    test("counts a block once, in its table and in the candles, however often it is sent", async () => {
      const rows = [tradeOf(1), tradeOf(2, { lastPx: "64300", lastQty: "1" })];
      for (let sent = 0; sent < 3; sent++) {
        await analytics.insert({ table: "trades", deduplicationToken: "0-1-9-trades", rows });
      }
      const where = "WHERE symbol = 'BTC-USD'";
      expect(await analytics.query(`SELECT count() AS n FROM orderbook.trades ${where}`)).toEqual([
        { n: "2" },
      ]);
      expect(await analytics.query(`SELECT * FROM orderbook.candles ${where}`)).toEqual([
        {
          symbol: "BTC-USD",
          openTime: "2026-11-25 15:00:00",
          open: "64250.5",
          high: "64300",
          low: "64250.5",
          close: "64300",
          volume: "1.25",
          notional: "80362.625",
          tradeCount: "2",
        },
      ]);
    });

    test("opens and closes a candle by rptSeq, whatever the order of the inserts", async () => {
      const symbol = "ETH-USD";
      for (const [rptSeq, lastPx] of [
        [7, "7"],
        [3, "3"],
        [9, "9"],
        [5, "1"],
      ] as const) {
        const rows = [tradeOf(rptSeq, { symbol, lastPx })];
        await analytics.insert({ table: "trades", deduplicationToken: `e${rptSeq}`, rows });
      }
      const [candle] = await analytics.query(
        "SELECT open, high, low, close FROM orderbook.candles WHERE symbol = {symbol:String}",
        { symbol },
      );
      expect(candle).toEqual({ open: "3", high: "9", low: "1", close: "9" });
    });

    test("multiplies prices by quantities without an overflow", async () => {
      const [sum] = await analytics.query<Record<string, string>>(
        `SELECT sum(lastPx * lastQty) / sum(lastQty) AS vwap FROM orderbook.trades WHERE symbol = 'BTC-USD'`,
      );
      expect(sum).toEqual({ vwap: "64290.1" });
    });

    test("takes parameters as values, never as SQL", async () => {
      const symbol = "' OR 1 = 1 --";
      const sql = "SELECT count() AS n FROM orderbook.trades WHERE symbol = {symbol:String}";
      expect(await analytics.query(sql, { symbol })).toEqual([{ n: "0" }]);
    });

    for (const [what, sql, reason] of [
      ["a wrong statement", "SELECT nothing", "nothing"],
      ["a write", "INSERT INTO orderbook.migrations (name) VALUES ('x')", "privileges"],
      ["a definition", "DROP TABLE orderbook.trades", "privileges"],
      ["a read of the server's files", "SELECT * FROM file('/etc/passwd', LineAsString)", "FILE"],
      ["a call to elsewhere", "SELECT * FROM url('http://127.0.0.1:1/', LineAsString)", "URL"],
      ["a read of the server's tables", "SELECT * FROM system.users", "privileges"],
    ] as const) {
      test(`rejects ${what} in a query as Rejected`, async () => {
        const failure = await failureOf(analytics.query(sql));
        expect(failure).toBeInstanceOf(AnalyticsError);
        expect(failure).toMatchObject({
          code: "Rejected",
          message: expect.stringContaining(reason),
        });
      });
    }

    test("rejects rows that do not fit as Rejected", async () => {
      const rows = [tradeOf(1, { lastPx: "a lot" })];
      const insert = analytics.insert({ table: "trades", deduplicationToken: "bad", rows });
      expect(await failureOf(insert)).toMatchObject({ code: "Rejected" });
    });

    test("is empty after a reset, and usable", async () => {
      await analytics.reset();
      await analytics.ping();
      const counts =
        "SELECT (SELECT count() FROM orderbook.trades) + (SELECT count() FROM orderbook.candles) AS n";
      expect(await analytics.query(counts)).toEqual([{ n: "0" }]);
    });
  });
}
