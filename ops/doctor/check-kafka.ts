import { kafkaTopicName, refuseWrongTopic } from "../../ports/log/kafka-topics.ts";
import type { KafkaConfig } from "../../ports/log/kafka-environment.ts";
import { LogError } from "../../ports/log/log.ts";
import { Admin } from "../../ports/log/rdkafka/admin.ts";
import { openLibrary } from "../../ports/log/rdkafka/library.ts";
import { Topic } from "../../schema/topics.ts";
import { well, wrong } from "./finding.ts";
import type { Finding } from "./finding.ts";

const contactMs = 3000;

/** The library, the cluster, and the topics with every setting that the services insist on. */
export async function checkKafka(kafka: Omit<KafkaConfig, "stallMs">): Promise<readonly Finding[]> {
  const library = openLibrary([kafka.library]);
  const found = [well("librdkafka", `${library.version} at ${library.path}`)];
  const admin = new Admin(library, kafka.settings);
  try {
    const clusterID = await admin.clusterID(contactMs);
    const brokers = kafka.settings["bootstrap.servers"] ?? "";
    if (clusterID === null) throw new Error(`no broker at ${brokers}`);
    found.push(well("kafka", `cluster ${clusterID} at ${brokers}`));
    for (const topic of Object.values(Topic)) {
      found.push(await checkTopic(admin, kafkaTopicName(topic, kafka.topicPrefix), kafka));
    }
    return found;
  } finally {
    admin.close();
  }
}

async function checkTopic(
  admin: Admin,
  name: string,
  { partitionCount }: Pick<KafkaConfig, "partitionCount">,
): Promise<Finding> {
  try {
    const topicID = await refuseWrongTopic(admin, name, partitionCount);
    return well(
      "kafka",
      `topic ${name} (${topicID}), ${partitionCount} partitions, settings right`,
    );
  } catch (error) {
    if (!(error instanceof LogError)) throw error;
    return wrong("kafka", error.message, mendOf(error, name));
  }
}

function mendOf({ message }: LogError, name: string): string {
  if (message.startsWith("There is no topic")) return "bun ops/topics.ts makes it";
  if (message.includes("partitions"))
    return `set KAFKA_PARTITION_COUNT to what ${name} has: the number is fixed for the life of a venue`;
  return `set them with kafka-configs --alter --entity-type topics --entity-name ${name} --add-config …`;
}
