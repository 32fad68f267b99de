/** Moves words between messages and records. Records and event buffers are read and written as words of this machine (little-endian). */

const int32Max = 0x7fffffff;
const two32 = 4294967296;

/** A count of at most 2^53 - 1 as two words. */
export function writeCount(words: Int32Array, at: number, value: number): void {
  words[at] = value;
  words[at + 1] = value <= int32Max ? 0 : value / two32;
}

/** Copies an id of four words. */
export function copyID(from: Int32Array, fromAt: number, to: Int32Array, toAt: number): void {
  to[toAt] = from[fromAt]!;
  to[toAt + 1] = from[fromAt + 1]!;
  to[toAt + 2] = from[fromAt + 2]!;
  to[toAt + 3] = from[fromAt + 3]!;
}

export function copyWords(
  from: Int32Array,
  fromAt: number,
  to: Int32Array,
  toAt: number,
  count: number,
): void {
  for (let index = 0; index < count; index++) to[toAt + index] = from[fromAt + index]!;
}

/** Copies words out of a message, which may start at any byte. */
export function receiveWords(
  from: DataView,
  fromByte: number,
  to: Int32Array,
  toAt: number,
  count: number,
): void {
  for (let index = 0; index < count; index++) {
    to[toAt + index] = from.getInt32(fromByte + index * 4, true);
  }
}

export function clearWords(words: Int32Array, at: number, count: number): void {
  for (let index = 0; index < count; index++) words[at + index] = 0;
}
