import { afterEach, beforeEach, describe, expect, test } from "bun:test";

import { RateLimitError } from "./rate-limit.ts";
import type { RateLimit } from "./rate-limit.ts";

export interface RateLimitHarness {
  readonly limit: RateLimit;
  /** Lets that much time pass for the limit. */
  pass(ms: number): Promise<void>;
  dispose(): Promise<void>;
}

const policy = { name: "orders", burst: 3, intervalMs: 60_000 };

/** What every rate limit must do, for every adapter. */
export function rateLimitConformance(name: string, create: () => Promise<RateLimitHarness>): void {
  describe(`${name} is a rate limit`, () => {
    let harness: RateLimitHarness;
    beforeEach(async () => {
      harness = await create();
    });
    afterEach(async () => {
      await harness.limit.close();
      await harness.dispose();
    });
    const limit = (): RateLimit => harness.limit;

    test("allows the burst at once and says what is left, then refuses and says how long", async () => {
      for (const left of [2, 1, 0]) {
        const decision = await limit().take("a", policy, 1);
        expect(decision).toMatchObject({ allowed: true, left, retryAfterMs: 0 });
        expect(Math.abs(decision.resetMs - (3 - left) * 60_000)).toBeLessThan(5000);
      }
      const refused = await limit().take("a", policy, 1);
      expect(refused).toMatchObject({ allowed: false, left: 0 });
      expect(Math.abs(refused.retryAfterMs - 60_000)).toBeLessThan(5000);
      expect(Math.abs(refused.resetMs - 180_000)).toBeLessThan(5000);
    });

    test("a refusal takes nothing", async () => {
      await limit().take("a", policy, 2);
      expect((await limit().take("a", policy, 2)).allowed).toBe(false);
      expect((await limit().take("a", policy, 1)).allowed).toBe(true);
    });

    test("a cost above the burst is never allowed", async () => {
      expect((await limit().take("a", policy, 4)).allowed).toBe(false);
      expect((await limit().take("a", policy, 3)).allowed).toBe(true);
    });

    test("keys and policies do not share", async () => {
      await limit().take("a", policy, 3);
      expect((await limit().take("b", policy, 3)).allowed).toBe(true);
      expect((await limit().take("a", { ...policy, name: "cancels" }, 3)).allowed).toBe(true);
    });

    test("allows one more each interval", async () => {
      const quick = { name: "quick", burst: 2, intervalMs: 40 };
      await limit().take("a", quick, 2);
      const { retryAfterMs } = await limit().take("a", quick, 1);
      await harness.pass(Math.ceil(retryAfterMs));
      expect((await limit().take("a", quick, 1)).allowed).toBe(true);
    });

    test("takes nothing any more once it is closed", async () => {
      await limit().close();
      const call = limit().take("a", policy, 1);
      expect(await call.catch((error: unknown) => error)).toBeInstanceOf(RateLimitError);
    });
  });
}
