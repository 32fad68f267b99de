/** Moves words between messages and records, which are read and written as words of this machine (little-endian). */

/** Copies an id of four words. */
export const copyID = (from: Int32Array, fromAt: number, to: Int32Array, toAt: number): void => {
  to[toAt] = from[fromAt]!;
  to[toAt + 1] = from[fromAt + 1]!;
  to[toAt + 2] = from[fromAt + 2]!;
  to[toAt + 3] = from[fromAt + 3]!;
};

/** Whether four words are the same. */
export const isSameID = (
  left: Int32Array,
  at: number,
  right: Int32Array,
  rightAt: number,
): boolean =>
  left[at] === right[rightAt] &&
  left[at + 1] === right[rightAt + 1] &&
  left[at + 2] === right[rightAt + 2] &&
  left[at + 3] === right[rightAt + 3];

/** Whether of two ids, at these bytes, the left one is the lower (below 0) or the higher one (above). */
export const compareIDs = (bytes: Uint8Array, left: number, right: number): number => {
  for (let index = 0; index < 16; index++) {
    const difference = bytes[left + index]! - bytes[right + index]!;
    if (difference !== 0) return difference;
  }
  return 0;
};

/** Copies words out of a message, where they may start at any byte. */
export const receiveWords = (
  from: DataView,
  fromByte: number,
  to: Int32Array,
  toAt: number,
  count: number,
): void => {
  for (let index = 0; index < count; index++) {
    to[toAt + index] = from.getInt32(fromByte + index * 4, true);
  }
};
