import { describe, expect, test } from "bun:test";

import { ManualClock } from "../ports/clock/clock-manual.ts";
import { systemClock } from "../ports/clock/clock-system.ts";
import type { Clock } from "../ports/clock/clock.ts";
import type { MembershipHandlers } from "../ports/log/membership.ts";
import { Topic } from "../schema/topics.ts";
import { ProcessLog } from "./crash-log.ts";
import { commandsOf, directPacker, Partition, straightRun, until } from "./partition.fixture.ts";
import type { RecoveryReport } from "./recovery.ts";
import { createWorker } from "./worker.ts";
import type { Worker } from "./worker.ts";

/** A worker whose group says what the test says. */
class TestWorker {
  readonly worker: Worker;
  readonly recovered: RecoveryReport[] = [];
  readonly trouble: string[] = [];
  readonly halted: Error[] = [];
  readonly fatal: Error[] = [];
  readonly committed: number[] = [];
  left = false;
  #handlers: MembershipHandlers | null = null;

  constructor(made: Partition, options: { clock?: Clock; keepsStandby?: boolean } = {}) {
    this.worker = createWorker({
      log: new ProcessLog(made.disk),
      snapshots: made.snapshots,
      clock: options.clock ?? systemClock,
      node: "test",
      build: "test",
      tickMs: 2 ** 31 - 1,
      packer: () => directPacker,
      keepsStandby: options.keepsStandby ?? true,
      reclaimAfterMs: 5000,
      join: (handlers) => this.#join(handlers),
      onRecovered: (report) => this.recovered.push(report),
      onTrouble: (_partition, what) => this.trouble.push(what),
      onHalted: (_partition, error) => this.halted.push(error),
      onFatal: (error) => this.fatal.push(error),
    });
    this.worker.start();
  }

  get group(): MembershipHandlers {
    if (this.#handlers === null) throw new Error("It has not joined");
    return this.#handlers;
  }

  get seqNum(): number {
    return this.worker.hosts[0]?.stats?.foldedSeqNum ?? 0;
  }

  #join(handlers: MembershipHandlers) {
    this.#handlers = handlers;
    return {
      commit: (_partition: number, nextOffset: number) => void this.committed.push(nextOffset),
      close: async () => void (this.left = true),
    };
  }
}

function expectWhole(made: Partition): void {
  const folded = made.bodies().map(({ bytes }) => Buffer.from(bytes));
  expect(folded).toEqual(straightRun(made.orders).map((body) => Buffer.from(body)));
}

