import { afterEach, beforeEach, describe, expect, test } from "bun:test";

import { IdempotencyError } from "./idempotency.ts";
import type { Idempotency } from "./idempotency.ts";

export interface IdempotencyHarness {
  readonly store: Idempotency;
  /** Lets that much time pass for the store. */
  pass(ms: number): Promise<void>;
  dispose(): Promise<void>;
}

const answer = { status: 201, body: '{"orderID":"x"}' };
const answered = { kind: "Answered", ...answer } as const;

/** What every idempotency store must do, for every adapter. */
export function idempotencyConformance(
  name: string,
  create: () => Promise<IdempotencyHarness>,
): void {
  describe(`${name} is an idempotency store`, () => {
    let harness: IdempotencyHarness;
    beforeEach(async () => {
      harness = await create();
    });
    afterEach(async () => {
      await harness.store.close();
      await harness.dispose();
    });
    const store = (): Idempotency => harness.store;
    answerTests(store);
    conflictTests(store);
    timeTests(store, (ms) => harness.pass(ms));
  });
}

function answerTests(store: () => Idempotency): void {
  test("reserves a key once, says that it is in flight, then gives the answer", async () => {
    expect(await store().reserve("key", "hash", 60_000)).toEqual({ kind: "Reserved" });
    expect(await store().reserve("key", "hash", 60_000)).toEqual({ kind: "InFlight" });
    await store().complete("key", "hash", answer, 60_000);
    expect(await store().reserve("key", "hash", 60_000)).toEqual(answered);
    expect(await store().reserve("other", "hash", 60_000)).toEqual({ kind: "Reserved" });
  });

  test("of many that reserve a key at once exactly one gets it", async () => {
    const reservations = await Promise.all(
      Array.from({ length: 20 }, () => store().reserve("key", "hash", 60_000)),
    );
    expect(reservations.filter(({ kind }) => kind === "Reserved")).toHaveLength(1);
    expect(reservations.filter(({ kind }) => kind === "InFlight")).toHaveLength(19);
  });

  test("a key that was given back can be taken again, an answered one cannot be given back", async () => {
    await store().reserve("key", "hash", 60_000);
    await store().release("key", "hash");
    expect(await store().reserve("key", "hash", 60_000)).toEqual({ kind: "Reserved" });
    await store().complete("key", "hash", answer, 60_000);
    await store().release("key", "hash");
    expect(await store().reserve("key", "hash", 60_000)).toEqual(answered);
  });

  test("keeps an answer whose reservation it does not know", async () => {
    await store().complete("key", "hash", answer, 60_000);
    expect(await store().reserve("key", "hash", 60_000)).toEqual(answered);
  });
}

function conflictTests(store: () => Idempotency): void {
  test("another request under the same key is a conflict, before and after the answer", async () => {
    await store().reserve("key", "hash", 60_000);
    expect(await store().reserve("key", "other", 60_000)).toEqual({ kind: "Conflict" });
    await store().complete("key", "hash", answer, 60_000);
    expect(await store().reserve("key", "other", 60_000)).toEqual({ kind: "Conflict" });
  });

  test("another request can neither give the key back nor answer it", async () => {
    await store().reserve("key", "hash", 60_000);
    await store().release("key", "other");
    await store().complete("key", "other", answer, 60_000);
    expect(await store().reserve("key", "hash", 60_000)).toEqual({ kind: "InFlight" });
  });

  test("takes nothing any more once it is closed", async () => {
    await store().close();
    const calls = [store().reserve("key", "hash", 1), store().complete("key", "hash", answer, 1)];
    for (const call of [...calls, store().release("key", "hash")]) {
      expect(await call.catch((error: unknown) => error)).toBeInstanceOf(IdempotencyError);
    }
  });
}

function timeTests(store: () => Idempotency, pass: (ms: number) => Promise<void>): void {
  test("a lease that ran out can be taken, also by another request", async () => {
    await store().reserve("key", "hash", 50);
    await pass(60);
    expect(await store().reserve("key", "other", 60_000)).toEqual({ kind: "Reserved" });
    // The first owner comes back late: the key is not its own any more.
    await store().complete("key", "hash", answer, 60_000);
    expect(await store().reserve("key", "other", 60_000)).toEqual({ kind: "InFlight" });
  });

  test("an answer is forgotten after the time it is kept", async () => {
    await store().reserve("key", "hash", 60_000);
    await store().complete("key", "hash", answer, 50);
    await pass(60);
    expect(await store().reserve("key", "other", 60_000)).toEqual({ kind: "Reserved" });
  });
}
