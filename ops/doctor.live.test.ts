import { afterAll, describe, expect, test } from "bun:test";

import { createTopic, kafkaTopicName, topicSettings } from "../ports/log/kafka-topics.ts";
import { liveStore } from "../ports/live-store.ts";
import { Admin } from "../ports/log/rdkafka/admin.ts";
import { openLibrary } from "../ports/log/rdkafka/library.ts";
import { Topic } from "../schema/topics.ts";
import { examine } from "./doctor.ts";
import { targetsOfServices } from "./doctor/targets.ts";
import type { Targets } from "./doctor/targets.ts";
import { defaultFolders } from "./services/folders.ts";
import { readConnections } from "./services/services.ts";

const brokers = liveStore("KAFKA_BROKERS", "Kafka");
const library = process.env["RDKAFKA_SO"] ?? "";

if (brokers === null) {
  test.skip("Kafka is missing: start it with `bun run services up`", () => {});
} else {
  runSuite(brokers);
}

function runSuite(address: string): void {
  const prefix = `t-${crypto.randomUUID()}-`;
  const admin = new Admin(openLibrary([library]), { "bootstrap.servers": address, log_level: "3" });
  const made: string[] = [];
  afterAll(async () => {
    for (const topic of made) await admin.deleteTopic(topic);
    admin.close();
  });

  async function makeTopic(topic: Topic, settings: Record<string, string>): Promise<void> {
    const name = kafkaTopicName(topic, prefix);
    made.push(name);
    const shape = { partitionCount: 2, replicationFactor: 1 };
    await createTopic(admin, { topic: name, ...shape, settings });
  }

  function targets(): Targets {
    const found = targetsOfServices(readConnections(defaultFolders(process.env)), library);
    if (found.kafka === null) throw new Error("services.json names a Kafka");
    return { ...found, kafka: { ...found.kafka, topicPrefix: prefix } };
  }

  describe("the doctor, on the real stores", () => {
    test("finds missing and wrong topics, and nothing else to mend", async () => {
      const [first, second] = Object.values(Topic);
      await makeTopic(first ?? Topic.Orders, { ...topicSettings(1) });
      await makeTopic(second ?? Topic.OrderEvents, {
        ...topicSettings(1),
        "retention.ms": "1000",
      });
      const ill = (await examine(targets())).filter(({ mend }) => mend !== null);
      expect(ill.length).toBe(Object.values(Topic).length - 1);
      expect(ill.every(({ subject }) => subject === "kafka")).toBe(true);
      expect(ill[0]?.what).toContain("retention.ms is 1000");
      expect(ill.slice(1).every(({ mend }) => mend === "bun ops/topics.ts makes it")).toBe(true);
    });
  });
}
