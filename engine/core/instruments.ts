import { SelfTradePrevention, TradingState } from "../../schema/generated/enums.ts";
import { symbolHash } from "../../schema/hash.ts";
import { hashID, IdTable } from "./id-table.ts";
import { Indication } from "./indication.ts";
import { Ladder } from "./ladder.ts";
import { LevelPages } from "./level-pages.ts";
import type { StopBook } from "./stop-book.ts";
import { RecordMemory, RecordPool } from "./record-pool.ts";
import { copyID, isSameID, receiveWords } from "./words.ts";

/** What a SecurityDefinition says of an instrument. Quantities in its quantity unit, prices in its price unit. */
export interface InstrumentTerms {
  readonly symbol: string;
  readonly baseCurrency: string;
  readonly quoteCurrency: string;
  readonly priceExponent: number;
  readonly qtyExponent: number;
  readonly tickSize: number;
  readonly lotSize: number;
  readonly minOrderQty: number;
  readonly maxOrderQty: number;
  readonly selfTradePrevention: SelfTradePrevention;
  readonly tradingState: TradingState;
  readonly priceBandBps?: number;
  readonly takerBandBps?: number;
  readonly referencePrice?: number;
}

/** An instrument with its book. */
export class Instrument {
  readonly securityID: number;
  readonly symbol: string;
  /** murmur2 of the symbol: the first 32 bits of every orderID of this instrument. */
  readonly symbolHash: number;
  /** The symbol as it stands in a message. */
  readonly symbolWords: Int32Array;
  /** symbolHash as the first word of those orderIDs as they stand in a message. */
  readonly firstOfOrderIDs: number;
  readonly baseCurrency: string;
  readonly quoteCurrency: string;
  readonly priceExponent: number;
  readonly qtyExponent: number;
  /** Its bids, and its asks while the state is Open. */
  readonly ladder: Ladder;
  /** In other states the asks have a ladder of their own, since they may stand below bids. */
  asks: Ladder;
  #ownAsks: Ladder | null = null;
  tickSize = 1;
  lotSize = 1;
  minOrderQty = 0;
  maxOrderQty = 0;
  selfTradePrevention: number = SelfTradePrevention.CancelNewest;
  tradingState: number;
  /** Basis points around the reference price; 0 = any price (SEMANTICS §5b). */
  priceBandBps = 0;
  takerBandBps = 0;
  /** Before the first trade; 0 = none. */
  referencePrice = 0;
  /** Whether some account's caps hold in the partition. */
  hasCaps = false;
  /** Whether trades may have fees. */
  hasFees = false;
  /** Whether orders must be held to a band, or to caps where their account has some. */
  isGuarded = false;
  /** Of the last event. */
  rptSeq = 0;
  /** Of the last trade, 0 before the first. */
  lastPx = 0;
  /** What was published last of an auction. */
  readonly indication = new Indication();
  /** The orders that wait for a trade; null until there is one. */
  stops: StopBook | null = null;

  constructor(securityID: number, terms: InstrumentTerms, pages: LevelPages) {
    this.securityID = securityID;
    this.symbol = terms.symbol;
    this.symbolWords = wordsOfSymbol(terms.symbol);
    this.symbolHash = symbolHash(terms.symbol);
    this.firstOfOrderIDs = bytesReversed(this.symbolHash);
    this.baseCurrency = terms.baseCurrency;
    this.quoteCurrency = terms.quoteCurrency;
    this.priceExponent = terms.priceExponent;
    this.qtyExponent = terms.qtyExponent;
    this.tradingState = terms.tradingState;
    this.ladder = new Ladder(pages);
    this.asks = this.tradingState === TradingState.Open ? this.ladder : this.part(pages);
    this.change(terms);
  }

  /** Takes what a definition may change at any time. */
  change(terms: InstrumentTerms): void {
    this.tickSize = terms.tickSize;
    this.lotSize = terms.lotSize;
    this.minOrderQty = terms.minOrderQty;
    this.maxOrderQty = terms.maxOrderQty;
    this.selfTradePrevention = terms.selfTradePrevention;
    this.priceBandBps = terms.priceBandBps ?? 0;
    this.takerBandBps = terms.takerBandBps ?? 0;
    this.referencePrice = terms.referencePrice ?? 0;
    this.setGuard();
  }

  /** Gives the asks a ladder of their own, empty as yet. */
  part(pages: LevelPages): Ladder {
    this.#ownAsks ??= new Ladder(pages);
    this.asks = this.#ownAsks;
    return this.asks;
  }

  /** The asks stand on the ladder of the bids again. */
  join(): void {
    this.asks = this.ladder;
  }

  setGuard(): void {
    this.isGuarded = this.hasCaps || this.priceBandBps !== 0 || this.takerBandBps !== 0;
  }

  /** Whether the terms count in the same units, which are fixed for an instrument's life. */
  hasUnitsOf(terms: InstrumentTerms): boolean {
    return (
      this.priceExponent === terms.priceExponent &&
      this.qtyExponent === terms.qtyExponent &&
      this.baseCurrency === terms.baseCurrency &&
      this.quoteCurrency === terms.quoteCurrency
    );
  }
}

/** A hundred times the reference price. */
const bandBpsMax = 1_000_000;
const exponentMin = -18;
const exponentMax = 9;
const symbolPattern = /^[A-Z0-9][A-Z0-9._-]{0,15}$/;

