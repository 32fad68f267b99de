import { afterAll, beforeAll, beforeEach, expect, test } from "bun:test";

import {
  CancelAnswer,
  DeadManTimerAnswer,
  OrderAnswer,
  ReplaceAnswer,
} from "../schema/http/orders.ts";
import { orderIDOf } from "../schema/identity/order-id.ts";
import { TestVenue } from "./venue.fixture.ts";

let venue: TestVenue;

beforeAll(async () => {
  venue = await TestVenue.open({ partitionCount: 2 });
});

afterAll(() => venue.close());

beforeEach(async () => {
  await venue.request("DELETE", "/v1/orders");
  await venue.request("DELETE", "/v1/orders", { token: venue.bob });
});

test("a limit order that rests is answered 201 with its place and one report", async () => {
  const { status, body, headers } = await venue.order({ clOrdID: "rests" });
  expect(status).toBe(201);
  expect(OrderAnswer.parse(body)).toMatchObject({
    orderID: orderIDOf(1001, "BTC-USD", "rests"),
    clOrdID: "rests",
    symbol: "BTC-USD",
    side: "Buy",
    ordType: "Limit",
    timeInForce: "GTC",
    price: "100.00",
    orderQty: "0.01000000",
    cumQty: "0.00000000",
    leavesQty: "0.01000000",
    avgPx: "0",
    ordStatus: "New",
    executionReports: [{ execType: "New", ordStatus: "New" }],
  });
  expect(headers.get("location")).toBe(`/v1/orders/${String(body["orderID"])}`);
  expect(headers.get("x-orderbook-position")).toBe(String(body["position"]));
  expect(headers.get("x-content-type-options")).toBe("nosniff");
  expect(headers.get("ratelimit-policy")).toBe('"orders";q=10000;w=1');
  expect(headers.get("access-control-allow-origin")).toBeNull();
});

test("an order without a clOrdID is given one", async () => {
  const { body } = await venue.order();
  expect(String(body["clOrdID"])).toMatch(/^[0-9a-f-]{36}$/);
  expect(body["orderID"]).toBe(orderIDOf(1001, "BTC-USD", String(body["clOrdID"])));
});

test("a taker's answer has a report for each trade and the average over them", async () => {
  await venue.order({ side: "Sell", price: "101.00", orderQty: "0.01" }, { token: venue.bob });
  await venue.order({ side: "Sell", price: "102.00", orderQty: "0.02" }, { token: venue.bob });
  const { status, body } = await venue.order({ price: "102.00", orderQty: "0.05" });
  expect(status).toBe(201);
  expect(OrderAnswer.parse(body)).toMatchObject({
    cumQty: "0.03000000",
    leavesQty: "0.02000000",
    avgPx: "101.666667",
    ordStatus: "PartiallyFilled",
    executionReports: [
      { execType: "New", ordStatus: "New", leavesQty: "0.05000000" },
      {
        execType: "Trade",
        ordStatus: "PartiallyFilled",
        lastPx: "101.00",
        lastQty: "0.01000000",
        lastLiquidityInd: "Removed",
        leavesQty: "0.04000000",
        cumQty: "0.01000000",
      },
      { execType: "Trade", lastPx: "102.00", cumQty: "0.03000000", leavesQty: "0.02000000" },
    ],
  });
});

test("a market order on an empty side is accepted, then canceled", async () => {
  const { status, body } = await venue.post({
    symbol: "BTC-USD",
    side: "Sell",
    ordType: "Market",
    orderQty: "0.5",
  });
  expect(status).toBe(201);
  expect(OrderAnswer.parse(body)).toMatchObject({
    timeInForce: "IOC",
    ordStatus: "Canceled",
    leavesQty: "0.00000000",
    executionReports: [
      { execType: "New" },
      { execType: "Canceled", cancelReason: "NoLiquidity", ordStatus: "Canceled" },
    ],
  });
});

test("an order by cash shows its cash and what it bought", async () => {
  await venue.order({ side: "Sell", price: "100.00", orderQty: "1" }, { token: venue.bob });
  const { status, body } = await venue.post({
    symbol: "BTC-USD",
    side: "Buy",
    ordType: "Market",
    cashOrderQty: "25.05",
  });
  expect(status).toBe(201);
  const answer = OrderAnswer.parse(body);
  expect(answer).toMatchObject({
    cashOrderQty: "25.0500000000",
    cumQty: "0.25000000",
    avgPx: "100.00",
    ordStatus: "Canceled",
  });
  expect(answer.executionReports.at(-1)).toMatchObject({ cancelReason: "CashSpent" });
});

test("self-trade prevention shows what it took away", async () => {
  await venue.order({ side: "Sell", price: "101.00", orderQty: "0.01" });
  const { body } = await venue.order({
    price: "101.00",
    orderQty: "0.03",
    selfTradePrevention: "Decrement",
  });
  expect(OrderAnswer.parse(body)).toMatchObject({
    leavesQty: "0.02000000",
    cumQty: "0.00000000",
    executionReports: [
      { execType: "New" },
      { execType: "Restated", preventedQty: "0.01000000", leavesQty: "0.02000000" },
    ],
  });
});

test("a GTD order is taken with its time", async () => {
  const expireTime = new Date(Date.now() + 3_600_000).toISOString();
  const { status } = await venue.order({ timeInForce: "GTD", expireTime, postOnly: true });
  expect(status).toBe(201);
});

