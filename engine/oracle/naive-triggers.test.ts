import { describe, expect, test } from "bun:test";

import { OrdType, SelfTradePrevention, Side, TimeInForce } from "../../schema/generated/enums.ts";
import type { Event } from "../../schema/generated/records.ts";
import { Scenario, told } from "./scenario.ts";

const { Buy, Sell } = Side;
const { GTC, IOC, FOK, GTD } = TimeInForce;

/** A venue where the last trade was at 100. */
function traded(): Scenario {
  const venue = Scenario.open();
  venue.trade(100);
  return venue;
}

/** What the events say of these orders. */
function toldOf(events: readonly Event[], ...ids: readonly number[]): string[] {
  return told(events).filter((line) => ids.some((id) => new RegExp(`#${id}\\b`).test(line)));
}

describe("rule 16: a stop waits for a trade at its stopPx", () => {
  test("a buy is triggered by a trade at or above it, a sell by one at or below it", () => {
    const venue = traded();
    expect(told(venue.stop(1, Buy, 5, 105))).toEqual(["OrderAccepted"]);
    expect(told(venue.stop(2, Sell, 5, 95))).toEqual(["OrderAccepted"]);
    expect(toldOf(venue.trade(104), 1, 2)).toEqual([]);
    expect(toldOf(venue.trade(96), 1, 2)).toEqual([]);
    expect(toldOf(venue.trade(105), 1, 2)).toEqual([
      "OrderTriggered #1 at 105",
      "OrderCanceled #1 NoLiquidity canceled 5 cum 0",
    ]);
    expect(toldOf(venue.trade(95), 2)).toEqual([
      "OrderTriggered #2 at 95",
      "OrderCanceled #2 NoLiquidity canceled 5 cum 0",
    ]);
  });

  test("quotes do not trigger it", () => {
    const venue = traded();
    venue.stop(1, Buy, 5, 105);
    venue.order(2, Sell, 5, 120, { accountID: 2 });
    expect(told(venue.order(3, Buy, 5, 119, { accountID: 3 }))).toEqual(["OrderAccepted"]);
  });

  test("a stop that the last trade has reached is triggered at its entry", () => {
    const venue = traded();
    expect(told(venue.stop(1, Buy, 5, 100))).toEqual([
      "OrderAccepted",
      "OrderTriggered #1 at 100",
      "OrderCanceled #1 NoLiquidity canceled 5 cum 0",
    ]);
  });

  test("before the first trade nothing is reached", () => {
    const venue = Scenario.open();
    expect(told(venue.stop(1, Sell, 5, 100))).toEqual(["OrderAccepted"]);
  });

  test("it stays reached when later trades of the same walk lead away from it", () => {
    const venue = traded();
    venue.stop(1, Sell, 1, 95);
    venue.order(2, Sell, 1, 95, { accountID: 2 });
    venue.order(3, Sell, 1, 110, { accountID: 2 });
    expect(told(venue.order(4, Buy, 2, 110, { accountID: 3 }))).toEqual([
      "OrderAccepted",
      "Trade #2 with #4 1 at 95 leaves 0, 1",
      "Trade #3 with #4 1 at 110 leaves 0, 0",
      "OrderTriggered #1 at 95",
      "OrderCanceled #1 NoLiquidity canceled 1 cum 0",
    ]);
  });

  test("a StopLimit becomes a limit order with its own timeInForce", () => {
    const venue = traded();
    venue.stop(1, Buy, 5, 105, { price: 106 });
    venue.stop(2, Buy, 5, 105, { price: 106, timeInForce: IOC });
    venue.stop(3, Buy, 5, 105, { price: 106, timeInForce: FOK });
    expect(toldOf(venue.trade(105), 1, 2, 3)).toEqual([
      "OrderTriggered #1 at 105",
      "OrderTriggered #2 at 105",
      "OrderCanceled #2 ImmediateOrCancel canceled 5 cum 0",
      "OrderTriggered #3 at 105",
      "OrderCanceled #3 FillOrKill canceled 5 cum 0",
    ]);
    expect(told(venue.order(4, Sell, 2, 106, { accountID: 2 }))).toEqual([
      "OrderAccepted",
      "Trade #1 with #4 2 at 106 leaves 3, 0",
    ]);
  });
});

