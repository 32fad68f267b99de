import type { Pointer } from "bun:ffi";

import type { AppendBatch } from "../append-batch.ts";
import type { Library } from "./library.ts";
import { addressOf, messageBytes, messageOffsets } from "./native.ts";

const tableCount = 1024;
const two32 = 4294967296;
/** Opaque values of a stream's messages are its number above this; slot numbers stay below. */
const streamTag = 2 ** 40;

/**
 * An array of rd_kafka_message_t for rd_kafka_produce_batch: where each value is and how long it is change with every call, the rest was written
 * once.
 */
export class MessageTable {
  readonly #library: Library;
  readonly #words = new Uint32Array((tableCount * messageBytes) / 4);
  readonly #address = addressOf(this.#words);

  constructor(library: Library) {
    this.#library = library;
  }

  /**
   * Hands records [from, to) of a batch, `tableCount` at most, to librdkafka, which copies them. Returns 0, or the code with which the first
   * of those that were not taken was refused; `taken` are.
   */
  produce(
    place: StreamPlace,
    flags: number,
    batch: AppendBatch,
    from: number,
    to: number,
  ): Produced {
    this.#fill(batch, from, to, place.opaque);
    const { topic, partition } = place;
    const count = to - from;
    const { kafka } = this.#library;
    const taken = kafka.rd_kafka_produce_batch(topic, partition, flags, this.#address, count);
    return { taken, code: taken === count ? 0 : this.#firstCode(count) };
  }

  get length(): number {
    return tableCount;
  }

  #fill({ bytes, starts, lengths }: AppendBatch, from: number, to: number, opaque: number): void {
    const words = this.#words;
    const base = addressOf(bytes);
    let at = 0;
    for (let index = from; index < to; index++) {
      const payload = base + (starts[index] ?? 0);
      words[at + messageOffsets.payload / 4] = payload;
      words[at + messageOffsets.payload / 4 + 1] = payload / two32;
      words[at + messageOffsets.len / 4] = lengths[index] ?? 0;
      words[at + messageOffsets.opaque / 4] = opaque;
      words[at + messageOffsets.opaque / 4 + 1] = opaque / two32;
      at += messageBytes / 4;
    }
  }

  #firstCode(count: number): number {
    const codes = new Int32Array(this.#words.buffer);
    for (let index = 0; index < count; index++) {
      const code = codes[(index * messageBytes + messageOffsets.err) / 4] ?? 0;
      if (code !== 0) return code;
    }
    return 0;
  }
}

export interface StreamPlace {
  readonly topic: Pointer;
  readonly partition: number;
  readonly opaque: number;
}

export interface Produced {
  readonly taken: number;
  readonly code: number;
}

interface SentBatch {
  /** Records without a report. */
  left: number;
  failure: Error | null;
  readonly settle: PromiseWithResolvers<void>;
}

/**
 * Batches under way to one partition, oldest first. Reports come in the order of the records, so that they need only be counted; which batch a
 * report belongs to is never looked up.
 */
export class BatchStream implements StreamPlace {
  readonly topic: Pointer;
  readonly partition: number;
  readonly opaque: number;
  readonly #sent: SentBatch[] = [];

  constructor(topic: Pointer, partition: number, number: number) {
    this.topic = topic;
    this.partition = partition;
    this.opaque = streamTag + number;
  }

  /** The batch has been handed over; resolves when all of it is reported. */
  add(count: number): Promise<void> {
    const settle = Promise.withResolvers<void>();
    this.#sent.push({ left: count, failure: null, settle });
    return settle.promise;
  }

  /** `count` more records are reported. */
  report(count: number, failure: Error | null): void {
    let left = count;
    while (left > 0) {
      const batch = this.#sent[0];
      if (batch === undefined) throw new Error("A report came for no record in flight");
      const share = Math.min(left, batch.left);
      batch.left -= share;
      batch.failure ??= failure;
      left -= share;
      if (batch.left === 0) settle(this.#sent.shift());
    }
  }

  /** The records of the batch that was added last which librdkafka did not take: nothing more will be heard of them. */
  refuse(count: number, failure: Error): void {
    const batch = this.#sent.at(-1);
    if (batch === undefined) throw new Error("A batch is added before it is refused");
    batch.left -= count;
    batch.failure ??= failure;
    if (batch.left === 0) settle(this.#sent.pop());
  }

  fail(failure: Error): void {
    for (const batch of this.#sent.splice(0)) batch.settle.reject(failure);
  }
}

/** Number of the stream that an opaque value names, or -1. */
export function streamOf(opaque: number): number {
  return opaque >= streamTag ? opaque - streamTag : -1;
}

function settle(batch: SentBatch | undefined): void {
  if (batch === undefined) return;
  if (batch.failure === null) batch.settle.resolve();
  else batch.settle.reject(batch.failure);
}
