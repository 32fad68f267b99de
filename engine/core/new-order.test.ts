import { describe, expect, test } from "bun:test";

import {
  AccountStatus,
  CancelReason,
  ExecInst,
  OrdRejReason,
  OrdStatus,
  OrdType,
  SelfTradePrevention,
  Side,
  TimeInForce,
  TradingState,
} from "../../schema/generated/enums.ts";
import type { NewOrderSingle } from "../../schema/generated/new-order-single.ts";
import type { Event } from "../../schema/generated/records.ts";
import { alice, bob, brief, carol, orderID, Partition, symbol } from "./core.fixture.ts";

type Fields = Partial<NewOrderSingle>;

const { GTC, IOC, FOK, GTD } = TimeInForce;
const { Market, Limit } = OrdType;

function reasonOf(events: readonly Event[]): OrdRejReason {
  const [event] = events;
  return event?.kind === "OrderRejected" ? event.ordRejReason : OrdRejReason.None;
}

describe("the checks of a new order come in their order (SEMANTICS §3)", () => {
  const foreign = "00000000-0000-8000-8000-000000000001";
  /** Each check's fault; a command with all of them from one on is refused for that one. */
  const faults: readonly [OrdRejReason, Fields][] = [
    [OrdRejReason.TooLateToEnter, { validUntil: 1 }],
    [OrdRejReason.UnknownSymbol, { symbol: "NONE" }],
    [OrdRejReason.WrongPartition, { orderID: foreign }],
    [OrdRejReason.UnknownAccount, { accountID: 77 }],
    [OrdRejReason.AccountDisabled, { accountID: carol }],
    [OrdRejReason.ExchangeClosed, {}],
    [OrdRejReason.UnsupportedOrderCharacteristic, { timeInForce: GTD, expireTime: 0 }],
    [OrdRejReason.ExpireTimePassed, { timeInForce: GTD, expireTime: 5 }],
    [OrdRejReason.PriceOutOfRange, { price: -15 }],
    [OrdRejReason.InvalidPriceIncrement, { price: 103 }],
    [OrdRejReason.IncorrectQuantity, { orderQty: 7 }],
    [OrdRejReason.OrderCapacityReached, { timeInForce: GTC, expireTime: 0 }],
    [OrdRejReason.PostOnlyWouldCross, {}],
  ];
  /** Faults of the partition rather than of the command, in force up to their check. */
  const crossing: Fields = { price: 110, orderQty: 20, execInst: ExecInst.postOnly };

  function fullPartition(): Partition {
    const partition = Partition.open({ orderCountMax: 1 }, { tickSize: 5, lotSize: 10 });
    partition.defineAccount(carol, AccountStatus.Disabled);
    partition.order({ accountID: bob, side: Side.Sell, price: 110, orderQty: 10 });
    return partition;
  }

  for (const [index, [reason]] of faults.entries()) {
    const name = Object.entries(OrdRejReason).find(([, code]) => code === reason)?.[0] ?? "";
    test(`${name} decides over all that come after it`, () => {
      const partition = fullPartition();
      if (reason === OrdRejReason.PostOnlyWouldCross)
        partition.market({ orderQty: 0, cashOrderQty: 1n });
      const from = faults.slice(index).toReversed();
      const fields = from.reduce<Fields>((sum, [, fault]) => ({ ...sum, ...fault }), crossing);
      if (index <= 5) partition.setState(TradingState.Halt);
      if (reason === OrdRejReason.PostOnlyWouldCross) {
        const roomy = Partition.open({}, { tickSize: 5, lotSize: 10 });
        roomy.order({ accountID: bob, side: Side.Sell, price: 110, orderQty: 10 });
        expect(reasonOf(roomy.order(fields))).toBe(reason);
        return;
      }
      expect(reasonOf(partition.order(fields))).toBe(reason);
    });
  }

  test("a refusal carries the symbol's rptSeq, also for a reason checked before the symbol", () => {
    const partition = Partition.open();
    const [late] = partition.order({ validUntil: 1 });
    expect(late).toMatchObject({
      ordRejReason: OrdRejReason.TooLateToEnter,
      securityID: 1,
      rptSeq: 2,
    });
    const [unknown] = partition.order({ symbol: "NONE" });
    expect(unknown).toMatchObject({ securityID: 0, rptSeq: 0 });
    expect(partition.order()[0]).toMatchObject({ kind: "OrderAccepted", rptSeq: 3 });
  });

  test("rule 8: validUntil is tested against log time, and its own millisecond is not too late", () => {
    const partition = Partition.open();
    expect(reasonOf(partition.order({ validUntil: partition.time }))).toBe(OrdRejReason.None);
    expect(reasonOf(partition.order({ validUntil: partition.time - 1 }))).toBe(
      OrdRejReason.TooLateToEnter,
    );
  });
});

