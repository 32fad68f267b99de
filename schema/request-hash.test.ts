import { expect, test } from "bun:test";

import { frame } from "./frame.ts";
import type { NewOrderSingle } from "./generated/new-order-single.ts";
import type { NewOrderList } from "./generated/new-order-list.ts";
import { packItems } from "./order-list.ts";
import { hashOfRequest, requestHash } from "./request-hash.ts";

const order: NewOrderSingle = {
  kind: "NewOrderSingle",
  sendingTime: 1_446_303_600_000,
  validUntil: 1_446_303_660_000,
  orderID: "13243546-5768-798a-9bac-bdcedff00112",
  requestHash: "0000000000000000",
  accountID: 7,
  attempt: 0,
  side: 1,
  ordType: 2,
  symbol: "BTC-USD",
  orderQty: 5,
  cashOrderQty: 0n,
  price: 100,
  timeInForce: 1,
  selfTradePrevention: 0,
  execInst: 0,
  expireTime: 0,
  clOrdID: "mine",
};

test("two sendings of one request have one hash: times, attempt and the hash itself do not count", () => {
  const again = {
    ...order,
    sendingTime: 1,
    validUntil: 0,
    attempt: 3,
    requestHash: "00000000000000ff",
  };
  expect(hashOf(again)).toBe(hashOf(order));
});

const changes: readonly Partial<NewOrderSingle>[] = [
  { orderID: "13243546-5768-798a-9bac-bdcedff00113" },
  { accountID: 8 },
  { side: 2 },
  { ordType: 1 },
  { symbol: "BTC-EUR" },
  { orderQty: 6 },
  { cashOrderQty: 1n },
  { price: 101 },
  { timeInForce: 3 },
  { selfTradePrevention: 4 },
  { execInst: 1 },
  { expireTime: 1 },
  { clOrdID: "mind" },
];

for (const change of changes) {
  test(`a request with another ${Object.keys(change).join()} is another request`, () => {
    expect(hashOf({ ...order, ...change })).not.toBe(hashOf(order));
  });
}

test("a list with another item is another request", () => {
  const listOf = (...items: NewOrderSingle[]): NewOrderList => ({
    kind: "NewOrderList",
    sendingTime: 1,
    validUntil: 0,
    commandID: order.orderID,
    requestHash: order.requestHash,
    accountID: 7,
    attempt: 0,
    contingencyType: 0,
    itemCount: 1,
    items: packItems(items),
  });
  expect(hashOf({ ...listOf(order), sendingTime: 2 })).toBe(hashOf(listOf(order)));
  expect(hashOf(listOf({ ...order, price: 101 }))).not.toBe(hashOf(listOf(order)));
});

test("the same request over another connection has the same hash, in a list too", () => {
  const brought = { ...order, connectionID: 77 };
  expect(hashOfRequest(brought)).toBe(hashOf(order));
  expect(hashOf(brought)).not.toBe(hashOf(order));
  const listOf = (item: NewOrderSingle): NewOrderList => ({
    kind: "NewOrderList",
    sendingTime: 1,
    validUntil: 0,
    commandID: order.orderID,
    requestHash: order.requestHash,
    accountID: 7,
    attempt: 0,
    contingencyType: 0,
    itemCount: 1,
    items: packItems([item]),
  });
  expect(hashOfRequest(listOf(brought))).toBe(hashOf(listOf(order)));
});

function hashOf(message: NewOrderSingle | NewOrderList): string {
  return requestHash(frame(message));
}
