import type { Side } from "../schema/generated/enums.ts";

/** A trade as everybody may see it, in units. */
export interface TradePrint {
  readonly rptSeq: number;
  readonly seqNum: number;
  readonly lastPx: number;
  readonly lastQty: number;
  /** None: a trade of an auction. */
  readonly aggressorSide: Side;
  readonly transactTime: number;
}

/** The latest trades of an instrument; the oldest leave when it is full. */
export class TradeRing {
  readonly #capacity: number;
  readonly #trades: TradePrint[] = [];
  #next = 0;
  #missing: { seqNum: number; rptSeq: number };

  /** `missing`: trades up to there happened before this ring was made. */
  constructor(capacity: number, missing: { seqNum: number; rptSeq: number }) {
    this.#capacity = capacity;
    this.#missing = missing;
  }

  /** Every trade after this rptSeq is held; the one before it was of this seqNum. Zeros: all are held. */
  get missing(): { readonly seqNum: number; readonly rptSeq: number } {
    return this.#missing;
  }

  push(trade: TradePrint): void {
    const oldest = this.#trades[this.#next];
    if (oldest !== undefined) this.#missing = { seqNum: oldest.seqNum, rptSeq: oldest.rptSeq };
    this.#trades[this.#next] = trade;
    this.#next = (this.#next + 1) % this.#capacity;
  }

  /** Newest first. */
  *newestFirst(): Generator<TradePrint> {
    const count = this.#trades.length;
    for (let back = 1; back <= count; back++) {
      const trade = this.#trades[(this.#next - back + count) % count];
      if (trade !== undefined) yield trade;
    }
  }

  /** Trades before `beforeRptSeq`, newest first, at most `limit`. */
  page(beforeRptSeq: number, limit: number): TradePrint[] {
    const found: TradePrint[] = [];
    for (const trade of this.newestFirst()) {
      if (found.length === limit) break;
      if (trade.rptSeq < beforeRptSeq) found.push(trade);
    }
    return found;
  }

  /** Trades after `rptSeq`, oldest first. */
  after(rptSeq: number): TradePrint[] {
    const found: TradePrint[] = [];
    for (const trade of this.newestFirst()) {
      if (trade.rptSeq <= rptSeq) break;
      found.push(trade);
    }
    return found.reverse();
  }
}
