import type { Instrument } from "../schema/http/reads.ts";
import { decimalsOf } from "./decimals.ts";

/** An instrument as the panels show it. */
export interface Listing extends Instrument {
  readonly priceDecimals: number;
  readonly qtyDecimals: number;
}

export function listingOf(instrument: Instrument): Listing {
  return {
    ...instrument,
    priceDecimals: decimalsOf(instrument.tickSize),
    qtyDecimals: decimalsOf(instrument.lotSize),
  };
}
