import { getTableColumns, getTableName, is, sql } from "drizzle-orm";
import { PgTable } from "drizzle-orm/pg-core";

import type { Dice } from "../engine/oracle/dice.ts";
import { AnalyticsError } from "../ports/analytics/analytics.ts";
import type { Analytics, AnalyticsBlock } from "../ports/analytics/analytics.ts";
import { ReadDbError } from "../ports/read-db/read-db.ts";
import type { ReadDatabase, ReadDb } from "../ports/read-db/read-db.ts";
import * as tables from "../schema/postgres/tables.ts";

/** Every row of every table of ours, in an order that does not depend on how they came there. */
export async function dumpPostgres(readDb: ReadDb): Promise<Record<string, readonly unknown[]>> {
  const dump: Record<string, readonly unknown[]> = {};
  for (const table of Object.values(tables)) {
    if (!is(table, PgTable)) continue;
    const columns = Object.values(getTableColumns(table)).map(({ name }) => sql.identifier(name));
    const name = getTableName(table);
    const query = sql`select * from ${sql.identifier(name)} order by ${sql.join(columns, sql`, `)}`;
    const result = await readDb.run((db) => db.execute(query));
    dump[name] = (result as { rows: readonly unknown[] }).rows;
  }
  return dump;
}

const analyticsDumps = {
  instruments: "SELECT * FROM orderbook.instruments FINAL ORDER BY symbol",
  trades: "SELECT * FROM orderbook.trades ORDER BY symbol, rptSeq",
  orderEvents: "SELECT * FROM orderbook.order_events ORDER BY symbol, seqNum, rptSeq, side",
  bbo: "SELECT * FROM orderbook.bbo ORDER BY symbol, seqNum",
  indications: "SELECT * FROM orderbook.auction_indications ORDER BY symbol, rptSeq",
  candles: "SELECT * FROM orderbook.candles ORDER BY symbol, openTime",
} as const;

/** Without FINAL where a row must not even be stored twice. */
export async function dumpClickhouse(
  analytics: Analytics,
): Promise<Record<string, readonly unknown[]>> {
  const dump: Record<string, readonly unknown[]> = {};
  for (const [name, query] of Object.entries(analyticsDumps)) {
    dump[name] = await analytics.query(query);
  }
  return dump;
}

/** Fails some calls: before they reach the database, or after it has done them. */
export class FlakyReadDb implements ReadDb {
  readonly #readDb: ReadDb;
  readonly #dice: Dice;
  failureCount = 0;

  constructor(readDb: ReadDb, dice: Dice) {
    this.#readDb = readDb;
    this.#dice = dice;
  }

  get db(): ReadDatabase {
    return this.#readDb.db;
  }

  async run<Result>(statements: (db: ReadDatabase) => Promise<Result>): Promise<Result> {
    const fate = this.#dice.upTo(3);
    if (fate === 0) throw this.#failure("the connection broke before");
    const result = await this.#readDb.run(statements);
    if (fate === 1) throw this.#failure("the connection broke after COMMIT");
    return result;
  }

  #failure(message: string): ReadDbError {
    this.failureCount += 1;
    return new ReadDbError("Unavailable", message, null);
  }

  migrate(): Promise<void> {
    return this.#readDb.migrate();
  }
  reset(): Promise<void> {
    return this.#readDb.reset();
  }
  ping(): Promise<void> {
    return this.#readDb.ping();
  }
  close(): Promise<void> {
    return this.#readDb.close();
  }
}

/** Fails some inserts: before they reach the store, or after it has done them. */
export class FlakyAnalytics implements Analytics {
  readonly #analytics: Analytics;
  readonly #dice: Dice;
  failureCount = 0;

  constructor(analytics: Analytics, dice: Dice) {
    this.#analytics = analytics;
    this.#dice = dice;
  }

  get connection(): Analytics["connection"] {
    return this.#analytics.connection;
  }

  async insert(block: AnalyticsBlock): Promise<void> {
    const fate = this.#dice.upTo(7);
    if (fate === 0) throw this.#failure("the connection broke before");
    await this.#analytics.insert(block);
    if (fate === 1) throw this.#failure("the answer was lost");
  }

  #failure(message: string): AnalyticsError {
    this.failureCount += 1;
    return new AnalyticsError("Unavailable", message);
  }

  query<Row>(query: string, params?: Readonly<Record<string, string | number>>) {
    return this.#analytics.query<Row>(query, params);
  }
  migrate(): Promise<void> {
    return this.#analytics.migrate();
  }
  reset(): Promise<void> {
    return this.#analytics.reset();
  }
  ping(): Promise<void> {
    return this.#analytics.ping();
  }
  close(): Promise<void> {
    return this.#analytics.close();
  }
}

/** Cuts a list into batches of random lengths, each at least one long. */
export function randomBatches<Item>(
  items: readonly Item[],
  dice: Dice,
  most: number,
): (readonly Item[])[] {
  const batches: (readonly Item[])[] = [];
  for (let at = 0; at < items.length;) {
    const length = 1 + dice.upTo(most - 1);
    batches.push(items.slice(at, at + length));
    at += length;
  }
  return batches;
}
