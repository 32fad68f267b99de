import { describe, expect, test } from "bun:test";

import {
  BusinessRejectReason,
  CancelReason,
  OrdRejReason,
  OrdType,
  Side,
  TimeInForce,
  TradingState,
} from "../../schema/generated/enums.ts";
import type { Event } from "../../schema/generated/records.ts";
import { bob, brief, orderID, Partition } from "./core.fixture.ts";
import { Engine } from "./engine.ts";

const { Closed, Halt, Open } = TradingState;
const expired = (firstSeqNum: number, qty: number) =>
  `OrderCanceled ${firstSeqNum} ${CancelReason.Expired} ${qty}`;

function statesOf(events: readonly Event[]): TradingState[] {
  return events.flatMap((event) =>
    event.kind === "SecurityStatusChanged" ? [event.tradingState] : [],
  );
}

describe("rule 34: sessions run by log time (SEMANTICS §5e)", () => {
  test("a scheduled change comes with the first command at its time, before that command", () => {
    const partition = Partition.open();
    const effectiveTime = partition.time + 500;
    expect(partition.schedule(Closed, effectiveTime)).toMatchObject([
      { kind: "SecurityStatusScheduled", rptSeq: 2, tradingState: Closed, effectiveTime },
    ]);
    partition.time += 499;
    expect(brief(partition.order())).toEqual(["OrderAccepted"]);
    partition.time += 1;
    expect(partition.order()).toMatchObject([
      { kind: "SecurityStatusChanged", tradingState: Closed, effectiveTime },
      { kind: "OrderRejected", ordRejReason: OrdRejReason.ExchangeClosed },
    ]);
  });

  test("a session of several changes runs in the order of their times, also after a downtime", () => {
    const partition = Partition.open();
    const { time } = partition;
    partition.schedule(Closed, time + 300);
    partition.schedule(Halt, time + 100);
    partition.schedule(Open, time + 200);
    expect(statesOf(partition.tick(1_000))).toEqual([Halt, Open, Closed]);
    expect(statesOf(partition.tick(1_000))).toEqual([]);
  });

  test("changes of one time go by securityID; a later one for the same time takes its place", () => {
    const partition = Partition.open();
    partition.defineSecurity({ symbol: "ETH-USD" });
    const at = partition.time + 100;
    partition.schedule(Closed, at, "ETH-USD");
    partition.schedule(Closed, at);
    partition.schedule(Halt, at);
    expect(partition.tick(100)).toMatchObject([
      { securityID: 1, tradingState: Halt },
      { securityID: 2, tradingState: Closed },
      { kind: "TimeTicked" },
    ]);
  });

  test("a change at once drops what was scheduled for its instrument, and only for that", () => {
    const partition = Partition.open();
    partition.defineSecurity({ symbol: "ETH-USD" });
    partition.schedule(Open, partition.time + 100);
    partition.schedule(Halt, partition.time + 100, "ETH-USD");
    partition.setState(Halt);
    expect(partition.tick(100)).toMatchObject([
      { securityID: 2, tradingState: Halt },
      { kind: "TimeTicked" },
    ]);
  });

  test("a time that has passed is refused, and so is the seventeenth change that waits", () => {
    const partition = Partition.open();
    expect(brief(partition.schedule(Halt, partition.time))).toEqual([
      `BusinessMessageReject ${BusinessRejectReason.TooLateToEnter}`,
    ]);
    for (let count = 1; count <= 16; count++) partition.schedule(Halt, partition.time + count);
    expect(brief(partition.schedule(Open, partition.time + 17))).toEqual([
      `BusinessMessageReject ${BusinessRejectReason.CapacityReached}`,
    ]);
    expect(brief(partition.schedule(Open, partition.time + 16))).toEqual([
      "SecurityStatusScheduled",
    ]);
  });

  test("what waits is part of the snapshot", () => {
    const partition = Partition.open();
    partition.schedule(Closed, partition.time + 100);
    partition.engine = Engine.restore(partition.serialise());
    expect(statesOf(partition.tick(100))).toEqual([Closed]);
  });

  test("an order that expires at the time of a change is gone before it", () => {
    const partition = Partition.open();
    const at = partition.time + 100;
    partition.order({ timeInForce: TimeInForce.GTD, expireTime: at });
    partition.schedule(Halt, at);
    expect(brief(partition.tick(100))).toEqual([
      expired(5, 10),
      "SecurityStatusChanged",
      "TimeTicked",
    ]);
  });
});

describe("orders for the day (SEMANTICS §5e)", () => {
  const { Day } = TimeInForce;

  test("rest and trade as others, and expire when their instrument is closed", () => {
    const partition = Partition.open();
    partition.order({ timeInForce: Day });
    partition.order();
    partition.order({ timeInForce: Day, side: Side.Sell, price: 110, orderQty: 4 });
    const stop = { ordType: OrdType.Stop, price: 0, stopPx: 200, orderQty: 3 };
    partition.order({ ...stop, timeInForce: Day });
    partition.order({ accountID: bob, side: Side.Sell, orderQty: 2 });
    partition.setState(Halt);
    expect(brief(partition.setState(Closed))).toEqual([
      "SecurityStatusChanged",
      expired(5, 8),
      expired(7, 4),
      expired(8, 3),
    ]);
    expect(partition.book()).toBe("6 10@100");
  });

  test("have no expireTime, and are no market orders", () => {
    const partition = Partition.open();
    const refused = [`OrderRejected ${OrdRejReason.UnsupportedOrderCharacteristic}`];
    const expireTime = partition.time + 100;
    expect(brief(partition.order({ timeInForce: Day, expireTime }))).toEqual(refused);
    expect(brief(partition.market({ timeInForce: Day }))).toEqual(refused);
  });

  test("are canceled and replaced as others", () => {
    const partition = Partition.open();
    partition.order({ timeInForce: Day });
    expect(brief(partition.replace({ orderID: orderID(5), price: 99 }))).toEqual([
      "OrderReplaced 5 10@99",
    ]);
    expect(brief(partition.cancel({ orderID: orderID(5) }))).toEqual([
      `OrderCanceled 5 ${CancelReason.Requested} 10`,
    ]);
  });
});
