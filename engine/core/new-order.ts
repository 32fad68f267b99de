import { CancelReason, TimeInForce } from "../../schema/generated/enums.ts";
import { NewOrderSingleLayout as New } from "../../schema/generated/new-order-single.ts";
import { joinBook } from "./book.ts";
import type { EventBuffer } from "./event-buffer.ts";
import { canFillWhole } from "./fill-or-kill.ts";
import { show } from "./icebergs.ts";
import type { Instrument } from "./instruments.ts";
import { matchTaker } from "./matching.ts";
import { writeOrderAccepted, writeTakerCanceled } from "./order-events.ts";
import {
  ColdDouble,
  coldShift,
  OrderDouble,
  orderShift,
  OrderWord,
  packTraits,
} from "./order-pool.ts";
import { boundTaker, endOutsideBand } from "./price-bands.ts";
import { acceptSpecial, keepSpecial, waitFirst } from "./special-orders.ts";
import type { PartitionState } from "./state.ts";
import { runTriggered } from "./triggers.ts";
import { isMatched } from "./grid.ts";

/**
 * Accepts the order of state.request, which all checks have passed, matches it and brings it to its end state, and then the stops that
 * its trades reach. Its block starts at word `block`.
 */
export const acceptOrder = (
  state: PartitionState,
  instrument: Instrument,
  commands: Int32Array,
  block: number,
  out: EventBuffer,
): void => {
  state.taker.firstPx = 0;
  enterOrder(state, instrument, commands, block, out);
  if (instrument.stops !== null || state.triggered.count !== 0) {
    runTriggered(state, instrument, out);
  }
};

/** As acceptOrder, without the stops. */
export const enterOrder = (
  state: PartitionState,
  instrument: Instrument,
  commands: Int32Array,
  block: number,
  out: EventBuffer,
): void => {
  const { request } = state;
  if (request.isPlain) writeOrderAccepted(state, instrument, commands, block, out);
  else acceptSpecial(state, instrument, commands, block, out);
  const { rptSeq } = instrument;
  if (request.isStop) return wait(state, instrument, rptSeq);
  if (request.mayRest && !isMatched(instrument, request.side, request.price)) {
    return rest(state, instrument, rptSeq, request.orderQty, 0, 0);
  }
  take(state, instrument, commands, block, out);
  const { taker } = state;
  if (taker.endReason !== 0) return writeTakerCanceled(instrument, taker, taker.endReason, out);
  if (!taker.hasMore) return;
  rest(state, instrument, rptSeq, taker.leavesQty, taker.cumQty, taker.preventedQty);
};

/** Puts a stop into the stop book. `rptSeq` is that of its OrderAccepted. */
const wait = (state: PartitionState, instrument: Instrument, rptSeq: number): void => {
  const slot = enter(state, instrument, rptSeq, state.request.orderQty, 0, 0);
  waitFirst(state, instrument, slot, rptSeq);
};

/** Matches the request; afterwards taker.endReason is set unless it is filled, or may rest. */
const take = (
  state: PartitionState,
  instrument: Instrument,
  commands: Int32Array,
  block: number,
  out: EventBuffer,
): void => {
  const { request, taker } = state;
  startTaker(state);
  if (request.isByCash) taker.payBy(commands, block + (New.cashOrderQty >>> 2));
  if (!request.isPlain) boundTaker(instrument, taker);
  if (request.timeInForce === TimeInForce.FOK && !canFillWhole(state, instrument)) {
    taker.endReason = CancelReason.FillOrKill;
    return;
  }
  matchTaker(state, instrument, out);
  if (!request.isPlain) endOutsideBand(instrument, taker);
  if (taker.endReason !== 0 || request.mayRest || !taker.hasMore) return;
  const { ImmediateOrCancel, NoLiquidity } = CancelReason;
  taker.endReason = request.isLimit ? ImmediateOrCancel : NoLiquidity;
};

/** The taker is the request, by quantity, before anything has happened to it. */
export const startTaker = ({
  request,
  taker,
  accountID,
  id,
  seqLow,
  seqHigh,
}: PartitionState): void => {
  taker.start(accountID, request.side, request.price, request.selfTradePrevention);
  taker.takeID(id, 0, seqLow, seqHigh);
  taker.leavesQty = request.orderQty;
  taker.cumQty = 0;
  taker.preventedQty = 0;
};

/** Puts what is left of the request on the book. `entryRptSeq` is that of its OrderAccepted. */
const rest = (
  state: PartitionState,
  instrument: Instrument,
  entryRptSeq: number,
  leavesQty: number,
  cumQty: number,
  preventedQty: number,
): void => {
  const slot = enter(state, instrument, entryRptSeq, leavesQty, cumQty, preventedQty);
  joinBook(state, instrument, slot, state.request.price);
  show(state, slot);
};

/** The request gets a record and is open from here on; returns its slot, to be put into a book. */
const enter = (
  state: PartitionState,
  instrument: Instrument,
  entryRptSeq: number,
  leavesQty: number,
  cumQty: number,
  preventedQty: number,
): number => {
  const { orders, request, id, entry } = state;
  const { timeInForce, side } = request;
  const slot = orders.pool.allocate();
  const words = orders.hot.wordsOf(slot);
  const at = slot << orderShift;
  words[at + OrderWord.orderID] = id[0]!;
  words[at + OrderWord.orderID + 1] = id[1]!;
  words[at + OrderWord.orderID + 2] = id[2]!;
  words[at + OrderWord.orderID + 3] = id[3]!;
  words[at + OrderWord.entry] = entry;
  words[at + OrderWord.traits] = packTraits(
    side,
    timeInForce,
    request.selfTradePrevention,
    request.isPostOnly ? 1 : 0,
    instrument.securityID,
  );
  words[at + OrderWord.accountID] = state.accountID;
  words[at + OrderWord.firstSeqNum] = state.seqLow;
  words[at + OrderWord.firstSeqNum + 1] = state.seqHigh;
  const doubles = orders.hot.doublesOf(slot);
  doubles[(at >>> 1) + OrderDouble.leavesQty] = leavesQty;
  doubles[(at >>> 1) + OrderDouble.fillableQty] = leavesQty + cumQty;
  const cold = orders.cold.doublesOf(slot);
  const coldAt = slot << (coldShift - 1);
  cold[coldAt + ColdDouble.entryRptSeq] = entryRptSeq;
  cold[coldAt + ColdDouble.preventedQty] = preventedQty;
  cold[coldAt + ColdDouble.expireTime] = request.expireTime;
  state.window.ring.setResting(entry, slot);
  orders.table.insert(state.idHash, slot);
  if (timeInForce === TimeInForce.GTD) state.timers.set(slot);
  if (!request.isPlain) keepSpecial(state, slot);
  return slot;
};
