import type { Clock } from "../ports/clock/clock.ts";

/** Lets `burst` through at once, then `perSecond`. */
export class TokenBucket {
  readonly #clock: Clock;
  readonly #burst: number;
  readonly #perSecond: number;
  #left: number;
  #at: number;

  constructor(clock: Clock, burst: number, perSecond: number) {
    this.#clock = clock;
    this.#burst = burst;
    this.#perSecond = perSecond;
    this.#left = burst;
    this.#at = clock.monotonic();
  }

  /** False when nothing is left. */
  take(): boolean {
    const now = this.#clock.monotonic();
    const grown = this.#left + ((now - this.#at) / 1000) * this.#perSecond;
    this.#left = Math.min(this.#burst, grown);
    this.#at = now;
    if (this.#left < 1) return false;
    this.#left--;
    return true;
  }
}
