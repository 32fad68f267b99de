import { SQL } from "bun";
import { drizzle } from "drizzle-orm/bun-sql";
import { migrate } from "drizzle-orm/bun-sql/migrator";

import * as tables from "../../schema/postgres/tables.ts";
import { dropOurTables, migrationsFolder, readDbErrorOf } from "./read-db-statements.ts";
import { ReadDbError } from "./read-db.ts";
import type { ReadDatabase, ReadDb } from "./read-db.ts";

export interface PostgresOptions {
  /** `postgres://user:password@host:port/database`; `?sslmode=verify-full` where the server speaks TLS. */
  readonly url: string;
  readonly connectionCountMax?: number;
}

const connectionCountMax = 8;
const connectSeconds = 5;
const idleSeconds = 60;

/** A PostgreSQL server. It connects with the first statement and again after every loss. */
export function openPostgres(options: PostgresOptions): ReadDb {
  return new PostgresReadDb(options);
}

class PostgresReadDb implements ReadDb {
  readonly db: ReadDatabase;
  readonly #client: SQL;
  #closed = false;

  constructor(options: PostgresOptions) {
    this.#client = new SQL(options.url, {
      max: options.connectionCountMax ?? connectionCountMax,
      connectionTimeout: connectSeconds,
      idleTimeout: idleSeconds,
    });
    this.db = drizzle(this.#client, { schema: tables });
  }

  async migrate(): Promise<void> {
    await this.run(() => migrate(drizzle(this.#client, { schema: tables }), { migrationsFolder }));
  }

  async reset(): Promise<void> {
    await this.run(dropOurTables);
    await this.migrate();
  }

  async run<Result>(statements: (db: ReadDatabase) => Promise<Result>): Promise<Result> {
    if (this.#closed) throw new ReadDbError("Unavailable", "The read database is closed", null);
    try {
      return await statements(this.db);
    } catch (error) {
      throw readDbErrorOf(error) ?? error;
    }
  }

  async ping(): Promise<void> {
    await this.run((db) => db.execute("select 1"));
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#client.close();
  }
}
