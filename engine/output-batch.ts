import { AppendBatch } from "../ports/log/append-batch.ts";
import type { Span } from "../ports/telemetry/tracer.ts";

const countMin = 1024;

/** What is left to do with a record when it comes back from the log. */
export const OutputUse = {
  /** It is a whole body, and all that is to be known of it is known. */
  Plain: 0,
  /** It is one of a body's chunks. */
  Chunk: 1,
  /** It is a whole body, or completes one, that asks for letters. */
  Letters: 2,
} as const;
export type OutputUse = (typeof OutputUse)[keyof typeof OutputUse];

/** The records of one append, from when they are made until they are folded. Used again and again. */
export class OutputBatch {
  readonly append = new AppendBatch();
  /** Of the body that a record belongs to. */
  seqNums = new Float64Array(countMin);
  /** Low and high half of that body's hash. */
  hashes = new Uint32Array(2 * countMin);
  uses = new Uint8Array(countMin);
  /** Of sampled commands among them: they end with the append. */
  readonly spans: Span[] = [];

  reset(): void {
    this.append.reset();
  }

  /** Of the last record. */
  get lastSeqNum(): number {
    return this.seqNums[this.append.count - 1] ?? 0;
  }

  /** Says of which body the records from `fromIndex` on are. */
  note(
    fromIndex: number,
    seqNum: number,
    bodyHash: { readonly lo: number; readonly hi: number },
    hasLetters: boolean,
  ): void {
    const { count } = this.append;
    while (count > this.seqNums.length) this.#grow();
    const use = count > fromIndex + 1 ? OutputUse.Chunk : OutputUse.Plain;
    for (let index = fromIndex; index < count; index++) {
      this.seqNums[index] = seqNum;
      this.hashes[2 * index] = bodyHash.lo;
      this.hashes[2 * index + 1] = bodyHash.hi;
      this.uses[index] = use;
    }
    if (hasLetters) this.uses[count - 1] = OutputUse.Letters;
  }

  #grow(): void {
    const { seqNums, hashes, uses } = this;
    this.seqNums = new Float64Array(2 * seqNums.length);
    this.hashes = new Uint32Array(2 * hashes.length);
    this.uses = new Uint8Array(2 * uses.length);
    this.seqNums.set(seqNums);
    this.hashes.set(hashes);
    this.uses.set(uses);
  }
}
