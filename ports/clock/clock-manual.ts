import type { Clock } from "./clock.ts";

interface Sleeper {
  readonly due: number;
  wake(): void;
}

/** A clock that stands still until a test moves it. */
export class ManualClock implements Clock {
  readonly #sleepers = new Set<Sleeper>();
  #now: number;
  #monotonic = 0;

  /** `startMs`: what now() says first, in milliseconds since 1970 UTC. */
  constructor(startMs = Date.UTC(2026, 0, 1)) {
    this.#now = startMs;
  }

  /** How many sleep() calls wait: a test advances once the code under test has gone to sleep. */
  get sleeperCount(): number {
    return this.#sleepers.size;
  }

  now(): number {
    return this.#now;
  }

  monotonic(): number {
    return this.#monotonic;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (ms <= 0 || signal?.aborted === true) return Promise.resolve();
    return new Promise((resolve) => {
      const sleeper: Sleeper = {
        due: this.#monotonic + ms,
        wake: () => {
          this.#sleepers.delete(sleeper);
          signal?.removeEventListener("abort", sleeper.wake);
          resolve();
        },
      };
      this.#sleepers.add(sleeper);
      signal?.addEventListener("abort", sleeper.wake);
    });
  }

  /** Moves both clocks on by `ms` >= 0 and wakes whoever is due, earliest first. */
  advance(ms: number): void {
    if (!(ms >= 0)) throw new Error("A clock advances by no less than 0 ms");
    this.#now += ms;
    this.#monotonic += ms;
    const due = [...this.#sleepers].filter((sleeper) => sleeper.due <= this.#monotonic);
    due.sort((a, b) => a.due - b.due);
    for (const sleeper of due) sleeper.wake();
  }

  /** Moves the wall clock alone, forwards or back, as an operator or NTP does. Wakes nobody. */
  jump(ms: number): void {
    this.#now += ms;
  }
}
