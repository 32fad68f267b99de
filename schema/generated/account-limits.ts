// Written by schema/generate.ts from schema/messages.xml: change that and run `bun run generate`.
import { validWide } from "../wide.ts";
import * as wire from "../wire.ts";

export interface AccountLimits {
  readonly kind: "AccountLimits";
  readonly sendingTime: number;
  readonly validUntil: number;
  readonly commandID: string;
  readonly requestHash: string;
  /** The account limited. */
  readonly accountID: number;
  readonly attempt: number;
  /** Empty = each instrument for which the account has no limits of its own. */
  readonly symbol: string;
  /** Open orders in the instrument; 0 = any number. */
  readonly openOrderCountMax: number;
  /** Price x leavesQty over the open orders in the instrument, in price unit x quantity unit; 0 = any. */
  readonly openNotionalMax: bigint;
}

/** Template, bytes of the block in its first version, and where in it each field starts. */
export const AccountLimitsLayout = {
  templateId: 10,
  version: 3,
  blockLength: 88,
  sendingTime: 0,
  validUntil: 8,
  commandID: 16,
  requestHash: 32,
  accountID: 40,
  attempt: 44,
  symbol: 48,
  openOrderCountMax: 64,
  openNotionalMax: 72,
} as const;

/** Writes header and block at `at`; returns the offset after them. Throws when a field is outside its type. */
export function encodeAccountLimits(message: AccountLimits, view: DataView, at: number): number {
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
  wire.assertField(wire.isText(message.symbol, 16), "symbol");
  wire.assertField(
    wire.isIntegerWithin(message.openOrderCountMax, 0, 4294967295),
    "openOrderCountMax",
  );
  wire.assertField(wire.isWide(message.openNotionalMax), "openNotionalMax");
  view.setUint16(at, 88, true);
  view.setUint16(at + 2, 10, true);
  view.setUint16(at + 4, 1, true);
  view.setUint16(at + 6, 3, true);
  const block = at + 8;
  for (let index = 0; index < 88; index++) view.setUint8(block + index, 0);
  wire.writeUint53(view, block, message.sendingTime);
  wire.writeUint53(view, block + 8, message.validUntil);
  wire.writeUuid(view, block + 16, message.commandID);
  wire.writeHash64(view, block + 32, message.requestHash);
  view.setUint32(block + 40, message.accountID, true);
  view.setUint16(block + 44, message.attempt, true);
  wire.writeText(view, block + 48, 16, message.symbol);
  view.setUint32(block + 64, message.openOrderCountMax, true);
  wire.writeWide(view, block + 72, message.openNotionalMax);

  return block + 88;
}

/** Every field holds a value of its type. */
export function validAccountLimits(view: DataView, block: number): boolean {
  return (
    wire.validUint53(view, block) &&
    wire.validUint53(view, block + 8) &&
    view.getUint32(block + 40, true) <= 2147483647 &&
    wire.validText(view, block + 48, 16) &&
    validWide(view, block + 72)
  );
}

/** Call only behind its header and where validAccountLimits holds. */
export function decodeAccountLimits(view: DataView, block: number): AccountLimits {
  return {
    kind: "AccountLimits",
    sendingTime: wire.readUint53(view, block),
    validUntil: wire.readUint53(view, block + 8),
    commandID: wire.readUuid(view, block + 16),
    requestHash: wire.readHash64(view, block + 32),
    accountID: view.getUint32(block + 40, true),
    attempt: view.getUint16(block + 44, true),
    symbol: wire.readText(view, block + 48, 16),
    openOrderCountMax: view.getUint32(block + 64, true),
    openNotionalMax: wire.readWide(view, block + 72),
  };
}
