import { dlopen, type FFIFunction, type Pointer } from "bun:ffi";
import { existsSync } from "node:fs";

/**
 * The C functions of librdkafka that this client calls (rdkafka.h), and a few of libc. Pointers are numbers; `u64` arguments stay
 * below 2^53. Nothing outside this folder sees a pointer.
 */
const rdkafkaSymbols = {
  rd_kafka_version: { args: [], returns: "i32" },
  rd_kafka_conf_new: { args: [], returns: "ptr" },
  rd_kafka_conf_set: { args: ["ptr", "cstring", "cstring", "ptr", "u64"], returns: "i32" },
  rd_kafka_conf_set_events: { args: ["ptr", "i32"], returns: "void" },
  rd_kafka_conf_destroy: { args: ["ptr"], returns: "void" },
  rd_kafka_new: { args: ["i32", "ptr", "ptr", "u64"], returns: "ptr" },
  rd_kafka_destroy_flags: { args: ["ptr", "i32"], returns: "void" },
  rd_kafka_last_error: { args: [], returns: "i32" },
  rd_kafka_err2str: { args: ["i32"], returns: "cstring" },
  rd_kafka_clusterid: { args: ["ptr", "i32"], returns: "ptr" },
  rd_kafka_controllerid: { args: ["ptr", "i32"], returns: "i32" },
  rd_kafka_brokers_add: { args: ["ptr", "cstring"], returns: "i32" },
  rd_kafka_mem_free: { args: ["ptr", "ptr"], returns: "void" },
  rd_kafka_topic_new: { args: ["ptr", "cstring", "ptr"], returns: "ptr" },
  rd_kafka_topic_destroy: { args: ["ptr"], returns: "void" },
  rd_kafka_produce: {
    args: ["ptr", "i32", "i32", "ptr", "u64", "ptr", "u64", "u64"],
    returns: "i32",
  },
  rd_kafka_produce_batch: { args: ["ptr", "i32", "i32", "ptr", "i32"], returns: "i32" },
  rd_kafka_produceva: { args: ["ptr", "ptr", "u64"], returns: "ptr" },
  rd_kafka_error_code: { args: ["ptr"], returns: "i32" },
  rd_kafka_error_destroy: { args: ["ptr"], returns: "void" },
  rd_kafka_message_headers: { args: ["ptr", "ptr"], returns: "i32" },
  rd_kafka_header_get_all: { args: ["ptr", "u64", "ptr", "ptr", "ptr"], returns: "i32" },
  rd_kafka_queue_new: { args: ["ptr"], returns: "ptr" },
  rd_kafka_queue_destroy: { args: ["ptr"], returns: "void" },
  rd_kafka_queue_get_main: { args: ["ptr"], returns: "ptr" },
  rd_kafka_queue_get_consumer: { args: ["ptr"], returns: "ptr" },
  rd_kafka_queue_poll: { args: ["ptr", "i32"], returns: "ptr" },
  rd_kafka_queue_io_event_enable: { args: ["ptr", "i32", "ptr", "u64"], returns: "void" },
  rd_kafka_poll_set_consumer: { args: ["ptr"], returns: "i32" },
  rd_kafka_event_type: { args: ["ptr"], returns: "i32" },
  rd_kafka_event_error: { args: ["ptr"], returns: "i32" },
  rd_kafka_event_error_string: { args: ["ptr"], returns: "cstring" },
  rd_kafka_event_error_is_fatal: { args: ["ptr"], returns: "i32" },
  rd_kafka_event_message_count: { args: ["ptr"], returns: "u64_fast" },
  rd_kafka_event_message_next: { args: ["ptr"], returns: "ptr" },
  rd_kafka_event_message_array: { args: ["ptr", "ptr", "u64"], returns: "u64_fast" },
  rd_kafka_event_topic_partition_list: { args: ["ptr"], returns: "ptr" },
  rd_kafka_event_destroy: { args: ["ptr"], returns: "void" },
  rd_kafka_consume_start_queue: { args: ["ptr", "i32", "i64", "ptr"], returns: "i32" },
  rd_kafka_consume_stop: { args: ["ptr", "i32"], returns: "i32" },
  rd_kafka_consume_batch_queue: { args: ["ptr", "i32", "ptr", "u64"], returns: "i64_fast" },
  rd_kafka_message_timestamp: { args: ["ptr", "ptr"], returns: "i64_fast" },
  rd_kafka_message_destroy: { args: ["ptr"], returns: "void" },
  rd_kafka_topic_partition_list_new: { args: ["i32"], returns: "ptr" },
  rd_kafka_topic_partition_list_add: { args: ["ptr", "cstring", "i32"], returns: "ptr" },
  rd_kafka_topic_partition_list_destroy: { args: ["ptr"], returns: "void" },
  rd_kafka_subscribe: { args: ["ptr", "ptr"], returns: "i32" },
  rd_kafka_incremental_assign: { args: ["ptr", "ptr"], returns: "ptr" },
  rd_kafka_incremental_unassign: { args: ["ptr", "ptr"], returns: "ptr" },
  rd_kafka_assignment_lost: { args: ["ptr"], returns: "i32" },
  rd_kafka_pause_partitions: { args: ["ptr", "ptr"], returns: "i32" },
  rd_kafka_fatal_error: { args: ["ptr", "ptr", "u64"], returns: "i32" },
  rd_kafka_consumer_close_queue: { args: ["ptr", "ptr"], returns: "ptr" },
  rd_kafka_consumer_closed: { args: ["ptr"], returns: "i32" },
  rd_kafka_commit_queue: { args: ["ptr", "ptr", "ptr", "ptr", "ptr"], returns: "i32" },
  rd_kafka_ListOffsets: { args: ["ptr", "ptr", "ptr", "ptr"], returns: "void" },
  rd_kafka_event_ListOffsets_result: { args: ["ptr"], returns: "ptr" },
  rd_kafka_ListOffsets_result_infos: { args: ["ptr", "ptr"], returns: "ptr" },
  rd_kafka_ListOffsetsResultInfo_topic_partition: { args: ["ptr"], returns: "ptr" },
  rd_kafka_NewTopic_new: { args: ["cstring", "i32", "i32", "ptr", "u64"], returns: "ptr" },
  rd_kafka_NewTopic_set_config: { args: ["ptr", "cstring", "cstring"], returns: "i32" },
  rd_kafka_NewTopic_destroy: { args: ["ptr"], returns: "void" },
  rd_kafka_CreateTopics: { args: ["ptr", "ptr", "u64", "ptr", "ptr"], returns: "void" },
  rd_kafka_event_CreateTopics_result: { args: ["ptr"], returns: "ptr" },
  rd_kafka_CreateTopics_result_topics: { args: ["ptr", "ptr"], returns: "ptr" },
  rd_kafka_DeleteTopic_new: { args: ["cstring"], returns: "ptr" },
  rd_kafka_DeleteTopic_destroy: { args: ["ptr"], returns: "void" },
  rd_kafka_DeleteTopics: { args: ["ptr", "ptr", "u64", "ptr", "ptr"], returns: "void" },
  rd_kafka_event_DeleteTopics_result: { args: ["ptr"], returns: "ptr" },
  rd_kafka_DeleteTopics_result_topics: { args: ["ptr", "ptr"], returns: "ptr" },
  rd_kafka_topic_result_error: { args: ["ptr"], returns: "i32" },
  rd_kafka_TopicCollection_of_topic_names: { args: ["ptr", "u64"], returns: "ptr" },
  rd_kafka_TopicCollection_destroy: { args: ["ptr"], returns: "void" },
  rd_kafka_DescribeTopics: { args: ["ptr", "ptr", "ptr", "ptr"], returns: "void" },
  rd_kafka_event_DescribeTopics_result: { args: ["ptr"], returns: "ptr" },
  rd_kafka_DescribeTopics_result_topics: { args: ["ptr", "ptr"], returns: "ptr" },
  rd_kafka_TopicDescription_error: { args: ["ptr"], returns: "ptr" },
  rd_kafka_TopicDescription_topic_id: { args: ["ptr"], returns: "ptr" },
  rd_kafka_TopicDescription_partitions: { args: ["ptr", "ptr"], returns: "ptr" },
  rd_kafka_TopicPartitionInfo_partition: { args: ["ptr"], returns: "i32" },
  rd_kafka_TopicPartitionInfo_leader: { args: ["ptr"], returns: "ptr" },
  rd_kafka_TopicPartitionInfo_isr: { args: ["ptr", "ptr"], returns: "ptr" },
  rd_kafka_TopicPartitionInfo_replicas: { args: ["ptr", "ptr"], returns: "ptr" },
  rd_kafka_Node_id: { args: ["ptr"], returns: "i32" },
  rd_kafka_Uuid_base64str: { args: ["ptr"], returns: "cstring" },
  rd_kafka_ConfigResource_new: { args: ["i32", "cstring"], returns: "ptr" },
  rd_kafka_ConfigResource_destroy: { args: ["ptr"], returns: "void" },
  rd_kafka_DescribeConfigs: { args: ["ptr", "ptr", "u64", "ptr", "ptr"], returns: "void" },
  rd_kafka_event_DescribeConfigs_result: { args: ["ptr"], returns: "ptr" },
  rd_kafka_DescribeConfigs_result_resources: { args: ["ptr", "ptr"], returns: "ptr" },
  rd_kafka_ConfigResource_configs: { args: ["ptr", "ptr"], returns: "ptr" },
  rd_kafka_ConfigEntry_name: { args: ["ptr"], returns: "cstring" },
  rd_kafka_ConfigEntry_value: { args: ["ptr"], returns: "cstring" },
} as const;

