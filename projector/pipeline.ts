import type { Clock } from "../ports/clock/clock.ts";
import { AnalyticsError } from "../ports/analytics/analytics.ts";
import type { FoldAlarm, FoldedBody, FoldPosition } from "../ports/log/fold.ts";
import { followFold } from "../ports/log/fold-follower.ts";
import { LogError } from "../ports/log/log.ts";
import type { Follower, Log } from "../ports/log/log.ts";
import { ReadDbError } from "../ports/read-db/read-db.ts";
import { Topic } from "../schema/topics.ts";
import { Stopped, untilAvailable } from "./retry.ts";

/** A store's fold of one partition. `apply` may be called again with the same bodies after a transient failure. */
export interface StoreFold {
  readonly position: FoldPosition | null;
  /** Log time, in milliseconds, of the oldest body that was applied and does not stand yet. */
  readonly waitingSince?: number | null;
  load(): Promise<FoldPosition | null>;
  /** `behind`: the log holds much more already, so throughput counts, not age. */
  apply(bodies: readonly FoldedBody[], behind: boolean): Promise<void>;
}

export interface PipelineOptions {
  readonly log: Log;
  readonly partition: number;
  readonly fold: StoreFold;
  readonly clock: Clock;
  /** A seqNum is missing on the log; the pipeline waits for the next Claim. */
  onGap(alarm: FoldAlarm): void;
}

/** Each batch is a transaction: a few more orders in it cost less than another one. */
const gatherMs = 20;
/** One transaction or so: what a reader of the same database waits for at most. */
const batchMax = { bodies: 1_024, bytes: 1 << 20 };

/** Follows one partition into one store, from the store's position on, trying in place for as long as either is away. */
export class Pipeline {
  readonly #options: PipelineOptions;
  readonly #stop = new AbortController();
  #follower: Follower | null = null;
  #bodyCount = 0;
  #retryCount = 0;

  constructor(options: PipelineOptions) {
    this.#options = options;
  }

  get position(): FoldPosition | null {
    return this.#options.fold.position;
  }

  /** Offset of the first record of order-events that is not dealt with. */
  get nextOffset(): number {
    const { position } = this.#options.fold;
    return Math.max(this.#follower?.position ?? 0, position === null ? 0 : position.offset + 1);
  }

  /** Bodies applied since the start. */
  get bodyCount(): number {
    return this.#bodyCount;
  }

  /** Attempts to apply that had to be made again. */
  get retryCount(): number {
    return this.#retryCount;
  }

  get waitingSince(): number | null {
    return this.#options.fold.waitingSince ?? null;
  }

  /** Resolves when stopped; rejects with what cannot be retried. */
  async run(): Promise<void> {
    const { fold } = this.#options;
    try {
      await this.#untilAvailable(async () => this.#follow(await fold.load()));
    } catch (error) {
      if (!(error instanceof Stopped)) throw error;
    }
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#follower?.close();
  }

  async #follow(from: FoldPosition | null): Promise<void> {
    const { log, partition, onGap } = this.#options;
    const end = await log.endOffset(Topic.OrderEvents, partition);
    const follower = followFold({
      log,
      partition,
      from,
      onGap,
      gatherMs,
      onBodies: (bodies) => this.#apply(bodies, end),
    });
    this.#follower = follower;
    if (this.#stop.signal.aborted) await follower.close();
    await follower.done;
    if (!this.#stop.signal.aborted) throw new LogError("Closed", "The log is closed");
  }

  /** `end`: end of the log when this began. */
  async #apply(bodies: readonly FoldedBody[], end: number): Promise<void> {
    const behind = (bodies.at(-1)?.position.offset ?? 0) + 1 < end;
    for (const batch of batches(bodies)) {
      let attemptCount = 0;
      await this.#untilAvailable(() => {
        if (attemptCount++ > 0) this.#retryCount++;
        return this.#options.fold.apply(batch, behind);
      });
      this.#bodyCount += batch.length;
    }
  }

  #untilAvailable<Result>(attempt: () => Promise<Result>): Promise<Result> {
    const { clock } = this.#options;
    return untilAvailable(attempt, { clock, signal: this.#stop.signal, isTransient });
  }
}

export function isTransient(error: unknown): boolean {
  const isStores =
    error instanceof ReadDbError || error instanceof AnalyticsError || error instanceof LogError;
  return isStores && error.code === "Unavailable";
}

function* batches(bodies: readonly FoldedBody[]): Generator<readonly FoldedBody[]> {
  let from = 0;
  let bytes = 0;
  for (const [index, body] of bodies.entries()) {
    bytes += body.bytes.length;
    if (index + 1 - from < batchMax.bodies && bytes < batchMax.bytes) continue;
    yield bodies.slice(from, index + 1);
    from = index + 1;
    bytes = 0;
  }
  if (from < bodies.length) yield bodies.slice(from);
}
