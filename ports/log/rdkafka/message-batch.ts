import { read, type Pointer } from "bun:ffi";

import type { LogRecord, RecordHeaders } from "../log.ts";
import type { RecordBatch } from "../record-batch.ts";
import { HeaderReader } from "./headers.ts";
import type { Library } from "./library.ts";
import { addressOf, messageOffsets, PointerArray, readInt64 } from "./native.ts";

const bytesMin = 4096;
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
  /** Of those taken that are records, in order. */
  readonly #messages: PointerArray;
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
    this.#messages = new PointerArray(countMax);
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
      const message = this.#taken.get(index);
      const code = read.i32(message, messageOffsets.err);
      if (code === 0) this.#messages.set(this.count++, message);
      else failure = code;
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
    return readInt64(this.#at(index), messageOffsets.offset);
  }

  equals(index: number, bytes: Uint8Array, start: number, length: number): boolean {
    const message = this.#at(index);
    if (readInt64(message, messageOffsets.len) !== length) return false;
    if (bytes !== this.#comparedBytes) {
      this.#comparedBytes = bytes;
      this.#comparedAddress = addressOf(bytes);
    }
    const address = (this.#comparedAddress + start) as Pointer;
    const source = read.ptr(message, messageOffsets.payload) as Pointer;
    return this.#library.libc.memcmp(source, address, length) === 0;
  }

  load(index: number): void {
    const message = this.#at(index);
    const length = readInt64(message, messageOffsets.len);
    if (length > this.#bytes.length) this.#grow(length);
    const source = read.ptr(message, messageOffsets.payload) as Pointer;
    if (length > 0) this.#library.libc.memcpy(this.#address, source, length);
    this.value = this.#head(length);
    this.offset = readInt64(message, messageOffsets.offset);
    this.appendTime = this.#timestamp(message);
    this.headers = this.#headers.read(message);
  }

  record(index: number): LogRecord {
    const message = this.#at(index);
    const headers = this.#headers.read(message);
    const record = {
      offset: readInt64(message, messageOffsets.offset),
      appendTime: this.#timestamp(message),
      key: this.#copy(message, messageOffsets.key, messageOffsets.keyLen),
      value: this.#copy(message, messageOffsets.payload, messageOffsets.len) ?? new Uint8Array(0),
    };
    return headers === undefined ? record : { ...record, headers };
  }

  records(): LogRecord[] {
    return Array.from({ length: this.count }, (_, index) => this.record(index));
  }

  #at(index: number): Pointer {
    if (index >= this.count) throw new RangeError(`A batch has no record ${index}`);
    return this.#messages.get(index);
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
  #copy(message: Pointer, at: number, lengthAt: number): Uint8Array | null {
    const source = read.ptr(message, at) as Pointer;
    if (source === 0) return null;
    const bytes = new Uint8Array(readInt64(message, lengthAt));
    if (bytes.length > 0) this.#library.libc.memcpy(addressOf(bytes), source, bytes.length);
    return bytes;
  }
}
