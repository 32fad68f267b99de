import { describe, expect, test } from "bun:test";

import {
  SelfTradePrevention,
  Side,
  TimeInForce,
  TradingState,
} from "../../schema/generated/enums.ts";
import { Scenario, told } from "./scenario.ts";

const { Buy, Sell } = Side;
const { IOC, GTD } = TimeInForce;

describe("SEMANTICS §1: one command", () => {
  test("time never falls, and runs at most a minute ahead of the sender", () => {
    const venue = new Scenario();
    venue.send({ kind: "TimeTick", sendingTime: 5_000 });
    expect(venue.engine.now).toBe(65_000);
    venue.time = 1_000;
    venue.tick();
    expect(venue.engine.now).toBe(65_000);
  });

  test("an unreadable record has no sending time", () => {
    const venue = new Scenario();
    expect(told(venue.engine.applyUnreadable("Undecodable", 1, 777, 1))).toEqual([
      "BusinessMessageReject Undecodable",
    ]);
    expect(venue.engine.now).toBe(777);
  });

  test("GTD orders expire in order of time, then of entry, before the command itself", () => {
    const venue = Scenario.open();
    const expiring = (id: number, expireTime: number): void =>
      void venue.order(id, Buy, 1, 10 + id, { timeInForce: GTD, expireTime });
    expiring(1, venue.time + 9);
    expiring(2, venue.time + 5);
    expiring(3, venue.time + 5);
    expiring(4, venue.time + 99);
    venue.time += 9;
    expect(told(venue.order(5, Sell, 1, 11, { accountID: 2 }))).toEqual([
      "OrderCanceled #2 Expired canceled 1 cum 0",
      "OrderCanceled #3 Expired canceled 1 cum 0",
      "OrderCanceled #1 Expired canceled 1 cum 0",
      "OrderAccepted",
      "Trade #4 with #5 1 at 14 leaves 0, 0",
    ]);
  });

  test("rptSeq counts an instrument's events without a gap, refusals of new orders included", () => {
    const venue = Scenario.open();
    const numbers = [
      venue.order(1, Sell, 1, 10),
      venue.order(2, Buy, 1, 10, { accountID: 9 }),
      venue.order(3, Buy, 1, 10, { accountID: 2 }),
      venue.status(TradingState.Halt),
    ].flatMap((events) => events.map((event) => ("rptSeq" in event ? event.rptSeq : -1)));
    expect(numbers).toEqual([2, 3, 4, 5, 6]);
  });
});

describe("SEMANTICS §2: the id window", () => {
  test("a repeat is answered with the first decision, whenever it comes and whoever sends it", () => {
    const venue = Scenario.open();
    venue.order(1, Buy, 1, 10);
    expect(told(venue.order(1, Buy, 1, 10, { validUntil: 1 }))).toEqual([
      "Duplicate of 5 reason 0",
    ]);
    expect(told(venue.order(1, Buy, 1, 10, { accountID: 2 }))).toEqual([
      "Duplicate of 5 conflict reason 0",
    ]);
    expect(told(venue.order(1, Buy, 1, 10, { requestHash: "00000000000000bb" }))).toEqual([
      "Duplicate of 5 conflict reason 0",
    ]);
    venue.order(2, Buy, 1, 0, { timeInForce: TimeInForce.GTC });
    expect(told(venue.order(2, Buy, 1, 10))).toEqual(["Duplicate of 9 reason 11"]);
  });

  test("an entry leaves after the window, but not while its order rests", () => {
    const venue = Scenario.open({}, { idWindowMs: 100 });
    venue.order(1, Buy, 1, 10);
    venue.order(2, Buy, 1, 10, { timeInForce: IOC });
    venue.time += 99;
    expect(told(venue.order(2, Buy, 1, 10))).toEqual(["Duplicate of 6 reason 0"]);
    venue.time += 1;
    expect(told(venue.order(2, Buy, 1, 10))).toEqual(["OrderAccepted"]);
    expect(told(venue.order(1, Buy, 1, 10))).toEqual(["Duplicate of 5 reason 0"]);
    venue.cancel(1);
    expect(told(venue.order(1, Buy, 1, 10))).toEqual(["OrderAccepted"]);
  });

  test("an account at its share is refused, and the refusal leaves no entry", () => {
    const venue = Scenario.open({}, { idWindowEntryMax: 9 });
    for (const id of [1, 2]) venue.order(id, Buy, 1, 10);
    for (let again = 0; again < 2; again++) {
      expect(told(venue.order(3, Buy, 1, 10))).toEqual(["OrderRejected IdWindowFull"]);
    }
    expect(told(venue.replace(1, { price: 11 }))).toEqual(["OrderCancelReject IdWindowFull"]);
    expect(told(venue.massCancel())).toEqual(["BusinessMessageReject IdWindowFull"]);
    expect(told(venue.order(4, Buy, 1, 10, { accountID: 2 }))).toEqual(["OrderAccepted"]);
  });

  test("a cancel leaves no entry: it repeats harmlessly", () => {
    const venue = Scenario.open();
    venue.order(1, Buy, 1, 10);
    const commandID = "00000000-0000-0000-0000-0000000000ff";
    expect(told(venue.cancel(1, { commandID }))).toEqual([
      "OrderCanceled #1 Requested canceled 1 cum 0",
    ]);
    expect(told(venue.cancel(1, { commandID }))).toEqual(["OrderCancelReject UnknownOrder"]);
  });
});

