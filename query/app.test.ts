import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";

import { ManualClock } from "../ports/clock/clock-manual.ts";
import type { ReadDb } from "../ports/read-db/read-db.ts";
import { ExecInst, OrdType, Side, TimeInForce } from "../schema/generated/enums.ts";
import { Book, InstrumentAnswer, InstrumentList, TradeList } from "../schema/http/reads.ts";
import { Topic } from "../schema/topics.ts";
import { createQuery } from "./app.ts";
import { awayReadDb, bodyOf, emptyReadDb, problemOf, queryOn, secret } from "./query.fixture.ts";
import type { TestQuery } from "./query.fixture.ts";
import { TestVenue, until } from "./venue.fixture.ts";

// The stores share a busy machine with other tests.
setDefaultTimeout(60_000);

let readDb: ReadDb;
let venue: TestVenue;
let asked: TestQuery;

beforeAll(async () => {
  readDb = await emptyReadDb();
  venue = new TestVenue();
  await venue.open();
  await venue.define("BTC-USD", [1, 2]);
  await venue.define("ETH-USD", []);
  const symbol = "BTC-USD";
  await venue.order({ symbol, price: 100, orderQty: 5 });
  await venue.order({ symbol, price: 100, orderQty: 7, accountID: 2 });
  await venue.order({ symbol, price: 99, orderQty: 1 });
  await venue.order({
    symbol,
    side: Side.Sell,
    price: 103,
    orderQty: 2,
    execInst: ExecInst.postOnly,
  });
  await venue.order({ symbol, side: Side.Sell, price: 105, orderQty: 4 });
  const taker = { symbol, accountID: 2, side: Side.Sell, ordType: OrdType.Market } as const;
  await venue.order({ ...taker, orderQty: 2 });
  await venue.order({ symbol, price: 101, orderQty: 1, timeInForce: TimeInForce.IOC });
  asked = queryOn(venue, { readDb });
  await asked.query.start();
});

afterAll(async () => {
  await asked.query.close();
  await venue.log.close();
  await readDb.close();
});

describe("only the gateway may ask", () => {
  test("a request without the secret, or with another, is refused whatever it asks for", async () => {
    for (const headers of [
      {},
      { "x-orderbook-secret": "" },
      { "x-orderbook-secret": `${secret}!` },
    ]) {
      for (const path of ["/v1/orders", "/v1/instruments", "/v1/stream", "/none"]) {
        const request = new Request(`http://query${path}`, { headers });
        const response = await asked.query.fetch(request);
        expect(await problemOf(response ?? new Response())).toMatchObject({ code: "Forbidden" });
      }
    }
  });

  test("a request for an account's data without an account is refused", async () => {
    for (const path of ["/v1/orders", "/v1/fills", "/v1/positions"]) {
      for (const account of [undefined, "", "-1", "1,2", "4294967296", "1e3"]) {
        const headers = account === undefined ? {} : { "x-orderbook-account": account };
        expect(await problemOf(await asked.get(path, headers))).toMatchObject({
          status: 401,
          code: "Unauthorized",
        });
      }
    }
  });
});

describe("books", () => {
  test("level 1 is the best of each side, level 2 sums up levels, level 3 names every order in its queue", async () => {
    const one = await bodyOf(await asked.get("/v1/instruments/BTC-USD/book?level=1"), Book);
    expect(one).toMatchObject({
      bids: [{ price: "1.00", orderQty: "0.010", orderCount: 2 }],
      asks: [{ price: "1.03", orderQty: "0.002", orderCount: 1 }],
    });
    const two = await bodyOf(await asked.get("/v1/instruments/BTC-USD/book"), Book);
    expect(two).toMatchObject({
      level: 2,
      bids: [{ price: "1.00" }, { price: "0.99", orderQty: "0.001", orderCount: 1 }],
      asks: [{ price: "1.03" }, { price: "1.05", orderQty: "0.004" }],
    });
    const three = await bodyOf(await asked.get("/v1/instruments/BTC-USD/book?level=3"), Book);
    expect(three.bids[0]).toEqual({
      price: "1.00",
      orders: [
        { mdEntryID: 2, leavesQty: "0.003" },
        { mdEntryID: 3, leavesQty: "0.007" },
      ],
    });
  });

  test("depth cuts both sides from the best price on", async () => {
    const book = await bodyOf(await asked.get("/v1/instruments/BTC-USD/book?depth=1"), Book);
    expect(book.bids.length).toBe(1);
    expect(book.asks).toMatchObject([{ price: "1.03" }]);
  });

  test("an empty book has two empty sides", async () => {
    const book = await bodyOf(await asked.get("/v1/instruments/ETH-USD/book"), Book);
    expect(book).toMatchObject({ rptSeq: 1, bids: [], asks: [] });
  });

  test("a client that holds this version gets 304 and the newest position", async () => {
    const first = await asked.get("/v1/instruments/BTC-USD/book");
    const etag = first.headers.get("etag") ?? "";
    expect(etag).toBe(`W/"${(await bodyOf(first, Book)).seqNum}"`);
    await venue.tick();
    await until(async () => {
      const { headers } = await asked.get("/v1/instruments");
      return headers.get("x-orderbook-position") === venue.position;
    });
    const second = await asked.get("/v1/instruments/BTC-USD/book", { "if-none-match": etag });
    expect(second.status).toBe(304);
    expect(await second.text()).toBe("");
    expect(second.headers.get("x-orderbook-position")).toBe(venue.position);
    const other = { "if-none-match": `"x", W/"1"` };
    expect((await asked.get("/v1/instruments/BTC-USD/book", other)).status).toBe(200);
  });
});

