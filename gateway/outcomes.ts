import { Topic } from "../schema/topics.ts";
import type { Clock } from "../ports/clock/clock.ts";
import { followFold } from "../ports/log/fold-follower.ts";
import type { FoldAlarm, FoldedBody, FoldPosition } from "../ports/log/fold.ts";
import { LogError } from "../ports/log/log.ts";
import type { AppendRecord, Follower, Log } from "../ports/log/log.ts";
import { endAfter, traceparentHeader } from "../ports/telemetry/tracer.ts";
import type { Span } from "../ports/telemetry/tracer.ts";
import { HeldBodies } from "./held-bodies.ts";

export interface OutcomesOptions {
  readonly log: Log;
  readonly clock: Clock;
  /** How long the log's report and the outcome together are waited for. */
  readonly waitMs: number;
  /** Outcomes kept for append reports that come late, and for repeats of recent requests. */
  readonly heldCountMax: number;
  /** Every body, in order, before whoever waits for it is answered. */
  onBody(body: FoldedBody, partition: number): void;
  /** As onBody, once the outcome is held. */
  onHeld?(body: FoldedBody, partition: number): void;
  /** Time from the append to the folded outcome. */
  onAnswered?(seconds: number): void;
  onGap?(alarm: FoldAlarm): void;
}

/** A command that stands on the log, with what it came to, or null when that did not come in time. */
export interface Submitted {
  readonly partition: number;
  readonly commandOffset: number;
  readonly body: FoldedBody | null;
}

export interface FoldStanding {
  readonly partition: number;
  readonly seqNum: number;
  /** Of the last outcome; null before the first. */
  readonly epoch: number | null;
  /** Of the last command whose outcome was folded here; -1 before the first. */
  readonly commandOffset: number;
  /** On the monotonic clock. */
  readonly foldedAt: number;
  readonly failure: Error | null;
}

/**
 * Folds every partition of order-events and tells each command's sender what it came to. A request is complete when the offset of
 * its own append has been folded, whichever of the two is known first.
 */
export class Outcomes {
  readonly #options: OutcomesOptions;
  readonly #partitions: PartitionOutcomes[] = [];
  readonly #stop = new AbortController();

  constructor(options: OutcomesOptions) {
    this.#options = options;
  }

