/** A small venue for table tests: accounts 1 to 3, one instrument, short words for the commands. */
import type {
  BusinessRejectReason,
  CxlRejReason,
  OrdRejReason,
} from "../../schema/generated/enums.ts";
import {
  AccountStatus,
  BusinessRejectReasonName,
  CancelReasonName,
  CxlRejReasonName,
  DeadReasonName,
  OrdRejReasonName,
  OrdType,
  SelfTradePrevention,
  Side,
  TimeInForce,
  TradingState,
} from "../../schema/generated/enums.ts";
import type { AccountLimits } from "../../schema/generated/account-limits.ts";
import type { FeeSchedule } from "../../schema/generated/fee-schedule.ts";
import type { AccountDefinition } from "../../schema/generated/account-definition.ts";
import type { NewOrderSingle } from "../../schema/generated/new-order-single.ts";
import type { OrderCancelReplaceRequest } from "../../schema/generated/order-cancel-replace-request.ts";
import type { OrderCancelRequest } from "../../schema/generated/order-cancel-request.ts";
import type { OrderMassCancelRequest } from "../../schema/generated/order-mass-cancel-request.ts";
import type { Command, Event } from "../../schema/generated/records.ts";
import type { SecurityDefinition } from "../../schema/generated/security-definition.ts";
import type { SecurityStatus } from "../../schema/generated/security-status.ts";
import { symbolHash } from "../../schema/hash.ts";
import type { NaiveLimits } from "./naive-state.ts";
import { NaiveEngine } from "./naive-engine.ts";

type Changes<Message> = Partial<Omit<Message, "kind">>;

const symbol = "BTC-USD";
const startTime = 1_000_000;

export class Scenario {
  readonly engine: NaiveEngine;
  /** Append time of the next command, ms. */
  time = startTime;
  #seqNum = 0;

  constructor(limits: Partial<NaiveLimits> = {}) {
    this.engine = new NaiveEngine(limits);
  }

  /** With accounts 1 to 3 and the instrument defined. */
  static open(
    changes: Changes<SecurityDefinition> = {},
    limits: Partial<NaiveLimits> = {},
  ): Scenario {
    const scenario = new Scenario(limits);
    for (const accountID of [1, 2, 3]) scenario.account({ accountID });
    scenario.define(changes);
    return scenario;
  }

  get seqNum(): number {
    return this.#seqNum;
  }

