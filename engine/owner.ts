import type { Clock } from "../ports/clock/clock.ts";
import type { FoldPosition } from "../ports/log/fold.ts";
import type { Follower, Log } from "../ports/log/log.ts";
import type { RecordBatch } from "../ports/log/record-batch.ts";
import { BucketCounts } from "../ports/telemetry/bucket-counts.ts";
import { noTracer } from "../ports/telemetry/tracer.ts";
import type { Tracer } from "../ports/telemetry/tracer.ts";
import { frame } from "../schema/frame.ts";
import { Topic } from "../schema/topics.ts";
import { checkpointInterval } from "./checkpoint-chain.ts";
import { CommandTracing } from "./command-tracing.ts";
import { CommandWindow } from "./command-window.ts";
import { EventCounts } from "./event-counts.ts";
import { applyFailure, EngineHostError } from "./host-error.ts";
import { OutputAppender } from "./output-appender.ts";
import type { OutputBatch } from "./output-batch.ts";
import { OutputRecords } from "./output-records.ts";
import { OwnOutput } from "./own-output.ts";
import type { Recovered } from "./recovery.ts";
import { Relay } from "./relay.ts";
import type { RelayStats } from "./relay.ts";
import type { Replica } from "./replica.ts";
import type { Snapshotter, SnapshotStats } from "./snapshotter.ts";

export interface OwnerOptions {
  readonly log: Log;
  readonly clock: Clock;
  readonly recovered: Recovered;
  readonly snapshotter: Snapshotter;
  readonly tickMs: number;
  /** Of this process, for dead letters. */
  readonly build: string;
  readonly tracer?: Tracer;
  onFatal(error: Error): void;
}

export type OwnerState = "Starting" | "Serving" | "Stopped" | "Failed";

export interface OwnerStats {
  readonly partition: number;
  readonly state: OwnerState;
  readonly epoch: number;
  /** Of the last command applied, and of the last one folded. */
  readonly seqNum: number;
  readonly foldedSeqNum: number;
  readonly commandOffset: number;
  /** Of this owner, replay not counted. */
  readonly commandCount: number;
  readonly eventCount: number;
  /** By which the next command is decided. */
  readonly semanticsVersion: number;
  /** Orders that are open, and requests whose ids are remembered. */
  readonly orderCount: number;
  readonly idWindowEntryCount: number;
  /** Appends without an answer yet. */
  readonly inFlightCount: number;
  /** Nanoseconds to make one command's records, per command. */
  readonly applyNs: BucketCounts;
  readonly events: EventCounts;
  readonly snapshot: SnapshotStats;
  readonly relay: RelayStats;
}

/** Appends that are not folded to their end; beyond it reading waits for the oldest. */
const unfoldedCountMax = 32;
/** A store that does not answer must not hold up the end. */
const snapshotWaitMsMax = 5000;

/**
 * Serves a recovered partition. One batch of commands becomes one append; the next batch is applied while it is under way, so that the
 * log's group commit and matching overlap. Any failure ends it: recovery then decides what stood (design §5.6).
 */
export class Owner {
  readonly #options: OwnerOptions;
  readonly #replica: Replica;
  readonly #records: OutputRecords;
  readonly #output: OwnOutput;
  readonly #tracing: CommandTracing;
  readonly #relay: Relay;
  readonly #window = new CommandWindow();
  readonly #applyNs = new BucketCounts();
  readonly #eventCounts = new EventCounts();
  readonly #ticking = new AbortController();
  readonly #appender: OutputAppender;
  #state: OwnerState = "Starting";
  #failure: Error | null = null;
  #orders: Follower | null = null;
  #events: Follower | null = null;
  #ticker: Promise<void> = Promise.resolve();
  /** Where `orders` ended when this owner began to write, and what waits until it has come so far. */
  #tailEnd = Infinity;
  readonly #tailWritten = Promise.withResolvers<void>();
  /** When the last command was done: reading the clock costs as much as hashing it. */
  #appliedAt = 0;
  /** Share of a command in the time that it took to read its window ahead. */
  #readAheadNs = 0;
  #commandCount = 0;
  #eventCount = 0;

