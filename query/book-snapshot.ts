import { readSnapshot } from "../engine/core/snapshot.ts";
import type { SnapshotInstrument, SnapshotOrder, SnapshotState } from "../engine/core/snapshot.ts";
import type { SnapshotStop } from "../engine/core/special-section.ts";
import { OrdType } from "../schema/generated/enums.ts";
import { readFoldedBody } from "../ports/log/fold-follower.ts";
import { FoldAlarm } from "../ports/log/fold.ts";
import type { FoldPosition } from "../ports/log/fold.ts";
import type { Log } from "../ports/log/log.ts";
import { foldPositionOf, unpackSnapshot } from "../ports/snapshot/snapshot-object.ts";
import { SnapshotError } from "../ports/snapshot/snapshot.ts";
import type { SnapshotManifest, SnapshotStore } from "../ports/snapshot/snapshot.ts";
import { readBodyHeader } from "../schema/body.ts";
import { Topic } from "../schema/topics.ts";
import { Book, termsOf } from "./book.ts";
import type { BookPlace, Indication } from "./book.ts";
import { RestingOrder } from "./ladder.ts";
import { isLasting, PartitionBooks } from "./partition-books.ts";
import type { SavedBook } from "./partition-books.ts";

/** Books to go on from, and where to fold on. */
export interface SavedBooks {
  readonly books: PartitionBooks;
  readonly position: FoldPosition;
}

/**
 * Books as of the newest snapshot that is whole and whose record still stands on the log; null when there is none, and the log has to be
 * folded from its beginning. A snapshot that does not hold is told of and passed over. Rejects with LogError.
 */
export async function newestBooks(
  stores: { log: Log; snapshots: SnapshotStore },
  partition: number,
  onPassedOver: (error: Error) => void,
): Promise<SavedBooks | null> {
  for (const manifest of await manifestsOf(stores, partition, onPassedOver)) {
    try {
      return await savedBooks(stores, manifest);
    } catch (error) {
      if (!(error instanceof SnapshotError || error instanceof FoldAlarm)) throw error;
      onPassedOver(error);
    }
  }
  return null;
}

/** Of this log only: a store may outlive the log that it was made for. */
async function manifestsOf(
  { log, snapshots }: { log: Log; snapshots: SnapshotStore },
  partition: number,
  onPassedOver: (error: Error) => void,
): Promise<readonly SnapshotManifest[]> {
  try {
    const manifests = await snapshots.list(partition);
    return manifests.filter(
      ({ clusterID, eventsTopicID, partitionCount }) =>
        clusterID === log.clusterID &&
        eventsTopicID === log.topicID(Topic.OrderEvents) &&
        partitionCount === log.partitionCount,
    );
  } catch (error) {
    if (!(error instanceof SnapshotError)) throw error;
    onPassedOver(error);
    return [];
  }
}

async function savedBooks(
  { log, snapshots }: { log: Log; snapshots: SnapshotStore },
  manifest: SnapshotManifest,
): Promise<SavedBooks> {
  const position = foldPositionOf(manifest);
  const body = readBodyHeader(await readFoldedBody(log, manifest.partition, position));
  const { commandHash, commandOffset } = manifest;
  if (body?.commandHash !== commandHash || body.commandOffset !== commandOffset) {
    throw new SnapshotError("Corrupt", `Snapshot ${manifest.seqNum} is of another command`);
  }
  const bytes = unpackSnapshot(manifest, await snapshots.get(manifest));
  return { books: restoredBooks(manifest, bytes), position };
}

function restoredBooks({ partition, seqNum }: SnapshotManifest, bytes: Uint8Array): PartitionBooks {
  try {
    const state = readSnapshot(bytes);
    const books = new PartitionBooks(partition);
    const at = { seqNum, transactTime: state.now };
    books.restore(at, savedInstruments(partition, at, state));
    return books;
  } catch (cause) {
    throw new SnapshotError("Corrupt", `Snapshot ${seqNum} holds no possible books`, { cause });
  }
}

function savedInstruments(
  partition: number,
  at: Omit<BookPlace, "rptSeq">,
  { instruments }: SnapshotState,
): SavedBook[] {
  return instruments.map((instrument) => ({
    book: new Book(
      partition,
      termsOf(instrument),
      { ...at, rptSeq: instrument.rptSeq },
      indicationOf(instrument),
    ),
    orders: instrument.orders.map(restingOrder),
    waiting: instrument.waiting.map(waitingOrder),
  }));
}

function indicationOf(instrument: SnapshotInstrument): Indication {
  const { indicativePrice, indicativeQty, imbalanceQty, imbalanceSide } = instrument;
  return { indicativePrice, indicativeQty, imbalanceQty, imbalanceSide };
}

function restingOrder({ entryRptSeq, shownQty, leavesQty, ...order }: SnapshotOrder): RestingOrder {
  const hiddenQty = leavesQty - shownQty;
  return new RestingOrder({ ...order, mdEntryID: entryRptSeq, leavesQty: shownQty, hiddenQty });
}

/** Of a stop only what may rest once it is triggered is of use. */
function waitingOrder(stop: SnapshotStop): SavedBook["waiting"][number] {
  const { orderID, firstSeqNum, entryRptSeq, ordType, timeInForce, orderQty } = stop;
  const mayRest = ordType === OrdType.StopLimit && isLasting(timeInForce);
  const order = mayRest
    ? new RestingOrder({ ...stop, mdEntryID: entryRptSeq, leavesQty: orderQty })
    : null;
  return { orderID, firstSeqNum, order };
}
