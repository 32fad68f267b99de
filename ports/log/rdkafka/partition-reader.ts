import type { Pointer } from "bun:ffi";

import { Client, ErrorCode, eventError, EventType, type ClientError } from "./client.ts";
import type { LogRecord } from "../log.ts";
import type { RecordBatch } from "../record-batch.ts";
import type { Library } from "./library.ts";
import { MessageBatch } from "./message-batch.ts";
import { errorText, present } from "./native.ts";
import { QueueWaker } from "./queue.ts";

export interface PartitionReaderOptions {
  readonly library: Library;
  readonly settings: Readonly<Record<string, string>>;
  readonly topic: string;
  readonly partition: number;
  readonly fromOffset: number;
  readonly batchMax: number;
  /** Records have arrived where there were none. */
  onReady(): void;
  /** The partition cannot be read on (the offset is gone, the topic is unknown), or the instance failed for good. */
  onFailure(error: ClientError): void;
}

/** Reads one partition from an offset on with an instance of its own, outside any group. */
export class PartitionReader {
  readonly #options: PartitionReaderOptions;
  readonly #client: Client;
  readonly #topic: Pointer;
  readonly #records: Pointer;
  readonly #events: Pointer;
  readonly #recordWaker: QueueWaker;
  readonly #eventWaker: QueueWaker;
  readonly #batch: MessageBatch;

  constructor(options: PartitionReaderOptions) {
    const { library, settings, topic, partition, fromOffset, batchMax } = options;
    const { kafka } = library;
    this.#options = options;
    this.#batch = new MessageBatch(library, batchMax);
    this.#client = new Client(library, "consumer", settings, EventType.Error);
    this.#events = present(kafka.rd_kafka_queue_get_main(this.#client.handle), "main queue");
    this.#records = present(kafka.rd_kafka_queue_new(this.#client.handle), "queue");
    this.#topic = present(kafka.rd_kafka_topic_new(this.#client.handle, topic, null), "topic");
    this.#recordWaker = new QueueWaker(library, this.#records, options.onReady);
    this.#eventWaker = new QueueWaker(library, this.#events, () => this.#takeEvents());
    if (
      kafka.rd_kafka_consume_start_queue(this.#topic, partition, fromOffset, this.#records) !== 0
    ) {
      const code = kafka.rd_kafka_last_error();
      throw new Error(`Cannot read ${topic}-${partition}: ${errorText(library, code)}`);
    }
  }

  /** Up to batchMax records that are here now, copied out of librdkafka's memory. */
  take(): readonly LogRecord[] {
    const batch = this.takeBatch();
    if (batch === null) return [];
    const records = batch.records();
    this.release();
    return records;
  }

  /** Up to batchMax records that are here now, in librdkafka's memory until `release`; null where there are none. */
  takeBatch(): RecordBatch | null {
    if (this.#client.closed) return null;
    const code = this.#batch.take(this.#records);
    if (code !== 0) this.#takeError(code);
    if (this.#batch.count > 0) return this.#batch;
    this.release();
    return null;
  }

  /** Nobody looks at the batch taken last any more. */
  release(): void {
    this.#batch.release();
  }

  close(): void {
    if (this.#client.closed) return;
    const { kafka } = this.#options.library;
    this.#recordWaker.close();
    this.#eventWaker.close();
    this.release();
    kafka.rd_kafka_consume_stop(this.#topic, this.#options.partition);
    kafka.rd_kafka_topic_destroy(this.#topic);
    kafka.rd_kafka_queue_destroy(this.#records);
    kafka.rd_kafka_queue_destroy(this.#events);
    this.#client.close();
  }

  #takeEvents(): void {
    const { kafka } = this.#options.library;
    while (!this.#client.closed) {
      const event = kafka.rd_kafka_queue_poll(this.#events, 0);
      if (event === null) return;
      const isError = kafka.rd_kafka_event_type(event) === EventType.Error;
      const error = isError ? eventError(this.#options.library, event) : null;
      kafka.rd_kafka_event_destroy(event);
      if (error?.fatal === true) this.#options.onFailure(error);
    }
  }

  /** What a partition reports in place of a record. Lost brokers come back; a lost offset or topic does not. */
  #takeError(code: number): void {
    if (code === ErrorCode.PartitionEof) return;
    const message = errorText(this.#options.library, code);
    this.#options.onFailure({ code, message, fatal: true });
  }
}
