import type { Hono } from "hono";

import type { ReadDb } from "../../ports/read-db/read-db.ts";
import type { AccountPositionList, FillList } from "../../schema/http/reads.ts";
import { FillListQuery, PlainQuery } from "../../schema/http/reads.ts";
import { listFills } from "../fills.ts";
import type { MinSeqGate } from "../min-seq.ts";
import { listPositions } from "../positions.ts";
import { answerPrivate, readAccount, readQuery, wholePosition } from "../request.ts";

/** What an account has traded and holds, out of Postgres. */
export function addAccountRoutes(
  app: Hono,
  parts: { readDb: ReadDb; gate: MinSeqGate; partitionCount: number },
): void {
  const { readDb, gate, partitionCount } = parts;

  app.get("/v1/fills", async (context) => {
    const accountID = readAccount(context);
    const query = readQuery(context, FillListQuery);
    await gate.readDb(query.minSeq);
    const { fills, nextCursor, positions } = await listFills(readDb, accountID, query);
    const position = wholePosition(positions, partitionCount);
    const answer: FillList = { fills: [...fills], nextCursor, position };
    return answerPrivate(answer, position);
  });

  app.get("/v1/positions", async (context) => {
    const accountID = readAccount(context);
    await gate.readDb(readQuery(context, PlainQuery).minSeq);
    const { list, positions } = await listPositions(readDb, accountID);
    const position = wholePosition(positions, partitionCount);
    const answer: AccountPositionList = { positions: [...list], position };
    return answerPrivate(answer, position);
  });
}
