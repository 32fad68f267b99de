import { FoldAlarm } from "../ports/log/fold.ts";
import type { FoldPosition } from "../ports/log/fold.ts";
import { readFoldedBody } from "../ports/log/fold-follower.ts";
import { LogError } from "../ports/log/log.ts";
import type { Log, LogRecord } from "../ports/log/log.ts";
import { foldPositionOf, unpackSnapshot } from "../ports/snapshot/snapshot-object.ts";
import { SnapshotError } from "../ports/snapshot/snapshot.ts";
import type { SnapshotManifest, SnapshotStore } from "../ports/snapshot/snapshot.ts";
import { commandHashText, readBodyEvents, readBodyHeader } from "../schema/body.ts";
import { Topic } from "../schema/topics.ts";
import { Engine } from "./core/engine.ts";
import type { SemanticsList } from "./core/semantics.ts";
import { checkIdentity } from "./partition-identity.ts";
import type { PartitionIdentity } from "./partition-identity.ts";
import type { ReplicaStart } from "./replica.ts";

/** A verified snapshot, ready to go on from. */
export interface SnapshotBase {
  readonly manifest: SnapshotManifest;
  readonly position: FoldPosition;
  readonly start: ReplicaStart;
}

/** Why a snapshot was passed over. */
export interface SkippedSnapshot {
  readonly seqNum: number;
  readonly epoch: number;
  readonly reason: string;
}

export interface SnapshotChoice {
  readonly base: SnapshotBase | null;
  readonly skipped: readonly SkippedSnapshot[];
}

interface Stores {
  readonly log: Log;
  readonly snapshots: SnapshotStore;
  readonly identity: PartitionIdentity;
  /** That this build has: a snapshot of others is none for it. */
  readonly semantics: SemanticsList;
}

/**
 * The newest snapshot that is whole and whose output and command still stand on the logs; older ones where newer ones do not hold; none is
 * an answer too. A store that does not answer is passed over, since the log alone suffices. Rejects with EngineHostError `IdentityChanged`
 * when a snapshot is of another history, and with LogError.
 */
export async function chooseSnapshot(stores: Stores): Promise<SnapshotChoice> {
  const skipped: SkippedSnapshot[] = [];
  for (const manifest of await listManifests(stores, skipped)) {
    checkIdentity(stores.identity, manifest, `the snapshot of seqNum ${manifest.seqNum}`);
    const { seqNum, epoch } = manifest;
    try {
      return { base: await verify(stores, manifest), skipped };
    } catch (error) {
      const reason = reasonOf(error);
      if (reason === null) throw error;
      skipped.push({ seqNum, epoch, reason });
    }
  }
  return { base: null, skipped };
}

/** What a snapshot may fail with and be passed over for; null for any other failure. */
function reasonOf(error: unknown): string | null {
  if (error instanceof SnapshotError || error instanceof FoldAlarm) return error.message;
  return error instanceof UnfitSnapshot ? error.message : null;
}

class UnfitSnapshot extends Error {
  override readonly name = "UnfitSnapshot";
}

async function listManifests(
  { snapshots, identity }: Stores,
  skipped: SkippedSnapshot[],
): Promise<readonly SnapshotManifest[]> {
  try {
    return await snapshots.list(identity.partition);
  } catch (error) {
    if (!(error instanceof SnapshotError)) throw error;
    skipped.push({ seqNum: 0, epoch: 0, reason: `The store does not answer: ${error.message}` });
    return [];
  }
}

async function verify(stores: Stores, manifest: SnapshotManifest): Promise<SnapshotBase> {
  const { semanticsVersion } = manifest;
  if (!stores.semantics.some((each) => each.semanticsVersion === semanticsVersion)) {
    throw new UnfitSnapshot(`It is of semantics version ${semanticsVersion}`);
  }
  const position = foldPositionOf(manifest);
  const body = await readFoldedBody(stores.log, manifest.partition, position);
  checkBody(manifest, body);
  await checkCommand(stores.log, manifest);
  const object = await stores.snapshots.get(manifest);
  const { seqNum, commandOffset, commandHash, bodyHash, checkpointSha256 } = manifest;
  return {
    manifest,
    position,
    start: {
      engine: restore(unpackSnapshot(manifest, object), stores.semantics),
      commandOffset,
      commandHash,
      bodyHash,
      checkpoint: { sha256: checkpointSha256, seqNum, body },
    },
  };
}

/** The folded body says which command it answers, and its Checkpoint where the proof stands. */
function checkBody(manifest: SnapshotManifest, body: Uint8Array): void {
  const header = readBodyHeader(body);
  const checkpoint = readBodyEvents(body)?.at(-1);
  if (
    header?.commandOffset !== manifest.commandOffset ||
    header.commandHash !== manifest.commandHash
  ) {
    throw new UnfitSnapshot("Its command is not the folded one");
  }
  if (checkpoint?.kind !== "Checkpoint" || checkpoint.sha256 !== manifest.checkpointSha256) {
    throw new UnfitSnapshot("Its body holds no such Checkpoint");
  }
}

async function checkCommand(log: Log, manifest: SnapshotManifest): Promise<void> {
  const { partition, commandOffset, commandHash } = manifest;
  const command = await readCommand(log, partition, commandOffset);
  if (command === undefined || command.offset !== commandOffset) {
    throw new UnfitSnapshot(`Its command at offset ${commandOffset} is gone`);
  }
  if (commandHashText(command.value, command.appendTime) !== commandHash) {
    throw new UnfitSnapshot(`Another command stands at offset ${commandOffset}`);
  }
}

async function readCommand(
  log: Log,
  partition: number,
  offset: number,
): Promise<LogRecord | undefined> {
  try {
    return (await log.read(Topic.Orders, partition, offset, 1))[0];
  } catch (error) {
    if (error instanceof LogError && error.code === "OffsetOutOfRange") return undefined;
    throw error;
  }
}

function restore(bytes: Uint8Array, semantics: SemanticsList): Engine {
  try {
    return Engine.restore(bytes, semantics);
  } catch (cause) {
    throw new UnfitSnapshot(`Its state cannot be: ${String(cause)}`, { cause });
  }
}
