import type { Database } from "bun:sqlite";

import type { Clock } from "../clock/clock.ts";
import { checkRecord } from "./log-bounds.ts";
import type { AppendRecord, LogRecord } from "./log.ts";
import type { PendingRecord } from "./log-sqlite-batch.ts";
import { Committer } from "./log-sqlite-committer.ts";
import { tableNames } from "./log-sqlite-file.ts";
import { RowReader } from "./log-sqlite-rows.ts";
import type { SqliteStore } from "./log-sqlite-store.ts";
import { RecordTail } from "./log-sqlite-tail.ts";

export interface WriterStoreOptions {
  readonly database: Database;
  /** Held until close(). */
  readonly lock: Database;
  readonly path: string;
  readonly partitionCount: number;
  readonly channel: string;
  readonly clock: Clock;
  onChange(table: number): void;
}

interface Standing {
  /** Offset of the next append; the durable end is the tail's. */
  nextOffset: number;
  readonly tail: RecordTail;
}

/** The one writer's side: numbers and stamps records here, commits them in another thread, keeps the newest at hand. */
export class WriterStore implements SqliteStore {
  readonly #options: WriterStoreOptions;
  readonly #rows: RowReader;
  readonly #standing: readonly Standing[];
  readonly #committer: Committer;

  constructor(options: WriterStoreOptions) {
    const { database, path, partitionCount, channel } = options;
    this.#options = options;
    this.#rows = new RowReader(database, partitionCount);
    this.#rows.checkEnds();
    this.#standing = tableNames(partitionCount).map((_, table) => {
      const endOffset = this.#rows.endOffset(table);
      return { nextOffset: endOffset, tail: new RecordTail(endOffset) };
    });
    this.#committer = new Committer({
      path,
      partitionCount,
      channel,
      onCommitted: (records) => this.#onCommitted(records),
    });
  }

  endOffset(table: number): number {
    return this.#at(table).tail.endOffset;
  }

  read(table: number, fromOffset: number, countMax: number): readonly LogRecord[] {
    const { tail } = this.#at(table);
    if (fromOffset >= tail.startOffset) return tail.read(fromOffset, countMax);
    return this.#rows.read(table, fromOffset, tail.endOffset, countMax);
  }

  async append(table: number, records: readonly AppendRecord[]): Promise<readonly number[]> {
    for (const record of records) checkRecord(record);
    if (records.length === 0) return [];
    const appendTime = Math.floor(this.#options.clock.now());
    const standing = this.#at(table);
    const pending = records.map(({ key, value, headers }): PendingRecord => {
      const offset = standing.nextOffset++;
      const copies = { key: key?.slice() ?? null, value: value.slice() };
      const record = { table, offset, appendTime, ...copies };
      return headers === undefined ? record : { ...record, headers: { ...headers } };
    });
    await this.#committer.commit(pending);
    return pending.map(({ offset }) => offset);
  }

  drain(): Promise<void> {
    return this.#committer.close();
  }

  close(): void {
    this.#options.database.close();
    this.#options.lock.close();
  }

  #onCommitted(records: readonly PendingRecord[]): void {
    const touched = new Set<number>();
    for (const record of records) {
      this.#at(record.table).tail.push(record);
      touched.add(record.table);
    }
    for (const table of touched) this.#options.onChange(table);
  }

  #at(table: number): Standing {
    const standing = this.#standing[table];
    if (standing === undefined) throw new Error("A table index is one that tableIndex gave");
    return standing;
  }
}
