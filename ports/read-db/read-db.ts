import type { PgDatabase, PgQueryResultHKT } from "drizzle-orm/pg-core";

import type * as tables from "../../schema/postgres/tables.ts";

export type ReadDatabase = PgDatabase<PgQueryResultHKT, typeof tables>;

/** Postgres, or what speaks like it. Callers use Drizzle on `db`; errors of statements pass through `ReadDb.run`. */
export interface ReadDb {
  readonly db: ReadDatabase;
  /** Brings the schema to the newest migration. Idempotent. */
  migrate(): Promise<void>;
  /** Drops every table of ours and migrates anew: the database is a fold and can be built again. */
  reset(): Promise<void>;
  /** Runs statements and turns what the driver throws into ReadDbError with its cause; other errors pass. */
  run<Result>(statements: (db: ReadDatabase) => Promise<Result>): Promise<Result>;
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** `Unavailable`: the outcome is unknown, try again. `Rejected`: the statement is wrong. `Corrupt`: rebuild. */
export type ReadDbErrorCode = "Unavailable" | "Rejected" | "Corrupt";

export class ReadDbError extends Error {
  override readonly name = "ReadDbError";
  readonly code: ReadDbErrorCode;
  /** SQLSTATE where the driver gave one. */
  readonly sqlState: string | null;
  constructor(
    code: ReadDbErrorCode,
    message: string,
    sqlState: string | null,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.code = code;
    this.sqlState = sqlState;
  }
}
