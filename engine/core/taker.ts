import {
  compareWide,
  divideWide,
  isZeroWide,
  multiplyWide,
  readWideWords,
  subtractWide,
  Wide,
} from "../../schema/wide.ts";
import { Side } from "../../schema/generated/enums.ts";

import { copyID } from "./words.ts";

const priceMax = 2147483647;

/** The order that takes: of a NewOrderSingle, or off the book for a replace. One object, filled anew for each. */
export class Taker {
  readonly orderID = new Int32Array(4);
  firstSeqLow = 0;
  firstSeqHigh = 0;
  accountID = 0;
  side = 0;
  /** Its price, 0 for a market order. */
  price = 0;
  /** The worst price that it takes. */
  limit = 0;
  selfTradePrevention = 0;
  leavesQty = 0;
  cumQty = 0;
  preventedQty = 0;
  isByCash = false;
  readonly cash = new Wide();
  /** Of its first trade, 0 before it. */
  firstPx = 0;
  /** CancelReason that ended it, 0 while it goes on. */
  endReason = 0;
  readonly #cost = new Wide();

  /** Sets what every taker starts with; orderID, quantities and cash are the caller's to set. */
  start(accountID: number, side: number, price: number, selfTradePrevention: number): void {
    this.accountID = accountID;
    this.side = side;
    this.price = price;
    this.limit = price !== 0 || side === Side.Sell ? price : priceMax;
    this.selfTradePrevention = selfTradePrevention;
    this.isByCash = false;
    this.firstPx = 0;
    this.endReason = 0;
  }

  /** Copies its orderID, from words, and the seqNum that names it together with that. */
  takeID(words: Int32Array, at: number, firstSeqLow: number, firstSeqHigh: number): void {
    copyID(words, at, this.orderID, 0);
    this.firstSeqLow = firstSeqLow;
    this.firstSeqHigh = firstSeqHigh;
  }

  /** Whether there is quantity, or cash, to go on with. */
  get hasMore(): boolean {
    return this.isByCash ? !isZeroWide(this.cash) : this.leavesQty > 0;
  }

  /**
   * How much of a maker's quantity it can pay for: as much as it lacks; by cash all of it where the cash pays for that (a maker's
   * leavesQty need not be whole lots after a change of lotSize), else the lots that the cash pays for, which may be none.
   */
  affordableQty(makerQty: number, price: number, lotSize: number): number {
    if (!this.isByCash) return makerQty < this.leavesQty ? makerQty : this.leavesQty;
    multiplyWide(this.#cost, makerQty, price);
    if (compareWide(this.#cost, this.cash) <= 0) return makerQty;
    const qty = divideWide(this.cash, price);
    return qty - (qty % lotSize);
  }

  /** As affordableQty, for a trade: by cash cumQty has no orderQty above it, and stops at what a quantity can say. */
  tradableQty(makerQty: number, price: number, lotSize: number): number {
    const qty = this.affordableQty(makerQty, price, lotSize);
    if (!this.isByCash) return qty;
    const countable = Number.MAX_SAFE_INTEGER - this.cumQty;
    return qty <= countable ? qty : countable - (countable % lotSize);
  }

  /** Takes quantity off what is left, or its price off the cash. */
  use(qty: number, price: number): void {
    if (!this.isByCash) {
      this.leavesQty -= qty;
      return;
    }
    multiplyWide(this.#cost, qty, price);
    subtractWide(this.cash, this.#cost);
  }

  /** Makes it an order by cash, by the Wide whose words start at `at`. */
  payBy(words: Int32Array, at: number): void {
    this.isByCash = true;
    readWideWords(words, at, this.cash);
  }
}
