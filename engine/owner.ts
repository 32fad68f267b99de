import type { Clock } from "../ports/clock/clock.ts";
import type { FoldPosition } from "../ports/log/fold.ts";
import type { AppendRecord, Follower, Log, LogRecord } from "../ports/log/log.ts";
import { BucketCounts } from "../ports/telemetry/bucket-counts.ts";
import { noTracer } from "../ports/telemetry/tracer.ts";
import type { Tracer } from "../ports/telemetry/tracer.ts";
import { frame } from "../schema/frame.ts";
import { Topic } from "../schema/topics.ts";
import { checkpointInterval } from "./checkpoint-chain.ts";
import { CommandTracing } from "./command-tracing.ts";
import { EventCounts } from "./event-counts.ts";
import { EngineHostError } from "./host-error.ts";
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

/** Appends under way at once; beyond it reading waits for the oldest. */
const inFlightCountMax = 8;
/** Records of one append are cut here, in bytes of bodies: a batch of sweeps may be large. */
const appendBytesMax = 4 * 1024 * 1024;
const emitRecordCountMax = 512;
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
  /** seqNums whose bodies ask for letters and are not folded yet. */
  readonly #lettered = new Set<number>();
  readonly #applyNs = new BucketCounts();
  readonly #eventCounts = new EventCounts();
  readonly #ticking = new AbortController();
  readonly #inFlight: Promise<void>[] = [];
  #state: OwnerState = "Starting";
  #failure: Error | null = null;
  #orders: Follower | null = null;
  #events: Follower | null = null;
  #ticker: Promise<void> = Promise.resolve();
  #commandCount = 0;
  #eventCount = 0;

  constructor(options: OwnerOptions) {
    this.#options = options;
    this.#replica = options.recovered.replica;
    this.#records = new OutputRecords(options.recovered.epoch);
    this.#output = new OwnOutput(options.recovered);
    const { tracer = noTracer, recovered } = options;
    const { partition } = recovered.identity;
    this.#tracing = new CommandTracing(tracer, partition);
    const { log, clock, build } = options;
    const onFailure = (error: Error): void => this.#fail(appendFailed("a letter", error));
    this.#relay = new Relay({ log, clock, partition, build, onFailure });
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
      orderCount: this.#replica.engine.orderCount,
      idWindowEntryCount: this.#replica.engine.idWindowEntryCount,
      inFlightCount: this.#inFlight.length,
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
    this.#events = log.follow(Topic.OrderEvents, partition, fromEvents, (records) =>
      this.#fold(records),
    );
    this.#events.done.catch((error: Error) => this.#fail(error));
    this.#relay.resume(recovered.letters, this.#replica.engine.deferredOrders());
    const count = await this.#emitTail(partition);
    await this.#output.whenFolded(this.#replica.seqNum);
    if (this.#failure !== null) throw this.#failure;
    this.#state = "Serving";
    const fromOrders = this.#replica.commandOffset + 1;
    this.#orders = log.follow(Topic.Orders, partition, fromOrders, (records) =>
      this.#serve(records),
    );
    this.#orders.done.catch((error: Error) => this.#fail(error));
    this.#ticker = this.#tick(partition);
    return count;
  }

  /** Finishes what was read and waits until it is folded and its snapshot stands. Never rejects. */
  async stop(): Promise<void> {
    this.#ticking.abort();
    await this.#ticker;
    await this.#orders?.close();
    await Promise.all(this.#inFlight);
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

  async #emitTail(partition: number): Promise<number> {
    const { log } = this.#options;
    const tail = this.#replica.seqNum;
    while (this.#failure === null) {
      const fromOffset = this.#replica.commandOffset + 1;
      const records = await log.read(Topic.Orders, partition, fromOffset, emitRecordCountMax);
      if (records.length === 0) break;
      await this.#serve(records);
    }
    await Promise.all(this.#inFlight);
    return this.#replica.seqNum - tail;
  }

  #serve(records: readonly LogRecord[]): void | Promise<void> {
    if (this.#failure !== null) return;
    const outputs: AppendRecord[] = [];
    let bytes = 0;
    for (const record of records) {
      bytes += this.#apply(record, outputs);
      if (bytes < appendBytesMax) continue;
      this.#append(outputs.splice(0));
      bytes = 0;
    }
    if (outputs.length > 0) this.#append(outputs);
    if (this.#inFlight.length > inFlightCountMax)
      return this.#inFlight[this.#inFlight.length - inFlightCountMax];
  }

  /** Bytes of the body. */
  #apply(record: LogRecord, outputs: AppendRecord[]): number {
    const replica = this.#replica;
    const { headers } = record;
    const span = headers === undefined ? null : this.#tracing.applying(record);
    const startedAt = Bun.nanoseconds();
    const body = applyOrThrow(replica, record);
    const { seqNum } = replica;
    for (const value of this.#records.encode(body, seqNum)) outputs.push({ key: null, value });
    if (headers !== undefined) this.#tracing.applied(record, span, replica, outputs);
    this.#output.expect(seqNum, replica.bodyHash);
    this.#commandCount++;
    this.#eventCount += replica.eventCount;
    this.#eventCounts.add(body);
    if (replica.hasLetters) this.#lettered.add(seqNum);
    if (seqNum % checkpointInterval === 0) this.#options.snapshotter.atCheckpoint(replica);
    this.#applyNs.record(Bun.nanoseconds() - startedAt);
    return body.length;
  }

  /** Not awaited: the log keeps the order of one process's appends. */
  #append(outputs: readonly AppendRecord[]): void {
    const { log, recovered } = this.#options;
    const spans = this.#tracing.takeAppending();
    const inFlight: Promise<void> = log
      .append(Topic.OrderEvents, recovered.identity.partition, outputs)
      .then(
        () => {
          for (const span of spans) span.end();
        },
        (cause: Error) => this.#fail(appendFailed("outputs", cause)),
      )
      .then(() => void this.#inFlight.splice(this.#inFlight.indexOf(inFlight), 1));
    this.#inFlight.push(inFlight);
  }

  #fold(records: readonly LogRecord[]): void {
    for (const record of records) {
      const body = this.#output.push(record);
      if (body === null) continue;
      const { position } = body;
      if (this.#lettered.delete(position.seqNum)) this.#relay.take(body);
      if (position.seqNum % checkpointInterval === 0) void this.#checkpointFolded(position);
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
    this.#output.abandon();
    this.#options.snapshotter.close();
    void this.#orders?.close();
    void this.#events?.close();
  }
}

function applyOrThrow(replica: Replica, record: LogRecord): Uint8Array {
  try {
    return replica.apply(record);
  } catch (cause) {
    const message = `The command at offset ${record.offset} broke the engine: ${String(cause)}`;
    throw new EngineHostError("EngineBroken", message, { cause });
  }
}

function appendFailed(what: string, cause: unknown): EngineHostError {
  const message = `The log did not take ${what}: ${String(cause)}`;
  return new EngineHostError("AppendFailed", message, { cause });
}
