/**
 * A leader that comes back with a new epoch after its broker was fenced is found only by a refresh of metadata: a hint in an answer has been seen to
 * leave a partition without a leader, and the default is five minutes.
 */
const freshMetadata = { "topic.metadata.refresh.interval.ms": "2000" };

/** What this one asks for is in no list of topics to refresh: its memory has to end by itself. */
export const adminSettings = { "metadata.max.age.ms": "2000" };

/**
 * librdkafka's defaults change here: idempotence and acks=all keep order and count; no time-out, so that no record is given up while a
 * later one lands (design §5.6); callers batch. A batch counts as one message for the topic's max.message.bytes: it must
 * pass even where nothing can be compressed (a single record may be longer than batch.size).
 */
export const producerSettings = {
  ...freshMetadata,
  "enable.idempotence": "true",
  acks: "all",
  "message.timeout.ms": "0",
  "compression.type": "lz4",
  "queue.buffering.max.messages": "200000",
  "batch.size": "300000",
  "message.max.bytes": "1000000",
};

/**
 * What many records take to be handed over, so that one request carries them; as many as are appended at a time go at once. librdkafka waits in
 * whole milliseconds, so that few records go without.
 */
export const bulkLinger = { "linger.ms": "0.3", "batch.num.messages": "1024" };
export const quickLinger = { "linger.ms": "0" };

/** No group: positions come from the fold. The group.id is only a name that librdkafka asks for. */
export const readerSettings = {
  ...freshMetadata,
  "group.id": "orderbook-reader",
  "enable.auto.commit": "false",
  "enable.auto.offset.store": "false",
  "auto.offset.reset": "error",
  "check.crcs": "true",
  "fetch.queue.backoff.ms": "2",
  "fetch.wait.max.ms": "500",
  "isolation.level": "read_uncommitted",
};

/** A fetch waits at the broker until there is as much as makes a batch worth while, but no longer than that. */
export function gatherSettings(gatherMs: number): Record<string, string> {
  return { "fetch.min.bytes": "262144", "fetch.wait.max.ms": String(gatherMs) };
}
