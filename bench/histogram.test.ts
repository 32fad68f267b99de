import { expect, test } from "bun:test";
import fc from "fast-check";

import { Histogram } from "./histogram.ts";

const fractions = [0, 0.5, 0.9, 0.99, 0.999, 1];

test("a percentile is the true one, or at most a 64th above it", () => {
  const value = fc.oneof(fc.integer({ min: 0, max: 200 }), fc.maxSafeNat(), fc.nat());
  fc.assert(
    fc.property(fc.array(value, { minLength: 1, maxLength: 200 }), (values) => {
      const histogram = new Histogram();
      for (const each of values) histogram.record(each);
      const sorted = values.toSorted((a, b) => a - b);
      for (const fraction of fractions) {
        const truth = sorted[Math.max(1, Math.ceil(fraction * values.length)) - 1] ?? -1;
        const found = histogram.percentile(fraction);
        expect(found).toBeGreaterThanOrEqual(truth);
        expect(found).toBeLessThanOrEqual(truth + truth / 64);
      }
      expect(histogram.max).toBe(sorted.at(-1) ?? -1);
      expect(histogram.count).toBe(values.length);
    }),
  );
});

test("merged histograms are the histogram of all values", () => {
  fc.assert(
    fc.property(fc.array(fc.nat()), fc.array(fc.nat()), (some, others) => {
      const [one, other, all] = [new Histogram(), new Histogram(), new Histogram()];
      for (const each of some) one.record(each);
      for (const each of others) other.record(each);
      for (const each of [...some, ...others]) all.record(each);
      one.merge(other);
      for (const fraction of fractions)
        expect(one.percentile(fraction)).toBe(all.percentile(fraction));
      expect([one.count, one.max]).toEqual([all.count, all.max]);
    }),
  );
});

test("what is below 0 counts as 0, and nothing recorded reads as 0", () => {
  const histogram = new Histogram();
  expect([histogram.percentile(0.99), histogram.max, histogram.count]).toEqual([0, 0, 0]);
  histogram.record(-5);
  histogram.record(2.9);
  expect([histogram.percentile(0.5), histogram.max, histogram.count]).toEqual([0, 2, 2]);
});
