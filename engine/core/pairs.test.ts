import { describe, expect, test } from "bun:test";

import {
  BusinessRejectReason,
  CancelReason,
  ContingencyType,
  CxlRejReason,
  OrdRejReason,
  OrdType,
  SelfTradePrevention,
  Side,
  TimeInForce,
  TradingState,
} from "../../schema/generated/enums.ts";
import type { NewOrderSingle } from "../../schema/generated/new-order-single.ts";
import type { Event } from "../../schema/generated/records.ts";
import { bob, brief, itemID, orderID, Partition } from "./core.fixture.ts";
import type { WantedItem } from "./core.fixture.ts";
import { Engine } from "./engine.ts";

const { Buy, Sell } = Side;
const { Stop, StopLimit } = OrdType;
type Leg = Partial<Omit<NewOrderSingle, "kind">>;

/** A limit order to sell at 110, a stop at 90: out of a position with a gain, or with a loss. */
const gain: Leg = { side: Sell, price: 110 };
const loss: Leg = { side: Sell, ordType: Stop, price: 0, stopPx: 90 };

function pair(partition: Partition, first: Leg = gain, second: Leg = loss): readonly Event[] {
  const items: WantedItem[] = [
    ["new", first],
    ["new", second],
  ];
  return partition.list(items, { contingencyType: ContingencyType.OneCancelsTheOther });
}

/** Bob sells to himself no more: carol buys what he sells at `price`, the last trade. */
function trade(partition: Partition, price: number): readonly Event[] {
  partition.order({ accountID: bob, side: Sell, price, orderQty: 1 });
  return partition.order({ accountID: 1003, price, orderQty: 1 });
}

/** The events' kinds, a cancel with the place of its order in the list and why. */
function told(events: readonly Event[]): string[] {
  const reasons = new Map<number, string>(
    Object.entries(CancelReason).map(([name, reason]) => [reason, name]),
  );
  return events.map((event) => {
    if (event.kind !== "OrderCanceled") return brief([event])[0] ?? "";
    return `canceled ${event.orderID.slice(-2)} ${reasons.get(event.cancelReason)}`;
  });
}

/** Last two digits of the id of a leg of the list of command 5, as told tells it. */
const legs = [0, 1].map((index) => orderID(itemID(5, index)).slice(-2));
const [first = "", second = ""] = legs;

