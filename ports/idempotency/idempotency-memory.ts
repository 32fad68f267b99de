import type { Clock } from "../clock/clock.ts";
import { IdempotencyError } from "./idempotency.ts";
import type { Idempotency, IdempotencyEntry, Reservation } from "./idempotency.ts";

export interface MemoryIdempotencyBounds {
  readonly entryCountMax: number;
  /** Of keys, hashes and answers, in UTF-16 units. */
  readonly textLengthMax: number;
}

interface Held extends IdempotencyEntry {
  /** On the monotonic clock. */
  readonly until: number;
}

/** Remembers in this process. When a bound is reached the oldest entries go first: the engine still knows them. */
export function createMemoryIdempotency(
  clock: Clock,
  bounds: MemoryIdempotencyBounds = { entryCountMax: 100_000, textLengthMax: 64 * 1024 * 1024 },
): Idempotency {
  return new MemoryIdempotency(clock, bounds);
}

class MemoryIdempotency implements Idempotency {
  readonly #clock: Clock;
  readonly #bounds: MemoryIdempotencyBounds;
  /** Oldest first. */
  readonly #held = new Map<string, Held>();
  #byAge = this.#held.entries();
  #oldest: [string, Held] | null = null;
  #textLength = 0;
  #closed = false;

  constructor(clock: Clock, bounds: MemoryIdempotencyBounds) {
    this.#clock = clock;
    this.#bounds = bounds;
  }

  async reserve(key: string, requestHash: string, leaseMs: number): Promise<Reservation> {
    const held = this.#find(key);
    if (held === undefined) {
      this.#put(key, { requestHash, answer: null, until: this.#clock.monotonic() + leaseMs });
      return { kind: "Reserved" };
    }
    if (held.requestHash !== requestHash) return { kind: "Conflict" };
    if (held.answer === null) return { kind: "InFlight" };
    return { kind: "Answered", status: held.answer.status, body: held.answer.body };
  }

  async complete(
    key: string,
    requestHash: string,
    answer: { status: number; body: string },
    keepMs: number,
  ): Promise<void> {
    const held = this.#find(key);
    // A lease that ran out may have gone to another request, whose entry it is now.
    if (held !== undefined && held.requestHash !== requestHash) return;
    const { status, body } = answer;
    const until = this.#clock.monotonic() + keepMs;
    this.#put(key, { requestHash, answer: { status, body }, until });
  }

  async release(key: string, requestHash: string): Promise<void> {
    const held = this.#find(key);
    if (held?.requestHash === requestHash && held.answer === null) this.#drop(key, held);
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#held.clear();
  }

  #find(key: string): Held | undefined {
    if (this.#closed) throw new IdempotencyError("The idempotency store is closed");
    const held = this.#held.get(key);
    if (held === undefined || held.until > this.#clock.monotonic()) return held;
    this.#drop(key, held);
    return undefined;
  }

  #put(key: string, held: Held): void {
    const before = this.#held.get(key);
    if (before !== undefined) this.#drop(key, before);
    this.#held.set(key, held);
    this.#textLength += textLength(key, held);
    this.#makeRoom();
  }

  #makeRoom(): void {
    const now = this.#clock.monotonic();
    for (;;) {
      const oldest = this.#findOldest();
      if (oldest === null) return;
      const [key, held] = oldest;
      const fits =
        this.#held.size <= this.#bounds.entryCountMax &&
        this.#textLength <= this.#bounds.textLengthMax;
      if (fits && held.until > now) return;
      this.#drop(key, held);
    }
  }

  /** One iterator goes along with the oldest: a new one each time would walk over all that were deleted before. */
  #findOldest(): [string, Held] | null {
    while (this.#held.size > 0) {
      if (this.#oldest !== null && this.#held.get(this.#oldest[0]) === this.#oldest[1]) {
        return this.#oldest;
      }
      const next = this.#byAge.next();
      if (next.done === true) this.#byAge = this.#held.entries();
      else this.#oldest = next.value;
    }
    return null;
  }

  #drop(key: string, held: Held): void {
    this.#held.delete(key);
    this.#textLength -= textLength(key, held);
  }
}

function textLength(key: string, { requestHash, answer }: Held): number {
  return key.length + requestHash.length + (answer?.body.length ?? 0);
}
