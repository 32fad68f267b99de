// Written by schema/generate.ts from schema/messages.xml: change that and run `bun run generate`.
import * as wire from "../wire.ts";
import {
  isTradingState,
  isTradingStateIn,
  versionOfTradingState,
  type TradingState,
} from "./enums.ts";

export interface SecurityStatus {
  readonly kind: "SecurityStatus";
  readonly sendingTime: number;
  readonly validUntil: number;
  readonly commandID: string;
  readonly requestHash: string;
  /** The operator's. */
  readonly accountID: number;
  readonly attempt: number;
  readonly tradingState: TradingState;
  readonly symbol: string;
  /** Log time at which the state changes; 0 = at once. Since version 6 of the schema; absent = 0. */
  readonly effectiveTime?: number;
}

/** Template, bytes of the block in its first version, and where in it each field starts. */
export const SecurityStatusLayout = {
  templateId: 6,
  version: 0,
  blockLength: 64,
  blockLengthV6: 72,
  sendingTime: 0,
  validUntil: 8,
  commandID: 16,
  requestHash: 32,
  accountID: 40,
  attempt: 44,
  tradingState: 46,
  symbol: 48,
  effectiveTime: 64,
} as const;

/** The least version of the schema that has all fields and values of the message. */
function leastVersion(message: SecurityStatus): number {
  return Math.max(
    0,
    (message.effectiveTime ?? 0) !== 0 ? 6 : 0,
    versionOfTradingState(message.tradingState),
  );
}

function blockLengthIn(version: number): number {
  return version >= 6 ? 72 : 64;
}

/** Bytes of the block of the least version that has all that the message says. */
export function blockLengthOfSecurityStatus(message: SecurityStatus): number {
  return blockLengthIn(leastVersion(message));
}

/** Writes header and block at `at`; returns the offset after them. Throws when a field is outside its type. */
export function encodeSecurityStatus(message: SecurityStatus, view: DataView, at: number): number {
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
  wire.assertField(isTradingState(message.tradingState), "tradingState");
  wire.assertField(wire.isText(message.symbol, 16), "symbol");
  wire.assertField(
    wire.isIntegerWithin(message.effectiveTime ?? 0, 0, Number.MAX_SAFE_INTEGER),
    "effectiveTime",
  );
  const version = leastVersion(message);
  const blockLength = blockLengthIn(version);
  view.setUint16(at, blockLength, true);
  view.setUint16(at + 2, 6, true);
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
  view.setUint8(block + 46, message.tradingState);
  wire.writeText(view, block + 48, 16, message.symbol);
  if (blockLength > 64) {
    wire.writeUint53(view, block + 64, message.effectiveTime ?? 0);
  }
  return block + blockLength;
}

/** Every field holds a value of its type. */
export function validSecurityStatus(view: DataView, block: number): boolean {
  const version = view.getUint16(block - 2, true);
  const blockLength = view.getUint16(block - 8, true);
  return (
    wire.validUint53(view, block) &&
    wire.validUint53(view, block + 8) &&
    view.getUint32(block + 40, true) <= 2147483647 &&
    isTradingStateIn(view.getUint8(block + 46), version) &&
    wire.validText(view, block + 48, 16) &&
    (blockLength <= 64 || wire.validUint53(view, block + 64))
  );
}

/** Call only behind its header and where validSecurityStatus holds. */
export function decodeSecurityStatus(view: DataView, block: number): SecurityStatus {
  const message: SecurityStatus = {
    kind: "SecurityStatus",
    sendingTime: wire.readUint53(view, block),
    validUntil: wire.readUint53(view, block + 8),
    commandID: wire.readUuid(view, block + 16),
    requestHash: wire.readHash64(view, block + 32),
    accountID: view.getUint32(block + 40, true),
    attempt: view.getUint16(block + 44, true),
    tradingState: view.getUint8(block + 46) as TradingState,
    symbol: wire.readText(view, block + 48, 16),
  };
  const blockLength = view.getUint16(block - 8, true);
  if (blockLength <= 64) return message;
  const newer: { -readonly [Key in keyof SecurityStatus]?: SecurityStatus[Key] } = {};
  if (blockLength > 64) {
    const effectiveTime = wire.readUint53(view, block + 64);
    if (effectiveTime !== 0) newer.effectiveTime = effectiveTime;
  }
  return { ...message, ...newer };
}
