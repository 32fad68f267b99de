import { SecurityDefinitionLayout as Layout } from "../../schema/generated/security-definition.ts";
import { symbolHash } from "../../schema/hash.ts";
import { readText, readUint53 } from "../../schema/wire.ts";
import { hashID, IdTable } from "./id-table.ts";
import { Ladder } from "./ladder.ts";
import { LevelPages } from "./level-pages.ts";
import { chunkMask, chunkShift, RecordPool } from "./record-pool.ts";

/** An instrument with its book. Quantities in its quantity unit, prices in its price unit. */
export class Instrument {
  readonly securityID: number;
  readonly symbol: string;
  /** murmur2 of the symbol: the first 32 bits of every orderID of this instrument. */
  readonly symbolHash: number;
  readonly ladder: Ladder;
  baseCurrency = "";
  quoteCurrency = "";
  priceExponent = 0;
  qtyExponent = 0;
  tickSize = 1;
  lotSize = 1;
  minOrderQty = 0;
  maxOrderQty = 0;
  selfTradePrevention = 0;
  tradingState = 0;
  /** Of the last event. */
  rptSeq = 0;

  constructor(securityID: number, symbol: string, pages: LevelPages) {
    this.securityID = securityID;
    this.symbol = symbol;
    this.symbolHash = symbolHash(symbol);
    this.ladder = new Ladder(pages);
  }

  /** Takes what a SecurityDefinition may change at any time. */
  change(definition: DataView, block: number): void {
    this.tickSize = definition.getInt32(block + Layout.tickSize, true);
    this.lotSize = readUint53(definition, block + Layout.lotSize);
    this.minOrderQty = readUint53(definition, block + Layout.minOrderQty);
    this.maxOrderQty = readUint53(definition, block + Layout.maxOrderQty);
    this.selfTradePrevention = definition.getUint8(block + Layout.selfTradePrevention);
  }

  /** Takes what only the first definition says. */
  found(definition: DataView, block: number): void {
    this.baseCurrency = readText(definition, block + Layout.baseCurrency, 8);
    this.quoteCurrency = readText(definition, block + Layout.quoteCurrency, 8);
    this.priceExponent = definition.getInt8(block + Layout.priceExponent);
    this.qtyExponent = definition.getInt8(block + Layout.qtyExponent);
    this.tradingState = definition.getUint8(block + Layout.tradingState);
  }
}

/**
 * Instruments by securityID and by symbol, and the nodes that their ladders share.
 *
 * Invariant: securityID counts from 1 in order of definition, and an instrument is never removed.
 */
const symbolShift = 2;
const symbolWords = 4;

export class Instruments {
  readonly pages = new LevelPages();
  readonly #symbols = new RecordPool(symbolShift);
  readonly #table = new IdTable(this.#symbols, symbolWords);
  readonly #bySecurityID: Instrument[] = [];
  readonly #key = new Int32Array(symbolWords);

  get count(): number {
    return this.#bySecurityID.length;
  }

  /** The instrument of a securityID that was given out. */
  at(securityID: number): Instrument {
    return this.#bySecurityID[securityID - 1]!;
  }

  /** The instrument whose symbol stands in a message at `at`, or null. */
  find(source: DataView, at: number): Instrument | null {
    const slot = this.#table.find(this.#readSymbol(source, at), this.#key, 0);
    return slot === 0 ? null : this.#bySecurityID[slot - 1]!;
  }

  hasSymbolHash(hash: number): boolean {
    return this.#bySecurityID.some((instrument) => instrument.symbolHash === hash);
  }

  /** Lists an instrument under the symbol, not empty and not listed yet, that stands in a message at `at`. */
  add(source: DataView, at: number): Instrument {
    const hash = this.#readSymbol(source, at);
    const slot = this.#symbols.allocate();
    this.#symbols.words[slot >>> chunkShift]!.set(this.#key, (slot & chunkMask) << symbolShift);
    this.#table.insert(hash, slot);
    const instrument = new Instrument(slot, readText(source, at, 16), this.pages);
    this.#bySecurityID.push(instrument);
    return instrument;
  }

  /** Leaves the symbol's words in the scratch key; returns their hash. */
  #readSymbol(source: DataView, at: number): number {
    for (let index = 0; index < symbolWords; index++) {
      this.#key[index] = source.getInt32(at + index * 4, true);
    }
    return hashID(this.#key, 0);
  }
}
