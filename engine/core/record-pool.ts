/**
 * Records of fixed sizes, addressed by slot, in flat memory that grows without a pause. Slot 0 is none, so that zeroed memory links
 * to nothing.
 *
 * Growth gives a memory of twice the size; records move into it a few with each new slot, from the highest slot down, so that
 * a comparison tells in which of the two a record stands. What `wordsOf` or `doublesOf` gave is therefore good until the next
 * allocation, and no longer.
 * Invariant: a slot is either handed out or on the free list, which runs through word 0 of its record. The slot freed last is used
 * first, since its cache lines are warm.
 * Known limit: memory follows the highest occupancy and never shrinks.
 */
export class RecordMemory {
  words: Int32Array<ArrayBuffer>;
  doubles: Float64Array<ArrayBuffer>;
  readonly strideShift: number;
  #oldWords: Int32Array<ArrayBuffer>;
  #oldDoubles: Float64Array<ArrayBuffer>;
  /** Records below this slot have not moved yet. */
  #split = 0;

  /** `capacity` records of `1 << strideShift` words. */
  constructor(strideShift: number, capacity: number) {
    this.strideShift = strideShift;
    this.words = new Int32Array(capacity << strideShift);
    this.doubles = new Float64Array(this.words.buffer);
    this.#oldWords = this.words;
    this.#oldDoubles = this.doubles;
  }

  /** The words among which the record of a slot starts at `slot << strideShift`. */
  wordsOf(slot: number): Int32Array<ArrayBuffer> {
    return slot < this.#split ? this.#oldWords : this.words;
  }

  /** The same memory as doubles, two words each. */
  doublesOf(slot: number): Float64Array<ArrayBuffer> {
    return slot < this.#split ? this.#oldDoubles : this.doubles;
  }

  get byteLength(): number {
    return this.words.byteLength + (this.isMoving ? this.#oldWords.byteLength : 0);
  }

  get isMoving(): boolean {
    return this.#split !== 0;
  }

  /** Gives an empty memory room for so many records. */
  reserve(capacity: number): void {
    this.words = new Int32Array(capacity << this.strideShift);
    this.doubles = new Float64Array(this.words.buffer);
    this.#oldWords = this.words;
    this.#oldDoubles = this.doubles;
  }

  /** Doubles the memory. */
  grow(): void {
    while (this.isMoving) this.move(this.#split);
    this.#oldWords = this.words;
    this.#oldDoubles = this.doubles;
    this.#split = this.words.length >>> this.strideShift;
    this.words = new Int32Array(this.words.length * 2);
    this.doubles = new Float64Array(this.words.buffer);
  }

  /** Moves the next records into the memory that grew. */
  move(count: number): void {
    const words = this.words;
    const old = this.#oldWords;
    const end = this.#split << this.strideShift;
    this.#split = Math.max(0, this.#split - count);
    for (let at = this.#split << this.strideShift; at < end; at++) words[at] = old[at]!;
    if (this.#split > 0) return;
    this.#oldWords = words;
    this.#oldDoubles = this.doubles;
  }

  /** A copy of the records below `top`. */
  copy(top: number): ArrayBuffer {
    const copied = new Int32Array(top << this.strideShift);
    this.copyInto(copied, top);
    return copied.buffer;
  }

  /** Copies the records below `top` to the start of `target`. */
  copyInto(target: Int32Array, top: number): void {
    const moved = Math.min(this.#split, top) << this.strideShift;
    target.set(this.#oldWords.subarray(0, moved));
    target.set(this.words.subarray(moved, top << this.strideShift), moved);
  }
}

/** Records moved with each new slot while a memory grows: at least 1, so that one growth is over before the next. */
const movesPerSlot = 4;

/** Slots and their records, in one memory or, where some fields are rarely looked at, in several. */
export class RecordPool {
  readonly memories: readonly RecordMemory[];
  /** The memory through whose records the free list runs. */
  readonly memory: RecordMemory;
  /** One more than the highest slot ever handed out. */
  top = 1;
  #capacity: number;
  #free = 0;

  constructor(memory: RecordMemory, ...others: readonly RecordMemory[]) {
    this.memory = memory;
    this.memories = [memory, ...others];
    this.#capacity = memory.words.length >>> memory.strideShift;
  }

  get byteLength(): number {
    return this.memories.reduce((bytes, memory) => bytes + memory.byteLength, 0);
  }

  /** Makes room for `count` records in an empty pool, so that it need not grow on the way there. */
  reserve(count: number): void {
    while (this.#capacity <= count) this.#capacity *= 2;
    for (const memory of this.memories) memory.reserve(this.#capacity);
  }

  /** A slot whose record holds what its last user left in it, but for word 0. */
  allocate(): number {
    const { memory } = this;
    if (memory.isMoving) this.#move();
    if (!this.hasRoom) this.#grow();
    return this.take(memory.wordsOf(this.#free), memory.strideShift);
  }

  /** Whether a slot can be had without growth. */
  get hasRoom(): boolean {
    return this.#free !== 0 || this.top < this.#capacity;
  }

  /** The slot that is taken next. */
  get next(): number {
    return this.#free === 0 ? this.top : this.#free;
  }

  /** As allocate, where there is room and no memory is moving: `words` are those of `memory`, `strideShift` is its. */
  take(words: Int32Array, strideShift: number): number {
    const slot = this.#free;
    if (slot === 0) return this.top++;
    this.#free = words[slot << strideShift]!;
    return slot;
  }

  /** As release, of a record at `at` of `words`, those of `memory`. */
  giveBack(words: Int32Array, at: number, slot: number): void {
    words[at] = this.#free;
    this.#free = slot;
  }

  /** Moves the next records of memories that grew, for a pool from which slots are rarely taken. */
  settle(): void {
    if (this.memory.isMoving) this.#move();
  }

  release(slot: number): void {
    const { memory } = this;
    this.giveBack(memory.wordsOf(slot), slot << memory.strideShift, slot);
  }

  #move(): void {
    for (const memory of this.memories) memory.move(movesPerSlot);
  }

  #grow(): void {
    this.#capacity *= 2;
    for (const memory of this.memories) memory.grow();
  }
}
