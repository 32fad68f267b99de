/**
 * Nodes of all ladders: 1,024 entries of two words, and 32 + 1 words of bitmap that say which are in use. In a page an entry is a
 * level (its first and last order), in a branch the first word is a page.
 *
 * Invariant: a free node is all zeros, so that allocation clears nothing. Node 0 is none.
 * Cost: growth adds 64 nodes at a time and copies nothing. Known limit: nodes are kept for ever.
 */
const chunkShift = 6;
const chunkMask = (1 << chunkShift) - 1;
const wordsShift = 11;
const bitsShift = 6;
const summaryWord = 32;
const freeWord = 33;

export class LevelPages {
  /** Chunk `level >>> levelChunkShift`; inside it a level's first order is at word `levelWord(level)`, its last order behind it. */
  readonly words: Int32Array[] = [];
  readonly #bits: Int32Array[] = [];
  #top = 1;
  #free = 0;

  constructor() {
    this.#addChunk();
  }

  allocate(): number {
    const node = this.#free;
    if (node === 0) {
      if (this.#top >>> chunkShift === this.words.length) this.#addChunk();
      return this.#top++;
    }
    const bits = this.#bits[node >>> chunkShift]!;
    const at = (node & chunkMask) << bitsShift;
    this.#free = bits[at + freeWord]!;
    bits[at + freeWord] = 0;
    return node;
  }

  /** Takes back a node that has no bit set and no entry. */
  release(node: number): void {
    this.#bits[node >>> chunkShift]![((node & chunkMask) << bitsShift) + freeWord] = this.#free;
    this.#free = node;
  }

  childAt(branch: number, index: number): number {
    return this.words[branch >>> chunkShift]![((branch & chunkMask) << wordsShift) + index * 2]!;
  }

  setChild(branch: number, index: number, page: number): void {
    this.words[branch >>> chunkShift]![((branch & chunkMask) << wordsShift) + index * 2] = page;
  }

  setBit(node: number, index: number): void {
    const bits = this.#bits[node >>> chunkShift]!;
    const at = (node & chunkMask) << bitsShift;
    bits[at + (index >>> 5)]! |= 1 << (index & 31);
    bits[at + summaryWord]! |= 1 << (index >>> 5);
  }

  /** True when no bit of the node is left. */
  clearBit(node: number, index: number): boolean {
    const bits = this.#bits[node >>> chunkShift]!;
    const at = (node & chunkMask) << bitsShift;
    const word = bits[at + (index >>> 5)]! & ~(1 << (index & 31));
    bits[at + (index >>> 5)] = word;
    if (word !== 0) return false;
    const summary = bits[at + summaryWord]! & ~(1 << (index >>> 5));
    bits[at + summaryWord] = summary;
    return summary === 0;
  }

  /** The first set bit above an index of -1 to 1023, or -1. */
  above(node: number, index: number): number {
    const bits = this.#bits[node >>> chunkShift]!;
    const at = (node & chunkMask) << bitsShift;
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
    const bits = this.#bits[node >>> chunkShift]!;
    const at = (node & chunkMask) << bitsShift;
    const from = index - 1;
    if (from < 0) return -1;
    const inWord = bits[at + (from >>> 5)]! & ~maskAbove(from & 31);
    if (inWord !== 0) return (from & ~31) | highestBit(inWord);
    const words = bits[at + summaryWord]! & ((1 << (from >>> 5)) - 1);
    if (words === 0) return -1;
    const word = highestBit(words);
    return (word << 5) | highestBit(bits[at + word]!);
  }

  #addChunk(): void {
    this.words.push(new Int32Array(1 << (chunkShift + wordsShift)));
    this.#bits.push(new Int32Array(1 << (chunkShift + bitsShift)));
  }
}

export const levelChunkShift = chunkShift + 10;
const levelMask = (1 << levelChunkShift) - 1;

/** Where in its chunk a level's two words start. */
export function levelWord(level: number): number {
  return (level & levelMask) << 1;
}

/** The bits above bit `index`; shifting twice, since a shift by 32 is none. */
function maskAbove(index: number): number {
  return (-1 << index) << 1;
}

function lowestBit(word: number): number {
  return 31 - Math.clz32(word & -word);
}

function highestBit(word: number): number {
  return 31 - Math.clz32(word);
}
