import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { createClient } from "redis";

import { liveStore } from "../../ports/live-store.ts";
import { createTopics, kafkaTopicName } from "../../ports/log/kafka-topics.ts";
import { Admin } from "../../ports/log/rdkafka/admin.ts";
import { openLibrary } from "../../ports/log/rdkafka/library.ts";
import { ProduceError, Producer } from "../../ports/log/rdkafka/producer.ts";
import { Topic } from "../../schema/topics.ts";
import { SeededRandom } from "../seeded-random.ts";
import { defaultFolders } from "../services/folders.ts";
import { serviceNames } from "../services/service.ts";
import type { ServiceName } from "../services/service.ts";
import type { Stores } from "../stack/stack-environment.ts";
import { DiskFull } from "./faults/disk-full.ts";
import { LeaderKill } from "./faults/leader-kill.ts";
import { Outage, outageKinds } from "./faults/outage.ts";
import { smallDiskRefusal } from "./small-disk.ts";
import { openChaosStores } from "./stores.ts";
import type { ChaosStores } from "./stores.ts";

/** Private sets, so that nobody else's stores are hurt. */
const portOffset = 7000;
const prefix = "chaos-";
const topics = [Topic.Orders, Topic.OrderEvents].map((topic) => kafkaTopicName(topic, prefix));
const libraryPath = process.env["RDKAFKA_SO"] ?? "";

const missing =
  liveStore("KAFKA_BROKERS", "Kafka") === null
    ? "stores are missing: `bun run services up`"
    : smallDiskRefusal();
if (missing !== null) test.skip(`stores that can be hurt: ${missing}`, () => {});
else {
  describe("stores that can be hurt", () => suiteOfAll());
  describe("three brokers that can be hurt", () => suiteOfBrokers());
}

function suiteOfAll(): void {
  const set = new OwnSet(1);
  beforeAll(() => set.open(), 120_000);
  afterAll(() => set.close(), 60_000);

  test("answer through their proxies, and past them while the proxies cut", async () => {
    const { stores } = set;
    for (const store of serviceNames) {
      expect([store, await answers(stores.connections, store)]).toEqual([store, true]);
      stores.setProxies(store, { kind: "Cut" });
      expect([store, await answers(stores.connections, store)]).toEqual([store, false]);
      expect([store, await answers(stores.direct, store)]).toEqual([store, true]);
      stores.setProxies(store, { kind: "Pass" });
    }
  }, 120_000);

  test("come back after each kind of outage, with their data", async () => {
    const { stores } = set;
    const redis = await keptValue(stores);
    const random = new SeededRandom(1);
    for (const store of serviceNames) {
      for (const kind of outageKinds) {
        const outage = new Outage(stores, store, [kind]);
        await outage.begin(random);
        expect(outage.detail).toStartWith(kind);
        await outage.end();
        expect([store, kind, await answers(stores.connections, store)]).toEqual([
          store,
          kind,
          true,
        ]);
      }
    }
    expect(await redis()).toBe("kept");
  }, 240_000);

  test("lose nothing that Kafka has acked when its disk was full, and take records again", async () => {
    const { stores } = set;
    const [topic = ""] = topics;
    await makeTopics(stores, 1);
    const acked = await produce(stores, topic, 1000);
    const fault = new DiskFull(stores, "kafka");
    await fault.begin();
    const refused = await produce(stores, topic, 200, 64 * 1024).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(ProduceError);
    await fault.end();
    const more = await produce(stores, topic, 10);
    expect(acked).toBe(999);
    expect(more).toBeGreaterThanOrEqual(acked + 10);
  }, 120_000);
}

function suiteOfBrokers(): void {
  const set = new OwnSet(3);
  beforeAll(() => set.open(), 120_000);
  afterAll(() => set.close(), 60_000);

  test("go on under another leader, and are whole again after the fault", async () => {
    const { stores } = set;
    await makeTopics(stores, 3);
    const admin = adminOf(stores.direct.kafka.brokers);
    try {
      const fault = new LeaderKill(stores, admin, topics);
      await fault.begin(new SeededRandom(3));
      const broker = Number(/^broker (\d), leader of chaos-/.exec(fault.detail)?.[1]);
      expect(stores.runs("kafka", broker)).toBe(false);
      for (const topic of topics) await produce(stores, topic, 10);
      await fault.end();
      for (const topic of topics) {
        const described = await admin.describeTopic(topic);
        const inSync = described?.partitions.map(({ inSyncReplicas }) => inSyncReplicas.length);
        expect(inSync).toEqual([3, 3]);
      }
    } finally {
      admin.close();
    }
  }, 180_000);
}

