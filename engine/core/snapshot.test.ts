import { describe, expect, test } from "bun:test";

import {
  ExecInst,
  SelfTradePrevention,
  Side,
  TimeInForce,
  TradingState,
} from "../../schema/generated/enums.ts";
import { alice, bob, brief, carol, hashOf, orderID, Partition } from "./core.fixture.ts";
import { Engine } from "./engine.ts";
import { readReference, readSnapshot, serialiseCapture } from "./snapshot.ts";

const { Sell } = Side;
const idWindowMs = 60_000;

/** A partition with something of everything: two books, all kinds of resting orders, held and timed entries, keys, refusals. */
function wellUsed(): Partition {
  const partition = Partition.open({ idWindowMs });
  partition.defineKey();
  partition.defineKey({ keyID: "a-key", accountID: 0, scopes: 5 });
  partition.defineSecurity({ symbol: "ETH-USD", tickSize: 5, tradingState: TradingState.Halt });
  partition.order();
  partition.order({
    price: 99,
    timeInForce: TimeInForce.GTD,
    expireTime: partition.time + 2 * idWindowMs,
  });
  partition.tick(idWindowMs);
  partition.order({ price: 2_000_000_000, side: Sell, execInst: ExecInst.postOnly });
  partition.order({ side: Sell, orderQty: 3, selfTradePrevention: SelfTradePrevention.Decrement });
  partition.order({ accountID: bob, side: Sell, orderQty: 2 });
  partition.order({ accountID: 77 });
  partition.order({ accountID: carol, price: 100 });
  partition.replace({ orderID: orderID(8), orderQty: 9, price: 90 });
  partition.limit({ accountID: bob, symbol: "BTC-USD", openNotionalMax: 2n ** 90n });
  partition.limit({ accountID: bob, symbol: "", openOrderCountMax: 7 });
  partition.fees({ feeTier: 65_535, takerFeePpm: 250 });
  partition.fees({ feeTier: 1, makerFeePpm: -100, takerFeePpm: 100_000 });
  partition.fees({
    feeTier: 65_535,
    symbol: "ETH-USD",
    makerFeePpm: -10_000,
    takerFeePpm: 10_000,
  });
  partition.pays(bob, 65_535);
  partition.timer(500, bob);
  partition.schedule(TradingState.Open, partition.time + 1_000, "ETH-USD");
  partition.schedule(TradingState.CancelOnly, partition.time + 1_000);
  return partition;
}

/** Sends the same commands to both and compares every event and the state after them. */
function expectSameFuture(left: Partition, right: Partition): void {
  right.seqNum = left.seqNum;
  right.time = left.time;
  for (const partition of [left, right]) partition.order({ accountID: bob, side: Sell, price: 90 });
  const steps: ((partition: Partition) => unknown)[] = [
    (partition) => partition.order({ accountID: bob, side: Sell, orderQty: 4, price: 80 }),
    (partition) => partition.order({ orderID: orderID(8) }),
    (partition) => partition.tick(idWindowMs),
    (partition) => partition.setState(TradingState.Open, "ETH-USD"),
    (partition) => partition.order({ symbol: "ETH-USD" }),
    (partition) => partition.massCancel(),
    (partition) => partition.tick(idWindowMs),
  ];
  for (const step of steps) expect(step(right)).toEqual(step(left));
  expect(right.serialise()).toEqual(left.serialise());
}

