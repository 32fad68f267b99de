import {
  CancelReason,
  OrdRejReason,
  OrdStatusName,
  OrdType,
  SideName,
} from "../../schema/generated/enums.ts";
import type { OrderAccepted } from "../../schema/generated/order-accepted.ts";
import type { OrderCanceled } from "../../schema/generated/order-canceled.ts";
import type { OrderRejected } from "../../schema/generated/order-rejected.ts";
import type { OrderReplaced } from "../../schema/generated/order-replaced.ts";
import type { Event } from "../../schema/generated/records.ts";
import type { SelfTradePrevented } from "../../schema/generated/self-trade-prevented.ts";
import type { Trade } from "../../schema/generated/trade.ts";

type Side = "Buy" | "Sell";

/** An order as the log has it. Prices and quantities in the instrument's units. */
export interface ExpectedOrder {
  readonly partition: number;
  readonly orderID: string;
  readonly firstSeqNum: number;
  readonly accountID: number;
  readonly symbol: string;
  readonly side: Side;
  /** rptSeq of the acceptance; 0 when it was refused. */
  readonly mdEntryID: number;
  price: number;
  orderQty: number;
  cumQty: number;
  leavesQty: number;
  /** Of an iceberg: most that it shows at a time; 0 for others. */
  readonly displayQty: number;
  /** What the book shows of it: of a plain order all that is left. */
  shownQty: number;
  ordStatus: string;
}

export interface ExpectedTrade {
  readonly symbol: string;
  readonly rptSeq: number;
  readonly seqNum: number;
  readonly lastPx: number;
  readonly lastQty: number;
  /** None: an auction. */
  readonly aggressorSide: Side | "None";
  readonly maker: ExpectedOrder;
  readonly taker: ExpectedOrder;
}

export interface ExpectedInstrument {
  readonly symbol: string;
  readonly priceExponent: number;
  readonly qtyExponent: number;
}

/**
 * What every read model must come to, folded from the events the plain way: no code of the projector or of query, whose work this
 * judges. Throws where the events contradict each other.
 */
export class ExpectedViews {
  readonly instruments = new Map<string, ExpectedInstrument>();
  readonly orders = new Map<string, ExpectedOrder>();
  readonly trades: ExpectedTrade[] = [];
  /** Price levels: first in the queue first. */
  readonly #levels = new Map<string, ExpectedOrder[]>();

  /** The events of one body, in order. */
  apply(partition: number, seqNum: number, events: readonly Event[]): void {
    for (const event of events) this.#apply(partition, seqNum, event);
  }

  /** The orders that rest on a side, best level first, each level in queue order. */
  book(symbol: string, side: Side): readonly (readonly ExpectedOrder[])[] {
    const direction = side === "Buy" ? -1 : 1;
    return [...this.#levels.values()]
      .filter(([first]) => first !== undefined && first.symbol === symbol && first.side === side)
      .toSorted(([one], [other]) => ((one?.price ?? 0) - (other?.price ?? 0)) * direction);
  }

  #apply(partition: number, seqNum: number, event: Event): void {
    switch (event.kind) {
      case "SecurityDefined":
        this.instruments.set(`${partition}:${event.securityID}`, event);
        return;
      case "OrderAccepted":
      case "OrderRejected":
        return this.#enter(partition, event);
      case "Trade":
        return this.#trade(partition, seqNum, event);
      case "OrderCanceled":
        return this.#cancel(this.#order(partition, event.orderID, event.firstSeqNum), event);
      case "OrderTriggered": {
        const order = this.#order(partition, event.orderID, event.firstSeqNum);
        if (order.price > 0) this.#rest(order);
        return;
      }
      case "OrderReplaced":
        return this.#replace(this.#order(partition, event.orderID, event.firstSeqNum), event);
      case "SelfTradePrevented":
        return this.#prevent(partition, event);
      case "OrderCancelReject":
      case "Duplicate":
      case "BusinessMessageReject":
      case "SecurityStatusChanged":
      case "SecurityStatusScheduled":
      case "AuctionIndication":
      case "AccountDefined":
      case "AccountLimitsChanged":
      case "FeeScheduleChanged":
      case "DeadManTimerSet":
      case "SemanticsActivated":
      case "DeadManTimerFired":
      case "ListAccepted":
      case "KeyDefined":
      case "OrderMassCancelReport":
      case "Deferred":
      case "DeadLettered":
      case "TimeTicked":
      case "Checkpoint":
        return;
    }
  }