describe("rule 17: the cascade", () => {
  test("starts when the taker has its end state, by stopPx from the last trade on, then by arrival", () => {
    const venue = traded();
    venue.stop(1, Buy, 1, 106);
    venue.stop(2, Buy, 1, 105);
    venue.stop(3, Buy, 1, 106);
    venue.stop(4, Buy, 1, 107);
    expect(toldOf(venue.trade(106), 1, 2, 3, 4).filter((line) => line.includes("Tr"))).toEqual([
      "OrderTriggered #2 at 105",
      "OrderTriggered #1 at 106",
      "OrderTriggered #3 at 106",
    ]);
  });

  test("goes on until nothing is reached any more", () => {
    const venue = traded();
    venue.stop(1, Buy, 1, 101);
    venue.stop(2, Buy, 1, 102);
    venue.stop(3, Buy, 1, 104);
    venue.order(4, Sell, 1, 102, { accountID: 2 });
    venue.order(5, Sell, 1, 103, { accountID: 2 });
    expect(toldOf(venue.trade(101), 1, 2, 3)).toEqual([
      "OrderTriggered #1 at 101",
      "Trade #4 with #1 1 at 102 leaves 0, 0",
      "OrderTriggered #2 at 102",
      "Trade #5 with #2 1 at 103 leaves 0, 0",
    ]);
  });

  test("takes what one walk has reached before what the next one reaches", () => {
    const venue = traded();
    venue.stop(1, Buy, 1, 101);
    venue.stop(2, Buy, 1, 101);
    venue.stop(3, Sell, 1, 90);
    venue.order(4, Sell, 1, 102, { accountID: 2 });
    venue.stop(5, Buy, 1, 102);
    const events = venue.trade(101);
    expect(toldOf(events, 1, 2, 5).filter((line) => line.startsWith("OrderT"))).toEqual([
      "OrderTriggered #1 at 101",
      "OrderTriggered #2 at 101",
      "OrderTriggered #5 at 102",
    ]);
  });

  test("buys come before sells where one walk reaches both", () => {
    const venue = traded();
    venue.stop(1, Sell, 1, 95);
    venue.stop(2, Buy, 1, 110);
    venue.order(3, Sell, 1, 95, { accountID: 2 });
    venue.order(4, Sell, 1, 110, { accountID: 2 });
    const events = venue.order(5, Buy, 2, 110, { accountID: 3 });
    expect(told(events).filter((line) => line.startsWith("OrderT"))).toEqual([
      "OrderTriggered #2 at 110",
      "OrderTriggered #1 at 95",
    ]);
  });

  test("a triggered order keeps its self-trade prevention", () => {
    const venue = traded();
    venue.order(1, Sell, 2, 105);
    const { CancelOldest } = SelfTradePrevention;
    venue.stop(2, Buy, 1, 104, { selfTradePrevention: CancelOldest });
    expect(toldOf(venue.trade(104), 1, 2)).toEqual([
      "OrderTriggered #2 at 104",
      "OrderCanceled #1 SelfTrade canceled 2 cum 0",
      "OrderCanceled #2 NoLiquidity canceled 1 cum 0",
    ]);
  });
});

