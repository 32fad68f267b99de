import { beforeEach, describe, expect, test } from "bun:test";

import type { Analytics } from "../ports/analytics/analytics.ts";
import { AnalyticsError } from "../ports/analytics/analytics.ts";
import { ManualClock } from "../ports/clock/clock-manual.ts";
import { SelfTradePrevention, Side, TradingState } from "../schema/generated/enums.ts";
import { Book } from "./book.ts";
import { minuteMs } from "./candle-series.ts";
import { readCandles, viewCandle } from "./candles.ts";

const noon = Date.UTC(2026, 0, 1, 12);
let book: Book;
let seqNum: number;

/** ClickHouse is away: whoever gets an answer got it out of memory. */
const analytics: Analytics = {
  connection: { url: "", user: "", password: "" },
  migrate: () => Promise.reject(away()),
  reset: () => Promise.reject(away()),
  insert: () => Promise.reject(away()),
  query: () => Promise.reject(away()),
  ping: () => Promise.reject(away()),
  close: () => Promise.resolve(),
};

function away(): AnalyticsError {
  return new AnalyticsError("Unavailable", "ClickHouse is away");
}

function newBook(at: { seqNum: number; rptSeq: number; transactTime: number }): Book {
  const terms = {
    symbol: "BTC-USD",
    securityID: 1,
    baseCurrency: "BTC",
    quoteCurrency: "USD",
    priceExponent: -2,
    qtyExponent: -3,
    tickSize: 1,
    lotSize: 1,
    minOrderQty: 0,
    maxOrderQty: 0,
    selfTradePrevention: SelfTradePrevention.CancelNewest,
    tradingState: TradingState.Open,
  };
  return new Book(0, terms, at);
}

function trade(minute: number, lastPx: number, lastQty = 1): void {
  seqNum++;
  const transactTime = noon + minute * minuteMs + 30_000;
  const aggressorSide = Side.Buy;
  book.addTrade({ rptSeq: seqNum, seqNum, lastPx, lastQty, aggressorSide, transactTime });
}

async function list(span: { from?: number; to?: number; limit: number; minute: number }) {
  const parts = { book, analytics, clock: new ManualClock() };
  const candles = await readCandles(parts, {
    from: span.from === undefined ? null : noon + span.from * minuteMs,
    to: span.to === undefined ? null : noon + span.to * minuteMs,
    limit: span.limit,
    logTime: noon + span.minute * minuteMs + 40_000,
  });
  return candles.map(({ openTime, open, close, tradeCount, closed }) => ({
    minute: (openTime - noon) / minuteMs,
    open,
    close,
    tradeCount,
    closed,
  }));
}

beforeEach(() => {
  book = newBook({ seqNum: 1, rptSeq: 0, transactTime: 0 });
  seqNum = 1;
});

describe("a span", () => {
  test("without bounds ends with the minute that is open now", async () => {
    trade(0, 100);
    trade(1, 101);
    trade(1, 102);
    expect(await list({ limit: 2, minute: 1 })).toEqual([
      { minute: 0, open: 100, close: 100, tradeCount: 1, closed: true },
      { minute: 1, open: 101, close: 102, tradeCount: 2, closed: false },
    ]);
  });

  test("repeats the last close in minutes without a trade, and starts with the first trade ever", async () => {
    trade(2, 100);
    trade(5, 105);
    expect(await list({ limit: 7, minute: 6 })).toMatchObject([
      { minute: 2, close: 100, tradeCount: 1 },
      { minute: 3, open: 100, close: 100, tradeCount: 0, closed: true },
      { minute: 4, open: 100, tradeCount: 0 },
      { minute: 5, open: 105, tradeCount: 1 },
      { minute: 6, open: 105, tradeCount: 0, closed: false },
    ]);
  });

  test("with from has the first minutes from there on, with to alone the last ones before it", async () => {
    for (let minute = 0; minute < 9; minute++) trade(minute, 100 + minute);
    const minutes = async (span: { from?: number; to?: number; limit: number }) =>
      (await list({ ...span, minute: 8 })).map(({ minute }) => minute);
    expect(await minutes({ from: 2, limit: 3 })).toEqual([2, 3, 4]);
    expect(await minutes({ from: 1.5, limit: 2 })).toEqual([2, 3]);
    expect(await minutes({ from: 2, to: 4, limit: 9 })).toEqual([2, 3]);
    expect(await minutes({ to: 4, limit: 2 })).toEqual([2, 3]);
    expect(await minutes({ to: 4.5, limit: 2 })).toEqual([3, 4]);
    expect(await minutes({ to: 500, limit: 2 })).toEqual([7, 8]);
    expect(await minutes({ from: 9, limit: 5 })).toEqual([]);
    expect(await minutes({ from: 4, to: 4, limit: 5 })).toEqual([]);
    expect(await minutes({ from: -1e7, limit: 5 })).toEqual([]);
  });

  test("of an instrument that never traded is empty", async () => {
    expect(await list({ limit: 9, minute: 3 })).toEqual([]);
  });
});

test("what memory lacks is not answered without ClickHouse", async () => {
  book = newBook({ seqNum: 70, rptSeq: 9, transactTime: noon });
  seqNum = 70;
  trade(3, 100);
  const refused = list({ limit: 2, minute: 3 }).catch((error: unknown) => error);
  expect(await refused).toMatchObject({ code: "Unavailable" });
});

test("a candle is shown in market decimals", () => {
  const candle = {
    openTime: noon,
    open: 101,
    high: 205,
    low: 7,
    close: 100,
    volume: 2n ** 60n,
    tradeCount: 3,
    closed: true,
  };
  expect(viewCandle(candle, book.terms)).toEqual({
    openTime: "2026-01-01T12:00:00.000Z",
    open: "1.01",
    high: "2.05",
    low: "0.07",
    close: "1.00",
    volume: "1152921504606846.976",
    tradeCount: 3,
    closed: true,
  });
});
