import type { Hono } from "hono";

import type { ReadDb } from "../../ports/read-db/read-db.ts";
import type { Order, OrderList } from "../../schema/http/reads.ts";
import { OrderListQuery, OrderPath, PlainQuery } from "../../schema/http/reads.ts";
import type { MinSeqGate } from "../min-seq.ts";
import { listOrders, readOrder } from "../orders.ts";
import { parseRequest, Problem } from "../problem.ts";
import { answerPrivate, readAccount, readQuery, wholePosition } from "../request.ts";

/** An account's orders, out of Postgres. */
export function addOrderRoutes(
  app: Hono,
  parts: { readDb: ReadDb; gate: MinSeqGate; partitionCount: number },
): void {
  const { readDb, gate, partitionCount } = parts;

  app.get("/v1/orders", async (context) => {
    const accountID = readAccount(context);
    const query = readQuery(context, OrderListQuery);
    await gate.readDb(query.minSeq);
    const { orders, nextCursor, positions } = await listOrders(readDb, accountID, query);
    const position = wholePosition(positions, partitionCount);
    const answer: OrderList = { orders: [...orders], nextCursor, position };
    return answerPrivate(answer, position);
  });

  app.get("/v1/orders/:orderID", async (context) => {
    const accountID = readAccount(context);
    const { orderID } = parseRequest(OrderPath, context.req.param());
    await gate.readDb(readQuery(context, PlainQuery).minSeq);
    const { order, positions } = await readOrder(readDb, accountID, orderID);
    if (order === null) throw new Problem("UnknownOrder", "There is no such order of yours");
    const position = wholePosition(positions, partitionCount);
    const answer: Order = { ...order, position };
    return answerPrivate(answer, position);
  });
}
