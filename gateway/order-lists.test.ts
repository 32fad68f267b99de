import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";

import { OrderListAnswer } from "../schema/http/order-lists.ts";
import { CancelAnswer, ReplaceAnswer } from "../schema/http/orders.ts";
import { orderIDOf } from "../schema/identity/order-id.ts";
import { defaultPolicies } from "./limits.ts";
import { restingOrder, TestVenue } from "./venue.fixture.ts";
import type { Answered, RequestParts } from "./venue.fixture.ts";

let venue: TestVenue;

beforeAll(async () => {
  venue = await TestVenue.open();
});

afterAll(() => venue.close());

beforeEach(async () => {
  await venue.request("DELETE", "/v1/orders");
  await venue.request("DELETE", "/v1/orders", { token: venue.bob });
});

function send(body: unknown, parts: RequestParts = {}, to = venue): Promise<Answered> {
  return to.request("POST", "/v1/order-lists", { body, ...parts });
}

async function placed(fields: object = {}): Promise<string> {
  const { body } = await venue.post({ ...restingOrder, ...fields });
  return String(body["orderID"]);
}

const sell = { ...restingOrder, side: "Sell", price: "101.00" };

describe("rule 33: a list over HTTP", () => {
  test("has one answer an item, as the item alone would have had", async () => {
    const first = await placed();
    const second = await placed({ price: "99.00" });
    const { status, body, headers } = await send({
      cancels: [{ orderID: first }],
      replaces: [{ orderID: second, price: "98.00" }],
      newOrders: [restingOrder, { ...sell, clOrdID: "s-1" }],
    });
    expect(status).toBe(200);
    const answer = OrderListAnswer.parse(body);
    expect(answer.cancels).toMatchObject([
      { status: 200, body: { orderID: first, ordStatus: "Canceled" } },
    ]);
    expect(answer.replaces).toMatchObject([
      { status: 200, body: { orderID: second, price: "98.00", keptPriority: false } },
    ]);
    expect(answer.newOrders).toMatchObject([
      { status: 201, body: { price: "100.00", ordStatus: "New" } },
      { status: 201, body: { orderID: orderIDOf(1001, "BTC-USD", "s-1"), clOrdID: "s-1" } },
    ]);
    expect(headers.get("x-orderbook-position")).toBe(answer.position);
  });

  test("carries out the others where the engine refuses one", async () => {
    const { status, body } = await send({
      cancels: [{ orderID: orderIDOf(1001, "BTC-USD", "never") }],
      newOrders: [sell, { ...restingOrder, price: "101.00", postOnly: true }],
    });
    expect(status).toBe(200);
    const { cancels, newOrders } = OrderListAnswer.parse(body);
    expect(cancels).toMatchObject([{ status: 404, body: { code: "UnknownOrder" } }]);
    expect(newOrders).toMatchObject([
      { status: 201 },
      { status: 422, body: { code: "PostOnlyWouldCross" } },
    ]);
  });

  test("says of an order what later items and what they triggered did to it", async () => {
    await venue.order({ side: "Sell", price: "100.00", orderQty: "0.01" }, { token: venue.bob });
    await venue.post(
      { ...restingOrder, ordType: "Stop", price: undefined, side: "Sell", stopPx: "100.00" },
      { token: venue.bob },
    );
    const { body } = await send({ newOrders: [{ ...restingOrder, orderQty: "0.02" }] });
    const [first] = OrderListAnswer.parse(body).newOrders;
    expect(first?.body).toMatchObject({
      ordStatus: "Filled",
      avgPx: "100.00",
      executionReports: [
        { execType: "New" },
        { execType: "Trade", lastLiquidityInd: "Removed" },
        { execType: "Trade", lastLiquidityInd: "Added", leavesQty: "0.00000000" },
      ],
    });
  });

  test("is one command on the log, and is recognised by its Idempotency-Key, by the engine too", async () => {
    const headers = { "idempotency-key": "list-1" };
    const request = { cancels: [{ orderID: await placed() }], newOrders: [sell, restingOrder] };
    const { body: first } = await send(request, { headers });
    const over = await TestVenue.open({ over: venue });
    const { status, body: again } = await send(request, { headers }, over);
    await over.gateway.close();
    expect(status).toBe(200);
    expect(again).toEqual(first);
    const lists = (await venue.commands()).filter(({ kind }) => kind === "NewOrderList");
    expect(lists.slice(-2).map((list) => "itemCount" in list && list.itemCount)).toEqual([3, 3]);
    const other = await send(
      { ...request, newOrders: [sell] },
      { headers: { "idempotency-key": "list-1" } },
    );
    expect(other.status).toBe(422);
    expect(other.body["code"]).toBe("IdempotencyKeyReused");
  });

  test.each([
    ["no items", {}, 400],
    ["a price off the grid", { newOrders: [restingOrder, { ...sell, price: "101.01" }] }, 422],
    ["an unlisted symbol", { newOrders: [{ ...sell, symbol: "NONE" }] }, 422],
    [
      "one clOrdID twice",
      {
        newOrders: [
          { ...sell, clOrdID: "x" },
          { ...sell, clOrdID: "x" },
        ],
      },
      400,
    ],
    ["a replace of nothing", { replaces: [{ orderID: orderIDOf(1, "BTC-USD", "a") }] }, 422],
    ["more than 64 items", { newOrders: Array(65).fill(sell) }, 400],
  ])("is refused whole, and nothing of it is on the log: %s", async (_, request, status) => {
    const before = (await venue.commands()).length;
    expect((await send(request)).status).toBe(status);
    expect((await venue.commands()).length).toBe(before);
  });

  test("points at the item that its problem is about", async () => {
    const { body } = await send({ newOrders: [restingOrder, { ...sell, price: "101.01" }] });
    expect(body).toMatchObject({
      code: "InvalidPriceIncrement",
      errors: [{ pointer: "/newOrders/1/price" }],
    });
  });

  test("takes 64 orders at once", async () => {
    const newOrders = Array.from({ length: 64 }, (_, index) => ({
      ...sell,
      clOrdID: `m-${index}`,
    }));
    const { body } = await send({ newOrders });
    const answer = OrderListAnswer.parse(body);
    expect(answer.newOrders.map(({ status }) => status)).toEqual(Array(64).fill(201));
  });
});

