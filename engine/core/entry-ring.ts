import { assert } from "./assert.ts";
import { EntryDouble, entryShift, EntryWord } from "./id-entry.ts";
import { StateNumber } from "./state-numbers.ts";

/**
 * The entries of the id window in order of entry, which is order of time. They are numbered as they come, in 25 bits: a number is
 * given out again only when the window has moved on by 33 million entries. Number 0 is none.
 *
 * Invariant: the entries [first, next), counted in 25 bits, are here; one that has left before its turn has account 0. The bit of an
 * entry is set while its order rests.
 * Cost: an entry is one cache line, written in sequence; memory comes and goes in chunks, so that nothing ever moves.
 */
const numberBits = 25;
export const numberMask = (1 << numberBits) - 1;
const chunkShift = 11;
const chunkMask = (1 << chunkShift) - 1;
/** Behind its entries a chunk has their accounts once more, and a bit of each: what their turn to leave looks at, and no more. */
const accountsAt = 1 << (chunkShift + entryShift);
const bitsAt = accountsAt + (1 << chunkShift);
const chunkWords = bitsAt + (1 << (chunkShift - 5));

export class EntryRing {
  /** Number of the oldest entry. */
  first: number;
  /** Number that the next entry gets. */
  next: number;
  readonly #words: Int32Array<ArrayBuffer>[] = [];
  readonly #doubles: Float64Array<ArrayBuffer>[] = [];
  /** A chunk that was given up, to be used again. */
  #spareWords: Int32Array<ArrayBuffer> | null = null;
  #spareDoubles: Float64Array<ArrayBuffer> | null = null;
  /** The chunk that entries are appended to. */
  #tailWords: Int32Array<ArrayBuffer>;
  #tailDoubles: Float64Array<ArrayBuffer>;

  /** A ring whose first entry gets this number. */
  constructor(first: number) {
    this.first = first;
    this.next = first;
    this.#tailWords = new Int32Array(chunkWords);
    this.#tailDoubles = new Float64Array(this.#tailWords.buffer);
    this.#words[first >>> chunkShift] = this.#tailWords;
    this.#doubles[first >>> chunkShift] = this.#tailDoubles;
  }

  get count(): number {
    return (this.next - this.first) & numberMask;
  }

  /** Whether an entry has this number now. */
  has(number: number): boolean {
    return ((number - this.first) & numberMask) < ((this.next - this.first) & numberMask);
  }

  /** The words among which the entry starts at `wordAt(number)`; as doubles, at half of that. */
  wordsOf(number: number): Int32Array<ArrayBuffer> {
    return this.#words[number >>> chunkShift]!;
  }

  doublesOf(number: number): Float64Array<ArrayBuffer> {
    return this.#doubles[number >>> chunkShift]!;
  }

  /**
   * Adds an entry, and returns its number. Its id stands at `from` of `source`, behind it its requestHash; its time and its command are those
   * of `numbers`, by StateNumber. `slot` is that of its order, or 0 where that does not rest.
   */
  append(
    source: Int32Array,
    from: number,
    hash: number,
    account: number,
    outcome: number,
    slot: number,
    numbers: Float64Array,
  ): number {
    const number = this.next;
    const index = number & chunkMask;
    const at = index << entryShift;
    const words = this.#tailWords;
    const doubles = this.#tailDoubles;
    words[at + EntryWord.id] = source[from]!;
    words[at + EntryWord.id + 1] = source[from + 1]!;
    words[at + EntryWord.id + 2] = source[from + 2]!;
    words[at + EntryWord.id + 3] = source[from + 3]!;
    words[at + EntryWord.requestHash] = source[from + 4]!;
    words[at + EntryWord.requestHash + 1] = source[from + 5]!;
    words[at + EntryWord.idHash] = hash;
    words[at + EntryWord.outcome] = outcome;
    words[at + EntryWord.order] = slot;
    words[at + EntryWord.account] = account;
    doubles[(at >>> 1) + EntryDouble.seqNum] = numbers[StateNumber.seqNum]!;
    doubles[(at >>> 1) + EntryDouble.commandOffset] = numbers[StateNumber.commandOffset]!;
    doubles[(at >>> 1) + EntryDouble.entryTime] = numbers[StateNumber.now]!;
    words[accountsAt + index] = account;
    const bit = index & 31;
    const bits = bit === 0 ? 0 : words[bitsAt + (index >>> 5)]!;
    words[bitsAt + (index >>> 5)] = slot === 0 ? bits & ~(1 << bit) : bits | (1 << bit);
    this.next = (number + 1) & numberMask;
    if (index === chunkMask) this.extend(numbers[StateNumber.now]!);
    return number;
  }

