import type { Database } from "bun:sqlite";

import { LogError } from "./log.ts";
import type { LogRecord } from "./log.ts";
import { toLogError } from "./log-sqlite-file.ts";
import { RowReader } from "./log-sqlite-rows.ts";
import type { SqliteStore } from "./log-sqlite-store.ts";

export interface ReaderStoreOptions {
  readonly database: Database;
  readonly partitionCount: number;
  readonly channel: string;
  /** Any partition may have grown. */
  onChange(): void;
  /** The file cannot be looked at any more. */
  onFailure(error: LogError): void;
}

/** How soon a commit of another process is seen. A writer in this process tells at once. */
const pollMs = 50;

/** A reader beside the one writer, in another thread or process. */
export class ReaderStore implements SqliteStore {
  readonly #options: ReaderStoreOptions;
  readonly #rows: RowReader;
  readonly #channel: BroadcastChannel;
  readonly #poll: NodeJS.Timeout;
  #dataVersion: number;

  constructor(options: ReaderStoreOptions) {
    this.#options = options;
    this.#rows = new RowReader(options.database, options.partitionCount);
    this.#rows.checkEnds();
    this.#dataVersion = this.#readDataVersion();
    this.#channel = new BroadcastChannel(options.channel);
    this.#channel.onmessage = () => options.onChange();
    this.#poll = setInterval(() => this.#look(), pollMs);
  }

  endOffset(table: number): number {
    return this.#rows.endOffset(table);
  }

  read(table: number, fromOffset: number, countMax: number): readonly LogRecord[] {
    return this.#rows.read(table, fromOffset, this.#rows.endOffset(table), countMax);
  }

  async append(): Promise<never> {
    throw new LogError("Unavailable", "This log is open for reading only");
  }

  async drain(): Promise<void> {
    clearInterval(this.#poll);
    this.#channel.close();
  }

  close(): void {
    this.#options.database.close();
  }

  #look(): void {
    try {
      const dataVersion = this.#readDataVersion();
      if (dataVersion === this.#dataVersion) return;
      this.#dataVersion = dataVersion;
      this.#options.onChange();
    } catch (error) {
      clearInterval(this.#poll);
      this.#options.onFailure(toLogError(error));
    }
  }

  #readDataVersion(): number {
    const pragma = "PRAGMA data_version";
    return (
      this.#options.database.query<{ data_version: number }, []>(pragma).get()?.data_version ?? 0
    );
  }
}
