import { describe, expect, test } from "bun:test";

import {
  BusinessRejectReason,
  CancelReason,
  ContingencyType,
  DisconnectScope,
  OrdRejReason,
  OrdType,
  Side,
  TimeInForce,
} from "../../schema/generated/enums.ts";
import { replayAttempt } from "../../schema/topics.ts";
import { alice, bob, brief, orderID, Partition } from "./core.fixture.ts";
import { Engine } from "./engine.ts";

const { Sell } = Side;
const one = 71;
const other = 72;
const canceled = (firstSeqNum: number, qty: number) =>
  `OrderCanceled ${firstSeqNum} ${CancelReason.DeadManTimer} ${qty}`;
const lost = `OrderRejected ${OrdRejReason.ConnectionLost}`;

/** With timers of two connections of alice's, at 500 and 900 ms from now. */
function connected(): Partition {
  const partition = Partition.open();
  partition.timer(500, alice, one);
  partition.timer(900, alice, other);
  return partition;
}

describe("rule 32: the timer of a connection (SEMANTICS §5d)", () => {
  test("cancels what its connection has brought, in the order of a mass cancel, and nothing else", () => {
    const partition = connected();
    partition.order({ connectionID: one });
    partition.order({ connectionID: other, price: 99 });
    partition.order({ price: 98 });
    partition.order({ accountID: bob, price: 97 });
    partition.order({
      connectionID: one,
      ordType: OrdType.Stop,
      price: 0,
      stopPx: 200,
      orderQty: 3,
    });
    partition.order({ connectionID: one, side: Sell, price: 110, orderQty: 40, displayQty: 10 });
    partition.order({ connectionID: one, price: 101, orderQty: 2 });
    expect(brief(partition.tick(499))).toEqual(["TimeTicked"]);
    expect(brief(partition.tick(1))).toEqual([
      canceled(13, 2),
      canceled(7, 10),
      canceled(12, 40),
      canceled(11, 3),
      "DeadManTimerFired",
      "TimeTicked",
    ]);
    expect(partition.book()).toBe("8 10@99, 9 10@98, 10 10@97");
    expect(brief(partition.tick(400))).toEqual([
      canceled(8, 10),
      "DeadManTimerFired",
      "TimeTicked",
    ]);
  });

  test("says whose it is, when it is set and when it fires", () => {
    const partition = Partition.open();
    const deadline = partition.time + 500;
    const whose = { scope: DisconnectScope.Connection, connectionID: one, accountID: alice };
    expect(partition.timer(500, alice, one)).toMatchObject([
      { kind: "DeadManTimerSet", deadline, ...whose },
    ]);
    const [fired] = partition.tick(500);
    const totalAffectedOrders = 0;
    expect(fired).toMatchObject({
      kind: "DeadManTimerFired",
      deadline,
      totalAffectedOrders,
      ...whose,
    });
  });

  test("stands beside the account's own, which takes all orders along and leaves the timer", () => {
    const partition = connected();
    partition.order({ connectionID: one });
    partition.timer(100);
    expect(brief(partition.tick(100))).toEqual([
      canceled(7, 10),
      "DeadManTimerFired",
      "TimeTicked",
    ]);
    expect(brief(partition.order({ connectionID: one }))).toEqual(["OrderAccepted"]);
    expect(brief(partition.tick(400))).toEqual([
      canceled(10, 10),
      "DeadManTimerFired",
      "TimeTicked",
    ]);
  });

  test("fires by deadline, then account, then connection", () => {
    const partition = Partition.open();
    partition.timer(600, bob, one);
    partition.timer(600, alice, other);
    partition.timer(600, alice);
    partition.timer(600, alice, one);
    partition.timer(500, bob);
    const fired = partition.tick(600).flatMap((event) => {
      if (event.kind !== "DeadManTimerFired") return [];
      return [[event.accountID, event.connectionID ?? 0]];
    });
    expect(fired).toEqual([
      [bob, 0],
      [alice, 0],
      [alice, one],
      [alice, other],
      [bob, one],
    ]);
  });

  test("is of its account: another one's connection of the same number stays", () => {
    const partition = Partition.open();
    partition.timer(500, alice, one);
    partition.timer(5_000, bob, one);
    partition.order({ accountID: bob, connectionID: one });
    expect(brief(partition.tick(500))).toEqual(["DeadManTimerFired", "TimeTicked"]);
    expect(partition.book()).toBe("7 10@100");
  });

  test("is moved by the next request, disarmed by zero, and is gone once it has fired", () => {
    const partition = Partition.open();
    partition.timer(500, alice, one);
    partition.order({ connectionID: one });
    partition.tick(400);
    partition.timer(500, alice, one);
    expect(brief(partition.tick(400))).toEqual(["TimeTicked"]);
    partition.timer(0, alice, one);
    expect(partition.state().deadManTimers).toEqual([]);
    expect(brief(partition.tick(10_000))).toEqual(["TimeTicked"]);
    partition.timer(500, alice, one);
    partition.tick(500);
    expect(partition.state().deadManTimers).toEqual([]);
    expect(brief(partition.tick(10_000))).toEqual(["TimeTicked"]);
  });

  test("a timer of a connection has one, of the account none; both are refused otherwise", () => {
    const partition = Partition.open();
    const refused = [`BusinessMessageReject ${BusinessRejectReason.InvalidDefinition}`];
    const { Account, Connection } = DisconnectScope;
    const timeoutMs = 500;
    expect(brief(partition.disconnect({ timeoutMs, scope: Connection }))).toEqual(refused);
    const mixed = { timeoutMs, scope: Account, connectionID: one };
    expect(brief(partition.disconnect(mixed))).toEqual(refused);
    expect(brief(partition.timer(500, 9, one))).toEqual([
      `BusinessMessageReject ${BusinessRejectReason.UnknownAccount}`,
    ]);
  });

  test("as many are armed as there may be accounts; those that are can be moved", () => {
    const partition = Partition.open({ accountCountMax: 3 });
    const full = [`BusinessMessageReject ${BusinessRejectReason.CapacityReached}`];
    for (const connectionID of [1, 2, 3]) partition.timer(500, alice, connectionID);
    expect(brief(partition.timer(500, bob, 4))).toEqual(full);
    expect(brief(partition.timer(600, alice, 3))).toEqual(["DeadManTimerSet"]);
    expect(brief(partition.timer(600, bob))).toEqual(["DeadManTimerSet"]);
    partition.timer(0, alice, 1);
    expect(brief(partition.timer(500, bob, 4))).toEqual(["DeadManTimerSet"]);
    partition.tick(600);
    expect(brief(partition.timer(500, bob, 5))).toEqual(["DeadManTimerSet"]);
  });
});

