/** docs/SEMANTICS.md section 3a: new orders that cannot be applied yet, their later attempts, their end. */
import { DeadReason, Decision, OrdRejReason, Side } from "../../schema/generated/enums.ts";
import type { NewOrderSingle } from "../../schema/generated/new-order-single.ts";
import type { OrderMassCancelRequest } from "../../schema/generated/order-mass-cancel-request.ts";
import { murmur2 } from "../../schema/hash.ts";
import { replayAttempt, retryBackOffs } from "../../schema/topics.ts";
import { answerRepeat, enter, isShareFull, leave } from "./naive-id-window.ts";
import { emitRejected, newOrderSingle } from "./naive-new-order.ts";
import { newOrderRefusal } from "./naive-order-checks.ts";
import { instrumentOf } from "./naive-state.ts";
import type { CommandRun, NaiveDeferred, NaiveIdEntry, NaiveState } from "./naive-state.ts";

const newOrderTemplateId = 1;

/** Values of NaiveIdEntry.mark. */
const Mark = { none: 0, dead: 1, replayed: 2 } as const;

const deadReasons: ReadonlyMap<OrdRejReason, DeadReason> = new Map([
  [OrdRejReason.UnknownSymbol, DeadReason.UnknownSymbol],
  [OrdRejReason.NewerVersion, DeadReason.NewerVersion],
  [OrdRejReason.TooLateToEnter, DeadReason.TooLateToEnter],
]);

export function enterNewOrder(
  state: NaiveState,
  run: CommandRun,
  order: NewOrderSingle,
  isNewer: boolean,
): void {
  const entry = state.idWindow.get(order.orderID);
  if (entry === undefined) return enterFirst(state, run, order, isNewer);
  const isSame = entry.requestHash === order.requestHash && entry.accountID === order.accountID;
  const isNext = entry.decision === Decision.Deferred && order.attempt === entry.attempt + 1;
  if (isSame && isNext) return resume(state, run, order, entry, isNewer);
  const isReplay = order.attempt === replayAttempt && entry.mark === Mark.dead;
  if (isSame && isReplay) return replay(state, run, order, entry, isNewer);
  answerRepeat(state, run, requestOf(order), newOrderTemplateId);
}

function enterFirst(
  state: NaiveState,
  run: CommandRun,
  order: NewOrderSingle,
  isNewer: boolean,
): void {
  if (isShareFull(state, order.accountID)) {
    return newOrderSingle(state, run, order, OrdRejReason.IdWindowFull);
  }
  if (order.attempt !== 0) return newOrderSingle(state, run, order, OrdRejReason.NotDeferred);
  const reason = newOrderRefusal(state, order, isNewer);
  const isRoom = state.deferred.size < state.active.rules.deferredCountMax;
  const runsOut = state.now + state.limits.idWindowMs;
  if (isRoom && order.validUntil < runsOut && mayWait(state, order, reason, order.validUntil)) {
    const deferred = deferredOf(run, order);
    state.deferred.set(order.orderID, deferred);
    emitDeferred(run, order, deferred, reason);
    return enter(state, run, requestOf(order), { ...decided(Decision.Deferred, reason) });
  }
  newOrderSingle(state, run, order, reason);
  enter(state, run, requestOf(order), outcomeOf(reason));
}

function resume(
  state: NaiveState,
  run: CommandRun,
  order: NewOrderSingle,
  entry: NaiveIdEntry,
  isNewer: boolean,
): void {
  const deferred = state.deferred.get(order.orderID);
  if (deferred === undefined) throw new Error("A deferred entry has its order");
  const { attempt } = order;
  const reason = newOrderRefusal(state, order, isNewer);
  if (mayWait(state, order, reason, deferred.validUntil)) {
    emitDeferred(run, order, deferred, reason);
    state.idWindow.set(entry.id, { ...entry, attempt, reason });
    return;
  }
  newOrderSingle(state, { ...run, seqNum: entry.seqNum }, order, reason);
  settle(state, run, deferred, outcomeOf(reason), attempt + 1);
}

function replay(
  state: NaiveState,
  run: CommandRun,
  order: NewOrderSingle,
  entry: NaiveIdEntry,
  isNewer: boolean,
): void {
  const reason = newOrderRefusal(state, order, isNewer);
  newOrderSingle(state, run, order, reason);
  leave(state, entry);
  enter(state, run, requestOf(order), { ...outcomeOf(reason), mark: Mark.replayed });
}

