import { Decision } from "../../schema/generated/enums.ts";
import type { Accounts } from "./accounts.ts";
import { assert } from "./assert.ts";
import { EntryIndex } from "./entry-index.ts";
import { EntryRing, numberMask, wordAt } from "./entry-ring.ts";
import { EntryDouble, entryShift, EntryWord } from "./id-entry.ts";
import { orderShift, OrderWord } from "./order-pool.ts";
import type { OrderPool } from "./order-pool.ts";
import { RecordMemory, RecordPool } from "./record-pool.ts";
import { StateNumber } from "./state-numbers.ts";
import { copyID, isSameID } from "./words.ts";

/**
 * What requests of the last idWindowMs came to, by their id (SEMANTICS §2), so that a repeat is recognised.
 *
 * Entries wait for their time in a ring. One whose time is out while its order rests is held: it moves to a pool, and the order's end
 * puts it on the list of those that leave with the next command. What is named `entry` outside is a number of the ring or, below zero, a
 * slot of the pool; a resting order's record names its entry.
 * Entries that have run out leave in batches. Nobody can tell: whatever depends on one (a look-up that finds it, a full share, the end of
 * an order that is as old, a capture) lets all leave first that have run out.
 * Invariant: an entry is in exactly one of these places, and is counted for its account.
 * Cost: O(1) a command, plus O(1) for each entry that leaves. Known limit: after a long silence all leave in one command.
 */
const capacityMin = 16;
const batchCount = 64;
/** Word of a released entry: the slot of the next one. */
const nextReleased = EntryWord.idHash;

export class IdWindow {
  readonly ring: EntryRing;
  readonly held = new RecordPool(new RecordMemory(entryShift, capacityMin));
  /** Slot of the first held entry that leaves with the next command, 0 = none. */
  released = 0;
  readonly index: EntryIndex;
  readonly #accounts: Accounts;
  readonly #orders: OrderPool;
  readonly #idWindowMs: number;
  /** PartitionState.numbers, to say when something is due. */
  readonly #numbers: Float64Array;
  /** When the first of the ring runs out. */
  #firstDue = Infinity;
  /** Entries whose time is out, and whose orders rest or have just closed. */
  heldCount = 0;
  /** Something of what was read ahead, so that nobody finds that the reading is for nothing. */
  read = 0;
  /** Entries in the window; those that have run out count until they leave. */
  count = 0;

  /** A window whose first entry gets the number `first`. */
  constructor(
    accounts: Accounts,
    orders: OrderPool,
    idWindowMs: number,
    numbers: Float64Array,
    first = 1,
  ) {
    this.ring = new EntryRing(first);
    this.index = new EntryIndex(this.ring);
    this.#accounts = accounts;
    this.#orders = orders;
    this.#idWindowMs = idWindowMs;
    this.#numbers = numbers;
    numbers[StateNumber.batchDue] = Infinity;
  }

  /** From then on, a batch has run out. */
  get batchDue(): number {
    return this.#numbers[StateNumber.batchDue]!;
  }

  /** Of what grows by doubling; the ring's chunks come one by one. */
  get byteLength(): number {
    return this.index.byteLength + this.held.byteLength;
  }

  /** The entry of an id as of `now`, or 0. */
  find(hash: number, id: Int32Array, now: number): number {
    const number = this.index.find(hash, id, 0);
    if (number !== 0) return this.#settle(number, hash, id, now);
    return this.heldCount === 0 ? 0 : this.#findHeld(hash, id);
  }

  /** As find, for a state that is being restored: among the entries of the ring, whether they have run out or not. */
  findAny(hash: number, id: Int32Array): number {
    return this.index.find(hash, id, 0);
  }

