import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import type { z } from "zod";

import { systemClock } from "../ports/clock/clock-system.ts";
import type { ReadDb } from "../ports/read-db/read-db.ts";
import { createProjector } from "../projector/projector.ts";
import { OrdType, Side, TimeInForce } from "../schema/generated/enums.ts";
import {
  AccountPositionList,
  FillList,
  Order,
  OrderList,
  TradeList,
} from "../schema/http/reads.ts";
import { tradeRingCapacity } from "./book.ts";
import { bodyOf, emptyReadDb, problemOf, queryOn } from "./query.fixture.ts";
import type { TestQuery } from "./query.fixture.ts";
import { TestVenue } from "./venue.fixture.ts";

// The stores share a busy machine with other tests.
setDefaultTimeout(60_000);

const symbol = "BTC-USD";
const other = "ETH-USD";
let readDb: ReadDb;
let venue: TestVenue;
let asked: TestQuery;
let projector: ReturnType<typeof createProjector>;
const ids: Record<string, string> = {};

beforeAll(async () => {
  readDb = await emptyReadDb();
  venue = new TestVenue(2);
  await venue.open();
  await venue.define(symbol, [1, 2, 3]);
  await venue.define(other, [1, 2, 3]);
  await trade();
  projector = createProjector({
    log: venue.log,
    readDb,
    analytics: null,
    clock: systemClock,
    onAlarm: (alarm) => {
      throw alarm;
    },
  });
  asked = queryOn(venue, { readDb });
  await Promise.all([projector.start(), asked.query.start()]);
});

afterAll(async () => {
  await projector.stop();
  await asked.query.close();
  await venue.log.close();
  await readDb.close();
});

/** Accounts 1 and 2 trade with each other in two instruments, 3 does nothing. */
async function trade(): Promise<void> {
  ids["maker"] = await venue.order({ symbol, price: 100, orderQty: 10, clOrdID: "maker" });
  venue.clock.advance(1000);
  const sell = { accountID: 2, side: Side.Sell } as const;
  ids["taker"] = await venue.order({ symbol, ...sell, price: 100, orderQty: 4, clOrdID: "taker" });
  ids["resting"] = await venue.order({ symbol, price: 90, orderQty: 5, clOrdID: "resting" });
  ids["canceled"] = await venue.order({ symbol, price: 80, orderQty: 5, clOrdID: "canceled" });
  await venue.cancel(ids["canceled"], 1, symbol);
  ids["refused"] = await venue.order({ symbol, price: 0, clOrdID: "refused" });
  const expireTime = venue.clock.now() + 3_600_000;
  ids["dated"] = await venue.order({
    symbol,
    price: 70,
    timeInForce: TimeInForce.GTD,
    expireTime,
    clOrdID: "dated",
  });
  for (const price of [51, 52, 53]) await venue.order({ symbol: other, price, orderQty: 2 });
  const market = { ordType: OrdType.Market, orderQty: 5 } as const;
  ids["market"] = await venue.order({ symbol: other, ...sell, ...market, clOrdID: "market" });
}

function ask(path: string, accountID: number): Promise<Response> {
  return asked.get(path, { "x-orderbook-account": String(accountID) });
}

async function read<Schema extends z.ZodType<{ position: string }>>(
  path: string,
  accountID: number,
  schema: Schema,
): Promise<z.output<Schema>> {
  const separator = path.includes("?") ? "&" : "?";
  return bodyOf(await ask(`${path}${separator}minSeq=${venue.position}`, accountID), schema);
}