describe("fields that do not go together (check 9)", () => {
  const cases: readonly [string, Fields][] = [
    ["no side", { side: Side.None }],
    ["a limit order without a price", { price: 0 }],
    ["a limit order with cash", { cashOrderQty: 5n }],
    ["a limit order with cash instead of a quantity", { cashOrderQty: 5n, orderQty: 0 }],
    ["a limit order without a quantity", { orderQty: 0 }],
    ["a market order with a price", { ordType: Market, timeInForce: IOC }],
    ["a market order of nothing", { ordType: Market, price: 0, timeInForce: IOC, orderQty: 0 }],
    [
      "a market order by quantity and by cash",
      { ordType: Market, price: 0, timeInForce: IOC, cashOrderQty: 5n },
    ],
    ["a market order GTC", { ordType: Market, price: 0, timeInForce: GTC }],
    ["a market order GTD", { ordType: Market, price: 0, timeInForce: GTD, expireTime: 9e15 }],
    [
      "an order by cash FOK",
      { ordType: Market, price: 0, timeInForce: FOK, orderQty: 0, cashOrderQty: 5n },
    ],
    ["a post-only order IOC", { execInst: ExecInst.postOnly, timeInForce: IOC }],
    ["a post-only order FOK", { execInst: ExecInst.postOnly, timeInForce: FOK }],
    [
      "a post-only market order",
      { execInst: ExecInst.postOnly, ordType: Market, price: 0, timeInForce: IOC },
    ],
    ["GTD without an expireTime", { timeInForce: GTD }],
    ["an expireTime without GTD", { expireTime: 9e15 }],
  ];
  for (const [name, fields] of cases) {
    test(`${name} is refused`, () => {
      const partition = Partition.open();
      expect(reasonOf(partition.order(fields))).toBe(OrdRejReason.UnsupportedOrderCharacteristic);
    });
  }
});

describe("rule 2: prices and quantities of the grid (checks 10 to 13)", () => {
  test("the highest price of all is taken, and one below zero is out of range", () => {
    const partition = Partition.open();
    expect(reasonOf(partition.order({ price: 2147483647 }))).toBe(OrdRejReason.None);
    expect(reasonOf(partition.order({ price: -1 }))).toBe(OrdRejReason.PriceOutOfRange);
  });

  test("expireTime equal to now has passed", () => {
    const partition = Partition.open();
    const expireTime = partition.time;
    expect(reasonOf(partition.order({ timeInForce: GTD, expireTime }))).toBe(
      OrdRejReason.ExpireTimePassed,
    );
    expect(reasonOf(partition.order({ timeInForce: GTD, expireTime: expireTime + 1 }))).toBe(
      OrdRejReason.None,
    );
  });

  for (const [orderQty, reason] of [
    [19, OrdRejReason.IncorrectQuantity],
    [20, OrdRejReason.None],
    [25, OrdRejReason.IncorrectQuantity],
    [100, OrdRejReason.None],
    [110, OrdRejReason.IncorrectQuantity],
  ] as const) {
    test(`${orderQty} of lots of 10 between 20 and 100 is ${reason === 0 ? "taken" : "refused"}`, () => {
      const partition = Partition.open({}, { lotSize: 10, minOrderQty: 20, maxOrderQty: 100 });
      expect(reasonOf(partition.order({ orderQty }))).toBe(reason);
    });
  }

  test("a quantity of 2^53 - 1 is taken whole", () => {
    const partition = Partition.open();
    partition.order({ orderQty: Number.MAX_SAFE_INTEGER });
    const [, trade] = partition.order({ accountID: bob, side: Side.Sell, orderQty: 2 ** 53 - 2 });
    expect(trade).toMatchObject({ kind: "Trade", lastQty: 2 ** 53 - 2, makerLeavesQty: 1 });
  });
});