  /** Adds an entry under an id that has none, as EntryRing.append. */
  enter(
    source: Int32Array,
    from: number,
    hash: number,
    account: number,
    outcome: number,
    slot: number,
    numbers: Float64Array,
  ): number {
    const number = this.ring.append(source, from, hash, account, outcome, slot, numbers);
    this.index.insert(hash, number);
    this.count++;
    this.#accounts.countEntry(account);
    if (this.#numbers[StateNumber.batchDue] === Infinity) this.setBatch();
    return number;
  }

  /**
   * As enter, of a request that is accepted; 0, and nothing is changed, where its id is in the ring, or was until its time ran out. Where
   * entries are held, the caller has to look for an order of this id.
   */
  tryEnter(
    source: Int32Array,
    from: number,
    hash: number,
    account: number,
    slot: number,
    numbers: Float64Array,
  ): number {
    if (this.index.mayHave(hash) && this.index.find(hash, source, from) !== 0) return 0;
    return this.enter(source, from, hash, account, Decision.Accepted, slot, numbers);
  }

  /** The words among which an entry starts at `wordAt`, and the same memory as doubles. */
  wordsOf(entry: number): Int32Array {
    return entry > 0 ? this.ring.wordsOf(entry) : this.held.memory.wordsOf(-entry);
  }

  doublesOf(entry: number): Float64Array {
    return entry > 0 ? this.ring.doublesOf(entry) : this.held.memory.doublesOf(-entry);
  }

  wordAt(entry: number): number {
    return entry > 0 ? wordAt(entry) : -entry << entryShift;
  }

  doubleOf(entry: number, double: number): number {
    return this.doublesOf(entry)[(this.wordAt(entry) >>> 1) + double]!;
  }

  outcomeOf(entry: number): number {
    return this.wordsOf(entry)[this.wordAt(entry) + EntryWord.outcome]!;
  }

  setOutcome(entry: number, outcome: number): void {
    this.wordsOf(entry)[this.wordAt(entry) + EntryWord.outcome] = outcome;
  }

  /** An entry of the ring is entered once more, as of the command at hand. */
  moveToEnd(number: number): number {
    const words = this.ring.wordsOf(number);
    const at = wordAt(number);
    const account = words[at + EntryWord.account]!;
    const hash = words[at + EntryWord.idHash]!;
    const outcome = words[at + EntryWord.outcome]!;
    this.ring.clear(number);
    this.count--;
    const moved = this.enter(words, at, hash, account, outcome, 0, this.#numbers);
    this.#accounts.uncountEntry(account);
    if (this.ring.isResting(number)) this.attach(words[at + EntryWord.order]!, moved);
    return moved;
  }

  /** The order in `slot`, which rests from now on, is that of an entry. */
  attach(slot: number, number: number): void {
    this.#orders.hot.wordsOf(slot)[(slot << orderShift) + OrderWord.entry] = number;
    this.ring.setResting(number, slot);
  }

  /** Whether an entry is in the ring, and does not run out as soon as those that may have done so. */
  isYoung(entry: number): boolean {
    return entry > 0 && ((entry - this.ring.first) & numberMask) >= batchCount;
  }

  /** The order in `slot`, which is still in the table and whose entry is not young, closes; `now` is that of the last step 2e. */
  close(slot: number, now: number): void {
    const at = (slot << orderShift) + OrderWord.entry;
    const words = this.#orders.hot.wordsOf(slot);
    if (words[at]! > 0) this.expire(now);
    const entry = words[at]!;
    if (entry > 0) this.ring.clearResting(entry);
    else this.#release(-entry);
  }

  /** Step 2c of a command: those leave whose order has closed since their time was out, and, where it pays, those that have run out. */
  expireBatch(now: number): void {
    if (this.released !== 0) this.#dropReleased();
    if (this.batchDue <= now) this.expire(now);
  }

  /** Lets all leave that have run out as of `now`. */
  expire(now: number): void {
    while (this.batchDue <= now) {
      this.#touchOrders();
      for (let left = batchCount; left > 0; left--) this.#takeFirst();
      this.setBatch();
    }
    if (this.#firstDue > now) return;
    while (this.#firstDue <= now) {
      this.#takeFirst();
      this.#setFirstDue();
    }
    this.setBatch();
  }

  /**
   * As enter, of an entry whose time is out, for a state that is being restored: that of the order in `slot`, or, for slot 0, one that
   * leaves with the next command.
   */
  hold(
    source: Int32Array,
    hash: number,
    account: number,
    entryTime: number,
    outcome: number,
    seqNum: number,
    commandOffset: number,
    slot: number,
  ): void {
    const held = this.held.allocate();
    const words = this.held.memory.wordsOf(held);
    const doubles = this.held.memory.doublesOf(held);
    const at = held << entryShift;
    copyID(source, 0, words, at + EntryWord.id);
    words[at + EntryWord.requestHash] = source[4]!;
    words[at + EntryWord.requestHash + 1] = source[5]!;
    words[at + EntryWord.idHash] = hash;
    words[at + EntryWord.outcome] = outcome;
    words[at + EntryWord.account] = account;
    doubles[(at >>> 1) + EntryDouble.seqNum] = seqNum;
    doubles[(at >>> 1) + EntryDouble.commandOffset] = commandOffset;
    doubles[(at >>> 1) + EntryDouble.entryTime] = entryTime;
    this.heldCount++;
    this.count++;
    this.#accounts.countEntry(account);
    if (slot === 0) this.#release(held);
    else this.#orders.hot.wordsOf(slot)[(slot << orderShift) + OrderWord.entry] = -held;
  }

  /** The order that this entry was held for has closed. */
  #release(slot: number): void {
    this.held.memory.wordsOf(slot)[(slot << entryShift) + nextReleased] = this.released;
    this.released = slot;
    this.#numbers[StateNumber.dueAt] = 0;
  }

  /** All entries, in no particular order. */
  entries(): number[] {
    const entries: number[] = [];
    const { ring } = this;
    for (let number = ring.first; number !== ring.next; number = (number + 1) & numberMask) {
      if (ring.wordsOf(number)[wordAt(number) + EntryWord.account] !== 0) entries.push(number);
    }
    for (let slot = 1; slot < this.held.top; slot++) {
      if (this.wordsOf(-slot)[(slot << entryShift) + EntryWord.account] !== 0) entries.push(-slot);
    }
    return entries;
  }

  /** A copy of all entries' records: those held, slot 0 first, which is none, then those of the ring in their order. */
  copy(): { top: number; buffers: ArrayBuffer[] } {
    const top = this.held.top + this.ring.count;
    const words = new Int32Array(top << entryShift);
    this.held.memory.copyInto(words, this.held.top);
    this.ring.copyInto(words, this.held.top << entryShift);
    return { top, buffers: [words.buffer] };
  }

  /** An entry of the ring that was found, or what has become of it where it has run out. */
  #settle(number: number, hash: number, id: Int32Array, now: number): number {
    if (this.#timeOf(number) + this.#idWindowMs > now) return number;
    this.expire(now);
    return this.#findHeld(hash, id);
  }

  #findHeld(hash: number, id: Int32Array): number {
    const order = this.#orders.table.find(hash, id, 0);
    if (order === 0) return this.#findReleased(id);
    const entry = this.#orders.hot.wordsOf(order)[(order << orderShift) + OrderWord.entry]!;
    return entry < 0 ? entry : 0;
  }

  /** One that an earlier item of the same list has released: it is there up to the next command. */
  #findReleased(id: Int32Array): number {
    for (let slot = this.released; slot !== 0;) {
      const words = this.held.memory.wordsOf(slot);
      const entryAt = slot << entryShift;
      if (isSameID(words, entryAt + EntryWord.id, id, 0)) return -slot;
      slot = words[entryAt + nextReleased]!;
    }
    return 0;
  }

