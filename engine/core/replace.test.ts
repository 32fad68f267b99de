import { describe, expect, test } from "bun:test";

import {
  AccountStatus,
  CancelReason,
  CxlRejReason,
  CxlRejResponseTo,
  ExecInst,
  SelfTradePrevention,
  Side,
  TimeInForce,
  TradingState,
} from "../../schema/generated/enums.ts";
import type { OrderCancelReplaceRequest } from "../../schema/generated/order-cancel-replace-request.ts";
import { alice, bob, brief, carol, commandID, orderID, Partition } from "./core.fixture.ts";

const { Sell } = Side;
const first = orderID(5);

describe("rule 28: the checks of a replace come in their order (SEMANTICS §4)", () => {
  const faults: readonly [CxlRejReason, Partial<OrderCancelReplaceRequest>][] = [
    [CxlRejReason.TooLateToEnter, { validUntil: 1 }],
    [CxlRejReason.UnknownAccount, { accountID: 77 }],
    [CxlRejReason.UnknownOrder, { accountID: bob }],
    [CxlRejReason.AccountDisabled, {}],
    [CxlRejReason.ExchangeClosed, {}],
    [CxlRejReason.NothingToReplace, { price: 0, orderQty: 0 }],
    [CxlRejReason.PriceOutOfRange, { price: -15 }],
    [CxlRejReason.InvalidPriceIncrement, { price: 103 }],
    [CxlRejReason.IncorrectQuantity, { orderQty: 7 }],
    [CxlRejReason.PostOnlyWouldCross, { price: 110 }],
  ];

  for (const [index, [reason]] of faults.entries()) {
    const name = Object.entries(CxlRejReason).find(([, code]) => code === reason)?.[0] ?? "";
    test(`${name} decides over all that come after it`, () => {
      const partition = Partition.open({}, { tickSize: 5, lotSize: 10 });
      partition.order({ execInst: ExecInst.postOnly });
      partition.order({ accountID: carol, side: Sell, price: 110 });
      const before = partition.book();
      if (index <= 3) partition.defineAccount(alice, AccountStatus.Disabled);
      if (index <= 4) partition.setState(TradingState.Halt);
      const from = faults.slice(index).toReversed();
      const fields = from.reduce((sum, [, fault]) => ({ ...sum, ...fault }), {});
      const id = commandID(partition.seqNum + 1);
      expect(partition.replace({ orderID: first, orderQty: 20, ...fields })).toEqual([
        {
          kind: "OrderCancelReject",
          rptSeq: 0,
          securityID: 0,
          accountID: index <= 1 ? 77 : index === 2 ? bob : alice,
          orderID: first,
          commandID: id,
          cxlRejReason: reason,
          cxlRejResponseTo: CxlRejResponseTo.OrderCancelReplaceRequest,
        },
      ]);
      expect(partition.book()).toBe(before);
    });
  }

  test("an order that never was looks like another's", () => {
    const partition = Partition.open();
    const reject = `OrderCancelReject ${CxlRejReason.UnknownOrder}`;
    expect(brief(partition.replace({ orderID: orderID(99), price: 101 }))).toEqual([reject]);
  });

  test("a given price is checked also where it equals the present one", () => {
    const partition = Partition.open();
    partition.order();
    partition.defineSecurity({ tickSize: 30 });
    const reject = `OrderCancelReject ${CxlRejReason.InvalidPriceIncrement}`;
    expect(brief(partition.replace({ orderID: first, price: 100 }))).toEqual([reject]);
    expect(brief(partition.replace({ orderID: first, orderQty: 5 }))).toEqual([
      "OrderReplaced 5 5@100",
    ]);
  });
});

describe("rule 26: place in the queue", () => {
  function twoOrders(): Partition {
    const partition = Partition.open();
    partition.order();
    partition.order();
    return partition;
  }

  test("a pure decrease keeps it", () => {
    const partition = twoOrders();
    expect(partition.replace({ orderID: first, orderQty: 4 })[0]).toMatchObject({
      keptPriority: true,
    });
    expect(partition.book()).toBe("5 4@100, 6 10@100");
  });

  test("so does the same quantity at the same price", () => {
    const partition = twoOrders();
    const [replaced] = partition.replace({ orderID: first, orderQty: 10, price: 100 });
    expect(replaced).toMatchObject({ keptPriority: true, leavesQty: 10 });
    expect(partition.book()).toBe("5 10@100, 6 10@100");
  });

  for (const [name, fields] of Object.entries({
    "an increase": { orderQty: 11 },
    "another price": { price: 99 },
    "losePriority, with all the same": { orderQty: 10, losePriority: true },
  })) {
    test(`${name} loses it`, () => {
      const partition = twoOrders();
      const [replaced] = partition.replace({ orderID: first, ...fields });
      expect(replaced).toMatchObject({ kind: "OrderReplaced", keptPriority: false });
      partition.replace({ orderID: first, price: 100, losePriority: true });
      expect(partition.book()).toStartWith("6 10@100, 5 ");
    });
  }
});

