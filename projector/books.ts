import { Side } from "../schema/generated/enums.ts";
import type { OrderRow } from "../schema/postgres/tables.ts";
import { isOpen, isWaiting } from "./order-rows.ts";
import type { OrderReport } from "./project.ts";

/** Best price of a side and the quantity there; price null: nobody. In units; the orders of a level may pass 2^53 together. */
export interface Best {
  readonly price: number | null;
  readonly orderQty: bigint;
}

export interface TopOfBook {
  readonly bid: Best;
  readonly ask: Best;
}

/** The levels of every instrument of a partition, as far as best bid and ask need them. Read it between bodies: within one, a taker counts as well. */
export class Books {
  readonly #books = new Map<number, Book>();

  /** Adds an order that is open where the fold goes on. */
  add(order: OrderRow): void {
    this.#book(order.securityID).move(null, order);
  }

  /** Instruments whose levels the reports touch. */
  apply(reports: readonly OrderReport[]): Set<number> {
    const touched = new Set<number>();
    for (const { before, order } of reports) {
      if (order.securityID === 0) continue;
      this.#book(order.securityID).move(before, order);
      touched.add(order.securityID);
    }
    return touched;
  }

  /** The top, if it is another than at the last call. */
  changedTop(securityID: number): TopOfBook | null {
    return this.#book(securityID).changedTop();
  }

  #book(securityID: number): Book {
    let book = this.#books.get(securityID);
    if (book === undefined) this.#books.set(securityID, (book = new Book()));
    return book;
  }
}

class Book {
  readonly #bids = new Levels();
  readonly #asks = new Levels();
  #last: TopOfBook = { bid: nobody, ask: nobody };

  move(before: OrderRow | null, after: OrderRow): void {
    const levels = after.side === Side.Buy ? this.#bids : this.#asks;
    if (before !== null) levels.change(before.price, -shownQty(before));
    levels.change(after.price, shownQty(after));
  }

  changedTop(): TopOfBook | null {
    const top = apart({ bid: this.#bids.best("highest"), ask: this.#asks.best("lowest") });
    const last = this.#last;
    if (same(top.bid, last.bid) && same(top.ask, last.ask)) return null;
    this.#last = top;
    return top;
  }
}

const nobody: Best = { price: null, orderQty: 0n };

/** Where bids and asks cross, before an opening, neither is a price at which anybody could trade now. */
function apart(top: TopOfBook): TopOfBook {
  const isCrossed =
    top.bid.price !== null && top.ask.price !== null && top.bid.price >= top.ask.price;
  return isCrossed ? { bid: nobody, ask: nobody } : top;
}

function same(a: Best, b: Best): boolean {
  return a.price === b.price && a.orderQty === b.orderQty;
}

function shownQty(order: OrderRow): bigint {
  return isOpen(order) && !isWaiting(order) ? BigInt(order.shownQty ?? order.leavesQty) : 0n;
}

/** Quantity by price, and the prices in order. */
class Levels {
  readonly #prices: number[] = [];
  readonly #orderQty = new Map<number, bigint>();

  change(price: number | null, difference: bigint): void {
    if (price === null || difference === 0n) return;
    const present = this.#orderQty.get(price);
    if (present === undefined) this.#prices.splice(this.#place(price), 0, price);
    const orderQty = (present ?? 0n) + difference;
    if (orderQty < 0n) throw new Error(`The level at ${price} has less than nothing`);
    if (orderQty > 0n) {
      this.#orderQty.set(price, orderQty);
      return;
    }
    this.#orderQty.delete(price);
    this.#prices.splice(this.#place(price), 1);
  }

  best(end: "highest" | "lowest"): Best {
    const price = this.#prices.at(end === "highest" ? -1 : 0);
    return price === undefined ? nobody : { price, orderQty: this.#orderQty.get(price) ?? 0n };
  }

  /** Index of the first price that is not below. */
  #place(price: number): number {
    let low = 0;
    let high = this.#prices.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#prices[middle] ?? 0) < price) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
