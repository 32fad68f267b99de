import { afterAll, beforeAll, describe, expect, test } from "bun:test";

import { sql } from "drizzle-orm";

import { openPglite } from "../ports/read-db/read-db-pglite.ts";
import type { ReadDb } from "../ports/read-db/read-db.ts";

/** Of one account, all in one symbol. */
const rowCount = 3000;

let readDb: ReadDb;

beforeAll(async () => {
  readDb = await openPglite();
  await readDb.migrate();
  await readDb.run((db) =>
    db.execute(sql`insert into fills select 'BUSY', n, 1, 0, n, 1, 7, gen_random_uuid(), n, 1, 1, 0, 2, 1, n
      from generate_series(1, ${rowCount}::int) n`),
  );
  await readDb.run((db) =>
    db.execute(sql`insert into orders (partition, order_id, first_seq_num, account_id, security_id, symbol, cl_ord_id, side, ord_type,
        time_in_force, exec_inst, self_trade_prevention, order_qty, cum_qty, leaves_qty, prevented_qty, cum_notional, ord_status,
        entry_time, transact_time, entry_rpt_seq, last_rpt_seq, last_seq_num)
      select 0, gen_random_uuid(), n, 7, 1, 'BUSY', n::text, 1, 2, 1, 0, 0, 1, 0, 1, 0, 0, 0, n, n, n, n, n
      from generate_series(1, ${rowCount}::int) n`),
  );
  await readDb.run((db) => db.execute(sql`analyze`));
}, 60_000);

afterAll(() => readDb.close());

/** What the planner does for a page of an account and a symbol, as text. */
async function plan(table: "fills" | "orders", order: string): Promise<string> {
  const page = sql.raw(
    `explain (analyze) select * from ${table} where account_id = 7 and symbol = 'QUIET' order by ${order} limit 100`,
  );
  const answer: unknown = await readDb.run((db) => db.execute(page));
  return JSON.stringify(answer);
}

describe("a page of one symbol reads nothing of an account's other symbols", () => {
  test("in its fills", async () => {
    const text = await plan("fills", "transact_time desc, seq_num desc, rpt_seq desc, symbol desc");
    expect(text).toContain("fills_by_symbol");
    expect(text).not.toContain("Rows Removed by Filter");
  });

  test("in its orders", async () => {
    const text = await plan(
      "orders",
      "entry_time desc, first_seq_num desc, partition desc, order_id desc",
    );
    expect(text).toMatch(/orders_by_(symbol_entry|cl_ord_id|open)/);
    expect(text).not.toContain("Rows Removed by Filter");
  });
});
