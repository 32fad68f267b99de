import type { FoldPosition } from "../ports/log/fold.ts";
import type { Log } from "../ports/log/log.ts";
import type { SnapshotStore } from "../ports/snapshot/snapshot.ts";
import type { PartitionBooks } from "./partition-books.ts";

/** Books as of the newest snapshot that holds, and where to fold on; null when the log has to be folded from its beginning. */
export async function newestBooks(
  _log: Log,
  _snapshots: SnapshotStore,
  _partition: number,
): Promise<{ books: PartitionBooks; position: FoldPosition } | null> {
  return null;
}
