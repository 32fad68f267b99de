// Written by schema/generate.ts from schema/messages.xml: change that and run `bun run generate`.
import * as wire from "../wire.ts";
import { isAccountStatus, type AccountStatus } from "./enums.ts";

export interface AccountDefinition {
  readonly kind: "AccountDefinition";
  readonly sendingTime: number;
  readonly validUntil: number;
  readonly commandID: string;
  readonly requestHash: string;
  /** The account defined. */
  readonly accountID: number;
  readonly attempt: number;
  readonly accountStatus: AccountStatus;
  readonly name: string;
  /** Whose FeeSchedules it pays by; 0 = none, so no fees. Since version 4 of the schema; absent = 0. */
  readonly feeTier?: number;
}

/** Template, bytes of the block in its first version, and where in it each field starts. */
export const AccountDefinitionLayout = {
  templateId: 7,
  version: 0,
  blockLength: 88,
  blockLengthV4: 96,
  sendingTime: 0,
  validUntil: 8,
  commandID: 16,
  requestHash: 32,
  accountID: 40,
  attempt: 44,
  accountStatus: 46,
  name: 48,
  feeTier: 88,
} as const;

/** The least version of the schema that has all fields and values of the message. */
function leastVersion(message: AccountDefinition): number {
  return Math.max(0, (message.feeTier ?? 0) !== 0 ? 4 : 0);
}

function blockLengthIn(version: number): number {
  return version >= 4 ? 96 : 88;
}

/** Bytes of the block of the least version that has all that the message says. */
export function blockLengthOfAccountDefinition(message: AccountDefinition): number {
  return blockLengthIn(leastVersion(message));
}

/** Writes header and block at `at`; returns the offset after them. Throws when a field is outside its type. */
export function encodeAccountDefinition(
  message: AccountDefinition,
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
  wire.assertField(isAccountStatus(message.accountStatus), "accountStatus");
  wire.assertField(wire.isText(message.name, 40), "name");
  wire.assertField(wire.isIntegerWithin(message.feeTier ?? 0, 0, 65535), "feeTier");
  const version = leastVersion(message);
  const blockLength = blockLengthIn(version);
  view.setUint16(at, blockLength, true);
  view.setUint16(at + 2, 7, true);
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
  view.setUint8(block + 46, message.accountStatus);
  wire.writeText(view, block + 48, 40, message.name);
  if (blockLength > 88) {
    view.setUint16(block + 88, message.feeTier ?? 0, true);
  }
  return block + blockLength;
}

/** Every field holds a value of its type. */
export function validAccountDefinition(view: DataView, block: number): boolean {
  return (
    wire.validUint53(view, block) &&
    wire.validUint53(view, block + 8) &&
    view.getUint32(block + 40, true) <= 2147483647 &&
    isAccountStatus(view.getUint8(block + 46)) &&
    wire.validText(view, block + 48, 40)
  );
}

/** Call only behind its header and where validAccountDefinition holds. */
export function decodeAccountDefinition(view: DataView, block: number): AccountDefinition {
  const message: AccountDefinition = {
    kind: "AccountDefinition",
    sendingTime: wire.readUint53(view, block),
    validUntil: wire.readUint53(view, block + 8),
    commandID: wire.readUuid(view, block + 16),
    requestHash: wire.readHash64(view, block + 32),
    accountID: view.getUint32(block + 40, true),
    attempt: view.getUint16(block + 44, true),
    accountStatus: view.getUint8(block + 46) as AccountStatus,
    name: wire.readText(view, block + 48, 40),
  };
  const blockLength = view.getUint16(block - 8, true);
  if (blockLength <= 88) return message;
  const newer: { -readonly [Key in keyof AccountDefinition]?: AccountDefinition[Key] } = {};
  if (blockLength > 88) {
    const feeTier = view.getUint16(block + 88, true);
    if (feeTier !== 0) newer.feeTier = feeTier;
  }
  return { ...message, ...newer };
}
