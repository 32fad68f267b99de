import type { TradePrint } from "./trade-ring.ts";

export const minuteMs = 60_000;

/** A minute's trades, in units; openTime in milliseconds. */
export interface CandleUnits {
  readonly openTime: number;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: bigint;
  readonly tradeCount: number;
}

/** What a series in memory lacks, and has to be had from elsewhere: what happened up to `seqNum`. */
export interface MissingCandles {
  readonly seqNum: number;
  /** Minutes that open before it are missing whole. */
  readonly before: number;
  /** Of the minute that opens at `before` the trades up to seqNum are missing too. */
  readonly partly: boolean;
}

type Bucket = { -readonly [Field in keyof CandleUnits]: CandleUnits[Field] } & {
  lastSeqNum: number;
};

/** One-minute candles of an instrument, folded from its trades: as new as the books. The oldest leave when it is full. */
export class CandleSeries {
  readonly #capacity: number;
  readonly #buckets = new Map<number, Bucket>();
  #last: Bucket | null = null;
  #missing: MissingCandles | null;

  /** `after`: place and log time that the series starts after; null when it starts at the instrument's beginning. */
  constructor(capacity: number, after: { seqNum: number; transactTime: number } | null) {
    this.#capacity = capacity;
    this.#missing =
      after === null
        ? null
        : { seqNum: after.seqNum, before: minuteOf(after.transactTime), partly: true };
  }

  /** Null: nothing is missing. */
  get missing(): MissingCandles | null {
    return this.#missing;
  }

  /** Trades come in the order of the log, whose time never falls. */
  add(trade: TradePrint): void {
    const openTime = minuteOf(trade.transactTime);
    const { lastPx, lastQty, seqNum } = trade;
    const bucket = this.#last?.openTime === openTime ? this.#last : this.#open(openTime, lastPx);
    bucket.high = Math.max(bucket.high, lastPx);
    bucket.low = Math.min(bucket.low, lastPx);
    bucket.close = lastPx;
    bucket.volume += BigInt(lastQty);
    bucket.tradeCount++;
    bucket.lastSeqNum = seqNum;
  }

  at(openTime: number): CandleUnits | null {
    return this.#buckets.get(openTime) ?? null;
  }

  /** The newest candle that opens before a time. */
  lastBefore(openTime: number): CandleUnits | null {
    let found: CandleUnits | null = null;
    for (const bucket of this.#buckets.values()) {
      if (bucket.openTime >= openTime) break;
      found = bucket;
    }
    return found;
  }

  #open(openTime: number, price: number): Bucket {
    if (this.#buckets.size === this.#capacity) this.#dropOldest();
    const bucket: Bucket = {
      openTime,
      open: price,
      high: price,
      low: price,
      close: price,
      volume: 0n,
      tradeCount: 0,
      lastSeqNum: 0,
    };
    this.#buckets.set(openTime, bucket);
    this.#last = bucket;
    return bucket;
  }

  #dropOldest(): void {
    for (const { openTime, lastSeqNum } of this.#buckets.values()) {
      this.#buckets.delete(openTime);
      this.#missing = { seqNum: lastSeqNum, before: openTime + minuteMs, partly: false };
      return;
    }
  }
}

/** Start of the minute that a time lies in. */
export function minuteOf(time: number): number {
  return time - (time % minuteMs);
}
