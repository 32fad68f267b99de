import { expect, test } from "bun:test";

import fc from "fast-check";

import {
  addWide,
  assignWide,
  compareWide,
  divideWide,
  isZeroWide,
  multiplyWide,
  readWideInto,
  readWideWords,
  scaleByMillionths,
  subtractWide,
  validWide,
  Wide,
  writeWideFrom,
} from "./wide.ts";
import { readWide, writeWide } from "./wire.ts";

/** Against BigInt, with the ends of the ranges and the seams between limbs more often than their share. */
const max = (1n << 96n) - 1n;
const seams = [0n, 1n, (1n << 48n) - 1n, 1n << 48n, (1n << 53n) - 1n, 1n << 53n, 1n << 64n, max];
const wide = fc.oneof(fc.constantFrom(...seams), fc.bigInt({ min: 0n, max }));
const quantity = fc.oneof(
  fc.constantFrom(0, 1, 2 ** 32 - 1, 2 ** 32, Number.MAX_SAFE_INTEGER),
  fc.nat(Number.MAX_SAFE_INTEGER),
);
const price = fc.oneof(
  fc.constantFrom(1, 65_535, 65_536, 2 ** 31 - 1),
  fc.integer({ min: 1, max: 2 ** 31 - 1 }),
);
const runs = { numRuns: 5_000 };

test("a product of quantity and price is exact", () => {
  fc.assert(
    fc.property(quantity, price, (q, p) => {
      const product = new Wide();
      multiplyWide(product, q, p);
      expect(toBigInt(product)).toBe(BigInt(q) * BigInt(p));
    }),
    runs,
  );
});

test("sums and differences are exact", () => {
  fc.assert(
    fc.property(wide, wide, (a, b) => {
      const [less, more] = a < b ? [a, b] : [b, a];
      const difference = fromBigInt(more);
      subtractWide(difference, fromBigInt(less));
      expect(toBigInt(difference)).toBe(more - less);
      addWide(difference, fromBigInt(less));
      expect(toBigInt(difference)).toBe(more);
    }),
    runs,
  );
});

test("a quotient is exact, or 2^53 - 1 when it would be more", () => {
  fc.assert(
    fc.property(wide, price, (value, divisor) => {
      const exact = value / BigInt(divisor);
      const most = BigInt(Number.MAX_SAFE_INTEGER);
      expect(divideWide(fromBigInt(value), divisor)).toBe(Number(exact < most ? exact : most));
    }),
    runs,
  );
});

test("so many millionths are exact, rounded up or down", () => {
  const millionths = fc.oneof(fc.constantFrom(0, 1, 999_999, 1_000_000), fc.nat(1_000_000));
  fc.assert(
    fc.property(wide, millionths, (value, factor) => {
      const exact = value * BigInt(factor);
      const [down, up] = [new Wide(), new Wide()];
      scaleByMillionths(down, fromBigInt(value), factor, false);
      scaleByMillionths(up, fromBigInt(value), factor, true);
      expect(toBigInt(down)).toBe(exact / 1_000_000n);
      expect(toBigInt(up)).toBe((exact + 999_999n) / 1_000_000n);
    }),
    runs,
  );
});

test("the order of two values is the order of the integers", () => {
  fc.assert(
    fc.property(wide, wide, (a, b) => {
      expect(Math.sign(compareWide(fromBigInt(a), fromBigInt(b)))).toBe(a < b ? -1 : Number(a > b));
      expect(isZeroWide(fromBigInt(a))).toBe(a === 0n);
    }),
    runs,
  );
});

test("the bytes are those of an unsigned integer of 128 bits", () => {
  fc.assert(
    fc.property(wide, (value) => {
      const view = new DataView(new ArrayBuffer(20));
      writeWideFrom(view, 2, fromBigInt(value));
      expect(readWide(view, 2)).toBe(value);
      writeWide(view, 4, value);
      expect(validWide(view, 4)).toBe(true);
      const read = new Wide();
      readWideInto(view, 4, read);
      expect(toBigInt(read)).toBe(value);
      const readFromWords = new Wide();
      readWideWords(new Int32Array(view.buffer), 1, readFromWords);
      expect(toBigInt(readFromWords)).toBe(value);
    }),
    runs,
  );
});

test("2^96 and more is not valid", () => {
  const view = new DataView(new ArrayBuffer(16));
  writeWide(view, 0, max + 1n);
  expect(validWide(view, 0)).toBe(false);
});

function fromBigInt(value: bigint): Wide {
  const made = new Wide();
  const copied = new Wide();
  made.lo = Number(value & ((1n << 48n) - 1n));
  made.hi = Number(value >> 48n);
  assignWide(copied, made);
  return copied;
}

function toBigInt(value: Wide): bigint {
  expect(value.lo).toBeWithin(0, 2 ** 48);
  return (BigInt(value.hi) << 48n) | BigInt(value.lo);
}
