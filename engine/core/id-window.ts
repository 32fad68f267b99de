import type { Accounts } from "./accounts.ts";
import { hashID, IdTable } from "./id-table.ts";
import { ColdWord, coldShift, holdsEntryBit, orderShift, OrderWord } from "./order-pool.ts";
import type { OrderPool } from "./order-pool.ts";
import { RecordMemory, RecordPool } from "./record-pool.ts";
import { copyID } from "./words.ts";

/**
 * What requests of the last idWindowMs came to, by their id (SEMANTICS §2), so that a repeat is recognised.
 *
 * Entries wait for their time in a list in order of entry, which is also order of time. One whose time is out while its order rests is
 * held: the order's cold record names it, and the order's end puts it on the list of those that leave with the next command. Thus an
 * order that closes early never touches its entry.
 * Invariant: an entry is in exactly one of these three places, and is counted for its account.
 * Cost: O(1) a command, plus O(1) for each entry that leaves. Known limit: after a long silence all leave in one command.
 */
export const entryShift = 4;
const capacityMin = 1024;

/** Words of an entry. */
export const EntryWord = {
  id: 0,
  /** Low word, then high word. */
  requestHash: 4,
  idHash: 6,
  /** As packOutcome packs it. */
  outcome: 7,
  next: 14,
  /** Slot of the account's record; 0 in a free entry. */
  account: 15,
} as const;

/** What has become of an order that was deferred once (SEMANTICS §3a). */
export const EntryMark = { none: 0, dead: 1, replayed: 2 } as const;

/** decision 8 bits, attempt 4, mark 4, reason 16. */
export function packOutcome(
  decision: number,
  reason: number,
  attempt: number,
  mark: number,
): number {
  return decision | (attempt << 8) | (mark << 12) | (reason << 16);
}

export function decisionOf(outcome: number): number {
  return outcome & 0xff;
}

export function attemptOf(outcome: number): number {
  return (outcome >>> 8) & 0xf;
}

export function markOf(outcome: number): number {
  return (outcome >>> 12) & 0xf;
}

export function reasonOf(outcome: number): number {
  return outcome >>> 16;
}

/** Doubles of an entry. */
export const EntryDouble = { seqNum: 4, commandOffset: 5, entryTime: 6 } as const;

export class IdWindow {
  readonly pool = new RecordPool(new RecordMemory(entryShift, capacityMin));
  readonly table = new IdTable(this.pool.memory);
  readonly #accounts: Accounts;
  readonly #orders: OrderPool;
  readonly #idWindowMs: number;
  #first = 0;
  #last = 0;
  /** When the first of the list runs out. */
  #firstDue = Infinity;
  #released = 0;

  constructor(accounts: Accounts, orders: OrderPool, idWindowMs: number) {
    this.#accounts = accounts;
    this.#orders = orders;
    this.#idWindowMs = idWindowMs;
  }

  /** The slot of the entry whose id stands in `words` from `at` on, or 0. */
  find(words: Int32Array, at: number): number {
    return this.table.find(hashID(words, at), words, at);
  }

  /** Adds an entry under an id that has none; the caller fills in the rest of its record. */
  enter(id: Int32Array, hash: number, account: number, now: number): number {
    const slot = this.pool.allocate();
    const words = this.pool.memory.wordsOf(slot);
    const at = slot << entryShift;
    copyID(id, 0, words, at + EntryWord.id);
    words[at + EntryWord.idHash] = hash;
    words[at + EntryWord.account] = account;
    words[at + EntryWord.next] = 0;
    this.pool.memory.doublesOf(slot)[(at >>> 1) + EntryDouble.entryTime] = now;
    this.#accounts.countEntry(account);
    this.table.insert(hash, slot);
    this.#append(slot, now);
    return slot;
  }

  outcomeOf(slot: number): number {
    return this.pool.memory.wordsOf(slot)[(slot << entryShift) + EntryWord.outcome]!;
  }

  setOutcome(slot: number, outcome: number): void {
    this.pool.memory.wordsOf(slot)[(slot << entryShift) + EntryWord.outcome] = outcome;
  }

  /** An entry of the list is entered once more. Known limit: walks the list, for an operator's replay only. */
  moveToEnd(slot: number, now: number): void {
    let before = 0;
    for (let at = this.#first; at !== slot; at = this.#nextOf(at)) before = at;
    if (before === 0) this.#dropFirst();
    else {
      this.#setNext(before, this.#nextOf(slot));
      if (this.#last === slot) this.#last = before;
    }
    this.#setNext(slot, 0);
    this.pool.memory.doublesOf(slot)[(slot << (entryShift - 1)) + EntryDouble.entryTime] = now;
    this.#append(slot, now);
  }

  #append(slot: number, now: number): void {
    if (this.#last === 0) {
      this.#first = slot;
      this.#firstDue = now + this.#idWindowMs;
    } else this.#setNext(this.#last, slot);
    this.#last = slot;
  }

  /** Drops what has run out as of `now`: step 2c of every command. */
  expire(now: number): void {
    if (this.#released !== 0) this.#dropReleased();
    while (this.#firstDue <= now) this.#takeFirst();
  }

  #dropReleased(): void {
    while (this.#released !== 0) {
      const slot = this.#released;
      this.#released = this.#nextOf(slot);
      this.#drop(slot);
    }
  }

  #takeFirst(): void {
    const slot = this.#first;
    this.#dropFirst();
    if (!this.#hold(slot)) this.#drop(slot);
  }

  /** Takes the first off the list. */
  #dropFirst(): void {
    this.#first = this.#nextOf(this.#first);
    if (this.#first === 0) {
      this.#last = 0;
      this.#firstDue = Infinity;
    } else this.#firstDue = this.#entryTimeOf(this.#first) + this.#idWindowMs;
  }

  /** The order that this entry was held for has closed. */
  release(slot: number): void {
    this.#setNext(slot, this.#released);
    this.#released = slot;
  }

  /** Hands the entry to its order where that rests. */
  #hold(slot: number): boolean {
    const words = this.pool.memory.wordsOf(slot);
    const at = slot << entryShift;
    const order = this.#orders.table.find(words[at + EntryWord.idHash]!, words, at);
    if (order === 0) return false;
    const cold = this.#orders.cold.wordsOf(order);
    cold[(order << coldShift) + ColdWord.heldEntry] = slot;
    const hot = this.#orders.hot.wordsOf(order);
    hot[(order << orderShift) + OrderWord.traits]! |= holdsEntryBit;
    return true;
  }

  #drop(slot: number): void {
    const words = this.pool.memory.wordsOf(slot);
    const at = slot << entryShift;
    this.#accounts.uncountEntry(words[at + EntryWord.account]!);
    words[at + EntryWord.account] = 0;
    this.table.remove(words[at + EntryWord.idHash]!, slot);
    this.pool.release(slot);
  }

  #entryTimeOf(slot: number): number {
    const doubles = this.pool.memory.doublesOf(slot);
    return doubles[(slot << (entryShift - 1)) + EntryDouble.entryTime]!;
  }

  #nextOf(slot: number): number {
    return this.pool.memory.wordsOf(slot)[(slot << entryShift) + EntryWord.next]!;
  }

  #setNext(slot: number, next: number): void {
    const at = (slot << entryShift) + EntryWord.next;
    this.pool.memory.wordsOf(slot)[at] = next;
  }
}
