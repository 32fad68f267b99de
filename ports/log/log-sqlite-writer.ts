import type { Database, Statement } from "bun:sqlite";

import type { PendingRecord } from "./log-sqlite-batch.ts";
import { endCrc, openDatabase, tableNames, toLogError } from "./log-sqlite-file.ts";
import { recordCrc } from "./log-sqlite-rows.ts";

type InsertParams = [number, number, Uint8Array | null, Uint8Array, number, string | null];

const pageBytes = 4096;
/** Bytes in the write-ahead log, roughly, after which they are moved into the main file. */
const walBytesMax = 2000 * pageBytes;
/** Pages that every commit writes anew, about: the ends, and the last page of each table. */
const pagesPerCommit = 3;

/** Commits batches, one transaction and one fsync each. Lives in a thread of its own: it blocks. Throws LogError. */
export class RowWriter {
  readonly #database: Database;
  readonly #inserts: readonly Statement<unknown, InsertParams>[];
  readonly #setEnd: Statement<unknown, [number, number, number]>;
  readonly #commit: (records: readonly PendingRecord[]) => void;
  #walBytes = 0;

  constructor(path: string, partitionCount: number) {
    this.#database = openDatabase(path, false);
    try {
      // FULL: a commit is on the disk, not only in the system's cache. macOS needs its own word for that.
      this.#database.run("PRAGMA synchronous = FULL");
      this.#database.run("PRAGMA fullfsync = ON");
      this.#database.run("PRAGMA checkpoint_fullfsync = ON");
      this.#database.run("PRAGMA wal_autocheckpoint = 0");
      this.#inserts = tableNames(partitionCount).map((name) =>
        this.#database.prepare(`INSERT INTO "${name}" VALUES (?, ?, ?, ?, ?, ?)`),
      );
      this.#setEnd = this.#database.prepare("INSERT OR REPLACE INTO partitionEnd VALUES (?, ?, ?)");
    } catch (error) {
      throw toLogError(error);
    }
    this.#commit = this.#database.transaction((records) => this.#insert(records)).immediate;
  }

  /** Returns once the records are durable. */
  commit(records: readonly PendingRecord[]): void {
    try {
      this.#commit(records);
    } catch (error) {
      throw toLogError(error);
    }
  }

  /** Moves the write-ahead log into the main file when it has grown long; costs milliseconds then. */
  tidy(): void {
    if (this.#walBytes < walBytesMax) return;
    try {
      this.#database.run("PRAGMA wal_checkpoint(PASSIVE)");
      this.#walBytes = 0;
    } catch (error) {
      throw toLogError(error);
    }
  }

  close(): void {
    try {
      this.#database.run("PRAGMA wal_checkpoint(TRUNCATE)");
      this.#database.close();
    } catch (error) {
      throw toLogError(error);
    }
  }

  #insert(records: readonly PendingRecord[]): void {
    const ends = new Map<number, number>();
    for (const record of records) {
      const { table, offset, appendTime, key, value } = record;
      const insert = this.#inserts[table];
      if (insert === undefined) throw new Error("A record is for a partition that the log has");
      const headers = record.headers === undefined ? null : JSON.stringify(record.headers);
      const crc = recordCrc(table, { offset, appendTime, key, value, headers });
      insert.run(offset, appendTime, key, value, crc, headers);
      ends.set(table, offset + 1);
      this.#walBytes += value.length;
    }
    this.#walBytes += pagesPerCommit * pageBytes;
    for (const [table, endOffset] of ends) {
      this.#setEnd.run(table, endOffset, endCrc(table, endOffset));
    }
  }
}
