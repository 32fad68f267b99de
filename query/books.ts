import type { Clock } from "../ports/clock/clock.ts";
import { followFold } from "../ports/log/fold-follower.ts";
import type { FoldedBody, FoldPosition } from "../ports/log/fold.ts";
import { LogError } from "../ports/log/log.ts";
import type { Follower, Log } from "../ports/log/log.ts";
import type { SnapshotStore } from "../ports/snapshot/snapshot.ts";
import { murmur2, partitionOf } from "../schema/hash.ts";
import { Topic } from "../schema/topics.ts";
import { newestBooks } from "./book-snapshot.ts";
import type { Book } from "./book.ts";
import { PartitionBooks } from "./partition-books.ts";
import { formatPosition } from "./position.ts";

export interface BooksOptions {
  readonly log: Log;
  readonly clock: Clock;
  /** Null: books are folded from the log's beginning. */
  readonly snapshots: SnapshotStore | null;
  /** A partition's books stopped for good, or (FoldAlarm `Gap`) wait for the next Claim. */
  onAlarm(partition: number, error: Error): void;
}

/** Who is told of what a batch of bodies changed, and of a partition that stopped. */
export interface BooksListener {
  onChanged(books: ReadonlySet<Book>): void;
  onStopped(partition: number): void;
}

/** L3 replicas of every partition's books, followed from the log. */
export class Books {
  readonly #partitions: readonly FollowedPartition[];

  constructor(options: BooksOptions, listener: BooksListener) {
    this.#partitions = Array.from(
      { length: options.log.partitionCount },
      (_, partition) => new FollowedPartition(options, listener, partition),
    );
  }

  /** Resolves once every partition has caught up with the log's end as of now, or has stopped. */
  async start(): Promise<void> {
    await Promise.all(this.#partitions.map((partition) => partition.start()));
  }

  async close(): Promise<void> {
    await Promise.all(this.#partitions.map((partition) => partition.close()));
  }

  get partitionCount(): number {
    return this.#partitions.length;
  }

  partitions(): number[] {
    return [...this.#partitions.keys()];
  }

  /** Where the commands of an instrument go, known or not. */
  partitionOf(symbol: string): number {
    return partitionOf(murmur2(Buffer.from(symbol, "latin1")), this.partitionCount);
  }

  /** As text, for answers out of one partition's books. */
  position(partition: number): string {
    return formatPosition(new Map([[partition, this.seqNum(partition)]]));
  }

  /** As text, for answers out of all of them. */
  wholePosition(): string {
    return formatPosition(new Map(this.partitions().map((key) => [key, this.seqNum(key)])));
  }

  /** Of one partition; false before it has caught up and after it stopped. */
  serves(partition: number): boolean {
    return this.#partitions[partition]?.serves ?? false;
  }

  find(symbol: string): Book | null {
    return this.#partitions[this.partitionOf(symbol)]?.books.find(symbol) ?? null;
  }

  all(): Book[] {
    return this.#partitions.flatMap(({ books }) => [...books.books]);
  }

  seqNum(partition: number): number {
    return this.#partitions[partition]?.books.seqNum ?? 0;
  }

  /** Log time of the last applied body. */
  transactTime(partition: number): number {
    return this.#partitions[partition]?.books.transactTime ?? 0;
  }

  /** Resolves with true as soon as the partition's books are at `seqNum`, with false when the signal aborts first. */
  reaches(partition: number, seqNum: number, signal: AbortSignal): Promise<boolean> {
    return this.#partitions[partition]?.reaches(seqNum, signal) ?? Promise.resolve(false);
  }
}

const retryMs = 1000;
const catchUpPollMs = 5;

/** One partition's books and what moves them on. */
class FollowedPartition {
  readonly #options: BooksOptions;
  readonly #listener: BooksListener;
  readonly #partition: number;
  readonly #closing = new AbortController();
  readonly #waiters = new Set<{ seqNum: number; reached(): void }>();
  #books: PartitionBooks;
  #from: FoldPosition | null = null;
  #follower: Follower | null = null;
  #running: Promise<void> = Promise.resolve();
  #caughtUp = false;
  #stopped = false;

  constructor(options: BooksOptions, listener: BooksListener, partition: number) {
    this.#options = options;
    this.#listener = listener;
    this.#partition = partition;
    this.#books = new PartitionBooks(partition);
  }

  get books(): PartitionBooks {
    return this.#books;
  }

  get serves(): boolean {
    return this.#caughtUp && !this.#stopped;
  }

  async start(): Promise<void> {
    const { log, clock, snapshots } = this.#options;
    const end = await log.endOffset(Topic.OrderEvents, this.#partition);
    if (snapshots !== null) await this.#restore({ log, snapshots });
    this.#running = this.#run();
    while (!this.#stopped && (this.#follower?.position ?? 0) < end) {
      await clock.sleep(catchUpPollMs, this.#closing.signal);
      if (this.#closing.signal.aborted) return;
    }
    this.#caughtUp = true;
  }

  async #restore(stores: { log: Log; snapshots: SnapshotStore }): Promise<void> {
    const saved = await newestBooks(stores, this.#partition, (error) =>
      this.#options.onAlarm(this.#partition, error),
    );
    if (saved === null) return;
    this.#books = saved.books;
    this.#from = saved.position;
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#follower?.close();
    await this.#running;
  }

  reaches(seqNum: number, signal: AbortSignal): Promise<boolean> {
    if (this.#books.seqNum >= seqNum) return Promise.resolve(true);
    if (signal.aborted) return Promise.resolve(false);
    return new Promise((resolve) => {
      const waiter = { seqNum, reached: () => settle(true) };
      const settle = (reached: boolean): void => {
        this.#waiters.delete(waiter);
        signal.removeEventListener("abort", giveUp);
        resolve(reached);
      };
      const giveUp = (): void => settle(false);
      this.#waiters.add(waiter);
      signal.addEventListener("abort", giveUp);
    });
  }

  /** Follows until closed. A log that is away is tried again; anything else stops the partition's books. */
  async #run(): Promise<void> {
    const { log, clock, onAlarm } = this.#options;
    while (!this.#closing.signal.aborted) {
      try {
        this.#follower = followFold({
          log,
          partition: this.#partition,
          from: this.#from,
          onBodies: (bodies) => this.#apply(bodies),
          onGap: (alarm) => onAlarm(this.#partition, alarm),
        });
        await this.#follower.done;
      } catch (error) {
        if (!(error instanceof LogError) || error.code !== "Unavailable") {
          return this.#stop(error instanceof Error ? error : new Error(String(error)));
        }
        await clock.sleep(retryMs, this.#closing.signal);
      }
    }
  }

  #apply(bodies: readonly FoldedBody[]): void {
    const changed = new Set<Book>();
    for (const body of bodies) {
      for (const book of this.#books.apply(body)) changed.add(book);
      this.#from = body.position;
    }
    for (const waiter of this.#waiters) {
      if (waiter.seqNum <= this.#books.seqNum) waiter.reached();
    }
    this.#listener.onChanged(changed);
  }

  #stop(error: Error): void {
    if (this.#closing.signal.aborted) return;
    this.#stopped = true;
    this.#options.onAlarm(this.#partition, error);
    this.#listener.onStopped(this.#partition);
  }
}
