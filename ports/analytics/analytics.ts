/** A row as ClickHouse's JSONEachRow takes it: decimals and 64-bit integers as strings. */
export type AnalyticsRow = Readonly<Record<string, string | number | boolean | null>>;

/** A set of rows with bounds fixed by the log: sent again it has the same rows and the same token, and counts once. */
export interface AnalyticsBlock {
  readonly table: string;
  /** Partition, first and last seqNum of the block, and table. */
  readonly deduplicationToken: string;
  readonly rows: readonly AnalyticsRow[];
}

/** The analysts' store, ClickHouse over HTTP in every mode. Rejects with AnalyticsError only. */
export interface Analytics {
  /** Where SQL tools connect, with the read-only analyst's credentials. */
  readonly connection: { readonly url: string; readonly user: string; readonly password: string };
  /** Brings the schema to the newest version. Idempotent. */
  migrate(): Promise<void>;
  /** Drops every table and view of ours and migrates anew. */
  reset(): Promise<void>;
  insert(block: AnalyticsBlock): Promise<void>;
  /** Runs a read-only query with bound parameters; decimals and 64-bit integers come as strings. */
  query<Row>(
    sql: string,
    params?: Readonly<Record<string, string | number>>,
  ): Promise<readonly Row[]>;
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** `Rejected`: the store refuses this statement for good. `Unavailable`: try again. `Missing`: there is no such store here. */
export type AnalyticsErrorCode = "Unavailable" | "Rejected" | "Missing";

export class AnalyticsError extends Error {
  override readonly name = "AnalyticsError";
  readonly code: AnalyticsErrorCode;
  constructor(code: AnalyticsErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
