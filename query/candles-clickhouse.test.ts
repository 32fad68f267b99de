import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { openClickhouse } from "../ports/analytics/analytics-clickhouse.ts";
import { AnalyticsError } from "../ports/analytics/analytics.ts";
import type { Analytics } from "../ports/analytics/analytics.ts";
import { startClickhouseProcess } from "../ports/analytics/clickhouse-process.ts";
import type { ClickhouseProcess } from "../ports/analytics/clickhouse-process.ts";
import { systemClock } from "../ports/clock/clock-system.ts";
import type { ReadDb } from "../ports/read-db/read-db.ts";
import { createMemorySnapshots } from "../ports/snapshot/snapshot-memory.ts";
import { createProjector } from "../projector/projector.ts";
import type { Projector } from "../projector/projector.ts";
import { Side } from "../schema/generated/enums.ts";
import { CandleList } from "../schema/http/reads.ts";
import { minuteMs } from "./candle-series.ts";
import { bodyOf, emptyReadDb, queryOn } from "./query.fixture.ts";
import { putSnapshot } from "./snapshot.fixture.ts";
import { TestVenue } from "./venue.fixture.ts";

// The stores share a busy machine with other tests.
setDefaultTimeout(60_000);

const symbol = "BTC-USD";
const folder = mkdtempSync(join(tmpdir(), "orderbook-candles-"));
const child = await startChild();

async function startChild(): Promise<ClickhouseProcess | null> {
  try {
    return await startClickhouseProcess({ dataDir: folder });
  } catch (error) {
    if (error instanceof AnalyticsError && error.code === "Missing") return null;
    throw error;
  }
}

afterAll(() => rmSync(folder, { recursive: true, force: true }));

let analytics: Analytics;
let readDb: ReadDb;
let venue: TestVenue;
let projector: Projector;

describe.skipIf(child === null)(
  "candles out of ClickHouse and memory (skipped where chdb is not installed)",
  () => {
    beforeAll(async () => {
      if (child === null) return;
      analytics = openClickhouse(child);
      await analytics.migrate();
      readDb = await emptyReadDb();
      venue = new TestVenue();
      await venue.open();
      await venue.define(symbol, [1, 2]);
      projector = createProjector({
        log: venue.log,
        readDb,
        analytics,
        clock: systemClock,
        onAlarm: (alarm) => {
          throw alarm;
        },
      });
      await projector.start();
      await trade();
    });

    afterAll(async () => {
      await projector.stop();
      await readDb.close();
      await analytics.close();
      await child?.close();
      rmSync(folder, { recursive: true, force: true });
    });

    test("are the same wherever memory begins, the minute in which it begins included", async () => {
      const expected = naiveCandles();
      expect(expected.length).toBeGreaterThan(8);
      for (const commandCount of [4, 11, 12, 13, 20, 31, venue.sent.length]) {
        const list = await candlesAfter(commandCount, "limit=1440");
        expect(list.candles).toEqual(expected);
      }
    });

    test("of a span that begins in quiet minutes go on with the close before it", async () => {
      const expected = naiveCandles();
      for (const commandCount of [4, 20, venue.sent.length]) {
        for (const [index, { openTime }] of expected.entries()) {
          const { candles } = await candlesAfter(commandCount, `from=${openTime}&limit=2`);
          expect(candles).toEqual(expected.slice(index, index + 2));
        }
      }
    });
  },
);

/** Trades in some minutes, several in one, none in others; a tick after each command lets ClickHouse's blocks end. */
async function trade(): Promise<void> {
  for (const [wait, price] of [
    [0, 100],
    [1_000, 103],
    [70_000, 99],
    [200, 98],
    [40_000, 104],
    [250_000, 101],
    [59_000, 102],
    [10, 110],
    [130_000, 90],
  ] as const) {
    venue.clock.advance(wait);
    await venue.order({ symbol, price, orderQty: 2 });
    await venue.order({ symbol, accountID: 2, side: Side.Sell, price, orderQty: 2 });
    await venue.tick();
  }
}

async function candlesAfter(commandCount: number, parameters: string) {
  const snapshots = createMemorySnapshots();
  await putSnapshot(venue, snapshots, commandCount);
  const { query, get } = queryOn(venue, { readDb, analytics, snapshots });
  await query.start();
  const path = `/v1/instruments/${symbol}/candles?${parameters}&minSeq=${venue.position}`;
  const list = await bodyOf(await get(path), CandleList);
  await query.close();
  return list;
}

/** From the trades as they were sent: every pair of orders is one of 2 lots at its price. */
function naiveCandles() {
  const buys = venue.sent.flatMap(({ command, appendTime }) =>
    command.kind === "NewOrderSingle" && command.side === Side.Buy
      ? [{ price: command.price, minute: Math.floor(appendTime / minuteMs) * minuteMs }]
      : [],
  );
  const now = Math.floor(venue.clock.now() / minuteMs) * minuteMs;
  const candles = [];
  let close = 0;
  for (let minute = buys[0]?.minute ?? now; minute <= now; minute += minuteMs) {
    const prices = buys.filter((buy) => buy.minute === minute).map(({ price }) => price);
    const open = prices[0] ?? close;
    close = prices.at(-1) ?? close;
    const all = prices.length === 0 ? [close] : prices;
    candles.push({
      openTime: new Date(minute).toISOString(),
      open: (open / 100).toFixed(2),
      high: (Math.max(...all) / 100).toFixed(2),
      low: (Math.min(...all) / 100).toFixed(2),
      close: (close / 100).toFixed(2),
      volume: (prices.length * 0.002).toFixed(3),
      tradeCount: prices.length,
      closed: minute !== now,
    });
  }
  return candles;
}
