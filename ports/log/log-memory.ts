import { Topic } from "../../schema/topics.ts";
import type { Clock } from "../clock/clock.ts";
import { checkOffset, checkRecord } from "./log-bounds.ts";
import type { AppendBatch } from "./append-batch.ts";
import { LogError } from "./log.ts";
import type { AppendRecord, Follower, Log, LogRecord } from "./log.ts";
import { batchOf, followBatchMax, PullFollower } from "./pull-follower.ts";
import type { RecordBatch } from "./record-batch.ts";

export interface MemoryLogOptions {
  readonly partitionCount: number;
  /** Stamps the records. */
  readonly clock: Clock;
}

/** A log that lives as long as the process. What is appended stands at once; the bytes are copied in and shared out. */
export function createMemoryLog(options: MemoryLogOptions): Log {
  return new MemoryLog(options);
}

class MemoryLog implements Log {
  readonly clusterID = crypto.randomUUID();
  readonly partitionCount: number;
  readonly #clock: Clock;
  readonly #topics = new Map<Topic, MemoryTopic>();
  #closed = false;

  constructor({ partitionCount, clock }: MemoryLogOptions) {
    if (!Number.isSafeInteger(partitionCount) || partitionCount < 1) {
      throw new LogError(
        "UnknownPartition",
        `A log has 1 partition or more, not ${partitionCount}`,
      );
    }
    this.partitionCount = partitionCount;
    this.#clock = clock;
    for (const topic of Object.values(Topic))
      this.#topics.set(topic, new MemoryTopic(partitionCount));
  }

  topicID(topic: Topic): string {
    return this.#topic(topic).topicID;
  }

  async append(
    topic: Topic,
    partition: number,
    records: readonly AppendRecord[],
  ): Promise<readonly number[]> {
    const { records: standing, followers } = this.#partition(topic, partition);
    for (const record of records) checkRecord(record);
    const appendTime = this.#clock.now();
    const offsets = records.map(({ key, value, headers }) => {
      const offset = standing.length;
      const record = { offset, appendTime, key: key?.slice() ?? null, value: value.slice() };
      standing.push(headers === undefined ? record : { ...record, headers: { ...headers } });
      return offset;
    });
    for (const follower of followers) follower.wake();
    return offsets;
  }

  async appendBatch(topic: Topic, partition: number, batch: AppendBatch): Promise<void> {
    await this.append(topic, partition, batch.records());
  }

  async endOffset(topic: Topic, partition: number): Promise<number> {
    return this.#partition(topic, partition).records.length;
  }

  async startOffset(topic: Topic, partition: number): Promise<number> {
    this.#partition(topic, partition);
    return 0;
  }

  async read(
    topic: Topic,
    partition: number,
    fromOffset: number,
    countMax: number,
  ): Promise<readonly LogRecord[]> {
    return this.#read(topic, partition, fromOffset, countMax);
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
    const { followers } = this.#partition(topic, partition);
    const follower = new PullFollower({
      fromOffset,
      read: (offset) => batchOf(this.#read(topic, partition, offset, followBatchMax)),
      onBatch,
      onEnd: (ended) => followers.delete(ended),
    });
    followers.add(follower);
    return follower;
  }

  async close(): Promise<void> {
    this.#closed = true;
    const followers = [...this.#topics.values()].flatMap(({ partitions }) =>
      partitions.flatMap((partition) => [...partition.followers]),
    );
    await Promise.all(followers.map((follower) => follower.close()));
  }

  #read(topic: Topic, partition: number, fromOffset: number, countMax: number): LogRecord[] {
    const { records } = this.#partition(topic, partition);
    checkOffset(fromOffset, 0, records.length);
    return records.slice(fromOffset, fromOffset + countMax);
  }

  #partition(topic: Topic, partition: number): MemoryPartition {
    if (this.#closed) throw new LogError("Closed", "The log is closed");
    const found = this.#topic(topic).partitions[partition];
    if (found === undefined) {
      throw new LogError("UnknownPartition", `There is no ${topic}-${partition}`);
    }
    return found;
  }

  #topic(topic: Topic): MemoryTopic {
    const found = this.#topics.get(topic);
    if (found === undefined) throw new LogError("UnknownPartition", `There is no topic ${topic}`);
    return found;
  }
}

class MemoryTopic {
  readonly topicID = crypto.randomUUID();
  readonly partitions: readonly MemoryPartition[];

  constructor(partitionCount: number) {
    this.partitions = Array.from({ length: partitionCount }, () => new MemoryPartition());
  }
}

class MemoryPartition {
  readonly records: LogRecord[] = [];
  readonly followers = new Set<PullFollower>();
}
