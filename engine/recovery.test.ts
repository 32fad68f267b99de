import { describe, expect, test } from "bun:test";

import { SnapshotError } from "../ports/snapshot/snapshot.ts";
import type { SnapshotManifest, SnapshotStore } from "../ports/snapshot/snapshot.ts";
import { createMemorySnapshots } from "../ports/snapshot/snapshot-memory.ts";
import { decodeFrame, frame } from "../schema/frame.ts";
import { Topic } from "../schema/topics.ts";
import {
  codeOf,
  commandsOf,
  foldOf,
  partition,
  Partition,
  straightRun,
  ticks,
} from "./partition.fixture.ts";
import type { RecoveryReport } from "./recovery.ts";

const limits = { orderCountMax: 10_000 };
const eager = { limits, snapshotPolicy: { commandCountMin: 1, restFactor: 0 } };

/** A partition that one owner served until it was stopped. */
async function served(
  commands: readonly Uint8Array[],
  snapshots?: SnapshotStore,
): Promise<Partition> {
  const made = new Partition(snapshots === undefined ? {} : { snapshots });
  const { host } = made.host(eager);
  await host.start();
  // In portions, so that every Checkpoint finds the last snapshot finished.
  for (let at = 0; at < commands.length; at += 4096) {
    made.append(commands.slice(at, at + 4096));
    await made.settled(host);
  }
  await host.stop();
  return made;
}

async function restart(made: Partition): Promise<RecoveryReport> {
  const { host } = made.host({ limits });
  const report = await host.start();
  await host.stop();
  return report;
}

/** Every command has its outcome once, the one of a run that never crashed. */
function expectWhole(made: Partition): void {
  const folded = foldOf(made.outputs).map(({ bytes }) => Buffer.from(bytes).toString("hex"));
  const straight = straightRun(made.orders, limits).map((body) =>
    Buffer.from(body).toString("hex"),
  );
  expect(folded.length).toBe(straight.length);
  expect(folded.findIndex((body, index) => body !== straight[index])).toBe(-1);
}

function step(report: RecoveryReport, name: string): number | undefined {
  return report.steps.find(({ step }) => step === name)?.count;
}

const history = [...commandsOf(7, 700), ...ticks(8000).map(frame), ...commandsOf(8, 300)];

