import { CancelReason, CxlRejReason, CxlRejResponseTo } from "../../schema/generated/enums.ts";
import { OrderCancelReplaceRequestLayout as Replace } from "../../schema/generated/order-cancel-replace-request.ts";
import { readUint53 } from "../../schema/wire.ts";
import { writeCancelReject, writeDuplicate } from "./answer-events.ts";
import { forgetOrder, hashOfOrder, joinBook, leaveBook } from "./book.ts";
import type { EventBuffer } from "./event-buffer.ts";
import type { Instrument } from "./instruments.ts";
import { matchTaker } from "./matching.ts";
import { writeOrderReplaced, writeRestingCanceled, writeTakerCanceled } from "./order-events.ts";
import {
  ColdDouble,
  coldShift,
  OrderDouble,
  orderShift,
  OrderWord,
  selfTradePreventionOf,
  sideOf,
} from "./order-pool.ts";
import type { PartitionState } from "./state.ts";
import { cumQtyOf, refuseReplace } from "./validate.ts";

/** OrderCancelReplaceRequest (SEMANTICS §4): a pure decrease keeps the order's place, anything else sends it through the book again. */
export function applyReplace(
  state: PartitionState,
  command: DataView,
  block: number,
  out: EventBuffer,
): void {
  state.readID(command, block + Replace.orderID);
  const slot = state.findOrder();
  state.readID(command, block + Replace.commandID);
  state.readAccount(command, block);
  const entry = state.findEntry();
  if (entry !== 0) return writeDuplicate(state, entry, command, block, Replace.templateId, out);
  const reason = refuseReplace(state, slot, command, block);
  if (reason !== CxlRejReason.IdWindowFull) state.remember(command, block, reason);
  if (reason !== 0) {
    const responseTo = CxlRejResponseTo.OrderCancelReplaceRequest;
    return writeCancelReject(command, block, block + Replace.orderID, reason, responseTo, out);
  }
  replace(state, slot, command, block, out);
}

function replace(
  state: PartitionState,
  slot: number,
  command: DataView,
  block: number,
  out: EventBuffer,
): void {
  const words = state.orders.hot.wordsOf(slot);
  const doubles = state.orders.hot.doublesOf(slot);
  const at = slot << orderShift;
  const instrument = state.instrumentOf(words[at + OrderWord.traits]!);
  const presentPrice = words[at + OrderWord.price]!;
  const preventedQty = preventedQtyOf(state, slot);
  const presentQty = doubles[(at >>> 1) + OrderDouble.fillableQty]! + preventedQty;
  const { replaced } = state;
  replaced.cumQty = cumQtyOf(state, slot);
  replaced.price = command.getInt32(block + Replace.price, true) || presentPrice;
  replaced.orderQty = readUint53(command, block + Replace.orderQty) || presentQty;
  replaced.leavesQty = replaced.orderQty - replaced.cumQty - preventedQty;
  if (replaced.leavesQty <= 0) return closeReplaced(state, instrument, slot, command, block, out);
  replaced.keptPriority =
    replaced.price === presentPrice &&
    replaced.orderQty <= presentQty &&
    command.getUint8(block + Replace.losePriority) === 0;
  if (!replaced.keptPriority) leaveBook(state, instrument, slot);
  writeOrderReplaced(state, instrument, slot, command, block, replaced, out);
  if (!replaced.keptPriority) return takeAgain(state, instrument, slot, out);
  setQuantities(state, slot, replaced.leavesQty, replaced.cumQty);
}

/** The new quantity is used up already: the order ends. */
function closeReplaced(
  state: PartitionState,
  instrument: Instrument,
  slot: number,
  command: DataView,
  block: number,
  out: EventBuffer,
): void {
  const { replaced } = state;
  replaced.orderQty = replaced.cumQty;
  replaced.leavesQty = 0;
  replaced.keptPriority = false;
  leaveBook(state, instrument, slot);
  writeOrderReplaced(state, instrument, slot, command, block, replaced, out);
  const words = state.orders.hot.wordsOf(slot);
  words[(slot << orderShift) + OrderWord.price] = replaced.price;
  writeRestingCanceled(state, instrument, slot, CancelReason.ReplacedBelowCumQty, out);
  forgetOrder(state, slot, hashOfOrder(state, slot));
}

/** Matches an order that has left its place as a taker; what is left of it rests at the end of its level, in the same slot. */
function takeAgain(
  state: PartitionState,
  instrument: Instrument,
  slot: number,
  out: EventBuffer,
): void {
  const { replaced, taker } = state;
  const words = state.orders.hot.wordsOf(slot);
  const at = slot << orderShift;
  const traits = words[at + OrderWord.traits]!;
  taker.start(
    words[at + OrderWord.accountID]!,
    sideOf(traits),
    replaced.price,
    selfTradePreventionOf(traits),
  );
  const firstSeqAt = at + OrderWord.firstSeqNum;
  taker.takeID(words, at + OrderWord.orderID, words[firstSeqAt]!, words[firstSeqAt + 1]!);
  taker.leavesQty = replaced.leavesQty;
  taker.cumQty = replaced.cumQty;
  taker.preventedQty = preventedQtyOf(state, slot);
  matchTaker(state, instrument, out);
  if (taker.endReason !== 0) writeTakerCanceled(instrument, taker, taker.endReason, out);
  if (taker.endReason !== 0 || !taker.hasMore)
    return forgetOrder(state, slot, hashOfOrder(state, slot));
  const coldAt = (slot << (coldShift - 1)) + ColdDouble.preventedQty;
  state.orders.cold.doublesOf(slot)[coldAt] = taker.preventedQty;
  setQuantities(state, slot, taker.leavesQty, taker.cumQty);
  joinBook(state, instrument, slot, replaced.price);
}

function setQuantities(
  state: PartitionState,
  slot: number,
  leavesQty: number,
  cumQty: number,
): void {
  const doubles = state.orders.hot.doublesOf(slot);
  const at = slot << (orderShift - 1);
  doubles[at + OrderDouble.leavesQty] = leavesQty;
  doubles[at + OrderDouble.fillableQty] = leavesQty + cumQty;
}

function preventedQtyOf(state: PartitionState, slot: number): number {
  const doubles = state.orders.cold.doublesOf(slot);
  return doubles[(slot << (coldShift - 1)) + ColdDouble.preventedQty]!;
}
