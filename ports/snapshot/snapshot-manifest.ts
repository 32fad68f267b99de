import type { SnapshotManifest } from "./snapshot.ts";

const count = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;
const text = (value: unknown): boolean =>
  typeof value === "string" && /^[\x20-\x7e]{1,100}$/.test(value);
const hash64 = (value: unknown): boolean =>
  typeof value === "string" && /^[0-9a-f]{16}$/.test(value);
const sha256 = (value: unknown): boolean =>
  typeof value === "string" && /^[0-9a-f]{64}$/.test(value);

const fields: Readonly<Record<keyof SnapshotManifest, (value: unknown) => boolean>> = {
  partition: count,
  partitionCount: count,
  clusterID: text,
  ordersTopicID: text,
  eventsTopicID: text,
  epoch: count,
  seqNum: count,
  commandOffset: count,
  commandHash: hash64,
  eventsOffset: count,
  bodyHash: hash64,
  checkpointSha256: sha256,
  stateHash: text,
  semanticsVersion: count,
  objectSha256: sha256,
  objectBytes: count,
  referenceBytes: count,
  createdAt: count,
};

/** A manifest as JSON for people and programs, with a SHA-256 over its fields in their order. */
export function formatManifest(manifest: SnapshotManifest): string {
  const named = Object.keys(fields).map((name) => [name, manifest[name as keyof SnapshotManifest]]);
  const own = Object.fromEntries(named) as SnapshotManifest;
  return `${JSON.stringify({ ...own, manifestSha256: manifestSha256(own) }, null, 2)}\n`;
}

/** Null for anything but what formatManifest wrote. */
export function parseManifest(written: string): SnapshotManifest | null {
  let parsed: unknown;
  try {
    parsed = JSON.parse(written);
  } catch {
    return null;
  }
  if (typeof parsed !== "object" || parsed === null) return null;
  const given = new Map(Object.entries(parsed));
  const own = new Map<string, unknown>();
  for (const [name, fits] of Object.entries(fields)) {
    if (!fits(given.get(name))) return null;
    own.set(name, given.get(name));
  }
  const manifest = Object.fromEntries(own) as unknown as SnapshotManifest;
  return given.get("manifestSha256") === manifestSha256(manifest) ? manifest : null;
}

function manifestSha256(manifest: SnapshotManifest): string {
  return new Bun.CryptoHasher("sha256").update(JSON.stringify(manifest)).digest("hex");
}
