import { recordBytesMax, Topic } from "../../schema/topics.ts";
import { LogError } from "./log.ts";
import type { Admin, NewTopic } from "./rdkafka/admin.ts";

/** What both main logs must be made with: everything is kept, in order, stamped by the broker (design §5). */
export interface TopicShape {
  readonly partitionCount: number;
  readonly replicationFactor: number;
  readonly minInsyncReplicas: number;
}

/** A producer may add a batch's overhead to a record. */
const messageBytesMax = recordBytesMax + 64 * 1024;

/** An acked record stands on two brokers where there are as many: one alone may lose it. */
const insyncReplicasMin = 2;

const knownAttemptsMax = 200;
const knownPollMs = 25;

export function kafkaTopicName(topic: Topic, prefix: string): string {
  return prefix + topic;
}

/** Settings of a main log as Kafka names them. */
export function topicSettings(minInsyncReplicas: number): Readonly<Record<string, string>> {
  return {
    "cleanup.policy": "delete",
    "retention.ms": "-1",
    "retention.bytes": "-1",
    "message.timestamp.type": "LogAppendTime",
    "unclean.leader.election.enable": "false",
    "min.insync.replicas": String(minInsyncReplicas),
    "max.message.bytes": String(messageBytesMax),
    "compression.type": "producer",
  };
}

/** Makes the main logs where they are missing; those that stand stay as they are. Resolves with the names made. */
export async function createTopics(
  admin: Admin,
  shape: TopicShape,
  prefix: string,
): Promise<string[]> {
  const { partitionCount, replicationFactor } = shape;
  const settings = topicSettings(shape.minInsyncReplicas);
  const made: string[] = [];
  for (const mainLog of Object.values(Topic)) {
    const topic = kafkaTopicName(mainLog, prefix);
    if (await createTopic(admin, { topic, partitionCount, replicationFactor, settings }))
      made.push(topic);
  }
  return made;
}

/** Makes a topic and waits until brokers know it; false where it stands already. */
export async function createTopic(admin: Admin, topic: NewTopic): Promise<boolean> {
  if (!(await admin.createTopic(topic))) return false;
  await untilKnown(admin, topic.topic);
  return true;
}

/** The controller has made the topic; brokers learn of it a moment later. */
async function untilKnown(admin: Admin, name: string): Promise<void> {
  for (let attempt = 0; attempt < knownAttemptsMax; attempt++) {
    if ((await admin.describeTopic(name)) !== null) return;
    await new Promise((resolve) => setTimeout(resolve, knownPollMs));
  }
  throw new LogError("Unavailable", `${name} was made, but no broker knows it yet`);
}

/** Resolves with the topic's id; throws LogError where it is missing or would lose, reorder or restamp records. */
export async function refuseWrongTopic(
  admin: Admin,
  name: string,
  partitionCount: number,
): Promise<string> {
  const found = await admin.describeTopic(name);
  if (found === null)
    throw new LogError(
      "UnknownPartition",
      `There is no topic ${name}: make it with \`bun ops/topics.ts\``,
    );
  if (found.partitionCount !== partitionCount) {
    throw new LogError(
      "UnknownPartition",
      `${name} has ${found.partitionCount} partitions, ${partitionCount} are configured`,
    );
  }
  const wrong = wrongSettings(await admin.topicSettings(name), found.replicationFactor);
  if (wrong.length > 0) throw new LogError("Unavailable", `${name}: ${wrong.join("; ")}`);
  return found.topicID;
}

/** What is wrong with a topic's settings, in words; empty when nothing is. */
export function wrongSettings(
  settings: ReadonlyMap<string, string>,
  replicationFactor: number,
): string[] {
  const must = topicSettings(1);
  const wrong = [
    "cleanup.policy",
    "retention.ms",
    "retention.bytes",
    "message.timestamp.type",
    "unclean.leader.election.enable",
  ]
    .filter((name) => settings.get(name) !== must[name])
    .map((name) => `${name} is ${settings.get(name) ?? "not set"}, it must be ${must[name] ?? ""}`);
  const bytes = Number(settings.get("max.message.bytes"));
  if (!(bytes >= recordBytesMax))
    wrong.push(`max.message.bytes is ${bytes}, below ${recordBytesMax}`);
  const minInsync = Number(settings.get("min.insync.replicas"));
  const least = Math.min(replicationFactor, insyncReplicasMin);
  if (!(minInsync >= least))
    wrong.push(`min.insync.replicas is ${minInsync} of ${replicationFactor}, below ${least}`);
  return wrong;
}
