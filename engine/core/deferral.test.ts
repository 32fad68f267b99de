import { describe, expect, test } from "bun:test";

import {
  CancelReason,
  CxlRejReason,
  DeadReason,
  Decision,
  OrdRejReason,
  Side,
  TimeInForce,
  TradingState,
} from "../../schema/generated/enums.ts";
import { bodyHeaderBytes } from "../../schema/body.ts";
import { crc32 } from "../../schema/crc32.ts";
import { frame } from "../../schema/frame.ts";
import { NewOrderSingleLayout } from "../../schema/generated/new-order-single.ts";
import type { NewOrderSingle } from "../../schema/generated/new-order-single.ts";
import { headerBytes, schemaVersion } from "../../schema/generated/records.ts";
import { isNewerOrder } from "../../schema/newer-order.ts";
import { replayAttempt } from "../../schema/topics.ts";
import { alice, bob, brief, orderID, Partition } from "./core.fixture.ts";
import { CommandBuffer } from "./command-buffer.ts";
import { Engine } from "./engine.ts";
import { EventBuffer } from "./event-buffer.ts";
import { builtSemantics } from "./semantics.ts";

const late = "LATE-USD";
const { deferredCountMax } = builtSemantics[0].rules;

/** An order for an instrument that is not listed, good for 60 seconds. */
function early(partition: Partition, fields: Partial<Omit<NewOrderSingle, "kind">> = {}) {
  return partition.newOrder({ symbol: late, validUntil: partition.time + 60_000, ...fields });
}

function list(partition: Partition) {
  return partition.defineSecurity({ symbol: late });
}

describe("an order of an unknown symbol (SEMANTICS §3a)", () => {
  test("is deferred: neither accepted nor refused", () => {
    const partition = Partition.open();
    const order = early(partition);
    const [event] = partition.apply(order);
    expect(event).toEqual({
      kind: "Deferred",
      rptSeq: 0,
      securityID: 0,
      accountID: alice,
      orderID: order.orderID,
      firstSeqNum: 5,
      orderQty: 10,
      price: 100,
      ordRejReason: OrdRejReason.UnknownSymbol,
      side: Side.Buy,
      ordType: order.ordType,
      timeInForce: order.timeInForce,
      attempt: 0,
      symbol: late,
      clOrdID: order.clOrdID,
      validUntil: order.validUntil,
    });
    expect(partition.state().idWindow.at(-1)).toMatchObject({
      decision: Decision.Deferred,
      reason: OrdRejReason.UnknownSymbol,
      attempt: 0,
      mark: 0,
    });
  });

  const { UnknownSymbol } = OrdRejReason;
  test.each([
    ["its symbol is one that no definition can have", { symbol: "late" }],
    ["its orderID is not one of its symbol", { orderID: orderID(9) }],
    ["it has no validUntil", { validUntil: 0 }],
    ["its validUntil comes as the back-off ends", { validUntil: 1_001_000 }],
    ["its validUntil comes after its entry has run out", { validUntil: 1_000_000 + 600_000 }],
  ])("is refused at once where %s", (_, fields) => {
    const partition = Partition.open();
    expect(brief(partition.apply(early(partition, fields)))).toEqual([
      `OrderRejected ${UnknownSymbol}`,
    ]);
    expect(partition.state().deferred).toEqual([]);
  });

  test("is refused at once where as many are deferred as may be", () => {
    const partition = Partition.open();
    const engine = new Engine();
    const out = new EventBuffer();
    for (let seqNum = 1; seqNum <= deferredCountMax + 1; seqNum++) {
      const order = early(partition, { orderID: orderID(seqNum, late) });
      out.reset();
      engine.apply(CommandBuffer.of(frame(order)), 0, seqNum, 1_000_000, seqNum, out);
      const isDeferred = out.view.getUint16(bodyHeaderBytes + 2, true) === 80;
      expect(isDeferred).toBe(seqNum <= deferredCountMax);
    }
    engine.audit();
  });
});

