import { describe, expect, test } from "bun:test";

import {
  BusinessRejectReason,
  CancelReason,
  OrdRejReason,
  OrdType,
  Side,
  TradingState,
} from "../../schema/generated/enums.ts";
import { alice, bob, brief, orderID, Partition } from "./core.fixture.ts";
import { Engine } from "./engine.ts";

const { Sell } = Side;
const canceled = (firstSeqNum: number, qty: number) =>
  `OrderCanceled ${firstSeqNum} ${CancelReason.DeadManTimer} ${qty}`;

describe("rule 32: the dead-man timer (SEMANTICS §5d)", () => {
  test("cancels all that its account has open once its deadline has come, and nothing else", () => {
    const partition = Partition.open();
    partition.order();
    partition.order({ accountID: bob, price: 99 });
    partition.order({ ordType: OrdType.Stop, price: 0, stopPx: 200, orderQty: 3 });
    partition.order({ side: Sell, price: 110, orderQty: 4 });
    partition.timer(500);
    expect(brief(partition.tick(499))).toEqual(["TimeTicked"]);
    expect(brief(partition.tick(1))).toEqual([
      canceled(5, 10),
      canceled(8, 4),
      canceled(7, 3),
      "DeadManTimerFired",
      "TimeTicked",
    ]);
    expect(partition.book()).toBe("6 10@99");
  });

  test("fires before the command that finds it due: no order that should be gone trades", () => {
    const partition = Partition.open();
    partition.order();
    partition.timer(500);
    partition.time += 500;
    expect(brief(partition.order({ accountID: bob, side: Sell }))).toEqual([
      canceled(5, 10),
      "DeadManTimerFired",
      "OrderAccepted",
    ]);
  });

  test("fires once, also when it ran out while nothing came", () => {
    const partition = Partition.open();
    partition.timer(500);
    expect(brief(partition.tick(60_000))).toEqual(["DeadManTimerFired", "TimeTicked"]);
    partition.order();
    expect(brief(partition.tick(60_000))).toEqual(["TimeTicked"]);
  });

  test("is moved by the next request, and disarmed by zero", () => {
    const partition = Partition.open();
    partition.order();
    partition.timer(500);
    partition.tick(400);
    expect(partition.timer(500)).toMatchObject([
      { kind: "DeadManTimerSet", deadline: partition.time + 500 },
    ]);
    expect(brief(partition.tick(400))).toEqual(["TimeTicked"]);
    expect(partition.timer(0)).toMatchObject([{ kind: "DeadManTimerSet", deadline: 0 }]);
    expect(brief(partition.tick(10_000))).toEqual(["TimeTicked"]);
  });

  test("fires by deadline, then by accountID", () => {
    const partition = Partition.open();
    partition.timer(600, alice);
    partition.timer(500, bob);
    const [first, second] = partition.tick(600);
    expect([first, second]).toMatchObject([
      { kind: "DeadManTimerFired", accountID: bob },
      { kind: "DeadManTimerFired", accountID: alice },
    ]);
  });

  test("ends deferred orders, and passes closed instruments over", () => {
    const partition = Partition.open();
    partition.defineSecurity({ symbol: "ETH-USD" });
    partition.order();
    partition.order({ symbol: "ETH-USD" });
    partition.setState(TradingState.Closed, "ETH-USD");
    const validUntil = partition.time + 50_000;
    partition.order({ symbol: "LATE", orderID: orderID(9, "LATE"), validUntil });
    partition.timer(500);
    expect(brief(partition.tick(500))).toEqual([
      canceled(6, 10),
      `OrderRejected ${OrdRejReason.CanceledBeforeEntry}`,
      "DeadManTimerFired",
      "TimeTicked",
    ]);
    expect(partition.book("ETH-USD")).toBe("7 10@100");
  });

  test("is part of the snapshot, and stays when its account is changed", () => {
    const partition = Partition.open();
    partition.timer(500);
    partition.pays(alice, 1);
    partition.engine = Engine.restore(partition.serialise());
    expect(brief(partition.tick(500))).toEqual(["DeadManTimerFired", "TimeTicked"]);
  });

  test("is a defined account's", () => {
    expect(brief(Partition.open().timer(500, 9))).toEqual([
      `BusinessMessageReject ${BusinessRejectReason.UnknownAccount}`,
    ]);
  });
});
