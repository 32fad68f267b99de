import { describe, expect, test } from "bun:test";

import {
  AccountStatus,
  SelfTradePrevention,
  Side,
  TimeInForce,
  TradingState,
} from "../../schema/generated/enums.ts";
import { Scenario, told } from "./scenario.ts";

const { Buy, Sell } = Side;
const { IOC, FOK, GTD } = TimeInForce;

describe("SEMANTICS §3: the checks of a new order, each before all that follow", () => {
  // Every row spoils one thing more; the reason stays the one of the earliest check.
  const spoiled: readonly (readonly [string, Parameters<Scenario["order"]>[4]])[] = [
    ["PostOnlyWouldCross", { execInst: 1, price: 13 }],
    ["IncorrectQuantity", { orderQty: 3 }],
    ["InvalidPriceIncrement", { price: 14 }],
    ["PriceOutOfRange", { price: -1 }],
    ["ExpireTimePassed", { timeInForce: GTD, expireTime: 1 }],
    ["UnsupportedOrderCharacteristic", { side: Side.None }],
    ["ExchangeClosed", {}],
    ["AccountDisabled", { accountID: 3 }],
    ["UnknownAccount", { accountID: 9 }],
    ["WrongPartition", { orderID: "00000000-0000-8000-8000-000000000001" }],
    ["UnknownSymbol", { symbol: "NONE" }],
    ["TooLateToEnter", { validUntil: 1 }],
  ];
  let changes: Parameters<Scenario["order"]>[4] = {};
  for (const [reason, change] of spoiled) {
    changes = { ...changes, ...change };
    const all = changes;
    test(reason, () => {
      const venue = Scenario.open({ tickSize: 13, lotSize: 2 });
      venue.account({ accountID: 3, accountStatus: AccountStatus.Disabled });
      venue.order(1, Sell, 2, 13, { accountID: 2 });
      const isHalted = spoiled.findIndex(([name]) => name === reason) >= 6;
      if (isHalted) venue.status(TradingState.Halt);
      expect(told(venue.order(2, Buy, 2, 26, all))).toEqual([`OrderRejected ${reason}`]);
    });
  }

  test.each([
    ["a limit order without a price", { price: 0, ordType: 2 }],
    ["a limit order with cash", { cashOrderQty: 1n }],
    ["a limit order without a quantity", { orderQty: 0 }],
    ["a market order with a price", { ordType: 1, timeInForce: IOC }],
    [
      "a market order with neither quantity nor cash",
      { ordType: 1, timeInForce: IOC, price: 0, orderQty: 0 },
    ],
    [
      "a market order with quantity and cash",
      { ordType: 1, timeInForce: IOC, price: 0, cashOrderQty: 1n },
    ],
    ["a market order GTC", { ordType: 1, price: 0 }],
    ["cash with FOK", { ordType: 1, timeInForce: FOK, price: 0, orderQty: 0, cashOrderQty: 1n }],
    ["post-only IOC", { execInst: 1, timeInForce: IOC }],
    ["GTD without an expiry time", { timeInForce: GTD }],
    ["an expiry time without GTD", { expireTime: 9e12 }],
  ] as const)("%s does not go together", (_, change) => {
    const [rejected] = Scenario.open().order(1, Buy, 1, 10, change);
    expect(told([rejected!])).toEqual(["OrderRejected UnsupportedOrderCharacteristic"]);
  });

  test("a full partition refuses what may rest, and nothing else", () => {
    const venue = Scenario.open({}, { orderCountMax: 1 });
    venue.order(1, Sell, 1, 10, { accountID: 2 });
    expect(told(venue.order(2, Buy, 1, 10))).toEqual(["OrderRejected OrderCapacityReached"]);
    expect(told(venue.order(3, Buy, 1, 10, { timeInForce: IOC }))).toEqual([
      "OrderAccepted",
      "Trade #1 with #3 1 at 10 leaves 0, 0",
    ]);
    expect(told(venue.order(4, Buy, 1, 10))).toEqual(["OrderAccepted"]);
  });
});