describe("a later attempt", () => {
  test("is carried out once its instrument is listed, under the firstSeqNum of the first", () => {
    const partition = Partition.open();
    const order = early(partition);
    partition.apply(order);
    list(partition);
    const [event] = partition.apply({ ...order, attempt: 1 });
    expect(event).toMatchObject({ kind: "OrderAccepted", orderID: order.orderID, firstSeqNum: 5 });
    expect(partition.book(late)).toBe("5 10@100");
    expect(partition.state().idWindow.find(({ id }) => id === order.orderID)).toMatchObject({
      decision: Decision.Accepted,
      seqNum: 5,
      attempt: 0,
    });
  });

  test("is applied only where the window says deferred at the attempt before", () => {
    const partition = Partition.open();
    const order = early(partition);
    partition.apply(order);
    list(partition);
    for (const attempt of [0, 2, 3, replayAttempt]) {
      const [event] = partition.apply({ ...order, attempt });
      expect(event).toMatchObject({ kind: "Duplicate", decision: Decision.Deferred });
    }
    for (const change of [{ requestHash: "ff".repeat(8) }, { accountID: bob }]) {
      const [event] = partition.apply({ ...order, attempt: 1, ...change });
      expect(event).toMatchObject({ kind: "Duplicate", conflict: true });
    }
    expect(brief(partition.apply({ ...order, attempt: 1 }))).toEqual(["OrderAccepted"]);
    const [copy] = partition.apply({ ...order, attempt: 1 });
    expect(copy).toMatchObject({ kind: "Duplicate", decision: Decision.Accepted });
  });

  test("without an entry is refused and leaves none", () => {
    const partition = Partition.open();
    const before = partition.state().idWindow.length;
    expect(brief(partition.order({ attempt: 1 }))).toEqual([
      `OrderRejected ${OrdRejReason.NotDeferred}`,
    ]);
    expect(brief(partition.order({ attempt: replayAttempt }))).toEqual([
      `OrderRejected ${OrdRejReason.NotDeferred}`,
    ]);
    expect(partition.state().idWindow.length).toBe(before);
  });

  test("that is refused in the ordinary way is not dead", () => {
    const partition = Partition.open();
    const order = early(partition, { price: 0 });
    partition.apply(order);
    list(partition);
    expect(brief(partition.apply({ ...order, attempt: 1 }))).toEqual([
      `OrderRejected ${OrdRejReason.UnsupportedOrderCharacteristic}`,
    ]);
    const entry = partition.state().idWindow.find(({ id }) => id === order.orderID);
    expect(entry).toMatchObject({ decision: Decision.Rejected, mark: 0 });
  });

  test("that is the last one and finds no instrument makes the order a dead letter", () => {
    const partition = Partition.open();
    const order = early(partition);
    partition.apply(order);
    const attempts = [1, 2].map((attempt) => brief(partition.apply({ ...order, attempt })));
    expect(attempts).toEqual([["Deferred"], ["Deferred"]]);
    const [rejected, dead] = partition.apply({ ...order, attempt: 3 });
    expect(rejected).toMatchObject({ kind: "OrderRejected", firstSeqNum: 5 });
    expect(dead).toMatchObject({
      kind: "DeadLettered",
      orderID: order.orderID,
      firstSeqNum: 5,
      commandOffset: 105,
      attempts: 4,
      deadReason: DeadReason.UnknownSymbol,
    });
  });
});

