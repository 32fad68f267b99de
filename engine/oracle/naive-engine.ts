/**
 * docs/SEMANTICS.md, once more and for clarity: what a command comes to. The core is compared with it event by event;
 * tests that need a plausible event stream may use it as well.
 */
import {
  BusinessRejectReason,
  CancelReason,
  ContingencyType,
  Decision,
  OrdRejReason,
} from "../../schema/generated/enums.ts";
import type { NewOrderSingle } from "../../schema/generated/new-order-single.ts";
import type { NewOrderList } from "../../schema/generated/new-order-list.ts";
import type { OrderCancelRequest } from "../../schema/generated/order-cancel-request.ts";
import type { Command, Event } from "../../schema/generated/records.ts";
import { indicate } from "./naive-auctions.ts";
import { cancelResting } from "./naive-book.ts";
import { endDeferred, enterNewOrder, settleDue } from "./naive-deferral.ts";
import {
  accountDefinition,
  keyDefinition,
  orderMassCancelRequest,
  securityDefinition,
} from "./naive-definitions.ts";
import { cancelOnDisconnect, fireDeadMen } from "./naive-dead-man.ts";
import { answerRepeat, dropRunOut, enter, isShareFull } from "./naive-id-window.ts";
import type { Identified } from "./naive-id-window.ts";
import { feeSchedule } from "./naive-fees.ts";
import { accountLimits } from "./naive-limits.ts";
import { openList } from "./naive-lists.ts";
import { isTooLate } from "./naive-order-checks.ts";
import { enterPair, pairOf } from "./naive-pairs.ts";
import { activateSemantics, firstSemantics } from "./naive-semantics.ts";
import { runScheduled, securityStatus } from "./naive-sessions.ts";
import { orderCancelReplaceRequest, orderCancelRequest } from "./naive-orders.ts";
import { createNaiveState } from "./naive-state.ts";
import type { CommandRun, NaiveLimits, NaiveSemanticsList, NaiveState } from "./naive-state.ts";

const sendingTimeLeadMs = 60_000n;
const zeroUuid = "00000000-0000-0000-0000-000000000000";

/** Commands that leave an entry in the id window, but for new orders. */
type WindowedCommand = Exclude<
  Command,
  { readonly kind: "OrderCancelRequest" | "NewOrderSingle" | "TimeTick" }
>;
type OperatorCommand = Exclude<
  WindowedCommand,
  { readonly kind: "OrderCancelReplaceRequest" | "NewOrderList" }
>;

const templateIds = {
  OrderCancelReplaceRequest: 3,
  OrderMassCancelRequest: 4,
  SecurityDefinition: 5,
  SecurityStatus: 6,
  AccountDefinition: 7,
  KeyDefinition: 8,
  AccountLimits: 10,
  NewOrderList: 11,
  FeeSchedule: 12,
  CancelOnDisconnect: 13,
  ActivateSemantics: 14,
} as const satisfies Record<WindowedCommand["kind"], number>;

export class NaiveEngine {
  readonly #state: NaiveState;

  constructor(limits: Partial<NaiveLimits> = {}, semantics: NaiveSemanticsList = firstSemantics) {
    this.#state = createNaiveState(limits, semantics);
  }

  /** Up to this version of the schema the next record is read. */
  get schemaVersion(): number {
    return this.#state.active.schemaVersion;
  }

  /** Log time after the last command, ms. */
  get now(): number {
    return this.#state.now;
  }

  /** Everything that the engine knows, to be read only. */
  state(): Readonly<NaiveState> {
    return this.#state;
  }

