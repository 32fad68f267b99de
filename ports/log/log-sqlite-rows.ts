import type { Database, Statement } from "bun:sqlite";

import { LogError } from "./log.ts";
import type { LogRecord, RecordHeaders } from "./log.ts";
import { endCrc, standingTables, toLogError } from "./log-sqlite-file.ts";

export interface RecordRow {
  readonly offset: number;
  readonly appendTime: number;
  readonly key: Uint8Array | null;
  readonly value: Uint8Array;
  readonly crc: number;
  /** JSON; undefined in a file of version 1. */
  readonly headers?: string | null;
}

interface EndRow {
  readonly endOffset: number;
  readonly crc: number;
}

/** Bytes of values after which a read stops early. */
const readBytesMax = 4 * 1024 * 1024;

/** Reads records and checks each: its CRC, and that none is missing. Throws LogError. */
export class RowReader {
  readonly #database: Database;
  readonly #names: readonly string[];
  readonly #records: readonly Statement<RecordRow, [number, number]>[];
  readonly #newest: readonly Statement<{ offset: number }, []>[];
  readonly #end: Statement<EndRow, [number]>;

  constructor(database: Database, partitionCount: number) {
    this.#database = database;
    this.#names = standingTables(database, partitionCount);
    try {
      this.#records = this.#names.map((name) =>
        database.prepare(`SELECT * FROM "${name}" WHERE offset >= ? ORDER BY offset LIMIT ?`),
      );
      this.#newest = this.#names.map((name) =>
        database.prepare(`SELECT offset FROM "${name}" ORDER BY offset DESC LIMIT 1`),
      );
      this.#end = database.prepare("SELECT endOffset, crc FROM partitionEnd WHERE tableIndex = ?");
    } catch (error) {
      throw toLogError(error);
    }
  }

  /** The end that the last commit wrote down. */
  endOffset(table: number): number {
    if (table >= this.#names.length) return 0;
    try {
      const row = this.#end.get(table);
      if (row === null) throw this.#corrupt(table, "its end is missing");
      if (row.crc !== endCrc(table, row.endOffset))
        throw this.#corrupt(table, "its end is damaged");
      return row.endOffset;
    } catch (error) {
      throw toLogError(error);
    }
  }

  /** Throws Corrupt unless each table ends where the last commit wrote down that it does. */
  checkEnds(): void {
    try {
      // One transaction sees one state, whatever a writer commits meanwhile.
      this.#database.transaction(() => {
        for (const table of this.#names.keys()) this.#checkEnd(table);
      })();
    } catch (error) {
      throw toLogError(error);
    }
  }

  /** Records before `endOffset`, at most `countMax`, fewer when they are long. */
  read(table: number, fromOffset: number, endOffset: number, countMax: number): LogRecord[] {
    const count = Math.min(countMax, endOffset - fromOffset);
    const records: LogRecord[] = [];
    let bytes = 0;
    try {
      for (const row of this.#records[table]?.iterate(fromOffset, count) ?? []) {
        this.#check(table, row, fromOffset + records.length);
        records.push(recordOf(row));
        bytes += row.value.length;
        if (bytes >= readBytesMax) return records;
      }
    } catch (error) {
      throw toLogError(error);
    }
    if (records.length === Math.max(0, count)) return records;
    throw this.#corrupt(table, `record ${fromOffset + records.length} is missing`);
  }

  #checkEnd(table: number): void {
    const endOffset = this.endOffset(table);
    const newest = this.#newest[table]?.get() ?? null;
    const found = newest === null ? 0 : newest.offset + 1;
    if (found === endOffset) return;
    throw this.#corrupt(table, `it ends at ${found} instead of ${endOffset}`);
  }

  #check(table: number, row: RecordRow, offset: number): void {
    if (row.offset !== offset) throw this.#corrupt(table, `record ${offset} is missing`);
    // A flipped bit can turn bytes into a text of the same bytes, and with that of the same CRC.
    const { key, value, headers = null } = row;
    if (!isBytes(value) || !(key === null || isBytes(key))) {
      throw this.#corrupt(table, `record ${offset} is no bytes`);
    }
    if (headers !== null && typeof headers !== "string") {
      throw this.#corrupt(table, `the headers of record ${offset} are no text`);
    }
    const crc = recordCrc(table, row);
    if (crc !== row.crc) throw this.#corrupt(table, `record ${offset} has another CRC`);
  }

  #corrupt(table: number, what: string): LogError {
    return new LogError("Corrupt", `${this.#names[table]}: ${what}`);
  }
}

function isBytes(column: unknown): boolean {
  return column instanceof Uint8Array;
}

function recordOf({ offset, appendTime, key, value, headers = null }: RecordRow): LogRecord {
  const record = { offset, appendTime, key, value };
  if (headers === null) return record;
  return { ...record, headers: JSON.parse(headers) as RecordHeaders };
}

/** CRC-32 over where and when a record stands, its key, its value and, where it has some, its headers. */
export function recordCrc(table: number, record: Omit<RecordRow, "crc">): number {
  const { offset, appendTime, key, value, headers = null } = record;
  const keyBytes = key === null ? -1 : key.length;
  const place = Bun.hash.crc32(new Float64Array([table, offset, appendTime, keyBytes]));
  const crc = Bun.hash.crc32(value, key === null ? place : Bun.hash.crc32(key, place));
  return headers === null ? crc : Bun.hash.crc32(headers, crc);
}
