import { describe, expect, test } from "bun:test";

import { createMemorySnapshots } from "../ports/snapshot/snapshot-memory.ts";
import { asAttempt } from "../schema/attempt.ts";
import { commandHashText } from "../schema/body.ts";
import { frame } from "../schema/frame.ts";
import { DeadReason, DeadReasonName, OrdRejReason } from "../schema/generated/enums.ts";
import { letterBytesMax, recordBytesMax, Topic } from "../schema/topics.ts";
import { LetterRig, quarantineFrame, recordOf, symbol } from "./letters.fixture.ts";
import { straightRun, ticks, until } from "./partition.fixture.ts";

describe("the relay", () => {
  test("brings an order that came before its instrument again after the back-off, and it is accepted", async () => {
    const rig = new LetterRig();
    const started = await rig.serve();
    rig.send(rig.order());
    await rig.settled(started);
    const [letter] = rig.retryLetters(Topic.Retry1s);
    expect(letter).toMatchObject({ partition: 0, attempt: 1, seqNum: 2, commandOffset: 1 });
    expect(letter?.command).toEqual(recordOf(rig.made, 1).value);
    rig.list();
    await rig.backOff(started, 1_000);
    expect(rig.told()).toEqual(["Deferred at 0", "OrderAccepted of 2"]);
    expect(rig.deadLetters()).toEqual([]);
    await started.host.stop();
  });

  test("brings it again after 1, 5 and 20 seconds, then it is a dead letter with all that is known of it", async () => {
    const rig = new LetterRig();
    const started = await rig.serve();
    const order = rig.order();
    rig.send(order);
    await rig.settled(started);
    for (const ms of [1_000, 5_000, 20_000]) await rig.backOff(started, ms);
    await rig.settled(started);
    expect(rig.told()).toEqual([
      "Deferred at 0",
      "Deferred at 1",
      "Deferred at 2",
      `OrderRejected ${OrdRejReason.UnknownSymbol}`,
      "DeadLettered after 4 UnknownSymbol",
    ]);
    const topics = [Topic.Retry1s, Topic.Retry5s, Topic.Retry20s];
    expect(topics.map((topic) => rig.retryLetters(topic).length)).toEqual([1, 1, 1]);
    const { value, appendTime } = recordOf(rig.made, 1);
    expect(rig.deadLetters()).toEqual([
      {
        kind: "DeadLetter",
        partition: 0,
        attempts: 4,
        deadReason: DeadReason.UnknownSymbol,
        accountID: order.accountID,
        commandBytes: value.length,
        seqNum: 2,
        commandOffset: 1,
        commandHash: commandHashText(value, appendTime),
        diedAt: appendTime + 26_000,
        diedSeqNum: 5,
        orderID: order.orderID,
        build: "test",
        command: value,
      },
    ]);
    await started.host.stop();
  });

  test("counts every record of orders.dlq by what its command died of, copies too, each reason from 0 on", async () => {
    const rig = new LetterRig();
    const order = frame(rig.order());
    const attempts = [0, 1, 2, 3].map((attempt) => asAttempt(order, attempt));
    rig.send(new Uint8Array([1]), ...attempts, rig.order());
    const { offset, value, appendTime } = rig.made.orders.at(-1)!;
    const aside = quarantineFrame(offset, commandHashText(value, appendTime));
    rig.made.disk.append(Topic.OrderEvents, [{ key: null, value: aside }]);
    const counted = new Map<string, number>();
    for (let turn = 0; turn < 2; turn++) {
      const started = await rig.serve();
      await rig.settled(started);
      for (const { reason, count } of started.host.stats!.relay.deadLetters) {
        const name = DeadReasonName[reason];
        counted.set(name, (counted.get(name) ?? 0) + count);
      }
      await started.host.stop();
    }
    const written = Map.groupBy(rig.deadLetters(), (letter) => DeadReasonName[letter.deadReason]);
    expect([...written.keys()].toSorted()).toEqual(["Quarantined", "Undecodable", "UnknownSymbol"]);
    expect(Object.fromEntries(counted)).toEqual(
      Object.fromEntries(
        Object.values(DeadReasonName).map((name) => [name, written.get(name)?.length ?? 0]),
      ),
    );
  });

  test("leaves an order alone that was canceled while it waited: its attempt is a repeat", async () => {
    const rig = new LetterRig();
    const started = await rig.serve();
    const order = rig.order();
    rig.send(order);
    await rig.settled(started);
    const { accountID, orderID } = order;
    rig.send({
      kind: "OrderCancelRequest",
      sendingTime: rig.clock.now(),
      validUntil: 0,
      commandID: crypto.randomUUID(),
      requestHash: "00".repeat(8),
      accountID,
      attempt: 0,
      orderID,
    });
    await rig.caughtUp(started.host);
    rig.list();
    await rig.backOff(started, 1_000);
    expect(rig.told()).toEqual(["Deferred at 0", "OrderRejected 109", "Duplicate 2"]);
    expect(rig.deadLetters()).toEqual([]);
    await started.host.stop();
  });

  test("sends bytes that cannot be read to the dead letters, cut where they are long", async () => {
    const rig = new LetterRig();
    const started = await rig.serve();
    const long = new Uint8Array(recordBytesMax).fill(3);
    rig.send(new Uint8Array([1, 2, 3]), long);
    await rig.settled(started);
    const [short, cut] = rig.deadLetters();
    expect(short).toMatchObject({ deadReason: DeadReason.Undecodable, seqNum: 2, attempts: 1 });
    expect(short?.command).toEqual(new Uint8Array([1, 2, 3]));
    expect(cut?.commandBytes).toBe(recordBytesMax);
    expect(cut?.command).toEqual(long.subarray(0, letterBytesMax));
    await started.host.stop();
  });

  test("writes again after a crash what no snapshot stands for, and goes on with orders that wait", async () => {
    const rig = new LetterRig();
    const first = await rig.serve();
    rig.send(rig.order(), new Uint8Array([1]));
    await rig.settled(first);
    first.log.kill();
    rig.list();
    const second = await rig.serve();
    await until(() => rig.deadLetters().length === 2);
    expect(rig.deadLetterNames()).toEqual(["0:3"]);
    await rig.backOff(second, 1_000);
    expect(rig.told()).toEqual(["Deferred at 0", "unread 1", "OrderAccepted of 2"]);
    await second.host.stop();
  });

  test("brings at once an order whose deferral lies before the snapshot", async () => {
    const rig = new LetterRig();
    const policy = { snapshotPolicy: { commandCountMin: 1, restFactor: 0 } };
    const first = await rig.serve(policy);
    rig.send(rig.order(), ...ticks(4_100));
    await rig.settled(first);
    await until(() => first.host.stats!.snapshot.takenCount === 1);
    first.log.kill();
    const second = rig.host();
    expect((await second.host.start()).snapshot?.seqNum).toBe(4_096);
    await until(() => second.host.stats!.relay.resequencedCount === 1);
    await rig.caughtUp(second.host);
    expect(rig.told().slice(0, 2)).toEqual(["Deferred at 0", "Deferred at 1"]);
    await second.host.stop();
  });

  test("no snapshot is valid before the letters up to it stand", async () => {
    const rig = new LetterRig();
    const snapshots = createMemorySnapshots();
    const { host, log } = rig.host({ snapshots, snapshotPolicy: { commandCountMin: 1 } });
    const letter = Promise.withResolvers<void>();
    const append = log.append.bind(log);
    log.append = async (topic, partition, records) => {
      if (topic === Topic.DeadLetters) await letter.promise;
      return append(topic, partition, records);
    };
    await host.start();
    rig.send(new Uint8Array([1]), ...ticks(4_100));
    await rig.caughtUp(host);
    await new Promise((resolve) => setImmediate(resolve));
    expect(await snapshots.list(0)).toEqual([]);
    letter.resolve();
    await until(() => host.stats!.snapshot.takenCount === 1);
    await host.stop();
  });

  test("an owner that cannot write a letter ends, and the next one writes it", async () => {
    const rig = new LetterRig();
    const first = rig.host();
    const append = first.log.append.bind(first.log);
    first.log.append = async (topic, partition, records) => {
      if (topic === Topic.DeadLetters) throw new Error("no space");
      return append(topic, partition, records);
    };
    await first.host.start();
    rig.send(new Uint8Array([1]));
    await until(() => first.failures.length > 0);
    expect(first.failures[0]).toMatchObject({ code: "AppendFailed" });
    const second = await rig.serve();
    await until(() => rig.deadLetters().length === 1);
    await second.host.stop();
  });

  test("wherever the owner dies, each order comes to one end and each dead command to a letter", async () => {
    for (let landed = 0; landed < 12; landed++) {
      const rig = new LetterRig();
      const first = await rig.serve();
      rig.send(rig.order(), new Uint8Array([1]));
      // So many turns of the event loop that outputs, letters and the attempt are under way in some of the rounds.
      for (let turn = 0; turn < landed; turn++) {
        rig.clock.advance(200);
        await new Promise((resolve) => setImmediate(resolve));
      }
      first.log.kill();
      first.log.land(landed % 3);
      rig.list();
      const second = await rig.serve();
      await until(() => rig.deadLetterNames().length === 1);
      for (let turns = 0; !rig.told().some((line) => line.startsWith("OrderAccepted")); turns++) {
        if (turns > 200) throw new Error(`Round ${landed}: ${rig.told().join(", ")}`);
        rig.clock.advance(1_000);
        rig.tick();
        await rig.caughtUp(second.host);
      }
      const told = rig.told();
      expect(told.filter((line) => line.startsWith("OrderAccepted"))).toEqual([
        "OrderAccepted of 2",
      ]);
      expect(told.some((line) => line.startsWith("DeadLettered"))).toBe(false);
      const folded = rig.made.bodies().map(({ bytes }) => Buffer.from(bytes));
      expect(folded).toEqual(straightRun(rig.made.orders).map((body) => Buffer.from(body)));
      await second.host.stop();
    }
  });

  test("two owners that both bring an order again do it no harm", async () => {
    const rig = new LetterRig();
    const zombie = await rig.serve();
    rig.send(rig.order());
    await rig.settled(zombie);
    const [deferred] = rig.retryLetters(Topic.Retry1s);
    const owner = await rig.serve();
    rig.list();
    await until(() => owner.host.stats!.relay.waitingCount > 0);
    rig.clock.advance(1_000);
    await until(() => owner.host.stats!.relay.resequencedCount === 1);
    // The zombie's copy lands late.
    const [again] = rig.made.orders.slice(-1);
    rig.send(again!.value);
    await rig.caughtUp(owner.host);
    expect(deferred?.attempt).toBe(1);
    expect(rig.told()).toEqual(["Deferred at 0", "OrderAccepted of 2", "Duplicate 1"]);
    await owner.host.stop();
  });
});

test("an order for a symbol that no definition can have is refused at once", async () => {
  const rig = new LetterRig();
  const started = await rig.serve();
  rig.send(frame(rig.order({ symbol: "no symbol" })), rig.order({ validUntil: 0 }));
  await rig.caughtUp(started.host);
  expect(rig.told()).toEqual(["OrderRejected 1", "OrderRejected 1"]);
  expect(symbol).not.toBe("no symbol");
  await started.host.stop();
});
