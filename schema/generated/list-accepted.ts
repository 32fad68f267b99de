// Written by schema/generate.ts from schema/messages.xml: change that and run `bun run generate`.
import * as wire from "../wire.ts";
import {
  isContingencyType,
  isContingencyTypeIn,
  versionOfContingencyType,
  type ContingencyType,
} from "./enums.ts";

/** The events of the list's items follow, as if each had come alone. */
export interface ListAccepted {
  readonly kind: "ListAccepted";
  /** Always 0. */
  readonly rptSeq: number;
  readonly accountID: number;
  readonly itemCount: number;
  readonly contingencyType: ContingencyType;
  readonly commandID: string;
  /** Of a pair: each cancels the other. Since version 9 of the schema; absent = 0. */
  readonly firstOrderID?: string;
  /** Since version 9 of the schema; absent = 0. */
  readonly secondOrderID?: string;
}

/** Template, bytes of the block in its first version, and where in it each field starts. */
export const ListAcceptedLayout = {
  templateId: 88,
  version: 7,
  blockLength: 32,
  blockLengthV9: 64,
  rptSeq: 0,
  accountID: 8,
  itemCount: 12,
  contingencyType: 13,
  commandID: 16,
  firstOrderID: 32,
  secondOrderID: 48,
} as const;

/** The least version of the schema that has all fields and values of the message. */
function leastVersion(message: ListAccepted): number {
  return Math.max(
    7,
    (message.firstOrderID ?? "00000000-0000-0000-0000-000000000000") !==
      "00000000-0000-0000-0000-000000000000" ||
      (message.secondOrderID ?? "00000000-0000-0000-0000-000000000000") !==
        "00000000-0000-0000-0000-000000000000"
      ? 9
      : 0,
    versionOfContingencyType(message.contingencyType),
  );
}

function blockLengthIn(version: number): number {
  return version >= 9 ? 64 : 32;
}

/** Bytes of the block of the least version that has all that the message says. */
export function blockLengthOfListAccepted(message: ListAccepted): number {
  return blockLengthIn(leastVersion(message));
}

/** Writes header and block at `at`; returns the offset after them. Throws when a field is outside its type. */
export function encodeListAccepted(message: ListAccepted, view: DataView, at: number): number {
  wire.assertField(wire.isIntegerWithin(message.rptSeq, 0, Number.MAX_SAFE_INTEGER), "rptSeq");
  wire.assertField(wire.isIntegerWithin(message.accountID, 0, 2147483647), "accountID");
  wire.assertField(wire.isIntegerWithin(message.itemCount, 0, 255), "itemCount");
  wire.assertField(isContingencyType(message.contingencyType), "contingencyType");
  wire.assertField(wire.isUuid(message.commandID), "commandID");
  wire.assertField(
    wire.isUuid(message.firstOrderID ?? "00000000-0000-0000-0000-000000000000"),
    "firstOrderID",
  );
  wire.assertField(
    wire.isUuid(message.secondOrderID ?? "00000000-0000-0000-0000-000000000000"),
    "secondOrderID",
  );
  const version = leastVersion(message);
  const blockLength = blockLengthIn(version);
  view.setUint16(at, blockLength, true);
  view.setUint16(at + 2, 88, true);
  view.setUint16(at + 4, 1, true);
  view.setUint16(at + 6, version, true);
  const block = at + 8;
  for (let index = 0; index < blockLength; index++) view.setUint8(block + index, 0);
  wire.writeUint53(view, block, message.rptSeq);
  view.setUint32(block + 8, message.accountID, true);
  view.setUint8(block + 12, message.itemCount);
  view.setUint8(block + 13, message.contingencyType);
  wire.writeUuid(view, block + 16, message.commandID);
  if (blockLength > 32) {
    wire.writeUuid(
      view,
      block + 32,
      message.firstOrderID ?? "00000000-0000-0000-0000-000000000000",
    );
    wire.writeUuid(
      view,
      block + 48,
      message.secondOrderID ?? "00000000-0000-0000-0000-000000000000",
    );
  }
  return block + blockLength;
}

/** Every field holds a value of its type. */
export function validListAccepted(view: DataView, block: number): boolean {
  const version = view.getUint16(block - 2, true);
  return (
    wire.validUint53(view, block) &&
    view.getUint32(block + 8, true) <= 2147483647 &&
    isContingencyTypeIn(view.getUint8(block + 13), version)
  );
}

/** Call only behind its header and where validListAccepted holds. */
export function decodeListAccepted(view: DataView, block: number): ListAccepted {
  const message: ListAccepted = {
    kind: "ListAccepted",
    rptSeq: wire.readUint53(view, block),
    accountID: view.getUint32(block + 8, true),
    itemCount: view.getUint8(block + 12),
    contingencyType: view.getUint8(block + 13) as ContingencyType,
    commandID: wire.readUuid(view, block + 16),
  };
  const blockLength = view.getUint16(block - 8, true);
  if (blockLength <= 32) return message;
  const newer: { -readonly [Key in keyof ListAccepted]?: ListAccepted[Key] } = {};
  if (blockLength > 32) {
    const firstOrderID = wire.readUuid(view, block + 32);
    if (firstOrderID !== "00000000-0000-0000-0000-000000000000") newer.firstOrderID = firstOrderID;
    const secondOrderID = wire.readUuid(view, block + 48);
    if (secondOrderID !== "00000000-0000-0000-0000-000000000000")
      newer.secondOrderID = secondOrderID;
  }
  return { ...message, ...newer };
}
