import { afterAll, describe, expect, test } from "bun:test";
import { dlopen, read, type Pointer } from "bun:ffi";

import { Topic } from "../../../schema/topics.ts";
import { systemClock } from "../../clock/clock-system.ts";
import { liveStore } from "../../live-store.ts";
import { createTopics, kafkaTopicName } from "../kafka-topics.ts";
import { openKafkaLog } from "../log-kafka.ts";
import type { Log } from "../log.ts";
import { Admin } from "./admin.ts";
import { Client } from "./client.ts";
import { openLibrary, type Library } from "./library.ts";
import { LogWatch } from "./log-watch.ts";
import { listOffsets, present, readInt64, topicPartitionOffsets } from "./native.ts";
import { Producer } from "./producer.ts";
import { Watchdog } from "./watchdog.ts";
import type { Stall } from "./watchdog.ts";

const brokers = liveStore("KAFKA_BROKERS", "Kafka");
const stallMs = 2000;

if (brokers === null) {
  test.skip("Kafka is missing: start it with `bun run services up`", () => {});
} else {
  runSuite(openLibrary([process.env["RDKAFKA_SO"] ?? ""]), brokers);
}

function runSuite(library: Library, address: string): void {
  const settings = { "bootstrap.servers": address, log_level: "0" };
  const admin = new Admin(library, settings);
  const made: string[] = [];
  afterAll(async () => {
    for (const name of made) await admin.deleteTopic(name);
    admin.close();
  });

  /** A log with its watchdog, and all that it barks. */
  async function openWatched(groupID: string) {
    const topicPrefix = `t-${crypto.randomUUID()}-`;
    const shape = { partitionCount: 1, replicationFactor: 1, minInsyncReplicas: 1 };
    made.push(...(await createTopics(admin, shape, topicPrefix)));
    const stalls: Stall[] = [];
    const watchdog = new Watchdog({
      clock: systemClock,
      stallMs,
      onStall: (stall) => stalls.push(stall),
      onBrokers: () => {},
    });
    const failures: string[] = [];
    const log = await openKafkaLog({
      library,
      settings,
      partitionCount: 1,
      topicPrefix,
      watchdog,
      lagGroup: { groupID, commitFailed: (message) => failures.push(message) },
      onFatal: () => {},
    });
    return { log, stalls, watchdog, failures, topicPrefix };
  }

  describe("the watchdog of a log on Kafka", () => {
    test("is silent while records come and go, and while none do", async () => {
      const { log, stalls, watchdog } = await openWatched("silent");
      const taken: number[] = [];
      log.follow(Topic.Orders, 0, 0, (records) => void taken.push(records.length));
      const endsAt = performance.now() + 2 * stallMs;
      while (performance.now() < endsAt) await log.append(Topic.Orders, 0, [record()]);
      await systemClock.sleep(2 * stallMs);
      await log.append(Topic.Orders, 0, [record()]);
      const count = await log.endOffset(Topic.Orders, 0);
      await until(() => taken.reduce((sum, length) => sum + length, 0) === count);
      expect(stalls).toEqual([]);
      expect(watchdog.brokersAway).toBe(false);
      watchdog.close();
      await log.close();
    }, 30_000);

    test("tells of a producer that keeps its records to itself although the broker is there", async () => {
      const { log, stalls, watchdog, topicPrefix } = await openWatched("stuck");
      const topic = kafkaTopicName(Topic.Orders, topicPrefix);
      const producer = new Producer(library, settings, () => {});
      // Only a partition that the instance knows can be paused.
      await producer.produce(topic, 0, [record()]);
      pause(library, producer.client.handle, topic);
      const watch = new LogWatch(watchdog, (at, partition) => log.endOffset(at, partition));
      const ended = watch.begin("Produce", Topic.Orders, 0);
      const produced = producer.produce(topic, 0, [record()]).finally(ended);
      produced.catch(() => {});
      await until(() => stalls.length === 1);
      expect(stalls[0]).toMatchObject({ kind: "Produce", name: "orders-0" });
      expect(producer.inFlight).toBe(1);
      expect(watchdog.brokersAway).toBe(false);
      producer.close();
      watchdog.close();
      await log.close();
    }, 30_000);
  });

  test("the group of a service's lag graph knows how far its slowest follower is", async () => {
    const groupID = `lag-${crypto.randomUUID()}`;
    const { log, watchdog, failures, topicPrefix } = await openWatched(groupID);
    await log.append(Topic.OrderEvents, 0, [record(), record(), record()]);
    const slow = Promise.withResolvers<void>();
    const seen: number[] = [];
    log.follow(Topic.OrderEvents, 0, 1, (records) => void seen.push(records.length));
    log.follow(Topic.OrderEvents, 0, 2, () => slow.promise);
    const place = { groupID, topic: kafkaTopicName(Topic.OrderEvents, topicPrefix) };
    await until(() => committed(library, settings, place) === 2);
    slow.resolve();
    await until(() => committed(library, settings, place) === 3);
    expect(failures).toEqual([]);
    watchdog.close();
    await log.close();
  }, 60_000);
}

function record(): Parameters<Log["append"]>[2][number] {
  return { key: null, value: new Uint8Array([1, 2, 3]) };
}

/** The instance takes records and sends none of this partition: what a stuck client looks like from outside. */
function pause(library: Library, handle: Pointer, topic: string): void {
  const { kafka } = library;
  const list = present(kafka.rd_kafka_topic_partition_list_new(1), "list");
  kafka.rd_kafka_topic_partition_list_add(list, topic, 0);
  kafka.rd_kafka_pause_partitions(handle, list);
  kafka.rd_kafka_topic_partition_list_destroy(list);
}

/** What any tool of Kafka is told; negative where the group knows nothing. */
function committed(
  library: Library,
  settings: Readonly<Record<string, string>>,
  { groupID, topic }: { groupID: string; topic: string },
): number {
  const { symbols } = dlopen(library.path, {
    rd_kafka_committed: { args: ["ptr", "ptr", "i32"], returns: "i32" },
  });
  const client = new Client(library, "consumer", { ...settings, "group.id": groupID }, 0);
  const list = present(library.kafka.rd_kafka_topic_partition_list_new(1), "list");
  library.kafka.rd_kafka_topic_partition_list_add(list, topic, 0);
  symbols.rd_kafka_committed(client.handle, list, 10_000);
  const entry = read.ptr(list, listOffsets.elements) as Pointer;
  const offset = readInt64(entry, topicPartitionOffsets.offset);
  library.kafka.rd_kafka_topic_partition_list_destroy(list);
  client.close();
  return offset;
}

async function until(holds: () => boolean): Promise<void> {
  const deadline = performance.now() + 30_000;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error("The condition did not come true in time");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
