import { describe, expect, test } from "bun:test";

import {
  BusinessRejectReason,
  CxlRejReason,
  Decision,
  OrdRejReason,
  Side,
  TimeInForce,
} from "../../schema/generated/enums.ts";
import { frame } from "../../schema/frame.ts";
import { NewOrderSingleLayout } from "../../schema/generated/new-order-single.ts";
import { OrderCancelReplaceRequestLayout } from "../../schema/generated/order-cancel-replace-request.ts";
import { CommandBuffer } from "./command-buffer.ts";
import { alice, bob, brief, commandID, hashOf, orderID, Partition } from "./core.fixture.ts";
import { EventBuffer } from "./event-buffer.ts";

const idWindowMs = 1000;

test("entries leave in time where nothing but plain orders comes", () => {
  const partition = Partition.open({ idWindowMs: 100 });
  const commands = new CommandBuffer();
  // Past the partition's audit, which lets all leave that have run out.
  for (let ms = 0; ms < 600; ms++) {
    partition.time++;
    commands.load(frame(partition.newOrder({ timeInForce: TimeInForce.IOC })));
    const seqNum = ++partition.seqNum;
    partition.engine.apply(commands, 0, seqNum, partition.time, seqNum, new EventBuffer());
  }
  const batchCount = 64;
  expect(partition.engine.idWindowEntryCount).toBeLessThanOrEqual(100 + batchCount);
});

describe("rule 5: repeats (SEMANTICS §2)", () => {
  test("a repeat is answered with the first request's place and decision, and changes nothing", () => {
    const partition = Partition.open();
    const order = partition.newOrder();
    partition.apply(order);
    expect(partition.apply({ ...order, attempt: 3, sendingTime: partition.time + 7 })).toEqual([
      {
        kind: "Duplicate",
        rptSeq: 0,
        securityID: 0,
        accountID: alice,
        commandID: order.orderID,
        originalSeqNum: 5,
        originalCommandOffset: 105,
        decision: Decision.Accepted,
        conflict: false,
        reason: 0,
        refTemplateId: NewOrderSingleLayout.templateId,
      },
    ]);
    expect(partition.book()).toBe("5 10@100");
  });

  test("a repeat of a refusal says its reason", () => {
    const partition = Partition.open();
    const order = partition.newOrder({ price: -1 });
    partition.apply(order);
    const { PriceOutOfRange } = OrdRejReason;
    expect(partition.apply(order)).toMatchObject([
      { kind: "Duplicate", decision: Decision.Rejected, reason: PriceOutOfRange },
    ]);
  });

  test("comes before the deadline, the symbol and everything else", () => {
    const partition = Partition.open();
    const order = partition.newOrder();
    partition.apply(order);
    const repeat = { ...order, validUntil: 1, symbol: "NONE", side: Side.None };
    expect(brief(partition.apply(repeat))).toEqual(["Duplicate"]);
  });

  test("another requestHash or another account is a conflict", () => {
    const partition = Partition.open();
    const order = partition.newOrder();
    partition.apply(order);
    for (const fields of [{ requestHash: hashOf(99) }, { accountID: bob }]) {
      const [event] = partition.apply({ ...order, ...fields });
      expect(event).toMatchObject({
        kind: "Duplicate",
        conflict: true,
        ...(fields.accountID ? fields : {}),
      });
    }
  });

  test("a replace repeats by its commandID, an operator's command too", () => {
    const partition = Partition.open();
    partition.order();
    const request = {
      commandID: commandID(50),
      requestHash: hashOf(50),
      orderID: orderID(5),
      price: 90,
    };
    partition.replace(request);
    const { templateId } = OrderCancelReplaceRequestLayout;
    expect(partition.replace(request)).toMatchObject([
      { kind: "Duplicate", refTemplateId: templateId },
    ]);
    partition.defineSecurity({ commandID: commandID(51), requestHash: hashOf(51) });
    expect(partition.massCancel({ commandID: commandID(51) })).toMatchObject([
      { kind: "Duplicate", conflict: true },
    ]);
  });

  test("a cancel and a tick leave no entry", () => {
    const partition = Partition.open();
    const count = partition.state().idWindow.length;
    partition.cancel({ orderID: orderID(1) });
    partition.tick();
    expect(partition.state().idWindow).toHaveLength(count);
  });
});

