import { describe, expect, test } from "bun:test";

import {
  CancelReason,
  CxlRejReason,
  ExecInst,
  OrdRejReason,
  OrdType,
  SelfTradePrevention,
  Side,
  TimeInForce,
  TradingState,
} from "../../schema/generated/enums.ts";
import type { Event } from "../../schema/generated/records.ts";
import { alice, bob, brief, carol, orderID, Partition } from "./core.fixture.ts";
import { Engine } from "./engine.ts";

const { Auction, CancelOnly, Closed, Halt, Open, PreOpen } = TradingState;
const { Buy, Sell } = Side;
const { AtTheOpening, FOK, GTC, IOC } = TimeInForce;

/** A partition whose instrument collects orders: bids of alice and asks of bob as "qty@price". */
function collecting(bids: readonly string[], asks: readonly string[], terms = {}): Partition {
  const partition = Partition.open({}, { ...terms, tradingState: PreOpen });
  for (const text of bids) partition.order(parsed(text));
  for (const text of asks) partition.order({ ...parsed(text), accountID: bob, side: Sell });
  return partition;
}

function parsed(text: string): { orderQty: number; price: number } {
  const [orderQty = 0, price = 0] = text.split("@").map(Number);
  return { orderQty, price };
}

/** The trades of an opening as "qty@price", and what the book is afterwards. */
function opened(partition: Partition): { trades: string[]; book: string } {
  const trades = partition
    .setState(Open)
    .flatMap((event) => (event.kind === "Trade" ? [`${event.lastQty}@${event.lastPx}`] : []));
  return { trades, book: partition.book() };
}

function priceOf(partition: Partition): number {
  const trade = partition.setState(Open).find((event) => event.kind === "Trade");
  return trade?.kind === "Trade" ? trade.lastPx : 0;
}

describe("rule 34: what each state takes is a table (SEMANTICS §4)", () => {
  const closed = [`OrderRejected ${OrdRejReason.ExchangeClosed}`];
  const accepted = ["OrderAccepted"];

  test.each([PreOpen, Auction])("state %d rests limits without matching them", (tradingState) => {
    const partition = Partition.open({}, { tradingState });
    partition.order({ price: 101 });
    const [event] = brief(partition.order({ accountID: bob, side: Sell, price: 99 }));
    expect(event).toBe("OrderAccepted");
    expect(partition.book()).toBe("5 10@101, 6 10@99");
  });

  test.each([PreOpen, Auction])("state %d refuses what would have to trade at once", (state) => {
    const partition = Partition.open({}, { tradingState: state });
    for (const timeInForce of [IOC, FOK]) {
      expect(brief(partition.order({ timeInForce }))).toEqual(closed);
    }
    expect(brief(partition.market())).toEqual(closed);
    expect(brief(partition.market({ cashOrderQty: 1_000n }))).toEqual(closed);
    expect(brief(partition.market({ timeInForce: AtTheOpening }))).toEqual(closed);
    for (const timeInForce of [GTC, AtTheOpening]) {
      expect(brief(partition.order({ timeInForce }))[0]).toBe("OrderAccepted");
    }
    const stop = { ordType: OrdType.Stop, price: 0, stopPx: 200 };
    expect(brief(partition.order(stop))).toEqual(accepted);
    expect(brief(partition.order({ ...stop, timeInForce: AtTheOpening }))).toEqual([
      `OrderRejected ${OrdRejReason.UnsupportedOrderCharacteristic}`,
    ]);
  });

  test("orders for an opening are taken before one only", () => {
    const partition = Partition.open();
    for (const state of [Open, Halt, CancelOnly, Closed]) {
      partition.setState(state);
      expect(brief(partition.order({ timeInForce: AtTheOpening }))).toEqual(closed);
    }
  });

  test("replaces and cancels pass in an auction, and nothing is matched by them", () => {
    const partition = collecting(["10@100"], ["10@105"]);
    expect(brief(partition.replace({ orderID: orderID(5), price: 110 }))).toEqual([
      "OrderReplaced 5 10@110",
    ]);
    expect(partition.book()).toBe("5 10@110, 6 10@105");
    expect(brief(partition.cancel({ orderID: orderID(5) }))).toEqual([
      `OrderCanceled 5 ${CancelReason.Requested} 10`,
    ]);
    partition.setState(Halt);
    const replaced = partition.replace({ accountID: bob, orderID: orderID(6), price: 110 });
    expect(brief(replaced)).toEqual([`OrderCancelReject ${CxlRejReason.ExchangeClosed}`]);
  });

  test("a post-only order that would cross is refused in an auction too", () => {
    const partition = collecting([], ["10@105"]);
    const postOnly = { execInst: ExecInst.postOnly };
    expect(brief(partition.order({ ...postOnly, price: 105 }))).toEqual([
      `OrderRejected ${OrdRejReason.PostOnlyWouldCross}`,
    ]);
    expect(brief(partition.order({ ...postOnly, price: 104 }))).toEqual(accepted);
  });
});

