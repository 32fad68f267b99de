import { Topic } from "../../schema/topics.ts";
import { checkBatch, checkOffset, checkRecord } from "./log-bounds.ts";
import { kafkaTopicName, refuseWrongTopic } from "./kafka-topics.ts";
import type { AppendBatch } from "./append-batch.ts";
import { LogError } from "./log.ts";
import type { AppendRecord, Follower, FollowOptions, Log, LogErrorCode, LogRecord } from "./log.ts";
import { PullFollower } from "./pull-follower.ts";
import type { RecordBatch } from "./record-batch.ts";
import {
  adminSettings,
  bulkLinger,
  gatherSettings,
  producerSettings,
  quickLinger,
  readerSettings,
} from "./kafka-settings.ts";
import { Admin, AdminError } from "./rdkafka/admin.ts";
import { ErrorCode, type ClientError } from "./rdkafka/client.ts";
import type { Library } from "./rdkafka/library.ts";
import { LogWatch } from "./rdkafka/log-watch.ts";
import { OffsetCommitter } from "./rdkafka/offset-committer.ts";
import { GroupAppender } from "./rdkafka/group-appender.ts";
import { PartitionReader } from "./rdkafka/partition-reader.ts";
import { ProduceError, Producer } from "./rdkafka/producer.ts";
import type { Watchdog } from "./rdkafka/watchdog.ts";
import { StandingReader } from "./standing-reader.ts";

export interface KafkaLogOptions {
  readonly library: Library;
  /** `bootstrap.servers` and, where the cluster asks for them, TLS and SASL settings, as librdkafka names them. */
  readonly settings: Readonly<Record<string, string>>;
  readonly partitionCount: number;
  /** Stands before both topics' names, so that several venues can share a cluster. */
  readonly topicPrefix?: string;
  /** Watches that appends and readers go on. */
  readonly watchdog?: Watchdog;
  /** A group that is told every few seconds how far followers are, for lag graphs only. */
  readonly lagGroup?: { readonly groupID: string; commitFailed(message: string): void };
  /** The producer is lost for good: nothing can be appended any more. */
  onFatal(error: LogError): void;
}

const contactMs = 30_000;
/** Records handed over at once: more of them cost less each, and the caches of a core hold them. */
const readBatchMax = 1024;
const pageCountMin = 128;
/** A reader that nobody comes back to is closed after this. */
const keptMs = 1000;
const commitMs = 5000;

/** Connects, and refuses topics that are missing or were made with other settings (LogError Unavailable). */
export async function openKafkaLog(options: KafkaLogOptions): Promise<Log> {
  const admin = new Admin(options.library, { ...adminSettings, ...options.settings });
  try {
    const clusterID = await admin.clusterID(contactMs);
    if (clusterID === null) throw new LogError("Unavailable", "No broker answers");
    const topicIDs = new Map<Topic, string>();
    for (const topic of Object.values(Topic)) {
      const name = kafkaTopicName(topic, options.topicPrefix ?? "");
      topicIDs.set(topic, await refuseWrongTopic(admin, name, options.partitionCount));
    }
    return new KafkaLog(options, admin, clusterID, topicIDs);
  } catch (error) {
    admin.close();
    throw asLogError(error);
  }
}

class KafkaLog implements Log {
  readonly clusterID: string;
  readonly partitionCount: number;
  readonly #options: KafkaLogOptions;
  readonly #admin: Admin;
  readonly #topicIDs: ReadonlyMap<Topic, string>;
  readonly #producer: Producer;
  /** Opened for the first long group: most processes never append one. */
  #bulkProducer: Producer | null = null;
  /** By topic and partition. */
  readonly #appenders = new Map<string, GroupAppender>();
  readonly #followers = new Set<PullFollower>();
  /** Readers between two pages, by topic and partition. */
  readonly #kept = new Map<
    string,
    { reader: StandingReader; idle: ReturnType<typeof setTimeout> }
  >();
  readonly #appending = new Set<Promise<unknown>>();
  readonly #watch: LogWatch | null;
  readonly #committer: OffsetCommitter | null;
  #closed = false;

  constructor(
    options: KafkaLogOptions,
    admin: Admin,
    clusterID: string,
    topicIDs: ReadonlyMap<Topic, string>,
  ) {
    this.clusterID = clusterID;
    this.partitionCount = options.partitionCount;
    this.#options = options;
    this.#admin = admin;
    this.#topicIDs = topicIDs;
    this.#producer = this.#openProducer(quickLinger);
    const { watchdog } = options;
    this.#watch =
      watchdog === undefined
        ? null
        : new LogWatch(watchdog, (topic, partition) => this.endOffset(topic, partition));
    this.#committer = openCommitter(options);
  }

