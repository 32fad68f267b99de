import { Decision, OrdRejReason } from "../../schema/generated/enums.ts";
import { NewOrderSingleLayout as New } from "../../schema/generated/new-order-single.ts";
import { replayAttempt } from "../../schema/topics.ts";
import { isSameRequest, writeDuplicate } from "./answer-events.ts";
import { assert } from "./assert.ts";
import { deferAgain, deferFirst, settle } from "./deferral.ts";
import type { EventBuffer } from "./event-buffer.ts";
import { attemptOf, decisionOf, EntryDouble, EntryMark, entryShift } from "./id-window.ts";
import { markOf, packOutcome } from "./id-window.ts";
import { acceptOrder } from "./new-order.ts";
import { writeOrderRejected } from "./order-events.ts";
import type { PartitionState } from "./state.ts";
import { refuseFirst, refuseNewOrder } from "./validate.ts";

/**
 * NewOrderSingle (SEMANTICS §3, §3a): a repeat, a later attempt of a deferred order, a replay of a dead one, or a new order, which is
 * deferred, refused or carried out. `isNewer`: it was written in a newer version, and `command` is what can be read of it.
 */
export function applyNewOrder(
  state: PartitionState,
  command: DataView,
  block: number,
  isNewer: boolean,
  out: EventBuffer,
): void {
  state.readID(command, block + New.orderID);
  const entry = state.findEntry();
  if (entry !== 0) return continueOrder(state, entry, command, block, isNewer, out);
  state.readAccount(command, block);
  state.request.read(command, block);
  const instrument = state.instruments.find(command, block + New.symbol);
  const barred = refuseFirst(state, command, block);
  if (barred !== 0) return writeOrderRejected(state, instrument, command, block, barred, out);
  const reason = refuseNewOrder(state, instrument, command, block, isNewer);
  if (instrument !== null && reason === 0) {
    state.remember(command, block, 0);
    return acceptOrder(state, instrument, command, block, out);
  }
  if (deferFirst(state, command, block, reason, out)) return;
  state.remember(command, block, reason);
  writeOrderRejected(state, instrument, command, block, reason, out);
}

/** An order whose id stands in the window. */
function continueOrder(
  state: PartitionState,
  entry: number,
  command: DataView,
  block: number,
  isNewer: boolean,
  out: EventBuffer,
): void {
  const attempt = command.getUint16(block + New.attempt, true);
  if (attempt !== 0 && isSameRequest(state, entry, command, block)) {
    const outcome = state.window.outcomeOf(entry);
    const isNext = decisionOf(outcome) === Decision.Deferred && attempt === attemptOf(outcome) + 1;
    if (isNext) return resume(state, entry, command, block, isNewer, out);
    if (attempt === replayAttempt && markOf(outcome) === EntryMark.dead) {
      return replay(state, entry, command, block, isNewer, out);
    }
  }
  writeDuplicate(state, entry, command, block, New.templateId, out);
}

/** The next attempt of a deferred order. Its firstSeqNum is that of the first one. */
function resume(
  state: PartitionState,
  entry: number,
  command: DataView,
  block: number,
  isNewer: boolean,
  out: EventBuffer,
): void {
  const order = state.deferred.of(entry);
  assert(order !== undefined, "a deferred entry has its order");
  state.takeSeqNum(order.firstSeqNum);
  const attempts = command.getUint16(block + New.attempt, true) + 1;
  const reason = carryOut(state, command, block, isNewer, out, (refused) =>
    deferAgain(state, order, command, block, refused, out),
  );
  if (reason !== null) settle(state, order, reason, attempts, out);
}

/** An operator's replay: a new order under the dead one's id, once. */
function replay(
  state: PartitionState,
  entry: number,
  command: DataView,
  block: number,
  isNewer: boolean,
  out: EventBuffer,
): void {
  const reason = carryOut(state, command, block, isNewer, out, () => false);
  assert(reason !== null, "a replay is decided");
  state.window.moveToEnd(entry, state.now);
  const decision = reason === 0 ? Decision.Accepted : Decision.Rejected;
  state.window.setOutcome(entry, packOutcome(decision, reason, 0, EntryMark.replayed));
  const doubles = state.window.pool.memory.doublesOf(entry);
  const at = entry << (entryShift - 1);
  doubles[at + EntryDouble.seqNum] = state.seqNum;
  doubles[at + EntryDouble.commandOffset] = state.commandOffset;
}

/** Refuses the order at hand or carries it out; the reason, 0 where it is accepted, null where `defer` has taken it. */
function carryOut(
  state: PartitionState,
  command: DataView,
  block: number,
  isNewer: boolean,
  out: EventBuffer,
  defer: (reason: number) => boolean,
): number | null {
  state.readAccount(command, block);
  state.request.read(command, block);
  const instrument = state.instruments.find(command, block + New.symbol);
  const reason = refuseNewOrder(state, instrument, command, block, isNewer);
  if (instrument !== null && reason === OrdRejReason.None) {
    acceptOrder(state, instrument, command, block, out);
    return 0;
  }
  if (defer(reason)) return null;
  writeOrderRejected(state, instrument, command, block, reason, out);
  return reason;
}