describe("rule 18: a trailing stop", () => {
  test("starts at its distance from the last trade, and follows trades only", () => {
    const venue = traded();
    const [accepted] = venue.stop(1, Sell, 1, 0, { pegOffsetValue: 10 });
    expect(accepted).toMatchObject({ stopPx: 90, pegOffsetValue: 10 });
    venue.trade(120);
    venue.trade(111);
    venue.order(2, Buy, 1, 100, { accountID: 2 });
    expect(toldOf(venue.order(3, Sell, 1, 100, { accountID: 3 }), 1)).toEqual([
      "OrderTriggered #1 at 110",
      "OrderCanceled #1 NoLiquidity canceled 1 cum 0",
    ]);
  });

  test("starts at its stopPx where it names one", () => {
    const venue = traded();
    venue.stop(1, Buy, 1, 104, { pegOffsetValue: 10 });
    venue.trade(97);
    expect(toldOf(venue.trade(103), 1)).toEqual([]);
    expect(toldOf(venue.trade(104), 1)[0]).toBe("OrderTriggered #1 at 104");
  });

  test("is not moved by trades before its entry", () => {
    const venue = traded();
    venue.trade(200);
    venue.trade(100);
    venue.stop(1, Sell, 1, 0, { pegOffsetValue: 10 });
    expect(toldOf(venue.trade(91), 1)).toEqual([]);
    expect(toldOf(venue.trade(90), 1)[0]).toBe("OrderTriggered #1 at 90");
  });

  test("without a stopPx needs a trade to start from, and a stopPx in the range of prices", () => {
    const venue = Scenario.open();
    const trailing = { pegOffsetValue: 10 };
    expect(told(venue.stop(1, Sell, 1, 0, trailing))).toEqual(["OrderRejected NoReferencePrice"]);
    venue.trade(10);
    expect(told(venue.stop(2, Sell, 1, 0, trailing))).toEqual(["OrderRejected NoReferencePrice"]);
    expect(told(venue.stop(3, Buy, 1, 0, trailing))).toEqual(["OrderAccepted"]);
  });
});

describe("SEMANTICS §3: the checks of a stop", () => {
  test.each([
    ["a stop with neither stopPx nor pegOffsetValue", { ordType: OrdType.Stop, stopPx: 0 }],
    ["a stop with a price", { ordType: OrdType.Stop, price: 5 }],
    ["a stop by cash", { cashOrderQty: 1n, orderQty: 0 }],
    ["a stop without a quantity", { orderQty: 0 }],
    ["a stop-limit without a price", { ordType: OrdType.StopLimit, price: 0 }],
    ["a post-only stop-limit", { price: 5, execInst: 1 }],
    ["a limit order with a stopPx", { ordType: OrdType.Limit, price: 5 }],
    ["a market order that trails", { ordType: OrdType.Market, stopPx: 0, pegOffsetValue: 1 }],
  ])("%s does not go together", (_, changes) => {
    const events = traded().stop(1, Buy, 1, 105, changes);
    expect(told(events)).toEqual(["OrderRejected UnsupportedOrderCharacteristic"]);
  });

  test("stopPx and pegOffsetValue are prices", () => {
    const venue = Scenario.open({ tickSize: 5 });
    expect(told(venue.stop(1, Buy, 1, -5))).toEqual(["OrderRejected PriceOutOfRange"]);
    expect(told(venue.stop(2, Buy, 1, 101))).toEqual(["OrderRejected InvalidPriceIncrement"]);
    expect(told(venue.stop(3, Buy, 1, 100, { pegOffsetValue: 3 }))).toEqual([
      "OrderRejected InvalidPriceIncrement",
    ]);
  });

  test("a stop counts as an open order from its acceptance on", () => {
    const venue = Scenario.open({}, { orderCountMax: 1 });
    venue.stop(1, Buy, 1, 105);
    expect(told(venue.order(2, Buy, 1, 100))).toEqual(["OrderRejected OrderCapacityReached"]);
    expect(told(venue.stop(3, Buy, 1, 105))).toEqual(["OrderRejected OrderCapacityReached"]);
  });
});

