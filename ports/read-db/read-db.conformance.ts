import { afterAll, beforeAll, describe, expect, test } from "bun:test";

import { eq, sql } from "drizzle-orm";

import { foldPositions, positions } from "../../schema/postgres/tables.ts";
import { ReadDbError } from "./read-db.ts";
import type { ReadDb } from "./read-db.ts";

const position = { partition: 0, offset: 7, epoch: 1, seqNum: 3, bodyHash: "00000000000000ab" };

/** What every read database keeps to. `open` gives an empty one. */
export function describeReadDb(name: string, open: () => Promise<ReadDb>): void {
  describe(name, () => {
    let readDb: ReadDb;
    beforeAll(async () => {
      readDb = await open();
      await readDb.migrate();
    }, 60_000);
    afterAll(() => readDb.close());

    test("migrates twice without a change", async () => {
      await readDb.migrate();
      expect(await readDb.run((db) => db.select().from(foldPositions))).toEqual([]);
    });

    test("keeps integers beyond 2^53 whole", async () => {
      const notional = 2n ** 120n + 1n;
      const row = {
        accountID: 1,
        symbol: "A",
        partition: 0,
        securityID: 1,
        netQty: -(2n ** 60n),
        boughtQty: 0n,
        soldQty: 2n ** 60n,
        boughtNotional: 0n,
        soldNotional: notional,
        fees: -notional,
        lastSeqNum: Number.MAX_SAFE_INTEGER,
      };
      await readDb.run((db) => db.insert(positions).values(row));
      expect(await readDb.run((db) => db.select().from(positions))).toEqual([row]);
    });

    test("undoes a transaction whose function throws, and lets the error pass", async () => {
      const failure = new Error("no");
      const attempt = readDb.run((db) =>
        db.transaction(async (transaction) => {
          await transaction.insert(foldPositions).values({ ...position, partition: 9 });
          throw failure;
        }),
      );
      expect(await failureOf(attempt)).toBe(failure);
      const found = await readDb.run((db) =>
        db.select().from(foldPositions).where(eq(foldPositions.partition, 9)),
      );
      expect(found).toEqual([]);
    });

    test("rejects a wrong statement as Rejected, with its SQLSTATE and its cause", async () => {
      const statement = readDb.run((db) => db.execute(sql`select nothing`));
      const failure = await failureOf(statement);
      expect(failure).toBeInstanceOf(ReadDbError);
      expect(failure).toMatchObject({ code: "Rejected", sqlState: "42703" });
      expect((failure as ReadDbError).cause).toBeInstanceOf(Error);
    });

    test("rejects a second row of the same key as Rejected", async () => {
      await readDb.run((db) => db.insert(foldPositions).values(position));
      const again = readDb.run((db) => db.insert(foldPositions).values(position));
      expect(await failureOf(again)).toMatchObject({ code: "Rejected", sqlState: "23505" });
    });

    test("is empty after a reset, and usable", async () => {
      await readDb.reset();
      expect(await readDb.run((db) => db.select().from(positions))).toEqual([]);
      await readDb.run((db) => db.insert(foldPositions).values(position));
      expect(await readDb.run((db) => db.select().from(foldPositions))).toEqual([position]);
      await readDb.ping();
    });
  });
}

/** What a promise rejects with. */
export function failureOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => null,
    (failure: unknown) => failure,
  );
}
