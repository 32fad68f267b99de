import { describe, expect, test } from "bun:test";

import {
  CancelReason,
  SelfTradePrevention,
  Side,
  TimeInForce,
} from "../../schema/generated/enums.ts";
import { bob, brief, Partition } from "./core.fixture.ts";

const { Sell } = Side;
const { IOC } = TimeInForce;

describe("bugs that other engines had", () => {
  test("rule 10: a partial fill keeps the maker's place in the queue", () => {
    const partition = Partition.open();
    partition.order({ side: Sell });
    partition.order({ side: Sell });
    partition.order({ accountID: bob, orderQty: 3 });
    expect(brief(partition.order({ accountID: bob, orderQty: 8 }))).toEqual([
      "OrderAccepted",
      "Trade 5x8 7@100",
      "Trade 6x8 1@100",
    ]);
  });

  test("a cancel finds its order on either side", () => {
    const partition = Partition.open();
    const sell = partition.newOrder({ side: Sell, price: 101 });
    partition.apply(sell);
    const buy = partition.newOrder();
    partition.apply(buy);
    expect(brief(partition.cancel({ orderID: sell.orderID }))).toEqual(["OrderCanceled 5 1 10"]);
    expect(brief(partition.cancel({ orderID: buy.orderID }))).toEqual(["OrderCanceled 6 1 10"]);
  });

  test("a fill is at the maker's price, never at the aggressor's limit", () => {
    const partition = Partition.open();
    partition.order({ price: 100 });
    expect(brief(partition.order({ accountID: bob, side: Sell, price: 90 }))[1]).toBe(
      "Trade 5x6 10@100",
    );
  });

  test("rule 6: a duplicate live orderID leaves queue and order as they are", () => {
    const partition = Partition.open();
    const order = partition.newOrder();
    partition.apply(order);
    partition.order();
    expect(brief(partition.apply({ ...order, price: 105, orderQty: 99 }))).toEqual(["Duplicate"]);
    expect(partition.book()).toBe("5 10@100, 6 10@100");
  });

  test("a replace to a crossing price never leaves a crossed book", () => {
    const partition = Partition.open();
    const order = partition.newOrder();
    partition.apply(order);
    partition.order({ accountID: bob, side: Sell, price: 105, orderQty: 4 });
    const replaced = partition.replace({ orderID: order.orderID, price: 106 });
    expect(brief(replaced)).toEqual(["OrderReplaced 5 10@106", "Trade 6x5 4@105"]);
    expect(partition.book()).toBe("5 6@106");
  });

  test("IOC residue does not rest, also where it traded nothing", () => {
    const partition = Partition.open();
    partition.order({ timeInForce: IOC });
    expect(partition.book()).toBe("");
  });

  test("time priority survives cancels in the middle of a queue", () => {
    const partition = Partition.open();
    const orders = Array.from({ length: 6 }, () => {
      const order = partition.newOrder({ side: Sell, orderQty: 1 });
      partition.apply(order);
      return order;
    });
    for (const index of [2, 0, 5]) partition.cancel({ orderID: orders[index]?.orderID ?? "" });
    expect(brief(partition.order({ accountID: bob, orderQty: 3 })).slice(1)).toEqual([
      "Trade 6x14 1@100",
      "Trade 8x14 1@100",
      "Trade 9x14 1@100",
    ]);
  });

  test("a level that empties and fills again is found again", () => {
    const partition = Partition.open();
    for (let round = 0; round < 3; round++) {
      partition.order({ side: Sell, price: 5000 });
      expect(brief(partition.order({ accountID: bob, price: 5000 }))[1]).toContain("10@5000");
      expect(partition.book()).toBe("");
    }
  });

  test("a cash order that may trade little more is decremented in one step, not in a million", () => {
    const partition = Partition.open({}, { lotSize: 10 });
    const orderQty = Number.MAX_SAFE_INTEGER - 11;
    partition.order({ side: Sell, price: 1, orderQty });
    partition.order({ side: Sell, accountID: bob, price: 1, orderQty });
    const selfTradePrevention = SelfTradePrevention.Decrement;
    expect(
      brief(partition.market({ cashOrderQty: 2n ** 80n, selfTradePrevention })).slice(1),
    ).toEqual([
      `Trade 5x7 ${orderQty}@1`,
      `SelfTradePrevented 6x7 ${orderQty}`,
      `OrderCanceled 6 ${CancelReason.SelfTrade} 0`,
      `OrderCanceled 7 ${CancelReason.NoLiquidity} 0`,
    ]);
  });
});
