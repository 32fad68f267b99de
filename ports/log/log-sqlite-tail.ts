import type { LogRecord } from "./log.ts";

const countMax = 4096;
const bytesMax = 8 * 1024 * 1024;

/** The newest durable records of a partition, kept at hand for those who follow at the end. */
export class RecordTail {
  #records: LogRecord[] = [];
  #bytes = 0;
  #endOffset: number;

  /** Empty; records from `endOffset` on will be pushed. */
  constructor(endOffset: number) {
    this.#endOffset = endOffset;
  }

  /** First offset held. */
  get startOffset(): number {
    return this.#endOffset - this.#records.length;
  }

  get endOffset(): number {
    return this.#endOffset;
  }

  push(record: LogRecord): void {
    if (record.offset !== this.#endOffset) throw new Error("A tail grows by the next record");
    const { offset, appendTime, key, value, headers } = record;
    const kept = { offset, appendTime, key, value };
    this.#records.push(headers === undefined ? kept : { ...kept, headers });
    this.#bytes += value.length;
    this.#endOffset++;
    if (this.#records.length > countMax || this.#bytes > bytesMax) this.#dropOlderHalf();
  }

  read(fromOffset: number, countMaxOfRead: number): readonly LogRecord[] {
    const start = fromOffset - this.startOffset;
    return this.#records.slice(start, start + countMaxOfRead);
  }

  /** In halves, so that the cost of moving the rest is shared by many pushes. */
  #dropOlderHalf(): void {
    this.#records = this.#records.slice(Math.ceil(this.#records.length / 2));
    this.#bytes = this.#records.reduce((sum, { value }) => sum + value.length, 0);
  }
}
