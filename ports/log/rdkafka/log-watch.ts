import type { Topic } from "../../../schema/topics.ts";
import type { StallKind, Watchdog } from "./watchdog.ts";

/** A follower as the watchdog sees it. */
export interface WatchedFollower {
  readonly position: number;
  /** Nothing is at hand: it waits for the next record. */
  readonly idle: boolean;
}

/** Operations on one partition so far. */
interface Operations {
  begunCount: number;
  endedCount: number;
}

/**
 * Shows a watchdog what a log's instances are at, partition by partition. That the leader of the same partition tells its end to another instance of
 * the client is taken for "the brokers answer".
 */
export class LogWatch {
  readonly #watchdog: Watchdog;
  readonly #endOffset: (topic: Topic, partition: number) => Promise<number>;
  readonly #operations = new Map<string, Operations>();

  constructor(watchdog: Watchdog, endOffset: (topic: Topic, partition: number) => Promise<number>) {
    this.#watchdog = watchdog;
    this.#endOffset = endOffset;
  }

  /** An append (`Produce`) or a page (`Read`) is under way until the returned function is called. */
  begin(kind: StallKind, topic: Topic, partition: number): () => void {
    const key = `${kind} ${topic}-${partition}`;
    const operations = this.#operations.get(key) ?? this.#watchOperations(kind, topic, partition);
    this.#operations.set(key, operations);
    operations.begunCount++;
    return () => void operations.endedCount++;
  }

  /** Returns the function that ends it. A follower whose handler is at work is waited for by that handler's own bounds. */
  follow(topic: Topic, partition: number, follower: WatchedFollower): () => void {
    return this.#watchdog.watch({
      kind: "Read",
      name: `${topic}-${partition}`,
      progress: () => follower.position,
      isWaiting: () => follower.idle,
      ask: async () => (await this.#endOffset(topic, partition)) > follower.position,
    });
  }

  #watchOperations(kind: StallKind, topic: Topic, partition: number): Operations {
    const operations: Operations = { begunCount: 0, endedCount: 0 };
    this.#watchdog.watch({
      kind,
      name: `${topic}-${partition}`,
      progress: () => operations.endedCount,
      isWaiting: () => operations.begunCount > operations.endedCount,
      ask: async () => (await this.#endOffset(topic, partition)) >= 0,
    });
    return operations;
  }
}
