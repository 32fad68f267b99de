/**
 * Checks the promises that an event stream makes by itself, without the commands: nothing here knows why an event was written. It
 * follows every order from its acceptance to its end and keeps a book of its own.
 */
import {
  CancelReason,
  OrdStatus,
  Side,
  TimeInForce,
  TradingState,
} from "../../schema/generated/enums.ts";
import type { OrderAccepted } from "../../schema/generated/order-accepted.ts";
import {
  isBetter,
  isReachedBy,
  isWrongWayRound,
  markReached,
  newBook,
  shownAnew,
  statusOf,
  trailed,
} from "./audited-book.ts";
import type { AuditedBook, AuditedOrder } from "./audited-book.ts";
import { AuditedPairs } from "./audited-pairs.ts";
import { BrokenPromise, check } from "./broken-promise.ts";
import type { OrderCanceled } from "../../schema/generated/order-canceled.ts";
import type { OrderReplaced } from "../../schema/generated/order-replaced.ts";
import type { OrderTriggered } from "../../schema/generated/order-triggered.ts";
import type { Event } from "../../schema/generated/records.ts";
import type { SecurityStatusChanged } from "../../schema/generated/security-status-changed.ts";
import type { SelfTradePrevented } from "../../schema/generated/self-trade-prevented.ts";
import type { Trade } from "../../schema/generated/trade.ts";

export class Auditor {
  readonly #open = new Map<string, AuditedOrder>();
  readonly #books = new Map<number, AuditedBook>();
  /** The order that this command has accepted or taken off its place, not resting yet. */
  #taker: AuditedOrder | null = null;
  readonly #pairs = new AuditedPairs();

  /** The events of one command, in order. Throws BrokenPromise. */
  observe(events: readonly Event[]): void {
    if (events.length === 0) throw new BrokenPromise("Every command has an event", null);
    for (const event of events) this.#observe(event);
    if (this.#taker !== null) this.#rest(this.#taker, events.at(-1) ?? null);
    this.#taker = null;
    this.#pairs.observe(events);
    for (const book of this.#books.values()) {
      markReached(book);
      if (isWrongWayRound(book))
        throw new BrokenPromise("The best bid is below the best ask", events.at(-1) ?? null);
      for (const order of book.waiting)
        if (order.isReached) throw new BrokenPromise("No stop that was reached waits on", null);
    }
  }

  /** Orders that rest, by (orderID, firstSeqNum). */
  get openCount(): number {
    return this.#open.size;
  }

  #observe(event: Event): void {
    this.#count(event);
    switch (event.kind) {
      case "OrderAccepted":
        return this.#accept(event);
      case "Trade":
        return this.#trade(event);
      case "SelfTradePrevented":
        return this.#prevent(event);
      case "OrderCanceled":
        return this.#cancel(event);
      case "OrderReplaced":
        return this.#replace(event);
      case "OrderTriggered":
        return this.#trigger(event);
      case "SecurityDefined":
        if (event.created) this.#bookOf(event.securityID).tradingState = event.tradingState;
        return;
      case "SecurityStatusChanged":
        return this.#changeState(event);
      case "ListAccepted":
      case "OrderRejected":
      case "OrderCancelReject":
      case "Duplicate":
      case "Deferred":
      case "DeadLettered":
      case "BusinessMessageReject":
      case "SecurityStatusScheduled":
      case "AuctionIndication":
      case "AccountDefined":
      case "AccountLimitsChanged":
      case "FeeScheduleChanged":
      case "DeadManTimerSet":
      case "DeadManTimerFired":
      case "KeyDefined":
      case "SemanticsActivated":
      case "OrderMassCancelReport":
      case "TimeTicked":
      case "Checkpoint":
    }
  }