describe("rule 34: the uncross (SEMANTICS §5f)", () => {
  test("is at the price where most trades, best prices first, and leaves a book that does not cross", () => {
    const bids = ["30@103", "20@102", "10@101"];
    const partition = collecting(bids, ["20@99", "20@101", "30@103"]);
    expect(opened(partition)).toEqual({
      trades: ["20@102", "10@102", "10@102"],
      book: "6 10@102, 7 10@101, 10 30@103",
    });
  });

  test("of several such prices is at the one where least is left", () => {
    // 10 trade at 100 and at 110 with 5 left of a side, and with nothing left in between.
    expect(priceOf(collecting(["10@110", "5@100"], ["10@100", "5@110"]))).toBe(101);
  });

  test("of several such prices is nearest to the reference price, of two the lower", () => {
    const [bids, asks] = [["10@105"], ["10@95"]];
    expect(priceOf(collecting(bids, asks))).toBe(95);
    expect(priceOf(collecting(bids, asks, { referencePrice: 98 }))).toBe(98);
    expect(priceOf(collecting(bids, asks, { referencePrice: 90 }))).toBe(95);
    expect(priceOf(collecting(bids, asks, { referencePrice: 120 }))).toBe(105);
    const wide = collecting(["10@110"], ["10@90"], { tickSize: 10, referencePrice: 105 });
    expect(priceOf(wide)).toBe(100);
  });

  test("goes by the last trade once there was one", () => {
    const partition = collecting(["10@101"], ["10@101"], { referencePrice: 50 });
    partition.setState(Open);
    partition.setState(PreOpen);
    partition.order({ price: 105 });
    partition.order({ accountID: bob, side: Sell, price: 95 });
    expect(priceOf(partition)).toBe(101);
  });

  test("takes limits off the grid as they stand", () => {
    const partition = collecting(["10@103"], ["10@103"]);
    partition.defineSecurity({ tickSize: 5 });
    expect(priceOf(partition)).toBe(103);
  });

  test("names no aggressor: the maker's fields are the buy's, the taker's the sell's", () => {
    const partition = collecting(["10@100"], ["4@100"]);
    expect(partition.setState(Open)).toMatchObject([
      { kind: "SecurityStatusChanged", tradingState: Open },
      {
        kind: "Trade",
        aggressorSide: Side.None,
        makerAccountID: alice,
        makerOrderID: orderID(5),
        makerLeavesQty: 6,
        takerAccountID: bob,
        takerOrderID: orderID(6),
        takerLeavesQty: 0,
        lastQty: 4,
        lastPx: 100,
      },
    ]);
  });

  test("trades icebergs with all that they have; what is left shows in its place", () => {
    const partition = Partition.open({}, { tradingState: PreOpen });
    partition.order({ orderQty: 30, displayQty: 5 });
    partition.order();
    partition.order({ accountID: bob, side: Sell, orderQty: 28 });
    expect(opened(partition)).toEqual({ trades: ["28@100"], book: "5 2@100, 6 10@100" });
    const [iceberg] = partition.state().instruments[0]?.orders ?? [];
    expect(iceberg?.shownQty).toBe(2);
  });

  test("cancels what is left of orders AtTheOpening, before stops are triggered", () => {
    const partition = Partition.open({}, { tradingState: Auction });
    partition.order({ timeInForce: AtTheOpening, orderQty: 12 });
    partition.order({ accountID: bob, side: Sell, orderQty: 10 });
    const stop = { ordType: OrdType.Stop, price: 0, stopPx: 100, orderQty: 2 };
    partition.order({ ...stop, accountID: carol, side: Sell });
    expect(brief(partition.setState(Open))).toEqual([
      "SecurityStatusChanged",
      "Trade 5x6 10@100",
      `OrderCanceled 5 ${CancelReason.NotFilledAtOpening} 2`,
      "OrderTriggered",
      `OrderCanceled 7 ${CancelReason.NoLiquidity} 2`,
    ]);
  });

  test("a stop that was entered past its stopPx waits for the opening, and for its price", () => {
    const partition = Partition.open();
    partition.order({ price: 100 });
    partition.order({ accountID: bob, side: Sell, price: 100 });
    partition.setState(PreOpen);
    const stop = { ordType: OrdType.Stop, price: 0, orderQty: 2 };
    expect(brief(partition.order({ ...stop, stopPx: 95 }))).toEqual(["OrderAccepted"]);
    expect(brief(partition.setState(Open))).toEqual([
      "SecurityStatusChanged",
      "OrderTriggered",
      `OrderCanceled 8 ${CancelReason.NoLiquidity} 2`,
    ]);
    partition.setState(PreOpen);
    partition.order({ ...stop, stopPx: 95 });
    partition.order({ price: 90 });
    partition.order({ accountID: bob, side: Sell, price: 90 });
    expect(brief(partition.setState(Open))).toEqual(["SecurityStatusChanged", "Trade 12x13 10@90"]);
  });

  test("a re-opening auction is Halt, then Auction, then Open: a book that crosses stays so until then", () => {
    const partition = Partition.open();
    partition.order();
    partition.setState(Halt);
    partition.setState(Auction);
    partition.order({ accountID: bob, side: Sell, price: 98, orderQty: 4 });
    partition.setState(Halt);
    expect(partition.book()).toBe("5 10@100, 8 4@98");
    expect(opened(partition)).toEqual({ trades: ["4@98"], book: "5 6@100" });
    expect(brief(partition.order({ accountID: bob, side: Sell }))).toEqual([
      "OrderAccepted",
      "Trade 5x11 6@100",
    ]);
  });

  test("orders for an opening that does not come end with the day", () => {
    const partition = collecting(["10@100"], []);
    partition.order({ timeInForce: AtTheOpening });
    expect(brief(partition.setState(Closed))).toEqual([
      "SecurityStatusChanged",
      `OrderCanceled 6 ${CancelReason.Expired} 10`,
    ]);
  });

  test("comes by log time as well, and what expires by then has no part in it", () => {
    const partition = collecting(["10@100"], ["10@100"]);
    const at = partition.time + 100;
    partition.order({ price: 101, timeInForce: TimeInForce.GTD, expireTime: at });
    partition.schedule(Open, at);
    expect(brief(partition.tick(100))).toEqual([
      `OrderCanceled 7 ${CancelReason.Expired} 10`,
      "SecurityStatusChanged",
      "Trade 5x6 10@100",
      "TimeTicked",
    ]);
  });

  test("quantities that pass 2^53 together are told apart", () => {
    const most = Number.MAX_SAFE_INTEGER;
    const bids = [`${most}@110`, `${most}@110`, "3@110"];
    const partition = collecting(bids, [`${most}@100`, `${most}@105`, "2@106"]);
    expect(opened(partition)).toEqual({
      trades: [`${most}@106`, `${most}@106`, "2@106"],
      book: "7 1@110",
    });
  });
});

