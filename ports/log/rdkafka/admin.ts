import { read, type Pointer } from "bun:ffi";

import { Client, ErrorCode, resultError, EventType } from "./client.ts";
import type { Library } from "./library.ts";
import {
  addressOf,
  errorText,
  pointersAt,
  PointerArray,
  present,
  readInt64,
  textAt,
  topicPartitionOffsets,
} from "./native.ts";
import { QueueWaker } from "./queue.ts";

export interface TopicDescription {
  readonly topic: string;
  readonly topicID: string;
  readonly partitionCount: number;
  /** Of the partition that has the fewest. */
  readonly replicationFactor: number;
  readonly partitions: readonly PartitionDescription[];
}

/** Brokers by their ids. */
export interface PartitionDescription {
  readonly partition: number;
  /** Null while there is none. */
  readonly leader: number | null;
  readonly replicas: readonly number[];
  readonly inSyncReplicas: readonly number[];
}

export interface NewTopic {
  readonly topic: string;
  readonly partitionCount: number;
  readonly replicationFactor: number;
  readonly settings: Readonly<Record<string, string>>;
}

export class AdminError extends Error {
  override readonly name = "AdminError";
  readonly code: number;
  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

/** OffsetSpec of ListOffsets. */
const earliest = -2;
const latest = -1;
/** A broker's id where there is none. */
const noBroker = -1;
/** RD_KAFKA_RESOURCE_TOPIC */
const topicResource = 2;

/** ListOffsets names the leader's epoch out of what is known of it: a broker that was started again refuses an old one until that is forgotten. */
const adminSettings = { "metadata.max.age.ms": "1000" };
const movedCodes: ReadonlySet<number> = new Set([
  ErrorCode.LeaderNotAvailable,
  ErrorCode.NotLeaderForPartition,
  ErrorCode.FencedLeaderEpoch,
  ErrorCode.UnknownLeaderEpoch,
]);
const movedCountMax = 20;
const movedPauseMs = 250;

/** Metadata of a cluster: topics, their ids and settings, ends of partitions. One request at a time, in order. */
export class Admin {
  readonly #library: Library;
  readonly #client: Client;
  readonly #queue: Pointer;
  readonly #waker: QueueWaker;
  readonly #waiting: ((event: Pointer) => void)[] = [];
  #turn: Promise<unknown> = Promise.resolve();

  constructor(library: Library, settings: Readonly<Record<string, string>>) {
    this.#library = library;
    this.#client = new Client(
      library,
      "producer",
      { ...adminSettings, ...settings },
      EventType.Error,
    );
    this.#queue = present(library.kafka.rd_kafka_queue_new(this.#client.handle), "queue");
    this.#waker = new QueueWaker(library, this.#queue, () => this.#drain());
  }

  clusterID(waitMs: number): Promise<string | null> {
    return this.#client.clusterID(waitMs);
  }

  /** First offset held and the offset that the next record will have. */
  async offsets(topic: string, partition: number): Promise<{ start: number; end: number }> {
    return {
      start: await this.#offset(topic, partition, earliest),
      end: await this.#offset(topic, partition, latest),
    };
  }

  endOffset(topic: string, partition: number): Promise<number> {
    return this.#offset(topic, partition, latest);
  }

  startOffset(topic: string, partition: number): Promise<number> {
    return this.#offset(topic, partition, earliest);
  }

  /** A topic's id and partitions, or null where there is no such topic. */
  async describeTopic(topic: string): Promise<TopicDescription | null> {
    const { kafka } = this.#library;
    const name = new TextEncoder().encode(`${topic}\0`);
    const names = new PointerArray(1);
    names.set(0, addressOf(name));
    const topics = present(
      kafka.rd_kafka_TopicCollection_of_topic_names(names.address, 1),
      "topic collection",
    );
    return this.#request(
      () => {
        kafka.rd_kafka_DescribeTopics(this.#client.handle, topics, null, this.#queue);
        kafka.rd_kafka_TopicCollection_destroy(topics);
      },
      (event) => this.#description(topic, event),
    );
  }

