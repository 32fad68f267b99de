import { read, type Pointer } from "bun:ffi";

import type { Membership, MembershipHandlers } from "../membership.ts";
import { Client, ErrorCode, eventError, EventType, resultError } from "./client.ts";
import type { Library } from "./library.ts";
import {
  addressOf,
  errorText,
  listOffsets,
  present,
  textAt,
  topicPartitionOffsets,
} from "./native.ts";
import { QueueWaker } from "./queue.ts";

export interface GroupMemberOptions extends MembershipHandlers {
  readonly library: Library;
  /** Of the cluster, as librdkafka names them. */
  readonly settings: Readonly<Record<string, string>>;
  readonly groupID: string;
  /** Of this worker, the same after a restart: within `sessionTimeoutMs` it then finds its partitions again, and nobody else gets them. */
  readonly instanceID: string;
  /** Its partitions are shared out. */
  readonly topic: string;
  /** A member that is silent for so long is given up, and its partitions go to others. */
  readonly sessionTimeoutMs: number;
  /** The group did not take a position: its lag graph is behind, nothing else. */
  onCommitFailed?(message: string): void;
}

/** RD_KAFKA_OFFSET_END: nothing is ever read through the group. */
const offsetEnd = -1;
const heartbeatsPerSession = 8;
/** A loop that does not turn for two sessions is as good as dead: its membership ends, although librdkafka's thread goes on beating. */
const pollSessions = 2;
/** Polling tells librdkafka that this thread is alive, also when nothing happens. */
const pollMs = 250;
const closePollMs = 5;
const messageBytes = 512;

/**
 * A member of a consumer group (classic protocol, static membership, cooperative-sticky: who keeps a partition is not disturbed when others come and
 * go). It is there for the assignment only: its partitions are paused and read by the fold's own readers.
 */
export class GroupMember implements Membership {
  readonly #options: GroupMemberOptions;
  readonly #client: Client;
  readonly #queue: Pointer;
  readonly #waker: QueueWaker;
  readonly #polling: ReturnType<typeof setInterval>;
  #failed = false;
  #pollCount = 0;

  constructor(options: GroupMemberOptions) {
    const { library } = options;
    this.#options = options;
    const events = EventType.Error | EventType.Rebalance | EventType.OffsetCommit;
    this.#client = new Client(library, "consumer", memberSettings(options), events);
    const { handle } = this.#client;
    library.kafka.rd_kafka_poll_set_consumer(handle);
    this.#queue = present(library.kafka.rd_kafka_queue_get_consumer(handle), "consumer queue");
    this.#waker = new QueueWaker(library, this.#queue, () => this.#drain());
    this.#polling = setInterval(() => this.#drain(), pollMs);
    this.#subscribe();
  }

  /** How often librdkafka has been shown that this thread is alive. */
  get pollCount(): number {
    return this.#pollCount;
  }