describe("an order that waits", () => {
  test("is canceled, expires and is replaced as one that rests", () => {
    const venue = traded();
    venue.stop(1, Buy, 5, 105);
    expect(told(venue.cancel(1))).toEqual(["OrderCanceled #1 Requested canceled 5 cum 0"]);
    venue.stop(2, Buy, 5, 105, { timeInForce: GTD, expireTime: venue.time + 10 });
    venue.time += 10;
    expect(told(venue.tick())).toEqual(["OrderCanceled #2 Expired canceled 5 cum 0", "TimeTicked"]);
    venue.stop(3, Buy, 5, 105);
    const [replaced] = venue.replace(3, { stopPx: 106, orderQty: 4 });
    expect(replaced).toMatchObject({ orderQty: 4, leavesQty: 4, stopPx: 106, keptPriority: false });
    expect(toldOf(venue.trade(105), 3)).toEqual([]);
    expect(toldOf(venue.trade(106), 3)[0]).toBe("OrderTriggered #3 at 106");
  });

  test("rule 26: loses its place by a replace that does more than decrease", () => {
    const venue = traded();
    for (const id of [1, 2, 3]) venue.stop(id, Buy, 5, 105);
    expect(told(venue.replace(1, { orderQty: 4 }))).toEqual([
      "OrderReplaced #1 4 leaves 4 at 0 in place",
    ]);
    expect(told(venue.replace(2, { orderQty: 6 }))).toEqual(["OrderReplaced #2 6 leaves 6 at 0"]);
    const triggered = told(venue.trade(105)).filter((line) => line.startsWith("OrderT"));
    expect(triggered.map((line) => line.split(" ")[1])).toEqual(["#1", "#3", "#2"]);
  });

  test("is triggered at once by a replace that moves its stopPx behind the last trade", () => {
    const venue = traded();
    venue.stop(1, Sell, 5, 95, { price: 90 });
    expect(told(venue.replace(1, { stopPx: 100, price: 99 }))).toEqual([
      "OrderReplaced #1 5 leaves 5 at 99",
      "OrderTriggered #1 at 100",
    ]);
  });

  test("takes a stopPx, and a price only where it has one; an order that does not wait takes no stopPx", () => {
    const venue = traded();
    venue.stop(1, Buy, 5, 105);
    venue.order(2, Buy, 5, 50);
    const refusal = ["OrderCancelReject UnsupportedOrderCharacteristic"];
    expect(told(venue.replace(1, { price: 100 }))).toEqual(refusal);
    expect(told(venue.replace(2, { stopPx: 100 }))).toEqual(refusal);
  });

  test("rule 31: is covered by a mass cancel, after what rests, in the order of triggering", () => {
    const venue = traded();
    venue.stop(1, Sell, 5, 95);
    venue.stop(2, Buy, 5, 107);
    venue.stop(3, Buy, 5, 105);
    venue.order(4, Sell, 5, 130);
    expect(told(venue.massCancel()).map((line) => line.split(" ")[1])).toEqual([
      "#4",
      "#3",
      "#2",
      "#1",
      "4",
    ]);
  });

  test("keeps its entry in the id window for as long as it waits", () => {
    const venue = Scenario.open({}, { idWindowMs: 1 });
    venue.stop(1, Buy, 5, 105);
    venue.time += 1_000;
    expect(told(venue.stop(1, Buy, 5, 105))).toEqual(["Duplicate of 5 reason 0"]);
  });

  test("GTC, GTD and IOC: a triggered Stop never rests", () => {
    const venue = traded();
    venue.stop(1, Buy, 1, 105, { timeInForce: GTC });
    venue.stop(2, Buy, 1, 105, { timeInForce: GTD, expireTime: venue.time + 1_000 });
    venue.stop(3, Buy, 1, 105, { timeInForce: IOC });
    venue.stop(4, Buy, 1, 105, { timeInForce: FOK });
    expect(
      toldOf(venue.trade(105), 1, 2, 3, 4).filter((line) => !line.startsWith("OrderT")),
    ).toEqual([
      "OrderCanceled #1 NoLiquidity canceled 1 cum 0",
      "OrderCanceled #2 NoLiquidity canceled 1 cum 0",
      "OrderCanceled #3 NoLiquidity canceled 1 cum 0",
      "OrderCanceled #4 FillOrKill canceled 1 cum 0",
    ]);
  });
});
