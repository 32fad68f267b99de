import { RecordMemory, RecordPool } from "./record-pool.ts";
import { TagTable } from "./tag-table.ts";

/**
 * Accounts by accountID, with how many id window entries each has. An accountID that nobody has defined (the operator's 0, or a
 * request for an unknown account) has a record too while it has entries, with status 0.
 *
 * Invariant: a record exists exactly while its account is defined or has entries. Functions that take a slot take 0 for no record.
 */
export const accountShift = 4;
const capacityMin = 64;
const foundCount = 256;

/** Words of a record; the name fills ten words. */
export const AccountWord = { accountID: 0, status: 1, entryCount: 2, feeTier: 3, name: 4 } as const;
export const accountNameWords = 10;

export class Accounts {
  readonly pool = new RecordPool(new RecordMemory(accountShift, capacityMin));
  /** Accounts defined, those with entries only left out. */
  definedCount = 0;
  /** Entries that each account may have: what it comes to when the window is shared out evenly. */
  entryShare: number;
  readonly #entryMax: number;
  /** Pairs of accountID and slot of accounts that were found, by the low bits of the accountID. */
  readonly #found = new Int32Array(foundCount * 2);
  readonly #table = new TagTable();

  constructor(entryMax: number) {
    this.#entryMax = entryMax;
    this.entryShare = entryMax;
  }

  /** The slot of an account's record, or 0. */
  find(accountID: number): number {
    const at = (accountID & (foundCount - 1)) << 1;
    const found = this.#found;
    const slot = found[at + 1]!;
    return slot !== 0 && found[at] === accountID ? slot : this.#look(accountID);
  }

  #look(accountID: number): number {
    const slot = this.#table.get(accountID);
    const at = (accountID & (foundCount - 1)) << 1;
    this.#found[at] = accountID;
    this.#found[at + 1] = slot;
    return slot;
  }

  isDefined(slot: number): boolean {
    return this.statusOf(slot) !== 0;
  }

  /** AccountStatus, or 0 where the account is not defined. */
  statusOf(slot: number): number {
    return slot === 0 ? 0 : this.#word(slot, AccountWord.status);
  }

  accountIDOf(slot: number): number {
    return this.#word(slot, AccountWord.accountID);
  }

  /** 0 where the account has none, or there is no account. */
  feeTierOf(slot: number): number {
    return slot === 0 ? 0 : this.#word(slot, AccountWord.feeTier);
  }

  /** Entries of the account in the id window. */
  entryCountOf(slot: number): number {
    return slot === 0 ? 0 : this.#word(slot, AccountWord.entryCount);
  }

  /** The slot of the account's record, made where there is none. */
  obtain(accountID: number): number {
    const found = this.find(accountID);
    if (found !== 0) return found;
    const slot = this.pool.allocate();
    const words = this.pool.memory.wordsOf(slot);
    const at = slot << accountShift;
    words.fill(0, at, at + (1 << accountShift));
    words[at] = accountID;
    this.#table.set(accountID, slot);
    this.#look(accountID);
    return slot;
  }

  /** Defines or changes an account; the name as it stands in a message. */
  define(
    accountID: number,
    status: number,
    feeTier: number,
    source: DataView,
    nameAt: number,
  ): void {
    const slot = this.obtain(accountID);
    if (!this.isDefined(slot)) this.entryShare = Math.floor(this.#entryMax / ++this.definedCount);
    const words = this.pool.memory.wordsOf(slot);
    const at = slot << accountShift;
    words[at + AccountWord.status] = status;
    words[at + AccountWord.feeTier] = feeTier;
    for (let index = 0; index < accountNameWords; index++) {
      words[at + AccountWord.name + index] = source.getInt32(nameAt + index * 4, true);
    }
  }

  countEntry(slot: number): void {
    const at = (slot << accountShift) + AccountWord.entryCount;
    this.pool.memory.wordsOf(slot)[at]!++;
  }

  uncountEntry(slot: number): void {
    const words = this.pool.memory.wordsOf(slot);
    const at = slot << accountShift;
    const left = --words[at + AccountWord.entryCount]!;
    if (left > 0 || words[at + AccountWord.status] !== 0) return;
    this.#table.delete(words[at]!);
    this.#look(words[at]!);
    this.pool.release(slot);
  }

  #word(slot: number, word: number): number {
    return this.pool.memory.wordsOf(slot)[(slot << accountShift) + word]!;
  }
}
