import { describe, expect, test } from "bun:test";

import { SeededRandom } from "../seeded-random.ts";
import { faultMs } from "./fault.ts";

describe("how long a fault lasts", () => {
  test("each tenth two minutes, the others one to twenty seconds", () => {
    const random = new SeededRandom(1);
    const all = Array.from({ length: 200 }, (_, round) => faultMs(random, round));
    const long = all.filter((_, round) => round % 10 === 9);
    const short = all.filter((_, round) => round % 10 !== 9);
    expect(new Set(long)).toEqual(new Set([120_000]));
    expect(Math.min(...short)).toBeGreaterThanOrEqual(1000);
    expect(Math.max(...short)).toBeLessThanOrEqual(20_000);
    expect(new Set(short).size).toBeGreaterThan(100);
  });

  test("is the same for the same seed", () => {
    const twice = [7, 7].map((seed) => faultMs(new SeededRandom(seed), 0));
    expect(twice[0]).toBe(twice[1] ?? 0);
  });
});
