// Written by schema/generate.ts from schema/messages.xml: change that and run `bun run generate`.
import * as wire from "../wire.ts";
import {
  isContingencyType,
  isContingencyTypeIn,
  versionOfContingencyType,
  type ContingencyType,
} from "./enums.ts";

/** Cancels, then replaces, then new orders, carried out as one command. */
export interface NewOrderList {
  readonly kind: "NewOrderList";
  readonly sendingTime: number;
  readonly validUntil: number;
  readonly commandID: string;
  readonly requestHash: string;
  readonly accountID: number;
  readonly attempt: number;
  readonly contingencyType: ContingencyType;
  /** 1 to 64. */
  readonly itemCount: number;
  readonly items: Uint8Array;
}

/** Template, bytes of the block in its first version, and where in it each field starts. */
export const NewOrderListLayout = {
  templateId: 11,
  version: 7,
  blockLength: 48,
  sendingTime: 0,
  validUntil: 8,
  commandID: 16,
  requestHash: 32,
  accountID: 40,
  attempt: 44,
  contingencyType: 46,
  itemCount: 47,
} as const;

/** The least version of the schema that has all fields and values of the message. */
function leastVersion(message: NewOrderList): number {
  return Math.max(7, versionOfContingencyType(message.contingencyType));
}

/** Writes header and block and data at `at`; returns the offset after them. Throws when a field is outside its type. */
export function encodeNewOrderList(message: NewOrderList, view: DataView, at: number): number {
  wire.assertField(
    wire.isIntegerWithin(message.sendingTime, 0, Number.MAX_SAFE_INTEGER),
    "sendingTime",
  );
  wire.assertField(
    wire.isIntegerWithin(message.validUntil, 0, Number.MAX_SAFE_INTEGER),
    "validUntil",
  );
  wire.assertField(wire.isUuid(message.commandID), "commandID");
  wire.assertField(wire.isHex(message.requestHash, 8), "requestHash");
  wire.assertField(wire.isIntegerWithin(message.accountID, 0, 2147483647), "accountID");
  wire.assertField(wire.isIntegerWithin(message.attempt, 0, 65535), "attempt");
  wire.assertField(isContingencyType(message.contingencyType), "contingencyType");
  wire.assertField(wire.isIntegerWithin(message.itemCount, 0, 255), "itemCount");
  const version = leastVersion(message);
  view.setUint16(at, 48, true);
  view.setUint16(at + 2, 11, true);
  view.setUint16(at + 4, 1, true);
  view.setUint16(at + 6, version, true);
  const block = at + 8;
  for (let index = 0; index < 48; index++) view.setUint8(block + index, 0);
  wire.writeUint53(view, block, message.sendingTime);
  wire.writeUint53(view, block + 8, message.validUntil);
  wire.writeUuid(view, block + 16, message.commandID);
  wire.writeHash64(view, block + 32, message.requestHash);
  view.setUint32(block + 40, message.accountID, true);
  view.setUint16(block + 44, message.attempt, true);
  view.setUint8(block + 46, message.contingencyType);
  view.setUint8(block + 47, message.itemCount);

  wire.assertField(message.items.length <= 16384, "items");
  view.setUint32(block + 48, message.items.length, true);
  new Uint8Array(view.buffer, view.byteOffset + block + 52, message.items.length).set(
    message.items,
  );
  return block + 52 + message.items.length;
}

/** Every field holds a value of its type. */
export function validNewOrderList(view: DataView, block: number): boolean {
  const version = view.getUint16(block - 2, true);
  return (
    wire.validUint53(view, block) &&
    wire.validUint53(view, block + 8) &&
    view.getUint32(block + 40, true) <= 2147483647 &&
    isContingencyTypeIn(view.getUint8(block + 46), version)
  );
}

/** Call only behind its header and where validNewOrderList holds. */
export function decodeNewOrderList(view: DataView, block: number): NewOrderList {
  return {
    kind: "NewOrderList",
    sendingTime: wire.readUint53(view, block),
    validUntil: wire.readUint53(view, block + 8),
    commandID: wire.readUuid(view, block + 16),
    requestHash: wire.readHash64(view, block + 32),
    accountID: view.getUint32(block + 40, true),
    attempt: view.getUint16(block + 44, true),
    contingencyType: view.getUint8(block + 46) as ContingencyType,
    itemCount: view.getUint8(block + 47),
    items: new Uint8Array(
      view.buffer,
      view.byteOffset + block + 52,
      view.getUint32(block + 48, true),
    ),
  };
}
