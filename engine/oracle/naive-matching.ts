/** docs/SEMANTICS.md section 5. */
import {
  CancelReason,
  OrdStatus,
  OrdType,
  SelfTradePrevention,
} from "../../schema/generated/enums.ts";
import {
  cancelOther,
  cancelResting,
  emitCanceled,
  isWithin,
  least,
  oppositeLadderOf,
  reduceResting,
} from "./naive-book.ts";
import { feesOf } from "./naive-fees.ts";
import { takerBound } from "./naive-limits.ts";
import { noteTrade } from "./naive-triggers.ts";
import { nextRptSeq } from "./naive-state.ts";
import type { CommandRun, NaiveInstrument, NaiveOrder, NaiveState } from "./naive-state.ts";

/** How the walk through the opposite side ended. */
export type MatchEnd =
  | "Used up" // no leaves, no cash: by trades
  | "Ended" // by self-trade prevention; its OrderCanceled is written
  | "Cash spent" // cash is left that affords no lot at the best price
  | "Outside the band" // the next price is within the limit, but further than a taker may go
  | "Nothing within the limit";

/** Most that any quantity field can say. */
const qtyMax = 2n ** 53n - 1n;

export function match(
  state: NaiveState,
  run: CommandRun,
  instrument: NaiveInstrument,
  taker: NaiveOrder,
): MatchEnd {
  const bound = takerBound(instrument, taker.side);
  for (;;) {
    if (isUsedUp(taker)) return "Used up";
    const maker = oppositeLadderOf(instrument, taker.side)[0];
    if (maker === undefined || !mayTradeWith(taker, maker)) return "Nothing within the limit";
    if (!isWithin(taker.side, maker.price, bound)) return "Outside the band";
    const end =
      maker.accountID === taker.accountID
        ? preventSelfTrade(state, run, instrument, taker, maker)
        : trade(state, run, instrument, taker, maker);
    if (end !== null) return end;
  }
}

/** FOK asks first: whether all of the order's leaves would trade at once. Changes nothing. */
export function canFillAtOnce(instrument: NaiveInstrument, taker: NaiveOrder): boolean {
  let fillable = 0n;
  const bound = takerBound(instrument, taker.side);
  for (const level of levelsOf(oppositeLadderOf(instrument, taker.side))) {
    const [best] = level;
    if (best === undefined || !mayTradeWith(taker, best)) break;
    if (!isWithin(taker.side, best.price, bound)) break;
    const own = level.findIndex((maker) => endsBefore(taker, maker));
    // What icebergs hide comes after all that the level shows, an own order included.
    if (own !== -1) {
      fillable += sumOf(level.slice(0, own), (maker) => maker.shownQty);
      break;
    }
    const others = level.filter((maker) => maker.accountID !== taker.accountID);
    fillable += sumOf(others, (maker) => maker.leavesQty);
  }
  return fillable >= taker.leavesQty;
}

/** Whether the walk ends in front of the maker by self-trade prevention. */
function endsBefore(taker: NaiveOrder, maker: NaiveOrder): boolean {
  const isOwn = maker.accountID === taker.accountID;
  return isOwn && taker.selfTradePrevention !== SelfTradePrevention.CancelOldest;
}

function levelsOf(ladder: readonly NaiveOrder[]): NaiveOrder[][] {
  return [...Map.groupBy(ladder, ({ price }) => price).values()];
}

function sumOf(makers: readonly NaiveOrder[], qtyOf: (maker: NaiveOrder) => bigint): bigint {
  return makers.reduce((sum, maker) => sum + qtyOf(maker), 0n);
}

function isUsedUp(taker: NaiveOrder): boolean {
  return taker.cash === null ? taker.leavesQty === 0n : taker.cash === 0n;
}

function mayTradeWith(taker: NaiveOrder, maker: NaiveOrder): boolean {
  return taker.ordType === OrdType.Market || isWithin(taker.side, maker.price, taker.price);
}