/** Whether the reason may pass by itself and there is time for another attempt. */
function mayWait(
  state: NaiveState,
  { symbol, orderID, attempt }: NewOrderSingle,
  reason: OrdRejReason,
  validUntil: number,
): boolean {
  if (reason !== OrdRejReason.UnknownSymbol && reason !== OrdRejReason.NewerVersion) return false;
  if (!/^[A-Z0-9][A-Z0-9._-]{0,15}$/.test(symbol)) return false;
  const symbolHash = murmur2(new TextEncoder().encode(symbol));
  if (Number.parseInt(orderID.slice(0, 8), 16) !== symbolHash) return false;
  const backOff = retryBackOffs[attempt];
  return backOff !== undefined && state.now + backOff.ms < validUntil;
}

/** Section 1, step 2d. */
export function settleDue(state: NaiveState, run: CommandRun): void {
  const due = [...state.deferred.values()]
    .filter(({ validUntil }) => validUntil < state.now)
    .sort((a, b) => a.validUntil - b.validUntil || a.firstSeqNum - b.firstSeqNum);
  for (const deferred of due) endDeferred(state, run, deferred, OrdRejReason.TooLateToEnter);
}

/** The deferred orders that a mass cancel names, by firstSeqNum. */
export function namedDeferred(
  state: NaiveState,
  { accountID, side, symbol }: OrderMassCancelRequest,
): NaiveDeferred[] {
  return [...state.deferred.values()].filter(
    (deferred) =>
      (accountID === 0 || deferred.accountID === accountID) &&
      (side === Side.None || deferred.side === side) &&
      (symbol === "" || deferred.symbol === symbol),
  );
}

/** Ends a deferred order otherwise than by an attempt. */
export function endDeferred(
  state: NaiveState,
  run: CommandRun,
  deferred: NaiveDeferred,
  ordRejReason: OrdRejReason,
): void {
  const { firstSeqNum, symbol } = deferred;
  const instrument = instrumentOf(state, symbol);
  emitRejected({ ...run, seqNum: firstSeqNum }, deferred, instrument, ordRejReason);
  const attempts = (state.idWindow.get(deferred.orderID)?.attempt ?? 0) + 1;
  settle(state, run, deferred, outcomeOf(ordRejReason), attempts);
}

/** The order waits no longer; writes its DeadLettered where it is dead. */
function settle(
  state: NaiveState,
  run: CommandRun,
  { orderID, accountID, firstSeqNum }: NaiveDeferred,
  outcome: Outcome,
  attempts: number,
): void {
  const entry = state.idWindow.get(orderID);
  if (entry === undefined) throw new Error("A deferred order has its entry");
  const deadReason = deadReasons.get(outcome.reason);
  const mark = deadReason === undefined ? Mark.none : Mark.dead;
  state.deferred.delete(orderID);
  state.idWindow.set(orderID, { ...entry, ...outcome, mark });
  if (deadReason === undefined) return;
  const { commandOffset } = entry;
  run.events.push({
    kind: "DeadLettered",
    rptSeq: 0,
    securityID: 0,
    accountID,
    orderID,
    firstSeqNum,
    commandOffset,
    attempts,
    deadReason,
  });
}

type Outcome = Pick<NaiveIdEntry, "decision" | "attempt" | "mark"> & {
  readonly reason: OrdRejReason;
};

function outcomeOf(reason: OrdRejReason): Outcome {
  return decided(reason === OrdRejReason.None ? Decision.Accepted : Decision.Rejected, reason);
}

function decided(decision: Decision, reason: OrdRejReason): Outcome {
  return { decision, reason, attempt: 0, mark: Mark.none };
}

function requestOf({ orderID, accountID, requestHash }: NewOrderSingle) {
  return { id: orderID, accountID, requestHash };
}

function deferredOf(run: CommandRun, order: NewOrderSingle): NaiveDeferred {
  const { orderID, accountID, validUntil, orderQty, price, side, ordType, timeInForce } = order;
  const { symbol, clOrdID, connectionID = 0 } = order;
  const said = { orderQty, price, side, ordType, timeInForce, symbol, clOrdID, connectionID };
  return { orderID, accountID, firstSeqNum: run.seqNum, validUntil, ...said };
}

function emitDeferred(
  run: CommandRun,
  order: NewOrderSingle,
  { firstSeqNum, validUntil }: NaiveDeferred,
  ordRejReason: OrdRejReason,
): void {
  const { accountID, orderID, orderQty, price, side, ordType, timeInForce, attempt } = order;
  const { symbol, clOrdID } = order;
  const said = { orderQty, price, side, ordType, timeInForce, attempt, symbol, clOrdID };
  run.events.push({
    kind: "Deferred",
    rptSeq: 0,
    securityID: 0,
    accountID,
    orderID,
    firstSeqNum,
    ordRejReason,
    validUntil,
    ...said,
  });
}