describe("a worker", () => {
  test("claims nothing until the group gives it something", async () => {
    const made = new Partition();
    made.append(commandsOf(41, 100));
    const one = new TestWorker(made);
    await until(() => one.worker.standbys[0]?.warm === true);
    expect(one.worker.roles).toEqual(["Standby"]);
    expect(made.outputs).toEqual([]);
    await one.worker.stop();
    expect(one.left).toBe(true);
  });

  test("serves what it is given, and stops writing as soon as it is taken away", async () => {
    const made = new Partition();
    const one = new TestWorker(made);
    one.group.onAssigned([0]);
    made.append(commandsOf(42, 500));
    await until(() => one.seqNum === 500);
    expect(one.worker.roles).toEqual(["Owner"]);
    one.group.onRevoked([0], false);
    const written = made.outputs.length;
    made.append(commandsOf(43, 100));
    await until(() => one.worker.roles[0] === "Standby" && one.worker.standbys[0]?.warm === true);
    expect(made.outputs.length).toBe(written);
    expect(one.fatal).toEqual([]);
    await one.worker.stop();
  });

  test("row 17: partitions that come and go under load lose, double and reorder nothing", async () => {
    const made = new Partition();
    const workers = [new TestWorker(made), new TestWorker(made)] as const;
    let owner = workers[0];
    for (let round = 0; round < 12; round++) {
      owner.group.onAssigned([0]);
      made.append(commandsOf(100 + round, 60));
      // Some terms end before the claim, some in the middle of a recovery, some while it serves.
      for (let turn = 0; turn < round * 2; turn++) await new Promise((r) => setImmediate(r));
      owner.group.onRevoked([0], round % 2 === 0);
      owner = owner === workers[0] ? workers[1] : workers[0];
    }
    owner.group.onAssigned([0]);
    await until(() => owner.seqNum === made.orders.length);
    await Promise.all(workers.map(({ worker }) => worker.stop()));
    for (const { fatal, halted } of workers) expect([...fatal, ...halted]).toEqual([]);
    expectWhole(made);
  });

  test("row 18: stops at another's Claim although the group says that the partition is its own, and is its standby then", async () => {
    const made = new Partition();
    const zombie = new TestWorker(made);
    zombie.group.onAssigned([0]);
    made.append(commandsOf(45, 200));
    await until(() => zombie.seqNum === 200);
    const next = new TestWorker(made);
    next.group.onAssigned([0]);
    await until(() => next.worker.roles[0] === "Owner");
    made.append(commandsOf(46, 200));
    await until(() => next.seqNum === 400);
    await until(() => zombie.worker.roles[0] === "Standby");
    expect(zombie.trouble).toEqual(["Another owner took over"]);
    expect(zombie.fatal).toEqual([]);
    await until(() => zombie.worker.standbys[0]?.stats?.seqNum === 400);
    await Promise.all([zombie.worker.stop(), next.worker.stop()]);
    expectWhole(made);
  });

  test("claims again what the group goes on calling its own after a foreign Claim", async () => {
    const clock = new ManualClock();
    const made = new Partition({ clock });
    const one = new TestWorker(made, { clock });
    one.group.onAssigned([0]);
    await until(() => one.worker.roles[0] === "Owner");
    const passing = made.host();
    await passing.host.start();
    await until(() => one.trouble.length === 1);
    await passing.host.stop();
    expect(one.worker.roles).toEqual(["Standby"]);
    await until(() => one.worker.standbys[0]?.warm === true);
    clock.advance(5000);
    await until(() => one.worker.roles[0] === "Owner");
    expect(one.recovered.length).toBe(2);
    await one.worker.stop();
  });

  test("halts a partition whose logs do not agree, and does not try to mend it", async () => {
    const made = new Partition();
    const first = new TestWorker(made);
    first.group.onAssigned([0]);
    made.append(commandsOf(47, 50));
    await until(() => first.seqNum === 50);
    await first.worker.stop();
    made.disk.topicIDs.orders = "another-topic";
    const one = new TestWorker(made, { keepsStandby: false });
    one.group.onAssigned([0]);
    await until(() => one.halted.length === 1);
    expect(one.halted[0]).toMatchObject({ code: "IdentityChanged" });
    expect(one.worker.roles).toEqual(["Halted"]);
    expect(one.fatal).toEqual([]);
    await one.worker.stop();
  });

  test("tries a halted partition again once an operator has acted on its log", async () => {
    const clock = new ManualClock();
    const made = new Partition({ clock });
    const first = new TestWorker(made, { clock });
    first.group.onAssigned([0]);
    made.append(commandsOf(51, 50));
    await until(() => first.seqNum === 50);
    await first.worker.stop();
    const orders = made.disk.records[Topic.Orders];
    const [damaged, whole] = [10, orders[10]!];
    orders[damaged] = { ...whole, appendTime: whole.appendTime + 1 };
    const one = new TestWorker(made, { clock, keepsStandby: false });
    one.group.onAssigned([0]);
    await until(() => one.halted.length === 1 && clock.sleeperCount === 2);
    expect(one.halted[0]).toMatchObject({ code: "CommandChanged" });
    const standing = made.outputs.length;
    clock.advance(2000);
    await until(() => clock.sleeperCount === 2);
    // Nothing has changed: it does not claim over and over.
    expect(made.outputs.length).toBe(standing);
    orders[damaged] = whole;
    const operator = made.host();
    await operator.host.start();
    await operator.host.stop();
    clock.advance(2000);
    await until(() => one.worker.roles[0] === "Owner");
    await one.worker.stop();
    expectWhole(made);
  });

  test("ends the process when the group has no place for it any more, and writes nothing then", async () => {
    const made = new Partition();
    const one = new TestWorker(made);
    one.group.onAssigned([0]);
    made.append(commandsOf(48, 50));
    await until(() => one.seqNum === 50);
    one.group.onFailure(new Error("fenced"));
    expect(one.fatal.map(({ message }) => message)).toEqual(["fenced"]);
    const written = made.outputs.length;
    made.append(commandsOf(49, 50));
    await until(() => one.worker.standbys[0]?.warm === true);
    expect(made.outputs.length).toBe(written);
    await one.worker.stop();
  });

  test("tells the group how far it is", async () => {
    const clock = new ManualClock();
    const made = new Partition({ clock });
    const one = new TestWorker(made, { clock });
    one.group.onAssigned([0]);
    made.append(commandsOf(50, 30));
    await until(() => one.seqNum === 30);
    clock.advance(2000);
    await until(() => one.committed.length === 1);
    expect(one.committed).toEqual([30]);
    await one.worker.stop();
  });
});
