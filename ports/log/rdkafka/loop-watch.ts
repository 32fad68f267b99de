/** What the thread is told once. The shared words: beats of the loop, end, stalls counted, the thread at work. */
export interface LoopWatchStart {
  readonly words: SharedArrayBuffer;
  readonly stallMs: number;
  /** The process ends with code 1 when its loop stands still for so long. */
  readonly endsProcess: boolean;
  /** Stands in the line that is written. */
  readonly service: string;
}

export const LoopWord = { beats: 0, end: 1, stalls: 2, watching: 3, count: 4 } as const;

const beatMs = 250;

/** Watches this thread's event loop from a thread of its own: a loop that stands still can tell nobody. */
export class LoopWatch {
  readonly #words: Int32Array;
  readonly #worker: Worker;
  readonly #beating: ReturnType<typeof setInterval>;

  constructor(options: Omit<LoopWatchStart, "words">) {
    const words = new SharedArrayBuffer(LoopWord.count * Int32Array.BYTES_PER_ELEMENT);
    this.#words = new Int32Array(words);
    this.#beating = setInterval(() => void Atomics.add(this.#words, LoopWord.beats, 1), beatMs);
    this.#beating.unref();
    this.#worker = new Worker(new URL("./loop-watch-thread.ts", import.meta.url).href, {
      ref: false,
      smol: true,
    });
    this.#worker.postMessage({ ...options, words } satisfies LoopWatchStart);
  }

  /** How often the loop has stood still for the bound and come back. */
  get stallCount(): number {
    return Atomics.load(this.#words, LoopWord.stalls);
  }

  /** Whether the thread is at work: it counts from its first look on. */
  get isWatching(): boolean {
    return Atomics.load(this.#words, LoopWord.watching) === 1;
  }

  close(): void {
    clearInterval(this.#beating);
    Atomics.store(this.#words, LoopWord.end, 1);
    Atomics.notify(this.#words, LoopWord.end);
  }
}
