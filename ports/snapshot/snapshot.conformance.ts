import { afterEach, beforeEach, describe, expect, test } from "bun:test";

import { SnapshotError } from "./snapshot.ts";
import type { SnapshotErrorCode, SnapshotManifest, SnapshotStore } from "./snapshot.ts";

export interface SnapshotHarness {
  readonly store: SnapshotStore;
  dispose(): Promise<void>;
}

/** What every snapshot store must do, for every adapter. */
export function snapshotConformance(name: string, create: () => Promise<SnapshotHarness>): void {
  describe(`${name} is a snapshot store`, () => {
    let harness: SnapshotHarness;
    beforeEach(async () => {
      harness = await create();
    });
    afterEach(async () => {
      await harness.store.close();
      await harness.dispose();
    });
    const store = (): SnapshotStore => harness.store;
    putTests(store);
    readTests(store);
    pruneTests(store);
  });
}

function putTests(store: () => SnapshotStore): void {
  test("gives back the manifest and the object that were put, whatever happens to the buffer later", async () => {
    const object = objectOf("state");
    const manifest = manifestOf(object, { seqNum: 4096 });
    const put = store().put(manifest, object);
    await put;
    object.fill(0);
    expect(await store().list(0)).toEqual([manifest]);
    expect(await store().get(manifest)).toEqual(objectOf("state"));
  });

  test("takes an empty object", async () => {
    const manifest = manifestOf(new Uint8Array(0), { seqNum: 1 });
    await store().put(manifest, new Uint8Array(0));
    expect(await store().get(manifest)).toHaveLength(0);
  });

  test("writes nothing over: the first of one partition, epoch and seqNum stays", async () => {
    const first = objectOf("first");
    const second = objectOf("second");
    const manifest = manifestOf(first, { seqNum: 8 });
    await store().put(manifest, first);
    await refuses(store().put(manifestOf(second, { seqNum: 8 }), second), "Exists");
    await refuses(store().put(manifest, first), "Exists");
    expect(await store().list(0)).toEqual([manifest]);
    expect(await store().get(manifest)).toEqual(first);
  });

  test("of many writers of one name exactly one succeeds, and its object stands", async () => {
    const objects = Array.from({ length: 12 }, (_, index) => objectOf(`writer ${index}`));
    const manifests = objects.map((object) => manifestOf(object, { seqNum: 8 }));
    const puts = await Promise.allSettled(
      objects.map((object, index) => store().put(manifests[index] ?? manifestOf(object), object)),
    );
    const winners = puts.flatMap(({ status }, index) => (status === "fulfilled" ? [index] : []));
    expect(winners).toHaveLength(1);
    const [manifest = manifestOf(new Uint8Array(0))] = await store().list(0);
    expect(await store().get(manifest)).toEqual(objectOf(`writer ${winners[0]}`));
  });
}

function readTests(store: () => SnapshotStore): void {
  test("lists by highest seqNum, then highest epoch, each partition by itself", async () => {
    const places = [
      { partition: 0, seqNum: 4096, epoch: 1 },
      { partition: 0, seqNum: 12288, epoch: 1 },
      { partition: 0, seqNum: 8192, epoch: 7 },
      { partition: 0, seqNum: 8192, epoch: 30 },
      { partition: 1, seqNum: 999999, epoch: 1 },
    ];
    for (const place of places) await putSnapshot(store(), place);
    const listed = await store().list(0);
    expect(listed.map(({ seqNum, epoch }) => [seqNum, epoch])).toEqual([
      [12288, 1],
      [8192, 30],
      [8192, 7],
      [4096, 1],
    ]);
    expect(await store().list(1)).toHaveLength(1);
    expect(await store().list(2)).toEqual([]);
  });

  test("an object that is not what its manifest says is Corrupt, one that is not there Missing", async () => {
    const object = objectOf("state");
    const other = manifestOf(objectOf("stat2"), { seqNum: 16 });
    await store().put(other, object);
    await refuses(store().get(other), "Corrupt");
    const shorter = manifestOf(objectOf("state, longer"), { seqNum: 17 });
    await store().put(shorter, object);
    await refuses(store().get(shorter), "Corrupt");
    await refuses(store().get(manifestOf(object, { seqNum: 99 })), "Missing");
  });

  test("takes nothing any more once it is closed", async () => {
    const manifest = await putSnapshot(store(), { seqNum: 1 });
    await store().close();
    await refuses(store().put(manifest, objectOf("x")), "Unavailable");
    await refuses(store().list(0), "Unavailable");
    await refuses(store().get(manifest), "Unavailable");
    await refuses(store().prune(0, 3), "Unavailable");
  });
}

