import { Decision, OrdRejReason } from "../../schema/generated/enums.ts";
import { retryBackOffs } from "../../schema/topics.ts";
import { readUint53 } from "../../schema/wire.ts";
import { assert } from "./assert.ts";
import { attemptOf, decisionOf, EntryMark, markOf, reasonOf } from "./id-entry.ts";
import { orderShift, OrderWord } from "./order-pool.ts";
import { Preparation, preparedMax } from "./prepare.ts";
import { checkedAccountID, checkedCount } from "./restore-book.ts";
import type { StateShape } from "./state-section.ts";
import { numberCount, StateNumber } from "./state-numbers.ts";
import type { PartitionState } from "./state.ts";
import { receiveWords } from "./words.ts";

/**
 * Puts the id window back, after all orders, which find their entries by it. Returns the entries of deferred orders by seqNum. Throws on
 * impossible ones.
 *
 * Cost: an entry whose time is out is looked for among the orders only, and one that has time left among the young entries as well.
 */
export const restoreWindow = (
  state: PartitionState,
  view: DataView,
  { entries: column, entryCount }: StateShape,
): ReadonlyMap<number, number> => {
  const youngFrom = firstYoung(state, view, column, entryCount);
  state.window.held.reserve(youngFrom);
  state.window.index.reserve(entryCount - youngFrom);
  const preparation = new Preparation(state.window.index, state.orders);
  const source: Source = {
    view,
    column,
    youngFrom,
    orderCount: 0,
    orderless: new Set(),
    deferred: new Map(),
    numbers: new Float64Array(numberCount),
  };
  let lastSeqNum = 0;
  let lastTime = 0;
  for (let index = 0; index < entryCount; index++) {
    if (index % preparedMax === 0) {
      const ahead = Math.min(preparedMax, entryCount - index);
      preparation.prepareEntries(view, column.id + index * 16, ahead);
    }
    const seqNum = checkedCount(view, column.seqNum + index * 8);
    const entryTime = checkedCount(view, column.entryTime + index * 8);
    const isNext =
      seqNum > lastSeqNum || (seqNum === lastSeqNum && isIDAfter(view, column.id, index));
    assert(isNext, "id window entries stand in order of entry");
    const isPast = entryTime >= lastTime && entryTime <= state.now;
    assert(isPast, "id window entries are not of the future");
    lastSeqNum = seqNum;
    lastTime = entryTime;
    restoreEntry(state, source, index, seqNum, entryTime);
  }
  const areAllKnown = source.orderCount === state.orders.count;
  assert(areAllKnown, "the id window has an entry of every open order");
  return source.deferred;
};

interface Source {
  readonly view: DataView;
  readonly column: StateShape["entries"];
  /** Index of the first entry whose time is not out. */
  readonly youngFrom: number;
  /** Orders that have found their entries. */
  orderCount: number;
  /** Ids of entries whose time is out, and whose order has closed: few, since they leave with the next command. */
  readonly orderless: Set<string>;
  readonly deferred: Map<number, number>;
  /** Time and command of an entry, by StateNumber. */
  readonly numbers: Float64Array;
}

/** Entries stand in order of time: the place where those begin whose time is not out. */
const firstYoung = (
  { now, limits }: PartitionState,
  view: DataView,
  column: StateShape["entries"],
  entryCount: number,
): number => {
  let [low, high] = [0, entryCount];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const entryTime = readUint53(view, column.entryTime + middle * 8);
    if (entryTime + limits.idWindowMs <= now) low = middle + 1;
    else high = middle;
  }
  return low;
};

/** Whether the id of the entry `index` is above that of the one before it, whose command was the same. */
const isIDAfter = (view: DataView, idsAt: number, index: number): boolean => {
  const at = idsAt + index * 16;
  for (let part = 0; part < 16; part += 4) {
    const before = view.getUint32(at - 16 + part, false);
    const own = view.getUint32(at + part, false);
    if (own !== before) return own > before;
  }
  return false;
};