describe("an order", () => {
  test("of the account is shown with all that has become of it", async () => {
    const { position, ...order } = await read(`/v1/orders/${ids["maker"]}`, 1, Order);
    expect(position).toBe(venue.position);
    expect(order).toMatchObject({
      orderID: ids["maker"] ?? "",
      clOrdID: "maker",
      symbol,
      side: "Buy",
      ordType: "Limit",
      timeInForce: "GTC",
      price: "1.00",
      orderQty: "0.010",
      postOnly: false,
      ordStatus: "PartiallyFilled",
      cumQty: "0.004",
      leavesQty: "0.006",
      avgPx: "1.000000",
      entryTime: "2026-01-01T00:00:00.000Z",
      transactTime: "2026-01-01T00:00:01.000Z",
      mdEntryID: 2,
    });
  });

  test("shows why it ended or was refused", async () => {
    expect(await read(`/v1/orders/${ids["canceled"]}`, 1, Order)).toMatchObject({
      ordStatus: "Canceled",
      cancelReason: "Requested",
      leavesQty: "0.000",
      avgPx: "0",
    });
    expect(await read(`/v1/orders/${ids["refused"]}`, 1, Order)).toMatchObject({
      ordStatus: "Rejected",
      ordRejReason: "UnsupportedOrderCharacteristic",
    });
    expect(await read(`/v1/orders/${ids["dated"]}`, 1, Order)).toMatchObject({
      timeInForce: "GTD",
      expireTime: "2026-01-01T01:00:01.000Z",
    });
    expect(await read(`/v1/orders/${ids["market"]}`, 2, Order)).toMatchObject({
      ordType: "Market",
      ordStatus: "Filled",
      avgPx: "0.522000",
    });
  });

  test("of another account is answered exactly like one that never was", async () => {
    const unknown = venue.orderID(symbol);
    const answers = await Promise.all(
      [`${ids["maker"]}`, unknown].map(async (orderID) => {
        const response = await ask(`/v1/orders/${orderID}?minSeq=${venue.position}`, 3);
        return { headers: [...response.headers], ...(await problemOf(response)) };
      }),
    );
    expect(answers[0]).toEqual(answers[1] ?? answers[0]);
    expect(answers[0]).toMatchObject({ status: 404, code: "UnknownOrder" });
  });

  test("whose id is none is 400", async () => {
    for (const orderID of ["1", `${ids["maker"]}`.toUpperCase(), `${ids["maker"]}0`, "..%2f"]) {
      const problem = await problemOf(await ask(`/v1/orders/${orderID}`, 1));
      expect(problem).toMatchObject({ status: 400, pointers: ["/orderID"] });
    }
  });
});

describe("lists", () => {
  test("of orders are filtered by symbol, clOrdID and whether they rest, newest first", async () => {
    const list = async (query: string) =>
      (await read(`/v1/orders${query}`, 1, OrderList)).orders.map(({ clOrdID }) => clOrdID);
    const inSymbol = ["dated", "refused", "canceled", "resting", "maker"];
    expect(await list(`?symbol=${symbol}`)).toEqual(inSymbol);
    expect(await list(`?symbol=${symbol}&open=true`)).toEqual(["dated", "resting", "maker"]);
    expect(await list(`?symbol=${symbol}&open=false`)).toEqual(["refused", "canceled"]);
    expect(await list(`?symbol=${symbol}&clOrdID=resting`)).toEqual(["resting"]);
    expect(await list(`?symbol=${symbol}&clOrdID=taker`)).toEqual([]);
    expect(await list(`?symbol=NONE`)).toEqual([]);
    expect(await list("")).toHaveLength(8);
  });

  test("need the symbol beside a clOrdID", async () => {
    const problem = await problemOf(await ask("/v1/orders?clOrdID=maker", 1));
    expect(problem).toMatchObject({ status: 400, pointers: ["/clOrdID"] });
  });

  test("of fills show both what an order made and what it took", async () => {
    const maker = await read(`/v1/fills?symbol=${symbol}`, 1, FillList);
    expect(maker.fills).toMatchObject([
      {
        orderID: ids["maker"] ?? "",
        clOrdID: "maker",
        side: "Buy",
        lastQty: "0.004",
        lastPx: "1.00",
        lastLiquidityInd: "Added",
        leavesQty: "0.006",
      },
    ]);
    const taker = await read(`/v1/fills?orderID=${ids["market"]}`, 2, FillList);
    expect(taker.fills.map(({ lastPx, lastQty }) => [lastPx, lastQty])).toEqual([
      ["0.51", "0.001"],
      ["0.52", "0.002"],
      ["0.53", "0.002"],
    ]);
    expect(taker.fills.every((fill) => fill.lastLiquidityInd === "Removed")).toBe(true);
    expect((await read(`/v1/fills?orderID=${ids["market"]}`, 1, FillList)).fills).toEqual([]);
  });

  test("of positions sum up exactly what was bought and sold", async () => {
    const { positions } = await read("/v1/positions", 2, AccountPositionList);
    expect(positions).toMatchObject([
      { symbol, netQty: "-0.004", boughtQty: "0.000", soldQty: "0.004", soldNotional: "0.00400" },
      { symbol: other, netQty: "-0.005", soldQty: "0.005", soldNotional: "0.00261" },
    ]);
  });

  test("show an account nothing of another", async () => {
    expect((await read("/v1/orders", 3, OrderList)).orders).toEqual([]);
    expect((await read("/v1/fills", 3, FillList)).fills).toEqual([]);
    expect((await read("/v1/positions", 3, AccountPositionList)).positions).toEqual([]);
    const first = await read("/v1/orders", 1, OrderList);
    const second = await read("/v1/orders", 2, OrderList);
    const firstIDs = new Set(first.orders.map(({ orderID }) => orderID));
    expect(second.orders.filter(({ orderID }) => firstIDs.has(orderID))).toEqual([]);
    expect(second.orders).toHaveLength(2);
  });
});