  /** Makes a topic; false where there is one of that name. */
  createTopic({ topic, partitionCount, replicationFactor, settings }: NewTopic): Promise<boolean> {
    const { kafka } = this.#library;
    const message = new Uint8Array(512);
    const spec = kafka.rd_kafka_NewTopic_new(
      topic,
      partitionCount,
      replicationFactor,
      addressOf(message),
      512,
    );
    if (spec === null) throw new AdminError(0, `No topic ${topic}: ${textAt(addressOf(message))}`);
    for (const [name, value] of Object.entries(settings)) {
      kafka.rd_kafka_NewTopic_set_config(spec, name, value);
    }
    const specs = new PointerArray(1);
    specs.set(0, spec);
    return this.#request(
      () => {
        kafka.rd_kafka_CreateTopics(this.#client.handle, specs.address, 1, null, this.#queue);
        kafka.rd_kafka_NewTopic_destroy(spec);
      },
      (event) => {
        const result = present(kafka.rd_kafka_event_CreateTopics_result(event), "result");
        const code = this.#topicResult(kafka.rd_kafka_CreateTopics_result_topics, result);
        if (code === ErrorCode.TopicAlreadyExists) return false;
        if (code !== 0)
          throw new AdminError(code, `No topic ${topic}: ${errorText(this.#library, code)}`);
        return true;
      },
    );
  }

  deleteTopic(topic: string): Promise<void> {
    const { kafka } = this.#library;
    const spec = present(kafka.rd_kafka_DeleteTopic_new(topic), "topic");
    const specs = new PointerArray(1);
    specs.set(0, spec);
    return this.#request(
      () => {
        kafka.rd_kafka_DeleteTopics(this.#client.handle, specs.address, 1, null, this.#queue);
        kafka.rd_kafka_DeleteTopic_destroy(spec);
      },
      (event) => {
        const result = present(kafka.rd_kafka_event_DeleteTopics_result(event), "result");
        const code = this.#topicResult(kafka.rd_kafka_DeleteTopics_result_topics, result);
        if (code !== 0) throw new AdminError(code, `${topic}: ${errorText(this.#library, code)}`);
      },
    );
  }

