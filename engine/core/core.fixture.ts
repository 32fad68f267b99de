import { bodyHeaderBytes } from "../../schema/body.ts";
import { frame } from "../../schema/frame.ts";
import {
  AccountStatus,
  ContingencyType,
  DisconnectScope,
  KeyAlgorithm,
  KeyStatus,
  OrdType,
  SelfTradePrevention,
  Side,
  TimeInForce,
  TradingState,
} from "../../schema/generated/enums.ts";
import type { AccountLimits } from "../../schema/generated/account-limits.ts";
import type { CancelOnDisconnect } from "../../schema/generated/cancel-on-disconnect.ts";
import type { ActivateSemantics } from "../../schema/generated/activate-semantics.ts";
import type { FeeSchedule } from "../../schema/generated/fee-schedule.ts";
import type { KeyDefinition } from "../../schema/generated/key-definition.ts";
import type { NewOrderList } from "../../schema/generated/new-order-list.ts";
import type { NewOrderSingle } from "../../schema/generated/new-order-single.ts";
import type { OrderCancelReplaceRequest } from "../../schema/generated/order-cancel-replace-request.ts";
import type { OrderCancelRequest } from "../../schema/generated/order-cancel-request.ts";
import type { OrderMassCancelRequest } from "../../schema/generated/order-mass-cancel-request.ts";
import { decodeBlock, headerBytes } from "../../schema/generated/records.ts";
import type { Command, Event } from "../../schema/generated/records.ts";
import type { SecurityDefinition } from "../../schema/generated/security-definition.ts";
import { symbolHash } from "../../schema/hash.ts";
import { packItems } from "../../schema/order-list.ts";
import type { ListItem } from "../../schema/order-list.ts";
import { CommandBuffer } from "./command-buffer.ts";
import { Engine } from "./engine.ts";
import type { EngineLimits } from "./engine.ts";
import { EventBuffer } from "./event-buffer.ts";
import { builtSemantics } from "./semantics.ts";
import type { SemanticsList } from "./semantics.ts";
import { readSnapshot, serialiseCapture } from "./snapshot.ts";
import type { SnapshotState } from "./snapshot.ts";

export const symbol = "BTC-USD";
export const alice = 1001;
export const bob = 1002;
export const carol = 1003;

type Fields<C> = Partial<Omit<C, "kind">>;

/** An item of a list, with what a test says of it. */
export type WantedItem =
  | readonly ["cancel", Fields<OrderCancelRequest>]
  | readonly ["replace", Fields<OrderCancelReplaceRequest>]
  | readonly ["new", Fields<NewOrderSingle>];

/** A partition under test: sends commands with sensible fields where a test names none, audits the state after each. */
export class Partition {
  engine: Engine;
  /** Append time and sendingTime of the next command, in ms. */
  time = 1_000_000;
  seqNum = 0;
  readonly #commands = new CommandBuffer();
  readonly #out = new EventBuffer();

  constructor(limits: Partial<EngineLimits> = {}, versions: SemanticsList = builtSemantics) {
    this.engine = new Engine(limits, versions);
  }

  /** One with an open instrument (tick 1, lot 1) and three accounts. */
  static open(
    limits: Partial<EngineLimits> = {},
    terms: Fields<SecurityDefinition> = {},
    versions: SemanticsList = builtSemantics,
  ): Partition {
    const partition = new Partition(limits, versions);
    for (const accountID of [alice, bob, carol]) partition.defineAccount(accountID);
    partition.defineSecurity(terms);
    return partition;
  }

