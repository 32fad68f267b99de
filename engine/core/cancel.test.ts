import { describe, expect, test } from "bun:test";

import {
  AccountStatus,
  BusinessRejectReason,
  CancelReason,
  CxlRejReason,
  CxlRejResponseTo,
  Side,
  TimeInForce,
  TradingState,
} from "../../schema/generated/enums.ts";
import { alice, bob, brief, carol, commandID, orderID, Partition } from "./core.fixture.ts";

const { Buy, Sell } = Side;
const { GTD } = TimeInForce;
const first = orderID(5);

describe("OrderCancelRequest (SEMANTICS §4)", () => {
  test("TooLateToEnter comes before UnknownOrder, that before ExchangeClosed", () => {
    const partition = Partition.open();
    partition.order();
    partition.setState(TradingState.Closed);
    const late = { orderID: first, validUntil: 1, accountID: bob };
    expect(brief(partition.cancel(late))).toEqual([
      `OrderCancelReject ${CxlRejReason.TooLateToEnter}`,
    ]);
    expect(brief(partition.cancel({ ...late, validUntil: 0 }))).toEqual([
      `OrderCancelReject ${CxlRejReason.UnknownOrder}`,
    ]);
    expect(brief(partition.cancel({ orderID: first }))).toEqual([
      `OrderCancelReject ${CxlRejReason.ExchangeClosed}`,
    ]);
  });

  test("rule 29: another's order is answered exactly like one that never was", () => {
    const partition = Partition.open();
    partition.order();
    const answer = (of: string) => {
      const [event] = partition.cancel({ accountID: bob, orderID: of, commandID: commandID(1) });
      return { ...event, orderID: "" };
    };
    expect(answer(first)).toEqual(answer(orderID(77)));
  });

  test("a disabled account may cancel", () => {
    const partition = Partition.open();
    partition.order();
    partition.defineAccount(alice, AccountStatus.Disabled);
    expect(brief(partition.cancel({ orderID: first }))).toEqual(["OrderCanceled 5 1 10"]);
  });

  test("rule 29: says what had traded, and a second one finds nothing", () => {
    const partition = Partition.open();
    partition.order();
    partition.order({ accountID: bob, side: Sell, orderQty: 3 });
    expect(partition.cancel({ orderID: first })).toEqual([
      {
        kind: "OrderCanceled",
        rptSeq: 5,
        securityID: 1,
        accountID: alice,
        orderID: first,
        firstSeqNum: 5,
        canceledQty: 7,
        cumQty: 3,
        price: 100,
        cancelReason: CancelReason.Requested,
        side: Buy,
      },
    ]);
    const id = commandID(partition.seqNum + 1);
    expect(partition.cancel({ orderID: first })).toEqual([
      {
        kind: "OrderCancelReject",
        rptSeq: 0,
        securityID: 0,
        accountID: alice,
        orderID: first,
        commandID: id,
        cxlRejReason: CxlRejReason.UnknownOrder,
        cxlRejResponseTo: CxlRejResponseTo.OrderCancelRequest,
      },
    ]);
  });
});

describe("rule 31: OrderMassCancelRequest (SEMANTICS §4)", () => {
  /** Two books with orders of alice and bob on both sides. */
  function twoBooks(): Partition {
    const partition = Partition.open();
    partition.defineSecurity({ symbol: "ETH-USD" });
    for (const accountID of [alice, bob]) {
      partition.order({ accountID, price: 98 });
      partition.order({ accountID, price: 99 });
      partition.order({ accountID, price: 101, side: Sell });
      partition.order({ accountID, price: 102, side: Sell });
    }
    partition.order({ symbol: "ETH-USD" });
    return partition;
  }
  const firstSeqNums = (partition: Partition, fields: Parameters<Partition["massCancel"]>[0]) =>
    partition
      .massCancel(fields)
      .flatMap((event) => (event.kind === "OrderCanceled" ? [event.firstSeqNum] : []));

  test("goes by securityID, bids from the best down, asks from the best up, in queue order", () => {
    expect(firstSeqNums(twoBooks(), {})).toEqual([7, 11, 6, 10, 8, 12, 9, 13, 14]);
  });

  test("takes one account's, one side's, one symbol's orders", () => {
    expect(firstSeqNums(twoBooks(), { accountID: bob })).toEqual([11, 10, 12, 13]);
    expect(firstSeqNums(twoBooks(), { side: Buy })).toEqual([7, 11, 6, 10, 14]);
    expect(firstSeqNums(twoBooks(), { side: Sell, accountID: alice })).toEqual([8, 9]);
    expect(firstSeqNums(twoBooks(), { symbol: "ETH-USD" })).toEqual([14]);
  });

  test("reports how many it took, of which book and side", () => {
    const partition = twoBooks();
    const id = commandID(partition.seqNum + 1);
    const request = { symbol: "ETH-USD", accountID: alice, side: Buy };
    expect(partition.massCancel(request).at(-1)).toEqual({
      kind: "OrderMassCancelReport",
      rptSeq: 0,
      securityID: 2,
      accountID: alice,
      commandID: id,
      totalAffectedOrders: 1,
      side: Buy,
    });
    expect(partition.massCancel({ accountID: carol })).toMatchObject([
      { kind: "OrderMassCancelReport", securityID: 0, totalAffectedOrders: 0, side: Side.None },
    ]);
  });

  test("passes over instruments that are Closed, also when it names one", () => {
    const partition = twoBooks();
    partition.setState(TradingState.Closed);
    expect(brief(partition.massCancel({ symbol: "BTC-USD" }))).toEqual(["OrderMassCancelReport"]);
    expect(firstSeqNums(partition, {})).toEqual([14]);
  });

  test("the symbol is checked before the account, the deadline before both", () => {
    const partition = twoBooks();
    const refusal = (fields: Parameters<Partition["massCancel"]>[0]) =>
      brief(partition.massCancel(fields));
    const wrong = { symbol: "NONE", accountID: 77 };
    const { TooLateToEnter, UnknownSymbol, UnknownAccount } = BusinessRejectReason;
    expect(refusal({ ...wrong, validUntil: 1 })).toEqual([
      `BusinessMessageReject ${TooLateToEnter}`,
    ]);
    expect(refusal(wrong)).toEqual([`BusinessMessageReject ${UnknownSymbol}`]);
    expect(refusal({ accountID: 77 })).toEqual([`BusinessMessageReject ${UnknownAccount}`]);
  });
});

