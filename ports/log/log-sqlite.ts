import type { Database } from "bun:sqlite";
import { realpathSync } from "node:fs";

import type { Topic } from "../../schema/topics.ts";
import type { Clock } from "../clock/clock.ts";
import { checkOffset } from "./log-bounds.ts";
import type { AppendBatch } from "./append-batch.ts";
import { LogError } from "./log.ts";
import type { AppendRecord, Follower, Log, LogRecord } from "./log.ts";
import {
  lockLog,
  openForReading,
  openForWriting,
  readIdentity,
  tableIndex,
  tableNames,
  toLogError,
} from "./log-sqlite-file.ts";
import type { LogIdentity } from "./log-sqlite-file.ts";
import { ReaderStore } from "./log-sqlite-reader-store.ts";
import type { SqliteStore } from "./log-sqlite-store.ts";
import { WriterStore } from "./log-sqlite-writer-store.ts";
import { batchOf, followBatchMax, PullFollower } from "./pull-follower.ts";
import type { RecordBatch } from "./record-batch.ts";

export interface SqliteLogOptions {
  readonly path: string;
  /** Must be what the log was made with. */
  readonly partitionCount: number;
  /** Stamps the records. */
  readonly clock: Clock;
  /** Follows what the one writer, in this process or another, appends. Takes no lock. */
  readonly readonly?: boolean;
}

/**
 * A log in one SQLite file, durable through power cuts. One writer at a time, any number of readers. Throws LogError: `Locked`,
 * `UnknownPartition` (made with another partition count), `Corrupt`, `Unavailable`.
 */
export function openSqliteLog(options: SqliteLogOptions): Log {
  return options.readonly === true ? openReader(options) : openWriter(options);
}

function openWriter({ path, partitionCount, clock }: SqliteLogOptions): Log {
  const lock = lockLog(path);
  let database: Database | null = null;
  try {
    database = openForWriting(path, partitionCount);
    const opened = { database, lock, path, partitionCount, clock, channel: channelName(path) };
    const identity = readIdentity(database, partitionCount);
    const followers = new FollowerSets(partitionCount);
    const onChange = (table: number): void => followers.wake(table);
    return new SqliteLog(identity, new WriterStore({ ...opened, onChange }), followers);
  } catch (error) {
    database?.close();
    lock.close();
    throw toLogError(error);
  }
}

function openReader({ path, partitionCount }: SqliteLogOptions): Log {
  const database = openForReading(path);
  try {
    const opened = { database, partitionCount, channel: channelName(path) };
    const identity = readIdentity(database, partitionCount);
    const followers = new FollowerSets(partitionCount);
    const onChange = (): void => followers.wakeAll();
    const onFailure = (error: LogError): void => followers.failAll(error);
    const store = new ReaderStore({ ...opened, onChange, onFailure });
    return new SqliteLog(identity, store, followers);
  } catch (error) {
    database.close();
    throw toLogError(error);
  }
}

class SqliteLog implements Log {
  readonly clusterID: string;
  readonly partitionCount: number;
  readonly #identity: LogIdentity;
  readonly #store: SqliteStore;
  readonly #followers: FollowerSets;
  #closed: Promise<void> | null = null;

  constructor(identity: LogIdentity, store: SqliteStore, followers: FollowerSets) {
    this.clusterID = identity.clusterID;
    this.partitionCount = identity.partitionCount;
    this.#identity = identity;
    this.#store = store;
    this.#followers = followers;
  }

  topicID(topic: Topic): string {
    this.#table(topic, 0);
    const topicID = this.#identity.topicIDs.get(topic);
    if (topicID === undefined) throw new LogError("UnknownPartition", `There is no ${topic} yet`);
    return topicID;
  }

  async append(
    topic: Topic,
    partition: number,
    records: readonly AppendRecord[],
  ): Promise<readonly number[]> {
    return this.#store.append(this.#table(topic, partition), records);
  }

  async appendBatch(topic: Topic, partition: number, batch: AppendBatch): Promise<void> {
    await this.append(topic, partition, batch.records());
  }

  async endOffset(topic: Topic, partition: number): Promise<number> {
    return this.#store.endOffset(this.#table(topic, partition));
  }

  async startOffset(topic: Topic, partition: number): Promise<number> {
    this.#table(topic, partition);
    return 0;
  }

  async read(
    topic: Topic,
    partition: number,
    fromOffset: number,
    countMax: number,
  ): Promise<readonly LogRecord[]> {
    return this.#read(this.#table(topic, partition), fromOffset, countMax);
  }

  follow(
    topic: Topic,
    partition: number,
    fromOffset: number,
    onBatch: (records: readonly LogRecord[]) => void | Promise<void>,
  ): Follower {
    return this.followBatches(topic, partition, fromOffset, (batch) => onBatch(batch.records()));
  }

  followBatches(
    topic: Topic,
    partition: number,
    fromOffset: number,
    onBatch: (batch: RecordBatch) => void | Promise<void>,
  ): Follower {
    const table = this.#table(topic, partition);
    const read = (offset: number): RecordBatch | null =>
      batchOf(this.#read(table, offset, followBatchMax));
    return this.#followers.add(table, { fromOffset, read, onBatch });
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    await this.#store.drain();
    await this.#followers.close();
    this.#store.close();
  }

  #table(topic: Topic, partition: number): number {
    if (this.#closed !== null) throw new LogError("Closed", "The log is closed");
    const table = tableIndex(topic, partition, this.partitionCount);
    if (table < 0) throw new LogError("UnknownPartition", `There is no ${topic}-${partition}`);
    return table;
  }

  #read(table: number, fromOffset: number, countMax: number): readonly LogRecord[] {
    checkOffset(fromOffset, 0, this.#store.endOffset(table));
    return this.#store.read(table, fromOffset, countMax);
  }
}

/** Who follows which table. */
class FollowerSets {
  readonly #sets: readonly Set<PullFollower>[];

  constructor(partitionCount: number) {
    this.#sets = tableNames(partitionCount).map(() => new Set());
  }

  add(
    table: number,
    options: Omit<ConstructorParameters<typeof PullFollower>[0], "onEnd">,
  ): Follower {
    const set = this.#sets[table];
    const follower = new PullFollower({ ...options, onEnd: (ended) => set?.delete(ended) });
    set?.add(follower);
    return follower;
  }

  wake(table: number): void {
    for (const follower of this.#sets[table] ?? []) follower.wake();
  }

  wakeAll(): void {
    for (const follower of this.#all()) follower.wake();
  }

  failAll(error: LogError): void {
    for (const follower of this.#all()) follower.fail(error);
  }

  async close(): Promise<void> {
    await Promise.all(this.#all().map((follower) => follower.close()));
  }

  #all(): PullFollower[] {
    return this.#sets.flatMap((set) => [...set]);
  }
}

/** The same for every way to write the path of one file. */
function channelName(path: string): string {
  return `orderbook log ${realpathSync(path)}`;
}
