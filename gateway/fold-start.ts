import { readReference } from "../engine/core/snapshot.ts";
import { FoldAlarm } from "../ports/log/fold.ts";
import type { FoldPosition } from "../ports/log/fold.ts";
import { readFoldedBody } from "../ports/log/fold-follower.ts";
import type { Log } from "../ports/log/log.ts";
import { foldPositionOf, unpackReference } from "../ports/snapshot/snapshot-object.ts";
import { SnapshotError } from "../ports/snapshot/snapshot.ts";
import type { SnapshotManifest, SnapshotStore } from "../ports/snapshot/snapshot.ts";
import { Topic } from "../schema/topics.ts";
import type { ReferenceSection } from "./reference.ts";

/** Where a gateway begins to fold a partition, and what held there. Null: at the first record, with nothing. */
export interface FoldStart {
  readonly position: FoldPosition;
  readonly reference: ReferenceSection;
}

/** The newest snapshot of this history whose reference section is whole and whose outcome still stands on the log. Rejects with LogError. */
export async function chooseFoldStart(
  stores: { log: Log; snapshots: SnapshotStore },
  partition: number,
): Promise<FoldStart | null> {
  for (const manifest of await listManifests(stores.snapshots, partition)) {
    const start = await readStart(stores, manifest);
    if (start !== null) return start;
  }
  return null;
}

/** A store that does not answer is passed over: the log alone suffices. */
async function listManifests(
  snapshots: SnapshotStore,
  partition: number,
): Promise<readonly SnapshotManifest[]> {
  try {
    return await snapshots.list(partition);
  } catch (error) {
    if (error instanceof SnapshotError) return [];
    throw error;
  }
}

async function readStart(
  { log, snapshots }: { log: Log; snapshots: SnapshotStore },
  manifest: SnapshotManifest,
): Promise<FoldStart | null> {
  if (!isOfThisHistory(log, manifest)) return null;
  const position = foldPositionOf(manifest);
  try {
    await readFoldedBody(log, manifest.partition, position);
    const object = await snapshots.get(manifest);
    return { position, reference: referenceIn(manifest, object) };
  } catch (error) {
    if (error instanceof SnapshotError || error instanceof FoldAlarm) return null;
    throw error;
  }
}

function referenceIn(manifest: SnapshotManifest, object: Uint8Array): ReferenceSection {
  const bytes = unpackReference(manifest, object);
  try {
    return readReference(bytes);
  } catch (cause) {
    // Another build may write it in a form that this one does not have.
    const what = `Snapshot ${manifest.seqNum} holds no reference section that is read here`;
    throw new SnapshotError("Corrupt", what, { cause });
  }
}

function isOfThisHistory(log: Log, manifest: SnapshotManifest): boolean {
  return (
    manifest.clusterID === log.clusterID &&
    manifest.partitionCount === log.partitionCount &&
    manifest.ordersTopicID === log.topicID(Topic.Orders) &&
    manifest.eventsTopicID === log.topicID(Topic.OrderEvents)
  );
}
