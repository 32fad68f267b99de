import type { Pointer } from "bun:ffi";

import type { Library } from "./library.ts";
import { addressOf } from "./native.ts";

/** O_NONBLOCK: a full pipe must never block a thread of librdkafka; a wake-up that is lost then is one that is already pending. */
const nonBlocking = 0o4000;

/**
 * Calls back on the event loop when a queue of librdkafka goes from empty to filled: a thread of C writes one byte into a pipe that Bun reads. No
 * polling, no callback from C. Edge-triggered: the handler must drain the queue to empty each time.
 */
export class QueueWaker {
  readonly #library: Library;
  readonly #queue: Pointer;
  /** Held so that the byte's address stays valid: librdkafka keeps it. */
  readonly #payload = new Uint8Array([1]);
  readonly #readEnd: number;
  readonly #writeEnd: number;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  #closed = false;

  constructor(library: Library, queue: Pointer, onFilled: () => void) {
    this.#library = library;
    this.#queue = queue;
    const ends = new Int32Array(2);
    if (library.libc.pipe2(addressOf(ends), nonBlocking) !== 0)
      throw new Error("No pipe: too many open files");
    this.#readEnd = ends[0] ?? -1;
    this.#writeEnd = ends[1] ?? -1;
    this.#reader = Bun.file(this.#readEnd).stream().getReader();
    library.kafka.rd_kafka_queue_io_event_enable(
      queue,
      this.#writeEnd,
      addressOf(this.#payload),
      1,
    );
    void this.#pump(onFilled);
    queueMicrotask(onFilled);
  }

  /** Call before the queue is destroyed. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#library.kafka.rd_kafka_queue_io_event_enable(this.#queue, -1, null, 0);
    // Closing the write end ends the stream; a pending read would keep the process alive.
    this.#library.libc.close(this.#writeEnd);
  }

  async #pump(onFilled: () => void): Promise<void> {
    for (;;) {
      const { done } = await this.#reader.read();
      if (done || this.#closed) break;
      onFilled();
    }
    this.#library.libc.close(this.#readEnd);
  }
}
