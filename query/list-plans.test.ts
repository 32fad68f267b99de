import { afterAll, beforeAll, describe, expect, test } from "bun:test";

import { and, eq, sql } from "drizzle-orm";
import type { SQLWrapper } from "drizzle-orm";

import { openPglite } from "../ports/read-db/read-db-pglite.ts";
import type { ReadDatabase, ReadDb } from "../ports/read-db/read-db.ts";
import { fills, instruments, orders } from "../schema/postgres/tables.ts";
import { selectFills } from "./fills.ts";
import { selectOrders } from "./orders.ts";

/** Of one account, each with a fill, all in one symbol. */
const orderCount = 20_000;
const pageMax = 100;

const busy = {
  partition: 0,
  securityID: 1,
  symbol: "BUSY",
  baseCurrency: "A",
  quoteCurrency: "B",
  priceExponent: 2,
  qtyExponent: 2,
  tickSize: 1,
  lotSize: 1,
  minOrderQty: 1,
  maxOrderQty: 0,
  selfTradePrevention: 1,
  tradingState: 1,
  lastSeqNum: 1,
};

let readDb: ReadDb;

beforeAll(async () => {
  readDb = await openPglite();
  await readDb.migrate();
  await readDb.run((db) => db.insert(instruments).values(busy));
  for (const statement of [
    sql`insert into orders (partition, order_id, first_seq_num, account_id, security_id, symbol, cl_ord_id, side, ord_type,
        time_in_force, exec_inst, self_trade_prevention, order_qty, cum_qty, leaves_qty, prevented_qty, cum_notional, ord_status,
        entry_time, transact_time, entry_rpt_seq, last_rpt_seq, last_seq_num)
      select 0, gen_random_uuid(), n, 7, 1, 'BUSY', n::text, 1, 2, 1, 0, 0, 1, 0, 1, 0, 0, 0, n, n, n, n, n
      from generate_series(1, ${orderCount}::int) n`,
    sql`insert into fills (symbol, rpt_seq, side, partition, seq_num, security_id, account_id, order_id, first_seq_num, last_qty, last_px,
        leaves_qty, ord_status, last_liquidity_ind, transact_time)
      select 'BUSY', first_seq_num, 1, 0, first_seq_num, 1, 7, order_id, first_seq_num, 1, 1, 0, 2, 1, first_seq_num from orders`,
    sql`analyze`,
  ])
    await readDb.run((db) => db.execute(statement));
}, 60_000);

afterAll(() => readDb.close());

/** The plan of a statement that was run, as text, and the most rows that a step of it came to. */
async function planned(statement: (db: ReadDatabase) => SQLWrapper) {
  const answer: unknown = await readDb.run((db) =>
    db.execute(sql`explain (analyze) ${statement(db)}`),
  );
  const text = JSON.stringify(answer);
  const steps = [...text.matchAll(/actual time=[\d.]+ rows=([\d.]+) loops=(\d+)/g)];
  return { text, rowCountMax: Math.max(...steps.map(([, rows, loops]) => +rows! * +loops!)) };
}

describe("a page of an account reads no more than the page", () => {
  test("of its fills", async () => {
    const plan = await planned((db) => selectFills(db, eq(fills.accountID, 7), pageMax));
    expect(plan.rowCountMax).toBeWithin(pageMax, pageMax + 2);
  });

  test("of its fills in a symbol", async () => {
    const where = and(eq(fills.accountID, 7), eq(fills.symbol, "BUSY"));
    const plan = await planned((db) => selectFills(db, where, pageMax));
    expect(plan.rowCountMax).toBeWithin(pageMax, pageMax + 2);
  });

  test("of its orders", async () => {
    const plan = await planned((db) => selectOrders(db, eq(orders.accountID, 7)).limit(pageMax));
    expect(plan.rowCountMax).toBeWithin(pageMax, pageMax + 2);
  });
});

describe("a page of one symbol reads nothing of an account's other symbols", () => {
  test("in its fills", async () => {
    const where = and(eq(fills.accountID, 7), eq(fills.symbol, "QUIET"));
    const plan = await planned((db) => selectFills(db, where, pageMax));
    expect(plan.rowCountMax).toBeLessThanOrEqual(1);
    expect(plan.text).not.toContain("Rows Removed by Filter");
  });

  test("in its orders", async () => {
    const where = and(eq(orders.accountID, 7), eq(orders.symbol, "QUIET"));
    const plan = await planned((db) => selectOrders(db, where).limit(pageMax));
    expect(plan.rowCountMax).toBeLessThanOrEqual(1);
    expect(plan.text).not.toContain("Rows Removed by Filter");
  });
});
