import { uint53At } from "./command-buffer.ts";
import { OrderCancelReplaceRequestLayout as Replace } from "../../schema/generated/order-cancel-replace-request.ts";
import type { EventBuffer } from "./event-buffer.ts";
import type { Instrument } from "./instruments.ts";
import { writeOrderAccepted, writeOrderReplaced } from "./order-events.ts";
import { countOpen, recount } from "./open-orders.ts";
import { ExtraDouble, ExtraWord } from "./order-extras.ts";
import { hasExtraBit, OrderDouble, orderShift, OrderWord, waitsBit } from "./order-pool.ts";
import { addToAccepted, addToReplaced } from "./special-events.ts";
import { losesPriority } from "./order-request.ts";
import type { PartitionState } from "./state.ts";
import { leaveStops, stopPxOf } from "./stop-book.ts";
import { startWaiting } from "./triggers.ts";
import { newStopPx, startingStopPx } from "./validate-special.ts";

/** Writes the OrderAccepted of a state.request that is not plain, its stopPx as it stands. */
export const acceptSpecial = (
  state: PartitionState,
  instrument: Instrument,
  commands: Int32Array,
  block: number,
  out: EventBuffer,
): void => {
  const { request } = state;
  if (request.isStop) request.stopPx = startingStopPx(instrument, request);
  writeOrderAccepted(state, instrument, commands, block, out);
  addToAccepted(state, out);
};

/** Gives the order of state.request that has just got this slot what it has beside its record. */
export const keepSpecial = (state: PartitionState, slot: number): void => {
  const { request, orders } = state;
  if (request.isStop || request.displayQty !== 0 || request.connectionID !== 0) {
    const words = orders.hot.wordsOf(slot);
    words[(slot << orderShift) + OrderWord.traits]! |= hasExtraBit;
    orders.extras.give(slot);
    orders.extras.setDouble(slot, ExtraDouble.displayQty, request.displayQty);
    orders.extras.setDouble(slot, ExtraDouble.connectionID, request.connectionID);
  }
  countOpen(state, slot);
};

/** The order of state.request, in its slot, starts to wait. `rptSeq` is that of its OrderAccepted. */
export const waitFirst = (
  state: PartitionState,
  instrument: Instrument,
  slot: number,
  rptSeq: number,
): void => {
  const { request, orders } = state;
  const words = orders.hot.wordsOf(slot);
  const at = slot << orderShift;
  words[at + OrderWord.price] = request.stopPx;
  words[at + OrderWord.traits]! |= waitsBit;
  orders.extras.setWord(slot, ExtraWord.price, request.price);
  orders.extras.setWord(slot, ExtraWord.pegOffsetValue, request.pegOffsetValue);
  orders.extras.setDouble(slot, ExtraDouble.placeRptSeq, rptSeq);
  recount(state, slot);
  startWaiting(state, instrument, slot);
};

/** A replace of an order that waits (SEMANTICS §5a), its block from word `block` on. */
export const replaceWaiting = (
  state: PartitionState,
  instrument: Instrument,
  slot: number,
  commands: Int32Array,
  block: number,
  out: EventBuffer,
): void => {
  const { orders, replaced } = state;
  const at = slot << orderShift;
  const presentQty = orders.hot.doublesOf(slot)[(at >>> 1) + OrderDouble.leavesQty]!;
  const presentPrice = orders.extras.wordOf(slot, ExtraWord.price);
  const presentStopPx = stopPxOf(state, slot);
  const stopPx = newStopPx(commands, block) || presentStopPx;
  replaced.price = commands[block + (Replace.price >>> 2)]! || presentPrice;
  replaced.orderQty = uint53At(commands, block + (Replace.orderQty >>> 2)) || presentQty;
  replaced.leavesQty = replaced.orderQty;
  replaced.cumQty = 0;
  replaced.keptPriority =
    replaced.price === presentPrice &&
    stopPx === presentStopPx &&
    replaced.orderQty <= presentQty &&
    !losesPriority(commands, block);
  changeWaiting(state, instrument, slot, stopPx, commands, block, out);
};

/** Makes of an order that waits what state.replaced says, which waits for `stopPx` then. */
export const changeWaiting = (
  state: PartitionState,
  instrument: Instrument,
  slot: number,
  stopPx: number,
  commands: Int32Array,
  block: number,
  out: EventBuffer,
): void => {
  const { orders, replaced } = state;
  const { extras } = orders;
  const doubles = orders.hot.doublesOf(slot);
  const at = slot << orderShift;
  writeOrderReplaced(state, instrument, slot, commands, block, out);
  addToReplaced(stopPx, out);
  doubles[(at >>> 1) + OrderDouble.leavesQty] = replaced.orderQty;
  doubles[(at >>> 1) + OrderDouble.fillableQty] = replaced.orderQty;
  if (replaced.keptPriority) return recount(state, slot);
  leaveStops(state, instrument, slot);
  orders.hot.wordsOf(slot)[at + OrderWord.price] = stopPx;
  extras.setWord(slot, ExtraWord.price, replaced.price);
  extras.setDouble(slot, ExtraDouble.placeRptSeq, instrument.rptSeq);
  recount(state, slot);
  startWaiting(state, instrument, slot);
};
