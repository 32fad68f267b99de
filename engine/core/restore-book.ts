import { SelfTradePrevention, Side, TimeInForce } from "../../schema/generated/enums.ts";
import { readUint53, validUint53 } from "../../schema/wire.ts";
import { assert } from "./assert.ts";
import { joinBook } from "./book.ts";
import { giveExtra } from "./icebergs.ts";
import type { Instrument } from "./instruments.ts";
import { ExtraDouble } from "./order-extras.ts";
import {
  ColdDouble,
  coldShift,
  flagsMask,
  hasExtraBit,
  isLasting,
  OrderDouble,
  orderShift,
  OrderWord,
  selfTradePreventionOf,
  sideOf,
  timeInForceOf,
} from "./order-pool.ts";
import { preparedMax } from "./prepare.ts";
import type { Preparation } from "./prepare.ts";
import type { SnapshotIceberg } from "./special-section.ts";
import type { StateShape } from "./state-section.ts";
import type { PartitionState } from "./state.ts";
import { copyID } from "./words.ts";

/** The snapshot that a book comes from. */
interface Source {
  readonly view: DataView;
  readonly shape: StateShape;
  /** By the index of their order. */
  readonly icebergs: ReadonlyMap<number, SnapshotIceberg>;
  /** connectionIDs, likewise. */
  readonly connections: ReadonlyMap<number, number>;
  readonly preparation: Preparation;
}

/** Puts the orders [first, first + count) of a snapshot, which are one side of a book, back on it. Throws on impossible ones. */
export const restoreBook = (
  state: PartitionState,
  instrument: Instrument,
  source: Source,
  { side, first, count }: { side: Side; first: number; count: number },
): void => {
  const { view, shape, preparation } = source;
  const { orders: column } = shape;
  const end = first + count;
  let last = 0;
  for (let index = first; index < end; index++) {
    if ((index - first) % preparedMax === 0) {
      const ahead = Math.min(preparedMax, end - index);
      preparation.prepareOrders(view, column.orderID + index * 16, ahead);
    }
    const price = view.getInt32(column.price + index * 4, true);
    const isInOrder = last === 0 || (side === Side.Buy ? price <= last : price >= last);
    assert(price > 0 && isInOrder, "orders stand in book order");
    last = price;
    const flags = view.getInt32(column.flags + index * 4, true);
    assert(sideOf(flags) === side && (flags & ~flagsMask) === 0, "an order stands on its side");
    state.readID(view, column.orderID + index * 16);
    const accountID = checkedAccountID(view, column.accountID + index * 4);
    const firstSeqNum = checkedCount(view, column.firstSeqNum + index * 8);
    checkIdentity(state, instrument, accountID, firstSeqNum);
    const slot = restoreOrder(state, instrument, source, index);
    assert(areTraitsPossible(state, slot), "an order has the traits of one that rests");
    joinBook(state, instrument, slot, price);
    restoreIceberg(state, slot, source.icebergs.get(index));
    restoreConnection(state, slot, source.connections.get(index));
    if (timeInForceOf(flags) === TimeInForce.GTD) state.timers.set(slot);
  }
};

/** Of the order whose id was read; its entry in the id window comes after all orders. */
export const checkIdentity = (
  state: PartitionState,
  instrument: Instrument,
  accountID: number,
  firstSeqNum: number,
): void => {
  assert(state.findOrder() === 0, "no order rests twice");
  assert(firstSeqNum > 0, "an order came with a command");
  assert(state.id[0] === instrument.firstOfOrderIDs, "an orderID is of its symbol");
  const isKnown = state.accounts.isDefined(state.accounts.find(accountID));
  assert(isKnown, "an order is of a known account");
};