  topicID(topic: Topic): string {
    const id = this.#topicIDs.get(topic);
    if (id === undefined) throw new LogError("UnknownPartition", `There is no topic ${topic}`);
    return id;
  }

  async append(
    topic: Topic,
    partition: number,
    records: readonly AppendRecord[],
  ): Promise<readonly number[]> {
    this.#check(topic, partition);
    for (const record of records) checkRecord(record);
    const appender = this.#appender(topic, partition);
    return this.#appended(topic, partition, appender.append(records));
  }

  async appendBatch(topic: Topic, partition: number, batch: AppendBatch): Promise<void> {
    this.#check(topic, partition);
    checkBatch(batch);
    const appender = this.#appender(topic, partition);
    await this.#appended(topic, partition, appender.appendBatch(batch));
  }

  async endOffset(topic: Topic, partition: number): Promise<number> {
    this.#check(topic, partition);
    return this.#ask(() => this.#admin.endOffset(this.#name(topic), partition));
  }

  async startOffset(topic: Topic, partition: number): Promise<number> {
    this.#check(topic, partition);
    return this.#ask(() => this.#admin.startOffset(this.#name(topic), partition));
  }

  async read(
    topic: Topic,
    partition: number,
    fromOffset: number,
    countMax: number,
  ): Promise<readonly LogRecord[]> {
    this.#check(topic, partition);
    const place = this.#name(topic) + partition;
    const kept = this.#takeReader(place, fromOffset);
    if (kept !== null && kept.heldCount >= countMax)
      return this.#page(place, kept, { countMax, end: Infinity });
    const { start, end } = await this.#ask(() => this.#admin.offsets(this.#name(topic), partition));
    try {
      checkOffset(fromOffset, start, end);
    } catch (error) {
      kept?.close();
      throw error;
    }
    if (fromOffset === end || countMax < 1) {
      if (kept !== null) this.#keepReader(place, kept);
      return [];
    }
    const reader = kept ?? this.#standingReader(topic, partition, fromOffset);
    const ended = this.#watch?.begin("Read", topic, partition);
    return this.#page(place, reader, { countMax, end }).finally(ended);
  }

  follow(
    topic: Topic,
    partition: number,
    fromOffset: number,
    onBatch: (records: readonly LogRecord[]) => void | Promise<void>,
    options?: FollowOptions,
  ): Follower {
    const onRecords = (batch: RecordBatch): void | Promise<void> => onBatch(batch.records());
    return this.followBatches(topic, partition, fromOffset, onRecords, options);
  }

