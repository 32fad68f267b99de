// Written by schema/generate.ts from schema/messages.xml: change that and run `bun run generate`.
import * as wire from "../wire.ts";
import {
  isTradingState,
  isTradingStateIn,
  versionOfTradingState,
  type TradingState,
} from "./enums.ts";

export interface SecurityStatusChanged {
  readonly kind: "SecurityStatusChanged";
  readonly rptSeq: number;
  readonly securityID: number;
  readonly tradingState: TradingState;
  /** Of the scheduled change that this is; 0: a command said it, and what was scheduled is gone. Since version 6 of the schema; absent = 0. */
  readonly effectiveTime?: number;
}

/** Template, bytes of the block in its first version, and where in it each field starts. */
export const SecurityStatusChangedLayout = {
  templateId: 74,
  version: 0,
  blockLength: 16,
  blockLengthV6: 24,
  rptSeq: 0,
  securityID: 8,
  tradingState: 12,
  effectiveTime: 16,
} as const;

/** The least version of the schema that has all fields and values of the message. */
function leastVersion(message: SecurityStatusChanged): number {
  return Math.max(
    0,
    (message.effectiveTime ?? 0) !== 0 ? 6 : 0,
    versionOfTradingState(message.tradingState),
  );
}

function blockLengthIn(version: number): number {
  return version >= 6 ? 24 : 16;
}

/** Bytes of the block of the least version that has all that the message says. */
export function blockLengthOfSecurityStatusChanged(message: SecurityStatusChanged): number {
  return blockLengthIn(leastVersion(message));
}

/** Writes header and block at `at`; returns the offset after them. Throws when a field is outside its type. */
export function encodeSecurityStatusChanged(
  message: SecurityStatusChanged,
  view: DataView,
  at: number,
): number {
  wire.assertField(wire.isIntegerWithin(message.rptSeq, 0, Number.MAX_SAFE_INTEGER), "rptSeq");
  wire.assertField(wire.isIntegerWithin(message.securityID, 0, 2147483647), "securityID");
  wire.assertField(isTradingState(message.tradingState), "tradingState");
  wire.assertField(
    wire.isIntegerWithin(message.effectiveTime ?? 0, 0, Number.MAX_SAFE_INTEGER),
    "effectiveTime",
  );
  const version = leastVersion(message);
  const blockLength = blockLengthIn(version);
  view.setUint16(at, blockLength, true);
  view.setUint16(at + 2, 74, true);
  view.setUint16(at + 4, 1, true);
  view.setUint16(at + 6, version, true);
  const block = at + 8;
  for (let index = 0; index < blockLength; index++) view.setUint8(block + index, 0);
  wire.writeUint53(view, block, message.rptSeq);
  view.setUint32(block + 8, message.securityID, true);
  view.setUint8(block + 12, message.tradingState);
  if (blockLength > 16) {
    wire.writeUint53(view, block + 16, message.effectiveTime ?? 0);
  }
  return block + blockLength;
}

/** Every field holds a value of its type. */
export function validSecurityStatusChanged(view: DataView, block: number): boolean {
  const version = view.getUint16(block - 2, true);
  const blockLength = view.getUint16(block - 8, true);
  return (
    wire.validUint53(view, block) &&
    view.getUint32(block + 8, true) <= 2147483647 &&
    isTradingStateIn(view.getUint8(block + 12), version) &&
    (blockLength <= 16 || wire.validUint53(view, block + 16))
  );
}

/** Call only behind its header and where validSecurityStatusChanged holds. */
export function decodeSecurityStatusChanged(view: DataView, block: number): SecurityStatusChanged {
  const message: SecurityStatusChanged = {
    kind: "SecurityStatusChanged",
    rptSeq: wire.readUint53(view, block),
    securityID: view.getUint32(block + 8, true),
    tradingState: view.getUint8(block + 12) as TradingState,
  };
  const blockLength = view.getUint16(block - 8, true);
  if (blockLength <= 16) return message;
  const newer: { -readonly [Key in keyof SecurityStatusChanged]?: SecurityStatusChanged[Key] } = {};
  if (blockLength > 16) {
    const effectiveTime = wire.readUint53(view, block + 16);
    if (effectiveTime !== 0) newer.effectiveTime = effectiveTime;
  }
  return { ...message, ...newer };
}
