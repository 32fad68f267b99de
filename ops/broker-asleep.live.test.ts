import { afterAll, beforeAll, describe, expect, test } from "bun:test";

import { systemClock } from "../ports/clock/clock-system.ts";
import { liveStore } from "../ports/live-store.ts";
import { createTopics } from "../ports/log/kafka-topics.ts";
import { openKafkaLog } from "../ports/log/log-kafka.ts";
import type { Log } from "../ports/log/log.ts";
import { Admin } from "../ports/log/rdkafka/admin.ts";
import { openLibrary } from "../ports/log/rdkafka/library.ts";
import { Watchdog } from "../ports/log/rdkafka/watchdog.ts";
import type { Stall } from "../ports/log/rdkafka/watchdog.ts";
import { Topic } from "../schema/topics.ts";
import { defaultFolders } from "./services/folders.ts";
import { runningPid } from "./services/processes.ts";

const brokers = liveStore("KAFKA_BROKERS", "Kafka");
const pid = runningPid(defaultFolders(process.env), "kafka-1");
const stallMs = 12_000;
/** Longer than the broker's session: it finds itself fenced when it wakes, and each partition has a new leader epoch. */
const asleepMs = 4000;
const partitionCount = 4;

if (brokers === null || brokers.includes(",") || pid === null) {
  test.skip("One broker of `bun run services up` is missing", () => {});
} else {
  runSuite(brokers, pid);
}

function runSuite(address: string, broker: number): void {
  const library = openLibrary([process.env["RDKAFKA_SO"] ?? ""]);
  const settings = { "bootstrap.servers": address, log_level: "0" };
  const topicPrefix = `t-${crypto.randomUUID()}-`;
  const stalls: Stall[] = [];
  const broken: boolean[] = [];
  const counts = Array.from({ length: partitionCount }, () => ({ appended: 0, taken: 0 }));
  const admin = new Admin(library, settings);
  let made: readonly string[] = [];
  let log: Log;
  const watchdog = new Watchdog({
    clock: systemClock,
    stallMs,
    onStall: (stall) => stalls.push(stall),
    onBrokers: (away) => broken.push(away),
  });

  beforeAll(async () => {
    const shape = { partitionCount, replicationFactor: 1, minInsyncReplicas: 1 };
    made = await createTopics(admin, shape, topicPrefix);
    const place = { library, settings, partitionCount, topicPrefix, watchdog };
    log = await openKafkaLog({ ...place, onFatal: () => {} });
  }, 60_000);

  afterAll(async () => {
    process.kill(broker, "SIGCONT");
    watchdog.close();
    await log?.close();
    for (const name of made) await admin.deleteTopic(name);
    admin.close();
  }, 60_000);

  describe("a broker that sleeps until it is fenced", () => {
    test("is told as an outage, no client stalls, and all partitions go on within seconds of its waking, five times", async () => {
      const ending = new AbortController();
      const writing = counts.map((_, partition) => write(partition, ending.signal));
      for (const [partition, count] of counts.entries())
        log.follow(Topic.Orders, partition, 0, (records) => void (count.taken += records.length));
      for (let round = 0; round < 5; round++) {
        await untilAllMoved(10_000);
        process.kill(broker, "SIGSTOP");
        await until(asleepMs + 10_000, () => watchdog.brokersAway);
        await Bun.sleep(asleepMs);
        process.kill(broker, "SIGCONT");
        await untilAllMoved(20_000);
        await until(10_000, () => !watchdog.brokersAway);
      }
      ending.abort();
      await Promise.all(writing);
      await until(10_000, () => counts.every(({ appended, taken }) => appended === taken));
      expect(stalls).toEqual([]);
      expect(broken).toEqual(Array.from({ length: 10 }, (_, index) => index % 2 === 0));
    }, 240_000);
  });

  async function write(partition: number, signal: AbortSignal): Promise<void> {
    const count = counts[partition] ?? { appended: 0, taken: 0 };
    while (!signal.aborted) {
      await log.append(Topic.Orders, partition, [{ key: null, value: new Uint8Array(64) }]);
      count.appended++;
      await systemClock.sleep(20, signal);
    }
  }

  /** Every partition is written to and read from now. */
  async function untilAllMoved(waitMs: number): Promise<void> {
    const before = counts.map((count) => ({ ...count }));
    await until(waitMs, () =>
      counts.every(({ appended, taken }, partition) => {
        const then = before[partition] ?? { appended: 0, taken: 0 };
        return appended > then.appended + 2 && taken > then.taken + 2;
      }),
    );
  }
}

async function until(waitMs: number, holds: () => boolean): Promise<void> {
  const deadline = performance.now() + waitMs;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error("The condition did not come true in time");
    await Bun.sleep(20);
  }
}
