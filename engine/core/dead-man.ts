import type { CancelOnDisconnect } from "../../schema/generated/cancel-on-disconnect.ts";
import {
  decodeCancelOnDisconnect,
  CancelOnDisconnectLayout as Disconnect,
} from "../../schema/generated/cancel-on-disconnect.ts";
import {
  BusinessRejectReason as Reason,
  CancelReason,
  DisconnectScope,
  OrdRejReason,
  Side,
} from "../../schema/generated/enums.ts";
import { NewOrderSingleLayout as New } from "../../schema/generated/new-order-single.ts";
import { writeDeadManTimerFired, writeDeadManTimerSet } from "./answer-events.ts";
import { cancelBooks } from "./cancel.ts";
import { isRepeat, refuseEntry, settle } from "./command-entry.ts";
import type { DeadManTimers } from "./dead-man-timers.ts";
import { endDeferred } from "./deferral.ts";
import type { EventBuffer } from "./event-buffer.ts";
import type { PartitionState } from "./state.ts";

/** Arms, moves or disarms a dead-man timer of the account: its own, or one of its connections' (SEMANTICS §5d). */
export const applyCancelOnDisconnect = (
  state: PartitionState,
  command: DataView,
  block: number,
  out: EventBuffer,
): void => {
  if (isRepeat(state, command, block, Disconnect.templateId, out)) return;
  const request = decodeCancelOnDisconnect(command, block);
  const reason = refuseEntry(state, command, block) || refuseTimer(state, request);
  if (!settle(state, command, block, Disconnect.templateId, reason, out)) return;
  const { timeoutMs, connectionID = 0 } = request;
  const deadline = timeoutMs === 0 ? 0 : state.now + timeoutMs;
  state.deadMen.set(state.accountID, connectionID, deadline);
  writeDeadManTimerSet(command, block, connectionID, deadline, out);
};

const refuseTimer = (
  { accounts, account, accountID, deadMen, limits }: PartitionState,
  { scope = DisconnectScope.Account, connectionID = 0, timeoutMs }: CancelOnDisconnect,
): number => {
  if (!accounts.isDefined(account)) return Reason.UnknownAccount;
  const isOfConnection = connectionID !== 0;
  if ((scope === DisconnectScope.Connection) !== isOfConnection) return Reason.InvalidDefinition;
  const isNew = isOfConnection && timeoutMs !== 0 && !deadMen.isArmed(accountID, connectionID);
  const isFull = deadMen.connectionCount >= limits.accountCountMax;
  return isNew && isFull ? Reason.CapacityReached : 0;
};

/** Timers that have run out as of `state.now`, step 2b of every command: what they are for is canceled, once. */
export const fireDeadMen = (state: PartitionState, out: EventBuffer): void => {
  const { deadMen } = state;
  while (deadMen.firstDue <= state.now) fireFirst(state, deadMen, out);
};

const fireFirst = (state: PartitionState, deadMen: DeadManTimers, out: EventBuffer): void => {
  const timer = deadMen.takeFirst();
  const { accountID, connectionID } = timer;
  const before = state.orders.count;
  cancelBooks(state, accountID, connectionID, Side.None, CancelReason.DeadManTimer, out);
  const deferred = state.deferred
    .inOrderOfEntry()
    .filter(
      (order) =>
        order.said.getUint32(New.accountID, true) === accountID &&
        (connectionID === 0 || order.connectionID === connectionID),
    );
  for (const order of deferred) endDeferred(state, order, OrdRejReason.CanceledBeforeEntry, out);
  writeDeadManTimerFired(timer, before - state.orders.count + deferred.length, out);
};
