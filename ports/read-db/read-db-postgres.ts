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
  /** Statements that take longer are Unavailable; above the server's `statement_timeout` by default. */
  readonly answerMsMax?: number;
}

const connectionCountMax = 8;
const connectSeconds = 5;
const idleSeconds = 60;
const answerMsMaxDefault = 75_000;

/**
 * A PostgreSQL server. It connects with the first statement and again after every loss, also after one that nobody told of: where nothing was
 * answered for `answerMsMax`, the connections are given up for new ones.
 */
export function openPostgres(options: PostgresOptions): ReadDb {
  return new PostgresReadDb(options);
}

interface Pool {
  readonly client: SQL;
  readonly db: ReadDatabase;
  /** On the monotonic clock; of the opening where nothing was answered yet. */
  answeredAt: number;
}

class NoAnswer extends Error {
  override readonly name = "NoAnswer";
}

class PostgresReadDb implements ReadDb {
  readonly #options: PostgresOptions;
  readonly #answerMsMax: number;
  #pool: Pool;
  #closed = false;

  constructor(options: PostgresOptions) {
    this.#options = options;
    this.#answerMsMax = options.answerMsMax ?? answerMsMaxDefault;
    this.#pool = openPool(options);
  }

  get db(): ReadDatabase {
    return this.#pool.db;
  }

  async migrate(): Promise<void> {
    await this.#answered(({ client }) =>
      migrate(drizzle(client, { schema: tables }), { migrationsFolder }),
    );
  }

  async reset(): Promise<void> {
    await this.run(dropOurTables);
    await this.migrate();
  }

  run<Result>(statements: (db: ReadDatabase) => Promise<Result>): Promise<Result> {
    return this.#answered(({ db }) => statements(db));
  }

  async ping(): Promise<void> {
    await this.run((db) => db.execute("select 1"));
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#pool.client.close();
  }

  async #answered<Result>(work: (pool: Pool) => Promise<Result>): Promise<Result> {
    if (this.#closed) throw new ReadDbError("Unavailable", "The read database is closed", null);
    const pool = this.#pool;
    try {
      const result = await within(work(pool), this.#answerMsMax);
      pool.answeredAt = performance.now();
      return result;
    } catch (error) {
      if (error instanceof NoAnswer) throw this.#noAnswer(pool, error);
      const known = readDbErrorOf(error);
      if (known === null || known.sqlState !== null) pool.answeredAt = performance.now();
      throw known ?? error;
    }
  }

  #noAnswer(pool: Pool, cause: NoAnswer): ReadDbError {
    const isSilent = performance.now() - pool.answeredAt >= this.#answerMsMax;
    if (isSilent && pool === this.#pool && !this.#closed) {
      this.#pool = openPool(this.#options);
      // Whoever waits on them still is told that they were closed.
      void pool.client.close({ timeout: 0 }).catch(() => {});
    }
    return new ReadDbError("Unavailable", cause.message, null, { cause });
  }
}

function openPool(options: PostgresOptions): Pool {
  const client = new SQL(options.url, {
    max: options.connectionCountMax ?? connectionCountMax,
    connectionTimeout: connectSeconds,
    idleTimeout: idleSeconds,
  });
  return { client, db: drizzle(client, { schema: tables }), answeredAt: performance.now() };
}

async function within<Result>(work: Promise<Result>, ms: number): Promise<Result> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new NoAnswer(`No answer within ${ms} ms`)), ms);
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