test("the engine's refusal is a problem with its reason's name, and says where it stands", async () => {
  await venue.order({ side: "Sell", price: "101.00" }, { token: venue.bob });
  const { status, body, headers } = await venue.order({
    price: "101.00",
    postOnly: true,
    clOrdID: "crosses",
  });
  expect(status).toBe(422);
  expect(headers.get("content-type")).toBe("application/problem+json");
  expect(body).toMatchObject({
    type: "urn:orderbook:problem:PostOnlyWouldCross",
    title: "Post only would cross",
    code: "PostOnlyWouldCross",
    status: 422,
    orderID: orderIDOf(1001, "BTC-USD", "crosses"),
    clOrdID: "crosses",
  });
  expect(headers.get("x-orderbook-position")).toBe(String(body["position"]));
});

test("a replace to less keeps the place, one to a better price may trade", async () => {
  await venue.order({ side: "Sell", price: "101.00", orderQty: "0.01" }, { token: venue.bob });
  const { body: placed } = await venue.order({ orderQty: "0.03" });
  const path = `/v1/orders/${String(placed["orderID"])}`;
  const less = await venue.request("PATCH", path, { body: { orderQty: "0.02", clOrdID: "less" } });
  expect(less.status).toBe(200);
  expect(ReplaceAnswer.parse(less.body)).toMatchObject({
    clOrdID: "less",
    keptPriority: true,
    orderQty: "0.02000000",
    leavesQty: "0.02000000",
    avgPx: "0",
    ordStatus: "New",
    executionReports: [{ execType: "Replaced" }],
  });
  const better = await venue.request("PATCH", path, { body: { price: "101.00" } });
  expect(ReplaceAnswer.parse(better.body)).toMatchObject({
    keptPriority: false,
    ordStatus: "PartiallyFilled",
    cumQty: "0.01000000",
    leavesQty: "0.01000000",
    avgPx: "101.00",
    executionReports: [{ execType: "Replaced" }, { execType: "Trade" }],
  });
  const below = await venue.request("PATCH", path, { body: { orderQty: "0.005" } });
  expect(below.status).toBe(200);
  expect(below.body).toMatchObject({ ordStatus: "Canceled", leavesQty: "0.00000000" });
  expect(below.body["avgPx"]).toBeUndefined();
});

test("an order is canceled by its id, and by symbol and clOrdID", async () => {
  const { body: first } = await venue.order();
  const byID = await venue.request("DELETE", `/v1/orders/${String(first["orderID"])}`);
  expect(byID.status).toBe(200);
  expect(CancelAnswer.parse(byID.body)).toMatchObject({
    orderID: first["orderID"],
    side: "Buy",
    price: "100.00",
    canceledQty: "0.01000000",
    leavesQty: "0.00000000",
    ordStatus: "Canceled",
    executionReports: [{ execType: "Canceled", cancelReason: "Requested" }],
  });
  await venue.order({ clOrdID: "by-name" });
  const byName = await venue.request("DELETE", "/v1/orders?symbol=BTC-USD&clOrdID=by-name");
  expect(byName.status).toBe(200);
  expect(byName.body["orderID"]).toBe(orderIDOf(1001, "BTC-USD", "by-name"));
  const again = await venue.request("DELETE", "/v1/orders?symbol=BTC-USD&clOrdID=by-name");
  expect(again.status).toBe(404);
  expect(again.body["code"]).toBe("UnknownOrder");
});

test("a mass cancel counts over every partition, or the one side of one symbol", async () => {
  await venue.defineInstrument("AB");
  await venue.order();
  await venue.order({ symbol: "AB" });
  await venue.order({ symbol: "AB", side: "Sell", price: "200.00" });
  const sells = await venue.request("DELETE", "/v1/orders?symbol=AB&side=Sell");
  expect(sells.body).toMatchObject({ totalAffectedOrders: 1, symbol: "AB", side: "Sell" });
  const all = await venue.request("DELETE", "/v1/orders");
  expect(all.status).toBe(200);
  expect(all.body["totalAffectedOrders"]).toBe(2);
  expect(String(all.body["position"])).toMatch(/^0:\d+,1:\d+$/);
});

test("each command goes to the partition that its symbol's murmur2 says, under the symbol as key", async () => {
  await venue.defineInstrument("AB");
  await venue.order({ symbol: "AB", clOrdID: "placed" });
  const partitions = new Set<number>();
  for (let partition = 0; partition < 2; partition++) {
    for (const { key } of await venue.log.read("orders", partition, 0, 1_000_000)) {
      if (key !== null && Buffer.from(key).toString() === "AB") partitions.add(partition);
    }
  }
  expect(partitions.size).toBe(1);
});

test("a dead-man timer says its deadline, is disarmed by zero, and cancels what the account has open", async () => {
  const put = (timeoutMs: number) =>
    venue.request("PUT", "/v1/dead-man-timer", { body: { timeoutMs } });
  const armed = await put(60_000);
  expect(armed.status).toBe(200);
  expect(DeadManTimerAnswer.parse(armed.body).deadline).toBeString();
  expect(String(armed.body["position"])).toMatch(/^0:\d+,1:\d+$/);
  expect(DeadManTimerAnswer.parse((await put(0)).body).deadline).toBeUndefined();
  const { body } = await venue.order();
  await put(1);
  // Log time moves with the commands: one of these finds the timer run out, and the order gone.
  const replace = () =>
    venue.request("PATCH", `/v1/orders/${String(body["orderID"])}`, { body: { orderQty: "0.01" } });
  let answer = await replace();
  for (let tries = 0; answer.status === 200 && tries < 1_000; tries++) answer = await replace();
  expect([answer.status, answer.body["code"]]).toEqual([404, "UnknownOrder"]);
});