describe("instruments", () => {
  test("are listed by symbol, in market decimals, with ETag", async () => {
    const response = await asked.get("/v1/instruments");
    const { instruments } = await bodyOf(response, InstrumentList);
    expect(instruments.map(({ symbol }) => symbol)).toEqual(["BTC-USD", "ETH-USD"]);
    expect(instruments[0]).toMatchObject({
      securityID: 1,
      priceExponent: -2,
      tickSize: "0.01",
      lotSize: "0.001",
      maxOrderQty: "0.000",
      selfTradePrevention: "CancelNewest",
      tradingState: "Open",
    });
    const etag = response.headers.get("etag") ?? "";
    expect((await asked.get("/v1/instruments", { "if-none-match": etag })).status).toBe(304);
  });

  test("one is asked for by its symbol", async () => {
    const one = await bodyOf(await asked.get("/v1/instruments/ETH-USD"), InstrumentAnswer);
    expect(one).toMatchObject({ symbol: "ETH-USD", securityID: 2 });
  });

  test("an unknown symbol is 404, and none at all is 400", async () => {
    for (const path of ["", "/book", "/trades", "/candles"]) {
      const unknown = await asked.get(`/v1/instruments/NONE${path}`);
      expect(await problemOf(unknown)).toMatchObject({ status: 404, code: "UnknownSymbol" });
      const malformed = await asked.get(`/v1/instruments/btc%20usd${path}`);
      expect(await problemOf(malformed)).toMatchObject({
        code: "InvalidRequest",
        pointers: ["/symbol"],
      });
    }
  });
});

test("trades come newest first and say who took, not who they were", async () => {
  const { trades } = await bodyOf(await asked.get("/v1/instruments/BTC-USD/trades"), TradeList);
  expect(trades).toHaveLength(1);
  expect(trades[0]).toEqual({
    rptSeq: 8,
    seqNum: 10,
    lastPx: "1.00",
    lastQty: "0.002",
    aggressorSide: "Sell",
    transactTime: "2026-01-01T00:00:00.000Z",
  });
});

test("candles say clearly that there is no ClickHouse", async () => {
  const response = await asked.get("/v1/instruments/BTC-USD/candles");
  expect(await problemOf(response)).toMatchObject({ status: 503, code: "AnalyticsUnavailable" });
});

test("a parameter that is wrong, unknown, or stands twice is refused by its name", async () => {
  const cases: [string, string][] = [
    ["/v1/instruments/BTC-USD/book?level=4", "/level"],
    ["/v1/instruments/BTC-USD/book?depth=0", "/depth"],
    ["/v1/instruments/BTC-USD/book?depth=1e2", "/depth"],
    ["/v1/instruments/BTC-USD/book?depth=10.0", "/depth"],
    ["/v1/instruments/BTC-USD/book?depth=", "/depth"],
    ["/v1/instruments/BTC-USD/book?depth=5001", "/depth"],
    ["/v1/instruments/BTC-USD/book?depth=5&depth=6", "/depth"],
    ["/v1/instruments/BTC-USD/book?dept=5", "/dept"],
    ["/v1/instruments/BTC-USD/book?__proto__=5", "/__proto__"],
    ["/v1/instruments/BTC-USD/book?minSeq=0", "/minSeq"],
    ["/v1/instruments/BTC-USD/book?minSeq=1:4", "/minSeq"],
    ["/v1/instruments/BTC-USD/book?minSeq=0:9999999999999999", "/minSeq"],
    ["/v1/instruments/BTC-USD/book?minSeq=0:1,0:2", "/minSeq"],
    ["/v1/instruments/BTC-USD/trades?limit=1001", "/limit"],
    ["/v1/instruments/BTC-USD/trades?cursor=!", "/cursor"],
    ["/v1/instruments/BTC-USD/trades?cursor=e30", "/cursor"],
    ["/v1/instruments/BTC-USD/candles?from=yesterday", "/from"],
    ["/v1/instruments/BTC-USD/candles?to=2026-13-01T00:00:00Z", "/to"],
  ];
  for (const [path, pointer] of cases) {
    const problem = await problemOf(await asked.get(path));
    expect({ path, ...problem }).toEqual({
      path,
      status: 400,
      code: "InvalidRequest",
      pointers: [pointer],
    });
  }
});

