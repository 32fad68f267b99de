import { describe, expect, test } from "bun:test";

import { OrdType, Side, TimeInForce } from "../../schema/generated/enums.ts";
import { Scenario, told } from "./scenario.ts";

const { Buy, Sell } = Side;
const { IOC, FOK } = TimeInForce;

/** One percent at entry or for takers, around 1000. */
const banded = (changes: { priceBandBps?: number; takerBandBps?: number }) =>
  Scenario.open({ referencePrice: 1_000, ...changes });

describe("a price band at entry", () => {
  test("refuses limits further from the reference price than it allows, its ends included", () => {
    const venue = banded({ priceBandBps: 100 });
    expect(told(venue.order(1, Buy, 1, 989))).toEqual([
      "OrderRejected PriceExceedsCurrentPriceBand",
    ]);
    expect(told(venue.order(2, Buy, 1, 990))).toEqual(["OrderAccepted"]);
    expect(told(venue.order(3, Sell, 1, 1_011))).toEqual([
      "OrderRejected PriceExceedsCurrentPriceBand",
    ]);
    expect(told(venue.order(4, Sell, 1, 1_010))).toEqual(["OrderAccepted"]);
  });

  test("goes by the last trade once there is one, and by nothing where there is neither", () => {
    const venue = banded({ priceBandBps: 100 });
    venue.trade(1_010);
    expect(told(venue.order(1, Sell, 1, 1_020))).toEqual(["OrderAccepted"]);
    const other = Scenario.open({ priceBandBps: 100 });
    expect(told(other.order(1, Sell, 1, 1_000_000))).toEqual(["OrderAccepted"]);
  });

  test("holds for a replace that gives a price, and leaves resting orders alone", () => {
    const venue = banded({ priceBandBps: 100 });
    venue.order(1, Buy, 5, 990);
    expect(told(venue.replace(1, { price: 980 }))).toEqual([
      "OrderCancelReject PriceExceedsCurrentPriceBand",
    ]);
    venue.trade(1_010);
    expect(told(venue.replace(1, { orderQty: 4 }))).toEqual([
      "OrderReplaced #1 4 leaves 4 at 990 in place",
    ]);
  });

  test("stands around the stopPx of a stop-limit", () => {
    const venue = banded({ priceBandBps: 100 });
    expect(told(venue.stop(1, Sell, 1, 800, { price: 792 }))).toEqual(["OrderAccepted"]);
    expect(told(venue.stop(2, Sell, 1, 800, { price: 791 }))).toEqual([
      "OrderRejected PriceExceedsCurrentPriceBand",
    ]);
    expect(told(venue.replace(1, { stopPx: 900 }))).toEqual([
      "OrderCancelReject PriceExceedsCurrentPriceBand",
    ]);
    expect(told(venue.replace(1, { stopPx: 900, price: 891 }))).toEqual([
      "OrderReplaced #1 1 leaves 1 at 891",
    ]);
  });
});

describe("the band of a taker", () => {
  const offered = (): Scenario => {
    const venue = banded({ takerBandBps: 100 });
    for (const [id, price] of [
      [1, 1_005],
      [2, 1_010],
      [3, 1_011],
    ] as const)
      venue.order(id, Sell, 1, price, { accountID: 2 });
    return venue;
  };

  test("ends its trades; what is left of it does not rest", () => {
    expect(told(offered().order(4, Buy, 3, 1_020))).toEqual([
      "OrderAccepted",
      "Trade #1 with #4 1 at 1005 leaves 0, 2",
      "Trade #2 with #4 1 at 1010 leaves 0, 1",
      "OrderCanceled #4 TakerPriceBand canceled 1 cum 2",
    ]);
  });

  test("rule 11: ends a market order with a reason of its own", () => {
    const market = { ordType: OrdType.Market, timeInForce: IOC };
    expect(told(offered().order(4, Buy, 3, 0, market)).at(-1)).toBe(
      "OrderCanceled #4 TakerPriceBand canceled 1 cum 2",
    );
    expect(told(offered().order(4, Sell, 3, 0, market)).at(-1)).toBe(
      "OrderCanceled #4 NoLiquidity canceled 3 cum 0",
    );
  });

  test("is fixed when the taker starts, and moves with the last trade from taker to taker", () => {
    const venue = offered();
    venue.order(4, Buy, 2, 1_020);
    expect(told(venue.order(5, Buy, 1, 1_020)).at(-1)).toBe(
      "Trade #3 with #5 1 at 1011 leaves 0, 0",
    );
  });

  test("rule 14: bounds what FOK counts", () => {
    expect(told(offered().order(4, Buy, 3, 1_020, { timeInForce: FOK })).at(-1)).toBe(
      "OrderCanceled #4 FillOrKill canceled 3 cum 0",
    );
  });

  test("lets an order rest where only its own limit ends its trades", () => {
    expect(told(offered().order(4, Buy, 2, 1_005))).toEqual([
      "OrderAccepted",
      "Trade #1 with #4 1 at 1005 leaves 0, 1",
    ]);
  });
});

