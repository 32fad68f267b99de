import { readdirSync } from "node:fs";
import { join } from "node:path";

import { ClickHouseError, createClient } from "@clickhouse/client";
import type { ClickHouseClient } from "@clickhouse/client";

import { AnalyticsError } from "./analytics.ts";
import type { Analytics, AnalyticsBlock, AnalyticsErrorCode } from "./analytics.ts";

export interface ClickhouseOptions {
  readonly url: string;
  /** Defines and writes the database `orderbook`. */
  readonly user: string;
  readonly password: string;
  /** Reads it; also given to people and their tools. */
  readonly analyst: { readonly user: string; readonly password: string };
}

/** ClickHouse over HTTP, a child process of our own or a server far away. Connects at the first call. */
export function openClickhouse(options: ClickhouseOptions): Analytics {
  return new ClickhouseAnalytics(options);
}

const database = "orderbook";
const definitions = join(import.meta.dir, "../../schema/clickhouse");

/** Numbers must not pass through floats on their way out, and an insert is answered when its rows stand. */
const settings = {
  output_format_json_quote_decimals: 1,
  output_format_json_quote_64bit_integers: 1,
} as const;

const insertSettings = {
  ...settings,
  async_insert: 0,
  insert_deduplicate: 1,
  deduplicate_blocks_in_dependent_materialized_views: 1,
  // A block is one insert: cut up by size or by threads it would not be deduplicated as a whole.
  max_insert_block_size: "16777216",
  input_format_parallel_parsing: 0,
  max_insert_threads: "1",
} as const;

const requestMs = 30_000;

class ClickhouseAnalytics implements Analytics {
  readonly connection: { readonly url: string; readonly user: string; readonly password: string };
  readonly #writer: ClickHouseClient;
  readonly #reader: ClickHouseClient;

  constructor({ url, user, password, analyst }: ClickhouseOptions) {
    this.connection = { url, ...analyst };
    this.#writer = connect(url, user, password);
    this.#reader = connect(url, analyst.user, analyst.password);
  }

  /** Runs the numbered files that have not run yet, in order; each of their statements may be run again. */
  async migrate(): Promise<void> {
    const names = readdirSync(definitions).filter((name) => /^\d{4}-.*\.sql$/.test(name));
    const [first, ...rest] = names.sort();
    if (first === undefined) throw new Error("schema/clickhouse has no definitions");
    await this.#define(first);
    const done = new Set(await this.#migrations());
    for (const name of rest) if (!done.has(name)) await this.#define(name);
  }

  async reset(): Promise<void> {
    await this.#command(`DROP DATABASE IF EXISTS ${database} SYNC`);
    await this.migrate();
  }

  async insert({ table, rows, deduplicationToken }: AnalyticsBlock): Promise<void> {
    if (rows.length === 0) return;
    await attempt(() =>
      this.#writer.insert({
        table: `${database}.${identifier(table)}`,
        values: rows,
        format: "JSONEachRow",
        clickhouse_settings: { ...insertSettings, insert_deduplication_token: deduplicationToken },
      }),
    );
  }

  async query<Row>(
    sql: string,
    params: Readonly<Record<string, string | number>> = {},
  ): Promise<readonly Row[]> {
    return attempt(async () => {
      const result = await this.#reader.query({
        query: sql,
        query_params: { ...params },
        format: "JSONEachRow",
        clickhouse_settings: { ...settings, max_execution_time: 10 },
      });
      return result.json<Row>();
    });
  }

  async ping(): Promise<void> {
    await this.query("SELECT 1");
  }

  async close(): Promise<void> {
    await Promise.all([this.#writer.close(), this.#reader.close()]);
  }

  async #define(name: string): Promise<void> {
    const text = await Bun.file(join(definitions, name)).text();
    for (const statement of statementsOf(text)) await this.#command(statement);
    if ((await this.#migrations()).includes(name)) return;
    await this.#command(`INSERT INTO ${database}.migrations (name) VALUES ('${name}')`);
  }

  async #migrations(): Promise<readonly string[]> {
    const sql = `SELECT name FROM ${database}.migrations`;
    return (await this.query<{ name: string }>(sql)).map(({ name }) => name);
  }

  async #command(query: string): Promise<void> {
    await attempt(() => this.#writer.command({ query, clickhouse_settings: settings }));
  }
}

function connect(url: string, username: string, password: string): ClickHouseClient {
  return createClient({
    url,
    username,
    password,
    request_timeout: requestMs,
    application: "orderbook",
    // What fails is thrown with its cause; the client would print it as well.
    log: { LoggerClass: SilentLogger },
    clickhouse_settings: settings,
  });
}

class SilentLogger {
  trace(): void {}
  debug(): void {}
  info(): void {}
  warn(): void {}
  error(): void {}
}

/** Comments go first: they may hold a semicolon. */
function statementsOf(text: string): string[] {
  return text
    .replace(/^\s*--.*$/gm, "")
    .split(/;\s*(?:\n|$)/)
    .map((statement) => statement.trim())
    .filter((statement) => statement !== "");
}

function identifier(name: string): string {
  if (/^[a-z_][a-z0-9_]*$/.test(name)) return name;
  throw new Error(`No name of a table: ${name}`);
}

async function attempt<Result>(statement: () => Promise<Result>): Promise<Result> {
  try {
    return await statement();
  } catch (error) {
    throw analyticsErrorOf(error);
  }
}

/** Codes of ClickHouse that say "not now", whoever asks: the rest would be the same again. */
const transientCodes = new Set([
  "159", // TIMEOUT_EXCEEDED
  "160", // TOO_SLOW
  "202", // TOO_MANY_SIMULTANEOUS_QUERIES
  "209", // SOCKET_TIMEOUT
  "210", // NETWORK_ERROR
  "236", // ABORTED
  "241", // MEMORY_LIMIT_EXCEEDED
  "242", // TABLE_IS_READ_ONLY
  "243", // NOT_ENOUGH_SPACE
  "252", // TOO_MANY_PARTS
  "394", // QUERY_WAS_CANCELLED
  "473", // DEADLOCK_AVOIDED
  "999", // KEEPER_EXCEPTION
]);

function analyticsErrorOf(error: unknown): Error {
  if (!(error instanceof Error)) return new Error(String(error));
  const code: AnalyticsErrorCode =
    error instanceof ClickHouseError && !transientCodes.has(error.code)
      ? "Rejected"
      : "Unavailable";
  return new AnalyticsError(code, error.message, { cause: error });
}
