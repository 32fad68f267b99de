import { expect, test } from "bun:test";

import { ManualClock } from "../clock/clock-manual.ts";
import { createMemoryRateLimit } from "./rate-limit-memory.ts";
import { rateLimitConformance } from "./rate-limit.conformance.ts";

rateLimitConformance("The memory limit", async () => {
  const clock = new ManualClock();
  return {
    limit: createMemoryRateLimit(clock),
    pass: async (ms) => clock.advance(ms),
    dispose: async () => {},
  };
});

const policy = { name: "orders", burst: 1, intervalMs: 1000 };

test("a wall clock that jumps changes nothing", async () => {
  const clock = new ManualClock();
  const limit = createMemoryRateLimit(clock);
  await limit.take("a", policy, 1);
  clock.jump(86_400_000);
  expect((await limit.take("a", policy, 1)).retryAfterMs).toBe(1000);
  clock.jump(-2 * 86_400_000);
  clock.advance(1000);
  expect((await limit.take("a", policy, 1)).allowed).toBe(true);
});

test("beyond its keys it forgets the one nearest to a whole burst", async () => {
  const limit = createMemoryRateLimit(new ManualClock(), 4);
  const wide = { name: "wide", burst: 10, intervalMs: 1000 };
  for (const [key, cost] of [
    ["a", 10],
    ["b", 9],
    ["c", 1],
    ["d", 10],
    ["e", 10],
  ] as const) {
    await limit.take(key, wide, cost);
  }
  for (const key of ["a", "d", "e"]) expect((await limit.take(key, wide, 1)).allowed).toBe(false);
  expect((await limit.take("b", wide, 2)).allowed).toBe(false);
  expect((await limit.take("c", wide, 10)).allowed).toBe(true);
});

test("a flood of keys does not open the limit of one that is spent", async () => {
  const clock = new ManualClock();
  const limit = createMemoryRateLimit(clock, 50);
  const slow = { name: "slow", burst: 100, intervalMs: 100 };
  await limit.take("spent", slow, 100);
  for (let index = 0; index < 5000; index++) await limit.take(`flood ${index}`, slow, 1);
  expect((await limit.take("spent", slow, 1)).allowed).toBe(false);
});

test("counts whole requests at any moment of a clock with fractions", async () => {
  const clock = new ManualClock();
  clock.advance(1_234_567.123_456_7);
  const limit = createMemoryRateLimit(clock);
  for (let request = 0; request < 1000; request++) {
    clock.advance(0.731_3);
    const decision = await limit.take(
      `key ${request}`,
      { name: "orders", burst: 2, intervalMs: 60_000 },
      1,
    );
    expect(decision).toMatchObject({ allowed: true, left: 1, resetMs: 60_000 });
  }
});