describe("SEMANTICS §3 and §5: matching and end states", () => {
  test("best price first, then place in the queue, at the maker's price", () => {
    const venue = Scenario.open();
    venue.order(1, Sell, 5, 11);
    venue.order(2, Sell, 5, 10);
    venue.order(3, Sell, 5, 10);
    expect(told(venue.order(4, Buy, 12, 12, { accountID: 2 }))).toEqual([
      "OrderAccepted",
      "Trade #2 with #4 5 at 10 leaves 0, 7",
      "Trade #3 with #4 5 at 10 leaves 0, 2",
      "Trade #1 with #4 2 at 11 leaves 3, 0",
    ]);
  });

  test("a partial fill keeps the maker's place in the queue", () => {
    const venue = Scenario.open();
    venue.order(1, Sell, 5, 10);
    venue.order(2, Sell, 5, 10);
    venue.order(3, Buy, 1, 10, { accountID: 2 });
    expect(told(venue.order(4, Buy, 5, 10, { accountID: 2 }))).toEqual([
      "OrderAccepted",
      "Trade #1 with #4 4 at 10 leaves 0, 1",
      "Trade #2 with #4 1 at 10 leaves 4, 0",
    ]);
  });

  test("what an IOC limit order leaves is canceled, what a GTC one leaves rests", () => {
    const venue = Scenario.open();
    venue.order(1, Sell, 1, 10);
    expect(told(venue.order(2, Buy, 3, 10, { accountID: 2, timeInForce: IOC }))).toEqual([
      "OrderAccepted",
      "Trade #1 with #2 1 at 10 leaves 0, 2",
      "OrderCanceled #2 ImmediateOrCancel canceled 2 cum 1",
    ]);
    venue.order(3, Buy, 3, 10, { accountID: 2 });
    expect(venue.engine.state().instruments[0]?.bids.map((order) => order.leavesQty)).toEqual([3n]);
  });

  test("a market order on an empty side is accepted, then canceled", () => {
    expect(told(Scenario.open().order(1, Buy, 3, 0))).toEqual([
      "OrderAccepted",
      "OrderCanceled #1 NoLiquidity canceled 3 cum 0",
    ]);
  });

  test("FOK trades all or touches nothing", () => {
    const venue = Scenario.open();
    venue.order(1, Sell, 2, 10);
    venue.order(2, Sell, 2, 12);
    expect(told(venue.order(3, Buy, 3, 11, { accountID: 2, timeInForce: FOK }))).toEqual([
      "OrderAccepted",
      "OrderCanceled #3 FillOrKill canceled 3 cum 0",
    ]);
    expect(told(venue.order(4, Buy, 3, 12, { accountID: 2, timeInForce: FOK }))).toEqual([
      "OrderAccepted",
      "Trade #1 with #4 2 at 10 leaves 0, 1",
      "Trade #2 with #4 1 at 12 leaves 1, 0",
    ]);
  });

  test("FOK passes over own orders only under cancel-oldest", () => {
    for (const selfTradePrevention of Object.values(SelfTradePrevention).slice(1)) {
      const venue = Scenario.open();
      venue.order(1, Sell, 2, 10);
      venue.order(2, Sell, 2, 10, { accountID: 2 });
      const last = told(venue.order(3, Buy, 2, 10, { timeInForce: FOK, selfTradePrevention })).at(
        -1,
      );
      const isPassedOver = selfTradePrevention === SelfTradePrevention.CancelOldest;
      expect(last).toBe(
        isPassedOver
          ? "Trade #2 with #3 2 at 10 leaves 0, 0"
          : "OrderCanceled #3 FillOrKill canceled 2 cum 0",
      );
    }
  });

  test("an order by cash buys whole lots and ends as CashSpent, NoLiquidity or Filled", () => {
    const byCash = (cashOrderQty: bigint) => {
      const venue = Scenario.open({ lotSize: 5 });
      venue.order(1, Sell, 10, 100, { accountID: 2 });
      return told(venue.order(2, Buy, 0, 0, { cashOrderQty })).slice(1);
    };
    expect(byCash(999n)).toEqual([
      "Trade #1 with #2 5 at 100 leaves 5, 0",
      "OrderCanceled #2 CashSpent canceled 0 cum 5",
    ]);
    expect(byCash(1000n)).toEqual(["Trade #1 with #2 10 at 100 leaves 0, 0"]);
    expect(byCash(1001n)).toEqual([
      "Trade #1 with #2 10 at 100 leaves 0, 0",
      "OrderCanceled #2 NoLiquidity canceled 0 cum 10",
    ]);
    expect(byCash(499n)).toEqual(["OrderCanceled #2 CashSpent canceled 0 cum 0"]);
  });

  test("an order by cash never trades more than a quantity can say", () => {
    const venue = Scenario.open();
    const most = Number.MAX_SAFE_INTEGER;
    venue.order(1, Sell, most, 1, { accountID: 2 });
    venue.order(2, Sell, most, 2, { accountID: 2 });
    expect(told(venue.order(3, Buy, 0, 0, { cashOrderQty: 2n ** 90n })).at(-1)).toBe(
      `OrderCanceled #3 CashSpent canceled 0 cum ${most}`,
    );
  });

  test("a cash taker takes all of a maker that a new lot size left off the grid, when it can afford it", () => {
    const venue = Scenario.open();
    venue.order(1, Sell, 7, 10, { accountID: 2 });
    venue.define({ lotSize: 5 });
    expect(told(venue.order(2, Buy, 0, 0, { cashOrderQty: 69n }))[1]).toBe(
      "Trade #1 with #2 5 at 10 leaves 2, 0",
    );
    expect(told(venue.order(3, Buy, 0, 0, { cashOrderQty: 20n }))[1]).toBe(
      "Trade #1 with #3 2 at 10 leaves 0, 0",
    );
  });

  test("self-trade prevention: the taker's mode decides", () => {
    const ends = (selfTradePrevention: SelfTradePrevention, orderQty = 5) => {
      const venue = Scenario.open();
      venue.order(1, Sell, 3, 10);
      venue.order(2, Sell, 1, 10, { accountID: 2 });
      return told(venue.order(3, Buy, orderQty, 10, { selfTradePrevention })).slice(1);
    };
    const newest = "OrderCanceled #3 SelfTrade canceled 5 cum 0";
    const oldest = "OrderCanceled #1 SelfTrade canceled 3 cum 0";
    expect(ends(SelfTradePrevention.Default)).toEqual([newest]);
    expect(ends(SelfTradePrevention.CancelNewest)).toEqual([newest]);
    expect(ends(SelfTradePrevention.CancelOldest)).toEqual([
      oldest,
      "Trade #2 with #3 1 at 10 leaves 0, 4",
    ]);
    expect(ends(SelfTradePrevention.CancelBoth)).toEqual([oldest, newest]);
    expect(ends(SelfTradePrevention.Decrement)).toEqual([
      "SelfTradePrevented #1 with #3 3 leaves 0, 2",
      "OrderCanceled #1 SelfTrade canceled 0 cum 0",
      "Trade #2 with #3 1 at 10 leaves 0, 1",
    ]);
    expect(ends(SelfTradePrevention.Decrement, 2)).toEqual([
      "SelfTradePrevented #1 with #3 2 leaves 1, 0",
      "OrderCanceled #3 SelfTrade canceled 0 cum 0",
    ]);
  });
});

