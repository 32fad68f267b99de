import { SnapshotError } from "./snapshot.ts";
import type { SnapshotManifest } from "./snapshot.ts";

/** No prune leaves fewer: a rotten newest one must have others to fall back to. */
export const snapshotsKeptMin = 3;

export type SnapshotPlace = Pick<SnapshotManifest, "partition" | "seqNum" | "epoch">;

/** Sorts by highest seqNum, then highest epoch. */
export function newestFirst(a: SnapshotPlace, b: SnapshotPlace): number {
  return b.seqNum - a.seqNum || b.epoch - a.epoch;
}

/** Throws Corrupt unless the bytes are those that the manifest names. */
export function checkObject(manifest: SnapshotManifest, object: Uint8Array): void {
  if (object.length !== manifest.objectBytes) {
    const bytes = `${object.length} bytes instead of ${manifest.objectBytes}`;
    throw new SnapshotError("Corrupt", `Snapshot ${manifest.objectSha256} has ${bytes}`);
  }
  const sha256 = new Bun.CryptoHasher("sha256").update(object).digest("hex");
  if (sha256 !== manifest.objectSha256) {
    throw new SnapshotError("Corrupt", `Snapshot ${manifest.objectSha256} hashes to ${sha256}`);
  }
}
