import { AccountStatus } from "../../schema/generated/enums.ts";
import { IdTable, mixBits } from "./id-table.ts";
import { chunkMask, chunkShift, RecordPool } from "./record-pool.ts";

/**
 * Accounts by accountID, with how many id window entries each has. An accountID that nobody has defined (the operator's 0, or a
 * request for an unknown account) has a record too while it has entries, with status 0.
 *
 * Invariant: a record exists exactly while its account is defined or has entries.
 */
export const accountShift = 4;

/** Words of a record; the name fills ten words. */
export const AccountWord = { accountID: 0, status: 1, entryCount: 2, name: 4 } as const;
export const accountNameWords = 10;

export class Accounts {
  readonly pool = new RecordPool(accountShift);
  /** Accounts defined, those with entries only left out. */
  definedCount = 0;
  readonly #table = new IdTable(this.pool, 1);
  readonly #key = new Int32Array(1);

  /** The slot of an account's record, or 0. */
  find(accountID: number): number {
    this.#key[0] = accountID;
    return this.#table.find(mixBits(accountID), this.#key, 0);
  }

  /** 0 where the account is not defined. */
  statusOf(accountID: number): number {
    const slot = this.find(accountID);
    return slot === 0 ? 0 : this.#word(slot, AccountWord.status);
  }

  isDefined(accountID: number): boolean {
    return this.statusOf(accountID) !== 0;
  }

  isDisabled(accountID: number): boolean {
    return this.statusOf(accountID) === AccountStatus.Disabled;
  }

  /** The slot of the account's record, made where there is none. */
  obtain(accountID: number): number {
    const found = this.find(accountID);
    if (found !== 0) return found;
    const slot = this.pool.allocate();
    const words = this.pool.words[slot >>> chunkShift]!;
    const at = (slot & chunkMask) << accountShift;
    words.fill(0, at, at + (1 << accountShift));
    words[at] = accountID;
    this.#table.insert(mixBits(accountID), slot);
    return slot;
  }

  /** Defines or changes an account; the name as it stands in a message. */
  define(accountID: number, status: number, source: DataView, nameAt: number): void {
    const slot = this.obtain(accountID);
    if (this.#word(slot, AccountWord.status) === 0) this.definedCount++;
    const words = this.pool.words[slot >>> chunkShift]!;
    const at = (slot & chunkMask) << accountShift;
    words[at + AccountWord.status] = status;
    for (let index = 0; index < accountNameWords; index++) {
      words[at + AccountWord.name + index] = source.getInt32(nameAt + index * 4, true);
    }
  }

  entryCountOf(accountID: number): number {
    const slot = this.find(accountID);
    return slot === 0 ? 0 : this.#word(slot, AccountWord.entryCount);
  }

  countEntry(slot: number): void {
    const at = ((slot & chunkMask) << accountShift) + AccountWord.entryCount;
    this.pool.words[slot >>> chunkShift]![at]!++;
  }

  uncountEntry(slot: number): void {
    const words = this.pool.words[slot >>> chunkShift]!;
    const at = (slot & chunkMask) << accountShift;
    const left = --words[at + AccountWord.entryCount]!;
    if (left > 0 || words[at + AccountWord.status] !== 0) return;
    this.#table.remove(mixBits(words[at]!), slot);
    this.pool.release(slot);
  }

  #word(slot: number, word: number): number {
    return this.pool.words[slot >>> chunkShift]![((slot & chunkMask) << accountShift) + word]!;
  }
}
