import type { AppendBatch } from "../append-batch.ts";
import type { AppendRecord } from "../log.ts";
import { copyOf } from "./producer.ts";
import type { Producer } from "./producer.ts";

export interface GroupProducers {
  /** Sends what it is handed at once: a second record may go with the next request. */
  readonly quick: GroupProducer;
  /** Waits for so long as it takes to hand a full group over, so that one request carries it. */
  readonly bulk: () => GroupProducer;
}

export type GroupProducer = Pick<Producer, "produce" | "produceBatch">;

/** Records that are handed over before a producer's thread has woken. */
const quickCountMax = 64;
/** With what Kafka adds, one request. */
const groupBytesMax = 280 * 1000;

interface Call {
  readonly count: number;
  readonly bytes: number;
  /** Hands its records over; settles what its caller waits for. Never rejects. */
  send(producer: GroupProducer): Promise<unknown>;
}

/**
 * Appends to one partition, one group at a time: what is handed to an idempotent producer while a request to the partition is under way waits
 * for it anyway, and the producer's thread spins meanwhile. So what comes while a group is under way makes up the next one. No record is under way
 * when the next group begins: groups keep their order, whichever producer carries them.
 */
export class GroupAppender {
  readonly #producers: GroupProducers;
  readonly #topic: string;
  readonly #partition: number;
  readonly #waiting: Call[] = [];
  #underWay = false;

  constructor(producers: GroupProducers, topic: string, partition: number) {
    this.#producers = producers;
    this.#topic = topic;
    this.#partition = partition;
  }

  /** As Producer.produce: rejects with ProduceError; the records may change once it has returned. */
  append(records: readonly AppendRecord[]): Promise<readonly number[]> {
    if (records.length === 0) return Promise.resolve([]);
    const held = this.#underWay ? records.map(copyOf) : records;
    const bytes = held.reduce((sum, { value }) => sum + value.length, 0);
    return this.#call(records.length, bytes, (producer) =>
      producer.produce(this.#topic, this.#partition, held),
    );
  }

  /** As Producer.produceBatch. */
  async appendBatch(batch: AppendBatch): Promise<void> {
    if (batch.count === 0) return;
    if (this.#underWay) {
      await this.append(batch.records());
      return;
    }
    await this.#call(batch.count, batch.length, (producer) =>
      producer.produceBatch(this.#topic, this.#partition, batch),
    );
  }

  #call<Answer>(
    count: number,
    bytes: number,
    produce: (producer: GroupProducer) => Promise<Answer>,
  ): Promise<Answer> {
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    const send = (producer: GroupProducer): Promise<void> =>
      produce(producer).then(resolve, reject);
    this.#waiting.push({ count, bytes, send });
    if (!this.#underWay) this.#sendGroup();
    return promise;
  }

  #sendGroup(): void {
    const group = this.#takeGroup();
    const count = group.reduce((sum, call) => sum + call.count, 0);
    const producer = count > quickCountMax ? this.#producers.bulk() : this.#producers.quick;
    this.#underWay = true;
    void Promise.all(group.map((call) => call.send(producer))).then(() => {
      this.#underWay = false;
      if (this.#waiting.length > 0) this.#sendGroup();
    });
  }

  #takeGroup(): Call[] {
    let bytes = 0;
    const end = this.#waiting.findIndex((call, index) => {
      bytes += call.bytes;
      return index > 0 && bytes > groupBytesMax;
    });
    return this.#waiting.splice(0, end < 0 ? this.#waiting.length : end);
  }
}
