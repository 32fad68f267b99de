import { read, type Pointer } from "bun:ffi";

import type { AppendBatch } from "../append-batch.ts";
import type { AppendRecord } from "../log.ts";
import { BatchStream, MessageTable, streamOf } from "./batch-streams.ts";
import { Client, ErrorCode, eventError, EventType, type ClientError } from "./client.ts";
import { produceWithHeaders } from "./headers.ts";
import type { Library } from "./library.ts";
import { errorText, messageOffsets, PointerArray, present, readInt64 } from "./native.ts";
import { QueueWaker } from "./queue.ts";

/** RD_KAFKA_MSG_F_COPY: librdkafka owns a copy before the call returns. */
const copyFlag = 2;
const reportsMax = 1024;
/** librdkafka's own. */
const heldMaxDefault = 100_000;
/** Stands in for the bytes of an empty value: a NULL pointer would mean no value at all. */
const noBytes = new Uint8Array(1);

export class ProduceError extends Error {
  override readonly name = "ProduceError";
  readonly code: number;
  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

/** The records of one call, until the last of them is reported. */
interface Batch {
  readonly topic: Pointer;
  readonly partition: number;
  records: readonly AppendRecord[];
  readonly offsets: number[];
  /** Records handed to librdkafka so far. */
  sent: number;
  reported: number;
  failure: ProduceError | null;
  readonly settle: PromiseWithResolvers<readonly number[]>;
}

/** Produces in call order to each partition and resolves with the broker's offsets. */
export class Producer {
  readonly client: Client;
  readonly #library: Library;
  readonly #queue: Pointer;
  readonly #waker: QueueWaker;
  readonly #onError: (error: ClientError) => void;
  readonly #topics = new Map<string, Pointer>();
  readonly #reports = new PointerArray(reportsMax);
  /** Slot of each message in flight: which record of which batch. A slot number travels through C as the opaque value. */
  readonly #slots: ({ batch: Batch; index: number } | null)[] = [];
  readonly #freeSlots: number[] = [];
  readonly #table: MessageTable;
  readonly #streams: BatchStream[] = [];
  readonly #streamNumbers = new Map<string, number>();
  /** Messages of streams that are not reported yet, and how many librdkafka holds at most. */
  #streamed = 0;
  readonly #heldMax: number;
  /** Calls whose records librdkafka has not all taken: its queue was full. First in, first out, so that order holds. */
  readonly #waiting: Batch[] = [];

  constructor(
    library: Library,
    settings: Readonly<Record<string, string>>,
    onError: (error: ClientError) => void,
  ) {
    this.#library = library;
    this.#onError = onError;
    this.#table = new MessageTable(library);
    this.#heldMax = Number(settings["queue.buffering.max.messages"] ?? heldMaxDefault);
    this.client = new Client(
      library,
      "producer",
      settings,
      EventType.DeliveryReport | EventType.Error,
    );
    this.#queue = present(library.kafka.rd_kafka_queue_get_main(this.client.handle), "main queue");
    this.#waker = new QueueWaker(library, this.#queue, () => this.#drain());
  }

  /** Rejects with ProduceError when any record failed: then whether the others stand is unknown. */
  produce(
    topic: string,
    partition: number,
    records: readonly AppendRecord[],
  ): Promise<readonly number[]> {
    if (records.length === 0) return Promise.resolve([]);
    const batch: Batch = {
      topic: this.#topic(topic),
      partition,
      records,
      offsets: [],
      sent: 0,
      reported: 0,
      failure: null,
      settle: Promise.withResolvers(),
    };
    this.#waiting.push(batch);
    this.#send();
    // What librdkafka has not copied yet must not change under it when the caller reuses its buffers.
    if (batch.sent < batch.records.length) batch.records = batch.records.map(copyOf);
    return batch.settle.promise;
  }

  /** As produce, without the offsets; all records are copied before it returns. */
  async produceBatch(topic: string, partition: number, batch: AppendBatch): Promise<void> {
    if (batch.count === 0) return;
    const hasRoom = this.inFlight + batch.count <= this.#heldMax;
    if (!hasRoom || this.#waiting.length > 0) {
      await this.produce(topic, partition, batch.records());
      return;
    }
    const stream = this.#stream(topic, partition);
    const reported = stream.add(batch.count);
    this.#streamed += batch.count;
    for (let index = 0; index < batch.count;) index = this.#produceSome(stream, batch, index);
    await reported;
  }

  /** Messages that are not reported yet. */
  get inFlight(): number {
    return this.#slots.length - this.#freeSlots.length + this.#streamed;
  }