describe("rule 19: one cancels the other (SEMANTICS §4b)", () => {
  test("a pair is accepted as one, and names its orders", () => {
    const partition = Partition.open();
    const events = pair(partition);
    expect(told(events)).toEqual(["ListAccepted", "OrderAccepted", "OrderAccepted"]);
    expect(events[0]).toMatchObject({
      firstOrderID: orderID(itemID(5, 0)),
      secondOrderID: orderID(itemID(5, 1)),
    });
    expect(partition.state().pairs).toHaveLength(1);
  });

  test("a fill of one removes the other right behind the trade, also one of a single unit", () => {
    const partition = Partition.open();
    pair(partition);
    const events = partition.order({ accountID: bob, price: 110, orderQty: 1 });
    expect(told(events)).toEqual([
      "OrderAccepted",
      "Trade 5x6 1@110",
      `canceled ${second} OtherLeg`,
    ]);
    expect(events[2]).toMatchObject({ otherOrderID: orderID(itemID(5, 0)), canceledQty: 10 });
    expect(partition.state().pairs).toEqual([]);
    expect(partition.book()).toBe("5 9@110");
  });

  test("a trigger of one removes the other before anything else", () => {
    const partition = Partition.open();
    pair(partition);
    partition.order({ accountID: bob, price: 85, orderQty: 4 });
    expect(told(trade(partition, 90)).slice(-4)).toEqual([
      "OrderTriggered",
      `canceled ${first} OtherLeg`,
      "Trade 6x5 4@85",
      `canceled ${second} NoLiquidity`,
    ]);
  });

  test("one that is reached by the trade that fills the other is canceled, not triggered", () => {
    const partition = Partition.open();
    pair(partition, gain, { ...loss, stopPx: 110 });
    const events = partition.order({ accountID: bob, price: 110, orderQty: 3 });
    expect(told(events)).toEqual([
      "OrderAccepted",
      "Trade 5x6 3@110",
      `canceled ${second} OtherLeg`,
    ]);
  });

  test("one that stands in the queue of the cascade leaves it when the other is triggered first", () => {
    const partition = Partition.open();
    pair(partition, { ...loss, stopPx: 95 }, loss);
    expect(told(trade(partition, 90)).slice(-3)).toEqual([
      "OrderTriggered",
      `canceled ${second} OtherLeg`,
      `canceled ${first} NoLiquidity`,
    ]);
  });

  test.each([
    ["a cancel", (p: Partition) => p.cancel({ orderID: orderID(itemID(5, 1)) }), "Requested"],
    ["a mass cancel", (p: Partition) => p.massCancel(), "MassCancel"],
  ])("%s of one cancels both", (_, act, reason) => {
    const partition = Partition.open();
    pair(partition, loss, { ...loss, stopPx: 80 });
    const [one, other] = reason === "Requested" ? [second, first] : [first, second];
    expect(told(act(partition)).slice(0, 2)).toEqual([
      `canceled ${one} ${reason}`,
      `canceled ${other} OtherLeg`,
    ]);
    expect(partition.engine.orderCount).toBe(0);
  });

  test("a mass cancel and a dead-man timer count both, whichever goes first", () => {
    const partition = Partition.open();
    pair(partition);
    expect(partition.massCancel().at(-1)).toMatchObject({ totalAffectedOrders: 2 });
    pair(partition);
    partition.timer(5);
    expect(partition.tick(5).at(-2)).toMatchObject({ totalAffectedOrders: 2 });
  });

  test("an expiry of one, and the end of the day, take the other along once", () => {
    const partition = Partition.open();
    const { GTD, Day } = TimeInForce;
    pair(partition, gain, { ...loss, timeInForce: GTD, expireTime: partition.time + 10 });
    expect(told(partition.tick(10))).toEqual([
      `canceled ${second} Expired`,
      `canceled ${first} OtherLeg`,
      "TimeTicked",
    ]);
    pair(partition, { ...gain, timeInForce: Day }, { ...loss, timeInForce: Day });
    const canceled = partition
      .setState(TradingState.Closed)
      .filter(({ kind }) => kind === "OrderCanceled");
    expect(canceled).toHaveLength(2);
  });

  test("an uncross in which one trades removes the other right behind the trade", () => {
    const partition = Partition.open();
    partition.setState(TradingState.Auction);
    pair(partition, gain, { ...loss, stopPx: 120 });
    partition.order({ accountID: bob, price: 111, orderQty: 4 });
    expect(told(partition.setState(TradingState.Open)).slice(1)).toEqual([
      "Trade 7x6 4@110",
      expect.stringContaining("OtherLeg"),
    ]);
    expect(partition.state().pairs).toEqual([]);
  });

  test("self-trade prevention that ends one ends both; that lowers one, neither", () => {
    const partition = Partition.open();
    pair(partition);
    const { Decrement } = SelfTradePrevention;
    partition.order({ price: 110, orderQty: 4, selfTradePrevention: Decrement });
    expect(partition.state().pairs).toHaveLength(1);
    const events = partition.order({ price: 110, orderQty: 6, selfTradePrevention: Decrement });
    expect(told(events).slice(1)).toEqual([
      "SelfTradePrevented 5x7 6",
      `canceled ${first} SelfTrade`,
      `canceled ${second} OtherLeg`,
      expect.stringContaining("SelfTrade"),
    ]);
  });
});

