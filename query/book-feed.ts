import { crc32 } from "../schema/crc32.ts";
import type { StreamDelta, StreamSnapshot, StreamTrade } from "../schema/http/reads-stream.ts";
import { formatDecimal } from "../schema/units.ts";
import { viewState, viewTrade } from "./book-view.ts";
import type { Book, InstrumentTerms } from "./book.ts";
import type { Ladder, Level } from "./ladder.ts";

type StreamLevel = [price: string, orderQty: string];

/** Trades since the last look; `missed` when the ring has overrun and some are gone. */
export interface FreshTrades {
  readonly trades: readonly StreamTrade[];
  readonly missed: { readonly fromRptSeq: number; readonly toRptSeq: number } | null;
}

/** What subscribers of one instrument are told: all of them get the same texts. */
export class BookFeed {
  readonly book: Book;
  #seqNum: number;
  #tradesRptSeq: number;
  /** Trading state and auction as of the last message. */
  #about: string;
  #snapshot: { readonly seqNum: number; readonly text: string } | null = null;

  constructor(book: Book) {
    this.book = book;
    this.#seqNum = book.seqNum;
    this.#tradesRptSeq = book.rptSeq;
    this.#about = JSON.stringify(viewState(book));
    book.bids.takeTouched();
    book.asks.takeTouched();
  }

  /** rptSeq up to which trades have been taken. */
  get tradesRptSeq(): number {
    return this.#tradesRptSeq;
  }

  /** The change since the last message, or null when no level, no state and no indication has changed. Goes on from there even where nobody listens. */
  takeDelta(wanted: boolean): string | null {
    const { book } = this;
    const bids = book.bids.takeTouched();
    const asks = book.asks.takeTouched();
    const about = viewState(book);
    const aboutText = JSON.stringify(about);
    if (bids.length + asks.length === 0 && aboutText === this.#about) return null;
    this.#about = aboutText;
    const prevSeq = this.#seqNum;
    this.#seqNum = book.seqNum;
    if (!wanted) return null;
    const delta: StreamDelta = {
      type: "delta",
      channel: "book",
      symbol: book.terms.symbol,
      prevSeq,
      seqNum: this.#seqNum,
      bids: bids.map((price) => absolute(book.bids, price, book.terms)),
      asks: asks.map((price) => absolute(book.asks, price, book.terms)),
      checksum: bookChecksum(book),
      ...about,
    };
    return JSON.stringify(delta);
  }

  /** The whole book as of the last message. Call with no change left to take. */
  snapshot(): string {
    if (this.#snapshot?.seqNum === this.#seqNum) return this.#snapshot.text;
    const { book } = this;
    const snapshot: StreamSnapshot = {
      type: "snapshot",
      channel: "book",
      symbol: book.terms.symbol,
      seqNum: this.#seqNum,
      bids: wholeLadder(book.bids, book.terms),
      asks: wholeLadder(book.asks, book.terms),
      checksum: bookChecksum(book),
      ...viewState(book),
    };
    this.#snapshot = { seqNum: this.#seqNum, text: JSON.stringify(snapshot) };
    return this.#snapshot.text;
  }

  takeTrades(wanted: boolean): FreshTrades {
    const { book } = this;
    const fromRptSeq = this.#tradesRptSeq;
    this.#tradesRptSeq = book.rptSeq;
    if (!wanted) return { trades: [], missed: null };
    const toRptSeq = book.trades.missing.rptSeq;
    const { symbol } = book.terms;
    return {
      trades: book.trades.after(fromRptSeq).map((trade) => ({
        type: "trade",
        channel: "trades",
        symbol,
        ...viewTrade(trade, book.terms),
      })),
      missed: toRptSeq > fromRptSeq ? { fromRptSeq, toRptSeq } : null,
    };
  }
}

const checksumLevels = 25;

/** As schema/http/reads-stream.ts describes it. */
export function bookChecksum({ bids, asks, terms }: Book): number {
  const levels = [
    ...wholeLadder(bids, terms, checksumLevels),
    ...wholeLadder(asks, terms, checksumLevels),
  ];
  return checksumOf(levels);
}

/** CRC-32 of `price:qty` texts, joined by commas: the best 25 bids, then the best 25 asks. */
export function checksumOf(levels: readonly (readonly [string, string])[]): number {
  const text = levels.map(([price, orderQty]) => `${price}:${orderQty}`).join(",");
  const bytes = Buffer.from(text, "latin1");
  return crc32(bytes, 0, bytes.length);
}

function wholeLadder(ladder: Ladder, terms: InstrumentTerms, depth = Infinity): StreamLevel[] {
  return Array.from(ladder.levels(depth), (level) => levelTexts(level, terms));
}

function absolute(ladder: Ladder, price: number, terms: InstrumentTerms): StreamLevel {
  const level = ladder.levelAt(price);
  return level === null
    ? [formatDecimal(price, terms.priceExponent), "0"]
    : levelTexts(level, terms);
}

function levelTexts(level: Level, terms: InstrumentTerms): StreamLevel {
  return [
    formatDecimal(level.price, terms.priceExponent),
    formatDecimal(level.orderQty, terms.qtyExponent),
  ];
}
