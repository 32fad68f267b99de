import { Decision, OrdRejReason } from "../../schema/generated/enums.ts";
import { NewOrderSingleLayout as New } from "../../schema/generated/new-order-single.ts";
import { replayAttempt } from "../../schema/topics.ts";
import { isSameRequest, writeDuplicate } from "./answer-events.ts";
import { assert } from "./assert.ts";
import type { CommandBuffer } from "./command-buffer.ts";
import { deferAgain, deferFirst, settle } from "./deferral.ts";
import type { EventBuffer } from "./event-buffer.ts";
import { attemptOf, decisionOf, EntryMark, markOf, packOutcome } from "./id-entry.ts";
import type { Instrument } from "./instruments.ts";
import { acceptOrder } from "./new-order.ts";
import { writeOrderRejected } from "./order-events.ts";
import type { PartitionState } from "./state.ts";
import { refuseFirst, refuseNewOrder } from "./validate.ts";

/**
 * NewOrderSingle (SEMANTICS §3, §3a): a repeat, a later attempt of a deferred order, a replay of a dead one, or a new order, which is
 * deferred, refused or carried out. Its block starts at word `block`. `isNewer`: it was written in a newer version, and this is what can be read of it.
 */
export const applyNewOrder = (
  state: PartitionState,
  commands: CommandBuffer,
  block: number,
  isNewer: boolean,
  out: EventBuffer,
): void => {
  const { words } = commands;
  state.takeID(words, block + (New.orderID >>> 2));
  const entry = state.findEntry();
  if (entry !== 0) return continueOrder(state, entry, commands, block, isNewer, out);
  state.takeAccount(words[block + (New.accountID >>> 2)]!);
  const instrument = state.instruments.take(words, block + (New.symbol >>> 2));
  const barred = refuseFirst(state, words, block);
  if (barred !== 0) {
    return writeOrderRejected(state, instrument, commands.view, block << 2, barred, out);
  }
  const reason = refuseNewOrder(state, instrument, words, block, isNewer);
  if (instrument === null || reason !== 0) {
    return refuse(state, instrument, reason, commands.view, block << 2, out);
  }
  const hashAt = block + (New.requestHash >>> 2);
  state.rememberHash(words[hashAt]!, words[hashAt + 1]!, 0);
  acceptOrder(state, instrument, words, block, out);
};

/** Defers a new order, or rejects it. Here and below `block` is a byte where it belongs to a DataView, a word elsewhere. */
const refuse = (
  state: PartitionState,
  instrument: Instrument | null,
  reason: number,
  command: DataView,
  block: number,
  out: EventBuffer,
): void => {
  if (deferFirst(state, command, block, reason, out)) return;
  state.remember(command, block, reason);
  writeOrderRejected(state, instrument, command, block, reason, out);
};

/** An order whose id stands in the window. */
const continueOrder = (
  state: PartitionState,
  entry: number,
  commands: CommandBuffer,
  block: number,
  isNewer: boolean,
  out: EventBuffer,
): void => {
  const { view } = commands;
  state.entry = entry;
  const attempt = view.getUint16((block << 2) + New.attempt, true);
  if (attempt !== 0 && isSameRequest(state, entry, view, block << 2)) {
    const outcome = state.window.outcomeOf(entry);
    const isNext = decisionOf(outcome) === Decision.Deferred && attempt === attemptOf(outcome) + 1;
    if (isNext) return resume(state, entry, commands, block, isNewer, out);
    if (attempt === replayAttempt && markOf(outcome) === EntryMark.dead) {
      return replay(state, entry, commands, block, isNewer, out);
    }
  }
  writeDuplicate(state, entry, view, block << 2, New.templateId, out);
};

/** The next attempt of a deferred order. Its firstSeqNum is that of the first one. */
const resume = (
  state: PartitionState,
  entry: number,
  commands: CommandBuffer,
  block: number,
  isNewer: boolean,
  out: EventBuffer,
): void => {
  const { view } = commands;
  const order = state.deferred.of(entry);
  assert(order !== undefined, "a deferred entry has its order");
  state.takeSeqNum(order.firstSeqNum);
  const attempts = view.getUint16((block << 2) + New.attempt, true) + 1;
  const reason = carryOut(state, commands, block, isNewer, out, (refused) =>
    deferAgain(state, order, view, block << 2, refused, out),
  );
  if (reason !== null) settle(state, order, reason, attempts, out);
};

/** An operator's replay: a new order under the dead one's id, once. */
const replay = (
  state: PartitionState,
  entry: number,
  commands: CommandBuffer,
  block: number,
  isNewer: boolean,
  out: EventBuffer,
): void => {
  const reason = carryOut(state, commands, block, isNewer, out, () => false);
  assert(reason !== null, "a replay is decided");
  const moved = state.window.moveToEnd(entry);
  const decision = reason === 0 ? Decision.Accepted : Decision.Rejected;
  state.window.setOutcome(moved, packOutcome(decision, reason, 0, EntryMark.replayed));
};

/** Refuses the order at hand or carries it out; the reason, 0 where it is accepted, null where `defer` has taken it. */
const carryOut = (
  state: PartitionState,
  { words, view }: CommandBuffer,
  block: number,
  isNewer: boolean,
  out: EventBuffer,
  defer: (reason: number) => boolean,
): number | null => {
  state.takeAccount(words[block + (New.accountID >>> 2)]!);
  const instrument = state.instruments.take(words, block + (New.symbol >>> 2));
  const reason = refuseNewOrder(state, instrument, words, block, isNewer);
  if (instrument !== null && reason === OrdRejReason.None) {
    acceptOrder(state, instrument, words, block, out);
    return 0;
  }
  if (defer(reason)) return null;
  writeOrderRejected(state, instrument, view, block << 2, reason, out);
  return reason;
};
