import { CancelReason, OrdRejReason, OrdStatus, Side } from "../schema/generated/enums.ts";
import type { AuctionIndication } from "../schema/generated/auction-indication.ts";
import type { Deferred } from "../schema/generated/deferred.ts";
import type { ListAccepted } from "../schema/generated/list-accepted.ts";
import type { OrderAccepted } from "../schema/generated/order-accepted.ts";
import type { OrderCanceled } from "../schema/generated/order-canceled.ts";
import type { OrderRejected } from "../schema/generated/order-rejected.ts";
import type { OrderReplaced } from "../schema/generated/order-replaced.ts";
import type { OrderTriggered } from "../schema/generated/order-triggered.ts";
import type { Event } from "../schema/generated/records.ts";
import type { SecurityDefined } from "../schema/generated/security-defined.ts";
import type { SelfTradePrevented } from "../schema/generated/self-trade-prevented.ts";
import type { Trade } from "../schema/generated/trade.ts";
import type {
  AccountLimitsRow,
  FeeScheduleRow,
  AccountRow,
  InstrumentRow,
  KeyRow,
  OrderRow,
} from "../schema/postgres/tables.ts";
import { makerFeeOf, takerFeeOf } from "../schema/fees.ts";
import { freshOrder, isOpen, shownAnew, shownInPlace, shownLess } from "./order-rows.ts";

/** What the projector must know of the past to go on: instruments, and the orders that may still change. */
export interface ProjectorState {
  readonly partition: number;
  /** By securityID. */
  readonly instruments: Map<number, InstrumentRow>;
  /** Open orders by orderKey: all of them, or those that the coming events name. */
  readonly orders: Map<string, OrderRow>;
}

/** A body as the projector needs it; FoldedBody is one. */
export interface ProjectedBody {
  readonly position: { readonly seqNum: number };
  readonly transactTime: number;
  readonly events: readonly Event[];
}

export type ReportKind =
  | "New"
  | "Deferred"
  | "Rejected"
  | "Trade"
  | "Canceled"
  | "Replaced"
  | "Triggered"
  | "SelfTradePrevented";

/** One order's change by one event: as it stood before (null: it is new) and as it stands after. */
export interface OrderReport {
  readonly kind: ReportKind;
  readonly before: OrderRow | null;
  readonly order: OrderRow;
  /** Of a trade; for SelfTradePrevented the quantity prevented. */
  readonly lastQty: number | null;
  readonly lastPx: number | null;
  /** Of a trade, in price unit x quantity unit: what the order's account pays, below 0 what it receives. */
  readonly fee: bigint;
  /** FIX 851: 1 added liquidity, 2 removed it, 4 traded in an auction; 0: no trade. */
  readonly lastLiquidityInd: 0 | 1 | 2 | 4;
}

/** What one body changes, in the order of its events. */
export interface BodyChanges {
  readonly reports: OrderReport[];
  readonly trades: Trade[];
  readonly indications: AuctionIndication[];
  readonly instruments: InstrumentRow[];
  readonly accounts: AccountRow[];
  readonly accountLimits: AccountLimitsRow[];
  readonly feeSchedules: FeeScheduleRow[];
  readonly keys: KeyRow[];
}

export function orderKey(orderID: string, firstSeqNum: number): string {
  return `${orderID}/${firstSeqNum}`;
}

/**
 * The changes of one body; `state` moves on with it. A pure fold: the same bodies on the same state give the same changes. Throws
 * when an event names an instrument or an order that the state does not have, or contradicts it.
 */
export function project(body: ProjectedBody, state: ProjectorState): BodyChanges {
  const changes: BodyChanges = {
    reports: [],
    trades: [],
    indications: [],
    instruments: [],
    accounts: [],
    accountLimits: [],
    feeSchedules: [],
    keys: [],
  };
  const step = new Step(body, state, changes);
  for (const event of body.events) step.apply(event);
  return changes;
}

