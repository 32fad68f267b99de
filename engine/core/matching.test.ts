import { describe, expect, test } from "bun:test";

import {
  CancelReason,
  OrdStatus,
  SelfTradePrevention,
  Side,
  TimeInForce,
} from "../../schema/generated/enums.ts";
import { alice, bob, brief, carol, Partition } from "./core.fixture.ts";

const { Sell } = Side;
const { FOK } = TimeInForce;
const { CancelNewest, CancelOldest, CancelBoth, Decrement } = SelfTradePrevention;
const ended = CancelReason.SelfTrade;

describe("rule 9: price, then place in the queue (SEMANTICS §5)", () => {
  test("better prices first, at the maker's price, the earlier order first within a price", () => {
    const partition = Partition.open();
    partition.order({ side: Sell, price: 102, orderQty: 3 });
    partition.order({ side: Sell, price: 101, orderQty: 2 });
    partition.order({ side: Sell, price: 101, orderQty: 4 });
    expect(brief(partition.order({ accountID: bob, price: 105, orderQty: 20 }))).toEqual([
      "OrderAccepted",
      "Trade 6x8 2@101",
      "Trade 7x8 4@101",
      "Trade 5x8 3@102",
    ]);
    expect(partition.book()).toBe("8 11@105");
  });

  test("nothing trades through the taker's limit", () => {
    const partition = Partition.open();
    partition.order({ price: 99 });
    partition.order({ price: 100 });
    expect(
      brief(partition.order({ accountID: bob, side: Sell, price: 100, orderQty: 15 })),
    ).toEqual(["OrderAccepted", "Trade 6x7 10@100"]);
    expect(partition.book()).toBe("5 10@99, 7 5@100");
  });

  test("a trade at the limit itself happens", () => {
    const partition = Partition.open();
    partition.order({ side: Sell, price: 100 });
    expect(brief(partition.order({ accountID: bob, price: 100 }))[1]).toBe("Trade 5x6 10@100");
  });

  test("a book of far apart prices is walked without a gap", () => {
    const partition = Partition.open();
    const prices = [1, 1023, 1024, 1025, 1048575, 1048576, 1048577, 2 ** 30, 2147483646];
    for (const price of prices) partition.order({ side: Sell, price, orderQty: 1 });
    const trades = partition.order({ accountID: bob, price: 2147483647, orderQty: 100 }).slice(1);
    expect(trades.map((event) => (event.kind === "Trade" ? event.lastPx : 0))).toEqual(prices);
  });

  test("so are bids, from the highest down", () => {
    const partition = Partition.open();
    const prices = [2147483647, 2 ** 30, 1048577, 1048576, 1048575, 1025, 1024, 1023, 1];
    for (const price of prices.toReversed()) partition.order({ price, orderQty: 1 });
    const trades = partition
      .order({ accountID: bob, side: Sell, price: 1, orderQty: 100 })
      .slice(1);
    expect(trades.map((event) => (event.kind === "Trade" ? event.lastPx : 0))).toEqual(prices);
  });

  test("Trade names both orders, what each has left and where they stand", () => {
    const partition = Partition.open();
    partition.order({ side: Sell, orderQty: 4, price: 98 });
    const taker = partition.newOrder({ accountID: bob, orderQty: 6 });
    expect(partition.apply(taker)[1]).toEqual({
      kind: "Trade",
      rptSeq: 4,
      securityID: 1,
      makerAccountID: alice,
      makerOrderID: taker.orderID.replace(/6$/, "5"),
      makerFirstSeqNum: 5,
      takerOrderID: taker.orderID,
      takerFirstSeqNum: 6,
      lastQty: 4,
      makerLeavesQty: 0,
      takerLeavesQty: 2,
      takerAccountID: bob,
      lastPx: 98,
      aggressorSide: Side.Buy,
      makerOrdStatus: OrdStatus.Filled,
      takerOrdStatus: OrdStatus.PartiallyFilled,
    });
  });
});

