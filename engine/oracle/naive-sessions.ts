/** docs/SEMANTICS.md section 5e: trading states, at once and by log time. */
import {
  BusinessRejectReason,
  CancelReason,
  Side,
  TimeInForce,
  TradingState,
} from "../../schema/generated/enums.ts";
import type { SecurityStatus } from "../../schema/generated/security-status.ts";
import { open } from "./naive-auctions.ts";
import { cancelResting } from "./naive-book.ts";
import { given, instrumentOf, nextRptSeq } from "./naive-state.ts";
import type { CommandRun, NaiveIndication, NaiveInstrument, NaiveState } from "./naive-state.ts";
import { waitingOf } from "./naive-triggers.ts";

/** Before the first indication of an auction. */
export const nothingSaid: NaiveIndication = {
  indicativePrice: 0,
  indicativeQty: 0,
  imbalanceQty: 0,
  imbalanceSide: Side.None,
};

export function securityStatus(
  state: NaiveState,
  run: CommandRun,
  { symbol, tradingState, effectiveTime = 0 }: SecurityStatus,
): BusinessRejectReason | null {
  const instrument = instrumentOf(state, symbol);
  if (instrument === undefined) return BusinessRejectReason.UnknownSymbol;
  const { securityID } = instrument;
  const waiting = state.scheduled.filter((each) => each.securityID === securityID);
  if (effectiveTime === 0) {
    state.scheduled = state.scheduled.filter((each) => !waiting.includes(each));
    changeState(state, run, instrument, tradingState, 0);
    return null;
  }
  if (effectiveTime <= state.now) return BusinessRejectReason.TooLateToEnter;
  const same = waiting.find((each) => each.effectiveTime === effectiveTime);
  const { scheduledStateCountMax } = state.active.rules;
  if (same === undefined && waiting.length >= scheduledStateCountMax)
    return BusinessRejectReason.CapacityReached;
  const others = state.scheduled.filter((each) => each !== same);
  state.scheduled = [...others, { effectiveTime, securityID, tradingState }];
  const rptSeq = nextRptSeq(instrument);
  const change = { rptSeq, securityID, tradingState, effectiveTime };
  run.events.push({ kind: "SecurityStatusScheduled", ...change });
  return null;
}

/** Step 2 of every command: changes whose time has come, each once. */
export function runScheduled(state: NaiveState, run: CommandRun): void {
  const due = state.scheduled
    .filter(({ effectiveTime }) => effectiveTime <= state.now)
    .sort((a, b) => a.effectiveTime - b.effectiveTime || a.securityID - b.securityID);
  state.scheduled = state.scheduled.filter((each) => !due.includes(each));
  for (const { securityID, tradingState, effectiveTime } of due) {
    const instrument = state.instruments[securityID - 1];
    if (instrument !== undefined) changeState(state, run, instrument, tradingState, effectiveTime);
  }
}

function changeState(
  state: NaiveState,
  run: CommandRun,
  instrument: NaiveInstrument,
  tradingState: TradingState,
  effectiveTime: number,
): void {
  instrument.tradingState = tradingState;
  run.events.push({
    kind: "SecurityStatusChanged",
    rptSeq: nextRptSeq(instrument),
    securityID: instrument.securityID,
    tradingState,
    ...given("effectiveTime", effectiveTime),
  });
  if (tradingState !== TradingState.Auction) instrument.published = null;
  else instrument.published ??= nothingSaid;
  if (tradingState === TradingState.Open) open(state, run, instrument);
  if (tradingState === TradingState.Closed) endDay(state, run, instrument);
}

function endDay(state: NaiveState, run: CommandRun, instrument: NaiveInstrument): void {
  const waiting = [Side.Buy, Side.Sell].flatMap((side) => waitingOf(instrument, side));
  for (const order of [...instrument.bids, ...instrument.asks, ...waiting]) {
    // One of a pair has taken the other one along.
    if (!state.resting.has(order.orderID)) continue;
    const { AtTheOpening, Day } = TimeInForce;
    if (order.timeInForce !== Day && order.timeInForce !== AtTheOpening) continue;
    cancelResting(state, run, instrument, order, CancelReason.Expired);
  }
}
