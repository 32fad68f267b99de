import { describe, expect, test } from "bun:test";

import {
  BusinessRejectReason,
  CxlRejReason,
  OrdRejReason,
  OrdType,
  Side,
} from "../../schema/generated/enums.ts";
import { alice, bob, brief, orderID, Partition } from "./core.fixture.ts";
import { Engine } from "./engine.ts";

const { Sell } = Side;
const countFull = [`OrderRejected ${OrdRejReason.OpenOrderCapReached}`];
const notionalFull = [`OrderRejected ${OrdRejReason.OpenNotionalCapReached}`];
const accepted = ["OrderAccepted"];

describe("rule 3: a cap on the notional of an account's open orders (SEMANTICS §5b)", () => {
  test("goes by the limit price, its end included, and by what is left of each order", () => {
    const partition = Partition.open();
    partition.limit({ openNotionalMax: 2_000n });
    expect(brief(partition.order())).toEqual(accepted);
    expect(brief(partition.order({ orderQty: 11 }))).toEqual(notionalFull);
    expect(brief(partition.order())).toEqual(accepted);
    expect(brief(partition.order({ orderQty: 1, price: 1 }))).toEqual(notionalFull);
    partition.order({ accountID: bob, side: Sell, orderQty: 3 });
    expect(brief(partition.order({ orderQty: 4 }))).toEqual(notionalFull);
    expect(brief(partition.order({ orderQty: 3 }))).toEqual(accepted);
  });

  test("counts the orders that were open before it was set", () => {
    const partition = Partition.open();
    partition.order({ orderQty: 19 });
    partition.order({ orderQty: 4, displayQty: 2 });
    partition.order({ orderQty: 1, ordType: OrdType.StopLimit, stopPx: 200, price: 200 });
    partition.limit({ openNotionalMax: 2_600n });
    expect(brief(partition.order({ orderQty: 2 }))).toEqual(notionalFull);
    expect(brief(partition.order({ orderQty: 1 }))).toEqual(accepted);
  });

  test("bounds a replace that makes its order count for more, and no other", () => {
    const partition = Partition.open();
    partition.order();
    partition.limit({ openNotionalMax: 500n });
    const refused = [`OrderCancelReject ${CxlRejReason.OpenNotionalCapReached}`];
    expect(brief(partition.replace({ orderID: orderID(5), price: 101 }))).toEqual(refused);
    expect(brief(partition.replace({ orderID: orderID(5), price: 99 }))).toEqual([
      "OrderReplaced 5 10@99",
    ]);
    expect(brief(partition.replace({ orderID: orderID(5), orderQty: 4, price: 100 }))).toEqual([
      "OrderReplaced 5 4@100",
    ]);
    expect(brief(partition.replace({ orderID: orderID(5), orderQty: 5 }))).toEqual([
      "OrderReplaced 5 5@100",
    ]);
  });

  test("holds after a restore as before", () => {
    const partition = Partition.open();
    partition.limit({ openNotionalMax: 1_500n });
    partition.order();
    partition.engine = Engine.restore(partition.serialise());
    expect(brief(partition.order({ orderQty: 6 }))).toEqual(notionalFull);
    expect(brief(partition.order({ orderQty: 5 }))).toEqual(accepted);
  });
});

describe("a cap on the number of an account's open orders (SEMANTICS §5b)", () => {
  test("frees a place with each order that is closed, in whatever way", () => {
    const partition = Partition.open();
    partition.limit({ openOrderCountMax: 2 });
    partition.order();
    partition.order({ price: 99 });
    expect(brief(partition.order())).toEqual(countFull);
    partition.cancel({ orderID: orderID(6) });
    expect(brief(partition.order())).toEqual(accepted);
    partition.market({ side: Sell, orderQty: 10 });
    expect(brief(partition.order())).toEqual(accepted);
    partition.massCancel({ accountID: alice });
    expect(brief(partition.order())).toEqual(accepted);
  });

  test("is that of the instrument, where it has one of its own, and counts its orders alone", () => {
    const partition = Partition.open();
    partition.defineSecurity({ symbol: "ETH-USD" });
    partition.limit({ openOrderCountMax: 1 });
    partition.limit({ openOrderCountMax: 2, symbol: "ETH-USD" });
    expect(brief(partition.order())).toEqual(accepted);
    expect(brief(partition.order())).toEqual(countFull);
    expect(brief(partition.order({ symbol: "ETH-USD" }))).toEqual(accepted);
    expect(brief(partition.order({ symbol: "ETH-USD" }))).toEqual(accepted);
    expect(brief(partition.order({ symbol: "ETH-USD" }))).toEqual(countFull);
    expect(brief(partition.order({ accountID: bob, symbol: "ETH-USD" }))).toEqual(accepted);
  });

  test("takes IOC orders, which are never open", () => {
    const partition = Partition.open();
    partition.limit({ openOrderCountMax: 1 });
    partition.order();
    partition.order({ accountID: bob, side: Sell, price: 105 });
    expect(brief(partition.market({ accountID: alice, orderQty: 4 }))).toEqual([
      "OrderAccepted",
      "Trade 7x8 4@105",
    ]);
  });
});

test("AccountLimits name a known account and a listed symbol, and are as many as accounts", () => {
  const partition = Partition.open({ accountCountMax: 3 });
  const refused = (reason: BusinessRejectReason) => [`BusinessMessageReject ${reason}`];
  expect(brief(partition.limit({ accountID: 9 }))).toEqual(
    refused(BusinessRejectReason.UnknownAccount),
  );
  expect(brief(partition.limit({ symbol: "ETH-USD" }))).toEqual(
    refused(BusinessRejectReason.UnknownSymbol),
  );
  for (const accountID of [alice, bob]) partition.limit({ accountID });
  partition.limit({ symbol: "BTC-USD" });
  expect(brief(partition.limit({ accountID: bob, symbol: "BTC-USD" }))).toEqual(
    refused(BusinessRejectReason.CapacityReached),
  );
  expect(brief(partition.limit({ openOrderCountMax: 1 }))).toEqual(["AccountLimitsChanged"]);
});