describe("SEMANTICS §4: the operator's commands", () => {
  test("a mass cancel goes by securityID, bids from the best down, asks from the best up, in queue order", () => {
    const venue = Scenario.open();
    venue.order(1, Buy, 1, 9);
    venue.order(2, Buy, 1, 10);
    venue.order(3, Buy, 1, 10, { accountID: 2 });
    venue.order(4, Buy, 1, 10);
    venue.order(5, Sell, 1, 12);
    venue.order(6, Sell, 1, 11);
    const ids = (events: readonly string[]) =>
      events.slice(0, -1).map((line) => line.split(" ")[1]);
    expect(ids(told(venue.massCancel({ side: Buy })))).toEqual(["#2", "#4", "#1"]);
    expect(told(venue.massCancel({ accountID: 0 })).at(-1)).toBe("OrderMassCancelReport 3");
  });

  test("the trading state says what is taken: new, replace / cancel / mass cancel / expiry", () => {
    const taken = (tradingState: TradingState) => {
      const venue = Scenario.open();
      venue.order(1, Buy, 2, 10, { timeInForce: GTD, expireTime: venue.time + 5 });
      venue.order(2, Buy, 2, 10);
      venue.order(3, Buy, 2, 10);
      venue.status(tradingState);
      const answers = [
        venue.order(4, Buy, 1, 1),
        venue.replace(2, { orderQty: 1 }),
        venue.cancel(2),
        venue.massCancel(),
      ];
      venue.time += 5;
      return [...answers, venue.tick()].map((events) =>
        told(events)
          .at(0)!
          .replace(/ canceled.*/, ""),
      );
    };
    expect(taken(TradingState.Open)).toEqual([
      "OrderAccepted",
      "OrderReplaced #2 1 leaves 1 at 10 in place",
      "OrderCanceled #2 Requested",
      "OrderCanceled #1 MassCancel",
      "TimeTicked",
    ]);
    for (const state of [TradingState.Halt, TradingState.CancelOnly]) {
      expect(taken(state)).toEqual([
        "OrderRejected ExchangeClosed",
        "OrderCancelReject ExchangeClosed",
        "OrderCanceled #2 Requested",
        "OrderCanceled #1 MassCancel",
        "TimeTicked",
      ]);
    }
    expect(taken(TradingState.Closed)).toEqual([
      "OrderRejected ExchangeClosed",
      "OrderCancelReject ExchangeClosed",
      "OrderCancelReject ExchangeClosed",
      "OrderMassCancelReport 0",
      "OrderCanceled #1 Expired",
    ]);
  });

  test.each([
    ["an empty symbol", { symbol: "" }],
    ["a symbol in lower case", { symbol: "btc" }],
    ["a symbol that starts with a dash", { symbol: "-A" }],
    ["an exponent below -18", { priceExponent: -19 }],
    ["an exponent above 9", { qtyExponent: 10 }],
    ["a tick of 0", { tickSize: 0 }],
    ["a lot of 0", { lotSize: 0 }],
    ["a maximum below the minimum", { minOrderQty: 2, maxOrderQty: 1 }],
    ["no self-trade prevention of its own", { selfTradePrevention: SelfTradePrevention.Default }],
    ["no quote currency", { quoteCurrency: "" }],
  ])("an instrument with %s is no instrument", (_, change) => {
    expect(told(new Scenario().define(change))).toEqual([
      "BusinessMessageReject InvalidDefinition",
    ]);
  });

  test("two symbols of one murmur2 cannot both be listed", () => {
    const venue = new Scenario();
    expect(told(venue.define({ symbol: "QI1H-USD" }))).toEqual(["SecurityDefined"]);
    expect(told(venue.define({ symbol: "BGBFA-USD" }))).toEqual([
      "BusinessMessageReject SymbolHashTaken",
    ]);
  });

  test("a change keeps the trading state and what rests, and never the exponents", () => {
    const venue = Scenario.open();
    venue.order(1, Buy, 3, 11);
    venue.status(TradingState.Halt);
    expect(told(venue.define({ priceExponent: -3 }))).toEqual([
      "BusinessMessageReject ExponentChanged",
    ]);
    expect(venue.define({ tickSize: 5, lotSize: 2 })).toMatchObject([
      { created: false, tradingState: TradingState.Halt, tickSize: 5 },
    ]);
    expect(told(venue.cancel(1))).toEqual(["OrderCanceled #1 Requested canceled 3 cum 0"]);
  });
});
