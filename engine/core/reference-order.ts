import { accountShift, AccountWord } from "./accounts.ts";
import type { EngineCapture, PoolCapture } from "./capture.ts";
import { keyIDWords, keyShift } from "./keys.ts";

/** Slots of the accounts that are defined, by accountID, and of the keys, by the bytes of keyID. */
export interface ReferenceOrder {
  readonly accounts: readonly number[];
  readonly keys: readonly number[];
}

export const orderReference = ({ accounts, keys }: EngineCapture): ReferenceOrder => {
  const accountWords = wordsOf(accounts);
  const keyWords = wordsOf(keys);
  const accountIDOf = (slot: number) =>
    accountWords[(slot << accountShift) + AccountWord.accountID]!;
  return {
    accounts: slotsOf(accounts)
      .filter((slot) => accountWords[(slot << accountShift) + AccountWord.status] !== 0)
      .sort((left, right) => accountIDOf(left) - accountIDOf(right)),
    keys: slotsOf(keys).sort((left, right) => compareKeyIDs(keyWords, left, right)),
  };
};

/** A pool's first memory as words. */
export const wordsOf = ({ buffers }: PoolCapture): Int32Array => new Int32Array(buffers[0]!);

const slotsOf = ({ top }: PoolCapture): number[] =>
  Array.from({ length: top - 1 }, (_, index) => index + 1);

const compareKeyIDs = (words: Int32Array, left: number, right: number): number => {
  for (let index = 0; index < keyIDWords; index++) {
    const difference =
      bytesFirst(words[(left << keyShift) + index]!) -
      bytesFirst(words[(right << keyShift) + index]!);
    if (difference !== 0) return difference;
  }
  return 0;
};

/** A little-endian word as the number whose order is that of its bytes. */
const bytesFirst = (word: number): number => {
  const swapped = (word << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24);
  return swapped >>> 0;
};
