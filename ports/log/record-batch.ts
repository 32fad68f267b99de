import type { LogRecord, RecordHeaders } from "./log.ts";
import { viewOf } from "../../schema/wire.ts";

/**
 * Records of one batch in place, in order, so that nothing need be made for a record. It is valid until the handler that was given it
 * returns, not until its promise settles; it has one record or more.
 */
export interface RecordBatch {
  readonly count: number;
  offsetAt(index: number): number;
  /** Whether a record's value is bytes [start, start + length) of `bytes`, without loading it. */
  equals(index: number, bytes: Uint8Array, start: number, length: number): boolean;
  /** Brings a record to the fields below, until the next one is loaded. */
  load(index: number): void;
  readonly offset: number;
  readonly appendTime: number;
  readonly value: Uint8Array;
  /** Starts where the value starts; may be longer than it. */
  readonly view: DataView;
  readonly headers: RecordHeaders | undefined;
  /** A record as an object that stays valid. */
  record(index: number): LogRecord;
  /** All records as objects that stay valid. */
  records(): readonly LogRecord[];
}

/** Records that are objects already. */
export class ListBatch implements RecordBatch {
  readonly #records: readonly LogRecord[];
  #loaded: LogRecord;
  #view: DataView | null = null;

  /** One record at least. */
  constructor(records: readonly LogRecord[]) {
    this.#records = records;
    this.#loaded = this.record(0);
  }

  get count(): number {
    return this.#records.length;
  }

  get offset(): number {
    return this.#loaded.offset;
  }

  get appendTime(): number {
    return this.#loaded.appendTime;
  }

  get value(): Uint8Array {
    return this.#loaded.value;
  }

  get view(): DataView {
    return (this.#view ??= viewOf(this.#loaded.value));
  }

  get headers(): RecordHeaders | undefined {
    return this.#loaded.headers;
  }

  offsetAt(index: number): number {
    return this.record(index).offset;
  }

  equals(index: number, bytes: Uint8Array, start: number, length: number): boolean {
    const { value } = this.record(index);
    return (
      value.length === length && Buffer.compare(value, bytes.subarray(start, start + length)) === 0
    );
  }

  load(index: number): void {
    this.#loaded = this.record(index);
    this.#view = null;
  }

  record(index: number): LogRecord {
    const record = this.#records[index];
    if (record === undefined) throw new RangeError(`A batch has no record ${index}`);
    return record;
  }

  records(): readonly LogRecord[] {
    return this.#records;
  }
}