describe("rule 21: self-trade prevention: the taker's mode decides (SEMANTICS §5.1)", () => {
  /** bob's 4 in front, then alice's 10, then bob's 5. */
  function ownOrderBetween(): Partition {
    const partition = Partition.open();
    partition.order({ side: Sell, accountID: bob, orderQty: 4 });
    partition.order({ side: Sell, selfTradePrevention: Decrement });
    partition.order({ side: Sell, accountID: bob, orderQty: 5, price: 101 });
    return partition;
  }

  test("rule 22: CancelNewest ends the taker, and what it traded before stands", () => {
    const partition = ownOrderBetween();
    const taken = partition.order({ price: 101, orderQty: 20, selfTradePrevention: CancelNewest });
    expect(brief(taken)).toEqual([
      "OrderAccepted",
      "Trade 5x8 4@100",
      `OrderCanceled 8 ${ended} 16`,
    ]);
    expect(taken[2]).toMatchObject({ cumQty: 4 });
    expect(partition.book()).toBe("6 10@100, 7 5@101");
  });

  test("rule 23: CancelOldest cancels the maker and goes on", () => {
    const partition = ownOrderBetween();
    const taken = partition.order({ price: 101, orderQty: 20, selfTradePrevention: CancelOldest });
    expect(brief(taken)).toEqual([
      "OrderAccepted",
      "Trade 5x8 4@100",
      `OrderCanceled 6 ${ended} 10`,
      "Trade 7x8 5@101",
    ]);
    expect(partition.book()).toBe("8 11@101");
  });

  test("CancelBoth cancels the maker, then the taker", () => {
    const partition = ownOrderBetween();
    const taken = partition.order({ price: 101, orderQty: 20, selfTradePrevention: CancelBoth });
    expect(brief(taken)).toEqual([
      "OrderAccepted",
      "Trade 5x8 4@100",
      `OrderCanceled 6 ${ended} 10`,
      `OrderCanceled 8 ${ended} 16`,
    ]);
    expect(partition.book()).toBe("7 5@101");
  });

  test("rule 24: Decrement lowers both by the smaller; a maker with leaves keeps its place", () => {
    const partition = ownOrderBetween();
    partition.order({ side: Sell, accountID: bob, orderQty: 1 });
    const taken = partition.order({ price: 101, orderQty: 7, selfTradePrevention: Decrement });
    expect(brief(taken)).toEqual([
      "OrderAccepted",
      "Trade 5x9 4@100",
      "SelfTradePrevented 6x9 3",
      `OrderCanceled 9 ${ended} 0`,
    ]);
    expect(taken[2]).toMatchObject({ makerLeavesQty: 7, takerLeavesQty: 0, price: 100 });
    expect(taken[3]).toMatchObject({ cumQty: 4 });
    expect(partition.book()).toBe("6 7@100, 8 1@100, 7 5@101");
  });

  test("Decrement to zero on both sides cancels the maker, then the taker", () => {
    const partition = Partition.open();
    partition.order({ side: Sell });
    expect(brief(partition.order({ selfTradePrevention: Decrement }))).toEqual([
      "OrderAccepted",
      "SelfTradePrevented 5x6 10",
      `OrderCanceled 5 ${ended} 0`,
      `OrderCanceled 6 ${ended} 0`,
    ]);
    expect(partition.book()).toBe("");
  });

  test("a taker that Decrement leaves something rests with its preventedQty", () => {
    const partition = Partition.open();
    partition.order({ side: Sell, orderQty: 4 });
    partition.order({ selfTradePrevention: Decrement });
    const [order] = partition.state().instruments[0]?.orders ?? [];
    expect(order).toMatchObject({ orderQty: 10, leavesQty: 6, cumQty: 0, preventedQty: 4 });
  });

  test("Default takes the instrument's mode of the time of the order", () => {
    const partition = Partition.open();
    partition.order({ side: Sell });
    partition.defineSecurity({ selfTradePrevention: CancelOldest });
    expect(brief(partition.order())).toEqual(["OrderAccepted", `OrderCanceled 5 ${ended} 10`]);
  });
});

