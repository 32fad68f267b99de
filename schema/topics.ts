/** The two main logs. Partition p of one belongs to partition p of the other. */
export const Topic = { Orders: "orders", OrderEvents: "order-events" } as const;
export type Topic = (typeof Topic)[keyof typeof Topic];

/** Bytes of a record's value, frame included, that any log must take. A body is cut into chunks below it. */
export const recordBytesMax = 300 * 1024;

/** Bytes of a body in one OutputChunk; a longer body is cut. */
export const chunkBytesMax = 256 * 1024;