describe("rule 25: an uncross is exempt from self-trade prevention (SEMANTICS §5f)", () => {
  test.each([
    SelfTradePrevention.CancelNewest,
    SelfTradePrevention.CancelOldest,
    SelfTradePrevention.CancelBoth,
    SelfTradePrevention.Decrement,
  ])("an account trades with itself whatever its mode: %d", (selfTradePrevention) => {
    const partition = Partition.open({}, { tradingState: Auction });
    partition.order({ selfTradePrevention });
    partition.order({ selfTradePrevention, side: Sell });
    expect(brief(partition.setState(Open))).toEqual(["SecurityStatusChanged", "Trade 5x6 10@100"]);
    partition.order({ selfTradePrevention });
    const continuous = brief(partition.order({ selfTradePrevention, side: Sell }));
    expect(continuous.some((line) => line.startsWith("Trade"))).toBe(false);
  });
});

describe("fees of an auction (SEMANTICS §5f)", () => {
  test("the earlier order pays as a maker, the later one as a taker, whichever is the buy", () => {
    const partition = Partition.open({}, { tradingState: PreOpen });
    partition.fees({ makerFeePpm: 10_000, takerFeePpm: 20_000 });
    partition.pays(alice, 1);
    partition.pays(bob, 1);
    partition.order();
    partition.order({ accountID: bob, side: Sell });
    const early = partition.setState(Open);
    expect(early[1]).toMatchObject({ makerFee: 10n, takerFee: 20n });
    partition.setState(PreOpen);
    partition.order({ accountID: bob, side: Sell });
    partition.order();
    expect(partition.setState(Open)[1]).toMatchObject({ makerFee: 20n, takerFee: 10n });
  });
});

