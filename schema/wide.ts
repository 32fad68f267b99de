/**
 * Unsigned integers below 2^96 in two limbs of 48 bits, for products of a price and a quantity (below 2^84) and for cash. Callers own
 * and reuse the objects, so that arithmetic allocates nothing; doubles hold every intermediate value exactly.
 */
export class Wide {
  lo = 0;
  hi = 0;
}

const one = new Wide();
one.lo = 1;
const two16 = 65536;
const two32 = 4294967296;
const two48 = 281474976710656;
/** A quotient from here on does not fit in 2^53 - 1. */
const quotientHighMax = 31;

export function assignWide(target: Wide, source: Wide): void {
  target.lo = source.lo;
  target.hi = source.hi;
}

export function isZeroWide(value: Wide): boolean {
  return value.lo === 0 && value.hi === 0;
}

/** Negative, zero or positive as left is below, equal to or above right. */
export function compareWide(left: Wide, right: Wide): number {
  return left.hi === right.hi ? left.lo - right.lo : left.hi - right.hi;
}

/** target = quantity x price, for quantity <= 2^53 - 1 and price <= 2^31 - 1. */
export function multiplyWide(target: Wide, quantity: number, price: number): void {
  const quantityHigh = Math.floor(quantity / two32);
  const quantityLow = quantity >>> 0;
  const priceHigh = price >>> 16;
  const priceLow = price & 0xffff;
  const middle = quantityLow * priceHigh;
  const upper = quantityHigh * priceLow;
  const lo = quantityLow * priceLow + (middle >>> 0) * two16 + (upper & 0xffff) * two32;
  const carry = Math.floor(lo / two48);
  target.lo = lo - carry * two48;
  target.hi =
    Math.floor(middle / two32) + Math.floor(upper / two16) + quantityHigh * priceHigh + carry;
}

/** target += value; the sum must stay below 2^96. */
export function addWide(target: Wide, value: Wide): void {
  const lo = target.lo + value.lo;
  const carry = lo >= two48 ? 1 : 0;
  target.lo = lo - carry * two48;
  target.hi += value.hi + carry;
}

/** target -= value; value must not be above target. */
export function subtractWide(target: Wide, value: Wide): void {
  const lo = target.lo - value.lo;
  const borrow = lo < 0 ? 1 : 0;
  target.lo = lo + borrow * two48;
  target.hi -= value.hi + borrow;
}

/** floor(value / divisor) for a divisor of 1 to 2^31 - 1, or 2^53 - 1 where the quotient is above it. */
export function divideWide(value: Wide, divisor: number): number {
  const quotientHigh = Math.floor(value.hi / divisor);
  if (quotientHigh > quotientHighMax) return Number.MAX_SAFE_INTEGER;
  const first = (value.hi % divisor) * two16 + Math.floor(value.lo / two32);
  const second = (first % divisor) * two16 + (Math.floor(value.lo / two16) & 0xffff);
  const third = (second % divisor) * two16 + (value.lo & 0xffff);
  return (
    quotientHigh * two48 +
    Math.floor(first / divisor) * two32 +
    Math.floor(second / divisor) * two16 +
    Math.floor(third / divisor)
  );
}

const million = 1_000_000;
/** Limbs of 16 bits: six of a value, two more of its product with a factor. */
const limbs = new Float64Array(8);

/** target = value x factor / 1,000,000, rounded up or down; factor at most 1,000,000, so that the result is no larger than the value. */
export function scaleByMillionths(
  target: Wide,
  value: Wide,
  factor: number,
  isRoundedUp: boolean,
): void {
  let carry = 0;
  for (let index = 0; index < 8; index++) {
    const product = limbOf(value, index) * factor + carry;
    carry = Math.floor(product / two16);
    limbs[index] = product - carry * two16;
  }
  let rest = 0;
  for (let index = 7; index >= 0; index--) {
    const dividend = rest * two16 + limbs[index]!;
    limbs[index] = Math.floor(dividend / million);
    rest = dividend % million;
  }
  target.lo = limbs[0]! + limbs[1]! * two16 + limbs[2]! * two32;
  target.hi = limbs[3]! + limbs[4]! * two16 + limbs[5]! * two32;
  if (isRoundedUp && rest !== 0) addWide(target, one);
}

function limbOf({ lo, hi }: Wide, index: number): number {
  if (index > 5) return 0;
  const part = index < 3 ? lo : hi;
  const place = index % 3;
  if (place === 0) return part % two16;
  return place === 1 ? Math.floor(part / two16) % two16 : Math.floor(part / two32);
}

/** Reads the 16 bytes of a Wide field that validWide has passed. */
export function readWideInto(view: DataView, at: number, target: Wide): void {
  const middle = view.getUint32(at + 4, true);
  target.lo = (middle & 0xffff) * two32 + view.getUint32(at, true);
  target.hi = view.getUint32(at + 8, true) * two16 + (middle >>> 16);
}

/** As readWideInto, from the four words that start at `at`. */
export function readWideWords(words: Int32Array, at: number, target: Wide): void {
  const middle = words[at + 1]! >>> 0;
  target.lo = (middle & 0xffff) * two32 + (words[at]! >>> 0);
  target.hi = (words[at + 2]! >>> 0) * two16 + (middle >>> 16);
}

export function writeWideFrom(view: DataView, at: number, value: Wide): void {
  const middle = Math.floor(value.lo / two32) + (value.hi & 0xffff) * two16;
  view.setUint32(at, value.lo >>> 0, true);
  view.setUint32(at + 4, middle, true);
  view.setUint32(at + 8, Math.floor(value.hi / two16), true);
  view.setUint32(at + 12, 0, true);
}

/** Below 2^96: no cash or notional of safe quantities and 31-bit prices comes near it. */
export function validWide(view: DataView, at: number): boolean {
  return view.getUint32(at + 12, true) === 0;
}