  constructor(options: OwnerOptions) {
    this.#options = options;
    this.#replica = options.recovered.replica;
    this.#records = new OutputRecords(options.recovered.epoch);
    const { tracer = noTracer, recovered } = options;
    const { partition } = recovered.identity;
    this.#tracing = new CommandTracing(tracer, partition);
    const { log, clock, build } = options;
    const onFailure = (error: Error): void => this.#fail(appendFailed("a letter", error));
    this.#relay = new Relay({ log, clock, partition, build, onFailure });
    this.#output = new OwnOutput({
      recovered,
      onLetters: (body) => this.#relay.take(body),
      onCheckpoint: (position) => void this.#checkpointFolded(position),
    });
    this.#appender = new OutputAppender({
      output: this.#output,
      append: (batch) => this.#append(batch),
    });
  }

  get stats(): OwnerStats {
    const { recovered, snapshotter } = this.#options;
    return {
      partition: recovered.identity.partition,
      state: this.#state,
      epoch: recovered.epoch,
      seqNum: this.#replica.seqNum,
      foldedSeqNum: this.#output.foldedSeqNum,
      commandOffset: this.#replica.commandOffset,
      commandCount: this.#commandCount,
      eventCount: this.#eventCount,
      semanticsVersion: this.#replica.engine.semanticsVersion,
      orderCount: this.#replica.engine.orderCount,
      idWindowEntryCount: this.#replica.engine.idWindowEntryCount,
      inFlightCount: this.#appender.inFlightCount,
      applyNs: this.#applyNs,
      events: this.#eventCounts,
      snapshot: snapshotter.stats,
      relay: this.#relay.stats,
    };
  }

  /** Writes what stands on `orders` past the tail, waits until it is folded, then serves. Resolves with the count of bodies written. */
  async start(): Promise<number> {
    try {
      return await this.#open();
    } catch (error) {
      this.#fail(error as Error);
      throw error;
    }
  }

  async #open(): Promise<number> {
    const { log, recovered } = this.#options;
    const { partition } = recovered.identity;
    const fromEvents = recovered.epoch + 1;
    this.#events = log.followBatches(Topic.OrderEvents, partition, fromEvents, (batch) =>
      this.#output.take(batch),
    );
    this.#events.done.catch((error: Error) => this.#fail(error));
    this.#relay.resume(recovered.letters, this.#replica.engine.deferredOrders());
    const count = await this.#writeTail(partition);
    if (this.#failure !== null) throw this.#failure;
    this.#state = "Serving";
    this.#ticker = this.#tick(partition);
    return count;
  }

  /** Begins to follow `orders`, and waits until the outputs of all that stands there now are folded. Resolves with their count. */
  async #writeTail(partition: number): Promise<number> {
    const { log } = this.#options;
    const { seqNum, commandOffset } = this.#replica;
    const fromOrders = commandOffset + 1;
    this.#tailEnd = await log.endOffset(Topic.Orders, partition);
    if (this.#failure !== null) return 0;
    if (fromOrders >= this.#tailEnd) this.#tailWritten.resolve();
    this.#orders = log.followBatches(Topic.Orders, partition, fromOrders, (batch) =>
      this.#serve(batch),
    );
    this.#orders.done.catch((error: Error) => this.#fail(error));
    await this.#tailWritten.promise;
    const tail = this.#replica.seqNum;
    await this.#output.whenFolded(tail);
    return tail - seqNum;
  }

  /** Finishes what was read and waits until it is folded and its snapshot stands. Never rejects. */
  async stop(): Promise<void> {
    this.#ticking.abort();
    await this.#ticker;
    await this.#orders?.close();
    await this.#appender.whenIdle();
    await this.#output.whenFolded(this.#replica.seqNum);
    await this.#relay.stop();
    await this.#finishSnapshot();
    if (this.#failure === null) this.#state = "Stopped";
    this.#options.snapshotter.close();
    await this.#events?.close();
  }

  /** Writes nothing more from here on, not even what was applied: another owner may be at work. Reading ends soon after. */
  abandon(): void {
    if (this.#failure !== null || this.#state === "Stopped") return;
    this.#end(new EngineHostError("Abandoned", "The partition was given up"));
    this.#state = "Stopped";
  }

  async #finishSnapshot(): Promise<void> {
    if (this.#failure !== null) return;
    const { snapshotter, clock } = this.#options;
    const waiting = new AbortController();
    await Promise.race([snapshotter.whenIdle(), clock.sleep(snapshotWaitMsMax, waiting.signal)]);
    waiting.abort();
  }

  #serve(batch: RecordBatch): void | Promise<void> {
    if (this.#failure !== null) return;
    for (let index = 0; index < batch.count; index += this.#window.count) {
      this.#readAhead(batch, index);
      this.#applyWindow(batch, index);
    }
    this.#appender.flush();
    if (batch.offsetAt(batch.count - 1) + 1 >= this.#tailEnd) this.#tailWritten.resolve();
    if (this.#appender.isFull) return this.#appender.whenRoom();
    if (this.#output.sentCount > unfoldedCountMax) return this.#output.whenOldestFolded();
  }

  /** Fills the window with the records from `index` on; each of them has an even share in the time that this takes. */
  #readAhead(batch: RecordBatch, index: number): void {
    const window = this.#window;
    const startedAt = Bun.nanoseconds();
    window.fill(batch, index);
    this.#replica.prepare(window);
    this.#appliedAt = Bun.nanoseconds();
    this.#readAheadNs = (this.#appliedAt - startedAt) / window.count;
  }

  /** Applies what is in the window: the records of a batch from `index` on. */
  #applyWindow(batch: RecordBatch, index: number): void {
    const { count } = this.#window;
    for (let place = 0; place < count; place++) {
      const outputs = this.#appender.batch;
      if (this.#window.hasHeaders(place)) this.#applyTraced(batch, index + place, place, outputs);
      else this.#apply(place, outputs);
    }
  }

  #apply(place: number, outputs: OutputBatch): void {
    const replica = this.#replica;
    const body = this.#applied(place);
    const { seqNum } = replica;
    const fromIndex = outputs.append.count;
    this.#records.encode(body, seqNum, outputs.append);
    outputs.note(fromIndex, seqNum, replica.bodyHash64, replica.hasLetters);
    this.#commandCount++;
    this.#eventCount += replica.eventCount;
    this.#eventCounts.add(body);
    if (seqNum % checkpointInterval === 0) this.#options.snapshotter.atCheckpoint(replica);
    const appliedAt = Bun.nanoseconds();
    this.#applyNs.record(appliedAt - this.#appliedAt + this.#readAheadNs);
    this.#appliedAt = appliedAt;
  }

  #applied(place: number): Uint8Array {
    try {
      return this.#replica.applyFrom(this.#window, place);
    } catch (cause) {
      const { partition } = this.#options.recovered.identity;
      throw applyFailure(partition, this.#window.offset, cause);
    }
  }

  #applyTraced(batch: RecordBatch, index: number, place: number, outputs: OutputBatch): void {
    const record = batch.record(index);
    const span = this.#tracing.applying(record);
    this.#apply(place, outputs);
    const headers = this.#tracing.applied(record, span, this.#replica);
    if (headers !== null) outputs.append.headers.set(outputs.append.count - 1, headers);
    outputs.spans.push(...this.#tracing.takeAppending());
  }

  /** The log keeps the order of one process's appends. */
  async #append({ append, spans }: OutputBatch): Promise<void> {
    const { log, recovered } = this.#options;
    const ending = spans.splice(0);
    try {
      await log.appendBatch(Topic.OrderEvents, recovered.identity.partition, append);
      for (const span of ending) span.end();
    } catch (cause) {
      this.#fail(appendFailed("outputs", cause));
    }
  }

  /** A snapshot is valid only once the letters up to there stand: whoever starts from it does not write them again. */
  async #checkpointFolded(position: FoldPosition): Promise<void> {
    await this.#relay.acked();
    this.#options.snapshotter.folded(position);
  }

  /** Moves log time on an idle partition, and lets an owner whose Claim was overtaken notice. */
  async #tick(partition: number): Promise<void> {
    const { log, clock, tickMs } = this.#options;
    const { signal } = this.#ticking;
    while (!signal.aborted) {
      await clock.sleep(tickMs, signal);
      if (signal.aborted) return;
      const value = frame({ kind: "TimeTick", sendingTime: clock.now() });
      try {
        await log.append(Topic.Orders, partition, [{ key: null, value }]);
      } catch (cause) {
        return this.#fail(appendFailed("a TimeTick", cause));
      }
    }
  }

  #fail(error: Error): void {
    if (this.#failure !== null || this.#state === "Stopped") return;
    const served = this.#state === "Serving";
    this.#state = "Failed";
    this.#end(error);
    if (served) this.#options.onFatal(error);
  }

  #end(error: Error): void {
    this.#failure = error;
    this.#ticking.abort();
    this.#relay.abandon();
    this.#appender.abandon();
    this.#output.abandon();
    this.#tailWritten.resolve();
    this.#options.snapshotter.close();
    void this.#orders?.close();
    void this.#events?.close();
  }
}

function appendFailed(what: string, cause: unknown): EngineHostError {
  const message = `The log did not take ${what}: ${String(cause)}`;
  return new EngineHostError("AppendFailed", message, { cause });
}
