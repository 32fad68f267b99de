import { checkMessage } from "../../schema/frame.ts";
import { BusinessRejectReason, ContingencyType } from "../../schema/generated/enums.ts";
import { NewOrderListLayout as List } from "../../schema/generated/new-order-list.ts";
import { NewOrderSingleLayout as New } from "../../schema/generated/new-order-single.ts";
import { OrderCancelReplaceRequestLayout as Replace } from "../../schema/generated/order-cancel-replace-request.ts";
import { OrderCancelRequestLayout as Cancel } from "../../schema/generated/order-cancel-request.ts";
import { headerBytes } from "../../schema/generated/records.ts";
import { listItemCountMax } from "../../schema/order-list.ts";
import { readUint53 } from "../../schema/wire.ts";
import { writeBusinessReject, writeDuplicate, writeListAccepted } from "./answer-events.ts";
import { applyCancel } from "./cancel.ts";
import type { CommandBuffer } from "./command-buffer.ts";
import type { EventBuffer } from "./event-buffer.ts";
import { applyNewOrder } from "./order-entry.ts";
import { applyPair, mayBePair } from "./pairs.ts";
import { applyReplace } from "./replace.ts";
import { CommandHead } from "./state.ts";
import { applyPlain } from "./plain-commands.ts";
import type { PartitionState } from "./state.ts";

/** Bytes before the items, behind the block: how many bytes they are. */
const lengthBytes = 4;

/**
 * NewOrderList (SEMANTICS §4a), its block from word `block` on: refused whole, or its items are carried out in their order, each as if it
 * came alone. Allocates nothing.
 */
export const applyList = (
  state: PartitionState,
  commands: CommandBuffer,
  block: number,
  out: EventBuffer,
): void => {
  const { words, view } = commands;
  const at = block << 2;
  state.takeID(words, block + (List.commandID >>> 2));
  const entry = state.findEntry();
  if (entry !== 0) return writeDuplicate(state, entry, view, at, List.templateId, out);
  state.readAccount(view, at);
  const reason = refuseList(state, commands, at);
  if (reason !== BusinessRejectReason.IdWindowFull) state.remember(view, at, reason);
  if (reason !== 0) return writeBusinessReject(view, at, List.templateId, reason, out);
  writeListAccepted(view, at, isPair(view, at) ? firstItem(at) : 0, out);
  const end = endOfItems(view, at);
  if (isPair(view, at)) {
    const first = firstItem(at);
    const second = checkMessage(view, first, end);
    return applyPair(state, commands, blockWord(first), blockWord(second), out);
  }
  for (let item = firstItem(at); item < end; item = checkMessage(view, item, end)) {
    applyItem(state, commands, item >>> 2, out);
  }
};

const refuseList = (
  state: PartitionState,
  { words, view: command }: CommandBuffer,
  block: number,
): number => {
  const itemCount = command.getUint8(block + List.itemCount);
  if (state.isShareShort(1 + itemCount)) return BusinessRejectReason.IdWindowFull;
  if (state.isTooLate(command, block)) return BusinessRejectReason.TooLateToEnter;
  if (!state.accounts.isDefined(state.account)) return BusinessRejectReason.UnknownAccount;
  if (!areItemsInOrder(state, command, block)) return BusinessRejectReason.InvalidList;
  const isGood = !isPair(command, block) || hasPair(words, command, block);
  return isGood ? 0 : BusinessRejectReason.InvalidList;
};

const isPair = (command: DataView, block: number): boolean =>
  command.getUint8(block + List.contingencyType) === ContingencyType.OneCancelsTheOther;

/** Whether the items, which stand in order, are two new orders that may be a pair. */
const hasPair = (words: Int32Array, command: DataView, block: number): boolean => {
  const first = firstItem(block);
  const isOfNew = rankOf(command.getUint16(first + 2, true)) === rankOf(New.templateId);
  if (command.getUint8(block + List.itemCount) !== 2 || !isOfNew) return false;
  const second = checkMessage(command, first, endOfItems(command, block));
  return mayBePair(words, blockWord(first), blockWord(second));
};

/** The word where the block behind a header starts. */
const blockWord = (header: number): number => (header + headerBytes) >>> 2;

/** Whether the items are as many as the list says, whole, of versions that are read, of its account, and cancels come before replaces and those before new orders. */
const areItemsInOrder = (state: PartitionState, command: DataView, block: number): boolean => {
  const itemCount = command.getUint8(block + List.itemCount);
  const end = endOfItems(command, block);
  let at = firstItem(block);
  let last = 1;
  for (let index = 0; index < itemCount; index++) {
    const after = checkMessage(command, at, end);
    if (after < 0 || command.getUint16(at + 6, true) > state.semantics.schemaVersion) return false;
    const rank = rankOf(command.getUint16(at + 2, true));
    if (rank < last || !isItemOf(state.accountID, command, at + headerBytes)) return false;
    last = rank;
    at = after;
  }
  return at === end && itemCount > 0 && itemCount <= listItemCountMax;
};

/** Place of a template among the items; 0 where it may not be one. */
const rankOf = (templateId: number): number => {
  switch (templateId) {
    case Cancel.templateId:
      return 1;
    case Replace.templateId:
      return 2;
    case New.templateId:
      return 3;
    default:
      return 0;
  }
};

/** The list has the times for all of its items, and nothing in it has been tried before. */
const isItemOf = (accountID: number, command: DataView, block: number): boolean =>
  readUint53(command, block + CommandHead.sendingTime) === 0 &&
  readUint53(command, block + CommandHead.validUntil) === 0 &&
  command.getUint32(block + CommandHead.accountID, true) === accountID &&
  command.getUint16(block + New.attempt, true) === 0;

const firstItem = (block: number): number => block + List.blockLength + lengthBytes;

const endOfItems = (command: DataView, block: number): number =>
  firstItem(block) + command.getUint32(block + List.blockLength, true);

/** The item whose header starts at word `header`. */
const applyItem = (
  state: PartitionState,
  commands: CommandBuffer,
  header: number,
  out: EventBuffer,
): void => {
  const block = header + (headerBytes >>> 2);
  const templateId = commands.words[header]! >>> 16;
  if (applyPlain(state, templateId, commands.words, block, out)) return;
  if (templateId === Cancel.templateId) applyCancel(state, commands, block, out);
  else if (templateId === Replace.templateId) applyReplace(state, commands, block, out);
  else applyNewOrder(state, commands, block, false, out);
  state.refreshTables();
};