function pruneTests(store: () => SnapshotStore): void {
  test("prunes the oldest of a partition down to what is kept", async () => {
    const manifests = [];
    for (let seqNum = 1; seqNum <= 6; seqNum++) {
      manifests.push(await putSnapshot(store(), { seqNum, epoch: 7 - seqNum }));
    }
    const other = await putSnapshot(store(), { partition: 1, seqNum: 1 });
    await store().prune(0, 4);
    expect((await store().list(0)).map(({ seqNum }) => seqNum)).toEqual([6, 5, 4, 3]);
    expect(await store().list(1)).toEqual([other]);
    const [oldest = other, , third = other] = manifests;
    await refuses(store().get(oldest), "Missing");
    expect(await store().get(third)).toEqual(objectOf("0/4/3"));
  });

  test("keeps three, however few it is told to keep", async () => {
    for (let seqNum = 1; seqNum <= 5; seqNum++) await putSnapshot(store(), { seqNum });
    await store().prune(0, 0);
    expect((await store().list(0)).map(({ seqNum }) => seqNum)).toEqual([5, 4, 3]);
    await store().prune(0, 3);
    expect(await store().list(0)).toHaveLength(3);
  });
}

async function putSnapshot(
  store: SnapshotStore,
  place: Partial<Pick<SnapshotManifest, "partition" | "seqNum" | "epoch">>,
): Promise<SnapshotManifest> {
  const { partition = 0, epoch = 0, seqNum = 0 } = place;
  const object = objectOf(`${partition}/${epoch}/${seqNum}`);
  const manifest = manifestOf(object, { partition, epoch, seqNum });
  await store.put(manifest, object);
  return manifest;
}

export function objectOf(words: string): Uint8Array {
  return new TextEncoder().encode(words);
}

/** A manifest that tells the truth about an object. */
export function manifestOf(
  object: Uint8Array,
  fields: Partial<SnapshotManifest> = {},
): SnapshotManifest {
  return {
    partition: 0,
    partitionCount: 2,
    clusterID: "0b0e7d5e-5f0a-4f5b-9d1e-2f6f0f3f7a11",
    ordersTopicID: "5a3c9d3c-6d4e-4a9b-8b1e-0c6b7a1e2d33",
    eventsTopicID: "c2b5a7f0-1f2e-4d3c-9b8a-7f6e5d4c3b2a",
    epoch: 0,
    seqNum: 0,
    commandOffset: 12,
    commandHash: "0123456789abcdef",
    eventsOffset: 14,
    bodyHash: "fedcba9876543210",
    checkpointSha256: "ab".repeat(32),
    stateHash: "cd".repeat(32),
    semanticsVersion: 1,
    objectSha256: new Bun.CryptoHasher("sha256").update(object).digest("hex"),
    objectBytes: object.length,
    referenceBytes: 0,
    createdAt: 1_700_000_000_000,
    ...fields,
  };
}

export async function refuses(call: Promise<unknown>, code: SnapshotErrorCode): Promise<void> {
  const error = await call.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(SnapshotError);
  expect((error as SnapshotError).code).toBe(code);
}
