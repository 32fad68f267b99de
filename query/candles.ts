import type { Analytics } from "../ports/analytics/analytics.ts";
import type { Clock } from "../ports/clock/clock.ts";
import type { Candle } from "../schema/http/reads.ts";
import { formatDecimal, parseDecimal, parseWideDecimal } from "../schema/units.ts";
import type { Book, InstrumentTerms } from "./book.ts";
import { minuteMs, minuteOf } from "./candle-series.ts";
import type { CandleUnits, MissingCandles } from "./candle-series.ts";
import { timeText } from "./code-name.ts";
import { Problem } from "./problem.ts";

export interface ListedCandle extends CandleUnits {
  readonly closed: boolean;
}

export interface CandleSpan {
  readonly from: number | null;
  readonly to: number | null;
  readonly limit: number;
  /** Of the newest body: it says which minute is still open. */
  readonly logTime: number;
}

interface CandleParts {
  readonly book: Book;
  readonly analytics: Analytics;
  readonly clock: Clock;
}

/**
 * Candles of a span, oldest first, as new as the books: what the series in memory lacks comes out of ClickHouse, once that is past
 * it. A minute without a trade repeats the close before it. Rejects with Problem AnalyticsUnavailable, or AnalyticsError.
 */
export async function readCandles(parts: CandleParts, span: CandleSpan): Promise<ListedCandle[]> {
  const { start, end } = spanMinutes(span);
  if (start >= end) return [];
  const stored = await readMissing(parts, { start, end });
  const { candles } = parts.book;
  const listed: ListedCandle[] = [];
  let last = newer(stored.before, candles.lastBefore(start));
  for (let openTime = start; openTime < end; openTime += minuteMs) {
    const candle = joined(stored.at.get(openTime) ?? null, candles.at(openTime));
    last = candle ?? (last === null ? null : quiet(last, openTime));
    if (last !== null) listed.push({ ...last, closed: span.logTime >= openTime + minuteMs });
  }
  return listed;
}

export function viewCandle(candle: ListedCandle, terms: InstrumentTerms): Candle {
  const { priceExponent, qtyExponent } = terms;
  return {
    openTime: timeText(candle.openTime),
    open: formatDecimal(candle.open, priceExponent),
    high: formatDecimal(candle.high, priceExponent),
    low: formatDecimal(candle.low, priceExponent),
    close: formatDecimal(candle.close, priceExponent),
    volume: formatDecimal(candle.volume, qtyExponent),
    tradeCount: candle.tradeCount,
    closed: candle.closed,
  };
}

/** Whole minutes [start, end): the first ones of the span where `from` is given, else the last. */
function spanMinutes({ from, to, limit, logTime }: CandleSpan): { start: number; end: number } {
  const present = minuteOf(logTime) + minuteMs;
  const last = to === null ? present : Math.min(present, minuteUp(Math.max(0, to)));
  if (from === null) return { start: Math.max(0, last - limit * minuteMs), end: last };
  const start = minuteUp(Math.max(0, from));
  return { start, end: Math.min(last, start + limit * minuteMs) };
}

function minuteUp(time: number): number {
  return minuteOf(time + minuteMs - 1);
}

interface StoredCandles {
  readonly at: ReadonlyMap<number, CandleUnits>;
  /** The newest one that opens before the span. */
  readonly before: CandleUnits | null;
}

/** What ClickHouse has to say about a span; nothing where the series in memory lacks nothing of it. */
async function readMissing(
  parts: CandleParts,
  span: { start: number; end: number },
): Promise<StoredCandles> {
  const { missing } = parts.book.candles;
  if (missing === null) return { at: new Map(), before: null };
  await awaitAnalytics(parts, missing.seqNum);
  const end = Math.min(span.end, missing.before);
  const rows = await wholeMinutes(parts, { start: span.start, end });
  const candles = rows.map((row) => inUnits(row, parts.book.terms));
  const part = missing.partly ? await partOfMinute(parts, missing) : null;
  const all = part === null ? candles : [...candles, part];
  const at = new Map(all.map((candle) => [candle.openTime, candle]));
  return { at, before: all.findLast(({ openTime }) => openTime < span.start) ?? null };
}

const analyticsWaitMs = 2000;
const analyticsPollMs = 50;

