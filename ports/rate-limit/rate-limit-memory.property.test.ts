import { expect, test } from "bun:test";
import fc from "fast-check";

import { ManualClock } from "../clock/clock-manual.ts";
import { createMemoryRateLimit } from "./rate-limit-memory.ts";
import type { RateLimitDecision } from "./rate-limit.ts";

const step = fc.record({
  key: fc.constantFrom("a", "b", "c"),
  waitMs: fc.oneof(
    fc.constant(0),
    fc.integer({ min: 0, max: 500 }),
    fc.integer({ min: 0, max: 20_000 }),
  ),
  cost: fc.integer({ min: 1, max: 7 }),
});

test("decides exactly as the leaky bucket that GCRA stands for", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 6 }),
      fc.integer({ min: 1, max: 1000 }),
      fc.array(step, { maxLength: 60 }),
      async (burst, intervalMs, steps) => {
        const clock = new ManualClock();
        const limit = createMemoryRateLimit(clock);
        const buckets = new Map<string, Bucket>();
        for (const { key, waitMs, cost } of steps) {
          clock.advance(waitMs);
          const bucket = buckets.get(key) ?? new Bucket(burst, intervalMs);
          buckets.set(key, bucket);
          const decision = await limit.take(key, { name: "orders", burst, intervalMs }, cost);
          expect(decision).toEqual(bucket.take(clock.monotonic(), cost));
        }
      },
    ),
    { numRuns: 300 },
  );
});

/** Fills with `intervalMs` of water a request, leaks 1 a millisecond, holds `burst` requests. */
class Bucket {
  readonly #burst: number;
  readonly #intervalMs: number;
  #water = 0;
  #lookedAt = 0;

  constructor(burst: number, intervalMs: number) {
    this.#burst = burst;
    this.#intervalMs = intervalMs;
  }

  take(now: number, cost: number): RateLimitDecision {
    this.#water = Math.max(0, this.#water - (now - this.#lookedAt));
    this.#lookedAt = now;
    const over = this.#water + cost * this.#intervalMs - this.#burst * this.#intervalMs;
    if (over <= 0) this.#water += cost * this.#intervalMs;
    const room = this.#burst * this.#intervalMs - this.#water;
    return {
      allowed: over <= 0,
      left: Math.floor(room / this.#intervalMs),
      retryAfterMs: Math.max(0, over),
      resetMs: this.#water,
    };
  }
}