const libcSymbols = {
  memcpy: { args: ["ptr", "ptr", "u64"], returns: "ptr" },
  memcmp: { args: ["ptr", "ptr", "u64"], returns: "i32" },
  pipe2: { args: ["ptr", "i32"], returns: "i32" },
  close: { args: ["i32"], returns: "i32" },
} as const;

interface Arguments {
  readonly ptr: Pointer | Uint8Array | null;
  readonly cstring: string;
  readonly i32: number;
  readonly i64: number;
  readonly u64: number;
}

interface Returns {
  readonly ptr: Pointer | null;
  /** Something that String() turns into the text. */
  readonly cstring: object | null;
  readonly i32: number;
  /** A number up to 2^53, a bigint beyond. */
  readonly i64_fast: number | bigint;
  readonly u64_fast: number | bigint;
  readonly void: undefined;
}

type Parameters<Names extends readonly (keyof Arguments)[]> = {
  -readonly [Index in keyof Names]: Arguments[Names[Index]];
};

type Functions<
  Symbols extends Readonly<
    Record<string, { readonly args: readonly (keyof Arguments)[]; readonly returns: keyof Returns }>
  >,
> = {
  readonly [Name in keyof Symbols]: (
    ...args: Parameters<Symbols[Name]["args"]>
  ) => Returns[Symbols[Name]["returns"]];
};