  commit(partition: number, nextOffset: number): void {
    if (this.#client.closed) return;
    const { kafka } = this.#options.library;
    const list = this.#list([partition], nextOffset);
    kafka.rd_kafka_commit_queue(this.#client.handle, list, this.#queue, null, null);
    kafka.rd_kafka_topic_partition_list_destroy(list);
  }

  async close(): Promise<void> {
    if (this.#client.closed) return;
    const { kafka } = this.#options.library;
    this.#failed = true;
    clearInterval(this.#polling);
    this.#waker.close();
    await this.#leave();
    kafka.rd_kafka_queue_destroy(this.#queue);
    this.#client.close();
  }

  /** The last revocations come through a queue of their own. A member that has failed has nothing left to leave, and is told so. */
  async #leave(): Promise<void> {
    const { kafka } = this.#options.library;
    const { handle } = this.#client;
    const queue = present(kafka.rd_kafka_queue_new(handle), "queue");
    const refused = kafka.rd_kafka_consumer_close_queue(handle, queue);
    if (refused !== null) kafka.rd_kafka_error_destroy(refused);
    while (refused === null && kafka.rd_kafka_consumer_closed(handle) === 0) {
      this.#drain(queue);
      await new Promise((resolve) => setTimeout(resolve, closePollMs));
    }
    kafka.rd_kafka_queue_destroy(queue);
  }

  #subscribe(): void {
    const { kafka } = this.#options.library;
    const list = present(kafka.rd_kafka_topic_partition_list_new(1), "list");
    kafka.rd_kafka_topic_partition_list_add(list, this.#options.topic, -1);
    const code = kafka.rd_kafka_subscribe(this.#client.handle, list);
    kafka.rd_kafka_topic_partition_list_destroy(list);
    if (code !== 0) throw new Error(`No subscription: ${errorText(this.#options.library, code)}`);
  }

  #drain(queue = this.#queue): void {
    const { library } = this.#options;
    const { kafka } = library;
    this.#pollCount++;
    while (!this.#client.closed) {
      const event = kafka.rd_kafka_queue_poll(queue, 0);
      if (event === null) return;
      const type = kafka.rd_kafka_event_type(event);
      if (type === EventType.Rebalance) this.#rebalance(event);
      if (type === EventType.OffsetCommit) this.#takeCommitted(resultError(library, event));
      const error = type === EventType.Error ? eventError(library, event) : null;
      kafka.rd_kafka_event_destroy(event);
      if (error?.fatal === true) this.#fail();
    }
  }

  #takeCommitted({ code, message }: { code: number; message: string }): void {
    if (code !== 0) this.#options.onCommitFailed?.(message);
  }

  #rebalance(event: Pointer): void {
    const { kafka } = this.#options.library;
    const { handle } = this.#client;
    const list = present(kafka.rd_kafka_event_topic_partition_list(event), "partitions");
    const partitions = partitionsOf(list);
    if (kafka.rd_kafka_event_error(event) === ErrorCode.AssignPartitions) {
      this.#assign(partitions);
      if (!this.#failed) this.#options.onAssigned(partitions);
      return;
    }
    const lost = kafka.rd_kafka_assignment_lost(handle) !== 0;
    if (partitions.length > 0) this.#options.onRevoked(partitions, lost);
    this.#check(kafka.rd_kafka_incremental_unassign(handle, list));
  }

  #assign(partitions: readonly number[]): void {
    const { kafka } = this.#options.library;
    const { handle } = this.#client;
    const list = this.#list(partitions, offsetEnd);
    this.#check(kafka.rd_kafka_incremental_assign(handle, list));
    kafka.rd_kafka_pause_partitions(handle, list);
    kafka.rd_kafka_topic_partition_list_destroy(list);
  }

  /** A list of our topic's partitions, all with the same offset; the caller destroys it. */
  #list(partitions: readonly number[], offset: number): Pointer {
    const { kafka, libc } = this.#options.library;
    const list = present(kafka.rd_kafka_topic_partition_list_new(partitions.length), "list");
    const word = new BigInt64Array([BigInt(offset)]);
    for (const partition of partitions) {
      const entry = present(
        kafka.rd_kafka_topic_partition_list_add(list, this.#options.topic, partition),
        "entry",
      );
      libc.memcpy((entry + topicPartitionOffsets.offset) as Pointer, addressOf(word), 8);
    }
    return list;
  }

  #check(error: Pointer | null): void {
    if (error === null) return;
    const { library, onFailure } = this.#options;
    const code = library.kafka.rd_kafka_error_code(error);
    library.kafka.rd_kafka_error_destroy(error);
    if (!this.#failed) onFailure(new Error(`The group's word: ${errorText(library, code)}`));
    this.#failed = true;
  }

  /** The reason stands beside the event, which only says that there is one. */
  #fail(): void {
    if (this.#failed) return;
    this.#failed = true;
    const { library, onFailure } = this.#options;
    const message = new Uint8Array(messageBytes);
    const code = library.kafka.rd_kafka_fatal_error(
      this.#client.handle,
      addressOf(message),
      messageBytes,
    );
    onFailure(new Error(`${errorText(library, code)}: ${textAt(addressOf(message))}`));
  }
}

function memberSettings(options: GroupMemberOptions): Readonly<Record<string, string>> {
  const { groupID, instanceID, sessionTimeoutMs } = options;
  return {
    "group.protocol": "classic",
    "partition.assignment.strategy": "cooperative-sticky",
    "session.timeout.ms": String(sessionTimeoutMs),
    "heartbeat.interval.ms": String(Math.ceil(sessionTimeoutMs / heartbeatsPerSession)),
    "max.poll.interval.ms": String(sessionTimeoutMs * pollSessions),
    "enable.auto.commit": "false",
    "enable.auto.offset.store": "false",
    "auto.offset.reset": "latest",
    "queued.min.messages": "1",
    ...options.settings,
    "group.id": groupID,
    "group.instance.id": instanceID,
  };
}

function partitionsOf(list: Pointer): number[] {
  const count = read.i32(list, listOffsets.count);
  const elements = read.ptr(list, listOffsets.elements) as Pointer;
  return Array.from({ length: count }, (_, index) =>
    read.i32(elements, index * topicPartitionOffsets.bytes + topicPartitionOffsets.partition),
  );
}
