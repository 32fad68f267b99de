import { afterEach, describe, expect, spyOn, test } from "bun:test";

import { readSnapshot, serialiseCapture } from "./core/snapshot.ts";
import { Engine } from "./core/engine.ts";
import { commandHashText } from "../schema/body.ts";
import { DeadReason } from "../schema/generated/enums.ts";
import { headerBytes } from "../schema/generated/records.ts";
import { readText } from "../schema/wire.ts";
import { Topic } from "../schema/topics.ts";
import { newOrderSingle } from "./commands.fixture.ts";
import { accountID, LetterRig, quarantineFrame, recordOf, symbol } from "./letters.fixture.ts";
import { codeOf, ticks, until } from "./partition.fixture.ts";
import { Replica } from "./replica.ts";

const poisonSymbol = "POISON";
const poison = newOrderSingle({ symbol: poisonSymbol, accountID, price: 1 });
const apply = Engine.prototype.apply;

/** A failpoint: this build breaks on one command, as a build with a bug does. */
function breakOnPoison(): void {
  spyOn(Engine.prototype, "apply").mockImplementation(function (
    this: Engine,
    commands,
    at,
    ...rest
  ) {
    const isOrder = commands.view.getUint16(at + 2, true) === 1;
    if (isOrder && readText(commands.view, at + headerBytes + 48, 16) === poisonSymbol) {
      throw new Error("Invariant broken: poison");
    }
    return apply.call(this, commands, at, ...rest);
  });
}

function mend(): void {
  spyOn(Engine.prototype, "apply").mockRestore();
}

afterEach(mend);

/** Appends the Quarantine of the command at an offset, as an operator does; another hash is of another command. */
function setAside(rig: LetterRig, offset: number, commandHash?: string): number {
  const { value, appendTime } = recordOf(rig.made, offset);
  const hash = commandHash ?? commandHashText(value, appendTime);
  const frame = quarantineFrame(offset, hash);
  return rig.made.disk.append(Topic.OrderEvents, [{ key: null, value: frame }])[0]!;
}

describe("a Quarantine", () => {
  test("lets a partition go on that a command broke under every owner, and every replay comes to the same", async () => {
    breakOnPoison();
    const rig = new LetterRig();
    const first = await rig.serve();
    rig.list();
    rig.send(poison, newOrderSingle({ symbol, accountID, price: 100 }));
    await until(() => first.failures.length > 0);
    expect(first.failures[0]).toMatchObject({ code: "EngineBroken" });
    expect(await codeOf(rig.host().host.start())).toBe("EngineBroken");
    setAside(rig, 2);
    const second = await rig.serve();
    await rig.settled(second);
    expect(rig.told()).toEqual(["unread 12", "OrderAccepted of 4"]);
    expect(rig.deadLetters()).toMatchObject([
      {
        deadReason: DeadReason.Quarantined,
        commandOffset: 2,
        command: recordOf(rig.made, 2).value,
      },
    ]);
    await second.host.stop();
    const third = await rig.serve();
    await rig.settled(third);
    expect(rig.told()).toEqual(["unread 12", "OrderAccepted of 4"]);
    await third.host.stop();
  });

  test("ends the owner that serves", async () => {
    const rig = new LetterRig();
    const { host, failures } = await rig.serve();
    await rig.caughtUp(host);
    setAside(rig, 0);
    await until(() => failures.length > 0);
    expect(failures[0]).toMatchObject({ code: "ForeignClaim" });
    expect(failures[0]?.message).toContain("set aside by operator");
  });

  test("is void where its command is folded already", async () => {
    const rig = new LetterRig();
    const first = await rig.serve();
    rig.list();
    rig.send(newOrderSingle({ symbol, accountID, price: 100 }));
    await rig.caughtUp(first.host);
    setAside(rig, 2);
    await until(() => first.failures.length > 0);
    const second = await rig.serve();
    expect(rig.told()).toEqual(["OrderAccepted of 3"]);
    await second.host.stop();
    const third = await rig.serve();
    expect(rig.told()).toEqual(["OrderAccepted of 3"]);
    await third.host.stop();
  });

  test("is void for another command than the one that it names by its hash", async () => {
    const rig = new LetterRig();
    rig.list();
    rig.send(newOrderSingle({ symbol, accountID, price: 100 }));
    setAside(rig, 2, "0123456789abcdef");
    const { host } = await rig.serve();
    await rig.caughtUp(host);
    expect(rig.told()).toEqual(["OrderAccepted of 3"]);
    await host.stop();
  });

  test("stays pending in the snapshot until its command comes", async () => {
    const rig = new LetterRig();
    const policy = { snapshotPolicy: { commandCountMin: 1, restFactor: 0 } };
    rig.list();
    rig.send(...ticks(4_200), newOrderSingle({ symbol, accountID, price: 100 }));
    const offset = rig.made.orders.at(-1)!.offset;
    setAside(rig, offset);
    const { host } = await rig.serve(policy);
    await rig.settled({ host });
    await until(() => host.stats!.snapshot.takenCount === 1);
    await host.stop();
    // A replay from the snapshot on never sees the Quarantine, which stands before it.
    const again = rig.host();
    const report = await again.host.start();
    expect(report.snapshot?.seqNum).toBe(4_096);
    expect(rig.told()).toEqual(["unread 12"]);
    await again.host.stop();
  });

  test("races with two owners: whichever record lands first, all of them agree on one outcome", async () => {
    const outcomes = new Set<string>();
    for (let landed = 0; landed < 4; landed++) {
      for (const isOld of [true, false]) {
        const rig = new LetterRig();
        const old = await rig.serve();
        rig.list();
        await rig.caughtUp(old.host);
        rig.send(newOrderSingle({ symbol, accountID, price: 100 }));
        await until(() => old.log.pendingRecordCount > 0 || old.host.stats!.foldedSeqNum === 3);
        // The old owner is paused with its output under way; it lands before or after the Quarantine.
        old.log.kill();
        if (isOld) old.log.land(landed);
        setAside(rig, 2);
        const middle = rig.host();
        const starting = middle.host.start();
        if (!isOld) old.log.land(landed);
        await starting;
        await rig.caughtUp(middle.host);
        const told = rig.told();
        middle.log.kill();
        const last = await rig.serve();
        await rig.caughtUp(last.host);
        expect(rig.told()).toEqual(told);
        expect(told.length).toBe(1);
        outcomes.add(told[0]!);
        await last.host.stop();
      }
    }
    expect([...outcomes].toSorted()).toEqual(["OrderAccepted of 3", "unread 12"]);
  });

  test("is part of the state: restored, it sets the same command aside", () => {
    const replica = new Replica({});
    const command = { offset: 3, appendTime: 5, key: null, value: new Uint8Array([1, 2]) };
    const commandHash = commandHashText(command.value, command.appendTime);
    const said = { commandHash, operator: "o", reason: "r" };
    replica.quarantine({ kind: "Quarantine", partition: 0, commandOffset: 3, ...said });
    const { bytes } = serialiseCapture(replica.engine.capture());
    expect(readSnapshot(bytes).quarantines).toEqual([{ commandOffset: 3, commandHash }]);
    const restored = Engine.restore(bytes);
    expect(serialiseCapture(restored.capture()).bytes).toEqual(bytes);
    expect(restored.takeQuarantine(3, commandHash)).toBe(true);
    expect(restored.takeQuarantine(3, commandHash)).toBe(false);
  });
});
