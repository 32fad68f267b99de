/** docs/SEMANTICS.md sections 3 and 5a: the end state of a taker, and the stops that its trades reach. */
import { CancelReason, OrdType, TimeInForce, TradingState } from "../../schema/generated/enums.ts";
import { emitCanceled, rest } from "./naive-book.ts";
import { canFillAtOnce, match } from "./naive-matching.ts";
import type { CommandRun, NaiveInstrument, NaiveOrder, NaiveState } from "./naive-state.ts";
import { reached, trigger } from "./naive-triggers.ts";

/** The taker is matched and brought to its end state. */
export function take(
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
    trigger(state, run, instrument, next);
    take(state, run, instrument, next);
    queue.push(...reached(instrument).filter((order) => !queue.includes(order)));
  }
}
