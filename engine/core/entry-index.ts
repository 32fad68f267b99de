import { EntryWord } from "./id-entry.ts";
import { numberMask, wordAt } from "./entry-ring.ts";
import type { EntryRing } from "./entry-ring.ts";
import { isSameID } from "./words.ts";

/**
 * From an id to the number of its entry. A bucket is one word: the number of its newest entry, six bits of that one's hash, and whether
 * an older entry stood in the bucket as it came. Each entry keeps the word that it pushed out, so that a bucket's entries form a chain
 * from the newest to the oldest. Nothing is ever taken out: a number that the ring has given up ends its chain.
 *
 * Most look-ups find nothing, and then one word says so: there are three to five buckets an entry, two at least while
 * it grows. It is the only word that an entry writes out of sequence.
 * Growth touches a table of twice the size page by page, since the machine takes longer to give it a page than a command takes; fills it from
 * the oldest entry on, a few with each that comes; and then changes over. No call pauses.
 * Known limits: tables never shrink; the hash has no secret, so that whoever may choose ids freely could crowd one bucket.
 */
const bucketCountMin = 1024;
/**
 * Entries entered in the next table with each that comes, and how many come for each page of it that is touched: growth over
 * so many entries is over after a quarter as many more, while #pushed still has room for all.
 */
const movesPerEntry = 8;
const entriesPerPage = 16;
const pageWords = 1024;
const tagMask = 0x7e000000;
const moreBit = 1 << 31;

export class EntryIndex {
  readonly #ring: EntryRing;
  #heads = new Int32Array(bucketCountMin);
  #pushed = new Int32Array(bucketCountMin / 2);
  /** The tables to come, up to where the first is touched, and up to which number they are filled; null while none are needed. */
  #nextHeads: Int32Array<ArrayBuffer> | null = null;
  #nextPushed: Int32Array<ArrayBuffer> = this.#pushed;
  #touched = 0;
  #filled = 0;

  constructor(ring: EntryRing) {
    this.#ring = ring;
  }

  get byteLength(): number {
    const next =
      this.#nextHeads === null ? 0 : this.#nextHeads.byteLength + this.#nextPushed.byteLength;
    return this.#heads.byteLength + this.#pushed.byteLength + next;
  }

  /** Makes room for `count` entries in an empty index, so that it need not grow on the way there. */
  reserve(count: number): void {
    let { length } = this.#heads;
    while (isCrowded(count, length)) length *= 2;
    this.#heads = new Int32Array(length);
    this.#pushed = new Int32Array(length / 2);
  }

  /** Reads the buckets of ids, the first `count` of these hashes; something of what was read. */
  touch(hashes: Int32Array, count: number): number {
    const heads = this.#heads;
    const mask = heads.length - 1;
    let read = 0;
    for (let index = 0; index < count; index++) read ^= heads[hashes[index]! & mask]!;
    return read;
  }

  /** The number of the newest entry whose id stands in `id` from `at` on, or 0. */
  find(hash: number, id: Int32Array, at: number): number {
    const heads = this.#heads;
    const word = heads[hash & (heads.length - 1)]!;
    return this.#ring.has(word & numberMask) ? this.#follow(word, hash, id, at) : 0;
  }

  /** Whether the first look says that an id may be here; `find` knows. */
  mayHave(hash: number): boolean {
    const heads = this.#heads;
    const word = heads[hash & (heads.length - 1)]!;
    return (word < 0 || ((word ^ hash) & tagMask) === 0) && this.#ring.has(word & numberMask);
  }

  /** Looks for an id from a bucket's word on, whose entry is there. */
  #follow(from: number, hash: number, id: Int32Array, at: number): number {
    const ring = this.#ring;
    const pushed = this.#pushed;
    for (let word = from; ; word = pushed[word & (pushed.length - 1)]!) {
      const number = word & numberMask;
      if (!ring.has(number)) return 0;
      if (((word ^ hash) & tagMask) === 0 && this.#hasID(number, id, at)) return number;
      if (word >= 0) return 0;
    }
  }

  /** Enters the entry that the ring has appended last. */
  insert(hash: number, number: number): void {
    const heads = this.#heads;
    const bucket = hash & (heads.length - 1);
    const head = heads[bucket]!;
    this.#pushed[number & (this.#pushed.length - 1)] = head;
    const more = this.#ring.has(head & numberMask) ? moreBit : 0;
    heads[bucket] = more | (hash & tagMask) | number;
    if (this.#nextHeads !== null) this.continueGrowth(this.#nextHeads, number);
    else if (isCrowded(this.#ring.count, heads.length)) this.#grow();
  }

  #hasID(number: number, id: Int32Array, at: number): boolean {
    const ring = this.#ring;
    return isSameID(ring.wordsOf(number), wordAt(number), id, at) && ring.accountOf(number) !== 0;
  }

  #grow(): void {
    this.#nextHeads = new Int32Array(this.#heads.length * 2);
    this.#nextPushed = new Int32Array(this.#pushed.length * 2);
    this.#touched = 0;
    this.#filled = this.#ring.first;
  }

  private continueGrowth(heads: Int32Array<ArrayBuffer>, number: number): void {
    if (this.#touched >= heads.length) this.fillNext(heads);
    else if (number % entriesPerPage === 0) {
      heads[this.#touched] = 0;
      this.#touched += pageWords;
    }
  }

  /** Enters the next entries in the tables to come; changes over to them when they have all. */
  private fillNext(heads: Int32Array<ArrayBuffer>): void {
    const ring = this.#ring;
    const pushed = this.#nextPushed;
    if (!ring.has(this.#filled)) this.#filled = ring.first;
    for (let left = movesPerEntry; left > 0 && this.#filled !== ring.next; left--) {
      const number = this.#filled;
      const hash = ring.wordsOf(number)[wordAt(number) + EntryWord.idHash]!;
      const bucket = hash & (heads.length - 1);
      const head = heads[bucket]!;
      pushed[number & (pushed.length - 1)] = head;
      const more = ring.has(head & numberMask) ? moreBit : 0;
      heads[bucket] = more | (hash & tagMask) | number;
      this.#filled = (number + 1) & numberMask;
    }
    if (this.#filled !== ring.next) return;
    this.#heads = heads;
    this.#pushed = pushed;
    this.#nextHeads = null;
  }
}

/** Whether so many entries are too many for so many buckets. */
const isCrowded = (entryCount: number, bucketCount: number): boolean =>
  entryCount * 8 > bucketCount * 3;
