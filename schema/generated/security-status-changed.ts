// Written by schema/generate.ts from schema/messages.xml: change that and run `bun run generate`.
import * as wire from "../wire.ts";
import { isTradingState, type TradingState } from "./enums.ts";

export interface SecurityStatusChanged {
  readonly kind: "SecurityStatusChanged";
  readonly rptSeq: number;
  readonly securityID: number;
  readonly tradingState: TradingState;
}

/** Template, bytes of the block in its first version, and where in it each field starts. */
export const SecurityStatusChangedLayout = {
  templateId: 74,
  version: 0,
  blockLength: 16,
  rptSeq: 0,
  securityID: 8,
  tradingState: 12,
} as const;

/** Writes header and block at `at`; returns the offset after them. Throws when a field is outside its type. */
export function encodeSecurityStatusChanged(
  message: SecurityStatusChanged,
  view: DataView,
  at: number,
): number {
  wire.assertField(wire.isIntegerWithin(message.rptSeq, 0, Number.MAX_SAFE_INTEGER), "rptSeq");
  wire.assertField(wire.isIntegerWithin(message.securityID, 0, 2147483647), "securityID");
  wire.assertField(isTradingState(message.tradingState), "tradingState");
  view.setUint16(at, 16, true);
  view.setUint16(at + 2, 74, true);
  view.setUint16(at + 4, 1, true);
  view.setUint16(at + 6, 0, true);
  const block = at + 8;
  for (let index = 0; index < 16; index++) view.setUint8(block + index, 0);
  wire.writeUint53(view, block, message.rptSeq);
  view.setUint32(block + 8, message.securityID, true);
  view.setUint8(block + 12, message.tradingState);

  return block + 16;
}

/** Every field holds a value of its type. */
export function validSecurityStatusChanged(view: DataView, block: number): boolean {
  return (
    wire.validUint53(view, block) &&
    view.getUint32(block + 8, true) <= 2147483647 &&
    isTradingState(view.getUint8(block + 12))
  );
}

/** Call only behind its header and where validSecurityStatusChanged holds. */
export function decodeSecurityStatusChanged(view: DataView, block: number): SecurityStatusChanged {
  return {
    kind: "SecurityStatusChanged",
    rptSeq: wire.readUint53(view, block),
    securityID: view.getUint32(block + 8, true),
    tradingState: view.getUint8(block + 12) as TradingState,
  };
}