test("a list costs the rate limit as much as its items alone", async () => {
  const policies = {
    ...defaultPolicies,
    orders: { name: "orders", burst: 5, intervalMs: 60_000 },
  };
  const limited = await TestVenue.open({ gateway: { limitPolicies: policies } });
  expect((await send({ newOrders: [sell, sell, sell, sell] }, {}, limited)).status).toBe(200);
  expect((await send({ newOrders: [sell, sell] }, {}, limited)).status).toBe(429);
  await limited.close();
});

test("a list goes to one partition; items of several are refused", async () => {
  const wide = await TestVenue.open({ partitionCount: 4 });
  for (const symbol of ["ETH-USD", "SOL-USD", "LTC-USD"]) await wide.defineInstrument(symbol);
  const alone = await send({ newOrders: [{ ...sell, symbol: "ETH-USD" }] }, {}, wide);
  expect(alone.status).toBe(200);
  const symbols = ["BTC-USD", "ETH-USD", "SOL-USD", "LTC-USD"];
  const across = await send(
    { newOrders: symbols.map((symbol) => ({ ...sell, symbol })) },
    {},
    wide,
  );
  expect([across.status, across.body["code"]]).toEqual([422, "ListAcrossPartitions"]);
  await wide.close();
});

describe("rule 19: a pair over HTTP", () => {
  const contingencyType = "OneCancelsTheOther";
  const gain = { ...sell, price: "110.00", clOrdID: "gain" };
  const loss = { ...sell, ordType: "Stop", price: undefined, stopPx: "90.00", clOrdID: "loss" };
  const [gainID, lossID] = ["gain", "loss"].map((id) => orderIDOf(1001, "BTC-USD", id));

  async function pair(suffix: string): Promise<readonly [string, string]> {
    const newOrders = [gain, loss].map((leg) => ({ ...leg, clOrdID: leg.clOrdID + suffix }));
    const { body } = await send({ contingencyType, newOrders });
    const { newOrders: legs } = OrderListAnswer.parse(body);
    expect(legs.map((leg) => leg.status)).toEqual([201, 201]);
    const ids = legs.map((leg) => (leg.body as { orderID: string }).orderID);
    return [ids[0] ?? "", ids[1] ?? ""];
  }

  test("a cancel of one shows that the other went with it", async () => {
    const [first, second] = await pair("-1");
    const { body } = await venue.request("DELETE", `/v1/orders/${first}`);
    expect(CancelAnswer.parse(body)).toMatchObject({
      orderID: first,
      otherLeg: {
        orderID: second,
        ordStatus: "Canceled",
        leavesQty: "0.00000000",
        executionReports: [{ execType: "Canceled", cancelReason: "OtherLeg" }],
      },
    });
    expect((await venue.request("DELETE", `/v1/orders/${second}`)).status).toBe(404);
  });

  test("a replace of one shows the other's new quantity, or its end", async () => {
    const [first, second] = await pair("-2");
    const resized = await venue.request("PATCH", `/v1/orders/${first}`, {
      body: { orderQty: "0.02" },
    });
    expect(ReplaceAnswer.parse(resized.body)).toMatchObject({
      orderQty: "0.02000000",
      otherLeg: { orderID: second, leavesQty: "0.02000000", ordStatus: "New" },
    });
    await venue.order({ price: "100.00", orderQty: "0.005" }, { token: venue.bob });
    const traded = await venue.request("PATCH", `/v1/orders/${first}`, {
      body: { price: "100.00" },
    });
    expect(ReplaceAnswer.parse(traded.body)).toMatchObject({
      cumQty: "0.00500000",
      otherLeg: { orderID: second, ordStatus: "Canceled" },
    });
  });

  test("an order that trades at once leaves the other one canceled at its entry", async () => {
    await venue.order({ price: "110.00" }, { token: venue.bob });
    const { body } = await send({ contingencyType, newOrders: [gain, loss] });
    expect(OrderListAnswer.parse(body).newOrders).toMatchObject([
      { status: 201, body: { orderID: gainID, ordStatus: "Filled" } },
      {
        status: 201,
        body: {
          orderID: lossID,
          ordStatus: "Canceled",
          executionReports: [{ execType: "New" }, { cancelReason: "OtherLeg" }],
        },
      },
    ]);
  });

  test("an order that the engine refuses refuses the other one", async () => {
    const { body } = await send({
      contingencyType,
      newOrders: [
        { ...gain, clOrdID: "g-3", postOnly: true, price: "99.00" },
        { ...loss, clOrdID: "l-3" },
      ],
    });
    expect(OrderListAnswer.parse(body).newOrders).toMatchObject([{ status: 201 }, { status: 201 }]);
    await venue.order({ price: "98.00", orderQty: "0.05" }, { token: venue.bob });
    const refused = await send({
      contingencyType,
      newOrders: [
        { ...gain, clOrdID: "g-4", postOnly: true, price: "98.00" },
        { ...loss, clOrdID: "l-4" },
      ],
    });
    expect(OrderListAnswer.parse(refused.body).newOrders).toMatchObject([
      { status: 422, body: { code: "PostOnlyWouldCross" } },
      { status: 422, body: { code: "OtherLegRefused" } },
    ]);
  });

  test.each([
    ["two limits", [gain, { ...gain, clOrdID: "x", price: "111.00" }]],
    ["two sides", [gain, { ...loss, side: "Buy" }]],
    ["two quantities", [gain, { ...loss, orderQty: "0.02" }]],
    ["an order that may not stay", [{ ...gain, timeInForce: "IOC" }, loss]],
    ["one order", [gain]],
  ])("is refused, and nothing of it is on the log: %s", async (_, newOrders) => {
    const before = (await venue.commands()).length;
    const { status, body } = await send({ contingencyType, newOrders });
    expect([status, body["code"]]).toEqual([422, "InvalidList"]);
    expect((await venue.commands()).length).toBe(before);
  });
});