describe("rule 14: FOK walks as the sweep does (SEMANTICS §5)", () => {
  function withOwnInFront(): Partition {
    const partition = Partition.open();
    partition.order({ side: Sell, orderQty: 3 });
    partition.order({ side: Sell, accountID: bob });
    return partition;
  }

  test("an own order that CancelOldest would cancel is passed over", () => {
    const partition = withOwnInFront();
    const taken = partition.order({ timeInForce: FOK, selfTradePrevention: CancelOldest });
    expect(brief(taken)).toEqual([
      "OrderAccepted",
      `OrderCanceled 5 ${ended} 3`,
      "Trade 6x7 10@100",
    ]);
  });

  test("when it falls short even so, the own order stays", () => {
    const partition = withOwnInFront();
    const order = { timeInForce: FOK, selfTradePrevention: CancelOldest, orderQty: 11 } as const;
    expect(brief(partition.order(order))[1]).toBe(`OrderCanceled 7 ${CancelReason.FillOrKill} 11`);
    expect(partition.book()).toBe("5 3@100, 6 10@100");
  });

  for (const [name, mode] of Object.entries({ CancelNewest, CancelBoth, Decrement })) {
    test(`${name}: an own order ends the walk`, () => {
      const partition = withOwnInFront();
      const taken = partition.order({ timeInForce: FOK, selfTradePrevention: mode });
      expect(brief(taken)[1]).toBe(`OrderCanceled 7 ${CancelReason.FillOrKill} 10`);
      expect(partition.book()).toBe("5 3@100, 6 10@100");
    });
  }

  test("rule 25: what lies in front of the own order may suffice", () => {
    const partition = Partition.open();
    partition.order({ side: Sell, accountID: bob });
    partition.order({ side: Sell });
    expect(brief(partition.order({ timeInForce: FOK }))[1]).toBe("Trade 5x7 10@100");
  });

  test("quantities whose sum passes 2^53 - 1 suffice all the same", () => {
    const partition = Partition.open();
    const orderQty = Number.MAX_SAFE_INTEGER;
    partition.order({ side: Sell, orderQty: orderQty - 1 });
    partition.order({ side: Sell, accountID: carol, orderQty });
    const taken = partition.order({ accountID: bob, timeInForce: FOK, orderQty });
    expect(brief(taken).slice(1)).toEqual([`Trade 5x7 ${orderQty - 1}@100`, "Trade 6x7 1@100"]);
  });
});