/** Fills in a record from a snapshot's columns and enters it in the table. */
const restoreOrder = (
  state: PartitionState,
  instrument: Instrument,
  { view, shape }: Source,
  index: number,
): number => {
  const { orders: column } = shape;
  const { orders } = state;
  const slot = orders.pool.allocate();
  const words = orders.hot.wordsOf(slot);
  const at = slot << orderShift;
  copyID(state.id, 0, words, at + OrderWord.orderID);
  words[at + OrderWord.entry] = 0;
  const flags = view.getInt32(column.flags + index * 4, true);
  words[at + OrderWord.traits] = flags | (instrument.securityID << 12);
  words[at + OrderWord.accountID] = view.getInt32(column.accountID + index * 4, true);
  words[at + OrderWord.firstSeqNum] = view.getInt32(column.firstSeqNum + index * 8, true);
  words[at + OrderWord.firstSeqNum + 1] = view.getInt32(column.firstSeqNum + index * 8 + 4, true);
  const orderQty = checkedCount(view, column.orderQty + index * 8);
  const leavesQty = checkedCount(view, column.leavesQty + index * 8);
  const cumQty = checkedCount(view, column.cumQty + index * 8);
  const preventedQty = checkedCount(view, column.preventedQty + index * 8);
  const isWhole = leavesQty > 0 && leavesQty + cumQty + preventedQty === orderQty;
  assert(isWhole, "orderQty is what has traded, was prevented and is left");
  const quantities = orders.hot.doublesOf(slot);
  quantities[(at >>> 1) + OrderDouble.leavesQty] = leavesQty;
  quantities[(at >>> 1) + OrderDouble.fillableQty] = orderQty - preventedQty;
  const cold = orders.cold.doublesOf(slot);
  const coldAt = slot << (coldShift - 1);
  const entryRptSeq = checkedCount(view, column.entryRptSeq + index * 8);
  assert(entryRptSeq > 0 && entryRptSeq <= instrument.rptSeq, "an order's entry lies in the past");
  cold[coldAt + ColdDouble.entryRptSeq] = entryRptSeq;
  cold[coldAt + ColdDouble.preventedQty] = preventedQty;
  cold[coldAt + ColdDouble.expireTime] = checkedCount(view, column.expireTime + index * 8);
  orders.table.insert(state.idHash, slot);
  return slot;
};

/** Gives an order that is an iceberg what it shows. */
const restoreIceberg = (
  { orders }: PartitionState,
  slot: number,
  iceberg: SnapshotIceberg | undefined,
): void => {
  if (iceberg === undefined) return;
  const { displayQty, shownQty } = iceberg;
  const at = slot << orderShift;
  const leavesQty = orders.hot.doublesOf(slot)[(at >>> 1) + OrderDouble.leavesQty]!;
  const isPossible = shownQty > 0 && shownQty <= displayQty && shownQty <= leavesQty;
  assert(isPossible, "an iceberg shows some of what is left of it");
  orders.hot.wordsOf(slot)[at + OrderWord.traits]! |= hasExtraBit;
  orders.extras.give(slot);
  orders.extras.setDouble(slot, ExtraDouble.displayQty, displayQty);
  orders.extras.setDouble(slot, ExtraDouble.shownQty, shownQty);
};

/** Gives an order that a connection has brought its connectionID. */
const restoreConnection = (
  state: PartitionState,
  slot: number,
  connectionID: number | undefined,
): void => {
  if (connectionID === undefined) return;
  giveExtra(state, slot);
  state.orders.extras.setDouble(slot, ExtraDouble.connectionID, connectionID);
};

const areTraitsPossible = (state: PartitionState, slot: number): boolean => {
  const { hot, cold } = state.orders;
  const traits = hot.wordsOf(slot)[(slot << orderShift) + OrderWord.traits]!;
  const expireAt = (slot << (coldShift - 1)) + ColdDouble.expireTime;
  const expireTime = cold.doublesOf(slot)[expireAt]!;
  const timeInForce = timeInForceOf(traits);
  const mode = selfTradePreventionOf(traits);
  return (
    (timeInForce === TimeInForce.GTD ? expireTime > state.now : expireTime === 0) &&
    isLasting(timeInForce) &&
    mode >= SelfTradePrevention.CancelNewest &&
    mode <= SelfTradePrevention.Decrement
  );
};

/** A count that fits; throws otherwise. */
export const checkedCount = (view: DataView, at: number): number => {
  assert(validUint53(view, at), "a snapshot's counts are at most 2^53 - 1");
  return readUint53(view, at);
};

export const checkedAccountID = (view: DataView, at: number): number => {
  const accountID = view.getInt32(at, true);
  assert(accountID >= 0, "an accountID is not negative");
  return accountID;
};
