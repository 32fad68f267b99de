import { viewOf } from "./wire.ts";

/** MurmurHash2 as Kafka's default partitioner computes it (org.apache.kafka.common.utils.Utils), as an unsigned integer. */
export function murmur2(bytes: Uint8Array): number {
  const length = bytes.length;
  const mixer = 0x5bd1e995;
  let hash = 0x9747b28c ^ length;
  let at = 0;
  for (; at + 4 <= length; at += 4) {
    let word = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
    word = Math.imul(word, mixer);
    word ^= word >>> 24;
    hash = Math.imul(hash, mixer) ^ Math.imul(word, mixer);
  }
  const left = length - at;
  if (left >= 3) hash ^= bytes[at + 2]! << 16;
  if (left >= 2) hash ^= bytes[at + 1]! << 8;
  if (left >= 1) hash = Math.imul(hash ^ bytes[at]!, mixer);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, mixer);
  return (hash ^ (hash >>> 15)) >>> 0;
}

/** The partition that Kafka's default partitioner gives a key of this murmur2. */
export function partitionOf(keyHash: number, partitionCount: number): number {
  return (keyHash & 0x7fffffff) % partitionCount;
}

/** murmur2 of a symbol's ASCII bytes. */
export function symbolHash(symbol: string): number {
  return murmur2(Uint8Array.from(symbol, (letter) => letter.charCodeAt(0)));
}

/** 64 bits in two halves, reused by callers so that hashing allocates nothing. */
export class Hash64 {
  lo = 0;
  hi = 0;
}

function rotate(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}

function finalMix(value: number): number {
  let mixed = value ^ (value >>> 16);
  mixed = Math.imul(mixed, 0x85ebca6b);
  mixed ^= mixed >>> 13;
  mixed = Math.imul(mixed, 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}

const c1 = 0x239b961b;
const c2 = 0xab0e9789;
const c3 = 0x38b34ae5;
const c4 = 0xa1e38b93;

/**
 * The first 64 bits of MurmurHash3_x86_128 over bytes[start, end) (Austin Appleby, public domain): it needs 32-bit
 * multiplications only, and four lanes keep it fast in JavaScript. Against accidents, not against an attacker.
 */
export function murmur3(
  bytes: Uint8Array,
  start: number,
  end: number,
  seed: number,
  out: Hash64,
): void {
  const view = viewOf(bytes);
  murmur3View(view, start, end, seed, out);
}

/** As murmur3; allocates nothing. The `| 0` keep every sum in the processor's integers. */
export function murmur3View(
  view: DataView,
  start: number,
  end: number,
  seed: number,
  out: Hash64,
): void {
  let h1 = seed;
  let h2 = seed;
  let h3 = seed;
  let h4 = seed;
  let at = start;
  for (; at + 16 <= end; at += 16) {
    h1 ^= Math.imul(rotate(Math.imul(view.getInt32(at, true), c1), 15), c2);
    h1 = (Math.imul((rotate(h1, 19) + h2) | 0, 5) + 0x561ccd1b) | 0;
    h2 ^= Math.imul(rotate(Math.imul(view.getInt32(at + 4, true), c2), 16), c3);
    h2 = (Math.imul((rotate(h2, 17) + h3) | 0, 5) + 0x0bcaa747) | 0;
    h3 ^= Math.imul(rotate(Math.imul(view.getInt32(at + 8, true), c3), 17), c4);
    h3 = (Math.imul((rotate(h3, 15) + h4) | 0, 5) + 0x96cd1c35) | 0;
    h4 ^= Math.imul(rotate(Math.imul(view.getInt32(at + 12, true), c4), 18), c1);
    h4 = (Math.imul((rotate(h4, 13) + h1) | 0, 5) + 0x32ac3b17) | 0;
  }
  h4 ^= Math.imul(rotate(Math.imul(tailWord(view, at + 12, end), c4), 18), c1);
  h3 ^= Math.imul(rotate(Math.imul(tailWord(view, at + 8, end), c3), 17), c4);
  h2 ^= Math.imul(rotate(Math.imul(tailWord(view, at + 4, end), c2), 16), c3);
  h1 ^= Math.imul(rotate(Math.imul(tailWord(view, at, end), c1), 15), c2);
  finish(h1, h2, h3, h4, end - start, out);
}

function finish(a: number, b: number, c: number, d: number, length: number, out: Hash64): void {
  let h1 = a ^ length;
  let h2 = b ^ length;
  let h3 = c ^ length;
  let h4 = d ^ length;
  h1 = (h1 + h2 + h3 + h4) | 0;
  h2 = finalMix((h2 + h1) | 0);
  h3 = finalMix((h3 + h1) | 0);
  h4 = finalMix((h4 + h1) | 0);
  h1 = (finalMix(h1) + h2 + h3 + h4) | 0;
  out.lo = h1 >>> 0;
  out.hi = (h2 + h1) >>> 0;
}

/** Up to four bytes of the last, short block; bytes past the end count as zero. */
function tailWord(view: DataView, at: number, end: number): number {
  if (at + 4 <= end) return view.getInt32(at, true);
  let word = 0;
  for (let index = end - 1; index >= at; index--) word = (word << 8) | view.getUint8(index);
  return word;
}