describe("capacity (check 14)", () => {
  test("is refused to what may rest, and to nothing else", () => {
    const partition = Partition.open({ orderCountMax: 2 });
    partition.order({ side: Side.Sell, price: 200 });
    partition.order();
    expect(reasonOf(partition.order())).toBe(OrdRejReason.OrderCapacityReached);
    const crossing = { accountID: bob, side: Side.Sell, price: 100 } as const;
    expect(reasonOf(partition.order(crossing))).toBe(OrdRejReason.OrderCapacityReached);
    expect(brief(partition.order({ ...crossing, timeInForce: IOC }))).toContain("Trade 6x9 10@100");
    expect(reasonOf(partition.order())).toBe(OrdRejReason.None);
  });
});

describe("end states (SEMANTICS §3)", () => {
  test("rule 13: what is left of an IOC order never rests", () => {
    const partition = Partition.open();
    partition.order({ side: Side.Sell, orderQty: 4 });
    expect(brief(partition.order({ accountID: bob, timeInForce: IOC }))).toEqual([
      "OrderAccepted",
      "Trade 5x6 4@100",
      `OrderCanceled 6 ${CancelReason.ImmediateOrCancel} 6`,
    ]);
    expect(partition.book()).toBe("");
  });

  test("rule 11: a market order that finds nobody is accepted, then canceled", () => {
    const partition = Partition.open();
    expect(brief(partition.market())).toEqual([
      "OrderAccepted",
      `OrderCanceled 5 ${CancelReason.NoLiquidity} 10`,
    ]);
  });

  test("rule 11: a market order takes every price there is", () => {
    const partition = Partition.open();
    partition.order({ side: Side.Sell, orderQty: 4, price: 1 });
    partition.order({ side: Side.Sell, orderQty: 6, price: 2147483647 });
    expect(brief(partition.market())).toEqual([
      "OrderAccepted",
      "Trade 5x7 4@1",
      "Trade 6x7 6@2147483647",
    ]);
  });

  test("rule 14: a FOK order that cannot be filled at once touches no maker", () => {
    const partition = Partition.open();
    partition.order({ side: Side.Sell, orderQty: 4 });
    partition.order({ side: Side.Sell, orderQty: 5, price: 101 });
    const fields = { accountID: bob, timeInForce: FOK, price: 101 } as const;
    expect(brief(partition.order(fields))).toEqual([
      "OrderAccepted",
      `OrderCanceled 7 ${CancelReason.FillOrKill} 10`,
    ]);
    expect(partition.book()).toBe("5 4@100, 6 5@101");
    expect(brief(partition.order({ ...fields, orderQty: 9 }))).toEqual([
      "OrderAccepted",
      "Trade 5x8 4@100",
      "Trade 6x8 5@101",
    ]);
  });

  test.each([100, 101])(
    "rule 15: a post-only order at %d, where a sell stands at 100, is refused whole and touches no maker",
    (price) => {
      const partition = Partition.open();
      partition.order({ accountID: bob, side: Side.Sell, orderQty: 1 });
      partition.order({ accountID: bob, side: Side.Sell, price: 102 });
      const before = partition.book();
      const fields = { price, orderQty: 50, execInst: ExecInst.postOnly } as const;
      expect(reasonOf(partition.order(fields))).toBe(OrdRejReason.PostOnlyWouldCross);
      expect(partition.book()).toBe(before);
    },
  );

  test("rule 15: a post-only order that meets an own order is refused, and prevention cancels nothing", () => {
    for (const selfTradePrevention of Object.values(SelfTradePrevention)) {
      const partition = Partition.open();
      partition.order({ side: Side.Sell });
      const fields = { selfTradePrevention, execInst: ExecInst.postOnly } as const;
      expect(reasonOf(partition.order(fields))).toBe(OrdRejReason.PostOnlyWouldCross);
      expect(partition.book()).toBe("5 10@100");
    }
  });

  test("rule 15: a post-only order one tick away rests", () => {
    const partition = Partition.open();
    partition.order({ accountID: bob, side: Side.Sell });
    expect(brief(partition.order({ price: 99, execInst: ExecInst.postOnly }))).toEqual([
      "OrderAccepted",
    ]);
  });

  test("a market order may be FOK, by quantity", () => {
    const partition = Partition.open();
    partition.order({ side: Side.Sell, orderQty: 4 });
    expect(brief(partition.market({ timeInForce: FOK }))[1]).toBe(
      `OrderCanceled 6 ${CancelReason.FillOrKill} 10`,
    );
    expect(brief(partition.market({ timeInForce: FOK, orderQty: 4 }))[1]).toBe("Trade 5x7 4@100");
  });

  test("an order keeps its identity, flags and numbers on the book", () => {
    const partition = Partition.open();
    const expireTime = partition.time + 1000;
    partition.order({ timeInForce: GTD, expireTime, execInst: ExecInst.postOnly });
    const [instrument] = partition.state().instruments;
    expect(instrument?.orders).toEqual([
      {
        orderID: orderID(5),
        accountID: alice,
        firstSeqNum: 5,
        entryRptSeq: 2,
        side: Side.Buy,
        price: 100,
        orderQty: 10,
        leavesQty: 10,
        cumQty: 0,
        preventedQty: 0,
        displayQty: 0,
        shownQty: 10,
        timeInForce: GTD,
        selfTradePrevention: SelfTradePrevention.CancelNewest,
        postOnly: true,
        expireTime,
        connectionID: 0,
      },
    ]);
  });

  test("OrderAccepted says what was ordered, with the prevention mode resolved", () => {
    const partition = Partition.open({}, { selfTradePrevention: SelfTradePrevention.Decrement });
    const order = partition.newOrder({ clOrdID: "my own id" });
    expect(partition.apply(order)[0]).toEqual({
      kind: "OrderAccepted",
      rptSeq: 2,
      securityID: 1,
      accountID: alice,
      orderID: order.orderID,
      firstSeqNum: 5,
      orderQty: 10,
      cashOrderQty: 0n,
      price: 100,
      side: Side.Buy,
      ordType: Limit,
      timeInForce: GTC,
      selfTradePrevention: SelfTradePrevention.Decrement,
      execInst: 0,
      expireTime: 0,
      clOrdID: "my own id",
    });
  });

  test("OrderRejected repeats what was asked for", () => {
    const partition = Partition.open();
    const order = partition.newOrder({ price: -3, clOrdID: "x" });
    expect(partition.apply(order)[0]).toEqual({
      kind: "OrderRejected",
      rptSeq: 2,
      securityID: 1,
      accountID: alice,
      orderID: order.orderID,
      firstSeqNum: 5,
      orderQty: 10,
      price: -3,
      ordRejReason: OrdRejReason.PriceOutOfRange,
      side: Side.Buy,
      ordType: Limit,
      timeInForce: GTC,
      symbol,
      clOrdID: "x",
    });
  });

  test("the last trade says Filled, the ones before PartiallyFilled", () => {
    const partition = Partition.open();
    partition.order({ side: Side.Sell, orderQty: 4 });
    partition.order({ side: Side.Sell, orderQty: 9 });
    const trades = partition.order({ accountID: bob }).slice(1);
    const { Filled, PartiallyFilled } = OrdStatus;
    expect(trades).toMatchObject([
      { makerOrdStatus: Filled, takerOrdStatus: PartiallyFilled, takerLeavesQty: 6 },
      { makerOrdStatus: PartiallyFilled, takerOrdStatus: Filled, makerLeavesQty: 3 },
    ]);
  });
});
