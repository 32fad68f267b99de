import type { RecordMemory } from "./record-pool.ts";

/**
 * From an id of 16 bytes to the slot of its record, which starts with the id. Open addressing with linear probing: a bucket is a pair
 * (32-bit hash, slot) and, in an array of its own, a tag of 8 bits, 0 = empty. Most look-ups find nothing, and then the tags alone
 * say so: a ninth of the memory, which stays in the cache where the pairs would not. A removal shifts the rest of its cluster back, so
 * that there are no tombstones.
 *
 * Invariant: between an id's home and its bucket no bucket is empty, and at most two thirds of the buckets are taken.
 * Cost: one to three cache lines a call. Growth allocates a table of twice the size and moves a few buckets with each later insertion,
 * so that no call pauses; until that is done a look-up asks both.
 * Known limits: tables never shrink; the hash has no secret, so that whoever may choose ids freely could crowd one cluster.
 */
export class IdTable {
  count = 0;
  readonly #records: RecordMemory;
  #buckets = new Buckets(bucketCountMin);
  /** The table before the last growth, while there is something left in it. */
  #old: Buckets | null = null;
  #moved = 0;

  constructor(records: RecordMemory) {
    this.#records = records;
  }

  /** The slot of the record whose id stands in `words` from `at` on, or 0. */
  find(hash: number, words: Int32Array, at: number): number {
    const { mask, pairs, tags } = this.#buckets;
    const tag = tagOf(hash);
    for (let bucket = hash & mask; ; bucket = (bucket + 1) & mask) {
      const found = tags[bucket]!;
      if (found === 0) break;
      if (found !== tag || pairs[bucket * 2] !== hash) continue;
      const slot = pairs[bucket * 2 + 1]!;
      if (this.#hasID(slot, words, at)) return slot;
    }
    return this.#old === null ? 0 : this.#findOld(this.#old, hash, words, at);
  }

  /** Enters a record under an id that is not here yet. */
  insert(hash: number, slot: number): void {
    this.count++;
    if (this.#old !== null) this.#move(this.#old);
    else if (this.count * 3 > this.#buckets.mask * 2) this.#grow();
    this.#buckets.put(hash, slot);
  }

  /** Takes out a record that is here. */
  remove(hash: number, slot: number): void {
    this.count--;
    const bucket = this.#buckets.bucketOf(hash, slot);
    if (bucket >= 0) return this.#buckets.takeOut(bucket);
    const old = this.#old!;
    old.takeOut(old.bucketOf(hash, slot));
  }

  #findOld(old: Buckets, hash: number, words: Int32Array, at: number): number {
    const { mask, pairs, tags } = old;
    for (let bucket = hash & mask; tags[bucket] !== 0; bucket = (bucket + 1) & mask) {
      const slot = pairs[bucket * 2 + 1]!;
      if (pairs[bucket * 2] === hash && this.#hasID(slot, words, at)) return slot;
    }
    return 0;
  }

  #hasID(slot: number, id: Int32Array, at: number): boolean {
    const words = this.#records.wordsOf(slot);
    const record = slot << this.#records.strideShift;
    return (
      words[record] === id[at] &&
      words[record + 1] === id[at + 1] &&
      words[record + 2] === id[at + 2] &&
      words[record + 3] === id[at + 3]
    );
  }

  #grow(): void {
    this.#old = this.#buckets;
    this.#moved = 0;
    this.#buckets = new Buckets(this.#buckets.tags.length * 2);
  }

  /** Empties the next buckets of the old table. Taking one out may pull the next of its cluster into it, hence the inner loop. */
  #move(old: Buckets): void {
    const end = Math.min(this.#moved + movesPerInsert, old.tags.length);
    for (; this.#moved < end; this.#moved++) {
      while (old.tags[this.#moved] !== 0) {
        this.#buckets.put(old.pairs[this.#moved * 2]!, old.pairs[this.#moved * 2 + 1]!);
        old.takeOut(this.#moved);
      }
    }
    if (this.#moved === old.tags.length) this.#old = null;
  }
}

const bucketCountMin = 1024;
/** Buckets moved an insertion while growing: at least 2, so that a table is moved before the next is needed. */
const movesPerInsert = 8;

class Buckets {
  readonly mask: number;
  readonly tags: Uint8Array;
  readonly pairs: Int32Array;

  constructor(count: number) {
    this.mask = count - 1;
    this.tags = new Uint8Array(count);
    this.pairs = new Int32Array(count * 2);
  }

  put(hash: number, slot: number): void {
    let bucket = hash & this.mask;
    while (this.tags[bucket] !== 0) bucket = (bucket + 1) & this.mask;
    this.tags[bucket] = tagOf(hash);
    this.pairs[bucket * 2] = hash;
    this.pairs[bucket * 2 + 1] = slot;
  }

  /** The bucket that holds exactly this slot, or -1. */
  bucketOf(hash: number, slot: number): number {
    for (
      let bucket = hash & this.mask;
      this.tags[bucket] !== 0;
      bucket = (bucket + 1) & this.mask
    ) {
      if (this.pairs[bucket * 2 + 1] === slot) return bucket;
    }
    return -1;
  }

  takeOut(bucket: number): void {
    const { mask, pairs, tags } = this;
    let hole = bucket;
    for (let next = (bucket + 1) & mask; tags[next] !== 0; next = (next + 1) & mask) {
      const hash = pairs[next * 2]!;
      if (((next - hash) & mask) < ((next - hole) & mask)) continue;
      tags[hole] = tags[next]!;
      pairs[hole * 2] = hash;
      pairs[hole * 2 + 1] = pairs[next * 2 + 1]!;
      hole = next;
    }
    tags[hole] = 0;
  }
}

/** The high bits of a hash, whose low bits choose the bucket; never 0. */
function tagOf(hash: number): number {
  return (hash >>> 25) + 1;
}

/** Hash of an id of 16 bytes, as four words. */
export function hashID(words: Int32Array, at: number): number {
  const first = Math.imul(words[at]!, 0x9e3779b1) ^ Math.imul(words[at + 1]!, 0x85ebca6b);
  const second = Math.imul(words[at + 2]!, 0xc2b2ae35) ^ Math.imul(words[at + 3]!, 0x27d4eb2f);
  return mixBits((first + second) | 0);
}

/** Spreads every bit of a word over all of them. */
export function mixBits(value: number): number {
  let mixed = value ^ (value >>> 16);
  mixed = Math.imul(mixed, 0x7feb352d);
  mixed ^= mixed >>> 15;
  mixed = Math.imul(mixed, 0x846ca68b);
  return mixed ^ (mixed >>> 16);
}
