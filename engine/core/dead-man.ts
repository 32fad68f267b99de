import { CancelReason, OrdRejReason, Side } from "../../schema/generated/enums.ts";
import { NewOrderSingleLayout as New } from "../../schema/generated/new-order-single.ts";
import { writeDeadManTimerFired } from "./answer-events.ts";
import { cancelBooks } from "./cancel.ts";
import type { DeadManTimers } from "./dead-man-timers.ts";
import { endDeferred } from "./deferral.ts";
import type { EventBuffer } from "./event-buffer.ts";
import type { PartitionState } from "./state.ts";

/** Timers that have run out as of `state.now`, step 2b of every command: what their accounts have open is canceled, once. */
export function fireDeadMen(state: PartitionState, out: EventBuffer): void {
  const { deadMen } = state;
  while (deadMen.firstDue <= state.now) fireFirst(state, deadMen, out);
}

function fireFirst(state: PartitionState, deadMen: DeadManTimers, out: EventBuffer): void {
  const { accountID, deadline } = deadMen.takeFirst();
  state.accounts.setDeadline(state.accounts.find(accountID), 0);
  const before = state.orders.count;
  cancelBooks(state, accountID, Side.None, CancelReason.DeadManTimer, out);
  const deferred = state.deferred
    .inOrderOfEntry()
    .filter(({ said }) => said.getUint32(New.accountID, true) === accountID);
  for (const order of deferred) endDeferred(state, order, OrdRejReason.CanceledBeforeEntry, out);
  const affected = before - state.orders.count + deferred.length;
  writeDeadManTimerFired(accountID, affected, deadline, out);
}
