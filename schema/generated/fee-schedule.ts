// Written by schema/generate.ts from schema/messages.xml: change that and run `bun run generate`.
import * as wire from "../wire.ts";

export interface FeeSchedule {
  readonly kind: "FeeSchedule";
  readonly sendingTime: number;
  readonly validUntil: number;
  readonly commandID: string;
  readonly requestHash: string;
  /** Of the operator who sets it. */
  readonly accountID: number;
  readonly attempt: number;
  /** From 1. */
  readonly feeTier: number;
  /** Empty = each instrument for which the tier has no schedule of its own. */
  readonly symbol: string;
  /** Millionths of the notional; below 0 they are paid to the maker. */
  readonly makerFeePpm: number;
  readonly takerFeePpm: number;
}

/** Template, bytes of the block in its first version, and where in it each field starts. */
export const FeeScheduleLayout = {
  templateId: 12,
  version: 4,
  blockLength: 80,
  sendingTime: 0,
  validUntil: 8,
  commandID: 16,
  requestHash: 32,
  accountID: 40,
  attempt: 44,
  feeTier: 46,
  symbol: 48,
  makerFeePpm: 64,
  takerFeePpm: 68,
} as const;

/** Writes header and block at `at`; returns the offset after them. Throws when a field is outside its type. */
export function encodeFeeSchedule(message: FeeSchedule, view: DataView, at: number): number {
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
  wire.assertField(wire.isIntegerWithin(message.feeTier, 0, 65535), "feeTier");
  wire.assertField(wire.isText(message.symbol, 16), "symbol");
  wire.assertField(
    wire.isIntegerWithin(message.makerFeePpm, -2147483648, 2147483647),
    "makerFeePpm",
  );
  wire.assertField(
    wire.isIntegerWithin(message.takerFeePpm, -2147483648, 2147483647),
    "takerFeePpm",
  );
  view.setUint16(at, 80, true);
  view.setUint16(at + 2, 12, true);
  view.setUint16(at + 4, 1, true);
  view.setUint16(at + 6, 4, true);
  const block = at + 8;
  for (let index = 0; index < 80; index++) view.setUint8(block + index, 0);
  wire.writeUint53(view, block, message.sendingTime);
  wire.writeUint53(view, block + 8, message.validUntil);
  wire.writeUuid(view, block + 16, message.commandID);
  wire.writeHash64(view, block + 32, message.requestHash);
  view.setUint32(block + 40, message.accountID, true);
  view.setUint16(block + 44, message.attempt, true);
  view.setUint16(block + 46, message.feeTier, true);
  wire.writeText(view, block + 48, 16, message.symbol);
  view.setInt32(block + 64, message.makerFeePpm, true);
  view.setInt32(block + 68, message.takerFeePpm, true);

  return block + 80;
}

/** Every field holds a value of its type. */
export function validFeeSchedule(view: DataView, block: number): boolean {
  return (
    wire.validUint53(view, block) &&
    wire.validUint53(view, block + 8) &&
    view.getUint32(block + 40, true) <= 2147483647 &&
    wire.validText(view, block + 48, 16)
  );
}

/** Call only behind its header and where validFeeSchedule holds. */
export function decodeFeeSchedule(view: DataView, block: number): FeeSchedule {
  return {
    kind: "FeeSchedule",
    sendingTime: wire.readUint53(view, block),
    validUntil: wire.readUint53(view, block + 8),
    commandID: wire.readUuid(view, block + 16),
    requestHash: wire.readHash64(view, block + 32),
    accountID: view.getUint32(block + 40, true),
    attempt: view.getUint16(block + 44, true),
    feeTier: view.getUint16(block + 46, true),
    symbol: wire.readText(view, block + 48, 16),
    makerFeePpm: view.getInt32(block + 64, true),
    takerFeePpm: view.getInt32(block + 68, true),
  };
}
