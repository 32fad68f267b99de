import { describe, expect, spyOn, test } from "bun:test";

import { ManualClock } from "../ports/clock/clock-manual.ts";
import { createMemorySnapshots } from "../ports/snapshot/snapshot-memory.ts";
import { SnapshotError } from "../ports/snapshot/snapshot.ts";
import { chunkBytesMax } from "../schema/topics.ts";
import { frame } from "../schema/frame.ts";
import type { EngineHostError } from "./host-error.ts";
import { restingOrders } from "./commands.fixture.ts";
import { Engine } from "./core/engine.ts";
import {
  codeOf,
  commandsOf,
  foldOf,
  Partition,
  straightRun,
  ticks,
  until,
} from "./partition.fixture.ts";

/** Every command has its outcome once, the one of a run that never crashed. */
function expectWhole(made: Partition): void {
  const folded = made.bodies().map(({ bytes }) => Buffer.from(bytes));
  expect(folded).toEqual(straightRun(made.orders).map((body) => Buffer.from(body)));
}

describe("an owner", () => {
  test("writes one outcome for each command, in the order of the log", async () => {
    const made = new Partition();
    const { host } = made.host();
    await host.start();
    const commands = commandsOf(11, 2000);
    for (let at = 0; at < commands.length; at += 37) {
      made.append(commands.slice(at, at + 37));
      await until(() => host.stats!.seqNum > at);
    }
    await made.settled(host);
    expect(made.bodies().map(({ commandOffset }) => commandOffset)).toEqual(
      made.orders.map(({ offset }) => offset),
    );
    expectWhole(made);
    await host.stop();
  });

  test("finishes what it has read before it stops", async () => {
    const made = new Partition();
    const { host } = made.host();
    await host.start();
    made.append(commandsOf(12, 1200));
    await until(() => host.stats!.seqNum > 0);
    await host.stop();
    expect(host.stats?.state).toBe("Stopped");
    expect(made.bodies().length).toBe(host.stats!.seqNum);
  });

  test("appends a TimeTick every tickMs", async () => {
    const clock = new ManualClock();
    const made = new Partition({ clock });
    const { host } = made.host({ tickMs: 1000 });
    await host.start();
    for (let count = 1; count <= 3; count++) {
      await until(() => clock.sleeperCount === 1);
      clock.advance(1000);
      await until(() => made.orders.length === count);
    }
    await made.settled(host);
    const times = made.bodies().map(({ events }) => events[0]);
    const first = clock.now() - 2000;
    expect(times).toEqual(
      [first, first + 1000, first + 2000].map((sendingTime) => ({
        kind: "TimeTicked",
        sendingTime,
      })),
    );
    await host.stop();
  });

  test("row 25: rejects bytes that are no command and goes on", async () => {
    const made = new Partition();
    const { host } = made.host();
    await host.start();
    const torn = frame({ kind: "TimeTick", sendingTime: 5 }).slice(0, 12);
    const noise = Uint8Array.from({ length: 400 }, (_, index) => (index * 31) & 255);
    const foreign = frame({ kind: "TimeTicked", sendingTime: 5 });
    made.append([torn, new Uint8Array(0), noise, foreign, ...ticks(1)]);
    await made.settled(host);
    const events = made.bodies().map((body) => body.events.map((event) => event.kind));
    expect(events).toEqual([
      ["BusinessMessageReject"],
      ["BusinessMessageReject"],
      ["BusinessMessageReject"],
      ["BusinessMessageReject"],
      ["TimeTicked"],
    ]);
    await host.stop();
    expectWhole(made);
  });

  test("row 27: writes a sweep larger than a record in chunks", async () => {
    const made = new Partition();
    const { host } = made.host();
    await host.start();
    made.append(restingOrders({ symbol: "BTC-USD", accountID: 7, orderCount: 5000 }));
    made.append([frame(massCancel())]);
    await made.settled(host);
    const last = made.bodies().at(-1)!;
    expect(last.bytes.length).toBeGreaterThan(chunkBytesMax);
    expect(last.events.at(-1)).toMatchObject({
      kind: "OrderMassCancelReport",
      totalAffectedOrders: 5000,
    });
    await host.stop();
    expectWhole(made);
  });

  test("counts what it does", async () => {
    const made = new Partition();
    const { host } = made.host();
    expect(host.stats).toBeNull();
    await host.start();
    made.append(ticks(10));
    await made.settled(host);
    expect(host.stats).toMatchObject({
      state: "Serving",
      epoch: 0,
      seqNum: 10,
      foldedSeqNum: 10,
      commandOffset: 9,
      commandCount: 10,
      eventCount: 10,
      inFlightCount: 0,
    });
    expect(host.stats?.applyNs.count).toBe(10);
    await host.stop();
  });
});

