import { Database, SQLiteError } from "bun:sqlite";
import { chmodSync, closeSync, constants, fsyncSync, openSync } from "node:fs";
import { dirname } from "node:path";

import { Topic } from "../../schema/topics.ts";
import { LogError } from "./log.ts";

/** Who this log is: written once, when the file is made. */
export interface LogIdentity {
  readonly clusterID: string;
  readonly partitionCount: number;
  /** A file from before there were letters has none of their topics until a writer has opened it. */
  readonly topicIDs: ReadonlyMap<Topic, string>;
}

interface IdentityRow {
  readonly clusterID: string;
  readonly partitionCount: number;
  readonly ordersTopicID: string;
  readonly eventsTopicID: string;
  readonly crc: number;
}

const applicationID = 0x6f62_6c67;
/**
 * 2 came with the column of headers, 3 with the topics of letters. An older file is read as it is, and gets what it lacks when a writer
 * opens it.
 */
const formatVersion = 3;
const formatVersions: readonly unknown[] = [1, 2, formatVersion];
/** New topics go to the end: a table's index is part of its records' CRCs. */
const topics = Object.values(Topic);
const mainTopics: readonly Topic[] = [Topic.Orders, Topic.OrderEvents];
const letterTopics = topics.filter((topic) => !mainTopics.includes(topic));

/** Opens the log for its one writer, and makes it when there is none. Mode 0600. */
export function openForWriting(path: string, partitionCount: number): Database {
  if (!Number.isSafeInteger(partitionCount) || partitionCount < 1) {
    throw new LogError("UnknownPartition", `A log has 1 partition or more, not ${partitionCount}`);
  }
  makePrivate(path);
  const database = openDatabase(path, false);
  try {
    database.run("PRAGMA journal_mode = WAL");
    database
      .transaction(() => {
        createOnce(database, partitionCount);
        upgrade(database);
      })
      .immediate();
    return database;
  } catch (error) {
    database.close();
    throw toLogError(error);
  }
}

/** Opens what a writer, here or in another process, appends to. Takes no lock that it would notice. */
export function openForReading(path: string): Database {
  return openDatabase(path, true);
}

/** Opens an existing log; the caller says how. Throws LogError. */
export function openDatabase(path: string, readonly: boolean): Database {
  try {
    const database = new Database(path, readonly ? { readonly: true } : { readwrite: true });
    database.run("PRAGMA busy_timeout = 5000");
    database.run("PRAGMA trusted_schema = OFF");
    database.run("PRAGMA cell_size_check = ON");
    return database;
  } catch (error) {
    throw toLogError(error);
  }
}

/** The lock of the one writer: it ends with the process, however that ends. Throws Locked when it is taken. */
export function lockLog(path: string): Database {
  const lockPath = `${path}.lock`;
  makePrivate(lockPath);
  try {
    const lock = new Database(lockPath, { readwrite: true });
    lock.run("PRAGMA journal_mode = MEMORY");
    lock.run("BEGIN EXCLUSIVE");
    return lock;
  } catch (error) {
    if (error instanceof SQLiteError && error.code?.startsWith("SQLITE_BUSY") === true) {
      throw new LogError("Locked", `${path} has a writer already`, { cause: error });
    }
    throw toLogError(error);
  }
}

/** Reads and checks who the log is. Throws Corrupt, or UnknownPartition when it has another number of partitions. */
export function readIdentity(database: Database, partitionCount: number): LogIdentity {
  const row = readIdentityRow(database);
  if (row.partitionCount !== partitionCount) {
    const counts = `${row.partitionCount} partition(s), not ${partitionCount}`;
    throw new LogError("UnknownPartition", `The log was made with ${counts}`);
  }
  const topicIDs = new Map<Topic, string>([
    [Topic.Orders, row.ordersTopicID],
    [Topic.OrderEvents, row.eventsTopicID],
    ...readLetterTopics(database),
  ]);
  return { clusterID: row.clusterID, partitionCount, topicIDs };
}

/** Names of the tables that the file has, in the order of tableNames. Throws LogError. */
export function standingTables(database: Database, partitionCount: number): readonly string[] {
  try {
    const hasLetters = readVersion(database) === formatVersion;
    return tableNames(partitionCount, hasLetters ? topics : mainTopics);
  } catch (error) {
    throw toLogError(error);
  }
}

/** One table a partition of a topic, named like Kafka's folders. */
export function tableNames(
  partitionCount: number,
  of: readonly Topic[] = topics,
): readonly string[] {
  return of.flatMap((topic) =>
    Array.from({ length: partitionCount }, (_, partition) => `${topic}-${partition}`),
  );
}

/** Index into tableNames, or -1 when there is no such partition. */
export function tableIndex(topic: Topic, partition: number, partitionCount: number): number {
  const index = topics.indexOf(topic);
  const known = Number.isInteger(partition) && partition >= 0 && partition < partitionCount;
  return index < 0 || !known ? -1 : index * partitionCount + partition;
}

/** What SQLite threw, in the port's words. A LogError passes. */
export function toLogError(error: unknown): LogError {
  if (error instanceof LogError) return error;
  const sqliteCode = error instanceof SQLiteError ? (error.code ?? "") : "";
  const corrupt = /^SQLITE_(CORRUPT|NOTADB|FORMAT)/.test(sqliteCode);
  const reason = error instanceof Error ? error.message : String(error);
  return new LogError(corrupt ? "Corrupt" : "Unavailable", `SQLite: ${sqliteCode} ${reason}`, {
    cause: error,
  });
}

