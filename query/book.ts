import type { SelfTradePrevention } from "../schema/generated/enums.ts";
import { Side, TradingState } from "../schema/generated/enums.ts";
import { CandleSeries } from "./candle-series.ts";
import { Ladder } from "./ladder.ts";
import { TradeRing } from "./trade-ring.ts";
import type { TradePrint } from "./trade-ring.ts";

/** What an instrument is, in units. */
export interface InstrumentTerms {
  readonly symbol: string;
  readonly securityID: number;
  readonly baseCurrency: string;
  readonly quoteCurrency: string;
  readonly priceExponent: number;
  readonly qtyExponent: number;
  readonly tickSize: number;
  readonly lotSize: number;
  readonly minOrderQty: number;
  readonly maxOrderQty: number;
  /** Basis points around the reference price; absent or 0 = any price. */
  readonly priceBandBps?: number;
  readonly takerBandBps?: number;
  /** Before the first trade; absent or 0 = none. */
  readonly referencePrice?: number;
  readonly selfTradePrevention: SelfTradePrevention;
  readonly tradingState: TradingState;
}

/** What the auction of an instrument would come to; price 0: no bid meets an ask. */
export interface Indication {
  readonly indicativePrice: number;
  readonly indicativeQty: number;
  readonly imbalanceQty: number;
  readonly imbalanceSide: Side;
}

const nothingIndicated: Indication = {
  indicativePrice: 0,
  indicativeQty: 0,
  imbalanceQty: 0,
  imbalanceSide: Side.None,
};

/** `rptSeq` 0: nothing of the instrument came before. */
export interface BookPlace {
  readonly seqNum: number;
  readonly rptSeq: number;
  readonly transactTime: number;
}

/** Trades, and minutes with trades, of an instrument that are kept in memory. */
export const tradeRingCapacity = 4096;
const candleCapacity = 1440;

/** Replica of one instrument's book. Between two bodies it is what the engine's book was between the two commands. */
export class Book {
  readonly partition: number;
  readonly bids = new Ladder(Side.Buy);
  readonly asks = new Ladder(Side.Sell);
  readonly trades: TradeRing;
  readonly candles: CandleSeries;
  #terms: InstrumentTerms;
  #termsSeqNum: number;
  #seqNum: number;
  #rptSeq: number;
  #indication: Indication;

  /** `at`: place and log time of the definition, or of the snapshot that it comes from. */
  constructor(
    partition: number,
    terms: InstrumentTerms,
    at: BookPlace,
    indication: Indication = nothingIndicated,
  ) {
    this.#indication = indication;
    this.partition = partition;
    this.#terms = terms;
    this.#termsSeqNum = at.seqNum;
    this.#seqNum = at.seqNum;
    this.#rptSeq = at.rptSeq;
    this.trades = new TradeRing(tradeRingCapacity, at.rptSeq === 0 ? { seqNum: 0, rptSeq: 0 } : at);
    this.candles = new CandleSeries(candleCapacity, at.rptSeq === 0 ? null : at);
  }

  get terms(): InstrumentTerms {
    return this.#terms;
  }

  /** The terms are as after this command; none since has changed them. */
  get termsSeqNum(): number {
    return this.#termsSeqNum;
  }

  /** The book is as after this command; none since has an event of this instrument. */
  get seqNum(): number {
    return this.#seqNum;
  }

  get rptSeq(): number {
    return this.#rptSeq;
  }

  /** Null unless the state is Auction. */
  get indication(): Indication | null {
    return this.#terms.tradingState === TradingState.Auction ? this.#indication : null;
  }

  indicate(indication: Indication): void {
    this.#indication = indication;
  }

  ladder(side: Side): Ladder {
    return side === Side.Buy ? this.bids : this.asks;
  }

  /** Counts an event of the instrument; throws when one is missing. */
  advance(seqNum: number, rptSeq: number): void {
    if (rptSeq !== this.#rptSeq + 1) {
      throw new Error(`${this.#terms.symbol}: rptSeq ${rptSeq} follows ${this.#rptSeq}`);
    }
    this.#rptSeq = rptSeq;
    this.#seqNum = seqNum;
  }

  changeTerms(terms: InstrumentTerms, seqNum: number): void {
    this.#terms = terms;
    this.#termsSeqNum = seqNum;
    if (terms.tradingState !== TradingState.Auction) this.#indication = nothingIndicated;
  }

  addTrade(trade: TradePrint): void {
    this.trades.push(trade);
    this.candles.add(trade);
  }

  /** Throws when a bid meets an ask where that is matched: no body ends like that. */
  assertUncrossed(): void {
    if (this.#terms.tradingState !== TradingState.Open) return;
    const bid = this.bids.best;
    const ask = this.asks.best;
    if (bid !== null && ask !== null && bid.price >= ask.price) {
      throw new Error(`${this.#terms.symbol} is crossed at seqNum ${this.#seqNum}`);
    }
  }
}

/** The terms alone out of something that says more. */
export function termsOf(source: InstrumentTerms): InstrumentTerms {
  const { symbol, securityID, baseCurrency, quoteCurrency, priceExponent, qtyExponent } = source;
  const { tickSize, lotSize, minOrderQty, maxOrderQty, selfTradePrevention, tradingState } = source;
  const { priceBandBps = 0, takerBandBps = 0, referencePrice = 0 } = source;
  return {
    symbol,
    securityID,
    baseCurrency,
    quoteCurrency,
    priceExponent,
    qtyExponent,
    tickSize,
    lotSize,
    minOrderQty,
    maxOrderQty,
    priceBandBps,
    takerBandBps,
    referencePrice,
    selfTradePrevention,
    tradingState,
  };
}
