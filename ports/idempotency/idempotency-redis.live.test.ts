import { test } from "bun:test";

import { liveStore } from "../live-store.ts";
import { openRedisIdempotency } from "./idempotency-redis.ts";
import { idempotencyConformance } from "./idempotency.conformance.ts";

const url = liveStore("REDIS_URL", "Redis");

if (url === null) {
  test.skip("Redis is missing: start it with `bun run services up`", () => {});
} else {
  idempotencyConformance("Redis", async () => ({
    store: await openRedisIdempotency({ url, keyPrefix: `t:${crypto.randomUUID()}:` }),
    pass: (ms) => Bun.sleep(ms),
    dispose: () => Promise.resolve(),
  }));
}