describe("a deferred order", () => {
  test("is refused and dead as soon as log time has passed its validUntil", () => {
    const partition = Partition.open();
    partition.apply(early(partition));
    expect(brief(partition.tick(60_000))).toEqual(["TimeTicked"]);
    expect(brief(partition.tick(1))).toEqual([
      `OrderRejected ${OrdRejReason.TooLateToEnter}`,
      "DeadLettered",
      "TimeTicked",
    ]);
  });

  test("is refused by validUntil, then by firstSeqNum, with the instrument's rptSeq once that is listed", () => {
    const partition = Partition.open();
    const until = partition.time + 50_000;
    for (const validUntil of [until, until - 1, until]) {
      partition.apply(early(partition, { validUntil }));
    }
    list(partition);
    const events = partition.tick(60_000).filter(({ kind }) => kind === "OrderRejected");
    expect(events).toMatchObject([
      { firstSeqNum: 6, securityID: 2, rptSeq: 2 },
      { firstSeqNum: 5, securityID: 2, rptSeq: 3 },
      { firstSeqNum: 7, securityID: 2, rptSeq: 4 },
    ]);
  });

  test("is settled by its account's cancel, and then its attempt is a repeat", () => {
    const partition = Partition.open();
    const order = early(partition);
    partition.apply(order);
    const foreign = partition.cancel({ orderID: order.orderID, accountID: bob });
    expect(brief(foreign)).toEqual([`OrderCancelReject ${CxlRejReason.UnknownOrder}`]);
    list(partition);
    partition.setState(TradingState.Closed, late);
    expect(brief(partition.cancel({ orderID: order.orderID }))).toEqual([
      `OrderRejected ${OrdRejReason.CanceledBeforeEntry}`,
    ]);
    expect(brief(partition.apply({ ...order, attempt: 1 }))).toEqual(["Duplicate"]);
    expect(brief(partition.apply({ ...order, attempt: replayAttempt }))).toEqual(["Duplicate"]);
  });

  test("is settled by a mass cancel that names it, also where its symbol is not listed", () => {
    const partition = Partition.open();
    partition.apply(early(partition));
    partition.apply(early(partition, { side: Side.Sell }));
    partition.apply(early(partition, { accountID: bob }));
    partition.order();
    const named = partition.massCancel({ accountID: alice, symbol: late, side: Side.Buy });
    expect(named.at(-1)).toMatchObject({ kind: "OrderMassCancelReport", totalAffectedOrders: 1 });
    const all = partition.massCancel({ accountID: alice });
    expect(brief(all)).toEqual([
      "OrderCanceled 8 2 10",
      `OrderRejected ${OrdRejReason.CanceledBeforeEntry}`,
      "OrderMassCancelReport",
    ]);
    expect(all.at(-1)).toMatchObject({ totalAffectedOrders: 2 });
    expect(partition.state().deferred.map(({ accountID }) => accountID)).toEqual([bob]);
    const none = partition.massCancel({ accountID: alice, symbol: late });
    expect(brief(none)).toEqual(["BusinessMessageReject 4"]);
  });

  test("is not found by a replace", () => {
    const partition = Partition.open();
    const order = early(partition);
    partition.apply(order);
    expect(brief(partition.replace({ orderID: order.orderID, price: 99 }))).toEqual([
      `OrderCancelReject ${CxlRejReason.UnknownOrder}`,
    ]);
  });

  test("stands in the snapshot, and goes on from it", () => {
    const partition = Partition.open();
    const order = early(partition);
    partition.apply(order);
    const bytes = partition.serialise();
    partition.engine = Engine.restore(bytes);
    expect(partition.serialise()).toEqual(bytes);
    expect(partition.state().deferred).toMatchObject([{ orderID: order.orderID, symbol: late }]);
    list(partition);
    expect(brief(partition.apply({ ...order, attempt: 1 }))).toEqual(["OrderAccepted"]);
  });
});

test("an order that expires in the same command leaves a deferred one's entry where it is until that has died", () => {
  const partition = Partition.open({ idWindowMs: 60_001 });
  const expireTime = partition.time + 70_000;
  partition.order({ timeInForce: TimeInForce.GTD, expireTime });
  partition.apply(early(partition));
  const commandOffset = partition.seqNum + 100;
  // So many that their memory would be given up together with the deferred one's entry.
  const refused = CommandBuffer.of(frame(partition.newOrder({ symbol: "-" })));
  const { engine, time } = partition;
  for (let index = 1; index <= 2100; index++) {
    refused.view.setUint32(headerBytes + NewOrderSingleLayout.orderID + 12, index);
    const seqNum = ++partition.seqNum;
    engine.apply(refused, 0, seqNum + 100, time, seqNum, new EventBuffer());
  }
  const events = partition.tick(80_000);
  expect(brief(events)).toEqual([
    `OrderCanceled 5 ${CancelReason.Expired} 10`,
    `OrderRejected ${OrdRejReason.TooLateToEnter}`,
    "DeadLettered",
    "TimeTicked",
  ]);
  expect(events[2]).toMatchObject({ firstSeqNum: 6, commandOffset });
  expect(partition.state().idWindow).toEqual([]);
});

