import type { RecordMemory } from "./record-pool.ts";

/**
 * From an id of 16 bytes to the slot of its record, which starts with the id. Open addressing with linear probing: pairs of
 * (32-bit hash, slot), slot 0 = empty; a removal shifts the rest of its cluster back, so that there are no tombstones.
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
  #pairs = new Int32Array(bucketCountMin * 2);
  #mask = bucketCountMin - 1;
  #oldPairs: Int32Array | null = null;
  #oldMask = 0;
  #moved = 0;

  constructor(records: RecordMemory) {
    this.#records = records;
  }

  /** The slot of the record whose id stands in `words` from `at` on, or 0. */
  find(hash: number, words: Int32Array, at: number): number {
    const pairs = this.#pairs;
    const mask = this.#mask;
    for (let bucket = hash & mask; ; bucket = (bucket + 1) & mask) {
      const slot = pairs[bucket * 2 + 1]!;
      if (slot === 0) break;
      if (pairs[bucket * 2] === hash && this.#hasID(slot, words, at)) return slot;
    }
    return this.#oldPairs === null ? 0 : this.#findOld(this.#oldPairs, hash, words, at);
  }

  /** Enters a record under an id that is not here yet. */
  insert(hash: number, slot: number): void {
    this.count++;
    if (this.#oldPairs !== null) this.#move(this.#oldPairs);
    else if (this.count * 2 > this.#mask) this.#grow();
    put(this.#pairs, this.#mask, hash, slot);
  }

  /** Takes out a record that is here. */
  remove(hash: number, slot: number): void {
    this.count--;
    const bucket = bucketOf(this.#pairs, this.#mask, hash, slot);
    if (bucket >= 0) return takeOut(this.#pairs, this.#mask, bucket);
    const oldPairs = this.#oldPairs!;
    takeOut(oldPairs, this.#oldMask, bucketOf(oldPairs, this.#oldMask, hash, slot));
  }

  #findOld(pairs: Int32Array, hash: number, words: Int32Array, at: number): number {
    const mask = this.#oldMask;
    for (let bucket = hash & mask; ; bucket = (bucket + 1) & mask) {
      const slot = pairs[bucket * 2 + 1]!;
      if (slot === 0) return 0;
      if (pairs[bucket * 2] === hash && this.#hasID(slot, words, at)) return slot;
    }
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
    this.#oldPairs = this.#pairs;
    this.#oldMask = this.#mask;
    this.#moved = 0;
    this.#mask = this.#mask * 2 + 1;
    this.#pairs = new Int32Array((this.#mask + 1) * 2);
  }

  /** Empties the next buckets of the old table. Taking one out may pull the next of its cluster into it, hence the inner loop. */
  #move(oldPairs: Int32Array): void {
    const end = Math.min(this.#moved + movesPerInsert, this.#oldMask + 1);
    for (; this.#moved < end; this.#moved++) {
      for (let slot = oldPairs[this.#moved * 2 + 1]!; slot !== 0;) {
        put(this.#pairs, this.#mask, oldPairs[this.#moved * 2]!, slot);
        takeOut(oldPairs, this.#oldMask, this.#moved);
        slot = oldPairs[this.#moved * 2 + 1]!;
      }
    }
    if (this.#moved > this.#oldMask) this.#oldPairs = null;
  }
}

function put(pairs: Int32Array, mask: number, hash: number, slot: number): void {
  let bucket = hash & mask;
  while (pairs[bucket * 2 + 1] !== 0) bucket = (bucket + 1) & mask;
  pairs[bucket * 2] = hash;
  pairs[bucket * 2 + 1] = slot;
}

/** The bucket that holds exactly this slot, or -1. */
function bucketOf(pairs: Int32Array, mask: number, hash: number, slot: number): number {
  let bucket = hash & mask;
  for (;;) {
    const held = pairs[bucket * 2 + 1]!;
    if (held === slot) return bucket;
    if (held === 0) return -1;
    bucket = (bucket + 1) & mask;
  }
}

function takeOut(pairs: Int32Array, mask: number, bucket: number): void {
  let hole = bucket;
  let next = bucket;
  for (;;) {
    next = (next + 1) & mask;
    const slot = pairs[next * 2 + 1]!;
    if (slot === 0) break;
    const hash = pairs[next * 2]!;
    if (((next - hash) & mask) < ((next - hole) & mask)) continue;
    pairs[hole * 2] = hash;
    pairs[hole * 2 + 1] = slot;
    hole = next;
  }
  pairs[hole * 2 + 1] = 0;
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
