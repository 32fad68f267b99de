import type { AppendRecord, LogRecord } from "./log.ts";

/** What stands behind a SQLite log. Tables are numbered as tableIndex does; every method throws or rejects with LogError only. */
export interface SqliteStore {
  endOffset(table: number): number;
  /** Within the offsets that stand; fewer than `countMax` at the end or when records are long. */
  read(table: number, fromOffset: number, countMax: number): readonly LogRecord[];
  append(table: number, records: readonly AppendRecord[]): Promise<readonly number[]>;
  /** Finishes what was appended; nothing is appended or announced after that. */
  drain(): Promise<void>;
  close(): void;
}
