/** docs/SEMANTICS.md sections 3 and 5a: the end state of a taker, and the stops that its trades reach. */
import { CancelReason, OrdType, TimeInForce, TradingState } from "../../schema/generated/enums.ts";
import { cancelOther, emitCanceled, rest } from "./naive-book.ts";
import { canFillAtOnce, match } from "./naive-matching.ts";
import type { CommandRun, NaiveInstrument, NaiveOrder, NaiveState } from "./naive-state.ts";
import { reached, trigger } from "./naive-triggers.ts";

/** The taker is matched and brought to its end state; where it is a leg that has traded or is closed by then, its other leg goes. */
export function take(
  state: NaiveState,
  run: CommandRun,
  instrument: NaiveInstrument,
  order: NaiveOrder,
): void {
  settle(state, run, instrument, order);
  const isClosed = !state.resting.has(order.orderID);
  if (isClosed || order.cumQty > 0n) cancelOther(state, run, instrument, order);
}

function settle(
  state: NaiveState,
  run: CommandRun,
  instrument: NaiveInstrument,
  order: NaiveOrder,
): void {
  if (instrument.tradingState !== TradingState.Open) return rest(state, instrument, order);
  if (order.timeInForce === TimeInForce.FOK && !canFillAtOnce(instrument, order)) {
    return emitCanceled(run, instrument, order, CancelReason.FillOrKill);
  }
  const end = match(state, run, instrument, order);
  if (end === "Used up" || end === "Ended") return;
  if (end === "Outside the band")
    return emitCanceled(run, instrument, order, CancelReason.TakerPriceBand);
  if (end === "Cash spent") return emitCanceled(run, instrument, order, CancelReason.CashSpent);
  if (order.ordType === OrdType.Market)
    return emitCanceled(run, instrument, order, CancelReason.NoLiquidity);
  if (order.timeInForce === TimeInForce.IOC) {
    return emitCanceled(run, instrument, order, CancelReason.ImmediateOrCancel);
  }
  rest(state, instrument, order);
}

/** Stops that trades have reached become takers one after the other; what those reach queues up behind. */
export function runTriggered(
  state: NaiveState,
  run: CommandRun,
  instrument: NaiveInstrument,
): void {
  const queue = reached(instrument);
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    // A leg may have gone with its other leg by now.
    if (!instrument.waiting.has(next)) continue;
    trigger(state, run, instrument, next);
    take(state, run, instrument, next);
    queue.push(...reached(instrument).filter((order) => !queue.includes(order)));
  }
}
