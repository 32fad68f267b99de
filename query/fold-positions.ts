import type { ReadDatabase, ReadDb } from "../ports/read-db/read-db.ts";
import { foldPositions } from "../schema/postgres/tables.ts";
import type { PositionList } from "./position.ts";

/** How far each partition is in Postgres; one that has nothing yet is not in the list. */
export function readPositions(readDb: ReadDb): Promise<PositionList> {
  return readDb.run(selectPositions);
}

export async function selectPositions(db: Pick<ReadDatabase, "select">): Promise<PositionList> {
  const rows = await db
    .select({ partition: foldPositions.partition, seqNum: foldPositions.seqNum })
    .from(foldPositions);
  return new Map(rows.map(({ partition, seqNum }) => [partition, seqNum]));
}

/** Rows and the position that they are of, out of one snapshot of the database. */
export function readWithPositions<Rows>(
  readDb: ReadDb,
  read: (db: Pick<ReadDatabase, "select">) => Promise<Rows>,
): Promise<{ rows: Rows; positions: PositionList }> {
  return readDb.run((db) =>
    db.transaction(
      async (transaction) => ({
        positions: await selectPositions(transaction),
        rows: await read(transaction),
      }),
      { isolationLevel: "repeatable read", accessMode: "read only" },
    ),
  );
}
