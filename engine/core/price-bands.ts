import { CancelReason, Side } from "../../schema/generated/enums.ts";
import type { Instrument } from "./instruments.ts";
import type { Taker } from "./taker.ts";

/** Price bands (SEMANTICS §5b). */

const priceMax = 2147483647;
const basisPoints = 10_000;

/** Whether a limit is too far from the reference price, that of a stop-limit from its stopPx; 0 is no price, resp. no stopPx. */
export const isOutsideBand = (instrument: Instrument, price: number, stopPx: number): boolean => {
  const { priceBandBps } = instrument;
  const around = stopPx === 0 ? referencePriceOf(instrument) : stopPx;
  if (price === 0 || priceBandBps === 0 || around === 0) return false;
  const distance = Math.floor((around * priceBandBps) / basisPoints);
  return price < around - distance || price > around + distance;
};

/** Before its walk: a taker goes no further than the band around the reference price as it stands now. */
export const boundTaker = (instrument: Instrument, taker: Taker): void => {
  const { takerBandBps } = instrument;
  const around = referencePriceOf(instrument);
  if (takerBandBps === 0 || around === 0) return;
  const distance = Math.floor((around * takerBandBps) / basisPoints);
  taker.limit =
    taker.side === Side.Buy
      ? Math.min(taker.limit, around + distance, priceMax)
      : Math.max(taker.limit, around - distance, 1);
};

/** After its walk: a taker that would go on but for the band is ended. */
export const endOutsideBand = ({ ladder }: Instrument, taker: Taker): void => {
  if (taker.endReason !== 0 || !taker.hasMore) return;
  const { price } = taker;
  const isBuying = taker.side === Side.Buy;
  const best = isBuying ? ladder.bestAsk : ladder.bestBid;
  const isTaken = price === 0 || (isBuying ? best <= price : best >= price);
  if (best !== 0 && isTaken) taker.endReason = CancelReason.TakerPriceBand;
};

/** 0 = none. */
export const referencePriceOf = ({ lastPx, referencePrice }: Instrument): number =>
  lastPx === 0 ? referencePrice : lastPx;
