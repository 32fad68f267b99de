import { expect, test } from "bun:test";

import { liveStore } from "../live-store.ts";
import { openRedisRateLimit } from "./rate-limit-redis.ts";
import { rateLimitConformance } from "./rate-limit.conformance.ts";
import { RateLimitError } from "./rate-limit.ts";

const url = liveStore("REDIS_URL", "Redis");

if (url === null) {
  test.skip("Redis is missing: start it with `bun run services up`", () => {});
} else {
  rateLimitConformance("Redis", async () => ({
    limit: await openRedisRateLimit({ url, keyPrefix: `t:${crypto.randomUUID()}:` }),
    pass: (ms) => Bun.sleep(ms),
    dispose: () => Promise.resolve(),
  }));

  test("four gateways together allow no more than one limit", async () => {
    const options = { url, keyPrefix: `t:${crypto.randomUUID()}:` };
    const limits = await Promise.all([1, 2, 3, 4].map(() => openRedisRateLimit(options)));
    const policy = { name: "orders", burst: 20, intervalMs: 60_000 };
    const each = Array.from({ length: 25 }, () => limits).flat();
    const decisions = await Promise.all(each.map((limit) => limit.take("account", policy, 1)));
    expect(decisions.filter(({ allowed }) => allowed)).toHaveLength(20);
    await Promise.all(limits.map((limit) => limit.close()));
  });
}

test("a Redis that is not there is an error in time, never a hang", async () => {
  const limit = await openRedisRateLimit({ url: "redis://127.0.0.1:1", keyPrefix: "t:" });
  const policy = { name: "orders", burst: 1, intervalMs: 1000 };
  expect(limit.take("account", policy, 1)).rejects.toBeInstanceOf(RateLimitError);
  await limit.close();
});
