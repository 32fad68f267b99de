import { describe, expect, test } from "bun:test";

import {
  foldPositionOf,
  packSnapshot,
  unpackReference,
  unpackSnapshot,
} from "./snapshot-object.ts";
import { SnapshotError } from "./snapshot.ts";
import type { SnapshotManifest } from "./snapshot.ts";

const canonical = {
  bytes: Uint8Array.from({ length: 5000 }, (_, index) => (index * 7) & 255),
  referenceBytes: 1200,
};

function manifestOf(packed: ReturnType<typeof packSnapshot>): SnapshotManifest {
  return {
    partition: 0,
    partitionCount: 1,
    clusterID: "cluster",
    ordersTopicID: "orders",
    eventsTopicID: "events",
    epoch: 7,
    seqNum: 4096,
    commandOffset: 5000,
    commandHash: "0123456789abcdef",
    eventsOffset: 4100,
    bodyHash: "fedcba9876543210",
    checkpointSha256: "00".repeat(32),
    stateHash: packed.stateHash,
    semanticsVersion: 1,
    objectSha256: packed.objectSha256,
    objectBytes: packed.object.length,
    referenceBytes: packed.referenceBytes,
    createdAt: 1,
  };
}

describe("a snapshot object", () => {
  const packed = packSnapshot(canonical);
  const manifest = manifestOf(packed);

  test("unpacks to the bytes that were packed", () => {
    expect(unpackSnapshot(manifest, packed.object)).toEqual(canonical.bytes);
  });

  test("gives its reference section from its first part alone", () => {
    const firstPart = packed.object.subarray(0, packed.referenceBytes);
    expect(unpackReference(manifest, firstPart)).toEqual(
      canonical.bytes.subarray(0, canonical.referenceBytes),
    );
  });

  test("packs a state that is a reference section and nothing else", () => {
    const bytes = canonical.bytes.subarray(0, canonical.referenceBytes);
    const alone = packSnapshot({ bytes, referenceBytes: bytes.length });
    expect(unpackSnapshot(manifestOf(alone), alone.object)).toEqual(bytes);
  });

  test("is the same bytes whenever it is packed from the same state", () => {
    expect(packSnapshot(canonical)).toEqual(packed);
  });

  test("never unpacks to another state when a byte is changed", () => {
    for (let at = 0; at < packed.object.length; at += 1) {
      const damaged = packed.object.slice();
      damaged[at] = damaged[at]! ^ 0x10;
      const code = codeOf(() => expect(unpackSnapshot(manifest, damaged)).toEqual(canonical.bytes));
      expect(["Corrupt", "none"]).toContain(code);
    }
  });

  test("is Corrupt when it was cut, or is of another state", () => {
    for (const length of [0, 1, packed.referenceBytes, packed.object.length - 1]) {
      const cut = packed.object.subarray(0, length);
      expect(codeOf(() => unpackSnapshot(manifest, cut))).toBe("Corrupt");
    }
    const other = { ...manifest, stateHash: "00".repeat(32) };
    expect(codeOf(() => unpackSnapshot(other, packed.object))).toBe("Corrupt");
  });

  test("is Corrupt when the manifest places the reference section outside it", () => {
    for (const referenceBytes of [0, -1, packed.object.length + 1]) {
      const wrong = { ...manifest, referenceBytes };
      expect(codeOf(() => unpackReference(wrong, packed.object))).toBe("Corrupt");
    }
  });

  test("says where to fold on", () => {
    expect(foldPositionOf(manifest)).toEqual({
      offset: 4099,
      epoch: 7,
      seqNum: 4096,
      bodyHash: "fedcba9876543210",
    });
  });
});

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof SnapshotError) return error.code;
    throw error;
  }
  return "none";
}
