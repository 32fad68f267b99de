import { OrdType, Side, TimeInForce } from "../schema/generated/enums.ts";
import type { OrderAccepted } from "../schema/generated/order-accepted.ts";
import type { OrderCanceled } from "../schema/generated/order-canceled.ts";
import type { OrderReplaced } from "../schema/generated/order-replaced.ts";
import type { OrderTriggered } from "../schema/generated/order-triggered.ts";
import type { Event } from "../schema/generated/records.ts";
import type { SecurityDefined } from "../schema/generated/security-defined.ts";
import type { SelfTradePrevented } from "../schema/generated/self-trade-prevented.ts";
import type { Trade } from "../schema/generated/trade.ts";
import { Book, termsOf } from "./book.ts";
import { RestingOrder } from "./ladder.ts";

/** The order that a body is about: it trades before it rests, if it may rest at all. */
interface Arriving {
  readonly orderID: string;
  readonly firstSeqNum: number;
  /** Null when it never rests (market, IOC, FOK). */
  readonly order: RestingOrder | null;
  readonly book: Book;
}

/** An instrument's book and its stops, out of a snapshot. */
export interface SavedBook {
  readonly book: Book;
  readonly orders: readonly RestingOrder[];
  readonly waiting: readonly Omit<Arriving, "book">[];
}

/** What the fold of the books looks at. */
export interface AppliedBody {
  readonly position: { readonly seqNum: number };
  readonly transactTime: number;
  readonly events: readonly Event[];
}

type InstrumentEvent = Extract<
  Event,
  {
    kind:
      | "OrderAccepted"
      | "OrderRejected"
      | "Trade"
      | "OrderCanceled"
      | "OrderReplaced"
      | "OrderTriggered"
      | "SelfTradePrevented"
      | "SecurityDefined"
      | "SecurityStatusChanged"
      | "SecurityStatusScheduled"
      | "AuctionIndication";
  }
>;

/** Who is named by orderID and firstSeqNum. */
interface OrderName {
  readonly orderID: string;
  readonly firstSeqNum: number;
}

/**
 * Books of one partition: a pure fold of its bodies. A body is applied as a whole and looked at only between bodies. An event that
 * does not fit what came before throws; the books are then of no use any more.
 */
export class PartitionBooks {
  readonly partition: number;
  readonly #books = new Map<number, Book>();
  readonly #bySymbol = new Map<string, Book>();
  readonly #orders = new Map<string, RestingOrder>();
  /** Stops that wait for their trigger, by orderID. */
  readonly #waiting = new Map<string, Arriving>();
  readonly #changed = new Set<Book>();
  #arriving: Arriving | null = null;
  #seqNum = 0;
  #transactTime = 0;

  constructor(partition: number) {
    this.partition = partition;
  }

  /** Of the last applied body; 0 before the first. */
  get seqNum(): number {
    return this.#seqNum;
  }

  get books(): Iterable<Book> {
    return this.#books.values();
  }

  /** Log time of the last applied body. */
  get transactTime(): number {
    return this.#transactTime;
  }

  find(symbol: string): Book | null {
    return this.#bySymbol.get(symbol) ?? null;
  }

  /** Open orders: those that rest and those that wait for their trigger. */
  get orderCount(): number {
    return this.#orders.size + this.#waiting.size;
  }

  /** Starts from a state that was saved after the body `seqNum`, instead of from nothing. */
  restore(at: { seqNum: number; transactTime: number }, books: readonly SavedBook[]): void {
    this.#seqNum = at.seqNum;
    this.#transactTime = at.transactTime;
    for (const { book, orders, waiting } of books) {
      this.#books.set(book.terms.securityID, book);
      this.#bySymbol.set(book.terms.symbol, book);
      for (const order of orders) this.#rest(book, order);
      for (const each of waiting) this.#waiting.set(each.orderID, { ...each, book });
      book.assertUncrossed();
    }
  }

  /** Returns the books that the body has an event of. */
  apply(body: AppliedBody): ReadonlySet<Book> {
    const { seqNum } = body.position;
    this.#changed.clear();
    for (const event of body.events) this.#applyEvent(event, seqNum, body.transactTime);
    this.#settle();
    for (const book of this.#changed) book.assertUncrossed();
    this.#seqNum = seqNum;
    this.#transactTime = body.transactTime;
    return this.#changed;
  }

  #applyEvent(event: Event, seqNum: number, transactTime: number): void {
    if (!isOfInstrument(event)) return;
    if (event.kind === "SecurityDefined" && event.created) return this.#define(event, seqNum);
    const book = this.#bookOf(event.securityID);
    book.advance(seqNum, event.rptSeq);
    this.#changed.add(book);
    switch (event.kind) {
      case "OrderAccepted":
        return this.#accept(book, event);
      case "Trade":
        return this.#trade(book, event, { seqNum, transactTime });
      case "SelfTradePrevented":
        return this.#prevent(book, event);
      case "OrderCanceled":
        return this.#cancel(book, event);
      case "OrderReplaced":
        return this.#replace(book, event);
      case "OrderTriggered":
        return this.#trigger(event);
      case "SecurityDefined":
        return book.changeTerms(
          { ...termsOf(event), tradingState: book.terms.tradingState },
          seqNum,
        );
      case "SecurityStatusChanged":
        return book.changeTerms({ ...book.terms, tradingState: event.tradingState }, seqNum);
      case "AuctionIndication":
        return book.indicate(event);
      case "SecurityStatusScheduled":
      case "OrderRejected":
        return;
    }
  }