test("another route is 404", async () => {
  expect(await problemOf(await asked.get("/v1/none"))).toMatchObject({ code: "NotFound" });
});

test("a database that is away is 503 for what needs it, and nothing else", async () => {
  const alone = queryOn(venue, { readDb: awayReadDb });
  await alone.query.start();
  for (const path of ["/v1/orders", "/v1/fills", "/v1/positions", "/v1/orders?minSeq=0:1"]) {
    const response = await alone.get(path, { "x-orderbook-account": "1" });
    expect(await problemOf(response)).toMatchObject({ status: 503, code: "ReadsUnavailable" });
  }
  expect((await alone.get("/v1/instruments/BTC-USD/book")).status).toBe(200);
  await alone.query.close();
});

describe("minSeq", () => {
  test("a book waits until it is as new as asked for", async () => {
    const wanted = venue.position.split(":").map(Number);
    const minSeq = `0:${(wanted[1] ?? 0) + 1}`;
    const waiting = asked.get(`/v1/instruments/ETH-USD/book?minSeq=${minSeq}`);
    await venue.order({ symbol: "ETH-USD", price: 7, orderQty: 1 });
    const book = await bodyOf(await waiting, Book);
    expect(book.position).toBe(minSeq);
    expect(book.bids).toMatchObject([{ price: "0.07" }]);
  });

  test("a place that does not come within two seconds is 409, and never an older book", async () => {
    const clock = new ManualClock();
    const stale = queryOn(venue, { readDb, clock });
    const started = stale.query.start();
    await until(() => clock.sleeperCount > 0);
    clock.advance(10);
    await started;
    for (const path of ["/v1/instruments/BTC-USD/book", "/v1/instruments"]) {
      const sleepers = clock.sleeperCount;
      const waiting = stale.get(`${path}?minSeq=0:1000000`);
      await until(() => clock.sleeperCount > sleepers);
      clock.advance(1999);
      clock.advance(1);
      expect(await problemOf(await waiting)).toMatchObject({ status: 409, code: "StaleRead" });
    }
    await stale.query.close();
  });
});

describe("a book that is not kept up to date is not shown", () => {
  test("before it has caught up", async () => {
    const early = createQuery({
      log: venue.log,
      readDb,
      analytics: null,
      clock: new ManualClock(),
      secret,
    });
    const headers = { "x-orderbook-secret": secret };
    const request = new Request("http://query/v1/instruments/BTC-USD/book", { headers });
    const response = await early.fetch(request);
    expect(await problemOf(response ?? new Response())).toMatchObject({ code: "BookUnavailable" });
    await early.close();
  });

  test("after the log stopped making sense, while orders are still answered", async () => {
    const broken = new TestVenue();
    await broken.open();
    await broken.define("BTC-USD", [1]);
    const stopped = queryOn(broken, { readDb });
    await stopped.query.start();
    const value = new Uint8Array([1, 2, 3]);
    await broken.log.append(Topic.OrderEvents, 0, [{ key: null, value }]);
    await until(() => stopped.alarms.length > 0);
    expect(stopped.alarms).toMatchObject([{ name: "FoldAlarm", code: "Unreadable" }]);
    const book = await stopped.get("/v1/instruments/BTC-USD/book");
    expect(await problemOf(book)).toMatchObject({ status: 503, code: "BookUnavailable" });
    const orders = await stopped.get("/v1/orders", { "x-orderbook-account": "1" });
    expect(orders.status).toBe(200);
    await stopped.query.close();
    await broken.log.close();
  });
});
