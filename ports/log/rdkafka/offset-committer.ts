import type { Pointer } from "bun:ffi";

import { Client, EventType, resultError } from "./client.ts";
import type { Library } from "./library.ts";
import { addressOf, errorText, present, topicPartitionOffsets } from "./native.ts";
import { QueueWaker } from "./queue.ts";

export interface CommittedPlace {
  readonly topic: string;
  readonly partition: number;
}

export interface OffsetCommitterOptions {
  readonly library: Library;
  /** Of the cluster, as librdkafka names them. */
  readonly settings: Readonly<Record<string, string>>;
  /** Nobody joins it: it is there for the tools that draw lags. */
  readonly groupID: string;
  readonly commitMs: number;
  /** The group did not take what was told. Nothing depends on it. */
  onFailure(message: string): void;
}

interface Reader {
  readonly position: number;
}

const committerSettings = {
  "enable.auto.commit": "false",
  "enable.auto.offset.store": "false",
};

/** Tells a group now and then how far readers have come, for lag graphs only. Of two readers of a partition the slower one counts. */
export class OffsetCommitter {
  readonly #options: OffsetCommitterOptions;
  readonly #client: Client;
  readonly #queue: Pointer;
  readonly #waker: QueueWaker;
  readonly #timer: ReturnType<typeof setInterval>;
  readonly #readers = new Map<Reader, CommittedPlace>();
  /** What the group was told last, by topic and partition. */
  readonly #told = new Map<string, number>();
  #waitsForAnswer = false;

  constructor(options: OffsetCommitterOptions) {
    const { library, settings, groupID, commitMs } = options;
    this.#options = options;
    const events = EventType.Error | EventType.OffsetCommit;
    const groupSettings = { ...committerSettings, ...settings, "group.id": groupID };
    this.#client = new Client(library, "consumer", groupSettings, events);
    const { handle } = this.#client;
    library.kafka.rd_kafka_poll_set_consumer(handle);
    this.#queue = present(library.kafka.rd_kafka_queue_get_consumer(handle), "consumer queue");
    this.#waker = new QueueWaker(library, this.#queue, () => this.#drain());
    this.#timer = setInterval(() => this.#commit(), commitMs);
  }

  /** Returns the function that ends it. */
  follow(place: CommittedPlace, reader: Reader): () => void {
    this.#readers.set(reader, place);
    return () => void this.#readers.delete(reader);
  }

  close(): void {
    if (this.#client.closed) return;
    clearInterval(this.#timer);
    this.#waker.close();
    this.#options.library.kafka.rd_kafka_queue_destroy(this.#queue);
    this.#client.close();
  }

  /** Not more than one at a time: an outage must not pile them up. */
  #commit(): void {
    if (this.#waitsForAnswer) return;
    const changed = this.#changedPlaces();
    if (changed.length === 0) return;
    const { kafka, libc } = this.#options.library;
    const list = present(kafka.rd_kafka_topic_partition_list_new(changed.length), "list");
    for (const { topic, partition, position } of changed) {
      const entry = present(
        kafka.rd_kafka_topic_partition_list_add(list, topic, partition),
        "entry",
      );
      const offset = new BigInt64Array([BigInt(position)]);
      libc.memcpy((entry + topicPartitionOffsets.offset) as Pointer, addressOf(offset), 8);
      this.#told.set(`${topic}-${partition}`, position);
    }
    const { handle } = this.#client;
    const code = kafka.rd_kafka_commit_queue(handle, list, this.#queue, null, null);
    this.#waitsForAnswer = code === 0;
    kafka.rd_kafka_topic_partition_list_destroy(list);
    if (code !== 0) this.#failed(errorText(this.#options.library, code));
  }

  #changedPlaces(): (CommittedPlace & { position: number })[] {
    const slowest = new Map<string, CommittedPlace & { position: number }>();
    for (const [{ position }, place] of this.#readers) {
      const key = `${place.topic}-${place.partition}`;
      const known = slowest.get(key);
      if (known === undefined || position < known.position)
        slowest.set(key, { ...place, position });
    }
    return [...slowest].flatMap(([key, place]) =>
      this.#told.get(key) === place.position ? [] : [place],
    );
  }

  #drain(): void {
    const { library } = this.#options;
    const { kafka } = library;
    while (!this.#client.closed) {
      const event = kafka.rd_kafka_queue_poll(this.#queue, 0);
      if (event === null) return;
      const isAnswer = kafka.rd_kafka_event_type(event) === EventType.OffsetCommit;
      const { code, message } = isAnswer ? resultError(library, event) : { code: 0, message: "" };
      kafka.rd_kafka_event_destroy(event);
      if (!isAnswer) continue;
      this.#waitsForAnswer = false;
      if (code !== 0) this.#failed(message);
    }
  }

  /** All of it is told again. */
  #failed(message: string): void {
    this.#told.clear();
    this.#options.onFailure(message);
  }
}