describe("how long an entry stays", () => {
  test("idWindowMs of log time, and not a millisecond less", () => {
    const partition = Partition.open({ idWindowMs });
    const order = partition.newOrder({ price: -1 });
    partition.apply(order);
    partition.time += idWindowMs - 1;
    expect(brief(partition.apply(order))).toEqual(["Duplicate"]);
    partition.time += 1;
    expect(brief(partition.apply(order))).toEqual([
      `OrderRejected ${OrdRejReason.PriceOutOfRange}`,
    ]);
  });

  test("and as long as its order rests; it leaves with the command after the order's end", () => {
    const partition = Partition.open({ idWindowMs });
    const order = partition.newOrder();
    partition.apply(order);
    partition.tick(5 * idWindowMs);
    expect(partition.state().idWindow.map(({ id }) => id)).toEqual([order.orderID]);
    expect(brief(partition.apply(order))).toEqual(["Duplicate"]);
    partition.cancel({ orderID: order.orderID });
    expect(partition.state().idWindow).toHaveLength(1);
    expect(brief(partition.apply(order))).toEqual(["OrderAccepted"]);
    expect(partition.state().idWindow).toMatchObject([{ id: order.orderID, seqNum: 9 }]);
  });

  test("an order that closes early does not shorten its entry's time", () => {
    const partition = Partition.open({ idWindowMs });
    const order = partition.newOrder();
    partition.apply(order);
    partition.cancel({ orderID: order.orderID });
    partition.tick(idWindowMs - 1);
    expect(brief(partition.apply(order))).toEqual(["Duplicate"]);
  });

  test("an order that expires frees its entry within the same command", () => {
    const partition = Partition.open({ idWindowMs });
    const expireTime = partition.time + 2 * idWindowMs;
    const order = partition.newOrder({ timeInForce: 6, expireTime });
    partition.apply(order);
    partition.tick(idWindowMs);
    expect(partition.state().idWindow).toHaveLength(1);
    partition.tick(idWindowMs);
    expect(partition.state().idWindow).toHaveLength(0);
  });

  test("the entry of a replace does not wait for the order", () => {
    const partition = Partition.open({ idWindowMs });
    partition.order();
    partition.replace({ orderID: orderID(5), price: 90 });
    partition.tick(idWindowMs);
    expect(partition.state().idWindow.map(({ id }) => id)).toEqual([orderID(5)]);
  });

  test("entries that are held and then freed in any order are all forgotten", () => {
    const partition = Partition.open({ idWindowMs });
    for (let index = 0; index < 8; index++) partition.order();
    partition.tick(idWindowMs);
    for (const seqNum of [7, 12, 5, 9]) partition.cancel({ orderID: orderID(seqNum) });
    partition.tick();
    expect(partition.state().idWindow.map(({ seqNum }) => seqNum)).toEqual([6, 8, 10, 11]);
    partition.massCancel();
    partition.tick();
    expect(partition.state().idWindow.map(({ seqNum }) => seqNum)).toEqual([19]);
  });
});

describe("shares", () => {
  /** Twelve entries for three accounts: four each, one of which the definition has used. */
  function small(): Partition {
    return Partition.open({ idWindowEntryMax: 12, idWindowMs });
  }

  test("an account's share is the window divided by the accounts defined", () => {
    const partition = small();
    for (let index = 0; index < 3; index++) partition.order();
    expect(brief(partition.order())).toEqual([`OrderRejected ${OrdRejReason.IdWindowFull}`]);
    expect(brief(partition.order({ accountID: bob }))).toEqual(["OrderAccepted"]);
  });

  test("IdWindowFull leaves no entry: the same request is judged anew", () => {
    const partition = small();
    for (let index = 0; index < 3; index++) partition.order();
    const refused = partition.newOrder();
    partition.apply(refused);
    partition.massCancel();
    partition.time += idWindowMs;
    expect(brief(partition.apply(refused))).toEqual(["OrderAccepted"]);
  });

  test("IdWindowFull comes right after the repeat, before the deadline and the symbol", () => {
    const partition = small();
    const order = partition.newOrder();
    partition.apply(order);
    for (let index = 0; index < 2; index++) partition.order();
    expect(brief(partition.order({ validUntil: 1, symbol: "NONE" }))).toEqual([
      `OrderRejected ${OrdRejReason.IdWindowFull}`,
    ]);
    expect(brief(partition.apply(order))).toEqual(["Duplicate"]);
    expect(brief(partition.replace({ validUntil: 1 }))).toEqual([
      `OrderCancelReject ${CxlRejReason.IdWindowFull}`,
    ]);
    expect(brief(partition.massCancel({ accountID: alice, validUntil: 1 }))).toEqual([
      `BusinessMessageReject ${BusinessRejectReason.IdWindowFull}`,
    ]);
  });

  test("a cancel goes through at a full share", () => {
    const partition = small();
    for (let index = 0; index < 3; index++) partition.order();
    expect(brief(partition.cancel({ orderID: orderID(5) }))).toEqual(["OrderCanceled 5 1 10"]);
  });

  test("the operator's commands, and those of accounts that nobody defined, have shares of their own", () => {
    const partition = small();
    for (let index = 0; index < 3; index++) partition.defineSecurity();
    expect(brief(partition.defineSecurity())).toEqual([
      `BusinessMessageReject ${BusinessRejectReason.IdWindowFull}`,
    ]);
    for (let index = 0; index < 4; index++) {
      expect(brief(partition.order({ accountID: 77 }))).toEqual([
        `OrderRejected ${OrdRejReason.UnknownAccount}`,
      ]);
    }
    expect(brief(partition.order({ accountID: 77 }))).toEqual([
      `OrderRejected ${OrdRejReason.IdWindowFull}`,
    ]);
    expect(brief(partition.order())).toEqual(["OrderAccepted"]);
  });

  test("a new account makes every share smaller, and evicts nothing", () => {
    const partition = small();
    for (let index = 0; index < 3; index++) partition.order();
    partition.defineAccount(1004);
    expect(partition.state().idWindow).toHaveLength(8);
    expect(brief(partition.order({ accountID: bob }))).toEqual(["OrderAccepted"]);
    expect(brief(partition.order({ accountID: bob }))).toEqual(["OrderAccepted"]);
    expect(brief(partition.order({ accountID: bob }))).toEqual([
      `OrderRejected ${OrdRejReason.IdWindowFull}`,
    ]);
  });

  test("an entry that leaves gives its place back", () => {
    const partition = small();
    for (let index = 0; index < 3; index++) partition.order({ price: -1 });
    partition.time += idWindowMs;
    for (let index = 0; index < 4; index++)
      expect(brief(partition.order())).toEqual(["OrderAccepted"]);
  });
});
