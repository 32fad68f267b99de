import { CString, ptr, read, type Pointer } from "bun:ffi";

import type { Library } from "./library.ts";

const two32 = 4294967296;

/** A 64-bit integer of C memory; below 2^53 in magnitude. */
export function readInt64(pointer: Pointer, offset: number): number {
  return read.i32(pointer, offset + 4) * two32 + read.u32(pointer, offset);
}

/** An array of pointers that C fills in, kept alive by this object: its address is taken once. */
export class PointerArray {
  readonly address: Pointer;
  readonly length: number;
  /** Low word, then high word of each. */
  readonly #words: Uint32Array;

  constructor(length: number) {
    this.length = length;
    this.#words = new Uint32Array(2 * length);
    this.address = addressOf(this.#words);
  }

  get(index: number): Pointer {
    const words = this.#words;
    return ((words[2 * index + 1] ?? 0) * two32 + (words[2 * index] ?? 0)) as Pointer;
  }

  set(index: number, pointer: Pointer): void {
    this.#words[2 * index] = pointer;
    this.#words[2 * index + 1] = pointer / two32;
  }
}

/** The address of memory that the caller keeps alive. */
export function addressOf(memory: NodeJS.TypedArray): Pointer {
  return Number(ptr(memory)) as Pointer;
}

/** An array of pointers that belongs to C. */
export function pointersAt(array: Pointer, length: number): Pointer[] {
  return Array.from({ length }, (_, index) => read.ptr(array, index * 8) as Pointer);
}

/** Text that C owns, copied. */
export function textAt(pointer: Pointer): string {
  return new CString(pointer).toString();
}

export function errorText(library: Library, code: number): string {
  return String(library.kafka.rd_kafka_err2str(code));
}

/** A pointer that C promised not to be NULL. */
export function present(pointer: Pointer | null, what: string): Pointer {
  if (pointer === null) throw new Error(`librdkafka gave no ${what}`);
  return pointer;
}

/** rd_kafka_message_t (LP64; the same from 2.0 to 2.15). */
export const messageBytes = 72;
export const messageOffsets = {
  err: 0,
  partition: 16,
  payload: 24,
  len: 32,
  key: 40,
  keyLen: 48,
  offset: 56,
  opaque: 64,
} as const;

/** rd_kafka_topic_partition_t, and of the list around it. */
export const topicPartitionOffsets = {
  topic: 0,
  partition: 8,
  offset: 16,
  err: 48,
  bytes: 64,
} as const;
export const listOffsets = { count: 0, elements: 8 } as const;
