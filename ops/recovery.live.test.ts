import { afterAll, beforeAll, describe, expect, test } from "bun:test";

import { Client } from "minio";

import {
  accountDefinition,
  newOrderSingle,
  securityDefinition,
} from "../engine/commands.fixture.ts";
import { createEngineHost } from "../engine/host.ts";
import type { EngineHost } from "../engine/host.ts";
import { recoveryFields } from "../engine/recovery-line.ts";
import type { RecoveryReport } from "../engine/recovery.ts";
import { systemClock } from "../ports/clock/clock-system.ts";
import { liveStore } from "../ports/live-store.ts";
import { createTopics } from "../ports/log/kafka-topics.ts";
import { openKafkaLog } from "../ports/log/log-kafka.ts";
import type { Log } from "../ports/log/log.ts";
import { Admin } from "../ports/log/rdkafka/admin.ts";
import { openLibrary } from "../ports/log/rdkafka/library.ts";
import { openMinioSnapshots } from "../ports/snapshot/snapshot-minio.ts";
import { frame } from "../schema/frame.ts";
import type { Command } from "../schema/generated/records.ts";
import { Topic } from "../schema/topics.ts";

const brokers = liveStore("KAFKA_BROKERS", "Kafka");
const endpoint = liveStore("MINIO_URL", "MinIO");

/** The figure of the issue is for a million: `RECOVERY_ORDERS=1000000 bun run live ops/recovery.live.test.ts`. */
const orderCount = Number(process.env["RECOVERY_ORDERS"] ?? "100000");
/** Commands since the snapshot: answered ones, and some that came while nobody owned the partition. */
const tailCount = 50_000;
const emitCount = 5000;
const accountCount = 16;
const symbol = "BTC-USD";

if (brokers === null || endpoint === null) {
  test.skip("Kafka or MinIO is missing: start them with `bun run services up`", () => {});
} else {
  runSuite(brokers, endpoint);
}

function runSuite(address: string, minioUrl: string): void {
  const library = openLibrary([process.env["RDKAFKA_SO"] ?? ""]);
  const settings = { "bootstrap.servers": address, log_level: "3" };
  const topicPrefix = `t-${crypto.randomUUID()}-`;
  const minio = {
    endpoint: minioUrl,
    accessKey: process.env["MINIO_ACCESS_KEY"] ?? "",
    secretKey: process.env["MINIO_SECRET_KEY"] ?? "",
    bucket: process.env["MINIO_BUCKET"] ?? "",
    prefix: topicPrefix,
  };
  const admin = new Admin(library, settings);
  let topics: string[] = [];

  beforeAll(async () => {
    const shape = { partitionCount: 1, replicationFactor: 1, minInsyncReplicas: 1 };
    topics = await createTopics(admin, shape, topicPrefix);
  });
  afterAll(async () => {
    for (const topic of topics) await admin.deleteTopic(topic);
    admin.close();
    await removeObjects(minio);
  });

  function openLog(): Promise<Log> {
    return openKafkaLog({ library, settings, partitionCount: 1, topicPrefix, onFatal: () => {} });
  }

  function host(log: Log, commandCountMin: number): EngineHost {
    return createEngineHost({
      log,
      snapshots: openMinioSnapshots(minio),
      clock: systemClock,
      partition: 0,
      node: "test",
      build: "test",
      tickMs: 2 ** 31 - 1,
      snapshotPolicy: { commandCountMin, restFactor: 0 },
      onFatal: (error) => {
        throw error;
      },
    });
  }

  describe("a partition with many open orders", () => {
    test("comes up from its snapshot in MinIO and the tail of Kafka within seconds", async () => {
      const before = await openLog();
      const first = host(before, orderCount + definitions().length);
      await first.start();
      await append(before, definitions());
      await append(before, orders(0, orderCount));
      // The next Checkpoint is the first that is worth a snapshot, and has all of them.
      await append(before, ticks(4096));
      await until(() => first.stats?.snapshot.takenCount === 1);
      await append(before, orders(orderCount, tailCount));
      await until(
        () => first.stats?.foldedSeqNum === orderCount + definitions().length + 4096 + tailCount,
      );
      await first.stop();
      await append(before, orders(orderCount + tailCount, emitCount));
      await before.close();

      const after = await openLog();
      const second = host(after, 2 ** 31);
      const report = await second.start();
      await second.stop();
      await after.close();

      console.log(`${orderCount} open orders: ${JSON.stringify(recoveryFields(report))}`);
      expect(report.snapshot?.seqNum).toBeGreaterThan(orderCount);
      expect(count(report, "Replay")).toBeGreaterThanOrEqual(tailCount);
      expect(count(report, "Emit")).toBe(emitCount);
      expect(report.ms).toBeLessThan(5000);
    }, 300_000);
  });
}

function count(report: RecoveryReport, name: string): number | undefined {
  return report.steps.find(({ step }) => step === name)?.count;
}

function definitions(): Command[] {
  const accounts = Array.from({ length: accountCount }, (_, index) => accountDefinition(1 + index));
  return [securityDefinition(symbol), ...accounts];
}

function* orders(from: number, orderCountHere: number): Generator<Command> {
  for (let index = from; index < from + orderCountHere; index++) {
    const accountID = 1 + (index % accountCount);
    yield newOrderSingle({ symbol, accountID, price: 1_000_000 - (index % 50_000) });
  }
}

function ticks(tickCount: number): Command[] {
  return Array.from({ length: tickCount }, () => ({ kind: "TimeTick", sendingTime: 0 }));
}

const batchCount = 5000;

async function append(log: Log, commands: Iterable<Command>): Promise<void> {
  let batch: { key: null; value: Uint8Array }[] = [];
  for (const command of commands) {
    batch.push({ key: null, value: frame(command) });
    if (batch.length < batchCount) continue;
    await log.append(Topic.Orders, 0, batch);
    batch = [];
  }
  if (batch.length > 0) await log.append(Topic.Orders, 0, batch);
}

async function until(holds: () => boolean): Promise<void> {
  const deadline = performance.now() + 240_000;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error("The condition did not come true in time");
    await Bun.sleep(5);
  }
}

async function removeObjects(options: {
  endpoint: string;
  accessKey: string;
  secretKey: string;
  bucket: string;
  prefix: string;
}): Promise<void> {
  const { accessKey, secretKey, bucket, prefix } = options;
  const { hostname, port } = new URL(options.endpoint);
  const place = { endPoint: hostname, port: Number(port), useSSL: false };
  const client = new Client({ ...place, accessKey, secretKey });
  for await (const { name } of client.listObjects(bucket, prefix, true)) {
    await client.removeObject(bucket, String(name));
  }
}