/** Orders from before the body that its events name. */
export function namedOrders(
  body: ProjectedBody,
): { readonly orderID: string; readonly firstSeqNum: number }[] {
  const { seqNum } = body.position;
  return body.events.flatMap(ordersOf).filter(({ firstSeqNum }) => firstSeqNum !== seqNum);
}

function ordersOf(event: Event): { orderID: string; firstSeqNum: number }[] {
  if (
    event.kind === "OrderCanceled" ||
    event.kind === "OrderReplaced" ||
    event.kind === "OrderTriggered"
  ) {
    return [{ orderID: event.orderID, firstSeqNum: event.firstSeqNum }];
  }
  if (event.kind !== "Trade" && event.kind !== "SelfTradePrevented") return [];
  return [
    { orderID: event.makerOrderID, firstSeqNum: event.makerFirstSeqNum },
    { orderID: event.takerOrderID, firstSeqNum: event.takerFirstSeqNum },
  ];
}

class Step {
  readonly #body: ProjectedBody;
  readonly #state: ProjectorState;
  readonly #changes: BodyChanges;
  /** Of a body that brings a pair: by orderID, the other one. */
  readonly #others = new Map<string, string>();

  constructor(body: ProjectedBody, state: ProjectorState, changes: BodyChanges) {
    this.#body = body;
    this.#state = state;
    this.#changes = changes;
  }

  apply(event: Event): void {
    switch (event.kind) {
      case "OrderAccepted":
        return this.#report("New", null, this.#accepted(event));
      case "OrderRejected":
        return this.#report("Rejected", null, this.#rejected(event));
      case "Deferred":
        return this.#report("Deferred", null, this.#deferred(event));
      case "Trade":
        return this.#trade(event);
      case "OrderCanceled":
        return this.#cancel(event);
      case "OrderReplaced":
        return this.#replace(event);
      case "OrderTriggered":
        return this.#trigger(event);
      case "SelfTradePrevented":
        return this.#prevent(event);
      case "SecurityDefined":
        return this.#define(this.#instrument(event));
      case "SecurityStatusChanged": {
        const { tradingState } = event;
        return this.#define({ ...this.#known(event.securityID), tradingState });
      }
      case "AccountDefined": {
        const { accountID, accountStatus, name, feeTier = 0 } = event;
        this.#changes.accounts.push({ ...this.#place(), accountID, accountStatus, name, feeTier });
        return;
      }
      case "AccountLimitsChanged": {
        const { kind: _kind, rptSeq: _rptSeq, ...limits } = event;
        this.#changes.accountLimits.push({ ...this.#place(), ...limits });
        return;
      }
      case "FeeScheduleChanged": {
        const { kind: _kind, rptSeq: _rptSeq, ...schedule } = event;
        this.#changes.feeSchedules.push({ ...this.#place(), ...schedule });
        return;
      }
      case "KeyDefined": {
        const { kind: _kind, rptSeq: _rptSeq, ...key } = event;
        this.#changes.keys.push({ ...this.#place(), ...key });
        return;
      }
      case "AuctionIndication":
        return void this.#changes.indications.push(event);
      case "ListAccepted":
        return this.#link(event);
      case "SecurityStatusScheduled":
      case "TimeTicked":
      case "OrderCancelReject":
      case "Duplicate":
      case "BusinessMessageReject":
      case "OrderMassCancelReport":
      case "DeadLettered":
      case "DeadManTimerSet":
      case "SemanticsActivated":
      case "DeadManTimerFired":
      case "Checkpoint":
        return;
    }
  }

