import { CancelReason, CxlRejReason, CxlRejResponseTo } from "../../schema/generated/enums.ts";
import { OrderCancelReplaceRequestLayout as Replace } from "../../schema/generated/order-cancel-replace-request.ts";
import { writeCancelReject, writeDuplicate } from "./answer-events.ts";
import { forgetOrder, hashOfOrder, leaveBook } from "./book.ts";
import { uint53At } from "./command-buffer.ts";
import type { CommandBuffer } from "./command-buffer.ts";
import type { EventBuffer } from "./event-buffer.ts";
import { showLess } from "./icebergs.ts";
import type { Instrument } from "./instruments.ts";
import { cancelOther, otherLegOf } from "./legs.ts";
import { matchTaker } from "./matching.ts";
import { writeOrderReplaced, writeRestingCanceled } from "./order-events.ts";
import { ExtraWord } from "./order-extras.ts";
import {
  ColdDouble,
  coldShift,
  hasExtraBit,
  OrderDouble,
  orderShift,
  OrderWord,
  sideOf,
  waitsBit,
} from "./order-pool.ts";
import { boundTaker, endOutsideBand } from "./price-bands.ts";
import { changeWaiting, replaceWaiting } from "./special-orders.ts";
import { restAgain, setQuantities, settleTaker, startAsTaker } from "./standing-taker.ts";
import { losesPriority } from "./order-request.ts";
import type { PartitionState } from "./state.ts";
import { runTriggered } from "./triggers.ts";
import { isMatched } from "./grid.ts";
import { cumQtyOf, refuseReplace } from "./validate.ts";

/** OrderCancelReplaceRequest (SEMANTICS §4), its block from word `block` on: a pure decrease keeps the order's place, anything else sends it through the book again. */
export const applyReplace = (
  state: PartitionState,
  { words, view }: CommandBuffer,
  block: number,
  out: EventBuffer,
): void => {
  state.takeID(words, block + (Replace.orderID >>> 2));
  const slot = state.findOrder();
  state.takeID(words, block + (Replace.commandID >>> 2));
  const entry = state.findEntry();
  if (entry !== 0) return writeDuplicate(state, entry, view, block << 2, Replace.templateId, out);
  state.takeAccount(words[block + (Replace.accountID >>> 2)]!);
  const reason = refuseReplace(state, slot, words, block);
  const hashAt = block + (Replace.requestHash >>> 2);
  if (reason !== CxlRejReason.IdWindowFull) {
    state.rememberHash(words[hashAt]!, words[hashAt + 1]!, reason);
  }
  if (reason === 0) return carryOut(state, slot, words, block, out);
  const responseTo = CxlRejResponseTo.OrderCancelReplaceRequest;
  const orderIDAt = (block << 2) + Replace.orderID;
  writeCancelReject(view, block << 2, orderIDAt, reason, responseTo, out);
};

const carryOut = (
  state: PartitionState,
  slot: number,
  commands: Int32Array,
  block: number,
  out: EventBuffer,
): void => {
  const traits = state.orders.hot.wordsOf(slot)[(slot << orderShift) + OrderWord.traits]!;
  const instrument = state.instrumentOf(traits);
  state.taker.firstPx = 0;
  if ((traits & waitsBit) === 0) replace(state, instrument, slot, commands, block, out);
  else replaceWaiting(state, instrument, slot, commands, block, out);
  if ((traits & hasExtraBit) !== 0) resizeOther(state, instrument, slot, commands, block, out);
  if (instrument.stops !== null || state.triggered.count !== 0) {
    runTriggered(state, instrument, out);
  }
};

/** A leg of a pair has been replaced: where it still has its other leg, that takes the new quantity too (SEMANTICS §4b). */
const resizeOther = (
  state: PartitionState,
  instrument: Instrument,
  slot: number,
  commands: Int32Array,
  block: number,
  out: EventBuffer,
): void => {
  const other = otherLegOf(state, slot);
  const orderQty = uint53At(commands, block + (Replace.orderQty >>> 2));
  if (other === 0 || orderQty === 0) return;
  const { replaced, orders } = state;
  const words = orders.hot.wordsOf(other);
  const at = other << orderShift;
  const leavesQty = orders.hot.doublesOf(other)[(at >>> 1) + OrderDouble.leavesQty]!;
  const preventedQty = preventedQtyOf(state, other);
  replaced.cumQty = 0;
  replaced.orderQty = orderQty;
  replaced.leavesQty = orderQty - preventedQty;
  replaced.keptPriority = replaced.leavesQty <= leavesQty;
  const standing = words[at + OrderWord.price]!;
  if ((words[at + OrderWord.traits]! & waitsBit) === 0) {
    replaced.price = standing;
    return changeResting(state, instrument, other, commands, block, out);
  }
  replaced.price = orders.extras.wordOf(other, ExtraWord.price);
  changeWaiting(state, instrument, other, standing, commands, block, out);
};