  #count(event: Event): void {
    if (!("rptSeq" in event) || event.rptSeq === 0 || !("securityID" in event)) return;
    const book = this.#bookOf(event.securityID);
    book.rptSeq += 1;
    check(event.rptSeq === book.rptSeq, "An instrument's events are numbered without a gap", event);
  }

  #accept(accepted: OrderAccepted): void {
    const { orderID, firstSeqNum, price, cashOrderQty } = accepted;
    this.#startItem(accepted);
    const isCash = cashOrderQty > 0n;
    const orderQty = BigInt(accepted.orderQty);
    const order: AuditedOrder = {
      accepted,
      price,
      orderQty,
      leavesQty: orderQty,
      cumQty: 0n,
      preventedQty: 0n,
      shownQty: 0n,
      cash: isCash ? cashOrderQty : null,
      stopPx: accepted.stopPx ?? 0,
      isReached: false,
    };
    const isNew = !this.#open.has(keyOf(orderID, firstSeqNum));
    check(isNew, "An order is accepted once", accepted);
    this.#open.set(keyOf(orderID, firstSeqNum), order);
    if (order.stopPx === 0) this.#taker = order;
    else this.#wait(order);
  }

  #changeState(event: SecurityStatusChanged): void {
    const book = this.#bookOf(event.securityID);
    book.tradingState = event.tradingState;
    book.isOpening = event.tradingState === TradingState.Open;
  }

  #wait(order: AuditedOrder): void {
    const book = this.#bookOf(order.accepted.securityID);
    book.waiting.add(order);
    const isOpen = book.tradingState === TradingState.Open;
    order.isReached = isOpen && book.lastPx !== 0 && isReachedBy(order, book.lastPx);
  }

  /** A stop that a trade has reached, at the stopPx that its trailing has led to, becomes the taker. */
  #trigger(event: OrderTriggered): void {
    const order = this.#orderOf(event.orderID, event.firstSeqNum, event);
    if (this.#taker !== null) this.#rest(this.#taker, event);
    const book = this.#bookOf(event.securityID);
    markReached(book);
    check(book.waiting.delete(order), "What is triggered has waited", event);
    check(order.isReached, "A stop waits for a trade at its stopPx", event);
    check(event.stopPx === order.stopPx, "A stop is triggered where it stands", event);
    order.stopPx = 0;
    this.#taker = order;
  }

  /** A trade reaches stops, and takes trailing ones along. */
  #noteTrade(event: Trade): void {
    const book = this.#bookOf(event.securityID);
    const price = event.lastPx;
    book.lastPx = price;
    for (const order of book.waiting) {
      if (order.isReached || isReachedBy(order, price)) order.isReached = true;
      else order.stopPx = trailed(order, price);
    }
  }

  /** In an auction the first of both sides trade, at a price that both allow. */
  #auction(event: Trade): void {
    const buy = this.#orderOf(event.makerOrderID, event.makerFirstSeqNum, event);
    const sell = this.#orderOf(event.takerOrderID, event.takerFirstSeqNum, event);
    const book = this.#bookOf(event.securityID);
    check(book.isOpening, "A trade without a taker opens a book", event);
    const areFirst = book.bids[0] === buy && book.asks[0] === sell;
    check(areFirst, "An auction trades from the best price on", event);
    const isAllowed = buy.price >= event.lastPx && sell.price <= event.lastPx;
    check(isAllowed, "The price of an auction is within both limits", event);
    this.#noteTrade(event);
    const lastQty = BigInt(event.lastQty);
    check(lastQty > 0n, "A quantity changes hands", event);
    const leaves = [event.makerLeavesQty, event.takerLeavesQty];
    const statuses = [event.makerOrdStatus, event.takerOrdStatus];
    for (const [index, order] of [buy, sell].entries()) {
      order.cumQty += lastQty;
      order.leavesQty -= lastQty;
      order.shownQty = shownAnew(order);
      const isSaid = BigInt(leaves[index] ?? -1) === order.leavesQty;
      check(isSaid && order.leavesQty >= 0n, "An event says what an order has left", event);
      check(statuses[index] === statusOf(order), "An order is filled when nothing is left", event);
      if (order.leavesQty === 0n) this.#close(order);
    }
  }

  #trade(event: Trade): void {
    if (event.aggressorSide === Side.None) return this.#auction(event);
    const maker = this.#orderOf(event.makerOrderID, event.makerFirstSeqNum, event);
    const taker = this.#orderOf(event.takerOrderID, event.takerFirstSeqNum, event);
    this.#checkMeeting(maker, taker, event.lastPx, event);
    check(
      event.makerAccountID === maker.accepted.accountID,
      "A trade names the maker's account",
      event,
    );
    check(
      event.takerAccountID === taker.accepted.accountID,
      "A trade names the taker's account",
      event,
    );
    check(event.makerAccountID !== event.takerAccountID, "Nobody trades with himself", event);
    this.#noteTrade(event);
    const lastQty = BigInt(event.lastQty);
    for (const order of [maker, taker]) order.cumQty += lastQty;
    this.#use(maker, taker, lastQty, event);
    check(
      event.makerOrdStatus === statusOf(maker),
      "A maker is filled when nothing is left",
      event,
    );
    check(
      event.takerOrdStatus === statusOf(taker),
      "A taker is filled when nothing is left",
      event,
    );
    for (const order of [maker, taker])
      if (statusOf(order) === OrdStatus.Filled) this.#close(order);
  }

  #prevent(event: SelfTradePrevented): void {
    const maker = this.#orderOf(event.makerOrderID, event.makerFirstSeqNum, event);
    const taker = this.#orderOf(event.takerOrderID, event.takerFirstSeqNum, event);
    this.#checkMeeting(maker, taker, event.price, event);
    const isOwn = maker.accepted.accountID === taker.accepted.accountID;
    check(
      isOwn && event.accountID === taker.accepted.accountID,
      "Only own orders are kept apart",
      event,
    );
    const preventedQty = BigInt(event.preventedQty);
    for (const order of [maker, taker]) order.preventedQty += preventedQty;
    this.#use(maker, taker, preventedQty, event);
  }

  #use(
    maker: AuditedOrder,
    taker: AuditedOrder,
    qty: bigint,
    event: Trade | SelfTradePrevented,
  ): void {
    check(qty > 0n, "A quantity changes hands", event);
    check(qty <= maker.shownQty || maker.leavesQty < qty, "A maker gives what it shows", event);
    maker.leavesQty -= qty;
    maker.shownQty -= qty;
    if (maker.shownQty <= 0n && maker.leavesQty > 0n) {
      this.#takeOff(maker);
      this.#queue(maker);
    }
    if (taker.cash === null) taker.leavesQty -= qty;
    else taker.cash -= qty * BigInt(maker.price);
    const isCovered = maker.leavesQty >= 0n && taker.leavesQty >= 0n && (taker.cash ?? 0n) >= 0n;
    check(isCovered, "No order gives more than it has", event);
    check(
      BigInt(event.makerLeavesQty) === maker.leavesQty,
      "An event says what the maker has left",
      event,
    );
    check(
      BigInt(event.takerLeavesQty) === taker.leavesQty,
      "An event says what the taker has left",
      event,
    );
  }

  /** Price, then time: the maker is the first order of the best level, at a price that both allow. */
  #checkMeeting(
    maker: AuditedOrder,
    taker: AuditedOrder,
    price: number,
    event: Trade | SelfTradePrevented,
  ): void {
    check(taker === this.#taker, "The taker is the order that this command brought", event);
    const ladder = this.#ladderOf(maker);
    check(ladder[0] === maker, "The maker is the first of the best level", event);
    check(price === maker.price, "The price is the maker's", event);
    check(event.aggressorSide === taker.accepted.side, "The aggressor is the taker", event);
    check(maker.accepted.side !== taker.accepted.side, "A buy meets a sell", event);
    const isAllowed = taker.price === 0 || !isBetter(taker.accepted.side, price, taker.price);
    check(isAllowed, "The price is within the taker's limit", event);
  }

  #cancel(event: OrderCanceled): void {
    const order = this.#orderOf(event.orderID, event.firstSeqNum, event);
    const { accountID, side } = order.accepted;
    check(
      event.accountID === accountID && event.side === side,
      "An event names the order's account and side",
      event,
    );
    check(event.price === order.price, "An event names the order's price", event);
    check(BigInt(event.cumQty) === order.cumQty, "cumQty is the sum of the trades", event);
    const isBelow = event.cancelReason === CancelReason.ReplacedBelowCumQty;
    const canceledQty = BigInt(event.canceledQty);
    check(isBelow || canceledQty === order.leavesQty, "What is canceled is what was left", event);
    this.#close(order);
  }

  /** What is left of an order before this one rests: of an item of a list before, or of a stop that an opening triggered as it fell due. */
  #startItem(event: Event): void {
    if (this.#taker === null) return;
    this.#rest(this.#taker, event);
    this.#taker = null;
  }

  #replace(event: OrderReplaced): void {
    this.#startItem(event);
    const order = this.#orderOf(event.orderID, event.firstSeqNum, event);
    check(BigInt(event.cumQty) === order.cumQty, "A replace keeps what has traded", event);
    const isIncrease = BigInt(event.orderQty) > order.orderQty || event.price !== order.price;
    check(!(event.keptPriority && isIncrease), "Priority is kept by a decrease only", event);
    const leavesQty = BigInt(event.orderQty) - order.cumQty - order.preventedQty;
    check(
      event.leavesQty === 0 || BigInt(event.leavesQty) === leavesQty,
      "leavesQty is what is not traded or prevented",
      event,
    );
    if (order.stopPx !== 0) return this.#replaceWaiting(order, event);
    if (!event.keptPriority) this.#takeOff(order);
    order.price = event.price;
    order.orderQty = BigInt(event.orderQty);
    order.leavesQty = BigInt(event.leavesQty);
    if (!event.keptPriority) this.#taker = order;
    else if (order.shownQty > order.leavesQty) order.shownQty = order.leavesQty;
  }

  #replaceWaiting(order: AuditedOrder, event: OrderReplaced): void {
    check((event.stopPx ?? 0) !== 0, "What waits has a stopPx", event);
    check(!event.keptPriority || event.stopPx === order.stopPx, "Its stopPx is its place", event);
    order.price = event.price;
    order.orderQty = BigInt(event.orderQty);
    order.leavesQty = BigInt(event.leavesQty);
    order.stopPx = event.stopPx ?? 0;
    this.#wait(order);
  }

  #rest(order: AuditedOrder, event: Event | null): void {
    const { timeInForce } = order.accepted;
    const isLasting = timeInForce !== TimeInForce.IOC && timeInForce !== TimeInForce.FOK;
    const mayRest = isLasting && order.price !== 0;
    if (!mayRest || order.leavesQty <= 0n)
      throw new BrokenPromise("Only limit orders that last rest", event);
    this.#queue(order);
  }

  /** To the end of its level; an iceberg shows its displayQty. */
  #queue(order: AuditedOrder): void {
    order.shownQty = shownAnew(order);
    const ladder = this.#ladderOf(order);
    const worse = ladder.findIndex((other) =>
      isBetter(order.accepted.side, order.price, other.price),
    );
    ladder.splice(worse === -1 ? ladder.length : worse, 0, order);
  }

  #orderOf(orderID: string, firstSeqNum: number, event: Event): AuditedOrder {
    const order = this.#open.get(keyOf(orderID, firstSeqNum));
    if (order === undefined) throw new BrokenPromise("Events are about open orders", event);
    return order;
  }

  #close(order: AuditedOrder): void {
    this.#open.delete(keyOf(order.accepted.orderID, order.accepted.firstSeqNum));
    if (this.#taker === order) this.#taker = null;
    else this.#takeOff(order);
  }

  #takeOff(order: AuditedOrder): void {
    if (this.#bookOf(order.accepted.securityID).waiting.delete(order)) return;
    const ladder = this.#ladderOf(order);
    ladder.splice(ladder.indexOf(order), 1);
  }

  #ladderOf({ accepted }: AuditedOrder): AuditedOrder[] {
    const book = this.#bookOf(accepted.securityID);
    return accepted.side === Side.Buy ? book.bids : book.asks;
  }

  #bookOf(securityID: number): AuditedBook {
    const book = this.#books.get(securityID) ?? newBook(TradingState.Open);
    this.#books.set(securityID, book);
    return book;
  }
}

function keyOf(orderID: string, firstSeqNum: number): string {
  return `${orderID}:${firstSeqNum}`;
}
