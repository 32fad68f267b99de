import {
  BusinessRejectReason as Reason,
  CancelReason,
  Side,
  TimeInForce,
  TradingState,
} from "../../schema/generated/enums.ts";
import { writeSecurityStatusChanged, writeSecurityStatusScheduled } from "./answer-events.ts";
import { openBook, partBook } from "./auctions.ts";
import { cancelOpen } from "./cancel.ts";
import type { EventBuffer } from "./event-buffer.ts";
import type { Instrument } from "./instruments.ts";
import { orderShift, OrderWord, timeInForceOf } from "./order-pool.ts";
import { restingInOrder } from "./resting-orders.ts";
import type { PartitionState } from "./state.ts";
import { waitingInOrder } from "./stop-book.ts";

/** Trading states and their changes (SEMANTICS §5e): what operators say, now and then, so that it may allocate. */

/** Why a state is not changed as asked; 0 where it is. */
export const refuseStatus = (
  { scheduled, semantics, now }: PartitionState,
  { securityID }: Instrument,
  effectiveTime: number,
): number => {
  if (effectiveTime === 0) return 0;
  if (effectiveTime <= now) return Reason.TooLateToEnter;
  const { scheduledStateCountMax } = semantics.rules;
  const isFull = scheduled.countOthers(securityID, effectiveTime) >= scheduledStateCountMax;
  return isFull ? Reason.CapacityReached : 0;
};

/** Changes the state at once, which drops what was scheduled, or schedules its change. */
export const setTradingState = (
  state: PartitionState,
  instrument: Instrument,
  tradingState: number,
  effectiveTime: number,
  out: EventBuffer,
): void => {
  const { securityID } = instrument;
  if (effectiveTime !== 0) {
    state.scheduled.set({ effectiveTime, securityID, tradingState });
    return writeSecurityStatusScheduled(instrument, tradingState, effectiveTime, out);
  }
  state.scheduled.drop(securityID);
  changeState(state, instrument, tradingState, 0, out);
};

/** Changes that are due as of `state.now`, step 2c of every command. */
export const runScheduled = (state: PartitionState, out: EventBuffer): void => {
  const { scheduled, instruments } = state;
  while (scheduled.firstDue <= state.now) {
    const { securityID, tradingState, effectiveTime } = scheduled.takeFirst();
    changeState(state, instruments.at(securityID), tradingState, effectiveTime, out);
  }
};

const changeState = (
  state: PartitionState,
  instrument: Instrument,
  tradingState: number,
  effectiveTime: number,
  out: EventBuffer,
): void => {
  instrument.tradingState = tradingState;
  writeSecurityStatusChanged(instrument, effectiveTime, out);
  state.auctions.follow(instrument);
  if (tradingState === TradingState.Open) return openBook(state, instrument, out);
  partBook(state, instrument);
  if (tradingState === TradingState.Closed) endDay(state, instrument, out);
};

/** The instrument is closed: its orders that were for the day, or for its opening, expire, in the order of a mass cancel. */
const endDay = (state: PartitionState, instrument: Instrument, out: EventBuffer): void => {
  const slots = [
    ...restingInOrder(state, instrument, Side.Buy),
    ...restingInOrder(state, instrument, Side.Sell),
    ...waitingInOrder(state, instrument, Side.Buy),
    ...waitingInOrder(state, instrument, Side.Sell),
  ];
  for (const slot of slots) {
    if (isForTheDay(state, slot)) cancelOpen(state, instrument, slot, CancelReason.Expired, out);
  }
};

const isForTheDay = ({ orders }: PartitionState, slot: number): boolean => {
  const traits = orders.hot.wordsOf(slot)[(slot << orderShift) + OrderWord.traits]!;
  // A leg that its pair has taken along is forgotten by now.
  if (traits === 0) return false;
  const timeInForce = timeInForceOf(traits);
  return timeInForce === TimeInForce.Day || timeInForce === TimeInForce.AtTheOpening;
};
