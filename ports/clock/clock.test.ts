import { expect, test } from "bun:test";

import { ManualClock } from "./clock-manual.ts";
import { systemClock } from "./clock-system.ts";

test("the system's sleep lasts at least as long as asked, and ends at once when aborted", async () => {
  const start = systemClock.monotonic();
  await systemClock.sleep(20);
  // A timer may fire within the millisecond that it was set for.
  expect(systemClock.monotonic() - start).toBeGreaterThan(18);
  const abort = new AbortController();
  const sleeping = systemClock.sleep(2 ** 40, abort.signal);
  abort.abort();
  await sleeping;
  await systemClock.sleep(2 ** 40, abort.signal);
});

test("the system's clocks go on", () => {
  expect(Math.abs(systemClock.now() - Date.now())).toBeLessThan(1000);
  const first = systemClock.monotonic();
  expect(systemClock.monotonic()).toBeGreaterThanOrEqual(first);
});

test("a manual clock wakes who is due, earliest first, and nobody else", async () => {
  const clock = new ManualClock(1000);
  const woken: string[] = [];
  void clock.sleep(30).then(() => woken.push("30"));
  void clock.sleep(10).then(() => woken.push("10"));
  void clock.sleep(31).then(() => woken.push("31"));
  expect(clock.sleeperCount).toBe(3);
  clock.advance(30);
  await Promise.resolve();
  expect(woken).toEqual(["10", "30"]);
  expect(clock.sleeperCount).toBe(1);
  expect([clock.now(), clock.monotonic()]).toEqual([1030, 30]);
});

test("a manual clock's wall time may jump without its durations", async () => {
  const clock = new ManualClock(1000);
  const abort = new AbortController();
  const sleeping = clock.sleep(10, abort.signal);
  clock.jump(-500);
  expect([clock.now(), clock.monotonic(), clock.sleeperCount]).toEqual([500, 0, 1]);
  abort.abort();
  await sleeping;
  expect(clock.sleeperCount).toBe(0);
  expect(() => clock.advance(-1)).toThrow();
});
