import { and, eq } from "drizzle-orm";

import type { ReadDb } from "../ports/read-db/read-db.ts";
import type { AccountPosition } from "../schema/http/reads.ts";
import { instruments, positions } from "../schema/postgres/tables.ts";
import { formatDecimal } from "../schema/units.ts";
import { readWithPositions } from "./fold-positions.ts";
import type { PositionList } from "./position.ts";

/** What the account has bought and sold of every instrument that it ever traded, by symbol. */
export async function listPositions(
  readDb: ReadDb,
  accountID: number,
): Promise<{ list: readonly AccountPosition[]; positions: PositionList }> {
  const read = await readWithPositions(readDb, (db) =>
    db
      .select({
        position: positions,
        priceExponent: instruments.priceExponent,
        qtyExponent: instruments.qtyExponent,
      })
      .from(positions)
      .innerJoin(
        instruments,
        and(
          eq(instruments.partition, positions.partition),
          eq(instruments.securityID, positions.securityID),
        ),
      )
      .where(eq(positions.accountID, accountID))
      .orderBy(positions.symbol),
  );
  const list = read.rows.map(({ position, priceExponent, qtyExponent }) => {
    const notionalExponent = priceExponent + qtyExponent;
    return {
      symbol: position.symbol,
      netQty: formatDecimal(position.netQty, qtyExponent),
      boughtQty: formatDecimal(position.boughtQty, qtyExponent),
      soldQty: formatDecimal(position.soldQty, qtyExponent),
      boughtNotional: formatDecimal(position.boughtNotional, notionalExponent),
      soldNotional: formatDecimal(position.soldNotional, notionalExponent),
      fees: formatDecimal(position.fees, notionalExponent),
      seqNum: position.lastSeqNum,
    };
  });
  return { list, positions: read.positions };
}
