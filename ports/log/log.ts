import type { Topic } from "../../schema/topics.ts";
import type { AppendBatch } from "./append-batch.ts";
import type { RecordBatch } from "./record-batch.ts";

/**
 * Short texts beside a record, by name: the trace context. They are no part of what a record says, nothing is decided by them, and a record
 * without any has no such property.
 */
export type RecordHeaders = Readonly<Record<string, string>>;

/** A record that stands on a log. `appendTime` is the log's own clock, in milliseconds since 1970 UTC. */
export interface LogRecord {
  readonly offset: number;
  readonly appendTime: number;
  readonly key: Uint8Array | null;
  readonly value: Uint8Array;
  readonly headers?: RecordHeaders;
}

export interface AppendRecord {
  readonly key: Uint8Array | null;
  readonly value: Uint8Array;
  readonly headers?: RecordHeaders;
}

/** Reads on from an offset, in order, each record once, until it is closed or fails. */
export interface Follower {
  /** Offset after the last record whose batch was handed over and whose handler has finished. */
  readonly position: number;
  /** Resolves when closed; rejects with what the handler threw, or with a LogError. Never both. */
  readonly done: Promise<void>;
  close(): Promise<void>;
}

/**
 * The door to the ordered logs: a topic has numbered partitions, a partition is one gap-free-in-order sequence of records.
 * Offsets rise; they need not be dense. Every method rejects with LogError only.
 */
export interface Log {
  /** Identity of the cluster: another one is another history. */
  readonly clusterID: string;
  readonly partitionCount: number;
  /** Identity of a topic: a topic deleted and made again has another. */
  topicID(topic: Topic): string;
  /**
   * Appends in the given order, all in one go; resolves with their offsets once they are durable. Calls of one process keep
   * their order per partition. A rejection means unknown: the records may stand or not.
   */
  append(
    topic: Topic,
    partition: number,
    records: readonly AppendRecord[],
  ): Promise<readonly number[]>;
  /** As append, for a writer that has no use for the offsets: nothing is made for a record. */
  appendBatch(topic: Topic, partition: number, batch: AppendBatch): Promise<void>;
  /** Offset that the next record will have at the earliest. */
  endOffset(topic: Topic, partition: number): Promise<number>;
  /** First offset still held. */
  startOffset(topic: Topic, partition: number): Promise<number>;
  /** Records from `fromOffset` on that stand now, at most `countMax`; empty at the end. */
  read(
    topic: Topic,
    partition: number,
    fromOffset: number,
    countMax: number,
  ): Promise<readonly LogRecord[]>;
  /**
   * Hands over batches from `fromOffset` on as they become durable. The next batch comes after the handler's result has
   * settled; a handler that throws ends the follower.
   */
  follow(
    topic: Topic,
    partition: number,
    fromOffset: number,
    onBatch: (records: readonly LogRecord[]) => void | Promise<void>,
    options?: FollowOptions,
  ): Follower;
  /** As follow, for a reader that takes the records in place. */
  followBatches(
    topic: Topic,
    partition: number,
    fromOffset: number,
    onBatch: (batch: RecordBatch) => void | Promise<void>,
    options?: FollowOptions,
  ): Follower;
  /** Finishes what was appended, then closes followers. */
  close(): Promise<void>;
}

export interface FollowOptions {
  /**
   * For so long records may be gathered before they are handed over. A broker is asked for each batch, whatever its length: a follower for
   * which nobody waits is a light one when it gathers. Without it each record is handed over as it comes.
   */
  readonly gatherMs?: number;
}

export type LogErrorCode =
  | "Closed"
  | "Unavailable"
  | "OffsetOutOfRange"
  | "RecordTooLarge"
  | "UnknownPartition"
  | "Locked"
  | "Corrupt";

export class LogError extends Error {
  override readonly name = "LogError";
  readonly code: LogErrorCode;
  constructor(code: LogErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