  send(command: Command): readonly Event[] {
    this.#seqNum += 1;
    return this.engine.apply(command, 100 + this.#seqNum, this.time, this.#seqNum);
  }

  /** A limit order GTC of account 1 unless changed; `id` becomes its orderID. */
  order(
    id: number,
    side: Side,
    orderQty: number,
    price: number,
    changes: Changes<NewOrderSingle> = {},
  ): readonly Event[] {
    return this.send({
      kind: "NewOrderSingle",
      ...this.#shared(),
      orderID: orderIDOf(id),
      side,
      ordType: price === 0 ? OrdType.Market : OrdType.Limit,
      symbol,
      orderQty,
      cashOrderQty: 0n,
      price,
      timeInForce: price === 0 ? TimeInForce.IOC : TimeInForce.GTC,
      selfTradePrevention: SelfTradePrevention.Default,
      execInst: 0,
      expireTime: 0,
      clOrdID: "",
      ...changes,
    });
  }

  /** A Stop GTC, or a StopLimit where a price is given. */
  stop(
    id: number,
    side: Side,
    orderQty: number,
    stopPx: number,
    changes: Changes<NewOrderSingle> = {},
  ): readonly Event[] {
    const ordType = (changes.price ?? 0) === 0 ? OrdType.Stop : OrdType.StopLimit;
    const { GTC } = TimeInForce;
    return this.order(id, side, orderQty, 0, { ordType, timeInForce: GTC, stopPx, ...changes });
  }

  /** Account 2 sells `orderQty` to account 3 at `price`: the last trade. */
  trade(price: number, orderQty = 1): readonly Event[] {
    const id = 1_000_000 + this.#seqNum;
    this.order(id, Side.Sell, orderQty, price, { accountID: 2 });
    return this.order(id + 1, Side.Buy, orderQty, price, { accountID: 3 });
  }

  cancel(id: number, changes: Changes<OrderCancelRequest> = {}): readonly Event[] {
    const commandID = commandIDOf(this.#seqNum);
    return this.send({
      kind: "OrderCancelRequest",
      ...this.#shared(),
      commandID,
      orderID: orderIDOf(id),
      ...changes,
    });
  }

  replace(id: number, changes: Changes<OrderCancelReplaceRequest>): readonly Event[] {
    return this.send({
      kind: "OrderCancelReplaceRequest",
      ...this.#shared(),
      commandID: commandIDOf(this.#seqNum),
      losePriority: false,
      orderID: orderIDOf(id),
      orderQty: 0,
      price: 0,
      clOrdID: "",
      ...changes,
    });
  }

  massCancel(changes: Changes<OrderMassCancelRequest> = {}): readonly Event[] {
    const commandID = commandIDOf(this.#seqNum);
    return this.send({
      kind: "OrderMassCancelRequest",
      ...this.#shared(),
      commandID,
      side: Side.None,
      symbol: "",
      ...changes,
    });
  }

  define(changes: Changes<SecurityDefinition> = {}): readonly Event[] {
    return this.send({
      kind: "SecurityDefinition",
      ...this.#shared(),
      accountID: 0,
      commandID: commandIDOf(this.#seqNum),
      priceExponent: -2,
      qtyExponent: -8,
      symbol,
      baseCurrency: "BTC",
      quoteCurrency: "USD",
      tickSize: 1,
      selfTradePrevention: SelfTradePrevention.CancelNewest,
      lotSize: 1,
      minOrderQty: 0,
      maxOrderQty: 0,
      tradingState: TradingState.Open,
      ...changes,
    });
  }

  status(tradingState: TradingState, changes: Changes<SecurityStatus> = {}): readonly Event[] {
    const commandID = commandIDOf(this.#seqNum);
    return this.send({
      kind: "SecurityStatus",
      ...this.#shared(),
      accountID: 0,
      commandID,
      tradingState,
      symbol,
      ...changes,
    });
  }

  account(changes: Changes<AccountDefinition>): readonly Event[] {
    return this.send({
      kind: "AccountDefinition",
      ...this.#shared(),
      commandID: commandIDOf(this.#seqNum),
      accountStatus: AccountStatus.Active,
      name: "someone",
      ...changes,
    });
  }

  /** The schedule of a tier for every instrument unless a symbol is given. */
  fees(changes: Changes<FeeSchedule>): readonly Event[] {
    const commandID = commandIDOf(this.#seqNum);
    const none = { feeTier: 1, symbol: "", makerFeePpm: 0, takerFeePpm: 0 };
    return this.send({ kind: "FeeSchedule", ...this.#shared(), commandID, ...none, ...changes });
  }

  limit(changes: Changes<AccountLimits>): readonly Event[] {
    const commandID = commandIDOf(this.#seqNum);
    const none = { symbol, openOrderCountMax: 0, openNotionalMax: 0n };
    return this.send({ kind: "AccountLimits", ...this.#shared(), commandID, ...none, ...changes });
  }

  tick(): readonly Event[] {
    return this.send({ kind: "TimeTick", sendingTime: this.time });
  }

  #shared() {
    const requestHash = "00000000000000aa";
    return {
      sendingTime: this.time,
      validUntil: 0,
      requestHash,
      accountID: 1,
      attempt: 0,
    } as const;
  }
}

export function orderIDOf(id: number): string {
  return uuid(symbolHash(symbol), id);
}

function commandIDOf(seqNum: number): string {
  return uuid(0xc0, seqNum);
}

function uuid(first: number, last: number): string {
  return `${first.toString(16).padStart(8, "0")}-0000-8000-8000-${last.toString(16).padStart(12, "0")}`;
}

/** Events in a line each, with what a test wants to say about them. */
export function told(events: readonly Event[]): string[] {
  return events.map(tell);
}

function tell(event: Event): string {
  switch (event.kind) {
    case "OrderRejected":
      return `OrderRejected ${OrdRejReasonName[event.ordRejReason satisfies OrdRejReason]}`;
    case "OrderCancelReject":
      return `OrderCancelReject ${CxlRejReasonName[event.cxlRejReason satisfies CxlRejReason]}`;
    case "BusinessMessageReject":
      return `BusinessMessageReject ${BusinessRejectReasonName[event.businessRejectReason satisfies BusinessRejectReason]}`;
    case "OrderCanceled":
      return `OrderCanceled #${last(event.orderID)} ${CancelReasonName[event.cancelReason]} canceled ${event.canceledQty} cum ${event.cumQty}`;
    case "Trade":
      return `Trade #${last(event.makerOrderID)} with #${last(event.takerOrderID)} ${event.lastQty} at ${event.lastPx} leaves ${event.makerLeavesQty}, ${event.takerLeavesQty}`;
    case "OrderReplaced":
      return `OrderReplaced #${last(event.orderID)} ${event.orderQty} leaves ${event.leavesQty} at ${event.price}${event.keptPriority ? " in place" : ""}`;
    case "OrderTriggered":
      return `OrderTriggered #${last(event.orderID)} at ${event.stopPx}`;
    case "SelfTradePrevented":
      return `SelfTradePrevented #${last(event.makerOrderID)} with #${last(event.takerOrderID)} ${event.preventedQty} leaves ${event.makerLeavesQty}, ${event.takerLeavesQty}`;
    case "DeadManTimerFired":
      return `DeadManTimerFired ${event.totalAffectedOrders}`;
    case "OrderMassCancelReport":
      return `OrderMassCancelReport ${event.totalAffectedOrders}`;
    case "Duplicate":
      return `Duplicate of ${event.originalSeqNum}${event.conflict ? " conflict" : ""} reason ${event.reason}`;
    case "Deferred":
      return `Deferred #${last(event.orderID)} at attempt ${event.attempt} ${OrdRejReasonName[event.ordRejReason]}`;
    case "DeadLettered":
      return `DeadLettered #${last(event.orderID)} after ${event.attempts} ${DeadReasonName[event.deadReason]}`;
    case "AuctionIndication":
      return `AuctionIndication ${event.indicativeQty} at ${event.indicativePrice} imbalance ${event.imbalanceQty}`;
    case "OrderAccepted":
    case "SecurityDefined":
    case "SecurityStatusChanged":
    case "SecurityStatusScheduled":
    case "AccountDefined":
    case "AccountLimitsChanged":
    case "FeeScheduleChanged":
    case "DeadManTimerSet":
    case "ListAccepted":
    case "KeyDefined":
    case "SemanticsActivated":
    case "TimeTicked":
    case "Checkpoint":
      return event.kind;
  }
}

function last(orderID: string): number {
  return Number.parseInt(orderID.slice(-12), 16);
}