function trade(
  state: NaiveState,
  run: CommandRun,
  instrument: NaiveInstrument,
  taker: NaiveOrder,
  maker: NaiveOrder,
): MatchEnd | null {
  const lastQty = crossableQty(instrument, taker, maker, qtyMax - taker.cumQty);
  if (lastQty === 0n) return "Cash spent";
  useUp(taker, lastQty, maker.price);
  taker.cumQty += lastQty;
  maker.cumQty += lastQty;
  reduceResting(state, instrument, maker, lastQty);
  noteTrade(instrument, maker.price);
  run.events.push({
    kind: "Trade",
    rptSeq: nextRptSeq(instrument),
    securityID: instrument.securityID,
    makerAccountID: maker.accountID,
    makerOrderID: maker.orderID,
    makerFirstSeqNum: maker.firstSeqNum,
    takerOrderID: taker.orderID,
    takerFirstSeqNum: taker.firstSeqNum,
    lastQty: Number(lastQty),
    makerLeavesQty: Number(maker.leavesQty),
    takerLeavesQty: Number(taker.leavesQty),
    takerAccountID: taker.accountID,
    lastPx: maker.price,
    aggressorSide: taker.side,
    makerOrdStatus: maker.leavesQty === 0n ? OrdStatus.Filled : OrdStatus.PartiallyFilled,
    takerOrdStatus: isUsedUp(taker) ? OrdStatus.Filled : OrdStatus.PartiallyFilled,
    ...feesOf(state, instrument, { maker, taker }, lastQty * BigInt(maker.price)),
  });
  cancelOther(state, run, instrument, maker);
  return null;
}

function preventSelfTrade(
  state: NaiveState,
  run: CommandRun,
  instrument: NaiveInstrument,
  taker: NaiveOrder,
  maker: NaiveOrder,
): MatchEnd | null {
  const mode = taker.selfTradePrevention;
  if (mode === SelfTradePrevention.Decrement)
    return decrement(state, run, instrument, taker, maker);
  if (mode !== SelfTradePrevention.CancelNewest) {
    cancelResting(state, run, instrument, maker, CancelReason.SelfTrade);
  }
  if (mode === SelfTradePrevention.CancelOldest) return null;
  emitCanceled(run, instrument, taker, CancelReason.SelfTrade);
  return "Ended";
}

function decrement(
  state: NaiveState,
  run: CommandRun,
  instrument: NaiveInstrument,
  taker: NaiveOrder,
  maker: NaiveOrder,
): MatchEnd | null {
  // Prevented quantity does not count into cumQty, so what cumQty can still hold does not bound it.
  const preventedQty = crossableQty(instrument, taker, maker, qtyMax);
  if (preventedQty === 0n) return "Cash spent";
  useUp(taker, preventedQty, maker.price);
  taker.preventedQty += preventedQty;
  maker.preventedQty += preventedQty;
  reduceResting(state, instrument, maker, preventedQty);
  run.events.push({
    kind: "SelfTradePrevented",
    rptSeq: nextRptSeq(instrument),
    securityID: instrument.securityID,
    accountID: taker.accountID,
    makerOrderID: maker.orderID,
    makerFirstSeqNum: maker.firstSeqNum,
    takerOrderID: taker.orderID,
    takerFirstSeqNum: taker.firstSeqNum,
    preventedQty: Number(preventedQty),
    makerLeavesQty: Number(maker.leavesQty),
    takerLeavesQty: Number(taker.leavesQty),
    price: maker.price,
    aggressorSide: taker.side,
  });
  if (maker.leavesQty === 0n) {
    emitCanceled(run, instrument, maker, CancelReason.SelfTrade);
    cancelOther(state, run, instrument, maker);
  }
  if (!isUsedUp(taker)) return null;
  emitCanceled(run, instrument, taker, CancelReason.SelfTrade);
  return "Ended";
}

/** What taker and maker can exchange; 0 only for cash that affords no lot, or none within `room`. */
function crossableQty(
  instrument: NaiveInstrument,
  taker: NaiveOrder,
  maker: NaiveOrder,
  room: bigint,
): bigint {
  if (taker.cash === null) return least(maker.shownQty, taker.leavesQty);
  const affordable = least(taker.cash / BigInt(maker.price), room);
  if (affordable >= maker.shownQty) return maker.shownQty;
  return affordable - (affordable % instrument.lotSize);
}

function useUp(taker: NaiveOrder, qty: bigint, price: number): void {
  if (taker.cash === null) taker.leavesQty -= qty;
  else taker.cash -= qty * BigInt(price);
}
