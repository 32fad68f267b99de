import { frame } from "./frame.ts";
import type { NewOrderSingle } from "./generated/new-order-single.ts";
import { dataBytesMaxOf, headerBytes } from "./generated/records.ts";
import type { Command } from "./generated/records.ts";
import { isListItem, packItems, readItems } from "./order-list.ts";
import { Hash64, murmur3 } from "./hash.ts";
import { hash64Text, viewOf } from "./wire.ts";

/** Parts of a command's block that may differ between two sendings of one request (messages.xml): times, the hash itself, attempt. */
const leftOut = [
  [0, 16],
  [32, 40],
  [44, 46],
] as const;

/** A command that has a requestHash. */
export type HashedCommand = Exclude<Command, { readonly kind: "TimeTick" }>;

/** The requestHash that a command is to have: the same whichever connection brings it. */
export function hashOfRequest(command: HashedCommand): string {
  return requestHash(frame(withoutConnections(command)));
}

function withoutConnections(command: HashedCommand): HashedCommand {
  if (command.kind === "NewOrderSingle") return withoutConnection(command);
  if (command.kind !== "NewOrderList") return command;
  const items = readItems(command.items);
  if (items === null || !items.every(isListItem)) return command;
  const plain = items.map((item) =>
    item.kind === "NewOrderSingle" ? withoutConnection(item) : item,
  );
  return { ...command, items: packItems(plain) };
}

function withoutConnection(order: NewOrderSingle): NewOrderSingle {
  const { connectionID: _connectionID, ...plain } = order;
  return plain;
}

/** The requestHash of an encoded command (header, block and data at the start of `bytes`), as 16 hexadecimal digits. */
export function requestHash(bytes: Uint8Array): string {
  const covered = bytes.slice(0, messageBytes(viewOf(bytes)));
  for (const [start, end] of leftOut) covered.fill(0, headerBytes + start, headerBytes + end);
  const hash = new Hash64();
  murmur3(covered, 0, covered.length, 0, hash);
  return hash64Text(hash.lo, hash.hi);
}

function messageBytes(view: DataView): number {
  const end = headerBytes + view.getUint16(0, true);
  const hasData = dataBytesMaxOf(view.getUint16(2, true)) > 0;
  return hasData ? end + 4 + view.getUint32(end, true) : end;
}
