import { crc32 } from "../schema/crc32.ts";
import type { StreamDelta, StreamSnapshot } from "../schema/http/reads-stream.ts";
import { parseDecimal, parseWideDecimal } from "../schema/units.ts";

/** A price of one side. `priceUnits` and `qtyUnits` are exact counts of the instrument's units; the strings are as sent. */
export interface Level {
  readonly price: string;
  readonly qty: string;
  readonly priceUnits: number;
  readonly qtyUnits: bigint;
}

export type Applied = "Applied" | "Gap" | "ChecksumDiffers" | "Malformed";

const checkedLevels = 25;

/** One instrument's book, kept by the stream's snapshots and deltas and checked against the checksum of each. */
export class BookReplica {
  readonly #priceExponent: number;
  readonly #qtyExponent: number;
  #bids: Level[] = [];
  #asks: Level[] = [];
  #seqNum = -1;

  constructor(exponents: { priceExponent: number; qtyExponent: number }) {
    this.#priceExponent = exponents.priceExponent;
    this.#qtyExponent = exponents.qtyExponent;
  }

  /** Of the last message; -1 before the first snapshot. */
  get seqNum(): number {
    return this.#seqNum;
  }

  /** Best price first. */
  get bids(): readonly Level[] {
    return this.#bids;
  }

  /** Best price first. */
  get asks(): readonly Level[] {
    return this.#asks;
  }

  /** Anything but "Applied" means that this replica is no longer the venue's book: ask for a new snapshot. */
  apply(message: StreamSnapshot | StreamDelta): Applied {
    if (message.type === "delta" && message.prevSeq !== this.#seqNum) return "Gap";
    const bids = this.#parsed(message.bids);
    const asks = this.#parsed(message.asks);
    if (bids === null || asks === null) return "Malformed";
    if (message.type === "snapshot") {
      this.#bids = [];
      this.#asks = [];
    }
    for (const level of bids) put(this.#bids, level, -1);
    for (const level of asks) put(this.#asks, level, 1);
    this.#seqNum = message.seqNum;
    return this.checksum() === message.checksum ? "Applied" : "ChecksumDiffers";
  }

  /** CRC-32 over the best levels of both sides, as schema/http/reads-stream.ts defines it. */
  checksum(): number {
    const text = [...this.#bids.slice(0, checkedLevels), ...this.#asks.slice(0, checkedLevels)]
      .map(({ price, qty }) => `${price}:${qty}`)
      .join(",");
    const bytes = new TextEncoder().encode(text);
    return crc32(bytes, 0, bytes.length);
  }

  #parsed(levels: readonly (readonly [string, string])[]): Level[] | null {
    const parsed: Level[] = [];
    for (const [price, qty] of levels) {
      const priceUnits = parseDecimal(price, this.#priceExponent);
      const qtyUnits = parseWideDecimal(qty, this.#qtyExponent);
      if (!priceUnits.ok || !qtyUnits.ok) return null;
      parsed.push({ price, qty, priceUnits: priceUnits.value, qtyUnits: qtyUnits.value });
    }
    return parsed;
  }
}

/** Sets a level to its new quantity, or takes it away at zero. `direction` is 1 where prices rise from the best on. */
function put(levels: Level[], level: Level, direction: 1 | -1): void {
  let low = 0;
  let high = levels.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const there = levels[middle]?.priceUnits ?? 0;
    if ((there - level.priceUnits) * direction < 0) low = middle + 1;
    else high = middle;
  }
  const stands = levels[low]?.priceUnits === level.priceUnits;
  if (level.qtyUnits === 0n) levels.splice(low, stands ? 1 : 0);
  else levels.splice(low, stands ? 1 : 0, level);
}
