import { join } from "node:path";

import { getTableName, is, sql } from "drizzle-orm";
import { PgTable } from "drizzle-orm/pg-core";

import * as tables from "../../schema/postgres/tables.ts";
import { ReadDbError } from "./read-db.ts";
import type { ReadDatabase, ReadDbErrorCode } from "./read-db.ts";

export const migrationsFolder = join(import.meta.dir, "../../schema/postgres/migrations");

/** Leaves other people's tables in the same database alone. */
export async function dropOurTables(db: ReadDatabase): Promise<void> {
  const names = Object.values(tables)
    .filter((table): table is (typeof tables)["orders"] => is(table, PgTable))
    .map((table) => sql.identifier(getTableName(table)));
  await db.transaction(async (transaction) => {
    await transaction.execute(sql`drop table if exists ${sql.join(names, sql`, `)} cascade`);
    await transaction.execute(sql`drop table if exists drizzle.__drizzle_migrations`);
  });
}

/** What a driver threw as an error of the port; null for an error that is none of the database's. */
export function readDbErrorOf(error: unknown): ReadDbError | null {
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof ReadDbError) return cause;
    const code = sqlStateOf(cause);
    if (code !== null) return wrap(codeOfSqlState(code), cause, code, error);
    if (isLostConnection(cause)) return wrap("Unavailable", cause, null, error);
    // The WebAssembly instance is gone: every later call would fail as well.
    if (cause instanceof WebAssembly.RuntimeError) return wrap("Corrupt", cause, null, error);
    if (closedPattern.test(cause.message)) return wrap("Unavailable", cause, null, error);
  }
  return null;
}

/** Bun.SQL has codes of its own for connections that fail, end or take too long. */
function isLostConnection(error: Error): boolean {
  const { code } = error as { code?: unknown };
  return typeof code === "string" && /^ERR_POSTGRES_(CONNECTION|.*TIMEOUT)/.test(code);
}

const closedPattern = /PGlite is (closed|closing)/;

function wrap(
  code: ReadDbErrorCode,
  cause: Error,
  sqlState: string | null,
  error: unknown,
): ReadDbError {
  return new ReadDbError(code, cause.message, sqlState, { cause: error });
}

/** Five letters or digits in `code`, or in `errno` where Bun.SQL keeps them. */
function sqlStateOf(error: Error): string | null {
  const { code, errno } = error as { code?: unknown; errno?: unknown };
  for (const candidate of [code, errno]) {
    if (typeof candidate === "string" && /^[0-9A-Z]{5}$/.test(candidate)) return candidate;
  }
  return null;
}

/** Classes of SQLSTATE after which the same statement may succeed. */
const transientClasses = new Set(["08", "40", "53", "55", "57", "58"]);

function codeOfSqlState(sqlState: string): ReadDbErrorCode {
  // Damaged pages and indexes, broken invariants inside the server, files that are gone.
  if (sqlState.startsWith("XX") || sqlState === "58P01") return "Corrupt";
  return transientClasses.has(sqlState.slice(0, 2)) ? "Unavailable" : "Rejected";
}
