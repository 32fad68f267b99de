// Written by schema/generate.ts from schema/messages.xml: change that and run `bun run generate`.
import * as wire from "../wire.ts";
import {
  isTradingState,
  isTradingStateIn,
  versionOfTradingState,
  type TradingState,
} from "./enums.ts";

export interface SecurityStatusScheduled {
  readonly kind: "SecurityStatusScheduled";
  readonly rptSeq: number;
  readonly securityID: number;
  readonly tradingState: TradingState;
  /** Log time at which the state will change. */
  readonly effectiveTime: number;
}

/** Template, bytes of the block in its first version, and where in it each field starts. */
export const SecurityStatusScheduledLayout = {
  templateId: 87,
  version: 6,
  blockLength: 24,
  rptSeq: 0,
  securityID: 8,
  tradingState: 12,
  effectiveTime: 16,
} as const;

/** The least version of the schema that has all fields and values of the message. */
function leastVersion(message: SecurityStatusScheduled): number {
  return Math.max(6, versionOfTradingState(message.tradingState));
}

/** Writes header and block at `at`; returns the offset after them. Throws when a field is outside its type. */
export function encodeSecurityStatusScheduled(
  message: SecurityStatusScheduled,
  view: DataView,
  at: number,
): number {
  wire.assertField(wire.isIntegerWithin(message.rptSeq, 0, Number.MAX_SAFE_INTEGER), "rptSeq");
  wire.assertField(wire.isIntegerWithin(message.securityID, 0, 2147483647), "securityID");
  wire.assertField(isTradingState(message.tradingState), "tradingState");
  wire.assertField(
    wire.isIntegerWithin(message.effectiveTime, 0, Number.MAX_SAFE_INTEGER),
    "effectiveTime",
  );
  const version = leastVersion(message);
  view.setUint16(at, 24, true);
  view.setUint16(at + 2, 87, true);
  view.setUint16(at + 4, 1, true);
  view.setUint16(at + 6, version, true);
  const block = at + 8;
  for (let index = 0; index < 24; index++) view.setUint8(block + index, 0);
  wire.writeUint53(view, block, message.rptSeq);
  view.setUint32(block + 8, message.securityID, true);
  view.setUint8(block + 12, message.tradingState);
  wire.writeUint53(view, block + 16, message.effectiveTime);

  return block + 24;
}

/** Every field holds a value of its type. */
export function validSecurityStatusScheduled(view: DataView, block: number): boolean {
  const version = view.getUint16(block - 2, true);
  return (
    wire.validUint53(view, block) &&
    view.getUint32(block + 8, true) <= 2147483647 &&
    isTradingStateIn(view.getUint8(block + 12), version) &&
    wire.validUint53(view, block + 16)
  );
}

/** Call only behind its header and where validSecurityStatusScheduled holds. */
export function decodeSecurityStatusScheduled(
  view: DataView,
  block: number,
): SecurityStatusScheduled {
  return {
    kind: "SecurityStatusScheduled",
    rptSeq: wire.readUint53(view, block),
    securityID: view.getUint32(block + 8, true),
    tradingState: view.getUint8(block + 12) as TradingState,
    effectiveTime: wire.readUint53(view, block + 16),
  };
}
