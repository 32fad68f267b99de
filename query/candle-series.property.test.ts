import { expect, test } from "bun:test";
import fc from "fast-check";

import { Side } from "../schema/generated/enums.ts";
import { CandleSeries, minuteMs } from "./candle-series.ts";
import type { CandleUnits } from "./candle-series.ts";
import type { TradePrint } from "./trade-ring.ts";

const steps = fc.array(
  fc.record({
    wait: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 200_000 })),
    lastPx: fc.integer({ min: 1, max: 50 }),
    lastQty: fc.oneof(fc.integer({ min: 1, max: 9 }), fc.constant(Number.MAX_SAFE_INTEGER)),
  }),
  { maxLength: 60 },
);

test("candles are what the trades of each minute say, and what was dropped is named", () => {
  fc.assert(
    fc.property(steps, fc.integer({ min: 1, max: 8 }), (taken, capacity) => {
      const series = new CandleSeries(capacity, null);
      const trades = tradesOf(taken);
      for (const trade of trades) series.add(trade);
      const minutes = new Map<number, CandleUnits>();
      for (const trade of trades) add(minutes, trade);
      const kept = [...minutes.keys()].slice(-capacity);
      for (const [openTime, candle] of minutes) {
        const known = series.at(openTime);
        if (kept.includes(openTime)) expect(known).toMatchObject({ ...candle });
        else expect(known).toBeNull();
      }
      const dropped = trades.findLast(({ transactTime }) => transactTime < (kept[0] ?? 0));
      expect(series.missing?.seqNum ?? 0).toBe(dropped?.seqNum ?? 0);
      expect(series.missing === null || series.missing.before <= (kept[0] ?? 0)).toBe(true);
      expect(series.missing?.partly ?? false).toBe(false);
    }),
  );
});

test("a series that starts in the middle of a minute says that this minute is there in part", () => {
  const series = new CandleSeries(4, { seqNum: 70, transactTime: 3 * minuteMs + 1 });
  expect(series.missing).toEqual({ seqNum: 70, before: 3 * minuteMs, partly: true });
});

test("the newest candle before a time is found, also when minutes between are quiet", () => {
  const series = new CandleSeries(4, null);
  for (const minute of [1, 2, 6]) {
    series.add({ ...plainTrade, transactTime: minute * minuteMs, lastPx: minute });
  }
  expect(series.lastBefore(6 * minuteMs)?.close).toBe(2);
  expect(series.lastBefore(9 * minuteMs)?.close).toBe(6);
  expect(series.lastBefore(minuteMs)).toBeNull();
});

const plainTrade: TradePrint = {
  rptSeq: 1,
  seqNum: 1,
  lastPx: 1,
  lastQty: 1,
  aggressorSide: Side.Buy,
  transactTime: 0,
};

function tradesOf(
  taken: readonly { wait: number; lastPx: number; lastQty: number }[],
): TradePrint[] {
  let transactTime = 1_700_000_000_000;
  return taken.map(({ wait, ...trade }, index) => {
    transactTime += wait;
    return { ...plainTrade, ...trade, rptSeq: index + 1, seqNum: index + 1, transactTime };
  });
}

function add(minutes: Map<number, CandleUnits>, trade: TradePrint): void {
  const openTime = Math.floor(trade.transactTime / minuteMs) * minuteMs;
  const known = minutes.get(openTime);
  const { lastPx } = trade;
  minutes.set(openTime, {
    openTime,
    open: known?.open ?? lastPx,
    high: Math.max(known?.high ?? 0, lastPx),
    low: Math.min(known?.low ?? Infinity, lastPx),
    close: lastPx,
    volume: (known?.volume ?? 0n) + BigInt(trade.lastQty),
    tradeCount: (known?.tradeCount ?? 0) + 1,
  });
}
