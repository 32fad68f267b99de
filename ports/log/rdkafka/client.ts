import type { Pointer } from "bun:ffi";

import type { Library } from "./library.ts";
import { addressOf, errorText, present, textAt } from "./native.ts";

export const EventType = {
  DeliveryReport: 1,
  Error: 8,
  Rebalance: 0x10,
  OffsetCommit: 0x20,
} as const;

export const ErrorCode = {
  Destroyed: -197,
  MessageTimedOut: -192,
  AllBrokersDown: -187,
  PartitionEof: -191,
  QueueFull: -184,
  AssignPartitions: -175,
  RevokePartitions: -174,
  Fatal: -150,
  AutoOffsetReset: -140,
  OffsetOutOfRange: 1,
  UnknownTopicOrPartition: 3,
  LeaderNotAvailable: 5,
  NotLeaderForPartition: 6,
  MessageSizeTooLarge: 10,
  TopicAlreadyExists: 36,
  FencedLeaderEpoch: 74,
  UnknownLeaderEpoch: 75,
} as const;

export interface ClientError {
  readonly code: number;
  readonly message: string;
  /** The instance is lost: nothing that it does can be relied on. */
  readonly fatal: boolean;
}

const messageBytes = 512;
const clusterPollMs = 10;
const lookMs = 1000;
const looksPerReturn = 5;
/** What stands for a controller that is not known. */
const noController = -1;
/** By default the pause between connects grows to ten seconds, and the venue stands still for as long after the broker is back. */
const reconnects = { "reconnect.backoff.ms": "100", "reconnect.backoff.max.ms": "1000" };
/** With sparse connections a request that waits for a dead broker makes librdkafka connect to it again without any pause. */
const allClients = { "enable.sparse.connections": "false", ...reconnects };
/** RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE: consumers are closed by hand before. */
const noConsumerClose = 8;

/** One instance of librdkafka: a producer or a consumer with its threads. Every pointer dies with close(). */
export class Client {
  readonly library: Library;
  readonly handle: Pointer;
  readonly #servers: string;
  readonly #looking: ReturnType<typeof setInterval>;
  #controllerKnown = false;
  #lookCount = 0;
  #closed = false;

  constructor(
    library: Library,
    type: "producer" | "consumer",
    settings: Readonly<Record<string, string>>,
    events: number,
  ) {
    this.library = library;
    this.handle = open(library, type, settings, events);
    this.#servers = settings["bootstrap.servers"] ?? "";
    this.#looking = setInterval(() => this.#findBrokers(), lookMs);
    this.#looking.unref();
  }

  get closed(): boolean {
    return this.#closed;
  }

  /**
   * Id of the cluster, known from the first contact with a broker on; null when there is none within `waitMs`. Polls: the call's own wait
   * blocks this thread and misses a contact that is made while it begins to wait.
   */
  async clusterID(waitMs: number): Promise<string | null> {
    const { kafka } = this.library;
    const deadline = performance.now() + waitMs;
    for (;;) {
      const text = kafka.rd_kafka_clusterid(this.handle, 0);
      if (text !== null) {
        const id = textAt(text);
        kafka.rd_kafka_mem_free(this.handle, text);
        return id;
      }
      if (performance.now() > deadline) return null;
      await new Promise((resolve) => setTimeout(resolve, clusterPollMs));
    }
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearInterval(this.#looking);
    this.library.kafka.rd_kafka_destroy_flags(this.handle, noConsumerClose);
  }

  /**
   * An answer that names no broker (all of them are fenced, though one still answers) makes librdkafka 2.10 to 2.15 forget every broker for good: it asks
   * nobody any more, and so never returns to the bootstrap servers by itself. Such an answer names no controller either.
   */
  #findBrokers(): void {
    const { kafka } = this.library;
    if (kafka.rd_kafka_controllerid(this.handle, 0) !== noController) {
      this.#controllerKnown = true;
      this.#lookCount = 0;
      return;
    }
    if (!this.#controllerKnown || this.#servers === "") return;
    if (this.#lookCount++ % looksPerReturn === 0)
      kafka.rd_kafka_brokers_add(this.handle, this.#servers);
  }
}

function open(
  library: Library,
  type: "producer" | "consumer",
  settings: Readonly<Record<string, string>>,
  events: number,
): Pointer {
  const { kafka } = library;
  const message = new Uint8Array(messageBytes);
  const conf = present(kafka.rd_kafka_conf_new(), "configuration");
  for (const [name, value] of Object.entries({ ...allClients, ...settings })) {
    if (kafka.rd_kafka_conf_set(conf, name, value, addressOf(message), messageBytes) !== 0) {
      kafka.rd_kafka_conf_destroy(conf);
      throw new Error(`librdkafka refuses ${name}: ${textAt(addressOf(message))}`);
    }
  }
  kafka.rd_kafka_conf_set_events(conf, events);
  const handle = kafka.rd_kafka_new(
    type === "producer" ? 0 : 1,
    conf,
    addressOf(message),
    messageBytes,
  );
  if (handle === null) throw new Error(`librdkafka does not start: ${textAt(addressOf(message))}`);
  return handle;
}

/**
 * An ERROR event as data. Of no other type: librdkafka allocates an event as large as its type, and asking another one whether it is fatal
 * reads past its end (seen as a crash once in a dozen runs).
 */
export function eventError(library: Library, event: Pointer): ClientError {
  return {
    ...resultError(library, event),
    fatal: library.kafka.rd_kafka_event_error_is_fatal(event) !== 0,
  };
}

/** How a request as a whole ended; code 0 when it went well. */
export function resultError(library: Library, event: Pointer): { code: number; message: string } {
  const { kafka } = library;
  const code = kafka.rd_kafka_event_error(event);
  const detail = code === 0 ? "" : String(kafka.rd_kafka_event_error_string(event));
  return { code, message: `${errorText(library, code)}: ${detail}` };
}
