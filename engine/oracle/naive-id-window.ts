/** docs/SEMANTICS.md section 2. */
import type { CommandRun, NaiveIdEntry, NaiveState } from "./naive-state.ts";

export interface Identified {
  readonly id: string;
  readonly accountID: number;
  readonly requestHash: string;
}

/** Whether the account may leave no further entry. */
export function isShareFull(state: NaiveState, accountID: number): boolean {
  return !hasRoomFor(state, accountID, 1);
}

/** Whether the account may leave so many further entries. */
export function hasRoomFor(state: NaiveState, accountID: number, count: number): boolean {
  const share = Math.floor(state.limits.idWindowEntryMax / Math.max(1, state.accounts.size));
  return (state.entryCounts.get(accountID) ?? 0) + count <= share;
}

/** Writes the Duplicate of a repeat; false when the id is new. */
export function answerRepeat(
  state: NaiveState,
  run: CommandRun,
  request: Identified,
  refTemplateId: number,
): boolean {
  const original = state.idWindow.get(request.id);
  if (original === undefined) return false;
  run.events.push({
    kind: "Duplicate",
    rptSeq: 0,
    securityID: 0,
    accountID: request.accountID,
    commandID: request.id,
    originalSeqNum: original.seqNum,
    originalCommandOffset: original.commandOffset,
    decision: original.decision,
    conflict:
      original.requestHash !== request.requestHash || original.accountID !== request.accountID,
    reason: original.reason,
    refTemplateId,
  });
  return true;
}

export function enter(
  state: NaiveState,
  run: CommandRun,
  request: Identified,
  outcome: Pick<NaiveIdEntry, "decision" | "reason" | "attempt" | "mark">,
): void {
  state.idWindow.set(request.id, {
    ...request,
    ...outcome,
    seqNum: run.seqNum,
    commandOffset: run.commandOffset,
    entryTime: state.now,
  });
  count(state, request.accountID, 1);
}

/** Drops what has run out; entries stand in order of time, so the first young one ends the walk. */
export function dropRunOut(state: NaiveState): void {
  for (const entry of state.idWindow.values()) {
    if (!hasRunOut(state, entry)) return;
    if (state.resting.has(entry.id)) continue;
    leave(state, entry);
  }
}

export function leave(state: NaiveState, entry: NaiveIdEntry): void {
  state.idWindow.delete(entry.id);
  count(state, entry.accountID, -1);
}

function hasRunOut(state: NaiveState, entry: NaiveIdEntry): boolean {
  return entry.entryTime + state.limits.idWindowMs <= state.now;
}

function count(state: NaiveState, accountID: number, by: number): void {
  const entryCount = (state.entryCounts.get(accountID) ?? 0) + by;
  if (entryCount === 0) state.entryCounts.delete(accountID);
  else state.entryCounts.set(accountID, entryCount);
}
