import type { LogError, LogRecord } from "./log.ts";

/** What a reader of one partition offers: what has arrived, and a call when something arrives where nothing was. */
export interface ArrivingRecords {
  take(): readonly LogRecord[];
  close(): void;
}

export interface StandingReaderOptions {
  readonly fromOffset: number;
  open(handlers: { onReady(): void; onFailure(error: LogError): void }): ArrivingRecords;
}

/** Reads what stands on a partition page by page: what was fetched beyond a page is there for the next one. One page at a time. */
export class StandingReader {
  readonly #arriving: ArrivingRecords;
  #records: LogRecord[] = [];
  #nextOffset: number;
  #failure: LogError | null = null;
  #wake = Promise.withResolvers<void>();

  constructor({ fromOffset, open }: StandingReaderOptions) {
    this.#nextOffset = fromOffset;
    this.#arriving = open({
      onReady: () => this.#wake.resolve(),
      onFailure: (error) => {
        this.#failure = error;
        this.#wake.resolve();
      },
    });
  }

  /** Where the next page begins. */
  get nextOffset(): number {
    return this.#nextOffset;
  }

  /** Records that are here already. */
  get heldCount(): number {
    return this.#records.length;
  }

  /**
   * The next `countMax` records, or those before `end`, of which the last has to stand: without transactions and compaction it does. Rejects
   * with LogError.
   */
  async page(countMax: number, end: number): Promise<readonly LogRecord[]> {
    while (this.#records.length < countMax && (this.#records.at(-1)?.offset ?? -1) < end - 1) {
      await this.#arrival();
    }
    const page = this.#records.slice(0, countMax).filter(({ offset }) => offset < end);
    this.#records = this.#records.slice(page.length);
    this.#nextOffset = (page.at(-1)?.offset ?? this.#nextOffset - 1) + 1;
    return page;
  }

  close(): void {
    this.#arriving.close();
  }

  /** Looks before it waits: a wake tells only of the first record after none. */
  async #arrival(): Promise<void> {
    const woken = this.#wake.promise;
    if (this.#failure !== null) throw this.#failure;
    const records = this.#arriving.take();
    if (records.length > 0) {
      this.#records.push(...records);
      return;
    }
    await woken;
    this.#wake = Promise.withResolvers<void>();
  }
}