  /** A topic's settings as the broker has them, defaults included. */
  topicSettings(topic: string): Promise<ReadonlyMap<string, string>> {
    const { kafka } = this.#library;
    const resource = present(kafka.rd_kafka_ConfigResource_new(topicResource, topic), "resource");
    const resources = new PointerArray(1);
    resources.set(0, resource);
    return this.#request(
      () => {
        kafka.rd_kafka_DescribeConfigs(
          this.#client.handle,
          resources.address,
          1,
          null,
          this.#queue,
        );
        kafka.rd_kafka_ConfigResource_destroy(resource);
      },
      (event) => this.#settings(event),
    );
  }

  close(): void {
    if (this.#client.closed) return;
    this.#waker.close();
    this.#library.kafka.rd_kafka_queue_destroy(this.#queue);
    this.#client.close();
  }

  /** Leadership that has just moved is known anew after `metadata.max.age.ms`. */
  async #offset(topic: string, partition: number, spec: number): Promise<number> {
    for (let movedCount = 0; ; movedCount++) {
      try {
        return await this.#offsetAtLeader(topic, partition, spec);
      } catch (error) {
        const isMoved = error instanceof AdminError && movedCodes.has(error.code);
        if (!isMoved || movedCount === movedCountMax || this.#client.closed) throw error;
        await new Promise((resolve) => setTimeout(resolve, movedPauseMs));
      }
    }
  }

  #offsetAtLeader(topic: string, partition: number, spec: number): Promise<number> {
    const { kafka } = this.#library;
    const list = present(kafka.rd_kafka_topic_partition_list_new(1), "list");
    const place = present(kafka.rd_kafka_topic_partition_list_add(list, topic, partition), "entry");
    const offset = new BigInt64Array([BigInt(spec)]);
    this.#library.libc.memcpy(
      (place + topicPartitionOffsets.offset) as Pointer,
      addressOf(offset),
      8,
    );
    return this.#request(
      () => {
        kafka.rd_kafka_ListOffsets(this.#client.handle, list, null, this.#queue);
        kafka.rd_kafka_topic_partition_list_destroy(list);
      },
      (event) => {
        const result = present(kafka.rd_kafka_event_ListOffsets_result(event), "result");
        const [info] = this.#array(kafka.rd_kafka_ListOffsets_result_infos, result);
        const found = present(
          kafka.rd_kafka_ListOffsetsResultInfo_topic_partition(present(info ?? null, "offset")),
          "offset",
        );
        const code = read.i32(found, topicPartitionOffsets.err);
        if (code !== 0)
          throw new AdminError(code, `${topic}-${partition}: ${errorText(this.#library, code)}`);
        const offset = readInt64(found, topicPartitionOffsets.offset);
        if (offset >= 0) return offset;
        // No error and no offset: whoever was asked had lost the partition.
        throw new AdminError(ErrorCode.LeaderNotAvailable, `${topic}-${partition}: no offset told`);
      },
    );
  }

  #description(topic: string, event: Pointer): TopicDescription | null {
    const { kafka } = this.#library;
    const result = present(kafka.rd_kafka_event_DescribeTopics_result(event), "result");
    const [found] = this.#array(kafka.rd_kafka_DescribeTopics_result_topics, result);
    const description = present(found ?? null, "topic");
    const error = kafka.rd_kafka_TopicDescription_error(description);
    const code = error === null ? 0 : kafka.rd_kafka_error_code(error);
    if (code === ErrorCode.UnknownTopicOrPartition) return null;
    if (code !== 0) throw new AdminError(code, `${topic}: ${errorText(this.#library, code)}`);
    const id = present(kafka.rd_kafka_TopicDescription_topic_id(description), "topic id");
    const partitions = this.#array(kafka.rd_kafka_TopicDescription_partitions, description).map(
      (partition) => this.#partition(partition),
    );
    return {
      topic,
      topicID: String(kafka.rd_kafka_Uuid_base64str(id)),
      partitionCount: partitions.length,
      replicationFactor: Math.min(...partitions.map(({ replicas }) => replicas.length)),
      partitions,
    };
  }

  #partition(info: Pointer): PartitionDescription {
    const { kafka } = this.#library;
    const idsOf = (nodes: readonly Pointer[]): number[] =>
      nodes.map((node) => kafka.rd_kafka_Node_id(node));
    const leader = kafka.rd_kafka_TopicPartitionInfo_leader(info);
    const leaderID = leader === null ? noBroker : kafka.rd_kafka_Node_id(leader);
    return {
      partition: kafka.rd_kafka_TopicPartitionInfo_partition(info),
      leader: leaderID === noBroker ? null : leaderID,
      replicas: idsOf(this.#array(kafka.rd_kafka_TopicPartitionInfo_replicas, info)),
      inSyncReplicas: idsOf(this.#array(kafka.rd_kafka_TopicPartitionInfo_isr, info)),
    };
  }

  #settings(event: Pointer): ReadonlyMap<string, string> {
    const { kafka } = this.#library;
    const result = present(kafka.rd_kafka_event_DescribeConfigs_result(event), "result");
    const [resource] = this.#array(kafka.rd_kafka_DescribeConfigs_result_resources, result);
    const entries = this.#array(
      kafka.rd_kafka_ConfigResource_configs,
      present(resource ?? null, "resource"),
    );
    return new Map(
      entries.map((entry) => [
        String(kafka.rd_kafka_ConfigEntry_name(entry)),
        String(kafka.rd_kafka_ConfigEntry_value(entry)),
      ]),
    );
  }

  #topicResult(
    topics: (result: Pointer, count: Pointer) => Pointer | null,
    result: Pointer,
  ): number {
    const [topic] = this.#array(topics, result);
    return this.#library.kafka.rd_kafka_topic_result_error(present(topic ?? null, "topic result"));
  }

  /** Calls an accessor of librdkafka that returns an array of pointers and its length. */
  #array(accessor: (owner: Pointer, count: Pointer) => Pointer | null, owner: Pointer): Pointer[] {
    const count = new BigUint64Array(1);
    const array = accessor(owner, addressOf(count));
    return array === null ? [] : pointersAt(array, Number(count[0]));
  }

  /** Sends a request and reads its result event; AdminError when the request as a whole failed. */
  #request<Result>(send: () => void, take: (event: Pointer) => Result): Promise<Result> {
    const answer = this.#turn.then(() => {
      // Whoever asks again after a pause may find that it was closed meanwhile.
      if (this.#client.closed) throw new AdminError(ErrorCode.Destroyed, "It is closed");
      const settle = Promise.withResolvers<Result>();
      this.#waiting.push((event) => {
        try {
          const { code, message } = resultError(this.#library, event);
          if (code !== 0) throw new AdminError(code, message);
          settle.resolve(take(event));
        } catch (error) {
          settle.reject(error);
        }
      });
      send();
      return settle.promise;
    });
    this.#turn = answer.catch(() => {});
    return answer;
  }

  #drain(): void {
    const { kafka } = this.#library;
    while (!this.#client.closed) {
      const event = kafka.rd_kafka_queue_poll(this.#queue, 0);
      if (event === null) return;
      this.#waiting.shift()?.(event);
      kafka.rd_kafka_event_destroy(event);
    }
  }
}
