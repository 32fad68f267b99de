import { mixBits } from "./id-table.ts";

/**
 * From a 32-bit tag to a slot, 0 = none. Open addressing with linear probing: pairs of (tag, slot).
 *
 * Invariant: at most half of the buckets are taken, and none between a tag's home and its bucket is empty.
 * Cost: a cache line a call. Growth moves all at once, which suits tables of some ten thousands: accounts and keys.
 */
const bucketCountMin = 64;

export class TagTable {
  #pairs = new Int32Array(bucketCountMin * 2);
  #mask = bucketCountMin - 1;
  #count = 0;

  /** The slot under a tag, or 0. */
  get(tag: number): number {
    const pairs = this.#pairs;
    for (let bucket = mixBits(tag) & this.#mask; ; bucket = (bucket + 1) & this.#mask) {
      const slot = pairs[bucket * 2 + 1]!;
      if (slot === 0 || pairs[bucket * 2] === tag) return slot;
    }
  }

  /** Puts a slot under a tag, in place of the one that is there. */
  set(tag: number, slot: number): void {
    const bucket = this.#bucketOf(tag);
    if (this.#pairs[bucket * 2 + 1] === 0) this.#count++;
    this.#pairs[bucket * 2] = tag;
    this.#pairs[bucket * 2 + 1] = slot;
    if (this.#count * 2 > this.#mask) this.#grow();
  }

  /** Empties a tag that has a slot, and moves up what was pushed behind it. */
  delete(tag: number): void {
    const pairs = this.#pairs;
    let hole = this.#bucketOf(tag);
    this.#count--;
    for (let next = hole; ;) {
      next = (next + 1) & this.#mask;
      if (pairs[next * 2 + 1] === 0) break;
      const home = mixBits(pairs[next * 2]!);
      if (((next - home) & this.#mask) < ((next - hole) & this.#mask)) continue;
      pairs[hole * 2] = pairs[next * 2]!;
      pairs[hole * 2 + 1] = pairs[next * 2 + 1]!;
      hole = next;
    }
    pairs[hole * 2 + 1] = 0;
  }

  /** The bucket of a tag, or the empty one where it would stand. */
  #bucketOf(tag: number): number {
    const pairs = this.#pairs;
    let bucket = mixBits(tag) & this.#mask;
    while (pairs[bucket * 2 + 1] !== 0 && pairs[bucket * 2] !== tag) {
      bucket = (bucket + 1) & this.#mask;
    }
    return bucket;
  }

  #grow(): void {
    const old = this.#pairs;
    this.#mask = this.#mask * 2 + 1;
    this.#pairs = new Int32Array((this.#mask + 1) * 2);
    for (let at = 0; at < old.length; at += 2) {
      if (old[at + 1] === 0) continue;
      const bucket = this.#bucketOf(old[at]!);
      this.#pairs[bucket * 2] = old[at]!;
      this.#pairs[bucket * 2 + 1] = old[at + 1]!;
    }
  }
}