describe("rule 32: expiry (SEMANTICS §1.2)", () => {
  test("goes by expireTime, then by seqNum, before the command itself", () => {
    const partition = Partition.open();
    const expireTime = partition.time + 100;
    partition.order({ timeInForce: GTD, expireTime });
    partition.order({ timeInForce: GTD, expireTime: expireTime - 50, side: Sell, price: 200 });
    partition.order({ timeInForce: GTD, expireTime, price: 90 });
    partition.order({ timeInForce: GTD, expireTime: expireTime + 1 });
    partition.time += 100;
    expect(brief(partition.order({ accountID: bob, side: Sell }))).toEqual([
      `OrderCanceled 6 ${CancelReason.Expired} 10`,
      `OrderCanceled 5 ${CancelReason.Expired} 10`,
      `OrderCanceled 7 ${CancelReason.Expired} 10`,
      "OrderAccepted",
      "Trade 8x9 10@100",
    ]);
  });

  test("happens at expireTime itself, not a millisecond before", () => {
    const partition = Partition.open();
    partition.order({ timeInForce: GTD, expireTime: partition.time + 100 });
    expect(brief(partition.tick(99))).toEqual(["TimeTicked"]);
    expect(brief(partition.tick(1))).toEqual([
      `OrderCanceled 5 ${CancelReason.Expired} 10`,
      "TimeTicked",
    ]);
  });

  test("happens in every trading state, and before a record that cannot be read", () => {
    for (const state of [TradingState.Halt, TradingState.CancelOnly, TradingState.Closed]) {
      const partition = Partition.open();
      partition.order({ timeInForce: GTD, expireTime: partition.time + 100 });
      partition.setState(state);
      partition.time += 100;
      expect(brief(partition.applyUnreadable("Undecodable"))).toEqual([
        `OrderCanceled 5 ${CancelReason.Expired} 10`,
        `BusinessMessageReject ${BusinessRejectReason.Undecodable}`,
      ]);
    }
  });

  test("an order that was filled or canceled never expires", () => {
    const partition = Partition.open();
    const expireTime = partition.time + 100;
    for (let index = 0; index < 5; index++) partition.order({ timeInForce: GTD, expireTime });
    partition.order({ accountID: bob, side: Sell, orderQty: 10 });
    partition.cancel({ orderID: orderID(7) });
    expect(brief(partition.tick(100))).toEqual([
      `OrderCanceled 6 ${CancelReason.Expired} 10`,
      `OrderCanceled 8 ${CancelReason.Expired} 10`,
      `OrderCanceled 9 ${CancelReason.Expired} 10`,
      "TimeTicked",
    ]);
  });
});

describe("log time (SEMANTICS §1.1)", () => {
  test("never falls, and runs at most a minute ahead of sendingTime", () => {
    const partition = new Partition();
    const tick = (sendingTime: number, appendTime: number) => {
      partition.apply({ kind: "TimeTick", sendingTime }, appendTime);
      return partition.engine.now;
    };
    expect(tick(1000, 500)).toBe(500);
    expect(tick(1000, 400)).toBe(500);
    expect(tick(1000, 999_999)).toBe(61_000);
    expect(tick(0, 999_999)).toBe(61_000);
  });

  test("a record that cannot be read has no sendingTime to hold it back", () => {
    const partition = new Partition();
    partition.time = 777_777;
    expect(partition.applyUnreadable("UnknownTemplate")).toEqual([
      {
        kind: "BusinessMessageReject",
        rptSeq: 0,
        securityID: 0,
        accountID: 0,
        commandID: "00000000-0000-0000-0000-000000000000",
        businessRejectReason: BusinessRejectReason.UnknownTemplate,
        refTemplateId: 0,
      },
    ]);
    expect(partition.engine.now).toBe(777_777);
  });
});

describe("rule 34: what each trading state takes (SEMANTICS §4)", () => {
  const { Open, Halt, CancelOnly, Closed } = TradingState;
  for (const [name, state] of Object.entries({ Open, Halt, CancelOnly, Closed })) {
    test(`${name}`, () => {
      const partition = Partition.open();
      partition.order();
      partition.order({ price: 99 });
      partition.setState(state);
      const takesNew = state === Open;
      expect(partition.order({ price: 98 })[0]?.kind).toBe(
        takesNew ? "OrderAccepted" : "OrderRejected",
      );
      expect(partition.replace({ orderID: first, price: 97 })[0]?.kind).toBe(
        takesNew ? "OrderReplaced" : "OrderCancelReject",
      );
      const cancels = state !== Closed;
      expect(partition.cancel({ orderID: first })[0]?.kind).toBe(
        cancels ? "OrderCanceled" : "OrderCancelReject",
      );
      expect(partition.massCancel()[0]?.kind).toBe(
        cancels ? "OrderCanceled" : "OrderMassCancelReport",
      );
    });
  }
});