describe("rule 32: orders of a connection whose timer has run out (SEMANTICS §3)", () => {
  test("are refused, since nobody would cancel them any more, until it is armed again", () => {
    const partition = connected();
    partition.tick(500);
    expect(brief(partition.order({ connectionID: one }))).toEqual([lost]);
    expect(brief(partition.order({ connectionID: one, timeInForce: TimeInForce.IOC }))).toEqual([
      lost,
    ]);
    expect(brief(partition.order({ connectionID: other }))).toEqual(["OrderAccepted"]);
    partition.timer(500, alice, one);
    expect(brief(partition.order({ connectionID: one }))).toEqual(["OrderAccepted"]);
  });

  test("the refusal comes after the deadline, before the symbol, and is repeated", () => {
    const partition = connected();
    partition.tick(500);
    const late = partition.order({ connectionID: one, validUntil: partition.time - 1 });
    expect(brief(late)).toEqual([`OrderRejected ${OrdRejReason.TooLateToEnter}`]);
    const symbol = "LATE";
    const early = { symbol, orderID: orderID(9, symbol), validUntil: partition.time + 50_000 };
    expect(brief(partition.order({ connectionID: one, ...early }))).toEqual([lost]);
    expect(brief(partition.order({ connectionID: other, ...early }))).toEqual(["Duplicate"]);
  });
});

