import { expect, test } from "bun:test";

import { ManualClock } from "../clock/clock-manual.ts";
import { createMemoryIdempotency } from "./idempotency-memory.ts";
import { idempotencyConformance } from "./idempotency.conformance.ts";

idempotencyConformance("The memory store", async () => {
  const clock = new ManualClock();
  return {
    store: createMemoryIdempotency(clock),
    pass: async (ms) => clock.advance(ms),
    dispose: async () => {},
  };
});

test("the oldest entries make room when there are too many", async () => {
  const store = createMemoryIdempotency(new ManualClock(), {
    entryCountMax: 3,
    textLengthMax: 1e6,
  });
  for (const key of ["a", "b", "c", "d"]) await store.reserve(key, "hash", 60_000);
  for (const key of ["b", "c", "d"]) {
    expect(await store.reserve(key, "hash", 60_000)).toEqual({ kind: "InFlight" });
  }
  expect(await store.reserve("a", "hash", 60_000)).toEqual({ kind: "Reserved" });
});

test("long answers make room for each other", async () => {
  const store = createMemoryIdempotency(new ManualClock(), {
    entryCountMax: 100,
    textLengthMax: 2500,
  });
  const body = "x".repeat(1000);
  for (const key of ["a", "b", "c"])
    await store.complete(key, "hash", { status: 200, body }, 60_000);
  expect((await store.reserve("a", "hash", 60_000)).kind).toBe("Reserved");
  for (const key of ["b", "c"])
    expect((await store.reserve(key, "hash", 60_000)).kind).toBe("Answered");
});

test("what has run out makes room before what has not", async () => {
  const clock = new ManualClock();
  const store = createMemoryIdempotency(clock, { entryCountMax: 2, textLengthMax: 1e6 });
  await store.reserve("short", "hash", 10);
  await store.reserve("long", "hash", 60_000);
  clock.advance(20);
  await store.reserve("new", "hash", 60_000);
  expect(await store.reserve("long", "hash", 60_000)).toEqual({ kind: "InFlight" });
});