  /** The orders of a pair come right behind. */
  #link({ firstOrderID, secondOrderID }: ListAccepted): void {
    if (firstOrderID === undefined || secondOrderID === undefined) return;
    this.#others.set(firstOrderID, secondOrderID);
    this.#others.set(secondOrderID, firstOrderID);
  }

  #trade(event: Trade): void {
    this.#changes.trades.push(event);
    const notional = BigInt(event.lastPx) * BigInt(event.lastQty);
    const maker = this.#order(event.makerOrderID, event.makerFirstSeqNum);
    const taker = this.#order(event.takerOrderID, event.takerFirstSeqNum);
    if (maker.leavesQty - event.lastQty !== event.makerLeavesQty) {
      throw this.#broken(`order ${maker.orderID} has leavesQty ${maker.leavesQty} before a trade`);
    }
    const fill = { lastQty: event.lastQty, lastPx: event.lastPx };
    const filled = (order: OrderRow, leavesQty: number, ordStatus: OrdStatus): OrderRow => ({
      ...this.#moved(order, event.rptSeq),
      cumQty: order.cumQty + event.lastQty,
      cumNotional: order.cumNotional + notional,
      leavesQty,
      ordStatus,
    });
    const filledMaker = filled(maker, event.makerLeavesQty, event.makerOrdStatus);
    const isAuction = event.aggressorSide === Side.None;
    const afterMaker = isAuction ? shownAnew(filledMaker) : shownLess(filledMaker, event.lastQty);
    const afterTaker = shownAnew(filled(taker, event.takerLeavesQty, event.takerOrdStatus));
    this.#report("Trade", maker, afterMaker, {
      ...fill,
      fee: makerFeeOf(event),
      lastLiquidityInd: isAuction ? 4 : 1,
    });
    this.#report("Trade", taker, afterTaker, {
      ...fill,
      fee: takerFeeOf(event),
      lastLiquidityInd: isAuction ? 4 : 2,
    });
  }

  #cancel(event: OrderCanceled): void {
    const order = this.#order(event.orderID, event.firstSeqNum);
    if (order.cumQty !== event.cumQty) {
      throw this.#broken(`order ${event.orderID} has cumQty ${order.cumQty}, not ${event.cumQty}`);
    }
    const { cancelReason } = event;
    const ordStatus =
      cancelReason === CancelReason.Expired ? OrdStatus.Expired : OrdStatus.Canceled;
    const moved = this.#moved(order, event.rptSeq);
    this.#report("Canceled", order, { ...moved, leavesQty: 0, ordStatus, cancelReason });
  }

  #trigger(event: OrderTriggered): void {
    const order = this.#order(event.orderID, event.firstSeqNum);
    const { transactTime } = this.#body;
    const triggered = { stopPx: event.stopPx, triggeredTime: transactTime };
    this.#report("Triggered", order, { ...this.#moved(order, event.rptSeq), ...triggered });
  }

  #replace(event: OrderReplaced): void {
    const order = this.#order(event.orderID, event.firstSeqNum);
    const { orderQty, leavesQty, cumQty, price, clOrdID } = event;
    if (order.cumQty !== cumQty) {
      throw this.#broken(`order ${event.orderID} has cumQty ${order.cumQty}, not ${cumQty}`);
    }
    const replaced: OrderRow = {
      ...this.#moved(order, event.rptSeq),
      orderQty,
      leavesQty,
      price: price === 0 ? null : price,
      stopPx: event.stopPx ?? order.stopPx,
      replaceClOrdID: clOrdID === "" ? null : clOrdID,
      ordStatus: cumQty > 0 ? OrdStatus.PartiallyFilled : OrdStatus.New,
    };
    const after = event.keptPriority ? shownInPlace(replaced) : shownAnew(replaced);
    this.#report("Replaced", order, after);
  }

  #prevent(event: SelfTradePrevented): void {
    const { preventedQty, rptSeq } = event;
    const prevented = (order: OrderRow, leavesQty: number): OrderRow => ({
      ...this.#moved(order, rptSeq),
      leavesQty,
      preventedQty: order.preventedQty + preventedQty,
    });
    const maker = this.#order(event.makerOrderID, event.makerFirstSeqNum);
    const taker = this.#order(event.takerOrderID, event.takerFirstSeqNum);
    const last = { ...noFill, lastQty: preventedQty };
    const afterMaker = shownLess(prevented(maker, event.makerLeavesQty), preventedQty);
    const afterTaker = shownAnew(prevented(taker, event.takerLeavesQty));
    this.#report("SelfTradePrevented", maker, afterMaker, last);
    this.#report("SelfTradePrevented", taker, afterTaker, last);
  }

  #report(
    kind: ReportKind,
    before: OrderRow | null,
    order: OrderRow,
    last: Pick<OrderReport, "lastQty" | "lastPx" | "fee" | "lastLiquidityInd"> = noFill,
  ): void {
    const key = orderKey(order.orderID, order.firstSeqNum);
    if (isOpen(order)) this.#state.orders.set(key, order);
    else this.#state.orders.delete(key);
    this.#changes.reports.push({ kind, before, order, ...last });
  }

  #accepted(event: OrderAccepted): OrderRow {
    const { stopPx, pegOffsetValue, displayQty } = event;
    return shownAnew({
      ...freshOrder(event, this.#body.transactTime, this.#place()),
      symbol: this.#known(event.securityID).symbol,
      execInst: event.execInst,
      selfTradePrevention: event.selfTradePrevention,
      cashOrderQty: event.cashOrderQty === 0n ? null : event.cashOrderQty,
      leavesQty: event.orderQty,
      ordStatus: OrdStatus.New,
      expireTime: event.expireTime === 0 ? null : event.expireTime,
      stopPx: stopPx ?? null,
      pegOffsetValue: pegOffsetValue ?? null,
      displayQty: displayQty ?? null,
      otherOrderID: this.#others.get(event.orderID) ?? null,
    });
  }

  #rejected(event: OrderRejected): OrderRow {
    const { symbol, ordRejReason } = event;
    const isCanceled = ordRejReason === OrdRejReason.CanceledBeforeEntry;
    const ordStatus = isCanceled ? OrdStatus.Canceled : OrdStatus.Rejected;
    return {
      ...freshOrder(event, this.#body.transactTime, this.#place()),
      symbol,
      ordStatus,
      ordRejReason,
    };
  }

  /** Its ordRejReason is why it waits. What settles it brings the whole row anew. */
  #deferred(event: Deferred): OrderRow {
    const { symbol, ordRejReason } = event;
    return {
      ...freshOrder(event, this.#body.transactTime, this.#place()),
      symbol,
      ordStatus: OrdStatus.PendingNew,
      ordRejReason,
    };
  }

  #moved(order: OrderRow, rptSeq: number): OrderRow {
    const { transactTime, position } = this.#body;
    return { ...order, transactTime, lastRptSeq: rptSeq, lastSeqNum: position.seqNum };
  }

  #instrument(event: SecurityDefined): InstrumentRow {
    const { kind: _kind, rptSeq: _rptSeq, created: _created, ...instrument } = event;
    const { priceBandBps = 0, takerBandBps = 0, referencePrice = 0 } = event;
    return { ...this.#place(), ...instrument, priceBandBps, takerBandBps, referencePrice };
  }

  #define(instrument: InstrumentRow): void {
    const row = { ...instrument, lastSeqNum: this.#body.position.seqNum };
    this.#state.instruments.set(row.securityID, row);
    this.#changes.instruments.push(row);
  }

  #place(): { partition: number; lastSeqNum: number } {
    return { partition: this.#state.partition, lastSeqNum: this.#body.position.seqNum };
  }

  #known(securityID: number): InstrumentRow {
    const instrument = this.#state.instruments.get(securityID);
    if (instrument === undefined) throw this.#broken(`securityID ${securityID} is unknown`);
    return instrument;
  }

  #order(orderID: string, firstSeqNum: number): OrderRow {
    const order = this.#state.orders.get(orderKey(orderID, firstSeqNum));
    if (order === undefined) throw this.#broken(`order ${orderID} is not open`);
    return order;
  }

  #broken(what: string): Error {
    return new Error(
      `Partition ${this.#state.partition}, seqNum ${this.#body.position.seqNum}: ${what}`,
    );
  }
}

const noFill = { lastQty: null, lastPx: null, fee: 0n, lastLiquidityInd: 0 } as const;