describe("SEMANTICS §4: cancel and replace", () => {
  test("a foreign order looks like an unknown one", () => {
    const venue = Scenario.open();
    venue.order(1, Buy, 1, 10);
    const foreign = venue.cancel(1, {
      accountID: 2,
      commandID: "00000000-0000-0000-0000-000000000001",
    });
    const unknown = venue.cancel(1, {
      accountID: 9,
      commandID: "00000000-0000-0000-0000-000000000001",
    });
    expect(foreign).toEqual([{ ...unknown[0]!, accountID: 2 } as never]);
    expect(told(foreign)).toEqual(["OrderCancelReject UnknownOrder"]);
  });

  test("a disabled account may cancel, and nothing else", () => {
    const venue = Scenario.open();
    venue.order(1, Buy, 2, 10);
    venue.account({ accountID: 1, accountStatus: AccountStatus.Disabled });
    expect(told(venue.replace(1, { orderQty: 1 }))).toEqual(["OrderCancelReject AccountDisabled"]);
    expect(told(venue.cancel(1))).toEqual(["OrderCanceled #1 Requested canceled 2 cum 0"]);
  });

  test("a pure decrease keeps its place, everything else loses it", () => {
    const venue = Scenario.open();
    venue.order(1, Sell, 5, 10);
    venue.order(2, Sell, 5, 10);
    expect(told(venue.replace(1, { orderQty: 3 }))).toEqual([
      "OrderReplaced #1 3 leaves 3 at 10 in place",
    ]);
    expect(told(venue.replace(1, { price: 10 }))).toEqual([
      "OrderReplaced #1 3 leaves 3 at 10 in place",
    ]);
    expect(told(venue.replace(1, { orderQty: 4 }))).toEqual(["OrderReplaced #1 4 leaves 4 at 10"]);
    expect(told(venue.order(3, Buy, 1, 10, { accountID: 2 }))[1]).toBe(
      "Trade #2 with #3 1 at 10 leaves 4, 0",
    );
    expect(told(venue.replace(2, { orderQty: 5, losePriority: true }))).toEqual([
      "OrderReplaced #2 5 leaves 4 at 10",
    ]);
    expect(told(venue.order(4, Buy, 1, 10, { accountID: 2 }))[1]).toBe(
      "Trade #1 with #4 1 at 10 leaves 3, 0",
    );
  });

  test("a replace to a crossing price trades as a taker, and what is left rests", () => {
    const venue = Scenario.open();
    venue.order(1, Sell, 2, 10, { accountID: 2 });
    venue.order(2, Buy, 5, 9);
    expect(told(venue.replace(2, { price: 10 }))).toEqual([
      "OrderReplaced #2 5 leaves 5 at 10",
      "Trade #1 with #2 2 at 10 leaves 0, 3",
    ]);
    expect(venue.engine.state().resting.size).toBe(1);
  });

  test("a replace to what is filled already closes the order, whatever the grid", () => {
    const venue = Scenario.open({ lotSize: 2 });
    venue.order(1, Buy, 6, 10);
    venue.order(2, Sell, 4, 10, { accountID: 2 });
    expect(told(venue.replace(1, { orderQty: 3 }))).toEqual([
      "OrderReplaced #1 4 leaves 0 at 10",
      "OrderCanceled #1 ReplacedBelowCumQty canceled 2 cum 4",
    ]);
    expect(told(venue.cancel(1))).toEqual(["OrderCancelReject UnknownOrder"]);
  });

  test("prevented quantity is used up by a replace", () => {
    const venue = Scenario.open({ selfTradePrevention: SelfTradePrevention.Decrement });
    venue.order(1, Sell, 5, 10);
    venue.order(2, Buy, 2, 10);
    expect(told(venue.replace(1, { orderQty: 4 }))).toEqual([
      "OrderReplaced #1 4 leaves 2 at 10 in place",
    ]);
    expect(told(venue.replace(1, { orderQty: 2 }))).toEqual([
      "OrderReplaced #1 0 leaves 0 at 10",
      "OrderCanceled #1 ReplacedBelowCumQty canceled 2 cum 0",
    ]);
  });

  test("the checks of a replace come in their order", () => {
    const venue = Scenario.open({ tickSize: 5, lotSize: 2 });
    venue.order(1, Sell, 2, 20, { accountID: 2 });
    venue.order(2, Buy, 4, 10, { execInst: 1 });
    const reject = (changes: Parameters<Scenario["replace"]>[1]) =>
      told(venue.replace(2, changes)).at(0);
    expect(reject({ validUntil: 1, accountID: 9 })).toBe("OrderCancelReject TooLateToEnter");
    expect(reject({ accountID: 9 })).toBe("OrderCancelReject UnknownAccount");
    expect(reject({ accountID: 2 })).toBe("OrderCancelReject UnknownOrder");
    expect(reject({})).toBe("OrderCancelReject NothingToReplace");
    expect(reject({ price: -5, orderQty: 3 })).toBe("OrderCancelReject PriceOutOfRange");
    expect(reject({ price: 21, orderQty: 3 })).toBe("OrderCancelReject InvalidPriceIncrement");
    expect(reject({ price: 20, orderQty: 3 })).toBe("OrderCancelReject IncorrectQuantity");
    expect(reject({ price: 20, orderQty: 2 })).toBe("OrderCancelReject PostOnlyWouldCross");
    venue.status(TradingState.Halt);
    expect(reject({})).toBe("OrderCancelReject ExchangeClosed");
    expect(venue.engine.state().instruments[0]?.bids[0]).toMatchObject({ price: 10, orderQty: 4n });
  });
});