describe("caps on an account's open orders in an instrument", () => {
  test("count what is open, stops included, and spare what cannot stay open", () => {
    const venue = Scenario.open();
    venue.limit({ openOrderCountMax: 2 });
    venue.order(1, Buy, 1, 100);
    venue.stop(2, Buy, 1, 200);
    const refusal = ["OrderRejected OpenOrderCapReached"];
    expect(told(venue.order(3, Buy, 1, 100))).toEqual(refusal);
    expect(told(venue.stop(4, Buy, 1, 200))).toEqual(refusal);
    expect(told(venue.order(5, Buy, 1, 100, { timeInForce: IOC }))[0]).toBe("OrderAccepted");
    expect(told(venue.order(6, Buy, 1, 100, { accountID: 2 }))).toEqual(["OrderAccepted"]);
    venue.cancel(2);
    expect(told(venue.order(7, Buy, 1, 100))).toEqual(["OrderAccepted"]);
  });

  test("bound their notional: of new orders, and of replaces that raise it", () => {
    const venue = Scenario.open();
    venue.limit({ openNotionalMax: 1_000n });
    venue.order(1, Buy, 5, 100);
    expect(told(venue.order(2, Buy, 6, 100))).toEqual(["OrderRejected OpenNotionalCapReached"]);
    expect(told(venue.order(3, Buy, 5, 100))).toEqual(["OrderAccepted"]);
    const refusal = ["OrderCancelReject OpenNotionalCapReached"];
    expect(told(venue.replace(1, { orderQty: 6 }))).toEqual(refusal);
    expect(told(venue.replace(1, { orderQty: 4 }))).toEqual([
      "OrderReplaced #1 4 leaves 4 at 100 in place",
    ]);
    expect(told(venue.replace(1, { orderQty: 5 }))).toEqual(["OrderReplaced #1 5 leaves 5 at 100"]);
  });

  test("a Stop has no price yet and no notional", () => {
    const venue = Scenario.open();
    venue.limit({ openNotionalMax: 1n });
    expect(told(venue.stop(1, Buy, 5, 200))).toEqual(["OrderAccepted"]);
    expect(told(venue.stop(2, Buy, 5, 200, { price: 200 }))).toEqual([
      "OrderRejected OpenNotionalCapReached",
    ]);
  });

  test("of the instrument go before those of the account, and 0 is none", () => {
    const venue = Scenario.open();
    venue.limit({ openOrderCountMax: 1, symbol: "" });
    venue.order(1, Buy, 1, 100);
    expect(told(venue.order(2, Buy, 1, 100))).toEqual(["OrderRejected OpenOrderCapReached"]);
    venue.limit({});
    expect(told(venue.order(3, Buy, 1, 100))).toEqual(["OrderAccepted"]);
  });

  test("are set for accounts and instruments that there are", () => {
    const venue = Scenario.open();
    expect(told(venue.limit({ accountID: 9 }))).toEqual(["BusinessMessageReject UnknownAccount"]);
    expect(told(venue.limit({ symbol: "NONE" }))).toEqual(["BusinessMessageReject UnknownSymbol"]);
  });
});
