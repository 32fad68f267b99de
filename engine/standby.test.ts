import { describe, expect, test } from "bun:test";

import { frame } from "../schema/frame.ts";
import { Topic } from "../schema/topics.ts";
import type { EngineHost } from "./host.ts";
import {
  codeOf,
  commandsOf,
  partition,
  Partition,
  straightRun,
  ticks,
  until,
} from "./partition.fixture.ts";
import { ProcessLog } from "./crash-log.ts";
import { Standby } from "./standby.ts";

/** A standby on a log of its own process. */
function standbyOf(made: Partition): { standby: Standby; failures: Error[] } {
  const failures: Error[] = [];
  const standby = new Standby({
    log: new ProcessLog(made.disk),
    snapshots: made.snapshots,
    clock: made.clock,
    partition,
    onFailure: (error) => failures.push(error),
  });
  return { standby, failures };
}

async function serving(made: Partition): Promise<EngineHost> {
  const { host } = made.host();
  await host.start();
  return host;
}

/** Every command has its outcome once, the one of a run that never crashed. */
function expectWhole(made: Partition): void {
  const folded = made.bodies().map(({ bytes }) => Buffer.from(bytes));
  expect(folded).toEqual(straightRun(made.orders).map((body) => Buffer.from(body)));
}

describe("a warm standby", () => {
  test("applies a command only after its output has been folded", async () => {
    const made = new Partition();
    made.append(commandsOf(21, 400));
    const { standby, failures } = standbyOf(made);
    await standby.start();
    expect(standby.warm).toBe(true);
    expect(standby.stats?.seqNum).toBe(0);
    const owner = await serving(made);
    await until(() => standby.stats?.seqNum === 400);
    expect(failures).toEqual([]);
    await owner.stop();
    await standby.close();
  });

  test("takes over from where it is, without a snapshot and without a replay", async () => {
    const made = new Partition();
    const owner = await serving(made);
    const { standby } = standbyOf(made);
    await standby.start();
    made.append(commandsOf(22, 1500));
    await made.settled(owner);
    await until(() => standby.stats?.seqNum === owner.stats?.seqNum);
    await owner.stop();
    made.append(commandsOf(23, 300));
    const { host, failures } = made.host({ standby });
    const report = await host.start();
    expect(report.steps.map(({ step, count }) => [step, count])).toEqual([
      ["Claim", 1],
      ["Replay", 0],
      ["Emit", 300],
    ]);
    made.append(commandsOf(24, 300));
    await made.settled(host);
    await host.stop();
    expect(failures).toEqual([]);
    expectWhole(made);
  });

  test("takes over from an owner that still writes, and nothing is lost, doubled or changed", async () => {
    const made = new Partition();
    const owner = made.host();
    await owner.host.start();
    const { standby } = standbyOf(made);
    await standby.start();
    made.append(commandsOf(25, 900));
    await until(() => (owner.host.stats?.seqNum ?? 0) > 0);
    const taker = made.host({ standby });
    made.append(commandsOf(26, 900));
    await taker.host.start();
    await until(() => owner.failures.length === 1);
    expect(owner.failures[0]).toMatchObject({ code: "ForeignClaim" });
    made.append(commandsOf(27, 200));
    await made.settled(taker.host);
    await taker.host.stop();
    expectWhole(made);
  });

  test("starts from the newest snapshot", async () => {
    const made = new Partition();
    const { host } = made.host({ snapshotPolicy: { commandCountMin: 1, restFactor: 0 } });
    await host.start();
    made.append([...ticks(4096).map(frame), ...commandsOf(28, 100)]);
    await made.settled(host);
    await host.stop();
    const { standby } = standbyOf(made);
    await standby.start();
    await until(() => standby.stats?.seqNum === made.orders.length);
    const taker = made.host({ standby });
    const report = await taker.host.start();
    expect(report.snapshot?.seqNum).toBe(4096);
    await taker.host.stop();
    expectWhole(made);
  });

  test("row 43: that came to something else than the log says does not take over", async () => {
    const made = new Partition();
    const owner = await serving(made);
    made.append(commandsOf(29, 50));
    await made.settled(owner);
    await owner.stop();
    // A standby with other limits stands for a build that matches differently.
    const failures: Error[] = [];
    const standby = new Standby({
      log: new ProcessLog(made.disk),
      snapshots: made.snapshots,
      clock: made.clock,
      partition,
      limits: { orderCountMax: 0 },
      onFailure: (error) => failures.push(error),
    });
    await standby.start();
    await until(() => failures.length === 1);
    expect(failures[0]).toMatchObject({ code: "Diverged" });
    expect(standby.warm).toBe(false);
    const taker = made.host({ standby });
    expect(await codeOf(taker.host.start())).toBe("NotWarm");
    expectWhole(made);
  });

  test("row 14: refuses to take over where outputs answer commands that are gone", async () => {
    const made = new Partition();
    const owner = await serving(made);
    made.append(commandsOf(30, 60));
    await made.settled(owner);
    await owner.stop();
    made.disk.cut(Topic.Orders, 5);
    const { standby } = standbyOf(made);
    await standby.start();
    await until(() => standby.stats?.seqNum === 55);
    const taker = made.host({ standby });
    expect(await codeOf(taker.host.start())).toBe("OrdersTailLost");
  });

  test("that is closed while it loads follows nothing", async () => {
    const made = new Partition();
    made.append(commandsOf(31, 10));
    const { standby, failures } = standbyOf(made);
    const started = standby.start();
    await standby.close();
    await started;
    expect(standby.warm).toBe(false);
    expect(failures).toEqual([]);
    expect(made.disk.followers.size).toBe(0);
  });
});