describe("rule 19: entry of a pair", () => {
  test("a leg that trades at once leaves the other canceled at its entry", () => {
    const partition = Partition.open();
    partition.order({ accountID: bob, price: 110, orderQty: 4 });
    expect(told(pair(partition)).slice(1)).toEqual([
      "OrderAccepted",
      "Trade 5x6 4@110",
      "OrderAccepted",
      expect.stringContaining("OtherLeg"),
    ]);
    expect(partition.book()).toBe("6 6@110");
  });

  test("a second leg that trades or is reached at once cancels the first", () => {
    const partition = Partition.open();
    trade(partition, 100);
    expect(told(pair(partition, gain, { ...loss, stopPx: 100 })).slice(3)).toEqual([
      "OrderTriggered",
      expect.stringContaining("OtherLeg"),
      expect.stringContaining("NoLiquidity"),
    ]);
    expect(partition.engine.orderCount).toBe(0);
  });

  test("a refused leg refuses the other", () => {
    const partition = Partition.open();
    const { OtherLegRefused, PriceOutOfRange } = OrdRejReason;
    expect(told(pair(partition, { ...gain, price: -1 })).slice(1)).toEqual([
      `OrderRejected ${PriceOutOfRange}`,
      `OrderRejected ${OtherLegRefused}`,
    ]);
    expect(told(pair(partition, gain, { ...loss, stopPx: -5 })).slice(1)).toEqual([
      `OrderRejected ${OtherLegRefused}`,
      `OrderRejected ${PriceOutOfRange}`,
    ]);
    expect(partition.engine.orderCount).toBe(0);
  });

  test("a leg that is a repeat says so, and the other is refused", () => {
    const partition = Partition.open();
    partition.order({ price: 50 });
    expect(told(pair(partition, { ...gain, orderID: orderID(5) })).slice(1)).toEqual([
      "Duplicate",
      `OrderRejected ${OrdRejReason.OtherLegRefused}`,
    ]);
  });

  test("the second leg counts behind the first for caps and room", () => {
    const capped = Partition.open();
    capped.limit({ openOrderCountMax: 1 });
    expect(told(pair(capped)).slice(1)).toEqual([
      `OrderRejected ${OrdRejReason.OtherLegRefused}`,
      `OrderRejected ${OrdRejReason.OpenOrderCapReached}`,
    ]);
    const full = Partition.open({ orderCountMax: 1 });
    expect(told(pair(full)).at(-1)).toBe(`OrderRejected ${OrdRejReason.OrderCapacityReached}`);
    const worth = Partition.open();
    worth.limit({ openNotionalMax: 2_000n });
    const stopLimit = { ...loss, ordType: StopLimit, price: 95 };
    expect(told(pair(worth, gain, stopLimit)).at(-1)).toBe(
      `OrderRejected ${OrdRejReason.OpenNotionalCapReached}`,
    );
  });

  test.each([
    ["two limits", gain, { ...gain, price: 111 }],
    ["another side", gain, { ...loss, side: Buy }],
    ["another quantity", gain, { ...loss, orderQty: 11 }],
    ["an order that may not stay", { ...gain, timeInForce: TimeInForce.IOC }, loss],
    ["a market order", { ...gain, ordType: OrdType.Market, price: 0 }, loss],
    ["a stop that starts where the market is", gain, { ...loss, stopPx: 0, pegOffsetValue: 5 }],
    ["one id twice", { ...gain, orderID: orderID(77) }, { ...loss, orderID: orderID(77) }],
  ])("%s: InvalidList", (_, one, other) => {
    const partition = Partition.open();
    expect(brief(pair(partition, one, other))).toEqual([
      `BusinessMessageReject ${BusinessRejectReason.InvalidList}`,
    ]);
  });
});

describe("rule 19: a replace of a leg", () => {
  test("a new quantity is the other's too; a new price is its own", () => {
    const partition = Partition.open();
    pair(partition);
    const id = orderID(itemID(5, 1));
    const events = partition.replace({ orderID: id, orderQty: 4, stopPx: 92 });
    expect(told(events)).toEqual(["OrderReplaced 5 4@0", "OrderReplaced 5 4@110"]);
    expect(events).toMatchObject([
      { orderID: id, stopPx: 92, keptPriority: false },
      { orderID: orderID(itemID(5, 0)), keptPriority: true },
    ]);
    expect(told(partition.replace({ orderID: id, stopPx: 93 }))).toEqual(["OrderReplaced 5 4@0"]);
    expect(partition.state().pairs).toHaveLength(1);
  });

  test("an increase costs both their places", () => {
    const partition = Partition.open();
    pair(partition);
    partition.order({ accountID: bob, side: Sell, price: 110, orderQty: 1 });
    partition.replace({ orderID: orderID(itemID(5, 1)), orderQty: 12 });
    expect(partition.book()).toBe("6 1@110, 5 12@110");
  });

  test("one that trades cancels the other, which is not resized then", () => {
    const partition = Partition.open();
    pair(partition);
    partition.order({ accountID: bob, price: 100, orderQty: 3 });
    const id = orderID(itemID(5, 0));
    const events = partition.replace({ orderID: id, price: 100, orderQty: 8 });
    expect(told(events)).toEqual([
      "OrderReplaced 5 8@100",
      "Trade 6x5 3@100",
      `canceled ${second} OtherLeg`,
    ]);
  });

  test("is refused where the other leg's new quantity is", () => {
    const partition = Partition.open();
    const stopLimit = { ...loss, ordType: StopLimit, price: 95 };
    pair(partition, { ...gain, displayQty: 1 }, stopLimit);
    const id = orderID(itemID(5, 1));
    const { IncorrectQuantity, OpenNotionalCapReached } = CxlRejReason;
    expect(told(partition.replace({ orderID: id, orderQty: 101 }))).toEqual([
      `OrderCancelReject ${IncorrectQuantity}`,
    ]);
    partition.limit({ openNotionalMax: 2_100n });
    expect(told(partition.replace({ orderID: id, orderQty: 11 }))).toEqual([
      `OrderCancelReject ${OpenNotionalCapReached}`,
    ]);
  });
});

test("rule 19: a pair survives a snapshot", () => {
  const partition = Partition.open();
  pair(partition, gain, { ...loss, pegOffsetValue: 3 });
  const bytes = partition.serialise();
  partition.engine = Engine.restore(bytes);
  expect(partition.serialise()).toEqual(bytes);
  const events = partition.order({ accountID: bob, price: 110 });
  expect(told(events).at(-1)).toBe(`canceled ${second} OtherLeg`);
});