describe("rule 32: what becomes of an order of a connection", () => {
  test("it keeps its connection over fills, replaces and its triggering", () => {
    const partition = connected();
    partition.order({ connectionID: one });
    partition.order({
      connectionID: one,
      ordType: OrdType.StopLimit,
      side: Sell,
      stopPx: 99,
      price: 120,
    });
    partition.order({ accountID: bob, side: Sell, orderQty: 4, price: 100 });
    partition.replace({ orderID: orderID(7), price: 99 });
    partition.order({ accountID: bob, side: Sell, orderQty: 1, price: 99 });
    expect(partition.book()).toBe("7 5@99, 8 10@120");
    expect(brief(partition.tick(500))).toEqual([
      canceled(7, 5),
      canceled(8, 10),
      "DeadManTimerFired",
      "TimeTicked",
    ]);
  });

  test("orders of lists and both legs of a pair go, each once, and are counted", () => {
    const partition = connected();
    partition.list([["new", { connectionID: one, price: 90 }]]);
    const { OneCancelsTheOther: contingencyType } = ContingencyType;
    partition.list(
      [
        ["new", { connectionID: one, side: Sell, price: 110 }],
        ["new", { connectionID: one, side: Sell, ordType: OrdType.Stop, price: 0, stopPx: 80 }],
      ],
      { contingencyType },
    );
    expect(partition.book()).toBe("7 10@90, 8 10@110");
    const events = partition.tick(500);
    expect(brief(events)).toEqual([
      canceled(7, 10),
      canceled(8, 10),
      `OrderCanceled 8 ${CancelReason.OtherLeg} 10`,
      "DeadManTimerFired",
      "TimeTicked",
    ]);
    expect(events.at(-2)).toMatchObject({ kind: "DeadManTimerFired", totalAffectedOrders: 3 });
  });

  test("the second leg of a pair has a connection of its own, or none", () => {
    const partition = connected();
    const { OneCancelsTheOther: contingencyType } = ContingencyType;
    const stop = { side: Sell, ordType: OrdType.StopLimit, stopPx: 80, price: 70 };
    partition.list(
      [
        ["new", { ...stop, connectionID: one }],
        ["new", { side: Sell, price: 110 }],
      ],
      { contingencyType },
    );
    const [instrument] = partition.state().instruments;
    expect(instrument?.waiting).toMatchObject([{ connectionID: one }]);
    expect(instrument?.orders).toMatchObject([{ connectionID: 0 }]);
  });

  test("a deferred one is settled with its connection, and others of the account wait on", () => {
    const partition = connected();
    const early = { symbol: "LATE", validUntil: partition.time + 50_000 };
    partition.order({ ...early, orderID: orderID(1, "LATE"), connectionID: one });
    partition.order({ ...early, orderID: orderID(2, "LATE"), connectionID: other });
    partition.order({ ...early, orderID: orderID(3, "LATE") });
    const restored = Engine.restore(partition.serialise());
    partition.engine = restored;
    expect(brief(partition.tick(500))).toEqual([
      `OrderRejected ${OrdRejReason.CanceledBeforeEntry}`,
      "DeadManTimerFired",
      "TimeTicked",
    ]);
    expect(partition.state().deferred).toHaveLength(2);
  });

  test("later attempts and replays are not asked for their connection", () => {
    const partition = connected();
    const symbol = "LATE";
    const early = {
      ...partition.newOrder({ symbol, orderID: orderID(1, symbol), connectionID: other }),
      validUntil: partition.time + 50_000,
    };
    partition.apply(early);
    partition.timer(0, alice, other);
    partition.defineSecurity({ symbol });
    expect(brief(partition.apply({ ...early, attempt: 1 }))).toEqual(["OrderAccepted"]);
    expect(brief(partition.apply({ ...early, attempt: replayAttempt }))).toEqual(["Duplicate"]);
    expect(partition.state().instruments[1]?.orders).toMatchObject([{ connectionID: other }]);
  });

  test("rule 37: all of it is part of the snapshot", () => {
    const partition = connected();
    partition.timer(300, bob);
    partition.order({ connectionID: one });
    partition.order({ price: 99 });
    partition.order({ connectionID: other, price: 98, orderQty: 40, displayQty: 10 });
    partition.order({ connectionID: one, ordType: OrdType.Stop, price: 0, stopPx: 200 });
    partition.limit({ openOrderCountMax: 9 });
    const bytes = partition.serialise();
    const { time, seqNum } = partition;
    const again = new Partition();
    again.engine = Engine.restore(bytes);
    again.engine.audit();
    Object.assign(again, { time, seqNum });
    expect(again.serialise()).toEqual(bytes);
    expect(again.tick(500)).toEqual(partition.tick(500));
    expect(again.tick(400)).toEqual(partition.tick(400));
    expect(again.serialise()).toEqual(partition.serialise());
    expect(again.book()).toBe("9 10@99");
  });
});
