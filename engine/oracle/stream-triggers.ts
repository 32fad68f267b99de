/** Turns an intent into what a stop waits for, against the state that the stream has reached. */
import { Side } from "../../schema/generated/enums.ts";
import type { StreamContext } from "./stream-context.ts";
import { Flaw } from "./stream-intent.ts";
import type { Intent } from "./stream-intent.ts";

const priceMax = 2 ** 31 - 1;

/** The fields of a new stop; a flaw leaves its trigger out. */
export function makeTrigger(
  context: StreamContext,
  intent: Intent,
  side: Side,
): { stopPx?: number; pegOffsetValue?: number } {
  if ((intent.flaws & Flaw.noPrice) !== 0 && intent.manner % 2 === 0) return {};
  const stopPx = makeStopPx(context, intent, side);
  const pegOffsetValue = tickOf(context, intent) * (1 + (intent.target % 6));
  if (intent.trail === 0) return { stopPx };
  return intent.trail === 1 ? { pegOffsetValue } : { stopPx, pegOffsetValue };
}

/** Mostly a little away from the last trade, on the side where it waits; now and then where it is reached at once. */
export function makeStopPx(context: StreamContext, intent: Intent, side: Side): number {
  if ((intent.flaws & Flaw.negativePrice) !== 0) return -1 - (intent.target % 1_000);
  const tick = tickOf(context, intent);
  const { centre } = context.instrumentShape(intent);
  const lastPx = context.instrument(intent)?.lastPx ?? 0;
  const away = ((intent.target >>> 3) % (Math.min(context.shape.depthMax, 12) + 2)) - 1;
  const towards = side === Side.Buy ? tick : -tick;
  const wanted = (lastPx === 0 ? centre : lastPx) + away * towards;
  const inRange = Math.min(Math.max(wanted, tick), priceMax);
  const onGrid = inRange - (inRange % tick);
  const isOff = (intent.flaws & Flaw.offTick) !== 0 && onGrid > 1;
  return isOff ? onGrid - 1 : Math.max(onGrid, 1);
}

function tickOf(context: StreamContext, intent: Intent): number {
  return context.instrument(intent)?.tickSize ?? context.instrumentShape(intent).tickSize;
}