class OwnSet {
  readonly #data = mkdtempSync(join(tmpdir(), "orderbook-chaos-stores-"));
  readonly #brokers: 1 | 3;
  #stores: ChaosStores | null = null;

  constructor(brokers: 1 | 3) {
    this.#brokers = brokers;
  }

  get stores(): ChaosStores {
    if (this.#stores === null) throw new Error("The set is not open");
    return this.#stores;
  }

  async open(): Promise<void> {
    // PostgreSQL's own user has to reach its folder.
    chmodSync(this.#data, 0o755);
    this.#stores = await openChaosStores({
      folders: { ...defaultFolders(process.env), data: this.#data },
      brokers: this.#brokers,
      portOffset,
      ...(this.#brokers === 1 ? { smallDisks: { kafka: 256 } } : {}),
    });
  }

  async close(): Promise<void> {
    await this.#stores?.close();
    rmSync(this.#data, { recursive: true, force: true });
  }
}

const answerMs = 3000;

/** Whether a fresh client gets an answer there. */
async function answers(stores: Stores, store: ServiceName): Promise<boolean> {
  const asked: Readonly<Record<ServiceName, () => Promise<boolean>>> = {
    kafka: () => contactsKafka(stores.kafka.brokers),
    minio: () => isOk(`${stores.minio.endpoint}/minio/health/ready`),
    redis: async () => (await askRedis(stores, "PING")) === "PONG",
    postgres: () => selectsOne(stores.postgres.url),
    clickhouse: () => isOk(`${stores.clickhouse.url}/ping`),
  };
  try {
    return await asked[store]();
  } catch (error) {
    if (error instanceof Error) return false;
    throw error;
  }
}

async function isOk(url: string): Promise<boolean> {
  return (await fetch(url, { signal: AbortSignal.timeout(answerMs) })).ok;
}

async function contactsKafka(brokers: string): Promise<boolean> {
  const admin = adminOf(brokers);
  try {
    return (await admin.clusterID(answerMs)) !== null;
  } finally {
    admin.close();
  }
}

async function selectsOne(url: string): Promise<boolean> {
  const sql = new Bun.SQL(url, { max: 1, connectionTimeout: answerMs / 1000 });
  try {
    return (await sql`SELECT 1`).length === 1;
  } finally {
    await sql.close();
  }
}

/** One command, by a connection of its own. */
async function askRedis(stores: Stores, ...command: string[]): Promise<unknown> {
  const socket = { connectTimeout: answerMs, reconnectStrategy: false as const };
  const client = createClient({ url: stores.redis.url, socket });
  client.on("error", () => {});
  try {
    await client.connect();
    return await client.sendCommand(command);
  } finally {
    client.destroy();
  }
}

/** Written now; read when it is called. */
async function keptValue(stores: ChaosStores): Promise<() => Promise<unknown>> {
  // By default it may lose the last second, and the venue counts on no more.
  await askRedis(stores.connections, "CONFIG", "SET", "appendfsync", "always");
  await askRedis(stores.connections, "SET", "kept", "kept");
  return () => askRedis(stores.connections, "GET", "kept");
}

function adminOf(brokers: string): Admin {
  return new Admin(openLibrary([libraryPath]), { "bootstrap.servers": brokers, log_level: "0" });
}

async function makeTopics(stores: ChaosStores, replicationFactor: number): Promise<void> {
  const admin = adminOf(stores.direct.kafka.brokers);
  const minInsyncReplicas = Math.max(1, replicationFactor - 1);
  try {
    await createTopics(admin, { partitionCount: 2, replicationFactor, minInsyncReplicas }, prefix);
  } finally {
    admin.close();
  }
}

/** Through the proxies; resolves with the offset of the last record. Rejects when one is not taken within ten seconds. */
async function produce(
  stores: ChaosStores,
  topic: string,
  count: number,
  valueBytes = 1024,
): Promise<number> {
  const settings = {
    "bootstrap.servers": stores.connections.kafka.brokers,
    "enable.idempotence": "true",
    "message.timeout.ms": "10000",
    "batch.size": "131072",
    log_level: "0",
  };
  const producer = new Producer(openLibrary([libraryPath]), settings, () => {});
  const value = new Uint8Array(valueBytes);
  try {
    const records = Array.from({ length: count }, () => ({ key: null, value }));
    return (await producer.produce(topic, 0, records)).at(-1) ?? -1;
  } finally {
    producer.close();
  }
}