  /** Folds on from these positions, one a partition; resolves when what stood on the log at the call is folded. */
  async start(from: readonly (FoldPosition | null)[]): Promise<void> {
    for (const [partition, position] of from.entries()) {
      this.#partitions.push(new PartitionOutcomes(this.#options, partition, position));
    }
    void this.#expireWaiters();
    await Promise.all(this.#partitions.map((partition) => partition.caughtUp()));
  }

  /**
   * Appends a command and waits for its outcome; a span goes on into the record, and ends with the append. Rejects with LogError when the
   * log fails or does not report in time: then nobody knows whether it stands.
   */
  submit(partition: number, record: AppendRecord, span: Span | null = null): Promise<Submitted> {
    const found = this.#partitions[partition];
    if (found === undefined) throw new Error(`There is no partition ${partition}`);
    return found.submit(record, span);
  }

  /** The outcome of a command that is recent enough to be held still. */
  held(partition: number, commandOffset: number): FoldedBody | null {
    return this.#partitions[partition]?.held(commandOffset) ?? null;
  }

  /** The outcomes of a partition after this seqNum, in their order; null where some are not held any more. */
  heldAfter(partition: number, seqNum: number): readonly FoldedBody[] | null {
    return this.#partitions[partition]?.heldAfter(seqNum) ?? null;
  }

  get standings(): readonly FoldStanding[] {
    return this.#partitions.map((partition) => partition.standing);
  }

  get waiterCount(): number {
    return this.#partitions.reduce((total, partition) => total + partition.waiterCount, 0);
  }

  /** Appends whose sender was told that the log is silent, and which may land still. */
  get unreportedCount(): number {
    return this.#partitions.reduce((total, partition) => total + partition.unreportedCount, 0);
  }

  /** Stops folding; whoever still waits is told that the outcome did not come. */
  async close(): Promise<void> {
    this.#stop.abort();
    await Promise.all(this.#partitions.map((partition) => partition.close()));
  }

  async #expireWaiters(): Promise<void> {
    const { clock } = this.#options;
    while (!this.#stop.signal.aborted) {
      await clock.sleep(sweepMs, this.#stop.signal);
      const now = clock.monotonic();
      for (const partition of this.#partitions) partition.expire(now);
    }
  }
}

const sweepMs = 50;

interface Waiter {
  readonly deadline: number;
  settle(body: FoldedBody | null): void;
}

interface Report {
  readonly deadline: number;
  giveUp(): void;
}

class PartitionOutcomes {
  readonly #options: OutcomesOptions;
  readonly #partition: number;
  readonly #follower: Follower;
  readonly #waiters = new Map<number, Waiter>();
  readonly #reports = new Set<Report>();
  readonly #held: HeldBodies;
  #last: Pick<FoldStanding, "seqNum" | "epoch" | "commandOffset" | "foldedAt">;
  #failure: Error | null = null;
  #unreportedCount = 0;

  constructor(options: OutcomesOptions, partition: number, from: FoldPosition | null) {
    this.#options = options;
    this.#partition = partition;
    this.#held = new HeldBodies(options.heldCountMax);
    const foldedAt = options.clock.monotonic();
    const { seqNum = 0, epoch = null } = from ?? {};
    this.#last = { seqNum, epoch, commandOffset: -1, foldedAt };
    this.#follower = followFold({
      log: options.log,
      partition,
      from,
      onBodies: (bodies) => this.#take(bodies),
      onGap: (alarm) => options.onGap?.(alarm),
    });
    this.#follower.done.catch((error: unknown) => this.#fail(error));
  }

  get standing(): FoldStanding {
    return { partition: this.#partition, failure: this.#failure, ...this.#last };
  }

  get waiterCount(): number {
    return this.#waiters.size;
  }

  get unreportedCount(): number {
    return this.#unreportedCount;
  }

  async caughtUp(): Promise<void> {
    const { log, clock } = this.#options;
    const end = await log.endOffset(Topic.OrderEvents, this.#partition);
    while (this.#follower.position < end && this.#failure === null) await clock.sleep(1);
    if (this.#failure !== null) throw this.#failure;
  }

  async submit(record: AppendRecord, span: Span | null): Promise<Submitted> {
    const { clock, waitMs, onAnswered } = this.#options;
    const appendedAt = clock.monotonic();
    const offsets = await this.#reported(this.#append(record, span), appendedAt + waitMs);
    const [commandOffset] = offsets;
    if (commandOffset === undefined) throw new Error("An append gives one offset a record");
    const body = await this.#outcome(commandOffset, appendedAt + waitMs);
    if (body !== null) onAnswered?.((clock.monotonic() - appendedAt) / 1000);
    return { partition: this.#partition, commandOffset, body };
  }

  #append(record: AppendRecord, span: Span | null): Promise<readonly number[]> {
    const { log } = this.#options;
    if (span === null) return log.append(Topic.Orders, this.#partition, [record]);
    const traced = { ...record, headers: { [traceparentHeader]: span.traceparent } };
    return endAfter(span, log.append(Topic.Orders, this.#partition, [traced]));
  }

  /** Rejects at the deadline. The append goes on: where brokers are away it waits for them as long as it takes. */
  #reported(append: Promise<readonly number[]>, deadline: number): Promise<readonly number[]> {
    return new Promise((resolve, reject) => {
      const giveUp = (): void => {
        this.#unreportedCount++;
        const reported = (): void => void this.#unreportedCount--;
        append.then(reported, reported);
        reject(new LogError("Unavailable", `No report within ${this.#options.waitMs} ms`));
      };
      const report = { deadline, giveUp };
      this.#reports.add(report);
      append.then(resolve, reject).finally(() => this.#reports.delete(report));
    });
  }

  held(commandOffset: number): FoldedBody | null {
    return this.#held.get(commandOffset);
  }

  heldAfter(seqNum: number): readonly FoldedBody[] | null {
    return this.#held.after(seqNum, this.#last.seqNum);
  }

  expire(now: number): void {
    for (const [commandOffset, waiter] of this.#waiters) {
      if (waiter.deadline > now) continue;
      this.#waiters.delete(commandOffset);
      waiter.settle(null);
    }
    for (const report of this.#reports) {
      if (report.deadline > now) continue;
      this.#reports.delete(report);
      report.giveUp();
    }
  }

  async close(): Promise<void> {
    await this.#follower.close();
    this.expire(Number.POSITIVE_INFINITY);
  }

  /** The outcome may have been folded before the append was reported. */
  #outcome(commandOffset: number, deadline: number): Promise<FoldedBody | null> {
    const held = this.#held.get(commandOffset);
    if (held !== null) return Promise.resolve(held);
    if (this.#failure !== null || commandOffset <= this.#last.commandOffset) {
      return Promise.resolve(null);
    }
    return new Promise((settle) => this.#waiters.set(commandOffset, { deadline, settle }));
  }

  #take(bodies: readonly FoldedBody[]): void {
    for (const body of bodies) {
      this.#options.onBody(body, this.#partition);
      this.#held.add(body);
      this.#options.onHeld?.(body, this.#partition);
      const waiter = this.#waiters.get(body.commandOffset);
      if (waiter === undefined) continue;
      this.#waiters.delete(body.commandOffset);
      waiter.settle(body);
    }
    const last = bodies.at(-1);
    if (last === undefined) return;
    const { seqNum, epoch } = last.position;
    const foldedAt = this.#options.clock.monotonic();
    this.#last = { seqNum, epoch, commandOffset: last.commandOffset, foldedAt };
  }

  #fail(error: unknown): void {
    this.#failure = error instanceof Error ? error : new Error(String(error));
    this.expire(Number.POSITIVE_INFINITY);
  }
}
