import { expect, test } from "bun:test";
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { openFileSnapshots } from "./snapshot-file.ts";
import { manifestOf, objectOf, refuses, snapshotConformance } from "./snapshot.conformance.ts";
import { SnapshotError } from "./snapshot.ts";
import type { SnapshotManifest, SnapshotStore } from "./snapshot.ts";

snapshotConformance("The file store", async () => {
  const folder = newFolder();
  return {
    store: openFileSnapshots(join(folder, "snapshots")),
    dispose: async () => rmSync(folder, { recursive: true }),
  };
});

test("another opening of the folder finds what stands, and only the owner may read it", async () => {
  await inFolder(async (store, folder) => {
    const manifest = await put(store, 1);
    expect(await openFileSnapshots(folder).list(0)).toEqual([manifest]);
    for (const name of readdirSync(folder)) {
      expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
    }
  });
});

test("a put leaves two files, named by place and content", async () => {
  await inFolder(async (store, folder) => {
    const { objectSha256 } = await put(store, 4096);
    expect(readdirSync(folder).sort()).toEqual([
      `0-4096-0-${objectSha256}.object`,
      "0-4096-0.manifest",
    ]);
  });
});

test("a manifest that is cut or changed anywhere is left out of the list, and foreign files too", async () => {
  await inFolder(async (store, folder) => {
    const older = await put(store, 1);
    await put(store, 2);
    writeFileSync(join(folder, "notes.txt"), "mine");
    writeFileSync(join(folder, "0-3-0.manifest"), JSON.stringify(manifestOf(objectOf("3"))));
    writeFileSync(join(folder, "0-4-0.manifest"), readFileSync(join(folder, "0-1-0.manifest")));
    const path = join(folder, "0-2-0.manifest");
    const whole = readFileSync(path);
    for (let at = 0; at < whole.length - 2; at++) {
      writeFileSync(path, whole.subarray(0, at));
      expect(await store.list(0), `cut at ${at}`).toEqual([older]);
      const flipped = Buffer.from(whole);
      flipped[at] = (flipped[at] ?? 0) ^ 1;
      writeFileSync(path, flipped);
      const listed = await store.list(0);
      // White space between fields says nothing; everything else must be as it was written.
      if (listed.length === 2) expect(whole.toString()[at]).toMatch(/\s/);
      else expect(listed, `flipped at ${at}`).toEqual([older]);
    }
  });
});

test("an object that is cut or changed is Corrupt", async () => {
  await inFolder(async (store, folder) => {
    const manifest = await put(store, 1);
    const path = join(folder, `0-1-0-${manifest.objectSha256}.object`);
    const whole = readFileSync(path);
    for (let at = 0; at < whole.length; at++) {
      const flipped = Buffer.from(whole);
      flipped[at] = (flipped[at] ?? 0) ^ 4;
      writeFileSync(path, flipped);
      await refuses(store.get(manifest), "Corrupt");
    }
    truncateSync(path, whole.length - 1);
    await refuses(store.get(manifest), "Corrupt");
    rmSync(path);
    await refuses(store.get(manifest), "Missing");
  });
});

test("what a crash in the middle of a put left does not exist, and does not stand in the way", async () => {
  await inFolder(async (store, folder) => {
    const object = objectOf("state 5");
    const manifest = manifestOf(object, { seqNum: 5 });
    const objectPath = join(folder, `0-5-0-${manifest.objectSha256}.object`);
    writeFileSync(`${objectPath}.${crypto.randomUUID()}.part`, "stat");
    writeFileSync(objectPath, "stat");
    expect(await store.list(0)).toEqual([]);
    await store.put(manifest, object);
    expect(await store.get(manifest)).toEqual(object);
  });
});

test("prune takes along what crashes left, but nothing newer than the oldest it keeps", async () => {
  await inFolder(async (store, folder) => {
    const sha = "ef".repeat(32);
    for (const seqNum of [1, 9]) {
      writeFileSync(join(folder, `0-${seqNum}-0-${sha}.object`), "left");
      writeFileSync(join(folder, `0-${seqNum}-0-${sha}.object.${crypto.randomUUID()}.part`), "le");
    }
    writeFileSync(join(folder, `1-1-0-${sha}.object`), "another partition's");
    for (const seqNum of [2, 3, 4, 5]) await put(store, seqNum);
    await store.prune(0, 3);
    const left = readdirSync(folder).map((name) => name.split("-").slice(0, 2).join("-"));
    expect(left.sort()).toEqual(["0-3", "0-3", "0-4", "0-4", "0-5", "0-5", "0-9", "0-9", "1-1"]);
  });
});

test("a prune with fewer than three good ones deletes nothing", async () => {
  await inFolder(async (store, folder) => {
    for (const seqNum of [1, 2, 3]) await put(store, seqNum);
    truncateSync(join(folder, "0-3-0.manifest"), 10);
    await store.prune(0, 3);
    expect(readdirSync(folder)).toHaveLength(6);
  });
});

test("a folder that cannot be made or is gone is Unavailable", async () => {
  await inFolder(async (store, folder) => {
    writeFileSync(join(folder, "file"), "");
    expect(() => openFileSnapshots(join(folder, "file", "below"))).toThrow(SnapshotError);
    rmSync(folder, { recursive: true });
    await refuses(store.list(0), "Unavailable");
    await refuses(put(store, 1), "Unavailable");
  });
});

async function put(store: SnapshotStore, seqNum: number): Promise<SnapshotManifest> {
  const object = objectOf(`state ${seqNum}`);
  const manifest = manifestOf(object, { seqNum });
  await store.put(manifest, object);
  return manifest;
}

async function inFolder(
  work: (store: SnapshotStore, folder: string) => Promise<void>,
): Promise<void> {
  const folder = newFolder();
  try {
    await work(openFileSnapshots(folder), folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function newFolder(): string {
  return mkdtempSync(join(tmpdir(), "orderbook-snapshots-"));
}
