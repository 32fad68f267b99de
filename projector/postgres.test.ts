import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";

import { Dice } from "../engine/oracle/dice.ts";
import { systemClock } from "../ports/clock/clock-system.ts";
import type { FoldedBody } from "../ports/log/fold.ts";
import { openPglite } from "../ports/read-db/read-db-pglite.ts";
import { ReadDbError } from "../ports/read-db/read-db.ts";
import type { ReadDb } from "../ports/read-db/read-db.ts";
import { fills, orders, positions } from "../schema/postgres/tables.ts";
import { eventLogOf } from "./event-log.fixture.ts";
import { naiveFold } from "./naive-fold.fixture.ts";
import { PositionMoved, PostgresFold } from "./postgres.ts";
import { dumpPostgres, FlakyReadDb, randomBatches } from "./stores.fixture.ts";

const seed = 11;
let readDb: ReadDb;
let bodies: readonly FoldedBody[];
/** What one pass in one batch comes to. */
let whole: Record<string, readonly unknown[]>;

beforeAll(async () => {
  readDb = await openPglite();
  await readDb.migrate();
  const eventLog = await eventLogOf({ clock: systemClock, seed, commandCount: 1_500 });
  bodies = await eventLog.bodies();
  const fold = new PostgresFold(readDb, 0);
  await fold.load();
  await fold.apply(bodies);
  whole = await dumpPostgres(readDb);
}, 60_000);
afterAll(() => readDb.close());

beforeEach(() => readDb.reset());

/** What a promise rejects with. */
function failureOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => null,
    (failure: unknown) => failure,
  );
}

describe("PostgresFold", () => {
  test("writes the rows of a naive fold", async () => {
    const fold = new PostgresFold(readDb, 0);
    await fold.load();
    await fold.apply(bodies);
    const naive = naiveFold(bodies);
    const rows = await readDb.run(async (db) => ({
      orders: await db.select().from(orders),
      fills: await db.select().from(fills),
      positions: await db.select().from(positions),
    }));
    for (const table of ["orders", "fills", "positions"] as const) {
      const wanted = naive[table];
      const columns = Object.keys(wanted[0] ?? {});
      const found = rows[table].map((row) =>
        Object.fromEntries(columns.map((column) => [column, row[column as keyof typeof row]])),
      );
      expect(wanted.length).toBeGreaterThan(0);
      expect(sorted(found)).toEqual(sorted(wanted));
    }
    expect(fold.position).toEqual(bodies.at(-1)?.position ?? null);
  });

  test("comes to the same tables in batches of any length, over any number of restarts", async () => {
    const dice = new Dice(1);
    let fold = new PostgresFold(readDb, 0);
    await fold.load();
    for (const batch of randomBatches(bodies, dice, 40)) {
      if (dice.upTo(2) === 0) {
        fold = new PostgresFold(readDb, 0);
        await fold.load();
      }
      await fold.apply(batch);
    }
    expect(await dumpPostgres(readDb)).toEqual(whole);
  });

  test("rule 40: counts a batch once whose commit broke, before or after it was done", async () => {
    const dice = new Dice(2);
    const flaky = new FlakyReadDb(readDb, dice);
    const fold = new PostgresFold(flaky, 0);
    await untilDone(() => fold.load());
    for (const batch of randomBatches(bodies, dice, 60)) await untilDone(() => fold.apply(batch));
    expect(flaky.failureCount).toBeGreaterThan(10);
    expect(await dumpPostgres(readDb)).toEqual(whole);
  });

  test("stops the second of two that fold one partition, and the first goes on", async () => {
    const [first, second] = [new PostgresFold(readDb, 0), new PostgresFold(readDb, 0)];
    await Promise.all([first.load(), second.load()]);
    await first.apply(bodies.slice(0, 100));
    const failure = await failureOf(second.apply(bodies.slice(0, 50)));
    expect(failure).toBeInstanceOf(PositionMoved);
    await first.apply(bodies.slice(100));
    expect(await dumpPostgres(readDb)).toEqual(whole);
  });

  test("stops one that finds the position moved between its batches", async () => {
    const [first, second] = [new PostgresFold(readDb, 0), new PostgresFold(readDb, 0)];
    await first.load();
    await first.apply(bodies.slice(0, 100));
    await second.load();
    await second.apply(bodies.slice(100, 200));
    const failure = await failureOf(first.apply(bodies.slice(100, 150)));
    expect(failure).toBeInstanceOf(PositionMoved);
  });

  test("leaves neither rows nor position of a batch that cannot be written", async () => {
    const fold = new PostgresFold(readDb, 0);
    await fold.load();
    await fold.apply(bodies.slice(0, 100));
    const before = await dumpPostgres(readDb);
    const stray = { symbol: "X", rptSeq: 1, side: 1 };
    const taken = naiveFold(bodies).fills.find(({ seqNum }) => Number(seqNum) > 100) ?? stray;
    await readDb.run((db) =>
      db.insert(fills).values({ ...emptyFill, ...(taken as typeof stray), transactTime: 0 }),
    );
    const failure = await failureOf(fold.apply(bodies.slice(100)));
    expect(failure).toBeInstanceOf(ReadDbError);
    expect(failure).toMatchObject({ code: "Rejected", sqlState: "23505" });
    const after = await dumpPostgres(readDb);
    expect({ ...after, fills: null }).toEqual({ ...before, fills: null });
  });
});

const emptyFill = {
  partition: 0,
  seqNum: 0,
  securityID: 0,
  accountID: 0,
  orderID: "00000000-0000-0000-0000-000000000000",
  firstSeqNum: 0,
  lastQty: 0,
  lastPx: 0,
  leavesQty: 0,
  ordStatus: 0,
  lastLiquidityInd: 0,
};

async function untilDone<Result>(attempt: () => Promise<Result>): Promise<Result> {
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof ReadDbError) || error.code !== "Unavailable") throw error;
    }
  }
}

function sorted(rows: readonly Readonly<Record<string, unknown>>[]): string[] {
  return rows
    .map((row) =>
      Object.entries(row)
        .map(([name, value]) => `${name}=${String(value)}`)
        .join(" "),
    )
    .toSorted();
}
