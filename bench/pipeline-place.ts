import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { defaultFolders } from "../ops/services/folders.ts";
import { buildLibrdkafka } from "../ops/services/librdkafka.ts";
import type { Connections } from "../ops/services/service.ts";
import { readConnections } from "../ops/services/services.ts";
import {
  createTopic,
  createTopics,
  kafkaTopicName,
  topicSettings,
} from "../ports/log/kafka-topics.ts";
import { openKafkaLog } from "../ports/log/log-kafka.ts";
import type { AppendRecord, Log } from "../ports/log/log.ts";
import { Admin, AdminError } from "../ports/log/rdkafka/admin.ts";
import { openLibrary } from "../ports/log/rdkafka/library.ts";
import type { Library } from "../ports/log/rdkafka/library.ts";
import { Topic } from "../schema/topics.ts";

/** How a process of the bench reaches its topics. */
export interface PipelinePlace {
  readonly library: string;
  readonly brokers: string;
  readonly topicPrefix: string;
  readonly folder: string;
}

const appendRecordCount = 2000;
const appendsInFlightMax = 16;
const remakeMsMax = 20_000;
const pollMs = 100;
/** The copy loop's batches are as long as librdkafka makes them. */
const copyMessageBytesMax = 1024 * 1024;

/** Topics of one run on a real Kafka, with one partition each, and a folder beside them. */
export class PipelineTopics {
  readonly place: PipelinePlace;
  readonly connections: Connections;
  readonly #library: Library;
  readonly #admin: Admin;
  readonly #made = new Set<string>();

  constructor(place: PipelinePlace, connections: Connections) {
    this.place = place;
    this.connections = connections;
    this.#library = openLibrary([place.library]);
    this.#admin = new Admin(this.#library, settingsOf(place));
  }

  /** Null where no Kafka was started by `bun run services up`. */
  static async open(): Promise<PipelineTopics | null> {
    const folders = defaultFolders(process.env);
    const connections = readConnections(folders);
    if (connections.kafka === undefined) return null;
    const { brokers } = connections.kafka;
    const library = await buildLibrdkafka(folders.cache);
    const folder = mkdtempSync(join(tmpdir(), "orderbook-pipeline-"));
    const topicPrefix = `bench-${process.pid}.`;
    const topics = new PipelineTopics({ library, brokers, topicPrefix, folder }, connections);
    await topics.#create();
    return topics;
  }

  openLog(): Promise<Log> {
    return openBenchLog(this.place, this.#library);
  }

  /** Appends to `orders`; what was there stays. Resolves with the end offset. */
  async fill(records: Iterable<AppendRecord>): Promise<number> {
    const log = await this.openLog();
    const appends: Promise<unknown>[] = [];
    let batch: AppendRecord[] = [];
    for (const record of records) {
      batch.push(record);
      if (batch.length < appendRecordCount) continue;
      appends.push(log.append(Topic.Orders, 0, batch));
      batch = [];
      if (appends.length > appendsInFlightMax) await appends.shift();
    }
    await Promise.all([...appends, log.append(Topic.Orders, 0, batch)]);
    const end = await log.endOffset(Topic.Orders, 0);
    await log.close();
    return end;
  }

  /** An empty topic of the venue in place of the old one, and no snapshots of what it held. */
  async empty(topic: Topic): Promise<void> {
    rmSync(join(this.place.folder, "snapshots"), { recursive: true, force: true });
    await this.remake(kafkaTopicName(topic, this.place.topicPrefix), topicSettings(1));
  }

  /** An empty topic for the copy loop. */
  async emptyForCopy(name: string): Promise<string> {
    const topic = this.place.topicPrefix + name;
    const bytes = { "max.message.bytes": String(copyMessageBytesMax) };
    await this.remake(topic, { ...topicSettings(1), ...bytes });
    return topic;
  }

  /** A place beside, with empty topics of the same names, where the copy loop answers in place of an engine. */
  async placeForCopy(): Promise<PipelinePlace> {
    const topicPrefix = `${this.place.topicPrefix}copy.`;
    for (const topic of Object.values(Topic)) {
      await this.remake(kafkaTopicName(topic, topicPrefix), topicSettings(1));
    }
    return { ...this.place, topicPrefix };
  }

  async remake(topic: string, settings: Readonly<Record<string, string>>): Promise<void> {
    if (this.#made.has(topic)) await this.#admin.deleteTopic(topic);
    this.#made.add(topic);
    const deadline = performance.now() + remakeMsMax;
    while (!(await this.#make(topic, settings))) {
      if (performance.now() > deadline) throw new Error(`${topic} cannot be made anew`);
      await Bun.sleep(pollMs);
    }
  }

  async close(): Promise<void> {
    for (const topic of this.#made) await this.#admin.deleteTopic(topic);
    this.#admin.close();
    rmSync(this.place.folder, { recursive: true, force: true });
  }

  async #create(): Promise<void> {
    const shape = { partitionCount: 1, replicationFactor: 1, minInsyncReplicas: 1 };
    const made = await createTopics(this.#admin, shape, this.place.topicPrefix);
    for (const topic of made) this.#made.add(topic);
  }

  /** False while the old one is still being deleted. */
  async #make(topic: string, settings: Readonly<Record<string, string>>): Promise<boolean> {
    try {
      const shape = { partitionCount: 1, replicationFactor: 1 };
      return await createTopic(this.#admin, { topic, settings, ...shape });
    } catch (error) {
      if (error instanceof AdminError) return false;
      throw error;
    }
  }
}

export function settingsOf({ brokers }: PipelinePlace): Record<string, string> {
  return { "bootstrap.servers": brokers, log_level: "3" };
}

/** The log of a place as services open it. */
export function openBenchLog(
  place: PipelinePlace,
  library = openLibrary([place.library]),
): Promise<Log> {
  return openKafkaLog({
    library,
    settings: settingsOf(place),
    partitionCount: 1,
    topicPrefix: place.topicPrefix,
    onFatal: (error) => {
      throw error;
    },
  });
}
