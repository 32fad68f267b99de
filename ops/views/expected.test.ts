import { describe, expect, test } from "bun:test";

import {
  CancelReason,
  OrdRejReason,
  OrdStatus,
  OrdType,
  SelfTradePrevention,
  Side,
  TimeInForce,
  TradingState,
} from "../../schema/generated/enums.ts";
import type { Event } from "../../schema/generated/records.ts";
import { ExpectedViews } from "./expected.ts";

const defined: Event = {
  kind: "SecurityDefined",
  rptSeq: 1,
  securityID: 1,
  tickSize: 1,
  symbol: "X",
  baseCurrency: "B",
  quoteCurrency: "Q",
  lotSize: 1,
  minOrderQty: 0,
  maxOrderQty: 0,
  priceExponent: 0,
  qtyExponent: 0,
  selfTradePrevention: SelfTradePrevention.CancelNewest,
  tradingState: TradingState.Open,
  created: true,
};

function accepted(orderID: string, side: Side, price: number, orderQty: number): Event {
  return {
    kind: "OrderAccepted",
    rptSeq: 2,
    securityID: 1,
    accountID: 7,
    orderID,
    firstSeqNum: 1,
    orderQty,
    cashOrderQty: 0n,
    price,
    side,
    ordType: OrdType.Limit,
    timeInForce: TimeInForce.GTC,
    selfTradePrevention: SelfTradePrevention.CancelNewest,
    execInst: 0,
    expireTime: 0,
    clOrdID: orderID,
  };
}

function rejected(securityID: number, ordRejReason: OrdRejReason): Event {
  return {
    kind: "OrderRejected",
    rptSeq: 2,
    securityID,
    accountID: 7,
    orderID: "a",
    firstSeqNum: 1,
    orderQty: 5,
    price: 10,
    ordRejReason,
    side: Side.Buy,
    ordType: OrdType.Limit,
    timeInForce: TimeInForce.GTC,
    symbol: "X",
    clOrdID: "a",
  };
}

function replaced(
  orderID: string,
  change: { price: number; leavesQty: number; kept: boolean },
): Event {
  return {
    kind: "OrderReplaced",
    rptSeq: 9,
    securityID: 1,
    accountID: 7,
    orderID,
    firstSeqNum: 1,
    orderQty: change.leavesQty,
    leavesQty: change.leavesQty,
    cumQty: 0,
    price: change.price,
    side: Side.Buy,
    keptPriority: change.kept,
    commandID: orderID,
    clOrdID: "r",
  };
}

function canceled(orderID: string, cumQty: number, cancelReason: CancelReason): Event {
  return {
    kind: "OrderCanceled",
    rptSeq: 9,
    securityID: 1,
    accountID: 7,
    orderID,
    firstSeqNum: 1,
    canceledQty: 1,
    cumQty,
    price: 10,
    cancelReason,
    side: Side.Buy,
  };
}

function views(...events: Event[]): ExpectedViews {
  const folded = new ExpectedViews();
  folded.apply(0, 1, [defined, ...events]);
  return folded;
}

function queue(folded: ExpectedViews): string[][] {
  return folded.book("X", "Buy").map((level) => level.map(({ orderID }) => orderID));
}

describe("the plain fold", () => {
  test("keeps price, then time; a kept priority stays, a lost one goes to the end of its level", () => {
    const orders = ["a", "b", "c"].map((orderID) => accepted(orderID, Side.Buy, 10, 5));
    expect(queue(views(...orders, accepted("d", Side.Buy, 11, 5)))).toEqual([
      ["d"],
      ["a", "b", "c"],
    ]);
    expect(queue(views(...orders, replaced("a", { price: 10, leavesQty: 2, kept: true })))).toEqual(
      [["a", "b", "c"]],
    );
    expect(
      queue(views(...orders, replaced("a", { price: 10, leavesQty: 9, kept: false }))),
    ).toEqual([["b", "c", "a"]]);
  });

  test("takes traded quantity from both orders, and a filled maker off the book", () => {
    const folded = views(accepted("m", Side.Buy, 10, 5), accepted("t", Side.Sell, 10, 8), {
      kind: "Trade",
      rptSeq: 4,
      securityID: 1,
      makerAccountID: 7,
      makerOrderID: "m",
      makerFirstSeqNum: 1,
      takerOrderID: "t",
      takerFirstSeqNum: 1,
      lastQty: 5,
      makerLeavesQty: 0,
      takerLeavesQty: 3,
      takerAccountID: 7,
      lastPx: 10,
      aggressorSide: Side.Sell,
      makerOrdStatus: OrdStatus.Filled,
      takerOrdStatus: OrdStatus.PartiallyFilled,
    });
    expect(queue(folded)).toEqual([]);
    expect(
      [...folded.orders.values()].map(({ cumQty, leavesQty, ordStatus }) => [
        cumQty,
        leavesQty,
        ordStatus,
      ]),
    ).toEqual([
      [5, 0, "Filled"],
      [5, 3, "PartiallyFilled"],
    ]);
  });

  test("knows no price or quantity of an order that was refused before its instrument was there", () => {
    const tooEarly = views(rejected(0, OrdRejReason.UnknownSymbol)).orders.get("0:a:1");
    expect(tooEarly).toMatchObject({ price: 0, orderQty: 0, ordStatus: "Rejected" });
    const known = views(rejected(1, OrdRejReason.CanceledBeforeEntry)).orders.get("0:a:1");
    expect(known).toMatchObject({ price: 10, orderQty: 5, ordStatus: "Canceled" });
  });

  test("ends canceled and expired orders, and throws where an event contradicts what came before", () => {
    const order = accepted("a", Side.Buy, 10, 5);
    expect(
      [...views(order, canceled("a", 0, CancelReason.Expired)).orders.values()][0]?.ordStatus,
    ).toBe("Expired");
    expect(() => views(order, canceled("a", 3, CancelReason.Requested))).toThrow(
      "cumQty 3, traded 0",
    );
    expect(() => views(canceled("b", 0, CancelReason.Requested))).toThrow("never entered");
    expect(() => views(order, order)).toThrow("enters twice");
  });
});
