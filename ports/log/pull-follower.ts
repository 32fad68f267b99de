import type { LogError } from "./log.ts";
import type { Follower, LogRecord } from "./log.ts";
import { ListBatch } from "./record-batch.ts";
import type { RecordBatch } from "./record-batch.ts";

export interface PullFollowerOptions {
  readonly fromOffset: number;
  /** What stands from an offset on, null where nothing does; throws LogError only. */
  read(fromOffset: number): RecordBatch | null;
  onBatch(batch: RecordBatch): void | Promise<void>;
  /** The handler has returned: what the batch lies in may be used again. */
  onRelease?(): void;
  onEnd(follower: PullFollower): void;
}

/** Records of one batch at most, for a log that reads objects. */
export const followBatchMax = 512;

/** What a log that holds objects reads. */
export function batchOf(records: readonly LogRecord[]): RecordBatch | null {
  return records.length === 0 ? null : new ListBatch(records);
}

/**
 * A follower of a log that is read in place and told when to look again. A handler may call close() but must not wait for
 * it: close() waits for the handler.
 */
export class PullFollower implements Follower {
  readonly done: Promise<void>;
  readonly #options: PullFollowerOptions;
  #position: number;
  #closed = false;
  #failure: LogError | null = null;
  #woken = false;
  #wake: (() => void) | null = null;

  constructor(options: PullFollowerOptions) {
    this.#options = options;
    this.#position = options.fromOffset;
    this.done = this.#run().finally(() => options.onEnd(this));
  }

  get position(): number {
    return this.#position;
  }

  /** It waits to be told that there is more to read. */
  get idle(): boolean {
    return this.#wake !== null;
  }

  /** Something may have been appended. */
  wake(): void {
    this.#woken = true;
    this.#wake?.();
  }

  /** Ends it with an error once the handler that runs now has finished. */
  fail(error: LogError): void {
    this.#failure ??= error;
    this.wake();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.wake();
    await Promise.allSettled([this.done]);
  }

  async #run(): Promise<void> {
    // The caller gets its follower before the first batch.
    await Promise.resolve();
    while (!this.#closed) {
      if (this.#failure !== null) throw this.#failure;
      this.#woken = false;
      const batch = this.#options.read(this.#position);
      if (batch === null) {
        await this.#nextWake();
        continue;
      }
      const isLong = batch.count >= followBatchMax;
      const next = batch.offsetAt(batch.count - 1) + 1;
      await this.#handle(batch);
      this.#position = next;
      // A long catch-up must not keep timers and sockets from their turn.
      if (isLong) await nextTurn();
    }
  }

  #handle(batch: RecordBatch): void | Promise<void> {
    try {
      return this.#options.onBatch(batch);
    } finally {
      this.#options.onRelease?.();
    }
  }

  async #nextWake(): Promise<void> {
    if (this.#woken) return;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    this.#wake = null;
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
