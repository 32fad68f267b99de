import { afterAll, beforeAll, beforeEach, expect, test } from "bun:test";

import { OrderAnswer, ReplaceAnswer } from "../schema/http/orders.ts";
import { TestVenue } from "./venue.fixture.ts";

let venue: TestVenue;

beforeAll(async () => {
  venue = await TestVenue.open();
});

afterAll(() => venue.close());

beforeEach(async () => {
  await venue.request("DELETE", "/v1/orders");
  await venue.request("DELETE", "/v1/orders", { token: venue.bob });
  await trade("100.00");
});

/** Bob's orders trade with each other's price: the last trade is at `price`. */
async function trade(price: string): Promise<void> {
  await venue.order({ side: "Sell", price, orderQty: "0.01" }, { token: venue.bob });
  const { body } = await venue.order({ side: "Buy", price, orderQty: "0.01", timeInForce: "IOC" });
  expect(body["cumQty"]).toBe("0.01000000");
}

const stop = { symbol: "BTC-USD", side: "Buy", ordType: "Stop", orderQty: "0.03" } as const;
const stopLimit = { ...stop, ordType: "StopLimit", price: "102.00" } as const;

test("a stop waits for its price and is a market order from then on", async () => {
  const { status, body } = await venue.post({ ...stop, stopPx: "101.00" });
  expect(status).toBe(201);
  const answer = OrderAnswer.parse(body);
  expect(answer).toMatchObject({
    ordType: "Stop",
    timeInForce: "GTC",
    stopPx: "101.00",
    ordStatus: "New",
    leavesQty: "0.03000000",
    executionReports: [{ execType: "New" }],
  });
  expect(answer.price).toBeUndefined();
  await venue.order({ side: "Sell", price: "101.05", orderQty: "0.05" }, { token: venue.bob });
  await trade("101.00");
  const { body: left } = await venue.order({
    price: "101.05",
    orderQty: "0.05",
    timeInForce: "IOC",
  });
  expect(left["cumQty"]).toBe("0.02000000");
});

test("a stop that the last trade has reached already is triggered with its entry", async () => {
  await venue.order({ side: "Sell", price: "100.50", orderQty: "0.02" }, { token: venue.bob });
  const { status, body } = await venue.post({ ...stop, stopPx: "99.00" });
  expect(status).toBe(201);
  expect(OrderAnswer.parse(body)).toMatchObject({
    ordStatus: "Canceled",
    cumQty: "0.02000000",
    executionReports: [
      { execType: "New" },
      { execType: "Triggered" },
      { execType: "Trade", lastPx: "100.50" },
      { execType: "Canceled", cancelReason: "NoLiquidity" },
    ],
  });
});

test("a stop limit that is triggered rests at its limit", async () => {
  await venue.post({ ...stopLimit, stopPx: "101.00", clOrdID: "sl" });
  await trade("101.00");
  const { body } = await venue.order(
    { side: "Sell", price: "102.00", orderQty: "0.03" },
    { token: venue.bob },
  );
  expect(OrderAnswer.parse(body)).toMatchObject({ ordStatus: "Filled", avgPx: "102.00" });
});

test("a stop that waits takes another stop price, and a cancel", async () => {
  const { body: placed } = await venue.post({ ...stopLimit, stopPx: "101.00" });
  const path = `/v1/orders/${String(placed["orderID"])}`;
  const moved = await venue.request("PATCH", path, { body: { stopPx: "103.00" } });
  expect(moved.status).toBe(200);
  expect(ReplaceAnswer.parse(moved.body)).toMatchObject({ stopPx: "103.00", price: "102.00" });
  await trade("102.00");
  const canceled = await venue.request("DELETE", path);
  expect(canceled.body).toMatchObject({ ordStatus: "Canceled", leavesQty: "0.00000000" });
});

test("a trailing stop starts at its distance from the last trade and follows", async () => {
  const { status, body } = await venue.post({ ...stop, side: "Sell", pegOffsetValue: "2.00" });
  expect(status).toBe(201);
  expect(OrderAnswer.parse(body)).toMatchObject({ stopPx: "98.00", pegOffsetValue: "2.00" });
  await trade("105.00");
  await venue.order({ side: "Buy", price: "90.00", orderQty: "0.03" }, { token: venue.bob });
  await trade("103.00");
  const { body: taken } = await venue.order({
    side: "Sell",
    price: "90.00",
    orderQty: "0.03",
    timeInForce: "IOC",
  });
  expect(taken["cumQty"]).toBe("0.00000000");
});

test("an iceberg says what it shows, and trades with all of it", async () => {
  const { status, body } = await venue.order({ orderQty: "0.05", displayQty: "0.01" });
  expect(status).toBe(201);
  expect(OrderAnswer.parse(body)).toMatchObject({
    ordType: "Limit",
    displayQty: "0.01000000",
    leavesQty: "0.05000000",
  });
  const taker = { side: "Sell", price: "100.00", orderQty: "0.05", timeInForce: "IOC" };
  const { body: sold } = await venue.order(taker, { token: venue.bob });
  const trades = OrderAnswer.parse(sold).executionReports.filter(
    ({ execType }) => execType === "Trade",
  );
  expect(trades.map(({ lastQty }) => lastQty)).toEqual(Array(5).fill("0.01000000"));
});

test.each([
  ["a stop with a limit price", { ...stop, stopPx: "101.00", price: "102.00" }],
  ["a stop limit without one", { ...stop, ordType: "StopLimit", stopPx: "101.00" }],
  ["a stop that waits for nothing", stop],
  ["a limit order with a stop price", { ...stopLimit, ordType: "Limit", stopPx: "101.00" }],
  [
    "an iceberg that may not rest",
    { ...stopLimit, ordType: "Limit", displayQty: "0.01", timeInForce: "IOC" },
  ],
  ["a stop that shows a part", { ...stop, stopPx: "101.00", displayQty: "0.01" }],
])("%s is refused: UnsupportedOrderCharacteristic", async (_, order) => {
  const { status, body } = await venue.post(order);
  expect([status, body["code"]]).toEqual([422, "UnsupportedOrderCharacteristic"]);
});

test("a distance, a stop price and a shown part keep to the instrument's grid", async () => {
  const code = async (order: object): Promise<unknown> => (await venue.post(order)).body["code"];
  expect(await code({ ...stop, stopPx: "101.01" })).toBe("InvalidPriceIncrement");
  expect(await code({ ...stop, pegOffsetValue: "1.01" })).toBe("InvalidPriceIncrement");
  const iceberg = { ...stopLimit, ordType: "Limit" };
  expect(await code({ ...iceberg, displayQty: "0.0015" })).toBe("IncorrectQuantity");
  expect(await code({ ...iceberg, displayQty: "0.04" })).toBe("IncorrectQuantity");
});
