import { CancelReason, OrdStatus, Side } from "../../schema/generated/enums.ts";
import type { OrderAccepted } from "../../schema/generated/order-accepted.ts";
import type { OrderCanceled } from "../../schema/generated/order-canceled.ts";
import type { OrderRejected } from "../../schema/generated/order-rejected.ts";
import type { OrderReplaced } from "../../schema/generated/order-replaced.ts";
import type { Event } from "../../schema/generated/records.ts";
import type { SelfTradePrevented } from "../../schema/generated/self-trade-prevented.ts";
import type { Trade } from "../../schema/generated/trade.ts";

/** An order as the fold has it. Quantities and prices in units. */
export interface LedgerOrder {
  readonly orderID: string;
  readonly firstSeqNum: number;
  readonly accountID: number;
  readonly securityID: number;
  readonly clOrdID: string;
  readonly side: Side;
  price: number;
  orderQty: number;
  cumQty: number;
  leavesQty: number;
  ordStatus: OrdStatus;
}

/** One side of a trade. */
export interface LedgerFill {
  readonly securityID: number;
  readonly rptSeq: number;
  readonly seqNum: number;
  readonly accountID: number;
  readonly orderID: string;
  readonly side: Side;
  readonly lastQty: number;
  readonly lastPx: number;
  readonly isTaker: boolean;
}

/** What one command came to. */
export interface Outcome {
  readonly seqNum: number;
  readonly commandOffset: number;
  readonly events: readonly Event[];
}

/** What the log says of some accounts: orders, fills, and every outcome that names one of them. */
export class Ledger {
  readonly orders = new Map<string, LedgerOrder>();
  readonly fills: LedgerFill[] = [];
  readonly outcomes = new Map<number, Outcome>();
  readonly #accountIDs: ReadonlySet<number>;
  readonly #byOrderID = new Map<string, LedgerOrder[]>();

  constructor(accountIDs: Iterable<number>) {
    this.#accountIDs = new Set(accountIDs);
  }

  /** Outcomes in the order of the log. */
  apply(outcome: Outcome): void {
    if (outcome.events.some((event) => this.#isWatched(event))) {
      this.outcomes.set(outcome.seqNum, outcome);
    }
    for (const event of outcome.events) this.#take(event, outcome.seqNum);
  }

  /** Every acceptance of an orderID, oldest first. */
  acceptancesOf(orderID: string): readonly LedgerOrder[] {
    return this.#byOrderID.get(orderID) ?? [];
  }

  #isWatched(event: Event): boolean {
    if (event.kind === "Trade") {
      const { makerAccountID, takerAccountID } = event;
      return this.#accountIDs.has(makerAccountID) || this.#accountIDs.has(takerAccountID);
    }
    return "accountID" in event && this.#accountIDs.has(event.accountID);
  }

  #take(event: Event, seqNum: number): void {
    if (event.kind === "OrderAccepted") this.#accept(event);
    if (event.kind === "OrderRejected") this.#reject(event);
    if (event.kind === "Trade") this.#trade(event, seqNum);
    if (event.kind === "OrderCanceled") this.#cancel(event);
    if (event.kind === "OrderReplaced") this.#replace(event);
    if (event.kind === "SelfTradePrevented") this.#prevent(event);
  }

  #accept(event: OrderAccepted): void {
    const { orderID, firstSeqNum, accountID, securityID, clOrdID, side, price, orderQty } = event;
    if (!this.#accountIDs.has(accountID)) return;
    const fields = { orderID, firstSeqNum, accountID, securityID, clOrdID, side, price, orderQty };
    const ordStatus = OrdStatus.New;
    const order: LedgerOrder = { ...fields, cumQty: 0, leavesQty: orderQty, ordStatus };
    this.orders.set(keyOf(orderID, firstSeqNum), order);
    const known = this.#byOrderID.get(orderID);
    if (known === undefined) this.#byOrderID.set(orderID, [order]);
    else known.push(order);
  }

  #reject(event: OrderRejected): void {
    const { orderID, firstSeqNum, accountID, securityID, clOrdID, side, price, orderQty } = event;
    if (!this.#accountIDs.has(accountID)) return;
    const ordStatus = OrdStatus.Rejected;
    const fields = { orderID, firstSeqNum, accountID, securityID, clOrdID, side, price, orderQty };
    this.orders.set(keyOf(orderID, firstSeqNum), { ...fields, cumQty: 0, leavesQty: 0, ordStatus });
  }

  #trade(event: Trade, seqNum: number): void {
    const { securityID, rptSeq, lastQty, lastPx, aggressorSide } = event;
    const makerSide = aggressorSide === Side.Buy ? Side.Sell : Side.Buy;
    const shared = { securityID, rptSeq, seqNum, lastQty, lastPx };
    const sides = [
      {
        ...shared,
        accountID: event.makerAccountID,
        orderID: event.makerOrderID,
        side: makerSide,
        isTaker: false,
      },
      {
        ...shared,
        accountID: event.takerAccountID,
        orderID: event.takerOrderID,
        side: aggressorSide,
        isTaker: true,
      },
    ];
    this.fills.push(...sides.filter(({ accountID }) => this.#accountIDs.has(accountID)));
    const maker = this.#order(event.makerOrderID, event.makerFirstSeqNum);
    const taker = this.#order(event.takerOrderID, event.takerFirstSeqNum);
    fill(maker, { lastQty, leavesQty: event.makerLeavesQty, ordStatus: event.makerOrdStatus });
    fill(taker, { lastQty, leavesQty: event.takerLeavesQty, ordStatus: event.takerOrdStatus });
  }

  #cancel({ orderID, firstSeqNum, cancelReason }: OrderCanceled): void {
    const order = this.#order(orderID, firstSeqNum);
    if (order === undefined) return;
    const expired = cancelReason === CancelReason.Expired;
    order.leavesQty = 0;
    order.ordStatus = expired ? OrdStatus.Expired : OrdStatus.Canceled;
  }

  #replace({ orderID, firstSeqNum, price, orderQty, leavesQty, cumQty }: OrderReplaced): void {
    const order = this.#order(orderID, firstSeqNum);
    if (order === undefined) return;
    const ordStatus = cumQty > 0 ? OrdStatus.PartiallyFilled : OrdStatus.New;
    Object.assign(order, { price, orderQty, leavesQty, ordStatus });
  }

  #prevent(event: SelfTradePrevented): void {
    const maker = this.#order(event.makerOrderID, event.makerFirstSeqNum);
    const taker = this.#order(event.takerOrderID, event.takerFirstSeqNum);
    if (maker !== undefined) maker.leavesQty = event.makerLeavesQty;
    if (taker !== undefined) taker.leavesQty = event.takerLeavesQty;
  }

  #order(orderID: string, firstSeqNum: number): LedgerOrder | undefined {
    return this.orders.get(keyOf(orderID, firstSeqNum));
  }
}

function fill(
  order: LedgerOrder | undefined,
  trade: { lastQty: number; leavesQty: number; ordStatus: OrdStatus },
): void {
  if (order === undefined) return;
  order.cumQty += trade.lastQty;
  order.leavesQty = trade.leavesQty;
  order.ordStatus = trade.ordStatus;
}

function keyOf(orderID: string, firstSeqNum: number): string {
  return `${orderID}/${firstSeqNum}`;
}
