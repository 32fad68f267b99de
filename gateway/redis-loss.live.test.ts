import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { createClient } from "redis";

import { openRedisIdempotency } from "../ports/idempotency/idempotency-redis.ts";
import { liveStore } from "../ports/live-store.ts";
import { Fold } from "../ports/log/fold.ts";
import type { Log } from "../ports/log/log.ts";
import { openRedisRateLimit } from "../ports/rate-limit/rate-limit-redis.ts";
import { Topic } from "../schema/topics.ts";
import { TestVenue } from "./venue.fixture.ts";

const orderCount = 10_000;
const inFlightMax = 64;
/** How often each order is sent at least. */
const sendings = 2;

/** A Redis of this test's own, so that it may be flushed and killed. */
class OwnRedis {
  readonly #folder = mkdtempSync(join(tmpdir(), "orderbook-redis-"));
  readonly #port = freePort();
  #process: Bun.Subprocess | null = null;

  get url(): string {
    return `redis://127.0.0.1:${this.#port}`;
  }

  async start(): Promise<void> {
    const configuration = join(this.#folder, "redis.conf");
    writeFileSync(
      configuration,
      `bind 127.0.0.1\nport ${this.#port}\ndir ${this.#folder}\nsave ""\n`,
    );
    this.#process = Bun.spawn(["redis-server", configuration], { stdout: "ignore" });
    while (!(await this.#answers())) await Bun.sleep(20);
  }

  async flush(): Promise<void> {
    const client = createClient({ url: this.url });
    await client.connect();
    await client.flushAll();
    client.destroy();
  }

  async kill(): Promise<void> {
    this.#process?.kill("SIGKILL");
    await this.#process?.exited;
  }

  async close(): Promise<void> {
    await this.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #answers(): Promise<boolean> {
    const client = createClient({ url: this.url, socket: { reconnectStrategy: false } });
    client.on("error", () => {});
    try {
      await client.connect();
      return (await client.ping()) === "PONG";
    } catch {
      // A refused connection is the answer "not yet".
      return false;
    } finally {
      client.destroy();
    }
  }
}

if (liveStore("REDIS_URL", "Redis") === null) {
  test.skip("Redis is missing: start it with `bun run services up`", () => {});
} else {
  runSuite();
}

function runSuite(): void {
  const redis = new OwnRedis();
  afterAll(() => redis.close());

  test("Redis flushed and killed under retried orders: exactly one order per account, symbol and clOrdID", async () => {
    await redis.start();
    const gateway = await redisOptions(redis.url);
    const venue = await TestVenue.open({ gateway });
    const other = await TestVenue.open({ gateway: await redisOptions(redis.url), over: venue });
    const orderIDs = new Map<string, Set<unknown>>();
    const strikes = new Map<number, () => Promise<void>>(
      [
        [0.15, () => redis.flush()],
        [0.3, () => redis.flush()],
        [0.45, () => redis.kill()],
        [0.6, () => redis.start()],
        [0.75, () => redis.flush()],
        [0.85, () => redis.kill()],
        [0.9, () => redis.start()],
      ].map(([share, strike]) => [
        Math.floor((share as number) * orderCount),
        strike as () => Promise<void>,
      ]),
    );
    let next = 0;
    await Promise.all(
      Array.from({ length: inFlightMax }, async () => {
        while (next < orderCount) {
          const index = next++;
          await strikes.get(index)?.();
          orderIDs.set(`order-${index}`, await sendRepeatedly([venue, other], `order-${index}`));
        }
      }),
    );
    expect(orderIDs.size).toBe(orderCount);
    expect([...orderIDs].filter(([, ids]) => ids.size !== 1)).toEqual([]);
    const accepted = await acceptedCounts(venue.log);
    expect(accepted.size).toBe(orderCount);
    expect([...accepted].filter(([, count]) => count !== 1)).toEqual([]);
    await other.gateway.close();
    await venue.close();
  }, 180_000);
}

async function redisOptions(url: string) {
  const [idempotency, rateLimit] = await Promise.all([
    openRedisIdempotency({ url, keyPrefix: "i:" }),
    openRedisRateLimit({ url, keyPrefix: "r:" }),
  ]);
  return { idempotency, rateLimit };
}

/** Sends one request to both gateways, again until each has given a definite answer; the orderIDs that were answered. */
async function sendRepeatedly(
  venues: readonly [TestVenue, TestVenue],
  clOrdID: string,
): Promise<Set<unknown>> {
  const ids = new Set<unknown>();
  const send = async (venue: TestVenue): Promise<void> => {
    for (let definite = 0; definite < sendings;) {
      const answer = await venue.order(
        { clOrdID },
        { token: venue.alice, headers: { "idempotency-key": clOrdID } },
      );
      expect([200, 201, 202, 409, 429]).toContain(answer.status);
      // In flight elsewhere, undecided yet, or too many at once: asked again, as a client would.
      if (answer.status > 201) continue;
      ids.add(answer.body["orderID"]);
      definite++;
    }
  };
  await Promise.all(venues.map(send));
  return ids;
}

/** How many orders of each clOrdID the log has accepted. */
async function acceptedCounts(log: Log): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  const fold = new Fold(0, null);
  for (let offset = 0; ;) {
    const records = await log.read(Topic.OrderEvents, 0, offset, 4096);
    if (records.length === 0) return counts;
    for (const record of records) {
      offset = record.offset + 1;
      for (const event of fold.push(record)?.events ?? []) {
        if (event.kind !== "OrderAccepted") continue;
        counts.set(event.clOrdID, (counts.get(event.clOrdID) ?? 0) + 1);
      }
    }
  }
}

function freePort(): number {
  const server = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data: () => {} } });
  const { port } = server;
  server.stop();
  return port;
}