  followBatches(
    topic: Topic,
    partition: number,
    fromOffset: number,
    onBatch: (batch: RecordBatch) => void | Promise<void>,
    { gatherMs }: FollowOptions = {},
  ): Follower {
    this.#check(topic, partition);
    // Negative offsets have meanings of their own in librdkafka (-1 is the end).
    const fits = Number.isSafeInteger(fromOffset) && fromOffset >= 0;
    const reader = this.#reader(topic, partition, fits ? fromOffset : 0, {
      settings: gatherMs === undefined ? {} : gatherSettings(gatherMs),
      onReady: () => follower.wake(),
      onFailure: (error) => follower.fail(error),
    });
    const follower: PullFollower = new PullFollower({
      fromOffset,
      read: () => reader.takeBatch(),
      onBatch,
      onRelease: () => reader.release(),
      onEnd: (ended) => {
        this.#followers.delete(ended);
        unwatch?.();
        uncommit?.();
        reader.close();
      },
    });
    this.#followers.add(follower);
    const unwatch = this.#watch?.follow(topic, partition, follower);
    const uncommit = this.#committer?.follow({ topic: this.#name(topic), partition }, follower);
    if (!fits) follower.fail(outOfRange(fromOffset));
    return follower;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await Promise.allSettled(this.#appending);
    await Promise.all([...this.#followers].map((follower) => follower.close()));
    for (const place of this.#kept.keys()) this.#dropReader(place);
    this.#committer?.close();
    this.#producer.close();
    this.#bulkProducer?.close();
    this.#admin.close();
  }

  #openProducer(linger: Readonly<Record<string, string>>): Producer {
    const { library, settings } = this.#options;
    return new Producer(library, { ...producerSettings, ...linger, ...settings }, (error) =>
      this.#takeError(error),
    );
  }

  #appender(topic: Topic, partition: number): GroupAppender {
    const name = this.#name(topic);
    const place = name + partition;
    const known = this.#appenders.get(place);
    if (known !== undefined) return known;
    const producers = {
      quick: this.#producer,
      bulk: () => (this.#bulkProducer ??= this.#openProducer(bulkLinger)),
    };
    const appender = new GroupAppender(producers, name, partition);
    this.#appenders.set(place, appender);
    return appender;
  }

  async #appended<Answer>(
    topic: Topic,
    partition: number,
    produced: Promise<Answer>,
  ): Promise<Answer> {
    const ended = this.#watch?.begin("Produce", topic, partition);
    this.#appending.add(produced);
    try {
      return await produced;
    } catch (error) {
      throw asLogError(error);
    } finally {
      ended?.();
      this.#appending.delete(produced);
    }
  }

  async #page(
    place: string,
    reader: StandingReader,
    { countMax, end }: { countMax: number; end: number },
  ): Promise<readonly LogRecord[]> {
    try {
      const page = await reader.page(countMax, end);
      // Whoever reads whole pages comes back for the next one; a single record is no reason to fetch more.
      if (countMax >= pageCountMin && !this.#closed) this.#keepReader(place, reader);
      else reader.close();
      return page;
    } catch (error) {
      reader.close();
      throw error;
    }
  }

  #standingReader(topic: Topic, partition: number, fromOffset: number): StandingReader {
    return new StandingReader({
      fromOffset,
      open: (handlers) => this.#reader(topic, partition, fromOffset, handlers),
    });
  }

  /** A reader that stands where reading goes on, out of the kept ones. */
  #takeReader(place: string, fromOffset: number): StandingReader | null {
    const kept = this.#kept.get(place);
    if (kept === undefined || kept.reader.nextOffset !== fromOffset) return null;
    clearTimeout(kept.idle);
    this.#kept.delete(place);
    return kept.reader;
  }

  #keepReader(place: string, reader: StandingReader): void {
    this.#dropReader(place);
    const idle = setTimeout(() => this.#dropReader(place), keptMs);
    idle.unref();
    this.#kept.set(place, { reader, idle });
  }

  #dropReader(place: string): void {
    const kept = this.#kept.get(place);
    if (kept === undefined) return;
    clearTimeout(kept.idle);
    this.#kept.delete(place);
    kept.reader.close();
  }

  #reader(
    topic: Topic,
    partition: number,
    fromOffset: number,
    handlers: {
      readonly settings?: Readonly<Record<string, string>>;
      onReady(): void;
      onFailure(error: LogError): void;
    },
  ): PartitionReader {
    return new PartitionReader({
      library: this.#options.library,
      settings: { ...readerSettings, ...handlers.settings, ...this.#options.settings },
      topic: this.#name(topic),
      partition,
      fromOffset,
      batchMax: readBatchMax,
      onReady: handlers.onReady,
      onFailure: (error) => handlers.onFailure(asLogError(error)),
    });
  }

  async #ask<Answer>(request: () => Promise<Answer>): Promise<Answer> {
    try {
      return await request();
    } catch (error) {
      throw asLogError(error);
    }
  }

  /** Lost connections come back by themselves; a fatal error of an idempotent producer does not. */
  #takeError(error: ClientError): void {
    if (error.fatal) this.#options.onFatal(asLogError(error));
  }

  #check(topic: Topic, partition: number): void {
    if (this.#closed) throw new LogError("Closed", "The log is closed");
    if (!Number.isInteger(partition) || partition < 0 || partition >= this.partitionCount) {
      throw new LogError("UnknownPartition", `There is no ${topic}-${partition}`);
    }
  }

  #name(topic: Topic): string {
    return kafkaTopicName(topic, this.#options.topicPrefix ?? "");
  }
}

function openCommitter({ library, settings, lagGroup }: KafkaLogOptions): OffsetCommitter | null {
  if (lagGroup === undefined) return null;
  const { groupID, commitFailed: onFailure } = lagGroup;
  return new OffsetCommitter({ library, settings, groupID, commitMs, onFailure });
}

const codes: ReadonlyMap<number, LogErrorCode> = new Map([
  [ErrorCode.MessageSizeTooLarge, "RecordTooLarge"],
  [ErrorCode.UnknownTopicOrPartition, "UnknownPartition"],
  [ErrorCode.OffsetOutOfRange, "OffsetOutOfRange"],
  [ErrorCode.AutoOffsetReset, "OffsetOutOfRange"],
]);

function asLogError(error: unknown): LogError {
  if (error instanceof LogError) return error;
  const known =
    error instanceof ProduceError || error instanceof AdminError || isClientError(error);
  if (!known) throw error;
  return new LogError(codes.get(error.code) ?? "Unavailable", error.message, { cause: error });
}

function outOfRange(offset: number): LogError {
  return new LogError("OffsetOutOfRange", `Offset ${offset} is no place on a log`);
}

function isClientError(error: unknown): error is ClientError {
  return typeof error === "object" && error !== null && "fatal" in error && "code" in error;
}
