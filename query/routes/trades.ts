import type { Hono } from "hono";
import { z } from "zod";

import type { Analytics } from "../../ports/analytics/analytics.ts";
import type { Clock } from "../../ports/clock/clock.ts";
import type { ReadDb } from "../../ports/read-db/read-db.ts";
import type { CandleList, TradeList } from "../../schema/http/reads.ts";
import { CandleQuery, SymbolPath, TradeListQuery } from "../../schema/http/reads.ts";
import { viewTrade } from "../book-view.ts";
import type { Book } from "../book.ts";
import type { Books } from "../books.ts";
import { readCandles, viewCandle } from "../candles.ts";
import { decodeCursor, encodeCursor } from "../cursor.ts";
import { listOlderTrades } from "../fills.ts";
import type { MinSeqGate } from "../min-seq.ts";
import { parseRequest, Problem } from "../problem.ts";
import { answerPublic, readQuery } from "../request.ts";
import type { TradePrint } from "../trade-ring.ts";

export interface TradeRouteParts {
  readonly books: Books;
  readonly readDb: ReadDb;
  readonly analytics: Analytics | null;
  readonly clock: Clock;
  readonly gate: MinSeqGate;
}

/** Public trades (the latest out of memory, older ones out of Postgres) and candles (the latest out of memory, older ones out of ClickHouse). */
export function addTradeRoutes(app: Hono, parts: TradeRouteParts): void {
  const { books, gate } = parts;

  app.get("/v1/instruments/:symbol/trades", async (context) => {
    const { symbol } = parseRequest(SymbolPath, context.req.param());
    const { minSeq, limit, cursor } = readQuery(context, TradeListQuery);
    const filter = ["trades", symbol];
    const [before] = decodeCursor(cursor, filter, tradeKey) ?? [Number.MAX_SAFE_INTEGER];
    const book = await gate.book(minSeq, symbol);
    const position = books.position(book.partition);
    const { trades, more } = await readTrades(parts, book, { before, limit });
    const last = trades.at(-1);
    const answer: TradeList = {
      symbol,
      trades: trades.map((trade) => viewTrade(trade, book.terms)),
      nextCursor: more && last !== undefined ? encodeCursor(filter, [last.rptSeq]) : null,
      position,
    };
    return answerPublic(context, { body: () => answer, position, version: null });
  });

  app.get("/v1/instruments/:symbol/candles", async (context) => {
    const { symbol } = parseRequest(SymbolPath, context.req.param());
    const query = readQuery(context, CandleQuery);
    const book = await gate.book(query.minSeq, symbol);
    const { analytics, clock } = parts;
    if (analytics === null) {
      throw new Problem("AnalyticsUnavailable", "This venue runs without ClickHouse");
    }
    const position = books.position(book.partition);
    const candles = await readCandles(
      { book, analytics, clock },
      {
        from: query.from === undefined ? null : Date.parse(query.from),
        to: query.to === undefined ? null : Date.parse(query.to),
        limit: query.limit,
        logTime: books.transactTime(book.partition),
      },
    );
    const answer: CandleList = {
      symbol,
      candles: candles.map((candle) => viewCandle(candle, book.terms)),
      position,
    };
    return answerPublic(context, { body: () => answer, position, version: null });
  });
}

const tradeKey = z.tuple([z.int()]);

/** A page may be shorter than it could be where memory ends; the next one goes on in Postgres. */
async function readTrades(
  { readDb, gate }: TradeRouteParts,
  book: Book,
  page: { before: number; limit: number },
): Promise<{ trades: readonly TradePrint[]; more: boolean }> {
  const { before, limit } = page;
  const { missing } = book.trades;
  const latest = book.trades.page(before, limit + 1);
  if (latest.length > 0 || missing.rptSeq === 0) {
    const more = latest.length > limit || missing.rptSeq > 0;
    return { trades: latest.slice(0, limit), more };
  }
  if (!(await gate.readDbReaches(new Map([[book.partition, missing.seqNum]])))) {
    throw new Problem("ReadsUnavailable", "Older trades are not in the read database yet");
  }
  const end = Math.min(before, missing.rptSeq + 1);
  const older = await listOlderTrades(readDb, {
    symbol: book.terms.symbol,
    beforeRptSeq: end,
    limit: limit + 1,
  });
  return { trades: older.slice(0, limit), more: older.length > limit };
}