describe("a dead order", () => {
  function dead(): { partition: Partition; order: NewOrderSingle } {
    const partition = Partition.open();
    const order = early(partition);
    partition.apply(order);
    partition.tick(60_001);
    list(partition);
    return { partition, order: { ...order, sendingTime: partition.time, validUntil: 0 } };
  }

  test("is replayed once, as an order of its own, and its entry stays as long as a new one's", () => {
    const { partition, order } = dead();
    const [event] = partition.apply({ ...order, attempt: replayAttempt });
    expect(event).toMatchObject({ kind: "OrderAccepted", firstSeqNum: partition.seqNum });
    const [again] = partition.apply({ ...order, attempt: replayAttempt });
    expect(again).toMatchObject({ kind: "Duplicate", decision: Decision.Accepted });
    expect(partition.state().idWindow.at(-1)).toMatchObject({
      id: order.orderID,
      mark: 2,
      entryTime: partition.time,
    });
  });

  test("whose replay is refused is not replayed again", () => {
    const { partition, order } = dead();
    partition.setState(TradingState.Halt, late);
    expect(brief(partition.apply({ ...order, attempt: replayAttempt }))).toEqual([
      `OrderRejected ${OrdRejReason.ExchangeClosed}`,
    ]);
    partition.setState(TradingState.Open, late);
    expect(brief(partition.apply({ ...order, attempt: replayAttempt }))).toEqual(["Duplicate"]);
  });

  test("is not brought back by its client's repeat", () => {
    const { partition, order } = dead();
    const [event] = partition.apply(order);
    expect(event).toMatchObject({
      kind: "Duplicate",
      decision: Decision.Rejected,
      reason: OrdRejReason.TooLateToEnter,
    });
  });
});

describe("a NewOrderSingle of a newer version", () => {
  function inVersion(order: NewOrderSingle, version: number, moreBytes = 0): Uint8Array {
    const bytes = frame(order);
    const longer = new Uint8Array(bytes.length + moreBytes);
    longer.set(bytes.subarray(0, Math.min(bytes.length, longer.length) - 4));
    const view = new DataView(longer.buffer);
    view.setUint16(0, 144 + moreBytes, true);
    view.setUint16(6, version, true);
    view.setUint8(8 + 47, 9);
    view.setUint32(longer.length - 4, crc32(longer, 0, longer.length - 4), true);
    return longer;
  }

  test("is deferred whatever its symbol, with what can be read of it", () => {
    const partition = Partition.open();
    const order = partition.newOrder({ validUntil: partition.time + 60_000 });
    const bytes = inVersion(order, schemaVersion + 2, 16);
    const view = new DataView(bytes.buffer);
    expect(isNewerOrder(bytes, view)).toBe(true);
    const out = new EventBuffer();
    out.reset();
    partition.engine.applyNewer(view, 105, partition.time, 5, out);
    const event = bodyHeaderBytes + 8;
    expect(out.view.getUint16(bodyHeaderBytes + 2, true)).toBe(80);
    expect(out.view.getUint16(event + 52, true)).toBe(OrdRejReason.NewerVersion);
    // Its ordType is of the newer version: the first one stands for it.
    expect(out.bytes[event + 55]).toBe(1);
    partition.engine.audit();
  });

  test("is none where its block is shorter, its version older or its bytes damaged", () => {
    const partition = Partition.open();
    const order = partition.newOrder();
    const isNewer = (bytes: Uint8Array) => isNewerOrder(bytes, new DataView(bytes.buffer));
    expect(isNewer(inVersion(order, schemaVersion + 1))).toBe(true);
    expect(isNewer(inVersion(order, schemaVersion))).toBe(false);
    expect(isNewer(inVersion(order, schemaVersion + 1, -8))).toBe(false);
    const damaged = inVersion(order, schemaVersion + 1);
    damaged[60]! ^= 1;
    expect(isNewer(damaged)).toBe(false);
  });
});
