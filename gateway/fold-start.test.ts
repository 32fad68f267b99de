import { expect, test } from "bun:test";

import type { Log } from "../ports/log/log.ts";
import { createMemorySnapshots } from "../ports/snapshot/snapshot-memory.ts";
import { packSnapshot, unpackSnapshot } from "../ports/snapshot/snapshot-object.ts";
import { frame } from "../schema/frame.ts";
import { Topic } from "../schema/topics.ts";
import { TestVenue } from "./venue.fixture.ts";

/** Brings the partition past the next Checkpoints, as its owner's ticks would in some hours. */
async function tick(log: Log, count: number): Promise<void> {
  const sendingTime = Date.now();
  const value = frame({ kind: "TimeTick", sendingTime });
  const records = Array.from({ length: count }, () => ({ key: null, value }));
  await log.append(Topic.Orders, 0, records);
}

/** The log, with where its followers of order-events began. */
function watched(log: Log, starts: number[]): Log {
  return new Proxy(log, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== "function") return value;
      return (...args: unknown[]): unknown => {
        if (name === "follow") starts.push(args[2] as number);
        return Reflect.apply(value, target, args);
      };
    },
  });
}

async function snapshotOf(venue: TestVenue) {
  for (;;) {
    const [newest] = await venue.snapshots.list(0);
    if (newest !== undefined) return newest;
    await Bun.sleep(5);
  }
}

test("a gateway folds on from the newest snapshot, and knows what was defined before it", async () => {
  const venue = await TestVenue.open();
  await venue.order({ clOrdID: "early" });
  await tick(venue.log, 12_400);
  const snapshot = await snapshotOf(venue);
  const starts: number[] = [];
  const second = await TestVenue.open({ over: venue, wrapLog: (log) => watched(log, starts) });
  expect(starts).toEqual([snapshot.eventsOffset]);
  expect((await second.order()).status).toBe(201);
  const { body } = await second.request("GET", "/v1/admin/accounts", { token: venue.admin });
  expect((body["accounts"] as object[]).length).toBe(2);
  await second.gateway.close();
  await venue.close();
});

test("a snapshot in a form that this build does not have is passed over", async () => {
  const venue = await TestVenue.open();
  await tick(venue.log, 12_400);
  const snapshot = await snapshotOf(venue);
  const bytes = unpackSnapshot(snapshot, await venue.snapshots.get(snapshot));
  bytes[0]! ^= 1;
  const { object, ...hashes } = packSnapshot({ bytes, referenceBytes: bytes.length });
  const snapshots = createMemorySnapshots();
  await snapshots.put({ ...snapshot, ...hashes, objectBytes: object.length }, object);
  const starts: number[] = [];
  const second = await TestVenue.open({
    over: venue,
    gateway: { snapshots },
    wrapLog: (log) => watched(log, starts),
  });
  expect(starts).toEqual([0]);
  expect((await second.order()).status).toBe(201);
  await second.gateway.close();
  await venue.close();
});

test("a snapshot of another history, or one that is damaged, is passed over", async () => {
  const venue = await TestVenue.open();
  await tick(venue.log, 12_400);
  const snapshot = await snapshotOf(venue);
  const object = await venue.snapshots.get(snapshot);
  const foreign = await TestVenue.open();
  await foreign.snapshots.put(snapshot, object);
  const starts: number[] = [];
  const wrapLog = (log: Log): Log => watched(log, starts);
  const second = await TestVenue.open({ over: foreign, wrapLog });
  expect(starts).toEqual([0]);
  await second.gateway.close();
  const { log } = foreign;
  const ours = {
    ...snapshot,
    seqNum: snapshot.seqNum + 4096,
    clusterID: log.clusterID,
    ordersTopicID: log.topicID(Topic.Orders),
    eventsTopicID: log.topicID(Topic.OrderEvents),
  };
  await foreign.snapshots.put(ours, object);
  const third = await TestVenue.open({ over: foreign, wrapLog });
  expect(starts).toEqual([0, 0]);
  expect((await third.order()).status).toBe(201);
  await third.gateway.close();
  await foreign.close();
  await venue.close();
});
