import type { RecordMemory } from "./record-pool.ts";
import { isSameID } from "./words.ts";

/**
 * From an id of 16 bytes to the slot of its record, which starts with the id. Open addressing with linear probing: a bucket is a pair
 * (32-bit hash, slot), slot 0 = empty. A removal shifts the rest of its cluster back, so that there are no tombstones.
 *
 * Invariant: between an id's home and its bucket no bucket is empty, and at most half of the buckets are taken.
 * Cost: one or two cache lines a call. Growth allocates a table of twice the size and moves a few buckets with each later insertion,
 * so that no call pauses; until that is done a look-up asks both.
 * Known limits: tables never shrink; the hash has no secret, so that whoever may choose ids freely could crowd one cluster.
 */
const bucketCountMin = 1024;
/** Buckets moved an insertion while growing: at least 2, so that a table is moved before the next is needed. */
const movesPerInsert = 8;

export class IdTable {
  count = 0;
  readonly #records: RecordMemory;
  /** Pairs of hash and slot; all of them, unless the table is moving. */
  pairs = new Int32Array(bucketCountMin * 2);
  /** The table before the last growth, while there is something left in it. */
  #old: Int32Array<ArrayBuffer> | null = null;
  /** Words of the old one that have moved. */
  #moved = 0;

  constructor(records: RecordMemory) {
    this.#records = records;
  }

  /** Whether some pairs still stand in the table before the last growth. */
  get isMoving(): boolean {
    return this.#old !== null;
  }

  get byteLength(): number {
    return this.pairs.byteLength + (this.#old?.byteLength ?? 0);
  }

  /** Whether a record can be entered without growth. */
  get hasRoom(): boolean {
    return (this.count + 1) * 4 <= this.pairs.length;
  }

  /** Makes room for `count` records in an empty table, so that it need not grow on the way there. */
  reserve(count: number): void {
    let { length } = this.pairs;
    while (count * 4 > length) length *= 2;
    this.pairs = new Int32Array(length);
  }

  /** The slot of the record whose id stands in `words` from `at` on, or 0. */
  find(hash: number, words: Int32Array, at: number): number {
    const pairs = this.pairs;
    const records = this.#records;
    const mask = pairs.length - 1;
    for (let bucket = (hash << 1) & mask; ; bucket = (bucket + 2) & mask) {
      const slot = pairs[bucket + 1]!;
      if (slot === 0) break;
      if (pairs[bucket] !== hash) continue;
      if (isSameID(records.wordsOf(slot), slot << records.strideShift, words, at)) return slot;
    }
    return this.#old === null ? 0 : this.#findOld(this.#old, hash, words, at);
  }

  /** Enters a record under an id that is not here yet. */
  insert(hash: number, slot: number): void {
    if (this.#old !== null) this.#move(this.#old);
    else if (!this.hasRoom) this.#grow();
    this.count++;
    putPair(this.pairs, hash, slot);
  }

  /** Takes out a record that is here. */
  remove(hash: number, slot: number): void {
    this.count--;
    const pairs = this.pairs;
    const mask = pairs.length - 1;
    let bucket = (hash << 1) & mask;
    for (; pairs[bucket + 1] !== slot; bucket = (bucket + 2) & mask) {
      if (pairs[bucket + 1] === 0) return this.#removeOld(hash, slot);
    }
    if (pairs[((bucket + 2) & mask) + 1] === 0) pairs[bucket + 1] = 0;
    else takeOut(pairs, bucket);
  }

  #removeOld(hash: number, slot: number): void {
    const old = this.#old!;
    const mask = old.length - 1;
    let bucket = (hash << 1) & mask;
    while (old[bucket + 1] !== slot) bucket = (bucket + 2) & mask;
    takeOut(old, bucket);
  }

  #findOld(old: Int32Array, hash: number, words: Int32Array, at: number): number {
    const records = this.#records;
    const mask = old.length - 1;
    for (let bucket = (hash << 1) & mask; old[bucket + 1] !== 0; bucket = (bucket + 2) & mask) {
      const slot = old[bucket + 1]!;
      if (old[bucket] !== hash) continue;
      if (isSameID(records.wordsOf(slot), slot << records.strideShift, words, at)) return slot;
    }
    return 0;
  }

  #grow(): void {
    this.#old = this.pairs;
    this.#moved = 0;
    this.pairs = new Int32Array(this.pairs.length * 2);
  }

  /** Empties the next buckets of the old table. Taking one out may pull the next of its cluster into it, hence the inner loop. */
  #move(old: Int32Array<ArrayBuffer>): void {
    const end = Math.min(this.#moved + movesPerInsert * 2, old.length);
    for (; this.#moved < end; this.#moved += 2) {
      while (old[this.#moved + 1] !== 0) {
        putPair(this.pairs, old[this.#moved]!, old[this.#moved + 1]!);
        takeOut(old, this.#moved);
      }
    }
    if (this.#moved === old.length) this.#old = null;
  }
}

/** Enters a record under an id that is not there. */
export const putPair = (pairs: Int32Array, hash: number, slot: number): void => {
  const mask = pairs.length - 1;
  let bucket = (hash << 1) & mask;
  while (pairs[bucket + 1] !== 0) bucket = (bucket + 2) & mask;
  pairs[bucket] = hash;
  pairs[bucket + 1] = slot;
};

/** Empties a bucket, and moves up what was pushed behind it. */
export const takeOut = (pairs: Int32Array, bucket: number): void => {
  const mask = pairs.length - 1;
  let hole = bucket;
  for (let next = (bucket + 2) & mask; pairs[next + 1] !== 0; next = (next + 2) & mask) {
    const hash = pairs[next]!;
    if (((next - (hash << 1)) & mask) < ((next - hole) & mask)) continue;
    pairs[hole] = hash;
    pairs[hole + 1] = pairs[next + 1]!;
    hole = next;
  }
  pairs[hole + 1] = 0;
};

/** Hash of an id of 16 bytes, as four words. */
export const hashID = (words: Int32Array, at: number): number => {
  const first = productsOf(words[at]!, 0x9e3779b1, words[at + 1]!, 0x85ebca6b);
  const second = productsOf(words[at + 2]!, 0xc2b2ae35, words[at + 3]!, 0x27d4eb2f);
  return finishHash((first + second) | 0);
};

const productsOf = (left: number, leftBy: number, right: number, rightBy: number): number =>
  Math.imul(left, leftBy) ^ Math.imul(right, rightBy);

/** Brings the high bits of a sum of products down, and mixes once more. */
const finishHash = (sum: number): number => {
  const mixed = Math.imul(sum ^ (sum >>> 15), 0x7feb352d);
  return mixed ^ (mixed >>> 14);
};

/** Spreads every bit of a word over all of them. */
export const mixBits = (value: number): number => {
  let mixed = value ^ (value >>> 16);
  mixed = Math.imul(mixed, 0x7feb352d);
  mixed ^= mixed >>> 15;
  mixed = Math.imul(mixed, 0x846ca68b);
  return mixed ^ (mixed >>> 16);
};
