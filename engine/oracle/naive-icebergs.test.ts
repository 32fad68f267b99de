import { describe, expect, test } from "bun:test";

import { OrdType, SelfTradePrevention, Side, TimeInForce } from "../../schema/generated/enums.ts";
import { Scenario, told } from "./scenario.ts";

const { Buy, Sell } = Side;
const { IOC, FOK } = TimeInForce;

const mine = { accountID: 2 };

describe("rule 20: an iceberg", () => {
  test("takes with its full size and rests with what it shows", () => {
    const venue = Scenario.open();
    venue.order(1, Sell, 30, 100, mine);
    expect(told(venue.order(2, Buy, 50, 100, { displayQty: 5 }))).toEqual([
      "OrderAccepted",
      "Trade #1 with #2 30 at 100 leaves 0, 20",
    ]);
    venue.order(3, Buy, 5, 100, mine);
    expect(told(venue.order(4, Sell, 8, 100, { accountID: 3 }))).toEqual([
      "OrderAccepted",
      "Trade #2 with #4 5 at 100 leaves 15, 3",
      "Trade #3 with #4 3 at 100 leaves 2, 0",
    ]);
  });

  test("loses its place at each refill, and keeps it while it shows something", () => {
    const venue = Scenario.open();
    venue.order(1, Sell, 12, 100, { ...mine, displayQty: 5 });
    venue.order(2, Sell, 4, 100, mine);
    expect(told(venue.order(3, Buy, 2, 100))).toContain("Trade #1 with #3 2 at 100 leaves 10, 0");
    expect(told(venue.order(4, Buy, 14, 100))).toEqual([
      "OrderAccepted",
      "Trade #1 with #4 3 at 100 leaves 7, 11",
      "Trade #2 with #4 4 at 100 leaves 0, 7",
      "Trade #1 with #4 5 at 100 leaves 2, 2",
      "Trade #1 with #4 2 at 100 leaves 0, 0",
    ]);
  });

  test("all that a level shows trades before what it hides", () => {
    const venue = Scenario.open();
    venue.order(1, Sell, 10, 100, { ...mine, displayQty: 1 });
    venue.order(2, Sell, 10, 100, { ...mine, displayQty: 2 });
    venue.order(3, Sell, 3, 100, mine);
    const trades = told(venue.order(4, Buy, 9, 100)).filter((line) => line.startsWith("Trade"));
    expect(trades.map((line) => line.split(" at ")[0])).toEqual([
      "Trade #1 with #4 1",
      "Trade #2 with #4 2",
      "Trade #3 with #4 3",
      "Trade #1 with #4 1",
      "Trade #2 with #4 2",
    ]);
  });

  test("keeps its place by a decrease, and shows no more than is left", () => {
    const venue = Scenario.open();
    venue.order(1, Sell, 10, 100, { ...mine, displayQty: 5 });
    venue.order(2, Sell, 5, 100, mine);
    expect(told(venue.replace(1, { ...mine, orderQty: 3 }))).toEqual([
      "OrderReplaced #1 3 leaves 3 at 100 in place",
    ]);
    expect(told(venue.order(3, Buy, 4, 100))).toEqual([
      "OrderAccepted",
      "Trade #1 with #3 3 at 100 leaves 0, 1",
      "Trade #2 with #3 1 at 100 leaves 4, 0",
    ]);
  });

  test("rule 14: FOK counts what it hides, but not what comes after an own order", () => {
    const venue = Scenario.open();
    venue.order(1, Sell, 10, 100, { ...mine, displayQty: 2 });
    expect(told(venue.order(2, Buy, 10, 100, { timeInForce: FOK })).at(-1)).toBe(
      "Trade #1 with #2 2 at 100 leaves 0, 0",
    );
    venue.order(3, Sell, 10, 100, { ...mine, displayQty: 2 });
    venue.order(4, Sell, 1, 100);
    expect(told(venue.order(5, Buy, 3, 100, { timeInForce: FOK }))).toEqual([
      "OrderAccepted",
      "OrderCanceled #5 FillOrKill canceled 3 cum 0",
    ]);
    expect(told(venue.order(6, Buy, 2, 100, { timeInForce: FOK })).at(-1)).toBe(
      "Trade #3 with #6 2 at 100 leaves 8, 0",
    );
  });

  test("rule 24: decrement takes what it shows, part by part", () => {
    const venue = Scenario.open();
    venue.order(1, Sell, 3, 100, { displayQty: 2 });
    const { Decrement } = SelfTradePrevention;
    expect(told(venue.order(2, Buy, 4, 100, { selfTradePrevention: Decrement }))).toEqual([
      "OrderAccepted",
      "SelfTradePrevented #1 with #2 2 leaves 1, 2",
      "SelfTradePrevented #1 with #2 1 leaves 0, 1",
      "OrderCanceled #1 SelfTrade canceled 0 cum 0",
    ]);
  });

  test("a stop-limit may be one once it is triggered", () => {
    const venue = Scenario.open();
    venue.trade(100);
    venue.stop(1, Buy, 10, 100, { price: 99, displayQty: 1 });
    venue.order(2, Buy, 1, 99, mine);
    const sold = told(venue.order(3, Sell, 2, 99, { accountID: 3 }));
    expect(sold.slice(1)).toEqual([
      "Trade #1 with #3 1 at 99 leaves 9, 1",
      "Trade #2 with #3 1 at 99 leaves 0, 0",
    ]);
  });
});

describe("SEMANTICS §3: the checks of an iceberg", () => {
  test.each([
    ["IOC", { timeInForce: IOC }],
    ["market", { ordType: OrdType.Market, price: 0, timeInForce: IOC }],
    ["Stop", { ordType: OrdType.Stop, price: 0, stopPx: 5 }],
  ])("none is %s", (_, changes) => {
    const events = Scenario.open().order(1, Buy, 10, 100, { displayQty: 1, ...changes });
    expect(told(events)).toEqual(["OrderRejected UnsupportedOrderCharacteristic"]);
  });

  test("it shows lots, not more than it has, and has at most 100 parts", () => {
    const venue = Scenario.open({ lotSize: 10 });
    const displayed = (orderQty: number, displayQty: number) =>
      told(venue.order(venue.seqNum, Buy, orderQty, 100, { displayQty }));
    expect(displayed(100, 5)).toEqual(["OrderRejected IncorrectQuantity"]);
    expect(displayed(100, 110)).toEqual(["OrderRejected IncorrectQuantity"]);
    expect(displayed(1_010, 10)).toEqual(["OrderRejected IncorrectQuantity"]);
    expect(displayed(1_000, 10)).toEqual(["OrderAccepted"]);
    const id = venue.seqNum - 1;
    expect(told(venue.replace(id, { orderQty: 1_010 }))).toEqual([
      "OrderCancelReject IncorrectQuantity",
    ]);
  });
});
