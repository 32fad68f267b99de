/**
 * Records of one fixed size, addressed by slot. Slot 0 is none, so that zeroed memory links to nothing.
 *
 * Invariant: a slot is either handed out or on the free list, which runs through word 0 of its records. The slot freed last is used
 * first, since its cache lines are warm. Chunks of 16,384 records are added one at a time: growth copies nothing and never pauses.
 * Cost: allocate and release touch one record. Known limit: chunks are kept for ever, memory follows the highest occupancy.
 */
export const chunkShift = 14;
export const chunkMask = (1 << chunkShift) - 1;

export class RecordPool {
  /** Chunk `slot >>> chunkShift`; inside it the record starts at word `(slot & chunkMask) << strideShift`. */
  readonly words: Int32Array<ArrayBuffer>[] = [];
  /** The same memory as doubles, two words each. */
  readonly doubles: Float64Array<ArrayBuffer>[] = [];
  readonly strideShift: number;
  /** One more than the highest slot ever handed out. */
  top = 1;
  #free = 0;

  /** Records of `1 << strideShift` words. */
  constructor(strideShift: number) {
    this.strideShift = strideShift;
    this.#addChunk();
  }

  /** A slot whose record holds what its last user left in it. */
  allocate(): number {
    const slot = this.#free;
    if (slot === 0) return this.#extend();
    this.#free = this.words[slot >>> chunkShift]![(slot & chunkMask) << this.strideShift]!;
    return slot;
  }

  release(slot: number): void {
    this.words[slot >>> chunkShift]![(slot & chunkMask) << this.strideShift] = this.#free;
    this.#free = slot;
  }

  #extend(): number {
    const slot = this.top++;
    if (slot >>> chunkShift === this.words.length) this.#addChunk();
    return slot;
  }

  #addChunk(): void {
    const buffer = new ArrayBuffer(4 << (chunkShift + this.strideShift));
    this.words.push(new Int32Array(buffer));
    this.doubles.push(new Float64Array(buffer));
  }
}
