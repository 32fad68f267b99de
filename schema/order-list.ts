import { checkMessage } from "./frame.ts";
import type { NewOrderSingle } from "./generated/new-order-single.ts";
import type { OrderCancelReplaceRequest } from "./generated/order-cancel-replace-request.ts";
import type { OrderCancelRequest } from "./generated/order-cancel-request.ts";
import {
  decodeBlock,
  encodedBytes,
  encodeMessage,
  headerBytes,
  schemaVersion,
} from "./generated/records.ts";
import type { AnyMessage } from "./generated/records.ts";
import { viewOf } from "./wire.ts";

/** Most items of a NewOrderList. */
export const listItemCountMax = 64;

/** What may stand in a NewOrderList, in this order. */
export type ListItem = OrderCancelRequest | OrderCancelReplaceRequest | NewOrderSingle;

export function isListItem(message: AnyMessage): message is ListItem {
  return (
    message.kind === "OrderCancelRequest" ||
    message.kind === "OrderCancelReplaceRequest" ||
    message.kind === "NewOrderSingle"
  );
}

/** The items of a list as they stand in it: messages one behind the other. Throws when a field is outside its type. */
export function packItems(items: readonly ListItem[]): Uint8Array {
  const length = items.reduce((sum, item) => sum + encodedBytes(item), 0);
  const bytes = new Uint8Array(length);
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const item of items) at = encodeMessage(item, view, at);
  return bytes;
}

/** The newest version of the schema in which one of the items is written. */
export function newestVersionOf(items: Uint8Array): number {
  const view = viewOf(items);
  let newest = 0;
  for (let at = 0; at < items.length; at += headerBytes + view.getUint16(at, true)) {
    newest = Math.max(newest, view.getUint16(at + 6, true));
  }
  return newest;
}

/** The messages that stand in a list, whatever they are; null where its bytes are not whole messages of versions up to `newest`. */
export function readItems(items: Uint8Array, newest: number = schemaVersion): AnyMessage[] | null {
  const view = viewOf(items);
  const messages: AnyMessage[] = [];
  for (let at = 0; at < items.length;) {
    const after = checkMessage(view, at, items.length);
    if (after < 0 || view.getUint16(at + 6, true) > newest) return null;
    messages.push(decodeBlock(view.getUint16(at + 2, true), view, at + headerBytes));
    at = after;
  }
  return messages;
}