/** ClickHouse takes blocks of about a second, so it may be a little behind what memory has let go of. */
async function awaitAnalytics(parts: CandleParts, seqNum: number): Promise<void> {
  const { analytics, clock, book } = parts;
  const deadline = clock.monotonic() + analyticsWaitMs;
  while (true) {
    const [row] = await analytics.query<{ seqNum: string }>(positionSql, {
      partition: book.partition,
    });
    if (Number(row?.seqNum ?? 0) >= seqNum) return;
    if (clock.monotonic() >= deadline) {
      throw new Problem("AnalyticsUnavailable", `ClickHouse has not reached seqNum ${seqNum} yet`);
    }
    await clock.sleep(analyticsPollMs);
  }
}

interface CandleRow {
  /** Seconds. */
  readonly openTime: number | string;
  readonly open: string;
  readonly high: string;
  readonly low: string;
  readonly close: string;
  readonly volume: string;
  readonly tradeCount: string;
}

const positionSql = `
  select max(seqNum) as seqNum from orderbook.fold_positions where partition = {partition:UInt16}`;

/** The span's rows and the newest one before it, whose close fills the quiet minutes at the beginning. */
const wholeMinutesSql = `
  select toUnixTimestamp(openTime) as openTime, open, high, low, close, volume, tradeCount
  from orderbook.candles
  where symbol = {symbol:String}
    and openTime < fromUnixTimestamp({end:UInt32})
    and openTime >= (
      select max(openTime) from orderbook.candles_1m
      where symbol = {symbol:String} and openTime <= fromUnixTimestamp({start:UInt32})
    )
  order by openTime`;

const partOfMinuteSql = `
  select
    {start:UInt32} as openTime,
    argMin(lastPx, rptSeq) as open,
    max(lastPx) as high,
    min(lastPx) as low,
    argMax(lastPx, rptSeq) as close,
    sum(lastQty) as volume,
    count() as tradeCount
  from orderbook.trades final
  where symbol = {symbol:String} and seqNum <= {seqNum:UInt64}
    and transactTime >= fromUnixTimestamp({start:UInt32})
    and transactTime < fromUnixTimestamp({end:UInt32})`;

/** ClickHouse's times are seconds of 32 bits. */
const secondsMax = 2 ** 32 - 1;

function seconds(time: number): number {
  return Math.min(secondsMax, Math.max(0, Math.floor(time / 1000)));
}

function wholeMinutes(
  { analytics, book }: CandleParts,
  { start, end }: { start: number; end: number },
): Promise<readonly CandleRow[]> {
  return analytics.query<CandleRow>(wholeMinutesSql, {
    symbol: book.terms.symbol,
    start: seconds(start),
    end: seconds(end),
  });
}

async function partOfMinute(
  { analytics, book }: CandleParts,
  missing: MissingCandles,
): Promise<CandleUnits | null> {
  const [row] = await analytics.query<CandleRow>(partOfMinuteSql, {
    symbol: book.terms.symbol,
    seqNum: missing.seqNum,
    start: seconds(missing.before),
    end: seconds(missing.before + minuteMs),
  });
  if (row === undefined || Number(row.tradeCount) === 0) return null;
  return inUnits(row, book.terms);
}

function inUnits(row: CandleRow, terms: InstrumentTerms): CandleUnits {
  const price = (text: string) => exact(parseDecimal(text, terms.priceExponent), text);
  return {
    openTime: Number(row.openTime) * 1000,
    open: price(row.open),
    high: price(row.high),
    low: price(row.low),
    close: price(row.close),
    volume: exact(parseWideDecimal(row.volume, terms.qtyExponent), row.volume),
    tradeCount: Number(row.tradeCount),
  };
}

function exact<Value>(parsed: { ok: true; value: Value } | { ok: false }, text: string): Value {
  if (!parsed.ok) throw new Error(`ClickHouse has ${text}, which is no count of the unit`);
  return parsed.value;
}

/** Two parts of one minute, the earlier first. */
function joined(earlier: CandleUnits | null, later: CandleUnits | null): CandleUnits | null {
  if (earlier === null || later === null) return earlier ?? later;
  return {
    openTime: later.openTime,
    open: earlier.open,
    high: Math.max(earlier.high, later.high),
    low: Math.min(earlier.low, later.low),
    close: later.close,
    volume: earlier.volume + later.volume,
    tradeCount: earlier.tradeCount + later.tradeCount,
  };
}

function newer(a: CandleUnits | null, b: CandleUnits | null): CandleUnits | null {
  if (a === null || b === null) return a ?? b;
  return a.openTime > b.openTime ? a : b;
}

function quiet({ close }: CandleUnits, openTime: number): CandleUnits {
  return { openTime, open: close, high: close, low: close, close, volume: 0n, tradeCount: 0 };
}