  #define(event: SecurityDefined, seqNum: number): void {
    if (this.#books.has(event.securityID)) throw new Error(`${event.symbol} is defined twice`);
    const book = new Book(this.partition, termsOf(event), {
      seqNum,
      rptSeq: 0,
      transactTime: 0,
    });
    book.advance(seqNum, event.rptSeq);
    this.#books.set(event.securityID, book);
    this.#bySymbol.set(event.symbol, book);
    this.#changed.add(book);
  }

  #accept(book: Book, event: OrderAccepted): void {
    this.#settle();
    const { orderID, firstSeqNum, ordType } = event;
    const order = mayRest(event)
      ? new RestingOrder({
          orderID,
          firstSeqNum,
          mdEntryID: event.rptSeq,
          side: event.side,
          price: event.price,
          leavesQty: event.orderQty,
          displayQty: event.displayQty ?? 0,
        })
      : null;
    const arriving = { orderID, firstSeqNum, order, book };
    const isStop = ordType === OrdType.Stop || ordType === OrdType.StopLimit;
    if (isStop) this.#waiting.set(orderID, arriving);
    else this.#arriving = arriving;
  }

  /** A stop waits no longer: from here on it is the order that arrives. */
  #trigger({ orderID, firstSeqNum }: OrderTriggered): void {
    this.#settle();
    const waiting = this.#waitingOf({ orderID, firstSeqNum });
    if (waiting === null) throw new Error(`Order ${orderID} of ${firstSeqNum} does not wait`);
    this.#waiting.delete(orderID);
    this.#arriving = waiting;
  }

  /** An auction's trade: both orders rest, and give of all that they have, at a price that is not their own. */
  #auction(book: Book, event: Trade): void {
    const { makerOrderID, makerFirstSeqNum, takerOrderID, takerFirstSeqNum } = event;
    this.#settle();
    const buy = this.#resting({ orderID: makerOrderID, firstSeqNum: makerFirstSeqNum });
    const sell = this.#resting({ orderID: takerOrderID, firstSeqNum: takerFirstSeqNum });
    for (const [order, leavesQty] of [
      [buy, event.makerLeavesQty],
      [sell, event.takerLeavesQty],
    ] as const) {
      if (order.leavesQty + order.hiddenQty - event.lastQty !== leavesQty) {
        throw new Error(`${book.terms.symbol}: trade ${event.rptSeq} does not fit its orders`);
      }
      if (leavesQty === 0) this.#leave(book, order);
      else this.#showAnew(book, order, leavesQty);
    }
  }

  /** In its place an iceberg shows up to its displayQty again. */
  #showAnew(book: Book, order: RestingOrder, leavesQty: number): void {
    const { displayQty } = order;
    const shownQty = displayQty === 0 ? leavesQty : Math.min(displayQty, leavesQty);
    book.ladder(order.side).change(order, shownQty);
    order.hiddenQty = leavesQty - shownQty;
  }

  #trade(book: Book, event: Trade, at: { seqNum: number; transactTime: number }): void {
    const { aggressorSide } = event;
    if (aggressorSide === Side.None) this.#auction(book, event);
    else this.#take(book, event);
    const { rptSeq, lastPx, lastQty } = event;
    book.addTrade({ rptSeq, ...at, lastPx, lastQty, aggressorSide });
  }

  #take(book: Book, event: Trade): void {
    const { makerOrderID, makerFirstSeqNum, lastPx, lastQty, makerLeavesQty, rptSeq } = event;
    const maker = this.#resting({ orderID: makerOrderID, firstSeqNum: makerFirstSeqNum });
    const leftQty = maker.leavesQty + maker.hiddenQty - lastQty;
    if (maker.price !== lastPx || leftQty !== makerLeavesQty || lastQty > maker.leavesQty) {
      throw new Error(`${book.terms.symbol}: trade ${rptSeq} does not fit its maker`);
    }
    if (makerLeavesQty === 0) this.#leave(book, maker);
    else this.#reduce(book, maker, lastQty);
    this.#changeTaker(
      { orderID: event.takerOrderID, firstSeqNum: event.takerFirstSeqNum },
      event.takerLeavesQty,
    );
  }

  /** What an order shows gets less; an iceberg that shows nothing any more shows more at the end of its level. */
  #reduce(book: Book, order: RestingOrder, qty: number): void {
    const ladder = book.ladder(order.side);
    ladder.change(order, order.leavesQty - qty);
    if (order.leavesQty > 0 || order.hiddenQty === 0) return;
    ladder.remove(order);
    order.show();
    ladder.place(order);
  }

  /** A maker without leaves stays on the book until its own OrderCanceled, which follows at once. */
  #prevent(book: Book, event: SelfTradePrevented): void {
    const { makerOrderID, makerFirstSeqNum, takerOrderID, takerFirstSeqNum } = event;
    const maker = this.#resting({ orderID: makerOrderID, firstSeqNum: makerFirstSeqNum });
    this.#reduce(book, maker, event.preventedQty);
    this.#changeTaker(
      { orderID: takerOrderID, firstSeqNum: takerFirstSeqNum },
      event.takerLeavesQty,
    );
  }

  #cancel(book: Book, event: OrderCanceled): void {
    if (this.#isArriving(event)) this.#arriving = null;
    else if (this.#waitingOf(event) !== null) this.#waiting.delete(event.orderID);
    else this.#leave(book, this.#resting(event));
  }

  #replace(book: Book, event: OrderReplaced): void {
    // An item of a list may be about the order of the one before.
    this.#settle();
    const waiting = this.#waitingOf(event);
    if (waiting !== null) return changeWaiting(waiting, event);
    const order = this.#resting(event);
    if (event.keptPriority) return this.#decrease(book, order, event.leavesQty);
    this.#leave(book, order);
    order.price = event.price;
    order.leavesQty = event.leavesQty;
    order.hiddenQty = 0;
    this.#arriving = { orderID: order.orderID, firstSeqNum: order.firstSeqNum, order, book };
  }

  /** In its place: an iceberg shows no more than is left. */
  #decrease(book: Book, order: RestingOrder, leavesQty: number): void {
    const shownQty = Math.min(order.leavesQty, leavesQty);
    const isIceberg = order.displayQty > 0;
    book.ladder(order.side).change(order, isIceberg ? shownQty : leavesQty);
    order.hiddenQty = isIceberg ? leavesQty - shownQty : 0;
  }

  /** What is left of the arriving order rests. */
  #settle(): void {
    const arriving = this.#arriving;
    this.#arriving = null;
    if (arriving === null || arriving.order === null || arriving.order.leavesQty === 0) return;
    arriving.order.show();
    this.#rest(arriving.book, arriving.order);
  }

  #rest(book: Book, order: RestingOrder): void {
    if (this.#orders.has(order.orderID)) throw new Error(`Order ${order.orderID} rests twice`);
    this.#orders.set(order.orderID, order);
    book.ladder(order.side).place(order);
  }

  #leave(book: Book, order: RestingOrder): void {
    book.ladder(order.side).remove(order);
    this.#orders.delete(order.orderID);
  }

  #changeTaker(name: OrderName, leavesQty: number): void {
    if (!this.#isArriving(name)) throw new Error(`Taker ${name.orderID} has not arrived`);
    const order = this.#arriving?.order ?? null;
    if (order !== null) order.leavesQty = leavesQty;
  }

  #waitingOf({ orderID, firstSeqNum }: OrderName): Arriving | null {
    const waiting = this.#waiting.get(orderID);
    return waiting?.firstSeqNum === firstSeqNum ? waiting : null;
  }

  #isArriving(name: OrderName): boolean {
    const arriving = this.#arriving;
    return (
      arriving !== null &&
      arriving.orderID === name.orderID &&
      arriving.firstSeqNum === name.firstSeqNum
    );
  }

  #resting({ orderID, firstSeqNum }: OrderName): RestingOrder {
    const order = this.#orders.get(orderID);
    if (order === undefined || order.firstSeqNum !== firstSeqNum) {
      throw new Error(`Order ${orderID} of seqNum ${firstSeqNum} does not rest`);
    }
    return order;
  }

  #bookOf(securityID: number): Book {
    const book = this.#books.get(securityID);
    if (book === undefined) throw new Error(`securityID ${securityID} is not defined`);
    return book;
  }
}

/** Whether orders with it rest. */
export function isLasting(timeInForce: TimeInForce): boolean {
  return timeInForce !== TimeInForce.IOC && timeInForce !== TimeInForce.FOK;
}

/** Whether what is left of the order rests once it has traded. */
function mayRest({ ordType, timeInForce }: OrderAccepted): boolean {
  const hasLimit = ordType === OrdType.Limit || ordType === OrdType.StopLimit;
  return hasLimit && isLasting(timeInForce);
}

function changeWaiting({ order }: Arriving, { price, leavesQty }: OrderReplaced): void {
  if (order === null) return;
  order.price = price;
  order.leavesQty = leavesQty;
}

/** Only such events have an rptSeq; a refusal of an unknown symbol has none. */
function isOfInstrument(event: Event): event is InstrumentEvent {
  return "rptSeq" in event && event.rptSeq !== 0;
}
