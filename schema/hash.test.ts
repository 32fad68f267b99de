import { describe, expect, test } from "bun:test";

import fc from "fast-check";

import { crc32 } from "./crc32.ts";
import { Hash64, murmur2, murmur3, partitionOf, symbolHash } from "./hash.ts";

const ascii = (text: string): Uint8Array => new TextEncoder().encode(text);

describe("murmur2", () => {
  // The vectors of org.apache.kafka.common.utils.UtilsTest: other tools must find the same partition.
  test.each([
    ["21", -973932308],
    ["foobar", -790332482],
    ["a-little-bit-long-string", -985981536],
    ["a-little-bit-longer-string", -1486304829],
    ["lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971],
    ["abc", 479470107],
  ])("gives %j the hash that Kafka gives it", (text, expected) => {
    expect(murmur2(ascii(text)) | 0).toBe(expected);
    expect(symbolHash(text) | 0).toBe(expected);
  });

  test("a negative hash has a partition too: Kafka drops the sign bit", () => {
    expect(partitionOf(murmur2(ascii("21")), 12)).toBe((-973932308 & 0x7fffffff) % 12);
    expect(partitionOf(0x80000000, 7)).toBe(0);
    expect(partitionOf(0xffffffff, 7)).toBe(0x7fffffff % 7);
  });
});

describe("murmur3", () => {
  test("the plain version below passes the verification of SMHasher for MurmurHash3_x86_128", () => {
    const hashes = Array.from({ length: 256 }, (_, length) =>
      plainMurmur3(
        Uint8Array.from({ length }, (__, index) => index),
        256 - length,
      ),
    );
    const all = plainMurmur3(Uint8Array.from(hashes.flatMap((hash) => [...hash])), 0);
    expect(new DataView(all.buffer).getUint32(0, true)).toBe(0xb3ece62a);
  });

  test("is its first 64 bits, for every length, place and seed", () => {
    const out = new Hash64();
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 80 }),
        fc.nat(9),
        fc.nat(0xffffffff),
        (bytes, start, seed) => {
          const from = Math.min(start, bytes.length);
          murmur3(bytes, from, bytes.length, seed, out);
          const expected = new DataView(plainMurmur3(bytes.slice(from), seed).buffer);
          expect([out.lo, out.hi]).toEqual([
            expected.getUint32(0, true),
            expected.getUint32(4, true),
          ]);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  test("bytes behind the end do not count", () => {
    const [out, same] = [new Hash64(), new Hash64()];
    murmur3(ascii("order and more"), 0, 5, 0, out);
    murmur3(ascii("order"), 0, 5, 0, same);
    expect(out).toEqual(same);
  });
});

describe("crc32", () => {
  test("is the one of IEEE 802.3", () => {
    expect(crc32(ascii("123456789"), 0, 9)).toBe(0xcbf43926);
    expect(crc32(new Uint8Array(0), 0, 0)).toBe(0);
  });

  test("is zlib's, for every length and place", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), fc.nat(9), (bytes, start) => {
        const from = Math.min(start, bytes.length);
        expect(crc32(bytes, from, bytes.length)).toBe(Bun.hash.crc32(bytes.slice(from)));
      }),
      { numRuns: 2_000 },
    );
  });
});

/** MurmurHash3_x86_128 as its author wrote it down, in BigInt. */
function plainMurmur3(bytes: Uint8Array, seed: number): Uint8Array {
  const c = [0x239b961bn, 0xab0e9789n, 0x38b34ae5n, 0xa1e38b93n];
  const low = (value: bigint): bigint => value & 0xffffffffn;
  const rotate = (value: bigint, bits: bigint): bigint =>
    low((value << bits) | (value >> (32n - bits)));
  const padded = new Uint8Array(Math.ceil(bytes.length / 16) * 16);
  padded.set(bytes);
  const view = new DataView(padded.buffer);
  const h = [BigInt(seed), BigInt(seed), BigInt(seed), BigInt(seed)];
  const mixed = (word: bigint, lane: number): bigint =>
    low(rotate(low(word * c[lane]!), [15n, 16n, 17n, 18n][lane]!) * c[(lane + 1) % 4]!);
  for (let at = 0; at < padded.length; at += 16) {
    const isWhole = at + 16 <= bytes.length;
    for (let lane = 0; lane < 4; lane++) {
      h[lane]! ^= mixed(BigInt(view.getUint32(at + lane * 4, true)), lane);
      if (!isWhole) continue;
      h[lane] = low(rotate(h[lane]!, [19n, 17n, 15n, 13n][lane]!) + h[(lane + 1) % 4]!);
      h[lane] = low(h[lane]! * 5n + [0x561ccd1bn, 0x0bcaa747n, 0x96cd1c35n, 0x32ac3b17n][lane]!);
    }
  }
  const sums = (): void => {
    h[0] = low(h[0]! + h[1]! + h[2]! + h[3]!);
    for (const lane of [1, 2, 3]) h[lane] = low(h[lane]! + h[0]);
  };
  for (const lane of [0, 1, 2, 3]) h[lane]! ^= BigInt(bytes.length);
  sums();
  for (const lane of [0, 1, 2, 3]) {
    let value = h[lane]!;
    value = low((value ^ (value >> 16n)) * 0x85ebca6bn);
    value = low((value ^ (value >> 13n)) * 0xc2b2ae35n);
    h[lane] = value ^ (value >> 16n);
  }
  sums();
  const out = new DataView(new ArrayBuffer(16));
  for (const lane of [0, 1, 2, 3]) out.setUint32(lane * 4, Number(h[lane]), true);
  return new Uint8Array(out.buffer);
}
