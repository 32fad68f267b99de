import type { LogRecord } from "../ports/log/log.ts";

/** Commands between the one that reads them and the one that waits for them, bounded. One taker at a time. */
export class CommandQueue {
  readonly #countMax: number;
  #records: LogRecord[] = [];
  #head = 0;
  /** After the last command pushed. */
  #nextOffset: number;
  #endOffset = Infinity;
  #taker: PromiseWithResolvers<LogRecord | null> | null = null;
  #room: PromiseWithResolvers<void> | null = null;

  /** `fromOffset`: of the first command that will come. */
  constructor(options: { readonly fromOffset: number; readonly countMax: number }) {
    this.#nextOffset = options.fromOffset;
    this.#countMax = options.countMax;
  }

  /** Resolves when there is room for more. */
  push(records: readonly LogRecord[]): void | Promise<void> {
    const last = records.at(-1);
    if (last === undefined) return;
    this.#nextOffset = last.offset + 1;
    for (const record of records) this.#records.push(record);
    this.#serve();
    if (this.#endOffset === 0 || this.#waitingCount < this.#countMax) return;
    this.#room ??= Promise.withResolvers<void>();
    return this.#room.promise;
  }

  /** The next command, as soon as it is there; null when there will be none. */
  take(): Promise<LogRecord | null> {
    const { promise } = (this.#taker = Promise.withResolvers<LogRecord | null>());
    this.#serve();
    return promise;
  }

  /** `orders` ended at that offset: who waits for more gets null. */
  endAt(endOffset: number): void {
    this.#endOffset = endOffset;
    this.#serve();
  }

  /** Nothing is handed out any more. */
  close(): void {
    this.#records = [];
    this.#head = 0;
    this.#room?.resolve();
    this.endAt(0);
  }

  get #waitingCount(): number {
    return this.#records.length - this.#head;
  }

  #serve(): void {
    if (this.#taker === null) return;
    const record = this.#records[this.#head];
    if (record === undefined && this.#nextOffset < this.#endOffset) return;
    this.#taker.resolve(record ?? null);
    this.#taker = null;
    if (record !== undefined) this.#advance();
  }

  #advance(): void {
    this.#head++;
    if (this.#head >= this.#countMax || this.#head === this.#records.length) {
      this.#records.splice(0, this.#head);
      this.#head = 0;
    }
    if (this.#room === null || this.#waitingCount > this.#countMax / 2) return;
    this.#room.resolve();
    this.#room = null;
  }
}