describe("cursors", () => {
  test("walk every order once, whatever the page, while others come in", async () => {
    const all = (await read("/v1/orders", 1, OrderList)).orders.map(({ orderID }) => orderID);
    for (const limit of [1, 2, 3, 5]) {
      const walked: string[] = [];
      let cursor = "";
      do {
        const path = `/v1/orders?limit=${limit}${cursor === "" ? "" : `&cursor=${cursor}`}`;
        const page = await read(path, 1, OrderList);
        walked.push(...page.orders.map(({ orderID }) => orderID));
        cursor = page.nextCursor ?? "";
        await venue.order({ symbol, price: 1, orderQty: 1 });
      } while (cursor !== "");
      expect(walked.slice(-all.length)).toEqual(all);
      expect(new Set(walked).size).toBe(walked.length);
    }
  });

  test("walk every fill once", async () => {
    const all = (await read("/v1/fills", 2, FillList)).fills;
    expect(all).toHaveLength(4);
    const walked = [];
    let cursor = "";
    do {
      const path = `/v1/fills?limit=1${cursor === "" ? "" : `&cursor=${cursor}`}`;
      const page = await read(path, 2, FillList);
      walked.push(...page.fills);
      cursor = page.nextCursor ?? "";
    } while (cursor !== "");
    expect(walked).toEqual(all);
  });

  test("go on with their own account and filter only", async () => {
    const { nextCursor } = await read("/v1/orders?limit=1", 1, OrderList);
    for (const [path, accountID] of [
      [`/v1/orders?limit=1&symbol=${symbol}`, 1],
      ["/v1/orders?limit=1&open=true", 1],
      ["/v1/orders?limit=1", 2],
      ["/v1/fills?limit=1", 1],
      [`/v1/instruments/${symbol}/trades?limit=1`, 1],
    ] as const) {
      const response = await ask(`${path}&cursor=${nextCursor}`, accountID);
      expect(await problemOf(response)).toMatchObject({ status: 400, pointers: ["/cursor"] });
    }
    const wider = await ask(`/v1/orders?limit=2&cursor=${nextCursor}`, 1);
    expect(wider.status).toBe(200);
  });
});

test("orders asked for with minSeq are as new as that, also when the projector is behind", async () => {
  const orderID = await venue.order({ symbol, price: 2, orderQty: 3 });
  const order = await read(`/v1/orders/${orderID}`, 1, Order);
  expect(order).toMatchObject({ ordStatus: "New", leavesQty: "0.003" });
  const [partition, seqNum] = (order.position.split(",")[0] ?? "").split(":").map(Number);
  const beyond = `${partition}:${(seqNum ?? 0) + 1}`;
  const early = await ask(`/v1/orders/${orderID}?minSeq=${beyond}`, 1);
  expect(await problemOf(early)).toMatchObject({ status: 409, code: "StaleRead" });
});

test("trades that memory has let go of are read from the database, every one once", async () => {
  const tradeCount = tradeRingCapacity + 40;
  for (let count = 0; count < tradeCount; count++) {
    await venue.order({ symbol: other, price: 60, orderQty: 1 });
    await venue.order({ symbol: other, accountID: 2, side: Side.Sell, price: 60, orderQty: 1 });
  }
  const walked: number[] = [];
  let cursor = "";
  do {
    const suffix = cursor === "" ? "" : `&cursor=${cursor}`;
    const page = await read(`/v1/instruments/${other}/trades?limit=1000${suffix}`, 1, TradeList);
    walked.push(...page.trades.map(({ rptSeq }) => rptSeq));
    cursor = page.nextCursor ?? "";
  } while (cursor !== "");
  expect(walked).toHaveLength(tradeCount + 3);
  expect(walked).toEqual([...new Set(walked)].sort((a, b) => b - a));
  expect(asked.alarms).toEqual([]);
});
