import type { Pointer } from "bun:ffi";

import type { LogRecord, RecordHeaders } from "../log.ts";
import type { RecordBatch } from "../record-batch.ts";
import { HeaderReader } from "./headers.ts";
import type { Library } from "./library.ts";
import { addressOf, messageBytes, messageOffsets, PointerArray } from "./native.ts";

const bytesMin = 4096;
const messageWords = messageBytes / 4;
const two32 = 4294967296;
/** Views of the first bytes are kept up to this length: nearly all records are shorter. */
const viewBytesMax = 1024;

/**
 * Messages of librdkafka as they lie in its memory, until they are released. Loading one copies its value to the start of one buffer, so
 * that all are read at the same place and nothing is made for a record.
 */
export class MessageBatch implements RecordBatch {
  readonly #library: Library;
  readonly #headers: HeaderReader;
  readonly #taken: PointerArray;
  /** The messages that are records, in order, as rd_kafka_message_t: one copy each costs less than a call for each field. */
  readonly #words: Uint32Array;
  readonly #wordsAddress: Pointer;
  /** Which of those taken each record is. */
  readonly #indexes: Int32Array;
  readonly #heads: (Uint8Array | undefined)[] = [];
  #bytes = new Uint8Array(bytesMin);
  #address = addressOf(this.#bytes);
  #comparedBytes: Uint8Array = this.#bytes;
  #comparedAddress = this.#address;
  #takenCount = 0;
  count = 0;
  offset = -1;
  appendTime = -1;
  value = this.#bytes.subarray(0, 0);
  view = new DataView(this.#bytes.buffer);
  headers: RecordHeaders | undefined;

  constructor(library: Library, countMax: number) {
    this.#library = library;
    this.#headers = new HeaderReader(library);
    this.#taken = new PointerArray(countMax);
    this.#words = new Uint32Array(countMax * messageWords);
    this.#wordsAddress = addressOf(this.#words);
    this.#indexes = new Int32Array(countMax);
  }

  /** Takes what has arrived on a queue, in place of what was released before. Returns the code of an error among it, or 0. */
  take(queue: Pointer): number {
    const { kafka } = this.#library;
    const { address, length } = this.#taken;
    this.#takenCount = Math.max(
      0,
      Number(kafka.rd_kafka_consume_batch_queue(queue, 0, address, length)),
    );
    this.count = 0;
    let failure = 0;
    for (let index = 0; index < this.#takenCount; index++) {
      const code = this.#copyFields(index);
      if (code !== 0) failure = code;
      else this.#indexes[this.count++] = index;
    }
    return failure;
  }

  release(): void {
    const { kafka } = this.#library;
    for (let index = 0; index < this.#takenCount; index++) {
      kafka.rd_kafka_message_destroy(this.#taken.get(index));
    }
    this.#takenCount = 0;
    this.count = 0;
  }

  offsetAt(index: number): number {
    return this.#field(index, messageOffsets.offset);
  }

  equals(index: number, bytes: Uint8Array, start: number, length: number): boolean {
    if (this.#field(index, messageOffsets.len) !== length) return false;
    if (bytes !== this.#comparedBytes) {
      this.#comparedBytes = bytes;
      this.#comparedAddress = addressOf(bytes);
    }
    const address = (this.#comparedAddress + start) as Pointer;
    const source = this.#field(index, messageOffsets.payload) as Pointer;
    return this.#library.libc.memcmp(source, address, length) === 0;
  }

  load(index: number): void {
    const message = this.#message(index);
    const length = this.#field(index, messageOffsets.len);
    if (length > this.#bytes.length) this.#grow(length);
    const source = this.#field(index, messageOffsets.payload) as Pointer;
    if (length > 0) this.#library.libc.memcpy(this.#address, source, length);
    this.value = this.#head(length);
    this.offset = this.#field(index, messageOffsets.offset);
    this.appendTime = this.#timestamp(message);
    this.headers = this.#headers.read(message);
  }

  record(index: number): LogRecord {
    const message = this.#message(index);
    const headers = this.#headers.read(message);
    const record = {
      offset: this.#field(index, messageOffsets.offset),
      appendTime: this.#timestamp(message),
      key: this.#copy(index, messageOffsets.key, messageOffsets.keyLen),
      value: this.#copy(index, messageOffsets.payload, messageOffsets.len) ?? new Uint8Array(0),
    };
    return headers === undefined ? record : { ...record, headers };
  }

  records(): LogRecord[] {
    return Array.from({ length: this.count }, (_, index) => this.record(index));
  }

  /** Into the place of the next record; returns the code. */
  #copyFields(index: number): number {
    const at = this.count * messageWords;
    const address = (this.#wordsAddress + 4 * at) as Pointer;
    this.#library.libc.memcpy(address, this.#taken.get(index), messageBytes);
    return (this.#words[at + messageOffsets.err / 4] ?? 0) | 0;
  }

  #message(index: number): Pointer {
    if (index >= this.count) throw new RangeError(`A batch has no record ${index}`);
    return this.#taken.get(this.#indexes[index] ?? 0);
  }

  /** A pointer, length or offset of a record. */
  #field(index: number, offset: number): number {
    if (index >= this.count) throw new RangeError(`A batch has no record ${index}`);
    const words = this.#words;
    const at = index * messageWords + offset / 4;
    return (words[at + 1] ?? 0) * two32 + (words[at] ?? 0);
  }

  #timestamp(message: Pointer): number {
    return Number(this.#library.kafka.rd_kafka_message_timestamp(message, null));
  }

  #head(length: number): Uint8Array<ArrayBuffer> {
    if (length >= viewBytesMax) return this.#bytes.subarray(0, length);
    return (this.#heads[length] ??= this.#bytes.subarray(0, length)) as Uint8Array<ArrayBuffer>;
  }

  #grow(length: number): void {
    this.#bytes = new Uint8Array(Math.max(length, this.#bytes.length * 2));
    this.#address = addressOf(this.#bytes);
    this.view = new DataView(this.#bytes.buffer);
    this.#heads.length = 0;
  }

  /** What librdkafka points to is gone with the message. */
  #copy(index: number, at: number, lengthAt: number): Uint8Array | null {
    const source = this.#field(index, at) as Pointer;
    if (source === 0) return null;
    const bytes = new Uint8Array(this.#field(index, lengthAt));
    if (bytes.length > 0) this.#library.libc.memcpy(addressOf(bytes), source, bytes.length);
    return bytes;
  }
}