  apply(command: Command, appendTime: number = this.time): readonly Event[] {
    this.#commands.load(frame(command));
    const seqNum = ++this.seqNum;
    this.#out.reset();
    this.engine.apply(this.#commands, 0, seqNum + 100, appendTime, seqNum, this.#out);
    this.engine.audit();
    return this.#events();
  }

  applyUnreadable(reason: "Undecodable" | "UnknownTemplate"): readonly Event[] {
    const seqNum = ++this.seqNum;
    this.#out.reset();
    this.engine.applyUnreadable(reason, seqNum + 100, this.time, seqNum, this.#out);
    this.engine.audit();
    return this.#events();
  }

  /** A buy limit order of 10 at 100 for alice, GTC, unless said otherwise. */
  order(fields: Fields<NewOrderSingle> = {}): readonly Event[] {
    return this.apply(this.newOrder(fields));
  }

  newOrder(fields: Fields<NewOrderSingle> = {}): NewOrderSingle {
    return {
      kind: "NewOrderSingle",
      ...this.#head(),
      orderID: orderID(this.seqNum + 1, fields.symbol),
      accountID: alice,
      side: Side.Buy,
      ordType: OrdType.Limit,
      symbol,
      orderQty: 10,
      cashOrderQty: 0n,
      price: 100,
      timeInForce: TimeInForce.GTC,
      selfTradePrevention: SelfTradePrevention.Default,
      execInst: 0,
      expireTime: 0,
      clOrdID: `c-${this.seqNum + 1}`,
      ...fields,
    };
  }

  /** A market order IOC for bob, by quantity unless cashOrderQty is given. */
  market(fields: Fields<NewOrderSingle> = {}): readonly Event[] {
    const orderQty = fields.cashOrderQty === undefined ? 10 : 0;
    const { Market } = OrdType;
    const timeInForce = TimeInForce.IOC;
    return this.order({
      accountID: bob,
      ordType: Market,
      price: 0,
      timeInForce,
      orderQty,
      ...fields,
    });
  }

  cancel(fields: Fields<OrderCancelRequest>): readonly Event[] {
    return this.apply(this.#cancelRequest(fields));
  }

  replace(fields: Fields<OrderCancelReplaceRequest>): readonly Event[] {
    return this.apply(this.#replaceRequest(fields));
  }

  /** A list of alice's. The item at `index` has the id itemID(seqNum of the list, index). */
  list(wanted: readonly WantedItem[], fields: Fields<NewOrderList> = {}): readonly Event[] {
    const items = wanted.map((item, index) => this.#item(item, index));
    return this.apply({
      kind: "NewOrderList",
      ...this.#request(),
      accountID: alice,
      contingencyType: ContingencyType.None,
      itemCount: items.length,
      items: packItems(items),
      ...fields,
    });
  }

  massCancel(fields: Fields<OrderMassCancelRequest> = {}): readonly Event[] {
    return this.apply({
      kind: "OrderMassCancelRequest",
      ...this.#request(),
      accountID: 0,
      side: Side.None,
      symbol: "",
      ...fields,
    });
  }

  defineSecurity(fields: Fields<SecurityDefinition> = {}): readonly Event[] {
    return this.apply({
      kind: "SecurityDefinition",
      ...this.#request(),
      accountID: 0,
      priceExponent: -2,
      qtyExponent: 0,
      symbol,
      baseCurrency: "BTC",
      quoteCurrency: "USD",
      tickSize: 1,
      selfTradePrevention: SelfTradePrevention.CancelNewest,
      lotSize: 1,
      minOrderQty: 0,
      maxOrderQty: 0,
      tradingState: TradingState.Open,
      ...fields,
    });
  }

  setState(tradingState: TradingState, of: string = symbol): readonly Event[] {
    const request = { ...this.#request(), accountID: 0 };
    return this.apply({ kind: "SecurityStatus", ...request, tradingState, symbol: of });
  }

  /** A change of the trading state at a log time to come. */
  schedule(tradingState: TradingState, effectiveTime: number, of = symbol): readonly Event[] {
    const request = { ...this.#request(), accountID: 0 };
    const change = { tradingState, effectiveTime, symbol: of };
    return this.apply({ kind: "SecurityStatus", ...request, ...change });
  }

  defineAccount(
    accountID: number,
    accountStatus: AccountStatus = AccountStatus.Active,
    name = `account-${accountID}`,
  ): readonly Event[] {
    const request = this.#request();
    return this.apply({ kind: "AccountDefinition", ...request, accountID, accountStatus, name });
  }

  defineKey(fields: Fields<KeyDefinition> = {}): readonly Event[] {
    return this.apply({
      kind: "KeyDefinition",
      ...this.#request(),
      accountID: alice,
      keyAlgorithm: KeyAlgorithm.EdDSA,
      keyStatus: KeyStatus.Active,
      keyID: "key-1",
      scopes: 3,
      publicKey: "ab".repeat(64),
      ...fields,
    });
  }

  /** AccountLimits of alice for every instrument unless said otherwise; what is not given is not capped. */
  limit(fields: Fields<AccountLimits> = {}): readonly Event[] {
    const none = { symbol: "", openOrderCountMax: 0, openNotionalMax: 0n };
    const request = { ...this.#request(), accountID: alice };
    return this.apply({ kind: "AccountLimits", ...request, ...none, ...fields });
  }

  /** FeeSchedule of tier 1 for every instrument unless said otherwise; what is not given is 0. */
  fees(fields: Fields<FeeSchedule> = {}): readonly Event[] {
    const none = { feeTier: 1, symbol: "", makerFeePpm: 0, takerFeePpm: 0 };
    const request = { ...this.#request(), accountID: 0 };
    return this.apply({ kind: "FeeSchedule", ...request, ...none, ...fields });
  }

  /** From now on the account pays by the tier. */
  pays(accountID: number, feeTier: number): readonly Event[] {
    const account = { accountID, accountStatus: AccountStatus.Active, name: `pays ${feeTier}` };
    return this.apply({ kind: "AccountDefinition", ...this.#request(), ...account, feeTier });
  }

  /** CancelOnDisconnect: the account's dead-man timer, or that of one of its connections. */
  timer(timeoutMs: number, accountID = alice, connectionID = 0): readonly Event[] {
    const { Account, Connection } = DisconnectScope;
    const scope = connectionID === 0 ? Account : Connection;
    return this.disconnect({ timeoutMs, accountID, scope, connectionID });
  }

  disconnect(fields: Fields<CancelOnDisconnect>): readonly Event[] {
    const none = { accountID: alice, timeoutMs: 0 };
    return this.apply({ kind: "CancelOnDisconnect", ...this.#request(), ...none, ...fields });
  }

  /** ActivateSemantics. */
  activate(
    semanticsVersion: number,
    schemaVersion: number,
    fields: Fields<ActivateSemantics> = {},
  ): readonly Event[] {
    const request = { ...this.#request(), accountID: 0 };
    const wanted = { semanticsVersion, schemaVersion, ...fields };
    return this.apply({ kind: "ActivateSemantics", ...request, ...wanted });
  }

  tick(ms = 0): readonly Event[] {
    this.time += ms;
    return this.apply({ kind: "TimeTick", sendingTime: this.time });
  }

  state(): SnapshotState {
    return readSnapshot(this.serialise());
  }

  serialise(): Uint8Array<ArrayBuffer> {
    return serialiseCapture(this.engine.capture()).bytes;
  }

  /** Bids, then asks, each as "name leavesQty@price" in book order; an order's name is the seqNum that brought it. */
  book(of: string = symbol): string {
    const instrument = this.state().instruments.find((listed) => listed.symbol === of);
    return (instrument?.orders ?? [])
      .map(({ firstSeqNum, leavesQty, price }) => `${firstSeqNum} ${leavesQty}@${price}`)
      .join(", ");
  }

  #head() {
    return {
      sendingTime: this.time,
      validUntil: 0,
      requestHash: hashOf(this.seqNum + 1),
      attempt: 0,
    };
  }

  #item(wanted: WantedItem, index: number): ListItem {
    const id = itemID(this.seqNum + 1, index);
    const [kind, fields] = wanted;
    if (kind === "new") return this.newOrder({ sendingTime: 0, orderID: orderID(id), ...fields });
    const own = { sendingTime: 0, commandID: commandID(id) };
    return kind === "cancel"
      ? this.#cancelRequest({ ...own, ...fields })
      : this.#replaceRequest({ ...own, ...fields });
  }

  #cancelRequest(fields: Fields<OrderCancelRequest>): OrderCancelRequest {
    return {
      kind: "OrderCancelRequest",
      ...this.#request(),
      accountID: alice,
      orderID: orderID(1),
      ...fields,
    };
  }

  #replaceRequest(fields: Fields<OrderCancelReplaceRequest>): OrderCancelReplaceRequest {
    return {
      kind: "OrderCancelReplaceRequest",
      ...this.#request(),
      accountID: alice,
      losePriority: false,
      orderID: orderID(1),
      orderQty: 0,
      price: 0,
      clOrdID: "",
      ...fields,
    };
  }

  #request() {
    return { ...this.#head(), commandID: commandID(this.seqNum + 1) };
  }

  #events(): Event[] {
    const events: Event[] = [];
    const { view, length } = this.#out;
    for (let at = bodyHeaderBytes; at < length;) {
      const blockLength = view.getUint16(at, true);
      events.push(decodeBlock(view.getUint16(at + 2, true), view, at + headerBytes) as Event);
      at += headerBytes + blockLength;
    }
    return events;
  }
}

/** The orderID that the fixture gives the order of command `seqNum`. */
export function orderID(seqNum: number, of: string = symbol): string {
  return `${hex(symbolHash(of), 8)}-0000-8000-8000-${hex(seqNum, 12)}`;
}

/** What orderID and commandID take for the item of a list. */
export function itemID(seqNum: number, index: number): number {
  return seqNum * 1_000 + index;
}

export function commandID(seqNum: number): string {
  return `ffffffff-0000-8000-8000-${hex(seqNum, 12)}`;
}

export function hashOf(seqNum: number): string {
  return hex(seqNum, 16);
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, "0");
}

/** The events' kinds with what tells them apart: a reason, a quantity at a price. */
export function brief(events: readonly Event[]): string[] {
  return events.map((event) => `${event.kind} ${detailOf(event)}`.trimEnd());
}

function detailOf(event: Event): string {
  if (event.kind === "Trade") {
    return `${event.makerFirstSeqNum}x${event.takerFirstSeqNum} ${event.lastQty}@${event.lastPx}`;
  }
  if (event.kind === "OrderCanceled") {
    return `${event.firstSeqNum} ${event.cancelReason} ${event.canceledQty}`;
  }
  if (event.kind === "OrderReplaced") {
    return `${event.firstSeqNum} ${event.leavesQty}@${event.price}`;
  }
  if (event.kind === "SelfTradePrevented") {
    return `${event.makerFirstSeqNum}x${event.takerFirstSeqNum} ${event.preventedQty}`;
  }
  if (event.kind === "AuctionIndication") {
    return `${event.indicativeQty}@${event.indicativePrice} ${event.imbalanceQty}`;
  }
  if (event.kind === "OrderRejected") return String(event.ordRejReason);
  if (event.kind === "OrderCancelReject") return String(event.cxlRejReason);
  return event.kind === "BusinessMessageReject" ? String(event.businessRejectReason) : "";
}
