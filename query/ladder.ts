import { Side } from "../schema/generated/enums.ts";

/** An order on the book, linked into its level's queue. Quantities in quantity units, price in price units. */
export class RestingOrder {
  readonly orderID: string;
  readonly firstSeqNum: number;
  /** rptSeq of its acceptance: the public name. */
  readonly mdEntryID: number;
  readonly side: Side;
  price: number;
  /** What it shows: of a plain order all that is left. */
  leavesQty: number;
  /** Of an iceberg: most that it shows at a time; 0 for others. */
  readonly displayQty: number;
  /** Of an iceberg that rests: what is left beside what it shows. */
  hiddenQty: number;
  level: Level | null = null;
  before: RestingOrder | null = null;
  after: RestingOrder | null = null;

  constructor(fields: {
    orderID: string;
    firstSeqNum: number;
    mdEntryID: number;
    side: Side;
    price: number;
    leavesQty: number;
    displayQty?: number;
    hiddenQty?: number;
  }) {
    this.orderID = fields.orderID;
    this.firstSeqNum = fields.firstSeqNum;
    this.mdEntryID = fields.mdEntryID;
    this.side = fields.side;
    this.price = fields.price;
    this.leavesQty = fields.leavesQty;
    this.displayQty = fields.displayQty ?? 0;
    this.hiddenQty = fields.hiddenQty ?? 0;
  }

  /** Before it rests: an iceberg shows its displayQty and hides the rest. */
  show(): void {
    const left = this.leavesQty + this.hiddenQty;
    if (this.displayQty === 0 || left <= this.displayQty) {
      this.leavesQty = left;
      this.hiddenQty = 0;
      return;
    }
    this.leavesQty = this.displayQty;
    this.hiddenQty = left - this.displayQty;
  }
}

/** All orders of one price. Their sum may pass 2^53, so it is a bigint. */
export interface Level {
  readonly price: number;
  orderQty: bigint;
  orderCount: number;
  first: RestingOrder | null;
  last: RestingOrder | null;
}

/** One side of a book. Prices are kept in order with the best one last: most changes are near it. */
export class Ladder {
  readonly side: Side;
  readonly #prices: number[] = [];
  readonly #levels = new Map<number, Level>();
  #touched = new Set<number>();

  constructor(side: Side) {
    this.side = side;
  }

  get levelCount(): number {
    return this.#prices.length;
  }

  /** Best level, or null on an empty side. */
  get best(): Level | null {
    const price = this.#prices.at(-1);
    return price === undefined ? null : this.levelAt(price);
  }

  levelAt(price: number): Level | null {
    return this.#levels.get(price) ?? null;
  }

  /** Levels from the best on, at most `depth`. */
  *levels(depth: number): Generator<Level> {
    const end = Math.max(0, this.#prices.length - depth);
    for (let index = this.#prices.length - 1; index >= end; index--) {
      const level = this.#levels.get(this.#prices[index] ?? 0);
      if (level !== undefined) yield level;
    }
  }

  /** Puts an order at the end of its price's queue. */
  place(order: RestingOrder): void {
    const level = this.#levels.get(order.price) ?? this.#open(order.price);
    order.level = level;
    order.before = level.last;
    order.after = null;
    if (level.last === null) level.first = order;
    else level.last.after = order;
    level.last = order;
    level.orderCount++;
    level.orderQty += BigInt(order.leavesQty);
    this.#touched.add(order.price);
  }

  /** Changes what is left of an order; it keeps its place. */
  change(order: RestingOrder, leavesQty: number): void {
    const level = held(order);
    level.orderQty += BigInt(leavesQty) - BigInt(order.leavesQty);
    order.leavesQty = leavesQty;
    this.#touched.add(level.price);
  }

  remove(order: RestingOrder): void {
    const level = held(order);
    if (order.before === null) level.first = order.after;
    else order.before.after = order.after;
    if (order.after === null) level.last = order.before;
    else order.after.before = order.before;
    order.level = null;
    order.before = null;
    order.after = null;
    level.orderCount--;
    level.orderQty -= BigInt(order.leavesQty);
    if (level.orderCount === 0) this.#close(level.price);
    this.#touched.add(level.price);
  }

  /** Prices whose level has changed since the last call, best first. */
  takeTouched(): readonly number[] {
    if (this.#touched.size === 0) return [];
    const prices = [...this.#touched].sort((a, b) => this.#rank(b) - this.#rank(a));
    this.#touched = new Set();
    return prices;
  }

  #open(price: number): Level {
    const level: Level = { price, orderQty: 0n, orderCount: 0, first: null, last: null };
    this.#levels.set(price, level);
    this.#prices.splice(this.#place(price), 0, price);
    return level;
  }

  #close(price: number): void {
    this.#levels.delete(price);
    this.#prices.splice(this.#place(price), 1);
  }

  /** Index of the first price that is not worse. */
  #place(price: number): number {
    let low = 0;
    let high = this.#prices.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#rank(this.#prices[middle] ?? 0) < this.#rank(price)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Rises with how good a price is for the other side. */
  #rank(price: number): number {
    return this.side === Side.Buy ? price : -price;
  }
}

function held(order: RestingOrder): Level {
  if (order.level === null) throw new Error(`Order ${order.mdEntryID} is on no level`);
  return order.level;
}
