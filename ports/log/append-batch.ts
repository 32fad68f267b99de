import type { AppendRecord, RecordHeaders } from "./log.ts";

const bytesMin = 256 * 1024;
const countMin = 1024;

/**
 * Records without keys to append, one behind the other in one buffer that is filled, appended and filled again: nothing is made for a
 * record. Whoever appends it may reset it as soon as the call returns.
 */
export class AppendBatch {
  bytes = new Uint8Array(bytesMin);
  view = new DataView(this.bytes.buffer);
  /** Where each record starts, and how long it is. */
  starts = new Int32Array(countMin);
  lengths = new Int32Array(countMin);
  count = 0;
  /** Bytes of all records. */
  length = 0;
  /** Of those few records that have any, by index. */
  readonly headers = new Map<number, RecordHeaders>();

  reset(): void {
    this.count = 0;
    this.length = 0;
    if (this.headers.size > 0) this.headers.clear();
  }

  /** Adds a record of `length` bytes and returns where in `bytes` they are to be written. */
  add(length: number): number {
    const start = this.length;
    const end = start + length;
    if (end > this.bytes.length) this.#growBytes(end);
    if (this.count === this.starts.length) this.#growCount();
    this.starts[this.count] = start;
    this.lengths[this.count] = length;
    this.count++;
    this.length = end;
    return start;
  }

  /** A record's bytes, where they lie. */
  value(index: number): Uint8Array {
    const start = this.starts[index] ?? 0;
    return this.bytes.subarray(start, start + (this.lengths[index] ?? 0));
  }

  /** Index of the next record with headers after `index`; `end` where there is none before it. */
  headersAfter(index: number, end: number): number {
    if (this.headers.size === 0) return end;
    for (let next = index + 1; next < end; next++) if (this.headers.has(next)) return next;
    return end;
  }

  /** As objects, with copies of the bytes. */
  records(): AppendRecord[] {
    return Array.from({ length: this.count }, (_, index) => {
      const record = { key: null, value: this.value(index).slice() };
      const headers = this.headers.get(index);
      return headers === undefined ? record : { ...record, headers };
    });
  }

  #growBytes(end: number): void {
    const grown = new Uint8Array(Math.max(end, this.bytes.length * 2));
    grown.set(this.bytes.subarray(0, this.length));
    this.bytes = grown;
    this.view = new DataView(grown.buffer);
  }

  #growCount(): void {
    this.starts = doubled(this.starts);
    this.lengths = doubled(this.lengths);
  }
}

function doubled(words: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const grown = new Int32Array(words.length * 2);
  grown.set(words);
  return grown;
}
