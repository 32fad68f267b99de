import { expect, test } from "bun:test";

import { openLoop } from "./open-loop.ts";

function spin(ms: number): void {
  const until = Bun.nanoseconds() + ms * 1e6;
  while (Bun.nanoseconds() < until);
}

test("a stall is charged to all whom it kept waiting, and listed once", () => {
  const stepNs = 100_000;
  const { latency, pauses } = openLoop(200, stepNs, (index) => {
    if (index === 50) spin(10);
  });
  expect(latency.count).toBe(200);
  // Half of those that came due during the stall wait for at least half of it.
  expect(latency.percentile(1 - 45 / 200)).toBeGreaterThanOrEqual(5e6);
  expect(latency.max).toBeGreaterThanOrEqual(10e6);
  expect(pauses.some(({ index, ms }) => index === 50 && ms >= 10)).toBe(true);
});