describe("rule 34: indicative price and volume (SEMANTICS §5f)", () => {
  const indications = (events: readonly Event[]): string[] =>
    brief(events).filter((line) => line.startsWith("AuctionIndication"));

  test("are published after each change that moves them, at the end of the command", () => {
    const partition = Partition.open({}, { tradingState: Auction });
    expect(brief(partition.order())).toEqual(["OrderAccepted"]);
    const sell = { accountID: bob, side: Sell };
    expect(brief(partition.order({ ...sell, price: 98, orderQty: 4 }))).toEqual([
      "OrderAccepted",
      "AuctionIndication 4@98 6",
    ]);
    expect(indications(partition.order({ ...sell, price: 110 }))).toEqual([]);
    expect(indications(partition.order({ ...sell, price: 99, orderQty: 8 }))).toEqual([
      "AuctionIndication 10@99 2",
    ]);
    expect(indications(partition.replace({ orderID: orderID(5), orderQty: 12 }))).toEqual([
      "AuctionIndication 12@99 0",
    ]);
    expect(indications(partition.massCancel({ accountID: alice }))).toEqual([
      "AuctionIndication 0@0 0",
    ]);
  });

  test("follow what falls due, and a new grid", () => {
    const partition = Partition.open({}, { tradingState: Auction });
    const expireTime = partition.time + 100;
    partition.order({ price: 109, timeInForce: TimeInForce.GTD, expireTime });
    expect(indications(partition.order({ accountID: bob, side: Sell, price: 101 }))).toEqual([
      "AuctionIndication 10@101 0",
    ]);
    expect(indications(partition.defineSecurity({ referencePrice: 106 }))).toEqual([
      "AuctionIndication 10@106 0",
    ]);
    expect(brief(partition.tick(100))).toEqual([
      `OrderCanceled 5 ${CancelReason.Expired} 10`,
      "TimeTicked",
      "AuctionIndication 0@0 0",
    ]);
  });

  test("begin with the state Auction, and end with it", () => {
    const partition = collecting(["10@100"], ["10@100"]);
    expect(brief(partition.setState(Auction))).toEqual([
      "SecurityStatusChanged",
      "AuctionIndication 10@100 0",
    ]);
    expect(brief(partition.setState(Auction))).toEqual(["SecurityStatusChanged"]);
    expect(brief(partition.setState(PreOpen))).toEqual(["SecurityStatusChanged"]);
    expect(indications(partition.setState(Auction))).toEqual(["AuctionIndication 10@100 0"]);
  });

  test("say which side would be left", () => {
    const partition = Partition.open({}, { tradingState: Auction });
    partition.order();
    expect(partition.order({ accountID: bob, side: Sell, orderQty: 4 })[1]).toMatchObject({
      imbalanceQty: 6,
      imbalanceSide: Buy,
    });
  });

  test("what was published last is part of the snapshot", () => {
    const partition = Partition.open({}, { tradingState: Auction });
    partition.order();
    partition.order({ accountID: bob, side: Sell, orderQty: 4 });
    const published = { indicativePrice: 100, indicativeQty: 4, imbalanceQty: 6 };
    expect(partition.state().instruments[0]).toMatchObject({ ...published, imbalanceSide: Buy });
    partition.engine = Engine.restore(partition.serialise());
    expect(indications(partition.order({ price: 50 }))).toEqual([]);
    expect(brief(partition.setState(Open))).toEqual(["SecurityStatusChanged", "Trade 5x6 4@100"]);
  });
});
