import type { Clock } from "../ports/clock/clock.ts";
import type { AppendBatch } from "../ports/log/append-batch.ts";
import { LogError } from "../ports/log/log.ts";
import type { AppendRecord, Follower, Log, LogRecord } from "../ports/log/log.ts";
import { batchOf, followBatchMax, PullFollower } from "../ports/log/pull-follower.ts";
import type { RecordBatch } from "../ports/log/record-batch.ts";
import { Topic } from "../schema/topics.ts";

/** One partition's records as they stand on disk; outlives the processes, and tests may damage it. */
export class Disk {
  readonly clock: Clock;
  readonly records: Record<Topic, LogRecord[]> = eachTopic(() => []);
  readonly followers = new Set<PullFollower>();
  clusterID = "cluster";
  topicIDs: Record<Topic, string> = eachTopic((topic) => `topic-${topic}`);

  constructor(clock: Clock) {
    this.clock = clock;
  }

  append(topic: Topic, records: readonly AppendRecord[]): number[] {
    const appendTime = this.clock.now();
    const standing = this.records[topic];
    const offsets = records.map(({ key, value }) => {
      const offset = (standing.at(-1)?.offset ?? -1) + 1;
      standing.push({ offset, appendTime, key, value });
      return offset;
    });
    for (const follower of this.followers) follower.wake();
    return offsets;
  }

  /** Loses the last records of a topic, as a machine without fsync does. */
  cut(topic: Topic, recordCount: number): void {
    this.records[topic].splice(Math.max(0, this.records[topic].length - recordCount));
  }
}

interface PendingAppend {
  readonly topic: Topic;
  readonly records: readonly AppendRecord[];
  settle(offsets: number[]): void;
}

/**
 * One process's view of a disk. Its appends land a turn of the event loop later, in order; when the process is killed, those that have
 * not landed are lost, half written, or land late, as the test says.
 */
export class ProcessLog implements Log {
  readonly partitionCount = 1;
  readonly #disk: Disk;
  readonly #followers = new Set<PullFollower>();
  #pending: PendingAppend[] = [];
  #killed = false;

  constructor(disk: Disk) {
    this.#disk = disk;
  }

  get clusterID(): string {
    return this.#disk.clusterID;
  }

  /** Records of appends that have not landed. */
  get pendingRecordCount(): number {
    return this.#pending.reduce((count, { records }) => count + records.length, 0);
  }

  topicID(topic: Topic): string {
    return this.#disk.topicIDs[topic];
  }

  append(
    topic: Topic,
    _partition: number,
    records: readonly AppendRecord[],
  ): Promise<readonly number[]> {
    const { promise, resolve } = Promise.withResolvers<readonly number[]>();
    this.#pending.push({ topic, records, settle: resolve });
    if (!this.#killed) setImmediate(() => this.#landNext());
    return promise;
  }

  /** The process is gone: nothing lands by itself any more, nobody hears of anything. Returns how many records were under way. */
  kill(): number {
    this.#killed = true;
    for (const follower of this.#followers) void follower.close();
    return this.pendingRecordCount;
  }

  /** What the network still held when the process died: the first `recordCount` records land now, the rest never. */
  land(recordCount: number): void {
    let left = recordCount;
    for (const { topic, records } of this.#pending) {
      this.#disk.append(topic, records.slice(0, left));
      left -= Math.min(left, records.length);
    }
    this.#pending = [];
  }

  async appendBatch(topic: Topic, partition: number, batch: AppendBatch): Promise<void> {
    await this.append(topic, partition, batch.records());
  }

  async endOffset(topic: Topic): Promise<number> {
    return (this.#disk.records[topic].at(-1)?.offset ?? -1) + 1;
  }

  async startOffset(topic: Topic): Promise<number> {
    return this.#disk.records[topic][0]?.offset ?? 0;
  }

  async read(
    topic: Topic,
    _partition: number,
    fromOffset: number,
    countMax: number,
  ): Promise<readonly LogRecord[]> {
    return this.#read(topic, fromOffset, countMax);
  }

  follow(
    topic: Topic,
    _partition: number,
    fromOffset: number,
    onBatch: (records: readonly LogRecord[]) => void | Promise<void>,
  ): Follower {
    return this.followBatches(topic, _partition, fromOffset, (batch) => onBatch(batch.records()));
  }

  followBatches(
    topic: Topic,
    _partition: number,
    fromOffset: number,
    onBatch: (batch: RecordBatch) => void | Promise<void>,
  ): Follower {
    const follower = new PullFollower({
      fromOffset,
      read: (offset) => (this.#killed ? null : batchOf(this.#read(topic, offset, followBatchMax))),
      onBatch,
      onEnd: (ended) => {
        this.#followers.delete(ended);
        this.#disk.followers.delete(ended);
      },
    });
    this.#followers.add(follower);
    this.#disk.followers.add(follower);
    return follower;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#followers].map((follower) => follower.close()));
  }

  #landNext(): void {
    if (this.#killed) return;
    const [next] = this.#pending.splice(0, 1);
    if (next !== undefined) next.settle(this.#disk.append(next.topic, next.records));
  }

  #read(topic: Topic, fromOffset: number, countMax: number): LogRecord[] {
    const standing = this.#disk.records[topic];
    const start = standing[0]?.offset ?? 0;
    const end = (standing.at(-1)?.offset ?? start - 1) + 1;
    if (fromOffset < start || fromOffset > end) {
      throw new LogError("OffsetOutOfRange", `${fromOffset} is not within ${start} to ${end}`);
    }
    const index = fromOffset - start;
    return standing.slice(index, index + countMax);
  }
}

function eachTopic<Value>(make: (topic: Topic) => Value): Record<Topic, Value> {
  const entries = Object.values(Topic).map((topic) => [topic, make(topic)]);
  return Object.fromEntries(entries) as Record<Topic, Value>;
}
