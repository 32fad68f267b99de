// Written by schema/generate.ts from schema/messages.xml: change that and run `bun run generate`.
import * as wire from "../wire.ts";
import { isDisconnectScope, type DisconnectScope } from "./enums.ts";

export interface CancelOnDisconnect {
  readonly kind: "CancelOnDisconnect";
  readonly sendingTime: number;
  readonly validUntil: number;
  readonly commandID: string;
  readonly requestHash: string;
  readonly accountID: number;
  readonly attempt: number;
  /** From now on until the account's open orders are canceled; 0 = never. */
  readonly timeoutMs: number;
  /** Since version 10 of the schema; absent = 0. */
  readonly scope?: DisconnectScope;
  /** 0 with the scope Account, else not. Since version 10 of the schema; absent = 0. */
  readonly connectionID?: number;
}

/** Template, bytes of the block in its first version, and where in it each field starts. */
export const CancelOnDisconnectLayout = {
  templateId: 13,
  version: 5,
  blockLength: 56,
  blockLengthV10: 72,
  sendingTime: 0,
  validUntil: 8,
  commandID: 16,
  requestHash: 32,
  accountID: 40,
  attempt: 44,
  timeoutMs: 48,
  scope: 56,
  connectionID: 64,
} as const;

/** The least version of the schema that has all fields and values of the message. */
function leastVersion(message: CancelOnDisconnect): number {
  return Math.max(5, (message.scope ?? 0) !== 0 || (message.connectionID ?? 0) !== 0 ? 10 : 0);
}

function blockLengthIn(version: number): number {
  return version >= 10 ? 72 : 56;
}

/** Bytes of the block of the least version that has all that the message says. */
export function blockLengthOfCancelOnDisconnect(message: CancelOnDisconnect): number {
  return blockLengthIn(leastVersion(message));
}

/** Writes header and block at `at`; returns the offset after them. Throws when a field is outside its type. */
export function encodeCancelOnDisconnect(
  message: CancelOnDisconnect,
  view: DataView,
  at: number,
): number {
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
  wire.assertField(wire.isIntegerWithin(message.timeoutMs, 0, 4294967295), "timeoutMs");
  wire.assertField(isDisconnectScope(message.scope ?? 0), "scope");
  wire.assertField(
    wire.isIntegerWithin(message.connectionID ?? 0, 0, Number.MAX_SAFE_INTEGER),
    "connectionID",
  );
  const version = leastVersion(message);
  const blockLength = blockLengthIn(version);
  view.setUint16(at, blockLength, true);
  view.setUint16(at + 2, 13, true);
  view.setUint16(at + 4, 1, true);
  view.setUint16(at + 6, version, true);
  const block = at + 8;
  for (let index = 0; index < blockLength; index++) view.setUint8(block + index, 0);
  wire.writeUint53(view, block, message.sendingTime);
  wire.writeUint53(view, block + 8, message.validUntil);
  wire.writeUuid(view, block + 16, message.commandID);
  wire.writeHash64(view, block + 32, message.requestHash);
  view.setUint32(block + 40, message.accountID, true);
  view.setUint16(block + 44, message.attempt, true);
  view.setUint32(block + 48, message.timeoutMs, true);
  if (blockLength > 56) {
    view.setUint8(block + 56, message.scope ?? 0);
    wire.writeUint53(view, block + 64, message.connectionID ?? 0);
  }
  return block + blockLength;
}

/** Every field holds a value of its type. */
export function validCancelOnDisconnect(view: DataView, block: number): boolean {
  const blockLength = view.getUint16(block - 8, true);
  return (
    wire.validUint53(view, block) &&
    wire.validUint53(view, block + 8) &&
    view.getUint32(block + 40, true) <= 2147483647 &&
    (blockLength <= 56 ||
      (isDisconnectScope(view.getUint8(block + 56)) && wire.validUint53(view, block + 64)))
  );
}

/** Call only behind its header and where validCancelOnDisconnect holds. */
export function decodeCancelOnDisconnect(view: DataView, block: number): CancelOnDisconnect {
  const message: CancelOnDisconnect = {
    kind: "CancelOnDisconnect",
    sendingTime: wire.readUint53(view, block),
    validUntil: wire.readUint53(view, block + 8),
    commandID: wire.readUuid(view, block + 16),
    requestHash: wire.readHash64(view, block + 32),
    accountID: view.getUint32(block + 40, true),
    attempt: view.getUint16(block + 44, true),
    timeoutMs: view.getUint32(block + 48, true),
  };
  const blockLength = view.getUint16(block - 8, true);
  if (blockLength <= 56) return message;
  const newer: { -readonly [Key in keyof CancelOnDisconnect]?: CancelOnDisconnect[Key] } = {};
  if (blockLength > 56) {
    const scope = view.getUint8(block + 56) as DisconnectScope;
    if (scope !== 0) newer.scope = scope;
    const connectionID = wire.readUint53(view, block + 64);
    if (connectionID !== 0) newer.connectionID = connectionID;
  }
  return { ...message, ...newer };
}
