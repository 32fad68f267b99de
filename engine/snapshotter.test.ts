import { describe, expect, test } from "bun:test";

import { ManualClock } from "../ports/clock/clock-manual.ts";
import { createMemorySnapshots } from "../ports/snapshot/snapshot-memory.ts";
import type { PackedSnapshot } from "../ports/snapshot/snapshot-object.ts";
import { frame } from "../schema/frame.ts";
import { directPacker, ticks } from "./partition.fixture.ts";
import { Replica } from "./replica.ts";
import type { SnapshotPacker } from "./snapshot-packer.ts";
import { Snapshotter } from "./snapshotter.ts";
import type { SnapshotPolicy } from "./snapshotter.ts";

/** Packs when the test says so. */
class HeldPacker implements SnapshotPacker {
  readonly waiting: PromiseWithResolvers<void>[] = [];
  closed = false;

  async pack(capture: Parameters<SnapshotPacker["pack"]>[0]): Promise<PackedSnapshot> {
    const held = Promise.withResolvers<void>();
    this.waiting.push(held);
    await held.promise;
    return directPacker.pack(capture);
  }

  close(): void {
    this.closed = true;
  }
}

class Rig {
  readonly clock = new ManualClock();
  readonly store = createMemorySnapshots();
  readonly packer = new HeldPacker();
  readonly replica = new Replica({});
  readonly failures: Error[] = [];
  readonly snapshotter: Snapshotter;

  constructor(policy: Partial<SnapshotPolicy> = {}) {
    this.snapshotter = new Snapshotter({
      store: this.store,
      packer: this.packer,
      clock: this.clock,
      identity: {
        partition: 0,
        partitionCount: 1,
        clusterID: "c",
        ordersTopicID: "o",
        eventsTopicID: "e",
      },
      policy: { commandCountMin: 1, restFactor: 0, keep: 3, ...policy },
      last: null,
      onFailure: (error) => this.failures.push(error),
    });
  }

  /** Applies commands up to the next Checkpoint and says that its body was folded. */
  checkpoint(options: { folded: boolean } = { folded: true }): void {
    for (const tick of ticks(4096)) {
      const value = frame(tick);
      this.replica.apply({ offset: this.replica.seqNum, appendTime: 0, value });
    }
    this.snapshotter.atCheckpoint(this.replica);
    if (options.folded) this.fold();
  }

  fold(): void {
    const { seqNum, bodyHash } = this.replica;
    this.snapshotter.folded({ offset: seqNum, epoch: 0, seqNum, bodyHash });
  }

  /** Lets the packer finish its oldest capture, after `ms`. */
  async pack(ms = 0): Promise<void> {
    this.clock.advance(ms);
    this.packer.waiting.shift()?.resolve();
    await this.snapshotter.whenIdle();
  }

  async seqNums(): Promise<number[]> {
    return (await this.store.list(0)).map(({ seqNum }) => seqNum);
  }
}

describe("a snapshotter", () => {
  test("takes one snapshot at a time and passes over Checkpoints meanwhile", async () => {
    const rig = new Rig();
    for (let count = 0; count < 3; count++) rig.checkpoint();
    expect(rig.packer.waiting.length).toBe(1);
    rig.packer.waiting[0]?.reject(new Error("out of memory"));
    await rig.snapshotter.whenIdle();
    expect(rig.failures.map(({ message }) => message)).toEqual(["out of memory"]);
  });

  test("writes the state of the Checkpoint although matching went on", async () => {
    const rig = new Rig();
    rig.checkpoint();
    rig.checkpoint({ folded: false });
    await rig.pack();
    expect(await rig.seqNums()).toEqual([4096]);
  });

  test("waits until the output is folded", async () => {
    const rig = new Rig();
    rig.checkpoint({ folded: false });
    rig.packer.waiting[0]?.resolve();
    await new Promise((resolve) => setImmediate(resolve));
    expect(await rig.seqNums()).toEqual([]);
    rig.fold();
    await rig.snapshotter.whenIdle();
    expect(await rig.seqNums()).toEqual([4096]);
  });

  test("rests after a snapshot as many times as long as it took", async () => {
    const rig = new Rig({ restFactor: 4 });
    rig.checkpoint();
    await rig.pack(100);
    expect(rig.snapshotter.stats.lastMs).toBe(100);
    rig.clock.advance(399);
    rig.checkpoint();
    expect(rig.packer.waiting.length).toBe(0);
    rig.clock.advance(1);
    rig.checkpoint();
    expect(rig.packer.waiting.length).toBe(1);
  });

  test("tries again at a later Checkpoint after a failure", async () => {
    const rig = new Rig();
    rig.checkpoint();
    rig.packer.waiting.shift()?.reject(new Error("away"));
    await rig.snapshotter.whenIdle();
    rig.checkpoint();
    await rig.pack();
    expect(await rig.seqNums()).toEqual([8192]);
    expect(rig.snapshotter.stats).toMatchObject({ takenCount: 1, failedCount: 1, seqNum: 8192 });
  });

  test("counts a snapshot that stands already as taken", async () => {
    const [first, second] = [new Rig(), new Rig()];
    first.checkpoint();
    await first.pack();
    const [manifest] = await first.store.list(0);
    await second.store.put(manifest!, await first.store.get(manifest!));
    second.checkpoint();
    await second.pack();
    expect(second.snapshotter.stats).toMatchObject({ takenCount: 1, failedCount: 0 });
  });

  test("says how old the newest snapshot is", async () => {
    const rig = new Rig();
    expect(rig.snapshotter.stats.ageMs).toBeNull();
    rig.checkpoint();
    await rig.pack();
    rig.clock.advance(5000);
    expect(rig.snapshotter.stats.ageMs).toBe(5000);
  });

  test("gives up what is not folded when it is closed, and takes no more", async () => {
    const rig = new Rig();
    rig.checkpoint({ folded: false });
    rig.snapshotter.close();
    await rig.pack();
    rig.checkpoint();
    expect(await rig.seqNums()).toEqual([]);
    expect(rig.packer.closed).toBe(true);
    expect(rig.packer.waiting.length).toBe(0);
    expect(rig.failures).toEqual([]);
  });
});