  #setFirstDue(): void {
    const { ring } = this;
    const isEmpty = ring.first === ring.next;
    this.#firstDue = isEmpty ? Infinity : this.#timeOf(ring.first) + this.#idWindowMs;
  }

  private setBatch(): void {
    const { ring } = this;
    this.#setFirstDue();
    const isFull = ring.count >= batchCount;
    const last = (ring.first + batchCount - 1) & numberMask;
    const batchDue = isFull ? this.#timeOf(last) + this.#idWindowMs : Infinity;
    const numbers = this.#numbers;
    numbers[StateNumber.batchDue] = batchDue;
    if (batchDue < numbers[StateNumber.dueAt]!) numbers[StateNumber.dueAt] = batchDue;
  }

  #dropReleased(): void {
    while (this.released !== 0) {
      const slot = this.released;
      const words = this.held.memory.wordsOf(slot);
      const at = slot << entryShift;
      this.released = words[at + nextReleased]!;
      this.#accounts.uncountEntry(words[at + EntryWord.account]!);
      words[at + EntryWord.account] = 0;
      this.held.release(slot);
      this.heldCount--;
      this.count--;
    }
  }

  #takeFirst(): void {
    const { ring } = this;
    const number = ring.first;
    const account = ring.accountOf(number);
    if (ring.isResting(number) && account !== 0) this.#hold(number);
    else if (account !== 0) {
      this.#accounts.uncountEntry(account);
      this.count--;
    }
    ring.dropFirst();
  }

  /** Hands an entry to its order, which rests. */
  #hold(number: number): void {
    const order = this.ring.wordsOf(number)[wordAt(number) + EntryWord.order]!;
    const hot = this.#orders.hot.wordsOf(order);
    const at = (order << orderShift) + OrderWord.entry;
    assert(hot[at] === number, "an entry whose order rests is that order's");
    hot[at] = -this.#moveToPool(number);
  }

  /** Reads the orders of the entries that leave next, of those that rest (see prepare.ts). */
  #touchOrders(): void {
    const { ring } = this;
    const end = Math.min(batchCount, ring.count);
    let read = 0;
    for (let index = 0; index < end; index++) {
      const number = (ring.first + index) & numberMask;
      if (!ring.isResting(number)) continue;
      const order = ring.wordsOf(number)[wordAt(number) + EntryWord.order]!;
      read ^= this.#orders.hot.wordsOf(order)[(order << orderShift) + OrderWord.entry]!;
    }
    this.read = read;
  }

  #moveToPool(number: number): number {
    const words = this.ring.wordsOf(number);
    const at = wordAt(number);
    const slot = this.held.allocate();
    const held = this.held.memory.wordsOf(slot);
    const heldAt = slot << entryShift;
    for (let word = 0; word < 1 << entryShift; word++) held[heldAt + word] = words[at + word]!;
    this.heldCount++;
    return slot;
  }

  #timeOf(number: number): number {
    return this.ring.doublesOf(number)[(wordAt(number) >>> 1) + EntryDouble.entryTime]!;
  }
}