const replace = (
  state: PartitionState,
  instrument: Instrument,
  slot: number,
  commands: Int32Array,
  block: number,
  out: EventBuffer,
): void => {
  const words = state.orders.hot.wordsOf(slot);
  const doubles = state.orders.hot.doublesOf(slot);
  const at = slot << orderShift;
  const presentPrice = words[at + OrderWord.price]!;
  const preventedQty = preventedQtyOf(state, slot);
  const presentQty = doubles[(at >>> 1) + OrderDouble.fillableQty]! + preventedQty;
  const { replaced } = state;
  replaced.cumQty = cumQtyOf(state, slot);
  replaced.price = commands[block + (Replace.price >>> 2)]! || presentPrice;
  replaced.orderQty = uint53At(commands, block + (Replace.orderQty >>> 2)) || presentQty;
  replaced.leavesQty = replaced.orderQty - replaced.cumQty - preventedQty;
  replaced.keptPriority =
    replaced.price === presentPrice &&
    replaced.orderQty <= presentQty &&
    !losesPriority(commands, block);
  changeResting(state, instrument, slot, commands, block, out);
};

/** Makes of an order that rests what state.replaced says. */
const changeResting = (
  state: PartitionState,
  instrument: Instrument,
  slot: number,
  commands: Int32Array,
  block: number,
  out: EventBuffer,
): void => {
  const { replaced } = state;
  if (replaced.leavesQty <= 0) return closeReplaced(state, instrument, slot, commands, block, out);
  if (!replaced.keptPriority) leaveBook(state, instrument, slot);
  writeOrderReplaced(state, instrument, slot, commands, block, out);
  if (!replaced.keptPriority) return enterAgain(state, instrument, slot, out);
  setQuantities(state, slot, replaced.leavesQty, replaced.cumQty);
  showLess(state, slot);
};

/** The new quantity is used up already: the order ends. */
const closeReplaced = (
  state: PartitionState,
  instrument: Instrument,
  slot: number,
  commands: Int32Array,
  block: number,
  out: EventBuffer,
): void => {
  const { replaced } = state;
  replaced.orderQty = replaced.cumQty;
  replaced.leavesQty = 0;
  replaced.keptPriority = false;
  leaveBook(state, instrument, slot);
  writeOrderReplaced(state, instrument, slot, commands, block, out);
  const words = state.orders.hot.wordsOf(slot);
  words[(slot << orderShift) + OrderWord.price] = replaced.price;
  writeRestingCanceled(state, instrument, slot, CancelReason.ReplacedBelowCumQty, out);
  cancelOther(state, instrument, slot, out);
  forgetOrder(state, slot, hashOfOrder(state, slot));
};

/** Puts an order that has left its place at the end of its level, in the same slot; what it would trade first, it trades as a taker. */
const enterAgain = (
  state: PartitionState,
  instrument: Instrument,
  slot: number,
  out: EventBuffer,
): void => {
  const { leavesQty, cumQty, price } = state.replaced;
  const words = state.orders.hot.wordsOf(slot);
  const side = sideOf(words[(slot << orderShift) + OrderWord.traits]!);
  if (isMatched(instrument, side, price)) return takeAgain(state, instrument, slot, out);
  restAgain(state, instrument, slot, price, leavesQty, cumQty);
};

/** Matches an order that has left its place as a taker; what is left of it rests. */
const takeAgain = (
  state: PartitionState,
  instrument: Instrument,
  slot: number,
  out: EventBuffer,
): void => {
  const { replaced, taker } = state;
  startAsTaker(state, slot, replaced.price);
  taker.leavesQty = replaced.leavesQty;
  taker.cumQty = replaced.cumQty;
  taker.preventedQty = preventedQtyOf(state, slot);
  boundTaker(instrument, taker);
  matchTaker(state, instrument, out);
  endOutsideBand(instrument, taker);
  settleTaker(state, instrument, slot, replaced.price, out);
};

const preventedQtyOf = (state: PartitionState, slot: number): number => {
  const doubles = state.orders.cold.doublesOf(slot);
  return doubles[(slot << (coldShift - 1)) + ColdDouble.preventedQty]!;
};
