import { bodyHashText, readChunk } from "../../schema/body.ts";
import { checkFrame } from "../../schema/frame.ts";
import type { OutputChunk } from "../../schema/generated/output-chunk.ts";
import { Topic } from "../../schema/topics.ts";
import { Fold, FoldAlarm } from "./fold.ts";
import type { FoldedBody, FoldPosition } from "./fold.ts";
import { LogError } from "./log.ts";
import type { Follower, Log, LogRecord } from "./log.ts";
import { viewOf } from "../../schema/wire.ts";

export interface FollowFoldOptions {
  readonly log: Log;
  readonly partition: number;
  /** Saved position of the last applied body; it is read again first. Null starts at the first record. */
  readonly from: FoldPosition | null;
  /** At least one body a call; the next batch comes after the result has settled. */
  onBodies(bodies: readonly FoldedBody[]): void | Promise<void>;
  /** With it a `Gap` is reported and reading goes on to the next Claim; without it a `Gap` ends the follower too. */
  onGap?(alarm: FoldAlarm): void;
  /** As FollowOptions has it. */
  readonly gatherMs?: number;
}

/**
 * Folds `order-events` of a partition as it grows. `done` rejects with FoldAlarm (a saved position that does not match included),
 * with LogError, or with what `onBodies` threw.
 */
export function followFold(options: FollowFoldOptions): Follower {
  return new FoldFollower(options);
}

/**
 * The body at a saved position, read again. Throws FoldAlarm `PositionMismatch` when another record, or none, stands there;
 * LogError when the log cannot be read.
 */
export async function readFoldedBody(
  log: Log,
  partition: number,
  position: FoldPosition,
): Promise<Uint8Array> {
  const last = await readRecord(log, partition, position.offset);
  const chunk = last === null ? null : chunkOf(last.value);
  if (chunk === null || chunk.chunkIndex !== chunk.chunkCount - 1) throw mismatch(position);
  if (chunk.epoch !== position.epoch || chunk.seqNum !== position.seqNum) throw mismatch(position);
  const bytes = await gatherBody(log, partition, { position, chunkCount: chunk.chunkCount });
  if (bytes === null || bodyHashText(bytes) !== position.bodyHash) throw mismatch(position);
  return bytes;
}

class FoldFollower implements Follower {
  readonly done: Promise<void>;
  readonly #options: FollowFoldOptions;
  readonly #fold: Fold;
  #records: Follower | null = null;
  #closed = false;

  constructor(options: FollowFoldOptions) {
    this.#options = options;
    this.#fold = new Fold(options.partition, options.from);
    this.done = this.#run();
  }

  get position(): number {
    if (this.#records !== null) return this.#records.position;
    return this.#options.from === null ? 0 : this.#options.from.offset + 1;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#records?.close();
  }

  async #run(): Promise<void> {
    const { log, partition, from, gatherMs } = this.#options;
    if (from !== null) await readFoldedBody(log, partition, from);
    if (this.#closed) return;
    this.#records = log.follow(
      Topic.OrderEvents,
      partition,
      this.position,
      (records) => this.#take(records),
      gatherMs === undefined ? {} : { gatherMs },
    );
    await this.#records.done;
  }

  /** What was folded before an alarm is handed over first. */
  async #take(records: readonly LogRecord[]): Promise<void> {
    const bodies: FoldedBody[] = [];
    const alarm = this.#foldAll(records, bodies);
    if (bodies.length > 0) await this.#options.onBodies(bodies);
    if (alarm !== null) throw alarm;
  }

  #foldAll(records: readonly LogRecord[], bodies: FoldedBody[]): FoldAlarm | null {
    for (const record of records) {
      try {
        const body = this.#fold.push(record);
        if (body !== null) bodies.push(body);
      } catch (error) {
        if (!(error instanceof FoldAlarm)) throw error;
        if (error.code !== "Gap" || this.#options.onGap === undefined) return error;
        this.#options.onGap(error);
      }
    }
    return null;
  }
}

async function readRecord(log: Log, partition: number, offset: number): Promise<LogRecord | null> {
  try {
    const [record] = await log.read(Topic.OrderEvents, partition, offset, 1);
    return record !== undefined && record.offset === offset ? record : null;
  } catch (error) {
    if (error instanceof LogError && error.code === "OffsetOutOfRange") return null;
    throw error;
  }
}

/** Chunks of one body stand close together, but a zombie's records may lie between: looks back ever further. */
async function gatherBody(
  log: Log,
  partition: number,
  wanted: { position: FoldPosition; chunkCount: number },
): Promise<Uint8Array | null> {
  const { offset } = wanted.position;
  const start = await log.startOffset(Topic.OrderEvents, partition);
  for (let back = wanted.chunkCount; ; back *= 2) {
    const from = Math.max(start, offset - back + 1);
    const chunks = await readChunks(log, partition, { ...wanted, from });
    if (chunks.length === wanted.chunkCount) return Buffer.concat(chunks);
    if (from === start) return null;
  }
}

async function readChunks(
  log: Log,
  partition: number,
  wanted: { position: FoldPosition; from: number },
): Promise<Uint8Array[]> {
  const { epoch, seqNum, offset } = wanted.position;
  const chunks: Uint8Array[] = [];
  for (let at = wanted.from; at <= offset;) {
    const records = await log.read(Topic.OrderEvents, partition, at, 256);
    for (const record of records) {
      const chunk = record.offset > offset ? null : chunkOf(record.value);
      if (chunk === null || chunk.epoch !== epoch || chunk.seqNum !== seqNum) continue;
      if (chunk.chunkIndex === chunks.length) chunks.push(chunk.body);
    }
    const last = records.at(-1);
    if (last === undefined) break;
    at = last.offset + 1;
  }
  return chunks;
}

function chunkOf(value: Uint8Array): OutputChunk | null {
  const view = viewOf(value);
  return checkFrame(value, view) === "Ok" ? readChunk(view) : null;
}

function mismatch(position: FoldPosition): FoldAlarm {
  return new FoldAlarm(
    "PositionMismatch",
    position.offset,
    `seqNum ${position.seqNum} of epoch ${position.epoch} does not stand where it was folded`,
  );
}
