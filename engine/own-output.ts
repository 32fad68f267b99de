import type { Fold, FoldedBody, FoldPosition } from "../ports/log/fold.ts";
import type { RecordBatch } from "../ports/log/record-batch.ts";
import { checkpointInterval } from "./checkpoint-chain.ts";
import { EngineHostError } from "./host-error.ts";
import { OutputBatch, OutputUse } from "./output-batch.ts";
import type { Recovered } from "./recovery.ts";

export interface OwnOutputOptions {
  readonly recovered: Pick<Recovered, "fold" | "epoch">;
  /** A body that asks for letters is folded. */
  onLetters(body: FoldedBody): void;
  /** The body of a Checkpoint is folded. */
  onCheckpoint(position: FoldPosition): void;
}

/**
 * An owner's view of its own outputs as the log decides them: the same fold as everybody's, compared with what was written.
 *
 * A record that is, byte for byte, the next one that was written is what the fold would apply, so that it is neither decoded nor hashed
 * again. Every other record goes through the fold itself.
 */
export class OwnOutput {
  readonly #options: OwnOutputOptions;
  readonly #fold: Fold;
  readonly #epoch: number;
  /** Written and not folded yet, oldest first; `#next` is the index of the next record in the oldest. */
  readonly #sent: OutputBatch[] = [];
  readonly #free: OutputBatch[] = [];
  #next = 0;
  #waiting: readonly { readonly seqNum: number; resolve(): void }[] = [];
  #abandoned = false;

  constructor(options: OwnOutputOptions) {
    this.#options = options;
    this.#fold = options.recovered.fold;
    this.#epoch = options.recovered.epoch;
  }

  get foldedSeqNum(): number {
    return this.#fold.seqNum;
  }

  /** Batches that are not folded to their end. */
  get sentCount(): number {
    return this.#sent.length;
  }

  /** An empty batch, to be filled and sent. */
  open(): OutputBatch {
    return this.#free.pop() ?? new OutputBatch();
  }

  /** The batch is about to be written, behind all that were sent before. */
  send(batch: OutputBatch): void {
    this.#sent.push(batch);
  }

  /**
   * Takes the next records of `order-events`. Throws FoldAlarm, or EngineHostError: `ForeignClaim` when another owner took over,
   * `Diverged` when a body is not the one written here.
   */
  take(batch: RecordBatch): void {
    for (let index = 0; index < batch.count; index++) {
      if (!this.#takePlain(batch, index)) this.#takeOther(batch, index);
    }
    if (this.#waiting.length > 0) this.#wake(this.foldedSeqNum);
  }

  /** Resolves when `seqNum` is folded, or when this is given up. */
  async whenFolded(seqNum: number): Promise<void> {
    if (this.#abandoned || this.foldedSeqNum >= seqNum) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting = [...this.#waiting, { seqNum, resolve }];
    await promise;
  }

  /** Resolves when the oldest batch is folded to its end, or when this is given up. */
  async whenOldestFolded(): Promise<void> {
    const oldest = this.#sent[0];
    if (oldest !== undefined) await this.whenFolded(oldest.lastSeqNum);
  }

  /** Nothing more will be folded. */
  abandon(): void {
    this.#abandoned = true;
    this.#wake(Number.MAX_SAFE_INTEGER);
  }

  #takePlain(batch: RecordBatch, index: number): boolean {
    const sent = this.#sent[0];
    const next = this.#next;
    if (sent === undefined || sent.uses[next] !== OutputUse.Plain) return false;
    if (!isNext(sent, next, batch, index)) return false;
    const seqNum = sent.seqNums[next] ?? 0;
    const [lo, hi] = [sent.hashes[2 * next] ?? 0, sent.hashes[2 * next + 1] ?? 0];
    this.#fold.advance(batch.offsetAt(index), seqNum, lo, hi);
    this.#step(sent);
    if (seqNum % checkpointInterval === 0) this.#checkpoint();
    return true;
  }

  #takeOther(batch: RecordBatch, index: number): void {
    const body = this.#fold.push(batch.record(index));
    if (this.#fold.epoch !== this.#epoch) throw this.#foreignClaim();
    const sent = this.#sent[0];
    const next = this.#next;
    const isOwn = sent !== undefined && isNext(sent, next, batch, index);
    if (isOwn) this.#step(sent);
    if (body === null) return;
    if (!isOwn) {
      const { seqNum, bodyHash } = body.position;
      const message = `seqNum ${seqNum} is ${bodyHash} on the log, and was not written here`;
      throw new EngineHostError("Diverged", message);
    }
    if (sent.uses[next] === OutputUse.Letters) this.#options.onLetters(body);
    if (body.position.seqNum % checkpointInterval === 0) this.#checkpoint();
  }

  #checkpoint(): void {
    const { position } = this.#fold;
    if (position !== null) this.#options.onCheckpoint(position);
  }

  #step(sent: OutputBatch): void {
    this.#next++;
    if (this.#next < sent.append.count) return;
    this.#next = 0;
    this.#sent.shift();
    sent.reset();
    this.#free.push(sent);
  }

  #wake(seqNum: number): void {
    for (const waiting of this.#waiting) if (seqNum >= waiting.seqNum) waiting.resolve();
    this.#waiting = this.#waiting.filter((waiting) => seqNum < waiting.seqNum);
  }

  #foreignClaim(): EngineHostError {
    const { claim, quarantine, partition, epoch } = this.#fold;
    const owner = claim === null ? "" : ` by ${claim.node} (${claim.build})`;
    const what =
      quarantine === null
        ? `was claimed${owner}`
        : `has its command at offset ${quarantine.commandOffset} set aside by ${quarantine.operator}`;
    return new EngineHostError("ForeignClaim", `Partition ${partition} ${what} at ${epoch}`);
  }
}

/** Whether a record on the log is the one at `next` of what was sent. */
function isNext(sent: OutputBatch, next: number, batch: RecordBatch, index: number): boolean {
  const { bytes, starts, lengths } = sent.append;
  return batch.equals(index, bytes, starts[next] ?? 0, lengths[next] ?? 0);
}
