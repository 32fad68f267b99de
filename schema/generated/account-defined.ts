// Written by schema/generate.ts from schema/messages.xml: change that and run `bun run generate`.
import * as wire from "../wire.ts";
import { isAccountStatus, type AccountStatus } from "./enums.ts";

export interface AccountDefined {
  readonly kind: "AccountDefined";
  /** Always 0. */
  readonly rptSeq: number;
  readonly accountID: number;
  readonly accountStatus: AccountStatus;
  readonly name: string;
  /** Since version 4 of the schema; absent = 0. */
  readonly feeTier?: number;
}

/** Template, bytes of the block in its first version, and where in it each field starts. */
export const AccountDefinedLayout = {
  templateId: 75,
  version: 0,
  blockLength: 64,
  blockLengthV4: 72,
  rptSeq: 0,
  accountID: 8,
  accountStatus: 12,
  name: 16,
  feeTier: 64,
} as const;

/** The least version of the schema that has all fields and values of the message. */
function leastVersion(message: AccountDefined): number {
  return Math.max(0, (message.feeTier ?? 0) !== 0 ? 4 : 0);
}

function blockLengthIn(version: number): number {
  return version >= 4 ? 72 : 64;
}

/** Bytes of the block of the least version that has all that the message says. */
export function blockLengthOfAccountDefined(message: AccountDefined): number {
  return blockLengthIn(leastVersion(message));
}

/** Writes header and block at `at`; returns the offset after them. Throws when a field is outside its type. */
export function encodeAccountDefined(message: AccountDefined, view: DataView, at: number): number {
  wire.assertField(wire.isIntegerWithin(message.rptSeq, 0, Number.MAX_SAFE_INTEGER), "rptSeq");
  wire.assertField(wire.isIntegerWithin(message.accountID, 0, 2147483647), "accountID");
  wire.assertField(isAccountStatus(message.accountStatus), "accountStatus");
  wire.assertField(wire.isText(message.name, 40), "name");
  wire.assertField(wire.isIntegerWithin(message.feeTier ?? 0, 0, 65535), "feeTier");
  const version = leastVersion(message);
  const blockLength = blockLengthIn(version);
  view.setUint16(at, blockLength, true);
  view.setUint16(at + 2, 75, true);
  view.setUint16(at + 4, 1, true);
  view.setUint16(at + 6, version, true);
  const block = at + 8;
  for (let index = 0; index < blockLength; index++) view.setUint8(block + index, 0);
  wire.writeUint53(view, block, message.rptSeq);
  view.setUint32(block + 8, message.accountID, true);
  view.setUint8(block + 12, message.accountStatus);
  wire.writeText(view, block + 16, 40, message.name);
  if (blockLength > 64) {
    view.setUint16(block + 64, message.feeTier ?? 0, true);
  }
  return block + blockLength;
}

/** Every field holds a value of its type. */
export function validAccountDefined(view: DataView, block: number): boolean {
  return (
    wire.validUint53(view, block) &&
    view.getUint32(block + 8, true) <= 2147483647 &&
    isAccountStatus(view.getUint8(block + 12)) &&
    wire.validText(view, block + 16, 40)
  );
}

/** Call only behind its header and where validAccountDefined holds. */
export function decodeAccountDefined(view: DataView, block: number): AccountDefined {
  const message: AccountDefined = {
    kind: "AccountDefined",
    rptSeq: wire.readUint53(view, block),
    accountID: view.getUint32(block + 8, true),
    accountStatus: view.getUint8(block + 12) as AccountStatus,
    name: wire.readText(view, block + 16, 40),
  };
  const blockLength = view.getUint16(block - 8, true);
  if (blockLength <= 64) return message;
  const newer: { -readonly [Key in keyof AccountDefined]?: AccountDefined[Key] } = {};
  if (blockLength > 64) {
    const feeTier = view.getUint16(block + 64, true);
    if (feeTier !== 0) newer.feeTier = feeTier;
  }
  return { ...message, ...newer };
}