  accountOf(number: number): number {
    return this.wordsOf(number)[accountsAt + (number & chunkMask)]!;
  }

  /** Takes an entry out before its turn. */
  clear(number: number): void {
    const words = this.wordsOf(number);
    words[wordAt(number) + EntryWord.account] = 0;
    words[accountsAt + (number & chunkMask)] = 0;
  }

  /** Whether the order of an entry rests. */
  isResting(number: number): boolean {
    const bits = this.wordsOf(number)[bitsAt + ((number & chunkMask) >>> 5)]!;
    return ((bits >>> (number & 31)) & 1) !== 0;
  }

  /** The order of an entry, in `slot`, rests from now on. */
  setResting(number: number, slot: number): void {
    const words = this.wordsOf(number);
    words[bitsAt + ((number & chunkMask) >>> 5)]! |= 1 << (number & 31);
    words[wordAt(number) + EntryWord.order] = slot;
  }

  clearResting(number: number): void {
    this.wordsOf(number)[bitsAt + ((number & chunkMask) >>> 5)]! &= ~(1 << (number & 31));
  }

  /** Gives up the oldest entry. */
  dropFirst(): void {
    const number = this.first;
    this.first = (number + 1) & numberMask;
    if ((this.first & chunkMask) !== 0) return;
    const chunk = number >>> chunkShift;
    this.#spareWords = this.#words[chunk]!;
    this.#spareDoubles = this.#doubles[chunk]!;
    this.#words[chunk] = this.#tailWords;
    this.#doubles[chunk] = this.#tailDoubles;
  }

  /** Copies all entries, in their order, to `target` from word `at` on. */
  copyInto(target: Int32Array, at: number): void {
    let to = at;
    for (let left = this.count, number = this.first; left > 0;) {
      const count = Math.min(left, chunkMask + 1 - (number & chunkMask));
      const from = wordAt(number);
      const entries = this.wordsOf(number).subarray(from, from + (count << entryShift));
      target.set(entries, to);
      to += entries.length;
      left -= count;
      number = (number + count) & numberMask;
    }
  }

  private extend(entryTime: number): void {
    assert(this.count < numberMask - 2 * chunkMask, "the id window's entries can be numbered");
    const words = this.#spareWords ?? new Int32Array(chunkWords);
    this.#tailWords = words;
    this.#tailDoubles = this.#spareDoubles ?? new Float64Array(words.buffer);
    this.#spareWords = null;
    this.#spareDoubles = null;
    const chunk = this.next >>> chunkShift;
    this.#words[chunk] = this.#tailWords;
    this.#doubles[chunk] = this.#tailDoubles;
    if (this.next === 0) this.#passZero(entryTime);
  }

  /** Number 0 is none: where its turn comes, an entry that has left stands there, of the same time as the one before. */
  #passZero(entryTime: number): void {
    this.#tailWords[EntryWord.account] = 0;
    this.#tailWords[accountsAt] = 0;
    this.#tailWords[bitsAt] = 0;
    this.#tailDoubles[EntryDouble.entryTime] = entryTime;
    this.next = 1;
  }
}

/** Where an entry starts among its words. */
export const wordAt = (number: number): number => (number & chunkMask) << entryShift;
