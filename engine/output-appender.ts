import type { OutputBatch } from "./output-batch.ts";
import type { OwnOutput } from "./own-output.ts";

export interface OutputAppenderOptions {
  readonly output: OwnOutput;
  /** Appends to the log; calls keep their order. Never rejects: it tells its owner of a failure. */
  append(batch: OutputBatch): Promise<void>;
}

/**
 * An idempotent producer of Kafka has one request a partition under way; what is handed to it meanwhile waits, and its thread spins as soon
 * as that has waited for the linger time. So one append is under way, of one request, and the next one grows beside it.
 */
const inFlightCountMax = 1;
/** Bytes of an append are cut here: with what Kafka adds, one request. */
const appendBytesMax = 280 * 1000;
const appendRecordCountMax = 1024;
/** Appends that wait for others to be answered; beyond it reading waits. */
const waitingCountMax = 4;

/** Gathers an owner's outputs and appends them, a few appends at a time: while they are under way the next one grows. */
export class OutputAppender {
  readonly #options: OutputAppenderOptions;
  #open: OutputBatch;
  readonly #waiting: OutputBatch[] = [];
  #inFlightCount = 0;
  #abandoned = false;
  #answered = Promise.withResolvers<void>();

  constructor(options: OutputAppenderOptions) {
    this.#options = options;
    this.#open = options.output.open();
  }

  /** Appends without an answer yet. */
  get inFlightCount(): number {
    return this.#inFlightCount;
  }

  /** Where the next records go: ask again for each command. */
  get batch(): OutputBatch {
    const { count, length } = this.#open.append;
    if (length >= appendBytesMax || count >= appendRecordCountMax) this.#cut();
    return this.#open;
  }

  /** Appends what may be appended now; the rest goes as answers come. */
  flush(): void {
    while (this.#inFlightCount < inFlightCountMax && !this.#abandoned) {
      if (this.#waiting.length === 0 && this.#open.append.count > 0) this.#cut();
      const next = this.#waiting.shift();
      if (next === undefined) return;
      void this.#append(next);
    }
  }

  /** Whether so much waits that no more should be made. */
  get isFull(): boolean {
    return this.#waiting.length >= waitingCountMax;
  }

  /** Resolves when less waits, or when this is given up. */
  async whenRoom(): Promise<void> {
    while (this.isFull && !this.#abandoned) await this.#answered.promise;
  }

  /** Resolves when everything is answered, or when this is given up. */
  async whenIdle(): Promise<void> {
    this.flush();
    while (this.#inFlightCount > 0 && !this.#abandoned) await this.#answered.promise;
  }

  /** Appends nothing more. */
  abandon(): void {
    this.#abandoned = true;
    this.#answered.resolve();
  }

  #cut(): void {
    this.#waiting.push(this.#open);
    this.#open = this.#options.output.open();
  }

  async #append(batch: OutputBatch): Promise<void> {
    this.#inFlightCount++;
    this.#options.output.send(batch);
    await this.#options.append(batch);
    this.#inFlightCount--;
    this.flush();
    this.#answered.resolve();
    this.#answered = Promise.withResolvers<void>();
  }
}