describe("an owner that must not go on", () => {
  test("row 18: stops at a foreign Claim and writes nothing more", async () => {
    const made = new Partition();
    const old = made.host();
    await old.host.start();
    made.append(commandsOf(13, 300));
    await made.settled(old.host);
    const next = made.host();
    await next.host.start();
    await until(() => old.failures.length > 0);
    expect(old.failures.map((error) => (error as EngineHostError).code)).toEqual(["ForeignClaim"]);
    expect(old.host.stats?.state).toBe("Failed");
    made.append(commandsOf(14, 300));
    await made.settled(next.host);
    await next.host.stop();
    await old.host.stop();
    expect(old.host.stats?.seqNum).toBe(300);
    expectWhole(made);
  });

  test("row 18: two owners at once leave each command with one outcome", async () => {
    const made = new Partition();
    const zombie = made.host();
    await zombie.host.start();
    const commands = commandsOf(15, 900);
    made.append(commands.slice(0, 300));
    await until(() => zombie.host.stats!.seqNum === 300);
    const underWay = zombie.log.kill();
    expect(underWay).toBeGreaterThan(0);
    const owner = made.host();
    const starting = owner.host.start();
    await until(() => made.outputs.filter(({ value }) => value[2] === 130).length === 2);
    zombie.log.land(underWay);
    made.append(commands.slice(300));
    await starting;
    await made.settled(owner.host);
    await owner.host.stop();
    expect(made.outputs.length).toBeGreaterThan(902);
    expectWhole(made);
  });

  test("rows 12, 29: stops when the log does not take its outputs", async () => {
    const made = new Partition();
    const { host, failures, log } = made.host();
    await host.start();
    log.append = () => Promise.reject(new RangeError("disk full"));
    made.append(ticks(3));
    await until(() => failures.length > 0);
    expect(failures[0]).toMatchObject({ code: "AppendFailed", cause: new RangeError("disk full") });
    await host.stop();
    expect(foldOf(made.outputs)).toEqual([]);
  });

  test("row 26: stops when a command breaks the engine, and writes nothing of it", async () => {
    const made = new Partition();
    const { host, failures } = made.host();
    const { apply } = Engine.prototype;
    const breaking = spyOn(Engine.prototype, "apply").mockImplementation(function (
      this: Engine,
      ...given
    ) {
      if (given[2] === 3) throw new Error("Invariant broken: the fourth");
      return apply.apply(this, given);
    });
    await host.start();
    made.append(ticks(5));
    await until(() => failures.length > 0);
    expect((failures[0] as EngineHostError).code).toBe("EngineBroken");
    await host.stop();
    expect(made.bodies().every(({ commandOffset }) => commandOffset < 3)).toBe(true);
    expect(await codeOf(made.host().host.start())).toBe("EngineBroken");
    breaking.mockRestore();
  });

  test("start rejects, and says so only once, when it fails before it serves", async () => {
    const made = new Partition();
    made.append(ticks(5));
    const { host, failures, log } = made.host();
    const { append } = log;
    log.append = (topic, partition, records) =>
      records.length > 1
        ? Promise.reject(new RangeError("disk full"))
        : append.call(log, topic, partition, records);
    expect(await codeOf(host.start())).toBe("AppendFailed");
    expect(failures).toEqual([]);
    await host.stop();
  });
});