/** Whether every field is within the range that SEMANTICS §4 gives it. */
export const areTermsValid = (terms: InstrumentTerms): boolean => {
  const { minOrderQty, maxOrderQty } = terms;
  return (
    isSymbol(terms.symbol) &&
    isExponent(terms.priceExponent) &&
    isExponent(terms.qtyExponent) &&
    terms.tickSize >= 1 &&
    terms.lotSize >= 1 &&
    (maxOrderQty === 0 || maxOrderQty >= minOrderQty) &&
    terms.selfTradePrevention !== SelfTradePrevention.Default &&
    (terms.priceBandBps ?? 0) <= bandBpsMax &&
    (terms.takerBandBps ?? 0) <= bandBpsMax &&
    (terms.referencePrice ?? 0) >= 0 &&
    terms.baseCurrency !== "" &&
    terms.quoteCurrency !== ""
  );
};

/** Whether a definition may have this symbol. */
export const isSymbol = (text: string): boolean => symbolPattern.test(text);

const isExponent = (value: number): boolean => value >= exponentMin && value <= exponentMax;

/**
 * Instruments by securityID and by symbol, and the nodes that their ladders share.
 *
 * Invariant: securityID counts from 1 in order of definition, and an instrument is never removed.
 */
const symbolShift = 2;
const capacityMin = 16;
const symbolWords = 4;
const knownCount = 256;

export class Instruments {
  readonly pages = new LevelPages();
  readonly #symbols = new RecordPool(new RecordMemory(symbolShift, capacityMin));
  readonly #table = new IdTable(this.#symbols.memory);
  readonly #bySecurityID: Instrument[] = [];
  /** The symbol that is looked for. */
  readonly #key = new Int32Array(symbolWords);
  /** Instruments that were found, by some bits of their symbol. */
  readonly #known: (Instrument | null)[] = Array.from({ length: knownCount }, () => null);
  #haveCaps = false;
  #haveFees = false;

  get count(): number {
    return this.#bySecurityID.length;
  }

  /** The instrument of a securityID that was given out. */
  at(securityID: number): Instrument {
    return this.#bySecurityID[securityID - 1]!;
  }

  /** The instrument whose symbol is the four words from `at` on, or null. Remembers some, which come again and again. */
  take(words: Int32Array, at: number): Instrument | null {
    const known = this.#known[placeOf(words, at)]!;
    return known !== null && isSameID(words, at, known.symbolWords, 0)
      ? known
      : this.#takeOther(words, at);
  }

  #takeOther(words: Int32Array, at: number): Instrument | null {
    copyID(words, at, this.#key, 0);
    const found = this.#lookUp();
    if (found !== null) this.#known[placeOf(words, at)] = found;
    return found;
  }

  /** The instrument whose symbol stands in a message at `at`, or null. */
  find(source: DataView, at: number): Instrument | null {
    receiveWords(source, at, this.#key, 0, symbolWords);
    return this.#lookUp();
  }

  #lookUp(): Instrument | null {
    const key = this.#key;
    const slot = this.#table.find(hashID(key, 0), key, 0);
    return slot === 0 ? null : this.#bySecurityID[slot - 1]!;
  }

  /** From now on orders are held to the caps of their accounts. */
  holdToCaps(): void {
    this.#haveCaps = true;
    for (const instrument of this.#bySecurityID) setCaps(instrument);
  }

  /** From now on fees of trades are looked for. */
  chargeFees(): void {
    this.#haveFees = true;
    for (const instrument of this.#bySecurityID) instrument.hasFees = true;
  }

  hasSymbolHash(hash: number): boolean {
    return this.#bySecurityID.some((instrument) => instrument.symbolHash === hash);
  }

  /** Lists an instrument under a symbol that is not listed yet. */
  add(terms: InstrumentTerms): Instrument {
    const slot = this.#symbols.allocate();
    const words = this.#symbols.memory.wordsOf(slot);
    const at = slot << symbolShift;
    const instrument = new Instrument(slot, terms, this.pages);
    copyID(instrument.symbolWords, 0, words, at);
    this.#table.insert(hashID(words, at), slot);
    if (this.#haveCaps) setCaps(instrument);
    instrument.hasFees = this.#haveFees;
    this.#bySecurityID.push(instrument);
    return instrument;
  }
}

const setCaps = (instrument: Instrument): void => {
  instrument.hasCaps = true;
  instrument.setGuard();
};

const bytesReversed = (word: number): number =>
  (word << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24);

const wordsOfSymbol = (symbol: string): Int32Array =>
  Int32Array.from({ length: symbolWords }, (_, index) => wordOfText(symbol, index * 4));

/** Where the instrument of the symbol from `at` on is remembered. */
const placeOf = (words: Int32Array, at: number): number => {
  const sum = Math.imul(words[at]!, 0x9e3779b1) + Math.imul(words[at + 1]!, 0x85ebca6b);
  return ((sum ^ words[at + 2]!) >>> 24) & (knownCount - 1);
};

/** Four letters of ASCII text as the little-endian word that they are in a message. */
const wordOfText = (text: string, from: number): number => {
  let word = 0;
  for (let index = 3; index >= 0; index--) {
    const letter = from + index < text.length ? text.charCodeAt(from + index) : 0;
    word = (word << 8) | letter;
  }
  return word;
};
