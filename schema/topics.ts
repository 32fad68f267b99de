/** The two main logs, and what the relay writes beside them. Partition p of one belongs to partition p of all others. */
export const Topic = {
  Orders: "orders",
  OrderEvents: "order-events",
  Retry1s: "orders.retry.1s",
  Retry5s: "orders.retry.5s",
  Retry20s: "orders.retry.20s",
  DeadLetters: "orders.dlq",
} as const;
export type Topic = (typeof Topic)[keyof typeof Topic];

/** Back-off after each attempt that was deferred, in ms, and the topic of its letters. An attempt after the last is not deferred. */
export const retryBackOffs = [
  { topic: Topic.Retry1s, ms: 1_000 },
  { topic: Topic.Retry5s, ms: 5_000 },
  { topic: Topic.Retry20s, ms: 20_000 },
] as const;

/** `attempt` of an operator's replay of a dead letter. */
export const replayAttempt = 65_535;

/** Bytes of a command in a letter; the rest of a longer one stands on `orders` only. */
export const letterBytesMax = 256 * 1024;

/** Bytes of a record's value, frame included, that any log must take. A body is cut into chunks below it. */
export const recordBytesMax = 300 * 1024;

/** Bytes of a body in one OutputChunk; a longer body is cut. */
export const chunkBytesMax = 256 * 1024;