describe("snapshots", () => {
  const policy = { commandCountMin: 1, restFactor: 0 };

  test("are taken at Checkpoints once their outputs are folded", async () => {
    const made = new Partition();
    const { host } = made.host({ snapshotPolicy: policy });
    await host.start();
    made.append(ticks(5000));
    await made.settled(host);
    await host.stop();
    const [manifest, ...others] = await made.snapshots.list(0);
    const body = made.bodies()[4095]!;
    expect(others).toEqual([]);
    expect(manifest).toMatchObject({
      seqNum: 4096,
      epoch: 0,
      commandOffset: 4095,
      commandHash: body.commandHash,
      bodyHash: body.position.bodyHash,
      eventsOffset: body.position.offset + 1,
    });
    expect(body.events.at(-1)).toMatchObject({
      kind: "Checkpoint",
      sha256: manifest?.checkpointSha256,
    });
    expect(host.stats?.snapshot).toMatchObject({ takenCount: 1, failedCount: 0, seqNum: 4096 });
  });

  test("row 32: none is written while its outputs are not on the log", async () => {
    const made = new Partition();
    const { host, log } = made.host({ snapshotPolicy: policy });
    await host.start();
    made.append(ticks(4096));
    await until(() => host.stats!.seqNum === 4096);
    expect(log.kill()).toBeGreaterThan(0);
    for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
    expect(await made.snapshots.list(0)).toEqual([]);
  });

  test("row 34: a store that fails is reported and does not stop matching", async () => {
    const made = new Partition({
      snapshots: {
        ...createMemorySnapshots(),
        list: async () => [],
        put: () => Promise.reject(new SnapshotError("Unavailable", "away")),
      },
    });
    const reported: Error[] = [];
    const { host } = made.host({
      snapshotPolicy: policy,
      onSnapshotFailure: (error) => reported.push(error),
    });
    await host.start();
    for (const round of [1, 2, 3]) {
      made.append(ticks(4096));
      await made.settled(host);
      await until(() => reported.length === round);
    }
    expect(host.stats).toMatchObject({
      state: "Serving",
      snapshot: { takenCount: 0, failedCount: 3 },
    });
    await host.stop();
  });

  test("are taken when a replay would cost enough, and as many as asked for are kept", async () => {
    const made = new Partition();
    const { host } = made.host({
      snapshotPolicy: { commandCountMin: 8192, restFactor: 0, keep: 3 },
    });
    await host.start();
    for (let round = 0; round < 10; round++) {
      made.append(ticks(4096));
      await made.settled(host);
    }
    await host.stop();
    const seqNums = (await made.snapshots.list(0)).map(({ seqNum }) => seqNum);
    expect(seqNums).toEqual([40_960, 32_768, 24_576]);
  });

  test("are packed in a Worker by default", async () => {
    const made = new Partition();
    const { host } = made.workerHost({ snapshotPolicy: policy });
    await host.start();
    made.append([...commandsOf(17, 3000), ...ticks(1200).map(frame)]);
    await made.settled(host);
    await host.stop();
    expect((await made.snapshots.list(0)).map(({ seqNum }) => seqNum)).toEqual([4096]);
    const again = made.host();
    expect((await again.host.start()).snapshot?.seqNum).toBe(4096);
    await again.host.stop();
    expectWhole(made);
  });
});

function massCancel() {
  return {
    kind: "OrderMassCancelRequest",
    sendingTime: 0,
    validUntil: 0,
    commandID: crypto.randomUUID(),
    requestHash: "00".repeat(8),
    accountID: 0,
    attempt: 0,
    side: 0,
    symbol: "",
  } as const;
}
