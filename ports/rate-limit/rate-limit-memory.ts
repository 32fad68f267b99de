import type { Clock } from "../clock/clock.ts";
import { RateLimitError } from "./rate-limit.ts";
import type { RateLimit, RateLimitDecision, RateLimitPolicy } from "./rate-limit.ts";

/** Whole microseconds: sums of fractions of a millisecond would make a whole burst look a hair short. */
const microsPerMs = 1000;
const sweptPerTake = 2;
const evictionSampleCount = 8;

/**
 * GCRA in this process. `keyCountMax` bounds the memory: keys whose burst is whole again are forgotten, which changes
 * nothing; beyond that, of a few, the one that is nearest to it.
 */
export function createMemoryRateLimit(clock: Clock, keyCountMax = 100_000): RateLimit {
  return new MemoryRateLimit(clock, keyCountMax);
}

class MemoryRateLimit implements RateLimit {
  readonly #clock: Clock;
  readonly #keyCountMax: number;
  /** Theoretical arrival times, in microseconds of the monotonic clock: when the whole burst is there again. */
  readonly #arrivals = new Map<string, number>();
  #round = this.#arrivals.entries();
  #closed = false;

  constructor(clock: Clock, keyCountMax: number) {
    this.#clock = clock;
    this.#keyCountMax = keyCountMax;
  }

  async take(key: string, policy: RateLimitPolicy, cost: number): Promise<RateLimitDecision> {
    if (this.#closed) throw new RateLimitError("The rate limit is closed");
    const now = Math.round(this.#clock.monotonic() * microsPerMs);
    this.#sweep(now);
    const place = `${policy.name}\n${key}`;
    const interval = policy.intervalMs * microsPerMs;
    const arrival = Math.max(now, this.#arrivals.get(place) ?? now);
    const next = arrival + Math.max(1, cost) * interval;
    const retryAfter = next - policy.burst * interval - now;
    if (retryAfter > 0) {
      const retryAfterMs = retryAfter / microsPerMs;
      return { allowed: false, ...standing(policy, arrival - now), retryAfterMs };
    }
    if (!this.#arrivals.has(place)) this.#makeRoom();
    this.#arrivals.set(place, next);
    return { allowed: true, ...standing(policy, next - now), retryAfterMs: 0 };
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#arrivals.clear();
  }

  /** Looks at a few keys a call, so that no call pays for all. */
  #sweep(now: number): void {
    for (const [place, arrival] of this.#nextFew(sweptPerTake)) {
      if (arrival <= now) this.#arrivals.delete(place);
    }
  }

  #makeRoom(): void {
    if (this.#arrivals.size < this.#keyCountMax) return;
    const sample = this.#nextFew(evictionSampleCount);
    const [nearest] = sample.sort(([, a], [, b]) => a - b);
    if (nearest !== undefined) this.#arrivals.delete(nearest[0]);
  }

  /** Goes round the keys with one iterator: a new one each time would walk over all that were deleted before. */
  #nextFew(count: number): [string, number][] {
    const few: [string, number][] = [];
    while (few.length < count && this.#arrivals.size > 0) {
      const next = this.#round.next();
      if (next.done === true) this.#round = this.#arrivals.entries();
      else few.push(next.value);
    }
    return few;
  }
}

/** What is left `reset` microseconds before the burst is whole again. */
function standing(policy: RateLimitPolicy, reset: number): { left: number; resetMs: number } {
  const interval = policy.intervalMs * microsPerMs;
  const left = Math.floor((policy.burst * interval - reset) / interval);
  return { left: Math.max(0, left), resetMs: reset / microsPerMs };
}