  /** What one command comes to: at least one event. Times in ms; a client's mistake never throws. */
  apply(command: Command, commandOffset: number, appendTime: number, seqNum: number): Event[] {
    const run: CommandRun = { commandOffset, seqNum, events: [] };
    advanceTime(
      this.#state,
      least(BigInt(appendTime), BigInt(command.sendingTime) + sendingTimeLeadMs),
    );
    runDue(this.#state, run);
    dispatch(this.#state, run, command);
    indicate(this.#state, run);
    return run.events;
  }

  /** What a NewOrderSingle of a newer version comes to; `order` is what can be read of it. */
  applyNewer(
    order: NewOrderSingle,
    commandOffset: number,
    appendTime: number,
    seqNum: number,
  ): Event[] {
    const run: CommandRun = { commandOffset, seqNum, events: [] };
    advanceTime(
      this.#state,
      least(BigInt(appendTime), BigInt(order.sendingTime) + sendingTimeLeadMs),
    );
    runDue(this.#state, run);
    enterNewOrder(this.#state, run, order, true);
    indicate(this.#state, run);
    return run.events;
  }

  /** Sets a command aside that has not come yet. */
  quarantine(commandOffset: number, commandHash: string): void {
    const others = this.#state.quarantines.filter(
      (each) => each.commandOffset !== commandOffset || each.commandHash !== commandHash,
    );
    this.#state.quarantines = [...others, { commandOffset, commandHash }];
  }

  /** Whether the command that comes next was set aside; what is pending for it is used up. */
  takeQuarantine(commandOffset: number, commandHash: string): boolean {
    const pending = this.#state.quarantines;
    this.#state.quarantines = pending.filter((each) => each.commandOffset > commandOffset);
    return pending.some(
      (each) => each.commandOffset === commandOffset && each.commandHash === commandHash,
    );
  }

  /** What a record that is no command, or is not looked into, comes to. */
  applyUnreadable(
    reason: "Undecodable" | "UnknownTemplate" | "Quarantined",
    commandOffset: number,
    appendTime: number,
    seqNum: number,
  ): Event[] {
    const run: CommandRun = { commandOffset, seqNum, events: [] };
    advanceTime(this.#state, BigInt(appendTime));
    runDue(this.#state, run);
    run.events.push({
      kind: "BusinessMessageReject",
      rptSeq: 0,
      securityID: 0,
      accountID: 0,
      commandID: zeroUuid,
      businessRejectReason: BusinessRejectReason[reason],
      refTemplateId: 0,
    });
    indicate(this.#state, run);
    return run.events;
  }
}

function advanceTime(state: NaiveState, time: bigint): void {
  if (time > BigInt(state.now)) state.now = Number(time);
}

/** Section 1, step 2. */
function runDue(state: NaiveState, run: CommandRun): void {
  const due = [...state.resting.values()]
    .filter(({ order }) => order.expireTime !== 0 && order.expireTime <= state.now)
    .sort(
      (a, b) =>
        a.order.expireTime - b.order.expireTime ||
        a.order.firstSeqNum - b.order.firstSeqNum ||
        a.instrument.securityID - b.instrument.securityID ||
        a.order.entryRptSeq - b.order.entryRptSeq,
    );
  for (const { order, instrument } of due) {
    // One of a pair has taken the other one along.
    if (!state.resting.has(order.orderID)) continue;
    cancelResting(state, run, instrument, order, CancelReason.Expired);
  }
  fireDeadMen(state, run);
  runScheduled(state, run);
  settleDue(state, run);
  dropRunOut(state);
}

function dispatch(state: NaiveState, run: CommandRun, command: Command): void {
  if (command.kind === "TimeTick") {
    run.events.push({ kind: "TimeTicked", sendingTime: command.sendingTime });
    return;
  }
  if (command.kind === "OrderCancelRequest") return cancel(state, run, command);
  if (command.kind === "NewOrderSingle") return enterNewOrder(state, run, command, false);
  if (command.kind === "NewOrderList") return orderList(state, run, command);
  const request = identify(command);
  if (answerRepeat(state, run, request, templateIds[command.kind])) return;
  const isFull = isShareFull(state, command.accountID);
  const reason = runWindowed(state, run, command);
  if (isFull) return;
  const decision = reason === 0 ? Decision.Accepted : Decision.Rejected;
  enter(state, run, request, { decision, reason, attempt: 0, mark: 0 });
}

/** Its entry comes before those of its items. */
function orderList(state: NaiveState, run: CommandRun, list: NewOrderList): void {
  const request = identify(list);
  if (answerRepeat(state, run, request, templateIds.NewOrderList)) return;
  const items = openList(state, run, list);
  if (typeof items === "number") {
    if (items !== BusinessRejectReason.IdWindowFull) {
      const decision = Decision.Rejected;
      enter(state, run, request, { decision, reason: items, attempt: 0, mark: 0 });
    }
    return emitRefused(run, list, items);
  }
  enter(state, run, request, { decision: Decision.Accepted, reason: 0, attempt: 0, mark: 0 });
  const isPair = list.contingencyType === ContingencyType.OneCancelsTheOther;
  const pair = isPair ? pairOf(items) : null;
  if (pair !== null) return enterPair(state, run, pair);
  for (const item of items) dispatch(state, run, item);
}

/** A deferred order's cancel settles it, whatever its instrument's state. */
function cancel(state: NaiveState, run: CommandRun, command: OrderCancelRequest): void {
  const deferred = state.deferred.get(command.orderID);
  const isOwn = deferred?.accountID === command.accountID;
  if (deferred === undefined || !isOwn || isTooLate(state, command)) {
    return orderCancelRequest(state, run, command);
  }
  endDeferred(state, run, deferred, OrdRejReason.CanceledBeforeEntry);
}

function identify(command: WindowedCommand): Identified {
  const { commandID, accountID, requestHash } = command;
  return { id: commandID, accountID, requestHash };
}

/** Returns the reason of a refusal in the command's own list, 0 when it was accepted. */
function runWindowed(
  state: NaiveState,
  run: CommandRun,
  command: Exclude<WindowedCommand, NewOrderList>,
): number {
  if (command.kind === "OrderCancelReplaceRequest")
    return orderCancelReplaceRequest(state, run, command) ?? 0;
  const businessRejectReason = operatorRefusal(state, command) ?? operate(state, run, command);
  if (businessRejectReason === null) return 0;
  emitRefused(run, command, businessRejectReason);
  return businessRejectReason;
}

function emitRefused(
  run: CommandRun,
  { kind, accountID, commandID }: WindowedCommand,
  businessRejectReason: BusinessRejectReason,
): void {
  run.events.push({
    kind: "BusinessMessageReject",
    rptSeq: 0,
    securityID: 0,
    accountID,
    commandID,
    businessRejectReason,
    refTemplateId: templateIds[kind],
  });
}

function operatorRefusal(state: NaiveState, command: OperatorCommand): BusinessRejectReason | null {
  if (isShareFull(state, command.accountID)) return BusinessRejectReason.IdWindowFull;
  const isTooLate = command.validUntil !== 0 && command.validUntil < state.now;
  return isTooLate ? BusinessRejectReason.TooLateToEnter : null;
}

function operate(
  state: NaiveState,
  run: CommandRun,
  command: OperatorCommand,
): BusinessRejectReason | null {
  switch (command.kind) {
    case "OrderMassCancelRequest":
      return orderMassCancelRequest(state, run, command);
    case "SecurityDefinition":
      return securityDefinition(state, run, command);
    case "SecurityStatus":
      return securityStatus(state, run, command);
    case "AccountDefinition":
      return accountDefinition(state, run, command);
    case "KeyDefinition":
      return keyDefinition(state, run, command);
    case "AccountLimits":
      return accountLimits(state, run, command);
    case "FeeSchedule":
      return feeSchedule(state, run, command);
    case "CancelOnDisconnect":
      return cancelOnDisconnect(state, run, command);
    case "ActivateSemantics":
      return activateSemantics(state, run, command);
  }
}

function least(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}