describe("recovery", () => {
  test("starts from nothing on an empty log", async () => {
    const report = await restart(new Partition());
    expect(report).toMatchObject({ epoch: 0, snapshot: null, tailSeqNum: 0, skippedSnapshots: [] });
    expect(report.steps.map(({ step, count }) => [step, count])).toEqual([
      ["Claim", 1],
      ["Snapshot", 0],
      ["Replay", 0],
      ["Emit", 0],
    ]);
  });

  test("writes outcomes for commands that came while there was no owner", async () => {
    const made = new Partition();
    made.append(commandsOf(3, 1500));
    expect(step(await restart(made), "Emit")).toBe(1500);
    expectWhole(made);
  });

  test("replays and compares everything when there is no snapshot", async () => {
    const made = new Partition();
    made.append(commandsOf(3, 500));
    await restart(made);
    const report = await restart(made);
    expect(report.tailSeqNum).toBe(500);
    expect([step(report, "Replay"), step(report, "Emit")]).toEqual([500, 0]);
    expectWhole(made);
  });

  test("goes on from the newest snapshot and replays only what came after it", async () => {
    const made = await served(history);
    const report = await restart(made);
    expect(report.snapshot?.seqNum).toBe(8192);
    expect(step(report, "Replay")).toBe(history.length - 8192);
    made.append(commandsOf(9, 200));
    await restart(made);
    expectWhole(made);
  });

  test("keeps the chain of Checkpoints over a restart from a snapshot", async () => {
    const made = await served(history);
    made.append(ticks(4096));
    expect((await restart(made)).snapshot?.seqNum).toBe(8192);
    expectWhole(made);
  });

  test("row 31: passes over a torn or rotten snapshot and takes the one before", async () => {
    const rotten = new RottenSnapshots();
    const made = await served(history, rotten);
    rotten.rottenSeqNums.add(8192);
    const report = await restart(made);
    expect(report.snapshot?.seqNum).toBe(4096);
    expect(report.skippedSnapshots.map(({ seqNum }) => seqNum)).toEqual([8192]);
    rotten.rottenSeqNums.add(4096);
    expect((await restart(made)).snapshot).toBeNull();
    expectWhole(made);
  });

  test("row 34: starts without a snapshot store that does not answer", async () => {
    const rotten = new RottenSnapshots();
    const made = await served(history.slice(0, 300), rotten);
    rotten.away = true;
    const report = await restart(made);
    expect(report.skippedSnapshots.length).toBe(1);
    expectWhole(made);
  });

  test("row 15: an output tail that was lost is written again, byte for byte", async () => {
    const made = await served(history);
    const before = foldOf(made.outputs).map(({ bytes }) => bytes);
    made.disk.cut(Topic.OrderEvents, 250);
    const report = await restart(made);
    expect(step(report, "Emit")).toBe(250);
    expect(foldOf(made.outputs).map(({ bytes }) => bytes)).toEqual(before);
  });

  test("rule 37: rows 15, 32: a snapshot newer than the outputs is passed over for an older one", async () => {
    const made = await served(history);
    made.disk.cut(Topic.OrderEvents, history.length - 8191);
    const report = await restart(made);
    expect(report.snapshot?.seqNum).toBe(4096);
    expect(report.tailSeqNum).toBe(8191);
    expectWhole(made);
  });

  test("row 14: refuses when commands are gone whose outputs stand", async () => {
    const made = await served(history);
    made.disk.cut(Topic.Orders, 3);
    expect(await codeOf(restart(made))).toBe("OrdersTailLost");
  });

  test("row 14: refuses when other commands stand where the lost ones stood", async () => {
    for (const lost of [3, 2000]) {
      const made = await served(history);
      made.disk.cut(Topic.Orders, lost);
      made.append(ticks(lost + 10));
      expect(await codeOf(restart(made))).toBe("CommandChanged");
    }
  });

  test("refuses a log whose bodies this build would not write", async () => {
    const made = new Partition();
    made.append(commandsOf(6, 400));
    await restart(made);
    const { host } = made.host({ limits: { orderCountMax: 1 } });
    expect(await codeOf(host.start())).toBe("Diverged");
  });

  test("row 22: refuses a snapshot of another history", async () => {
    for (const change of ["cluster", "topic"] as const) {
      const made = await served(history);
      if (change === "cluster") made.disk.clusterID = "another";
      else made.disk.topicIDs = { ...made.disk.topicIDs, orders: "made again" };
      expect(await codeOf(restart(made))).toBe("IdentityChanged");
    }
  });

  test("refuses to go on from a snapshot with other limits than the partition began with", async () => {
    const made = await served(history);
    const { host } = made.host({ limits: { ...limits, idWindowMs: 30_000 } });
    expect(await codeOf(host.start())).toBe("LimitsChanged");
    await restart(made);
    expectWhole(made);
  });

  test("row 22: refuses a log whose earlier Claims are of another history", async () => {
    const made = await served(history.slice(0, 100));
    made.disk.topicIDs = { ...made.disk.topicIDs, "order-events": "made again" };
    expect(await codeOf(restart(made))).toBe("IdentityChanged");
  });

  test("row 21: refuses when commands are gone that no snapshot stands for", async () => {
    const made = await served(history.slice(0, 100));
    made.disk.records.orders.splice(0, 50);
    expect(await codeOf(restart(made))).toBe("OrdersTrimmed");
  });

  test("row 28: refuses a record that rotted on the outputs", async () => {
    const made = await served(history.slice(0, 100));
    const record = made.outputs[40]!;
    const value = record.value.slice();
    value[60] = value[60]! ^ 4;
    made.disk.records["order-events"][40] = { ...record, value };
    expect(await codeOf(restart(made))).toBe("Unreadable");
  });

  test("goes on past a gap that an earlier owner left", async () => {
    const made = await served(history.slice(0, 100));
    made.disk.records["order-events"] = made.outputs
      .filter(({ offset }) => offset !== 60)
      .map((record, offset) => ({ ...record, offset }));
    const report = await restart(made);
    expect(report.tailSeqNum).toBe(59);
    expect(step(report, "Emit")).toBe(41);
  });

  test("names the owner and the history in its Claim", async () => {
    const made = new Partition();
    await restart(made);
    const claim = decodeFrame(made.outputs[0]!.value);
    expect(claim).toMatchObject({
      ok: true,
      message: { kind: "Claim", partition, partitionCount: 1, clusterID: "cluster", node: "test" },
    });
  });
});

/** A store that returns other bytes than it was given, or that is away. */
class RottenSnapshots implements SnapshotStore {
  readonly rottenSeqNums = new Set<number>();
  away = false;
  readonly #held = createMemorySnapshots();

  put(manifest: SnapshotManifest, object: Uint8Array): Promise<void> {
    return this.#held.put(manifest, object);
  }

  async list(partition: number): Promise<readonly SnapshotManifest[]> {
    if (this.away) throw new SnapshotError("Unavailable", "away");
    return this.#held.list(partition);
  }

  async get(manifest: SnapshotManifest): Promise<Uint8Array> {
    if (this.rottenSeqNums.has(manifest.seqNum)) throw new SnapshotError("Corrupt", "rotten");
    return this.#held.get(manifest);
  }

  prune(partition: number, keep: number): Promise<void> {
    return this.#held.prune(partition, keep);
  }

  close(): Promise<void> {
    return this.#held.close();
  }
}
