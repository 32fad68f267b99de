import type { FoldPosition } from "../log/fold.ts";
import { SnapshotError } from "./snapshot.ts";
import type { SnapshotManifest } from "./snapshot.ts";

/** The canonical form of an engine's state; its first `referenceBytes` are the reference section. */
export interface CanonicalState {
  readonly bytes: Uint8Array;
  readonly referenceBytes: number;
}

export interface PackedSnapshot {
  readonly object: Uint8Array;
  /** Bytes of the first part of the object, which holds the reference section alone. */
  readonly referenceBytes: number;
  readonly objectSha256: string;
  /** SHA-256 of the canonical form. */
  readonly stateHash: string;
}

/** An object is two zstd frames, reference section and rest, so that gateways unpack the first one alone. For Workers: it takes its time. */
export function packSnapshot({ bytes, referenceBytes }: CanonicalState): PackedSnapshot {
  const reference = Bun.zstdCompressSync(bytes.subarray(0, referenceBytes));
  const rest = Bun.zstdCompressSync(bytes.subarray(referenceBytes));
  const object = new Uint8Array(reference.length + rest.length);
  object.set(reference);
  object.set(rest, reference.length);
  return {
    object,
    referenceBytes: reference.length,
    objectSha256: sha256(object),
    stateHash: sha256(bytes),
  };
}

/** The canonical form. Throws SnapshotError `Corrupt` unless it has the manifest's stateHash. */
export function unpackSnapshot(manifest: SnapshotManifest, object: Uint8Array): Uint8Array {
  const reference = unpackReference(manifest, object);
  const rest = unpack(manifest, object.subarray(manifest.referenceBytes));
  const bytes = new Uint8Array(reference.length + rest.length);
  bytes.set(reference);
  bytes.set(rest, reference.length);
  const stateHash = sha256(bytes);
  if (stateHash !== manifest.stateHash) {
    throw new SnapshotError("Corrupt", `${title(manifest)} unpacks to another state: ${stateHash}`);
  }
  return bytes;
}

/** The reference section alone. Throws SnapshotError `Corrupt`. */
export function unpackReference(manifest: SnapshotManifest, object: Uint8Array): Uint8Array {
  const { referenceBytes } = manifest;
  if (referenceBytes <= 0 || referenceBytes > object.length) {
    throw new SnapshotError("Corrupt", `${title(manifest)} has no reference section`);
  }
  return unpack(manifest, object.subarray(0, referenceBytes));
}

/** Where to fold on after the snapshot; `followFold` checks that it still stands on the log. */
export function foldPositionOf(manifest: SnapshotManifest): FoldPosition {
  const { eventsOffset, epoch, seqNum, bodyHash } = manifest;
  return { offset: eventsOffset - 1, epoch, seqNum, bodyHash };
}

function unpack(manifest: SnapshotManifest, part: Uint8Array): Uint8Array {
  try {
    return Bun.zstdDecompressSync(part);
  } catch (cause) {
    throw new SnapshotError("Corrupt", `${title(manifest)} does not unpack`, { cause });
  }
}

function sha256(bytes: Uint8Array): string {
  return new Bun.CryptoHasher("sha256").update(bytes).digest("hex");
}

function title({ partition, epoch, seqNum }: SnapshotManifest): string {
  return `Snapshot ${partition}/${epoch}/${seqNum}`;
}
