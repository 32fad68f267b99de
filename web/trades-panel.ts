import type { PublicTrade } from "../schema/http/reads.ts";
import { grouped, withDecimals } from "./decimals.ts";
import { tableRow, timeOfDay } from "./elements.ts";
import type { Listing } from "./listing.ts";

const shownMax = 60;

/** The newest trades on top, coloured by the side that took. */
export class TradesPanel {
  readonly #body: HTMLTableSectionElement;
  #listing: Listing | null = null;
  #lastRptSeq = 0;

  constructor(body: HTMLTableSectionElement) {
    this.#body = body;
  }

  /** Begins anew with what the venue has: newest first. */
  reset(listing: Listing, trades: readonly PublicTrade[]): void {
    this.#listing = listing;
    this.#lastRptSeq = 0;
    this.#body.replaceChildren();
    for (const trade of trades.slice(0, shownMax).toReversed()) this.add(trade);
  }

  /** Adds a trade; one that is there already, or older, is passed over. True when it was new. */
  add(trade: PublicTrade): boolean {
    const listing = this.#listing;
    if (listing === null || trade.rptSeq <= this.#lastRptSeq) return false;
    this.#lastRptSeq = trade.rptSeq;
    const row = tableRow([
      {
        text: grouped(withDecimals(trade.lastPx, listing.priceDecimals)),
        className: `number ${sideClass(trade)}`,
      },
      { text: withDecimals(trade.lastQty, listing.qtyDecimals), className: "number" },
      { text: timeOfDay(trade.transactTime), className: "number quiet" },
    ]);
    this.#body.prepend(row);
    while (this.#body.rows.length > shownMax) this.#body.deleteRow(-1);
    return true;
  }
}

/** In an auction nobody takes. */
function sideClass({ aggressorSide }: PublicTrade): string {
  if (aggressorSide === undefined) return "quiet";
  return aggressorSide === "Buy" ? "buy" : "sell";
}
