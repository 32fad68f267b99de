import { RecordMemory, RecordPool } from "./record-pool.ts";

/**
 * Nodes of all ladders: 1,024 entries of two words, and 32 + 1 words of bitmap that say which are in use. In a page an entry is a
 * level (its first and last order), in a branch the first word is a page. A level's number is its page times 1,024 and its place.
 *
 * Invariant: a free node is all zeros, so that allocation clears nothing. Node 0 is none.
 * Cost: a few words a call. Known limits: a node is 8 KiB, is kept for ever, and half a million of them are as many as there can be.
 */
const entriesShift = 11;
const bitsShift = 6;
const summaryWord = 32;
const capacityMin = 8;

export class LevelPages {
  /** A level's first order is at word `level << 1` of `entries.wordsOf(level >>> 10)`, its last order behind it. */
  readonly entries = new RecordMemory(entriesShift, capacityMin);
  readonly #bits = new RecordMemory(bitsShift, capacityMin);
  readonly #pool = new RecordPool(this.entries, this.#bits);

  get byteLength(): number {
    return this.#pool.byteLength;
  }

  /** Brings a growth on; whether it is over. */
  settle(): boolean {
    this.#pool.settle();
    return !this.entries.isMoving;
  }

  allocate(): number {
    const node = this.#pool.allocate();
    this.entries.wordsOf(node)[node << entriesShift] = 0;
    return node;
  }

  /** Takes back a node that has no bit set and no entry. */
  release(node: number): void {
    this.#pool.release(node);
  }

  childAt(branch: number, index: number): number {
    return this.entries.wordsOf(branch)[(branch << entriesShift) + index * 2]!;
  }

  setChild(branch: number, index: number, page: number): void {
    this.entries.wordsOf(branch)[(branch << entriesShift) + index * 2] = page;
  }

  setBit(node: number, index: number): void {
    const bits = this.#bits.wordsOf(node);
    const at = node << bitsShift;
    bits[at + (index >>> 5)]! |= 1 << (index & 31);
    bits[at + summaryWord]! |= 1 << (index >>> 5);
  }

  /** True when no bit of the node is left. */
  clearBit(node: number, index: number): boolean {
    const bits = this.#bits.wordsOf(node);
    const at = node << bitsShift;
    const word = bits[at + (index >>> 5)]! & ~(1 << (index & 31));
    bits[at + (index >>> 5)] = word;
    if (word !== 0) return false;
    const summary = bits[at + summaryWord]! & ~(1 << (index >>> 5));
    bits[at + summaryWord] = summary;
    return summary === 0;
  }

  /** The first set bit above an index of -1 to 1023, or -1. */
  above(node: number, index: number): number {
    const bits = this.#bits.wordsOf(node);
    const at = node << bitsShift;
    const from = index + 1;
    if (from > 1023) return -1;
    const inWord = bits[at + (from >>> 5)]! & (-1 << (from & 31));
    if (inWord !== 0) return (from & ~31) | lowestBit(inWord);
    const words = bits[at + summaryWord]! & maskAbove(from >>> 5);
    if (words === 0) return -1;
    const word = lowestBit(words);
    return (word << 5) | lowestBit(bits[at + word]!);
  }

  /** The last set bit below an index of 0 to 1024, or -1. */
  below(node: number, index: number): number {
    const bits = this.#bits.wordsOf(node);
    const at = node << bitsShift;
    const from = index - 1;
    if (from < 0) return -1;
    const inWord = bits[at + (from >>> 5)]! & ~maskAbove(from & 31);
    if (inWord !== 0) return (from & ~31) | highestBit(inWord);
    const words = bits[at + summaryWord]! & ((1 << (from >>> 5)) - 1);
    if (words === 0) return -1;
    const word = highestBit(words);
    return (word << 5) | highestBit(bits[at + word]!);
  }
}

/** The bits above bit `index`; shifting twice, since a shift by 32 is none. */
const maskAbove = (index: number): number => (-1 << index) << 1;

const lowestBit = (word: number): number => 31 - Math.clz32(word & -word);

const highestBit = (word: number): number => 31 - Math.clz32(word);