export type Rdkafka = Functions<typeof rdkafkaSymbols>;
export type Libc = Functions<typeof libcSymbols>;

/** librdkafka as it is bound in this process. */
export interface Library {
  readonly path: string;
  readonly version: string;
  readonly kafka: Rdkafka;
  readonly libc: Libc;
}

/** Topic ids and offsets of the admin API came with 2.3. */
const versionMin = 0x02030000;

/**
 * Binds the first librdkafka that is there: `candidates` in order, then the system's. Throws, saying what was tried, where there is none or
 * it is too old.
 */
export function openLibrary(candidates: readonly string[]): Library {
  const tried: string[] = [];
  for (const path of [
    ...candidates.filter((candidate) => existsSync(candidate)),
    "librdkafka.so.1",
  ]) {
    const opened = tryOpen(path);
    if (typeof opened !== "string") return opened;
    tried.push(`${path}: ${opened}`);
  }
  throw new Error(
    `No usable librdkafka. ${tried.join("; ")}. \`bun run services up --only kafka\` builds one.`,
  );
}

function tryOpen(path: string): Library | string {
  try {
    // bun:ffi types a pointer as number or bigint; on the platforms with a librdkafka it is a number. Its types lack the names of the
    // integers that come back as numbers where they can.
    const symbols = rdkafkaSymbols as unknown as Record<string, FFIFunction>;
    const kafka = dlopen(path, symbols).symbols as unknown as Rdkafka;
    const libc = dlopen("libc.so.6", libcSymbols).symbols as unknown as Libc;
    const version = kafka.rd_kafka_version();
    if (version < versionMin) return `version ${versionText(version)} is older than 2.3`;
    return { path, version: versionText(version), kafka, libc };
  } catch (error) {
    // A library that is not there or lacks a function is passed over; the caller says which were tried.
    return (error as Error).message;
  }
}

/** 0xMMmmrrpp. */
function versionText(version: number): string {
  return `${version >>> 24}.${(version >>> 16) & 255}.${(version >>> 8) & 255}`;
}