describe("rule 12: market orders by cash", () => {
  test("take whole lots as far as the cash reaches, and end CashSpent", () => {
    const partition = Partition.open({}, { lotSize: 10 });
    partition.order({ side: Sell, orderQty: 20 });
    partition.order({ side: Sell, orderQty: 50, price: 110 });
    const taken = partition.market({ cashOrderQty: 5_000n });
    expect(brief(taken)).toEqual([
      "OrderAccepted",
      "Trade 5x7 20@100",
      "Trade 6x7 20@110",
      `OrderCanceled 7 ${CancelReason.CashSpent} 0`,
    ]);
    expect(taken[3]).toMatchObject({ canceledQty: 0, cumQty: 40, price: 0 });
    expect(taken[2]).toMatchObject({
      takerLeavesQty: 0,
      takerOrdStatus: OrdStatus.PartiallyFilled,
    });
  });

  test("are Filled when the cash is used up to the last unit", () => {
    const partition = Partition.open();
    partition.order({ side: Sell, orderQty: 20 });
    const taken = partition.market({ cashOrderQty: 700n });
    expect(brief(taken)).toEqual(["OrderAccepted", "Trade 5x6 7@100"]);
    expect(taken[1]).toMatchObject({ takerOrdStatus: OrdStatus.Filled });
  });

  test("end NoLiquidity when the other side runs out", () => {
    const partition = Partition.open();
    partition.order({ orderQty: 5 });
    expect(brief(partition.market({ side: Sell, cashOrderQty: 700n }))).toEqual([
      "OrderAccepted",
      "Trade 5x6 5@100",
      `OrderCanceled 6 ${CancelReason.NoLiquidity} 0`,
    ]);
  });

  test("take the whole of a maker that a changed lotSize has left off the grid", () => {
    const partition = Partition.open();
    partition.order({ side: Sell, orderQty: 7 });
    partition.defineSecurity({ lotSize: 10 });
    const taken = partition.market({ cashOrderQty: 1_050n });
    expect(brief(taken).slice(1)).toEqual([
      "Trade 5x7 7@100",
      `OrderCanceled 7 ${CancelReason.NoLiquidity} 0`,
    ]);
  });

  test("take nothing of such a maker that they cannot afford", () => {
    const partition = Partition.open();
    partition.order({ side: Sell, orderQty: 7 });
    partition.defineSecurity({ lotSize: 10 });
    expect(brief(partition.market({ cashOrderQty: 600n }))[1]).toBe(
      `OrderCanceled 7 ${CancelReason.CashSpent} 0`,
    );
  });

  test("lose cash, not quantity, to Decrement", () => {
    const partition = Partition.open();
    partition.order({ side: Sell, orderQty: 4 });
    partition.order({ side: Sell, accountID: bob, orderQty: 4 });
    const mode = { accountID: alice, selfTradePrevention: Decrement } as const;
    expect(brief(partition.market({ ...mode, cashOrderQty: 600n }))).toEqual([
      "OrderAccepted",
      "SelfTradePrevented 5x7 4",
      `OrderCanceled 5 ${ended} 0`,
      "Trade 6x7 2@100",
    ]);
  });

  test("that Decrement has used up end SelfTrade; without a lot's worth, CashSpent", () => {
    const partition = Partition.open();
    partition.order({ side: Sell, orderQty: 4 });
    const mode = { accountID: alice, selfTradePrevention: Decrement } as const;
    expect(brief(partition.market({ ...mode, cashOrderQty: 200n })).slice(1)).toEqual([
      "SelfTradePrevented 5x6 2",
      `OrderCanceled 6 ${ended} 0`,
    ]);
    expect(brief(partition.market({ ...mode, cashOrderQty: 99n })).slice(1)).toEqual([
      `OrderCanceled 7 ${CancelReason.CashSpent} 0`,
    ]);
  });

  test("never trade more than a quantity can say, whatever the cash", () => {
    const partition = Partition.open();
    const orderQty = Number.MAX_SAFE_INTEGER;
    partition.order({ side: Sell, price: 1, orderQty });
    partition.order({ side: Sell, price: 1, orderQty });
    const taken = partition.market({ cashOrderQty: 2n ** 90n });
    expect(brief(taken).slice(1)).toEqual([
      `Trade 5x7 ${orderQty}@1`,
      `OrderCanceled 7 ${CancelReason.CashSpent} 0`,
    ]);
    expect(taken[2]).toMatchObject({ cumQty: orderQty });
  });

  test("count products above 2^53 exactly", () => {
    const partition = Partition.open();
    partition.order({ side: Sell, price: 2147483647, orderQty: 2 ** 52 });
    const price = 2147483647n;
    const taken = partition.market({ cashOrderQty: price * 2n ** 52n - 1n });
    expect(brief(taken).slice(1)).toEqual([
      `Trade 5x6 ${2 ** 52 - 1}@2147483647`,
      `OrderCanceled 6 ${CancelReason.CashSpent} 0`,
    ]);
  });
});