describe("rule 27: quantities after trades and prevention", () => {
  test("orderQty is the new total: what has traded is used up", () => {
    const partition = Partition.open();
    partition.order();
    partition.order({ accountID: bob, side: Sell, orderQty: 4 });
    const [replaced] = partition.replace({ orderID: first, orderQty: 12 });
    expect(replaced).toMatchObject({ orderQty: 12, cumQty: 4, leavesQty: 8, keptPriority: false });
  });

  for (const orderQty of [4, 3]) {
    test(`a total of ${orderQty} with 4 traded closes the order, whatever the grid`, () => {
      const partition = Partition.open();
      partition.order();
      partition.order({ accountID: bob, side: Sell, orderQty: 4 });
      partition.defineSecurity({ lotSize: 10, minOrderQty: 10 });
      const events = partition.replace({ orderID: first, orderQty, price: 90 });
      expect(brief(events)).toEqual([
        "OrderReplaced 5 0@90",
        `OrderCanceled 5 ${CancelReason.ReplacedBelowCumQty} 6`,
      ]);
      expect(events[0]).toMatchObject({ orderQty: 4, cumQty: 4, keptPriority: false });
      expect(events[1]).toMatchObject({ cumQty: 4, price: 90 });
      expect(partition.book()).toBe("");
    });
  }

  test("prevented quantity is used up too", () => {
    const partition = Partition.open();
    partition.order();
    const { Decrement } = SelfTradePrevention;
    partition.order({ side: Sell, orderQty: 4, selfTradePrevention: Decrement });
    expect(brief(partition.replace({ orderID: first, orderQty: 9 }))).toEqual([
      "OrderReplaced 5 5@100",
    ]);
    const events = partition.replace({ orderID: first, orderQty: 4 });
    expect(brief(events)).toEqual([
      "OrderReplaced 5 0@100",
      `OrderCanceled 5 ${CancelReason.ReplacedBelowCumQty} 5`,
    ]);
    expect(events[0]).toMatchObject({ orderQty: 0, cumQty: 0 });
  });
});

describe("a replaced order that takes", () => {
  test("trades under its own identity, and what is left rests", () => {
    const partition = Partition.open();
    partition.order();
    partition.order({ accountID: bob, side: Sell, price: 105, orderQty: 4 });
    const events = partition.replace({ orderID: first, price: 105 });
    expect(brief(events)).toEqual(["OrderReplaced 5 10@105", "Trade 6x5 4@105"]);
    expect(events[1]).toMatchObject({
      takerOrderID: first,
      takerLeavesQty: 6,
      takerAccountID: alice,
    });
    expect(partition.state().instruments[0]?.orders[0]).toMatchObject({
      entryRptSeq: 2,
      cumQty: 4,
      leavesQty: 6,
    });
  });

  test("is gone when it is filled", () => {
    const partition = Partition.open();
    partition.order();
    partition.order({ accountID: bob, side: Sell, price: 105, orderQty: 10 });
    partition.replace({ orderID: first, price: 105 });
    expect(partition.book()).toBe("");
    const reject = `OrderCancelReject ${CxlRejReason.UnknownOrder}`;
    expect(brief(partition.cancel({ orderID: first }))).toEqual([reject]);
  });

  test("uses the prevention mode that it was accepted with", () => {
    const partition = Partition.open();
    partition.order({ selfTradePrevention: SelfTradePrevention.CancelOldest });
    partition.defineSecurity({ selfTradePrevention: SelfTradePrevention.CancelBoth });
    partition.order({ side: Sell, price: 105 });
    expect(brief(partition.replace({ orderID: first, price: 105 }))).toEqual([
      "OrderReplaced 5 10@105",
      `OrderCanceled 7 ${CancelReason.SelfTrade} 10`,
    ]);
    expect(partition.book()).toBe("5 10@105");
  });

  test("is closed by prevention that ends the taker", () => {
    const partition = Partition.open();
    partition.order();
    partition.order({ side: Sell, price: 105 });
    expect(brief(partition.replace({ orderID: first, price: 105 }))).toEqual([
      "OrderReplaced 5 10@105",
      `OrderCanceled 5 ${CancelReason.SelfTrade} 10`,
    ]);
    expect(partition.book()).toBe("6 10@105");
  });

  test("keeps its expireTime", () => {
    const partition = Partition.open();
    const expireTime = partition.time + 1000;
    partition.order({ timeInForce: TimeInForce.GTD, expireTime });
    partition.replace({ orderID: first, price: 90, orderQty: 20 });
    expect(brief(partition.tick(1000))).toEqual([
      `OrderCanceled 5 ${CancelReason.Expired} 20`,
      "TimeTicked",
    ]);
  });

  test("rule 30: OrderReplaced says all that the order is now, and which request made it so", () => {
    const partition = Partition.open();
    partition.order();
    const id = commandID(partition.seqNum + 1);
    expect(partition.replace({ orderID: first, price: 90, clOrdID: "second" })).toEqual([
      {
        kind: "OrderReplaced",
        rptSeq: 3,
        securityID: 1,
        accountID: alice,
        orderID: first,
        firstSeqNum: 5,
        orderQty: 10,
        leavesQty: 10,
        cumQty: 0,
        price: 90,
        side: Side.Buy,
        keptPriority: false,
        commandID: id,
        clOrdID: "second",
      },
    ]);
  });
});
