/** docs/SEMANTICS.md section 5d: the dead-man timer of an account. */
import {
  BusinessRejectReason,
  CancelReason,
  OrdRejReason,
  Side,
} from "../../schema/generated/enums.ts";
import type { CancelOnDisconnect } from "../../schema/generated/cancel-on-disconnect.ts";
import { endDeferred } from "./naive-deferral.ts";
import { cancelOrders } from "./naive-definitions.ts";
import type { CommandRun, NaiveAccount, NaiveState } from "./naive-state.ts";

/** Arms the timer, moves it, or disarms it. */
export function cancelOnDisconnect(
  state: NaiveState,
  run: CommandRun,
  { accountID, commandID, timeoutMs }: CancelOnDisconnect,
): BusinessRejectReason | null {
  const account = state.accounts.get(accountID);
  if (account === undefined) return BusinessRejectReason.UnknownAccount;
  const deadline = timeoutMs === 0 ? 0 : state.now + timeoutMs;
  state.accounts.set(accountID, { ...account, deadline });
  run.events.push({ kind: "DeadManTimerSet", rptSeq: 0, accountID, commandID, deadline });
  return null;
}

/** Step 2 of every command: timers that have run out, each once. */
export function fireDeadMen(state: NaiveState, run: CommandRun): void {
  const due = [...state.accounts.values()]
    .filter(({ deadline }) => deadline !== 0 && deadline <= state.now)
    .sort((a, b) => a.deadline - b.deadline || a.accountID - b.accountID);
  for (const account of due) fire(state, run, account);
}

function fire(state: NaiveState, run: CommandRun, account: NaiveAccount): void {
  const { accountID, deadline } = account;
  state.accounts.set(accountID, { ...account, deadline: 0 });
  const named = { accountID, side: Side.None };
  let totalAffectedOrders = 0;
  for (const instrument of state.instruments) {
    totalAffectedOrders += cancelOrders(state, run, named, instrument, CancelReason.DeadManTimer);
  }
  const deferred = [...state.deferred.values()].filter((each) => each.accountID === accountID);
  for (const each of deferred) endDeferred(state, run, each, OrdRejReason.CanceledBeforeEntry);
  totalAffectedOrders += deferred.length;
  run.events.push({
    kind: "DeadManTimerFired",
    rptSeq: 0,
    accountID,
    totalAffectedOrders,
    deadline,
  });
}
