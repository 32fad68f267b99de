import { expect, test } from "bun:test";
import fc from "fast-check";

import { BucketCounts } from "./bucket-counts.ts";

test("every bound has as many observations under it as were recorded", () => {
  const duration = fc.oneof(
    fc.integer({ min: 0, max: 4000 }),
    fc.integer({ min: 0, max: 2 ** 40 }),
    fc.integer({ min: 0, max: 28 }).map((exponent) => 2 ** exponent),
    fc.integer({ min: 0, max: 28 }).map((exponent) => 1.5 * 2 ** exponent),
    fc.integer({ min: 0, max: 28 }).map((exponent) => 2 ** exponent + 1),
  );
  fc.assert(
    fc.property(fc.array(duration, { maxLength: 50 }), (durations) => {
      const counts = new BucketCounts();
      for (const ns of durations) counts.record(ns);
      for (const { bound, count } of counts.cumulative) {
        expect(count).toBe(durations.filter((ns) => ns <= bound).length);
      }
      expect(counts.count).toBe(durations.length);
      expect(counts.sum).toBe(durations.reduce((sum, ns) => sum + ns, 0));
    }),
  );
});

test("a quantile is at most half an octave above the true one", () => {
  const counts = new BucketCounts();
  for (let ns = 1; ns <= 100_000; ns++) counts.record(ns);
  for (const share of [0.5, 0.99, 0.999]) {
    const quantile = counts.quantile(share);
    expect(quantile).toBeGreaterThanOrEqual(share * 100_000);
    expect(quantile).toBeLessThanOrEqual(share * 100_000 * 1.5);
  }
  expect(new BucketCounts().quantile(0.5)).toBe(0);
});
