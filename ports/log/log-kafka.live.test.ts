import { afterAll, describe, expect, test } from "bun:test";

import { Topic } from "../../schema/topics.ts";
import { liveStore } from "../live-store.ts";
import { createTopic, createTopics, topicSettings } from "./kafka-topics.ts";
import { openKafkaLog } from "./log-kafka.ts";
import { logConformance } from "./log.conformance.ts";
import { LogError } from "./log.ts";
import { Admin } from "./rdkafka/admin.ts";
import { openLibrary, type Library } from "./rdkafka/library.ts";

const brokers = liveStore("KAFKA_BROKERS", "Kafka");
const library = brokers === null ? null : openLibrary([process.env["RDKAFKA_SO"] ?? ""]);
const settings = { "bootstrap.servers": brokers ?? "", log_level: "3" };

if (library === null) {
  test.skip("Kafka is missing: start it with `bun run services up`", () => {});
} else {
  runSuites(library);
}

function runSuites(library: Library): void {
  const admin = new Admin(library, settings);
  const made: string[] = [];
  afterAll(async () => {
    for (const name of made) await admin.deleteTopic(name);
    admin.close();
  });

  async function makeTopics(partitionCount: number): Promise<string> {
    const prefix = `t-${crypto.randomUUID()}-`;
    const shape = { partitionCount, replicationFactor: 1, minInsyncReplicas: 1 };
    made.push(...(await createTopics(admin, shape, prefix)));
    return prefix;
  }

  logConformance("Kafka", {
    persistent: true,
    stampsByClock: false,
    sharesCluster: true,
    create: async () => {
      const topicPrefix = await makeTopics(2);
      return {
        open: (partitionCount) =>
          openKafkaLog({ library, settings, partitionCount, topicPrefix, onFatal: () => {} }),
        dispose: () => Promise.resolve(),
      };
    },
  });

  test("what is appended in one go may be longer in sum than the broker takes for a message", async () => {
    const topicPrefix = await makeTopics(1);
    const partitionCount = 1;
    const onFatal = (): void => {};
    const log = await openKafkaLog({ library, settings, partitionCount, topicPrefix, onFatal });
    const incompressible = Array.from({ length: 2000 }, () => ({
      key: null,
      value: crypto.getRandomValues(new Uint8Array(1000)),
    }));
    const appends = [incompressible, incompressible].map((records) =>
      log.append(Topic.OrderEvents, 0, records),
    );
    expect((await Promise.all(appends)).flat()).toHaveLength(4000);
    await log.close();
  });

  describe("Kafka's topics", () => {
    test("are refused when they are missing", async () => {
      expect(await refusal(library, "nobody-made-", 1)).toMatchObject({ code: "UnknownPartition" });
    });

    test("are refused when they have another number of partitions", async () => {
      const prefix = await makeTopics(2);
      expect(await refusal(library, prefix, 3)).toMatchObject({ code: "UnknownPartition" });
    });

    test("are refused when a setting would lose or restamp records", async () => {
      for (const [name, value] of [
        ["cleanup.policy", "compact"],
        ["retention.ms", "1000"],
        ["message.timestamp.type", "CreateTime"],
        ["max.message.bytes", "1000"],
      ] as const) {
        const prefix = `t-${crypto.randomUUID()}-`;
        const wrong = { ...topicSettings(1), [name]: value };
        for (const topic of Object.values(Topic)) {
          await createTopic(admin, {
            topic: prefix + topic,
            partitionCount: 1,
            replicationFactor: 1,
            settings: wrong,
          });
          made.push(prefix + topic);
        }
        const error = await refusal(library, prefix, 1);
        expect(error?.message).toContain(name);
      }
    });
  });
}

/** The error with which opening the log is refused, or null when it opens. */
async function refusal(
  library: Library,
  topicPrefix: string,
  partitionCount: number,
): Promise<LogError | null> {
  try {
    const log = await openKafkaLog({
      library,
      settings,
      partitionCount,
      topicPrefix,
      onFatal: () => {},
    });
    await log.close();
    return null;
  } catch (error) {
    if (error instanceof LogError) return error;
    throw error;
  }
}
