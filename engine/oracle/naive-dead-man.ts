/** docs/SEMANTICS.md section 5d: dead-man timers of accounts and of their connections. */
import {
  BusinessRejectReason,
  CancelReason,
  DisconnectScope,
  OrdRejReason,
  Side,
} from "../../schema/generated/enums.ts";
import type { CancelOnDisconnect } from "../../schema/generated/cancel-on-disconnect.ts";
import { endDeferred } from "./naive-deferral.ts";
import { cancelOrders } from "./naive-definitions.ts";
import { isTimerOf } from "./naive-state.ts";
import type { CommandRun, NaiveState, NaiveTimer } from "./naive-state.ts";

/** Arms a timer, moves it, or disarms it. */
export function cancelOnDisconnect(
  state: NaiveState,
  run: CommandRun,
  command: CancelOnDisconnect,
): BusinessRejectReason | null {
  const { accountID, commandID, timeoutMs, connectionID = 0 } = command;
  const reason = refusal(state, command);
  if (reason !== null) return reason;
  const deadline = timeoutMs === 0 ? 0 : state.now + timeoutMs;
  const others = state.timers.filter((timer) => !isTimerOf(timer, accountID, connectionID));
  state.timers = deadline === 0 ? others : [...others, { deadline, accountID, connectionID }];
  const said = { rptSeq: 0, accountID, commandID, deadline };
  run.events.push({ kind: "DeadManTimerSet", ...said, ...whose(connectionID) });
  return null;
}

function refusal(state: NaiveState, command: CancelOnDisconnect): BusinessRejectReason | null {
  const { accountID, timeoutMs, scope = DisconnectScope.Account, connectionID = 0 } = command;
  if (!state.accounts.has(accountID)) return BusinessRejectReason.UnknownAccount;
  const isOfConnection = scope === DisconnectScope.Connection;
  if (isOfConnection !== (connectionID !== 0)) return BusinessRejectReason.InvalidDefinition;
  const isArmed = state.timers.some((timer) => isTimerOf(timer, accountID, connectionID));
  if (!isOfConnection || timeoutMs === 0 || isArmed) return null;
  const armed = state.timers.filter((timer) => timer.connectionID !== 0);
  const isFull = armed.length >= state.limits.accountCountMax;
  return isFull ? BusinessRejectReason.CapacityReached : null;
}

/** Step 2 of every command: timers that have run out, each once. */
export function fireDeadMen(state: NaiveState, run: CommandRun): void {
  const due = state.timers.filter(({ deadline }) => deadline <= state.now).sort(byDeadline);
  state.timers = state.timers.filter((timer) => !due.includes(timer));
  for (const timer of due) fire(state, run, timer);
}

/** The order in which timers fire. */
export function byDeadline(left: NaiveTimer, right: NaiveTimer): number {
  return (
    left.deadline - right.deadline ||
    left.accountID - right.accountID ||
    left.connectionID - right.connectionID
  );
}

function fire(state: NaiveState, run: CommandRun, timer: NaiveTimer): void {
  const { accountID, connectionID, deadline } = timer;
  const named = { accountID, connectionID, side: Side.None };
  const before = state.resting.size;
  for (const instrument of state.instruments) {
    cancelOrders(state, run, named, instrument, CancelReason.DeadManTimer);
  }
  const deferred = [...state.deferred.values()].filter(
    (each) =>
      each.accountID === accountID && (connectionID === 0 || each.connectionID === connectionID),
  );
  for (const each of deferred) endDeferred(state, run, each, OrdRejReason.CanceledBeforeEntry);
  const totalAffectedOrders = before - state.resting.size + deferred.length;
  const said = { rptSeq: 0, accountID, totalAffectedOrders, deadline };
  run.events.push({ kind: "DeadManTimerFired", ...said, ...whose(connectionID) });
}

/** What an event says of a connection's timer beside that of an account's. */
function whose(connectionID: number): { scope?: DisconnectScope; connectionID?: number } {
  return connectionID === 0 ? {} : { scope: DisconnectScope.Connection, connectionID };
}
