import { parseArgs } from "node:util";

import { createTopics, refuseWrongTopic, kafkaTopicName } from "../ports/log/kafka-topics.ts";
import type { TopicShape } from "../ports/log/kafka-topics.ts";
import { kafkaVariables, readKafka } from "../ports/log/kafka-environment.ts";
import type { KafkaConfig } from "../ports/log/kafka-environment.ts";
import { LogError } from "../ports/log/log.ts";
import { Admin, AdminError } from "../ports/log/rdkafka/admin.ts";
import { openLibrary } from "../ports/log/rdkafka/library.ts";
import { ConfigurationError, Environment } from "../ports/process/environment.ts";
import { Topic } from "../schema/topics.ts";
import { defaultFolders } from "./services/folders.ts";
import { buildLibrdkafka } from "./services/librdkafka.ts";
import { readConnections } from "./services/services.ts";

const usage = `usage: bun ops/topics.ts [--replication 1] [--min-insync 1]
Makes the main logs where they are missing, and checks those that stand. Brokers, number of partitions, prefix and
credentials come from the environment (${kafkaVariables.brokers.name}, ${kafkaVariables.partitionCount.name}, …); without ${kafkaVariables.brokers.name}
it is the Kafka of \`bun run services up\`.`;

/** Makes the topics that are missing; resolves with a line for each. Rejects where one stands with other settings. */
export async function makeTopics(
  kafka: Pick<KafkaConfig, "settings" | "library" | "topicPrefix">,
  shape: TopicShape,
): Promise<string[]> {
  const admin = new Admin(openLibrary([kafka.library]), kafka.settings);
  try {
    const made = await createTopics(admin, shape, kafka.topicPrefix);
    const lines: string[] = [];
    for (const topic of Object.values(Topic)) {
      const name = kafkaTopicName(topic, kafka.topicPrefix);
      await refuseWrongTopic(admin, name, shape.partitionCount);
      lines.push(`${name}: ${made.includes(name) ? "made" : "was there"}, settings right`);
    }
    return lines;
  } finally {
    admin.close();
  }
}

if (import.meta.main) await main();

async function main(): Promise<void> {
  try {
    const { values } = parseArgs({
      options: {
        replication: { type: "string", default: "1" },
        "min-insync": { type: "string", default: "1" },
      },
    });
    const kafka = await kafkaOfEnvironment();
    const lines = await makeTopics(kafka, {
      partitionCount: kafka.partitionCount,
      replicationFactor: Number(values.replication),
      minInsyncReplicas: Number(values["min-insync"]),
    });
    console.log(lines.join("\n"));
  } catch (error) {
    const known =
      error instanceof ConfigurationError ||
      error instanceof LogError ||
      error instanceof AdminError ||
      error instanceof TypeError;
    if (!known) throw error;
    console.error(`${error.message}\n${usage}`);
    process.exit(1);
  }
}

async function kafkaOfEnvironment(): Promise<KafkaConfig> {
  const folders = defaultFolders(process.env);
  const brokers = readConnections(folders).kafka?.brokers;
  const isOurs = process.env[kafkaVariables.brokers.name] === undefined && brokers !== undefined;
  const environment = new Environment(
    isOurs
      ? {
          [kafkaVariables.library.name]: await buildLibrdkafka(folders.cache),
          ...process.env,
          [kafkaVariables.brokers.name]: brokers,
        }
      : process.env,
  );
  const kafka = readKafka(environment);
  environment.finish();
  return kafka;
}
