import { BusinessRejectReason as Reason } from "../../schema/generated/enums.ts";
import { writeBusinessReject, writeDuplicate } from "./answer-events.ts";
import type { EventBuffer } from "./event-buffer.ts";
import { CommandHead } from "./state.ts";
import type { PartitionState } from "./state.ts";

/** The way into the id window of commands that are no orders (SEMANTICS §4): the same for all of them. */

/** Answers a repeat. */
export const isRepeat = (
  state: PartitionState,
  command: DataView,
  block: number,
  templateId: number,
  out: EventBuffer,
): boolean => {
  state.readID(command, block + CommandHead.id);
  const entry = state.findEntry();
  state.readAccount(command, block);
  if (entry === 0) return false;
  writeDuplicate(state, entry, command, block, templateId, out);
  return true;
};

/** The checks that every one of these commands starts with, after the repeat. */
export const refuseEntry = (state: PartitionState, command: DataView, block: number): number => {
  if (state.isShareFull()) return Reason.IdWindowFull;
  return state.isTooLate(command, block) ? Reason.TooLateToEnter : 0;
};

/** Leaves the id window entry and answers a refusal; true where the command is to be carried out. */
export const settle = (
  state: PartitionState,
  command: DataView,
  block: number,
  templateId: number,
  reason: number,
  out: EventBuffer,
): boolean => {
  if (reason !== Reason.IdWindowFull) state.remember(command, block, reason);
  if (reason !== 0) writeBusinessReject(command, block, templateId, reason, out);
  return reason === 0;
};