/** A function of its own, since the loop around it runs too seldom to be compiled well. */
const restoreEntry = (
  state: PartitionState,
  source: Source,
  index: number,
  seqNum: number,
  entryTime: number,
): void => {
  const { view, column, youngFrom } = source;
  state.readID(view, column.id + index * 16);
  const outcome = view.getInt32(column.outcome + index * 4, true);
  assert(isOutcome(outcome), "an id window entry has an outcome");
  const accountID = checkedAccountID(view, column.accountID + index * 4);
  const account = state.accounts.obtain(accountID);
  const { id, idHash, window } = state;
  receiveWords(view, column.requestHash + index * 8, id, 4, 2);
  const commandOffset = checkedCount(view, column.commandOffset + index * 8);
  const slot = state.findOrder();
  if (slot !== 0) {
    checkOrder(state, slot, accountID, seqNum, outcome);
    source.orderCount++;
  }
  const isYoung = index >= youngFrom;
  if (slot === 0 && (!isYoung || source.orderless.size !== 0))
    checkOrderless(state, source, isYoung);
  if (!isYoung) {
    assert(decisionOf(outcome) !== Decision.Deferred, "an entry that is deferred has time left");
    window.hold(id, idHash, account, entryTime, outcome, seqNum, commandOffset, slot);
    return;
  }
  assert(window.findAny(idHash, id) === 0, "no id stands in the window twice");
  const { numbers } = source;
  numbers[StateNumber.now] = entryTime;
  numbers[StateNumber.seqNum] = seqNum;
  numbers[StateNumber.commandOffset] = commandOffset;
  const entry = window.enter(id, 0, idHash, account, outcome, 0, numbers);
  if (slot !== 0) window.attach(slot, entry);
  if (decisionOf(outcome) === Decision.Deferred) source.deferred.set(seqNum, entry);
};

/** An order and its entry must be of one command. */
const checkOrder = (
  { orders }: PartitionState,
  slot: number,
  accountID: number,
  seqNum: number,
  outcome: number,
): void => {
  const words = orders.hot.wordsOf(slot);
  const at = slot << orderShift;
  assert(words[at + OrderWord.entry] === 0, "no id stands in the window twice");
  const low = words[at + OrderWord.firstSeqNum]! >>> 0;
  const high = words[at + OrderWord.firstSeqNum + 1]! >>> 0;
  const isOne = words[at + OrderWord.accountID] === accountID && high * 4294967296 + low === seqNum;
  assert(isOne, "an order and its id window entry are of one command");
  assert(decisionOf(outcome) === Decision.Accepted, "an order that is open was accepted");
};

/** Of the id that was read, which has no order. */
const checkOrderless = ({ id }: PartitionState, { orderless }: Source, isYoung: boolean): void => {
  const name = id.subarray(0, 4).join();
  assert(!orderless.has(name), "no id stands in the window twice");
  if (!isYoung) orderless.add(name);
};

/** Accepted without a reason, rejected with one, or deferred for one of those that may pass. */
const isOutcome = (outcome: number): boolean => {
  const reason = reasonOf(outcome);
  const attempt = attemptOf(outcome);
  const mark = markOf(outcome);
  switch (decisionOf(outcome)) {
    case Decision.Accepted:
      return (
        reason === 0 && attempt === 0 && (mark === EntryMark.none || mark === EntryMark.replayed)
      );
    case Decision.Rejected:
      return reason !== 0 && attempt === 0 && mark <= EntryMark.replayed;
    case Decision.Deferred:
      return attempt < retryBackOffs.length && mark === EntryMark.none && mayPass(reason);
    default:
      return false;
  }
};

const mayPass = (ordRejReason: number): boolean =>
  ordRejReason === OrdRejReason.UnknownSymbol || ordRejReason === OrdRejReason.NewerVersion;
