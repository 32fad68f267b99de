import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";

import { systemClock } from "../ports/clock/clock-system.ts";
import type { ReadDb } from "../ports/read-db/read-db.ts";
import { createProjector } from "../projector/projector.ts";
import { Side, TradingState } from "../schema/generated/enums.ts";
import { Book, FillList, InstrumentAnswer, TradeList } from "../schema/http/reads.ts";
import { bodyOf, emptyReadDb, queryOn } from "./query.fixture.ts";
import type { TestQuery } from "./query.fixture.ts";
import { TestVenue } from "./venue.fixture.ts";

// The stores share a busy machine with other tests.
setDefaultTimeout(60_000);

const symbol = "BTC-USD";
let readDb: ReadDb;
let venue: TestVenue;
let asked: TestQuery;
let projector: ReturnType<typeof createProjector>;

beforeAll(async () => {
  readDb = await emptyReadDb();
  venue = new TestVenue();
  await venue.open();
  await venue.define(symbol, [1, 2]);
  await venue.setState(symbol, TradingState.Auction);
  await venue.order({ symbol, price: 103, orderQty: 5 });
  await venue.order({ symbol, price: 99, orderQty: 2, side: Side.Sell });
  await venue.order({ symbol, price: 100, orderQty: 1, side: Side.Sell, accountID: 2 });
  const log = venue.log;
  const onAlarm = (alarm: Error) => {
    throw alarm;
  };
  projector = createProjector({ log, readDb, analytics: null, clock: systemClock, onAlarm });
  asked = queryOn(venue, { readDb });
  await Promise.all([projector.start(), asked.query.start()]);
});

afterAll(async () => {
  await projector.stop();
  await asked.query.close();
  await venue.log.close();
  await readDb.close();
});

function path(what: string): string {
  const mark = what.includes("?") ? "&" : "?";
  return `/v1/${what}${mark}minSeq=${venue.position}`;
}

test("rule 34: before its opening a book is shown crossed, with what the opening would come to", async () => {
  const book = await bodyOf(await asked.get(path(`instruments/${symbol}/book?level=1`)), Book);
  expect(book).toMatchObject({
    tradingState: "Auction",
    bids: [{ price: "1.03", orderQty: "0.005" }],
    asks: [{ price: "0.99", orderQty: "0.002" }],
    auction: {
      indicativePrice: "1.00",
      indicativeQty: "0.003",
      imbalanceQty: "0.002",
      imbalanceSide: "Buy",
    },
  });
});

test("rule 25: an opening's trades have no aggressor, and an account reads both sides of its own", async () => {
  await venue.setState(symbol, TradingState.Open);
  const book = await bodyOf(await asked.get(path(`instruments/${symbol}/book`)), Book);
  expect(book).toMatchObject({ tradingState: "Open", bids: [{ price: "1.03" }], asks: [] });
  expect(book.auction).toBeUndefined();
  const answer = await asked.get(path(`instruments/${symbol}`));
  expect((await bodyOf(answer, InstrumentAnswer)).tradingState).toBe("Open");
  const { trades } = await bodyOf(await asked.get(path(`instruments/${symbol}/trades`)), TradeList);
  expect(trades.map(({ lastQty, lastPx }) => [lastQty, lastPx])).toEqual([
    ["0.001", "1.00"],
    ["0.002", "1.00"],
  ]);
  expect(trades.every(({ aggressorSide }) => aggressorSide === undefined)).toBe(true);
});

test("rule 40: fills of one trade with oneself are two rows, also over pages", async () => {
  const seen: string[] = [];
  let cursor: string | null = "";
  while (cursor !== null) {
    const query: string = cursor === "" ? "fills?limit=1" : `fills?limit=1&cursor=${cursor}`;
    const response = await asked.get(path(query), { "x-orderbook-account": "1" });
    const page: FillList = await bodyOf(response, FillList);
    for (const { side, lastQty, lastLiquidityInd } of page.fills)
      seen.push(`${side} ${lastQty} ${lastLiquidityInd}`);
    cursor = page.nextCursor;
  }
  expect(seen).toEqual(["Buy 0.001 Auction", "Sell 0.002 Auction", "Buy 0.002 Auction"]);
});