  #enter(partition: number, event: OrderAccepted | OrderRejected): void {
    const accepted = event.kind === "OrderAccepted";
    // Nobody can tell the units of an order that was refused before its instrument was there.
    const hasUnits = event.securityID !== 0;
    const symbol = accepted ? this.#symbol(partition, event.securityID) : event.symbol;
    const order: ExpectedOrder = {
      partition,
      orderID: event.orderID,
      firstSeqNum: event.firstSeqNum,
      accountID: event.accountID,
      symbol,
      side: SideName[event.side] as Side,
      mdEntryID: accepted ? event.rptSeq : 0,
      price: hasUnits ? event.price : 0,
      orderQty: hasUnits ? event.orderQty : 0,
      cumQty: 0,
      leavesQty: accepted ? event.orderQty : 0,
      displayQty: accepted ? (event.displayQty ?? 0) : 0,
      shownQty: 0,
      ordStatus: accepted ? "New" : refusedStatus(event),
    };
    const key = `${partition}:${event.orderID}:${event.firstSeqNum}`;
    if (this.orders.has(key)) throw new Error(`Order ${key} enters twice`);
    this.orders.set(key, order);
    const waits = event.ordType === OrdType.Stop || event.ordType === OrdType.StopLimit;
    if (accepted && order.price > 0 && !waits) this.#rest(order);
  }

  #trade(partition: number, seqNum: number, event: Trade): void {
    const maker = this.#order(partition, event.makerOrderID, event.makerFirstSeqNum);
    const taker = this.#order(partition, event.takerOrderID, event.takerFirstSeqNum);
    const { rptSeq, lastPx, lastQty } = event;
    const aggressorSide = SideName[event.aggressorSide];
    this.trades.push({
      symbol: maker.symbol,
      rptSeq,
      seqNum,
      lastPx,
      lastQty,
      aggressorSide,
      maker,
      taker,
    });
    maker.cumQty += lastQty;
    taker.cumQty += lastQty;
    maker.ordStatus = OrdStatusName[event.makerOrdStatus];
    taker.ordStatus = OrdStatusName[event.takerOrdStatus];
    // In an auction both rest, and show what they may in their places.
    if (aggressorSide === "None") this.#take(maker, event.makerLeavesQty);
    else this.#give(maker, lastQty, event.makerLeavesQty);
    this.#take(taker, event.takerLeavesQty);
  }

  #cancel(order: ExpectedOrder, event: OrderCanceled): void {
    if (order.cumQty !== event.cumQty) {
      throw new Error(
        `Order ${order.orderID} is canceled with cumQty ${event.cumQty}, traded ${order.cumQty}`,
      );
    }
    order.ordStatus = event.cancelReason === CancelReason.Expired ? "Expired" : "Canceled";
    this.#lower(order, 0);
  }

  #replace(order: ExpectedOrder, event: OrderReplaced): void {
    order.orderQty = event.orderQty;
    if (event.stopPx !== undefined) {
      order.price = event.price;
      order.leavesQty = event.leavesQty;
      return;
    }
    if (event.keptPriority) return this.#lower(order, event.leavesQty);
    this.#lower(order, 0);
    order.price = event.price;
    order.leavesQty = event.leavesQty;
    if (order.leavesQty > 0) this.#rest(order);
  }

  #prevent(partition: number, event: SelfTradePrevented): void {
    this.#give(
      this.#order(partition, event.makerOrderID, event.makerFirstSeqNum),
      event.preventedQty,
      event.makerLeavesQty,
    );
    this.#take(
      this.#order(partition, event.takerOrderID, event.takerFirstSeqNum),
      event.takerLeavesQty,
    );
  }

  #rest(order: ExpectedOrder): void {
    const key = levelKey(order);
    const level = this.#levels.get(key);
    show(order);
    if (level === undefined) this.#levels.set(key, [order]);
    else level.push(order);
  }

  /** A maker gives up some of what it shows; an iceberg that shows nothing any more goes to the end of its level. */
  #give(order: ExpectedOrder, qty: number, leavesQty: number): void {
    const shownQty = order.shownQty - qty;
    const isUsedUp = order.displayQty > 0 && shownQty === 0 && leavesQty > 0;
    if (isUsedUp) this.#lower(order, 0);
    this.#lower(order, leavesQty);
    order.shownQty = shownQty;
    if (isUsedUp) this.#rest(order);
  }

  /** A taker that will rest, or an order that an auction leaves, shows what it may. */
  #take(order: ExpectedOrder, leavesQty: number): void {
    this.#lower(order, leavesQty);
    show(order);
  }

  #lower(order: ExpectedOrder, leavesQty: number): void {
    order.leavesQty = leavesQty;
    order.shownQty = order.displayQty > 0 ? Math.min(order.shownQty, leavesQty) : leavesQty;
    if (leavesQty > 0) return;
    const key = levelKey(order);
    const level = this.#levels.get(key);
    const at = level?.indexOf(order) ?? -1;
    if (level === undefined || at < 0) return;
    level.splice(at, 1);
    if (level.length === 0) this.#levels.delete(key);
  }

  #order(partition: number, orderID: string, firstSeqNum: number): ExpectedOrder {
    const order = this.orders.get(`${partition}:${orderID}:${firstSeqNum}`);
    if (order === undefined) throw new Error(`An event of order ${orderID}, which never entered`);
    return order;
  }

  #symbol(partition: number, securityID: number): string {
    const instrument = this.instruments.get(`${partition}:${securityID}`);
    if (instrument === undefined)
      throw new Error(`An event of instrument ${securityID}, never defined`);
    return instrument.symbol;
  }
}

function refusedStatus({ ordRejReason }: OrderRejected): string {
  return ordRejReason === OrdRejReason.CanceledBeforeEntry ? "Canceled" : "Rejected";
}

function show(order: ExpectedOrder): void {
  const { displayQty, leavesQty } = order;
  order.shownQty = displayQty > 0 ? Math.min(displayQty, leavesQty) : leavesQty;
}

function levelKey(order: ExpectedOrder): string {
  return `${order.symbol} ${order.side} ${order.price}`;
}
