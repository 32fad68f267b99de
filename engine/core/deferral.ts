import { DeadReason, Decision, OrdRejReason, Side } from "../../schema/generated/enums.ts";
import { NewOrderSingleLayout as New } from "../../schema/generated/new-order-single.ts";
import { OrderMassCancelRequestLayout as MassCancel } from "../../schema/generated/order-mass-cancel-request.ts";
import { symbolHash } from "../../schema/hash.ts";
import { retryBackOffs } from "../../schema/topics.ts";
import { readText, readUint53 } from "../../schema/wire.ts";
import { assert } from "./assert.ts";
import { connectionIn } from "./connections.ts";
import { writeDeadLettered, writeDeferred } from "./deferral-events.ts";
import { keepSaid } from "./deferred-orders.ts";
import type { DeferredOrder } from "./deferred-orders.ts";
import type { EventBuffer } from "./event-buffer.ts";
import { attemptOf, EntryDouble, EntryMark, packOutcome } from "./id-entry.ts";
import { isSymbol } from "./instruments.ts";
import { writeOrderRejected } from "./order-events.ts";
import type { PartitionState } from "./state.ts";

/** New orders that cannot be applied yet, and how they end (SEMANTICS §3a). Nothing here is on the hot path. */

const symbolBytes = 16;

/** Defers the first attempt of an order that is refused for `reason`, where that may pass by itself. Whether it did. */
export const deferFirst = (
  state: PartitionState,
  command: DataView,
  block: number,
  reason: number,
  out: EventBuffer,
): boolean => {
  const validUntil = readUint53(command, block + New.validUntil);
  const isRoom = state.deferred.count < state.semantics.rules.deferredCountMax;
  const isKeptUntil = validUntil < state.now + state.limits.idWindowMs;
  if (!isRoom || !isKeptUntil || !mayWait(state, command, block, reason, validUntil)) return false;
  const entry = state.remember(command, block, reason);
  state.window.setOutcome(entry, packOutcome(Decision.Deferred, reason, 0, EntryMark.none));
  const said = keepSaid(command, block);
  const connectionID = connectionIn(command, block);
  state.deferred.add({ entry, firstSeqNum: state.seqNum, validUntil, connectionID, said });
  writeDeferred(state, command, block, reason, validUntil, out);
  return true;
};

/** Defers a later attempt once more, where there is time for another one. Whether it did. */
export const deferAgain = (
  state: PartitionState,
  { entry, validUntil }: DeferredOrder,
  command: DataView,
  block: number,
  reason: number,
  out: EventBuffer,
): boolean => {
  if (!mayWait(state, command, block, reason, validUntil)) return false;
  const attempt = command.getUint16(block + New.attempt, true);
  state.window.setOutcome(entry, packOutcome(Decision.Deferred, reason, attempt, EntryMark.none));
  writeDeferred(state, command, block, reason, validUntil, out);
  return true;
};

const mayWait = (
  state: PartitionState,
  command: DataView,
  block: number,
  reason: number,
  validUntil: number,
): boolean => {
  if (reason !== OrdRejReason.UnknownSymbol && reason !== OrdRejReason.NewerVersion) return false;
  const backOff = retryBackOffs[command.getUint16(block + New.attempt, true)];
  if (backOff === undefined || state.now + backOff.ms >= validUntil) return false;
  const symbol = readText(command, block + New.symbol, symbolBytes);
  return isSymbol(symbol) && command.getUint32(block + New.orderID, false) === symbolHash(symbol);
};

/** A deferred order waits no longer: it has been accepted, or refused for `reason`. Writes its DeadLettered where it is dead. */
export const settle = (
  state: PartitionState,
  order: DeferredOrder,
  reason: number,
  attempts: number,
  out: EventBuffer,
): void => {
  const { entry } = order;
  const deadReason = deadReasonOf(reason);
  const mark = deadReason === 0 ? EntryMark.none : EntryMark.dead;
  const decision = reason === 0 ? Decision.Accepted : Decision.Rejected;
  state.window.setOutcome(entry, packOutcome(decision, reason, 0, mark));
  state.deferred.remove(order);
  if (deadReason === 0) return;
  const commandOffset = state.window.doubleOf(entry, EntryDouble.commandOffset);
  writeDeadLettered(order, commandOffset, attempts, deadReason, out);
};

const deadReasonOf = (ordRejReason: number): number => {
  switch (ordRejReason) {
    case OrdRejReason.UnknownSymbol:
      return DeadReason.UnknownSymbol;
    case OrdRejReason.NewerVersion:
      return DeadReason.NewerVersion;
    case OrdRejReason.TooLateToEnter:
      return DeadReason.TooLateToEnter;
    default:
      return 0;
  }
};

/** Deferred orders whose validUntil has passed as of `state.now`, step 2d of every command. */
export const settleDue = (state: PartitionState, out: EventBuffer): void => {
  const { deferred } = state;
  while (deferred.firstDue < state.now) {
    assert(deferred.first !== undefined, "what is due is here");
    endDeferred(state, deferred.first, OrdRejReason.TooLateToEnter, out);
  }
};

/** Refuses a deferred order otherwise than by an attempt. The command at hand keeps its place; its id and account must be read again. */
export const endDeferred = (
  state: PartitionState,
  order: DeferredOrder,
  reason: number,
  out: EventBuffer,
): void => {
  const { said, entry, firstSeqNum } = order;
  const { seqLow, seqHigh } = state;
  state.readID(said, New.orderID);
  state.readAccount(said, 0);
  state.takeSeqNum(firstSeqNum);
  const instrument = state.instruments.find(said, New.symbol);
  writeOrderRejected(state, instrument, said, 0, reason, out);
  state.seqLow = seqLow;
  state.seqHigh = seqHigh;
  settle(state, order, reason, attemptOf(state.window.outcomeOf(entry)) + 1, out);
};

/** The deferred orders that a mass cancel names, by firstSeqNum. */
export const namedDeferred = (
  state: PartitionState,
  command: DataView,
  block: number,
): readonly DeferredOrder[] => {
  if (state.deferred.count === 0) return [];
  const accountID = command.getUint32(block + MassCancel.accountID, true);
  const side = command.getUint8(block + MassCancel.side);
  const symbol = readText(command, block + MassCancel.symbol, symbolBytes);
  return state.deferred.inOrderOfEntry().filter(({ said }) => {
    const isOfAccount = accountID === 0 || said.getUint32(New.accountID, true) === accountID;
    const isOfSide = side === Side.None || said.getUint8(New.side) === side;
    return (
      isOfAccount &&
      isOfSide &&
      (symbol === "" || readText(said, New.symbol, symbolBytes) === symbol)
    );
  });
};