describe("rule 37: the canonical form (SEMANTICS §6)", () => {
  test("restore then serialise is the identity, to the byte", () => {
    const bytes = wellUsed().serialise();
    expect(serialiseCapture(Engine.restore(bytes).capture()).bytes).toEqual(bytes);
  });

  test("a restored engine has the future of the one that it was taken from", () => {
    const live = wellUsed();
    const restored = new Partition();
    restored.engine = Engine.restore(live.serialise());
    restored.engine.audit();
    expectSameFuture(live, restored);
  });

  test("does not depend on slots, tables or history", () => {
    const plain = new Partition({ idWindowMs });
    const winding = new Partition({ idWindowMs });
    for (const partition of [plain, winding]) {
      for (const accountID of [alice, bob, carol]) partition.defineAccount(accountID);
      partition.defineSecurity();
    }
    // Slots are handed out in another order, levels come and go, the window's entries have left.
    for (let index = 0; index < 50; index++) winding.order({ price: 100 + index * 900 });
    for (let index = 40; index >= 3; index -= 3) winding.cancel({ orderID: orderID(5 + index) });
    winding.massCancel();
    for (const partition of [plain, winding]) {
      partition.seqNum = 1000;
      partition.tick(idWindowMs);
      for (const price of [100, 99, 100, 5_000_000]) partition.order({ price });
    }
    const { instruments: _, ...left } = plain.state();
    const { instruments: __, ...right } = winding.state();
    expect(right).toEqual(left);
    expect(winding.book()).toBe(plain.book());
  });

  test("a capture does not change with the engine that it was taken from", () => {
    const partition = wellUsed();
    const capture = partition.engine.capture();
    const before = partition.serialise();
    partition.massCancel();
    partition.order();
    expect(serialiseCapture(capture).bytes).toEqual(before);
    expect(partition.serialise()).not.toEqual(before);
  });

  test("a capture survives being posted with its buffers transferred", () => {
    const partition = wellUsed();
    const capture = partition.engine.capture();
    const posted = structuredClone(capture, { transfer: [...capture.transfer] });
    expect(serialiseCapture(posted).bytes).toEqual(partition.serialise());
  });

  test("the reference section is read alone, out of its own bytes", () => {
    const { bytes, referenceBytes } = serialiseCapture(wellUsed().engine.capture());
    const reference = readReference(bytes.slice(0, referenceBytes));
    expect(reference.accounts.map(({ accountID }) => accountID)).toEqual([alice, bob, carol]);
    expect(reference.keys.map(({ keyID, scopes }) => [keyID, scopes])).toEqual([
      ["a-key", 5],
      ["key-1", 3],
    ]);
    expect(reference.instruments).toMatchObject([
      { securityID: 1, symbol: "BTC-USD", tradingState: TradingState.Open },
      { securityID: 2, symbol: "ETH-USD", tradingState: TradingState.Halt, rptSeq: 2, tickSize: 5 },
    ]);
    const whole = readSnapshot(bytes);
    const { accounts, accountLimits, feeSchedules, scheduledStates, deadManTimers, now } = whole;
    const effectiveTime = now + 1_000;
    expect(scheduledStates).toEqual([
      { effectiveTime, securityID: 1, tradingState: TradingState.CancelOnly },
      { effectiveTime, securityID: 2, tradingState: TradingState.Open },
    ]);
    expect(accounts.map(({ feeTier }) => feeTier)).toEqual([0, 65_535, 0]);
    expect(deadManTimers).toEqual([{ deadline: now + 500, accountID: bob, connectionID: 0 }]);
    expect(feeSchedules).toEqual([
      { feeTier: 1, symbol: "", makerFeePpm: -100, takerFeePpm: 100_000 },
      { feeTier: 65_535, symbol: "", makerFeePpm: 0, takerFeePpm: 250 },
      { feeTier: 65_535, symbol: "ETH-USD", makerFeePpm: -10_000, takerFeePpm: 10_000 },
    ]);
    expect(accountLimits).toEqual([
      { accountID: bob, symbol: "", openOrderCountMax: 7, openNotionalMax: 0n },
      { accountID: bob, symbol: "BTC-USD", openOrderCountMax: 0, openNotionalMax: 2n ** 90n },
    ]);
    const { instruments: _, ...alone } = reference;
    expect(whole).toMatchObject(alone);
  });

  test("an order reads back with all that it is", () => {
    const partition = wellUsed();
    const [first] = partition.state().instruments[0]?.orders ?? [];
    expect(first).toEqual({
      orderID: orderID(15),
      accountID: carol,
      firstSeqNum: 15,
      entryRptSeq: 11,
      side: Side.Buy,
      price: 100,
      orderQty: 10,
      leavesQty: 10,
      cumQty: 0,
      preventedQty: 0,
      displayQty: 0,
      shownQty: 10,
      timeInForce: TimeInForce.GTC,
      selfTradePrevention: SelfTradePrevention.CancelNewest,
      postOnly: false,
      expireTime: 0,
      connectionID: 0,
    });
    expect(partition.state().idWindow.at(-1)).toMatchObject({
      requestHash: hashOf(25),
      seqNum: 25,
    });
  });

  test("an empty partition has one too", () => {
    const bytes = new Partition().serialise();
    expect(serialiseCapture(Engine.restore(bytes).capture()).bytes).toEqual(bytes);
    expect(readSnapshot(bytes)).toMatchObject({
      accounts: [],
      keys: [],
      accountLimits: [],
      feeSchedules: [],
      instruments: [],
      idWindow: [],
    });
  });

  test("limits are part of it, and go on deciding after a restore", () => {
    const partition = Partition.open({ orderCountMax: 1 });
    partition.order();
    const restored = new Partition();
    restored.engine = Engine.restore(partition.serialise());
    restored.seqNum = partition.seqNum;
    expect(brief(restored.order())).toEqual(["OrderRejected 103"]);
  });
});

describe("a form that no engine can have written", () => {
  test("is refused when it is cut anywhere or has a byte too many", () => {
    const bytes = wellUsed().serialise();
    for (let length = 0; length < bytes.length; length += 13) {
      expect(() => Engine.restore(bytes.slice(0, length))).toThrow();
    }
    expect(() => Engine.restore(Uint8Array.of(...bytes, 0))).toThrow();
  });

  test("with a changed byte is refused, or is a possible state that reads back as itself", () => {
    const bytes = wellUsed().serialise();
    let refused = 0;
    for (let at = 0; at < bytes.length; at++) {
      const changed = bytes.slice();
      changed[at] = (changed[at] ?? 0) ^ 0x81;
      const engine = restoredOrNull(changed);
      if (engine === null) refused++;
      else expect(changed.toHex()).toBe(serialiseCapture(engine.capture()).bytes.toHex());
    }
    expect(refused).toBeGreaterThan(bytes.length / 4);
  });
});

function restoredOrNull(bytes: Uint8Array): Engine | null {
  let engine: Engine;
  try {
    engine = Engine.restore(bytes);
  } catch {
    return null;
  }
  engine.audit();
  return engine;
}