function readIdentityRow(database: Database): IdentityRow {
  let row: IdentityRow | null;
  try {
    const owner = database.query<{ application_id: number }, []>("PRAGMA application_id").get();
    const known = formatVersions.includes(readVersion(database));
    if (!known || owner?.application_id !== applicationID) {
      throw new LogError("Corrupt", "The file is no orderbook log of a known version");
    }
    row = database.query<IdentityRow, []>("SELECT * FROM identity").get();
  } catch (error) {
    throw toLogError(error);
  }
  if (row === null || row.crc !== identityCrc(row)) {
    throw new LogError("Corrupt", "The log's identity is damaged");
  }
  return row;
}

function createOnce(database: Database, partitionCount: number): void {
  const tables = database.query<{ count: number }, []>(
    "SELECT count(*) AS count FROM sqlite_schema",
  );
  if ((tables.get()?.count ?? 0) > 0) return;
  database.run(`PRAGMA application_id = ${applicationID}`);
  database.run(`PRAGMA user_version = ${formatVersion}`);
  database.run(
    `CREATE TABLE identity (clusterID TEXT, partitionCount INTEGER, ordersTopicID TEXT, eventsTopicID TEXT, crc INTEGER) STRICT`,
  );
  database.run(
    `CREATE TABLE partitionEnd (tableIndex INTEGER PRIMARY KEY, endOffset INTEGER NOT NULL, crc INTEGER NOT NULL) STRICT`,
  );
  createTables(database, tableNames(partitionCount));
  insertEnds(database, partitionCount, 0);
  insertIdentity(database, partitionCount);
  insertLetterTopics(database);
}

function createTables(database: Database, names: readonly string[]): void {
  for (const name of names) {
    database.run(
      `CREATE TABLE "${name}" (offset INTEGER PRIMARY KEY, appendTime INTEGER NOT NULL, key BLOB, value BLOB NOT NULL, crc INTEGER NOT NULL, headers TEXT) STRICT`,
    );
  }
}

function upgrade(database: Database): void {
  const version = readVersion(database);
  if (version === formatVersion) return;
  const { partitionCount } = readIdentityRow(database);
  const names = tableNames(partitionCount, mainTopics);
  if (version === 1) {
    for (const name of names) database.run(`ALTER TABLE "${name}" ADD COLUMN headers TEXT`);
  }
  createTables(database, tableNames(partitionCount, letterTopics));
  insertEnds(database, partitionCount, names.length);
  insertLetterTopics(database);
  database.run(`PRAGMA user_version = ${formatVersion}`);
}

interface TopicRow {
  readonly topic: string;
  readonly topicID: string;
  readonly crc: number;
}

function insertLetterTopics(database: Database): void {
  database.run(
    `CREATE TABLE topicIdentity (topic TEXT PRIMARY KEY, topicID TEXT NOT NULL, crc INTEGER NOT NULL) STRICT`,
  );
  const insert = database.prepare("INSERT INTO topicIdentity VALUES (?, ?, ?)");
  for (const topic of letterTopics) {
    const topicID = crypto.randomUUID();
    insert.run(topic, topicID, Bun.hash.crc32(`${topic} ${topicID}`));
  }
}

function readLetterTopics(database: Database): [Topic, string][] {
  if (readVersion(database) !== formatVersion) return [];
  const rows = database.query<TopicRow, []>("SELECT * FROM topicIdentity").all();
  return letterTopics.map((topic) => {
    const row = rows.find((each) => each.topic === topic);
    if (row === undefined || row.crc !== Bun.hash.crc32(`${topic} ${row.topicID}`)) {
      throw new LogError("Corrupt", `The identity of ${topic} is damaged`);
    }
    return [topic, row.topicID];
  });
}

function readVersion(database: Database): number | undefined {
  return database.query<{ user_version: number }, []>("PRAGMA user_version").get()?.user_version;
}

function insertEnds(database: Database, partitionCount: number, fromTable: number): void {
  const insert = database.prepare("INSERT INTO partitionEnd VALUES (?, 0, ?)");
  for (const table of tableNames(partitionCount).keys()) {
    if (table >= fromTable) insert.run(table, endCrc(table, 0));
  }
}

function insertIdentity(database: Database, partitionCount: number): void {
  const row = {
    clusterID: crypto.randomUUID(),
    partitionCount,
    ordersTopicID: crypto.randomUUID(),
    eventsTopicID: crypto.randomUUID(),
  };
  const { clusterID, ordersTopicID, eventsTopicID } = row;
  database
    .query("INSERT INTO identity VALUES (?, ?, ?, ?, ?)")
    .run(clusterID, partitionCount, ordersTopicID, eventsTopicID, identityCrc(row));
}

/** CRC-32 of where a table ends. */
export function endCrc(table: number, endOffset: number): number {
  return Bun.hash.crc32(new Float64Array([table, endOffset]));
}

function identityCrc(row: Omit<IdentityRow, "crc">): number {
  const { clusterID, partitionCount, ordersTopicID, eventsTopicID } = row;
  return Bun.hash.crc32(`${clusterID} ${partitionCount} ${ordersTopicID} ${eventsTopicID}`);
}

/** SQLite's own files beside the log take its mode. The folder is synced, so that a new name outlives a power cut. */
function makePrivate(path: string): void {
  try {
    closeSync(openSync(path, constants.O_CREAT | constants.O_RDWR, 0o600));
    chmodSync(path, 0o600);
    const folder = openSync(dirname(path), constants.O_RDONLY);
    fsyncSync(folder);
    closeSync(folder);
  } catch (error) {
    throw new LogError("Unavailable", `Cannot make ${path}`, { cause: error });
  }
}
