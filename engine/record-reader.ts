import type { Log, LogRecord } from "../ports/log/log.ts";
import { ListBatch } from "../ports/log/record-batch.ts";
import type { Topic } from "../schema/topics.ts";
import type { CommandWindow } from "./command-window.ts";

const pageRecordCountMax = 1024;

/** Reads a partition record by record, from an offset to the end as it is when it gets there. */
export class RecordReader {
  readonly #log: Log;
  readonly #topic: Topic;
  readonly #partition: number;
  #nextOffset: number;
  #page: readonly LogRecord[] = [];
  #index = 0;

  constructor(log: Log, options: { topic: Topic; partition: number; fromOffset: number }) {
    this.#log = log;
    this.#topic = options.topic;
    this.#partition = options.partition;
    this.#nextOffset = options.fromOffset;
  }

  /** The next record where it has been read already; else null. */
  nextRead(): LogRecord | null {
    const record = this.#page[this.#index];
    if (record === undefined) return null;
    this.#index++;
    this.#nextOffset = record.offset + 1;
    return record;
  }

  /** Fills a window with the record that nextRead gave last and those behind it, as far as they have been read already. */
  fill(window: CommandWindow): void {
    window.fill(new ListBatch(this.#page), this.#index - 1);
  }

  /** Null at the end. Rejects with LogError. */
  async next(): Promise<LogRecord | null> {
    if (this.#index === this.#page.length) await this.#turnPage();
    return this.nextRead();
  }

  /** A long replay must not keep timers and sockets from their turn. */
  async #turnPage(): Promise<void> {
    if (this.#page.length > 0) await new Promise((resolve) => setImmediate(resolve));
    this.#page = await this.#log.read(
      this.#topic,
      this.#partition,
      this.#nextOffset,
      pageRecordCountMax,
    );
    this.#index = 0;
  }
}
