/** docs/SEMANTICS.md section 4a: lists. What an item comes to is the caller's to say. */
import { BusinessRejectReason, ContingencyType } from "../../schema/generated/enums.ts";
import type { NewOrderList } from "../../schema/generated/new-order-list.ts";
import type { AnyMessage } from "../../schema/generated/records.ts";
import { listItemCountMax, readItems } from "../../schema/order-list.ts";
import type { ListItem } from "../../schema/order-list.ts";
import { hasRoomFor } from "./naive-id-window.ts";
import { isTooLate } from "./naive-order-checks.ts";
import { pairOf } from "./naive-pairs.ts";
import type { CommandRun, NaiveState } from "./naive-state.ts";

/** Cancels come first, new orders last. */
const ranks: Partial<Record<AnyMessage["kind"], number>> = {
  OrderCancelRequest: 1,
  OrderCancelReplaceRequest: 2,
  NewOrderSingle: 3,
};

/** The list's items, to be carried out one after the other, or why there are none. */
export function openList(
  state: NaiveState,
  run: CommandRun,
  list: NewOrderList,
): readonly ListItem[] | BusinessRejectReason {
  const { accountID, commandID, itemCount, contingencyType } = list;
  if (!hasRoomFor(state, accountID, 1 + itemCount)) return BusinessRejectReason.IdWindowFull;
  if (isTooLate(state, list)) return BusinessRejectReason.TooLateToEnter;
  if (!state.accounts.has(accountID)) return BusinessRejectReason.UnknownAccount;
  const items = itemsOf(list, state.active.schemaVersion);
  const isPair = contingencyType === ContingencyType.OneCancelsTheOther;
  const pair = items === null || !isPair ? null : pairOf(items);
  if (items === null || (isPair && pair === null)) return BusinessRejectReason.InvalidList;
  run.events.push({
    kind: "ListAccepted",
    rptSeq: 0,
    accountID,
    itemCount,
    contingencyType,
    commandID,
    ...(pair === null ? {} : { firstOrderID: pair[0].orderID, secondOrderID: pair[1].orderID }),
  });
  return items;
}

/** Null where they are not a list's. */
function itemsOf(
  { items: bytes, itemCount, accountID }: NewOrderList,
  schemaVersion: number,
): ListItem[] | null {
  const items = readItems(bytes, schemaVersion);
  if (items === null || items.length !== itemCount) return null;
  if (itemCount < 1 || itemCount > listItemCountMax) return null;
  const isOfList = (item: AnyMessage): item is ListItem =>
    isItem(item) &&
    item.accountID === accountID &&
    item.sendingTime === 0 &&
    item.validUntil === 0 &&
    item.attempt === 0;
  if (!items.every(isOfList)) return null;
  const order = items.map(({ kind }) => ranks[kind] ?? 0);
  return order.every((rank, index) => rank >= (order[index - 1] ?? 0)) ? items : null;
}

function isItem(item: AnyMessage): item is ListItem {
  return ranks[item.kind] !== undefined;
}