  /** Drops what is in flight: callers wait for their produce() first. */
  close(): void {
    if (this.client.closed) return;
    this.#waker.close();
    const { kafka } = this.#library;
    for (const topic of this.#topics.values()) kafka.rd_kafka_topic_destroy(topic);
    kafka.rd_kafka_queue_destroy(this.#queue);
    this.client.close();
    const lost = new ProduceError(ErrorCode.MessageTimedOut, "The producer was closed");
    for (const slot of this.#slots) slot?.batch.settle.reject(lost);
    for (const stream of this.#streams) stream.fail(lost);
    for (const batch of this.#waiting.splice(0)) batch.settle.reject(lost);
  }

  /** Hands over the records from an index on up to the next one with headers, or that one. Returns where to go on. */
  #produceSome(stream: BatchStream, batch: AppendBatch, from: number): number {
    const headers = batch.headers.get(from);
    if (headers !== undefined) {
      const value = batch.value(from);
      const { topic, partition, opaque } = stream;
      const message = { topic, partition, flags: copyFlag, key: null, value, opaque, headers };
      const code = produceWithHeaders(this.#library, this.client.handle, message);
      if (code !== 0) this.#refuse(stream, 1, code);
      return from + 1;
    }
    const to = batch.headersAfter(from, Math.min(batch.count, from + this.#table.length));
    const { taken, code } = this.#table.produce(stream, copyFlag, batch, from, to);
    if (code !== 0) this.#refuse(stream, to - from - taken, code);
    return to;
  }

  #refuse(stream: BatchStream, count: number, code: number): void {
    this.#streamed -= count;
    stream.refuse(count, new ProduceError(code, errorText(this.#library, code)));
  }

  #send(): void {
    for (let batch = this.#waiting[0]; batch !== undefined; batch = this.#waiting[0]) {
      if (!this.#sendBatch(batch)) return;
      this.#waiting.shift();
    }
  }

  /** False when librdkafka's queue is full: the rest goes after the next reports. */
  #sendBatch(batch: Batch): boolean {
    for (; batch.sent < batch.records.length; batch.sent++) {
      const record = batch.records[batch.sent];
      if (record === undefined) throw new Error("A batch has all its records");
      const slot = this.#freeSlots.pop() ?? this.#slots.push(null) - 1;
      const code = this.#produceOne(batch, record, slot);
      if (code === 0) {
        this.#slots[slot] = { batch, index: batch.sent };
        continue;
      }
      this.#freeSlots.push(slot);
      if (code === ErrorCode.QueueFull) return false;
      this.#report(batch, batch.sent, code, -1);
    }
    return true;
  }

  #produceOne({ topic, partition }: Batch, record: AppendRecord, slot: number): number {
    const { kafka } = this.#library;
    const { key, value, headers } = record;
    if (headers !== undefined) {
      const message = { topic, partition, flags: copyFlag, key, value, opaque: slot, headers };
      return produceWithHeaders(this.#library, this.client.handle, message);
    }
    const keyBytes = key?.length ?? 0;
    const failed = kafka.rd_kafka_produce(
      topic,
      partition,
      copyFlag,
      value.length > 0 ? value : noBytes,
      value.length,
      keyBytes > 0 ? key : null,
      keyBytes,
      slot,
    );
    return failed === 0 ? 0 : kafka.rd_kafka_last_error();
  }

  #drain(): void {
    const { kafka } = this.#library;
    while (!this.client.closed) {
      const event = kafka.rd_kafka_queue_poll(this.#queue, 0);
      if (event === null) break;
      const type = kafka.rd_kafka_event_type(event);
      if (type === EventType.DeliveryReport) this.#takeReports(event);
      const error = type === EventType.Error ? eventError(this.#library, event) : null;
      kafka.rd_kafka_event_destroy(event);
      if (error !== null) this.#onError(error);
    }
    if (!this.client.closed) this.#send();
  }

  /** An event holds the reports of one partition, all with one code. */
  #takeReports(event: Pointer): void {
    const { kafka } = this.#library;
    const total = Number(kafka.rd_kafka_event_message_count(event));
    const first = kafka.rd_kafka_event_message_next(event);
    if (first === null) return;
    const stream = this.#streamAt(first);
    if (stream !== null && this.inFlight === this.#streamed) {
      const code = kafka.rd_kafka_event_error(event);
      return this.#reportStreamed(stream, total, code);
    }
    this.#takeReport(first);
    for (;;) {
      const count = Number(
        kafka.rd_kafka_event_message_array(event, this.#reports.address, reportsMax),
      );
      if (count === 0) return;
      for (let index = 0; index < count; index++) this.#takeReport(this.#reports.get(index));
    }
  }

  #reportStreamed(stream: BatchStream, count: number, code: number): void {
    this.#streamed -= count;
    stream.report(
      count,
      code === 0 ? null : new ProduceError(code, errorText(this.#library, code)),
    );
  }

  #streamAt(message: Pointer): BatchStream | null {
    const number = streamOf(readInt64(message, messageOffsets.opaque));
    return number < 0 ? null : (this.#streams[number] ?? null);
  }

  #takeReport(message: Pointer): void {
    const stream = this.#streamAt(message);
    if (stream !== null)
      return this.#reportStreamed(stream, 1, read.i32(message, messageOffsets.err));
    const slot = readInt64(message, messageOffsets.opaque);
    const sent = this.#slots[slot];
    if (sent === null || sent === undefined)
      throw new Error("A report came for no message in flight");
    this.#slots[slot] = null;
    this.#freeSlots.push(slot);
    const code = read.i32(message, messageOffsets.err);
    this.#report(sent.batch, sent.index, code, readInt64(message, messageOffsets.offset));
  }

  #report(batch: Batch, index: number, code: number, offset: number): void {
    batch.reported++;
    batch.offsets[index] = offset;
    if (code !== 0) batch.failure ??= new ProduceError(code, errorText(this.#library, code));
    if (batch.reported < batch.records.length) return;
    if (batch.failure === null) batch.settle.resolve(batch.offsets);
    else batch.settle.reject(batch.failure);
  }

  #stream(topic: string, partition: number): BatchStream {
    const place = `${topic} ${partition}`;
    const number = this.#streamNumbers.get(place) ?? this.#streams.length;
    const stream = this.#streams[number] ?? new BatchStream(this.#topic(topic), partition, number);
    this.#streams[number] = stream;
    this.#streamNumbers.set(place, number);
    return stream;
  }

  #topic(name: string): Pointer {
    const known = this.#topics.get(name);
    if (known !== undefined) return known;
    const { kafka } = this.#library;
    const topic = present(kafka.rd_kafka_topic_new(this.client.handle, name, null), "topic");
    this.#topics.set(name, topic);
    return topic;
  }
}

/** With bytes of its own. */
export function copyOf(record: AppendRecord): AppendRecord {
  const { key, value } = record;
  return { ...record, key: key?.slice() ?? null, value: value.slice() };
}
