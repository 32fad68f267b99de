// Written by schema/generate.ts from schema/messages.xml: change that and run `bun run generate`.
import * as wire from "../wire.ts";

export interface FeeScheduleChanged {
  readonly kind: "FeeScheduleChanged";
  /** Always 0. */
  readonly rptSeq: number;
  readonly feeTier: number;
  readonly makerFeePpm: number;
  readonly takerFeePpm: number;
  /** Empty = each instrument for which the tier has no schedule of its own. */
  readonly symbol: string;
}

/** Template, bytes of the block in its first version, and where in it each field starts. */
export const FeeScheduleChangedLayout = {
  templateId: 84,
  version: 4,
  blockLength: 40,
  rptSeq: 0,
  feeTier: 8,
  makerFeePpm: 12,
  takerFeePpm: 16,
  symbol: 24,
} as const;

/** Writes header and block at `at`; returns the offset after them. Throws when a field is outside its type. */
export function encodeFeeScheduleChanged(
  message: FeeScheduleChanged,
  view: DataView,
  at: number,
): number {
  wire.assertField(wire.isIntegerWithin(message.rptSeq, 0, Number.MAX_SAFE_INTEGER), "rptSeq");
  wire.assertField(wire.isIntegerWithin(message.feeTier, 0, 65535), "feeTier");
  wire.assertField(
    wire.isIntegerWithin(message.makerFeePpm, -2147483648, 2147483647),
    "makerFeePpm",
  );
  wire.assertField(
    wire.isIntegerWithin(message.takerFeePpm, -2147483648, 2147483647),
    "takerFeePpm",
  );
  wire.assertField(wire.isText(message.symbol, 16), "symbol");
  view.setUint16(at, 40, true);
  view.setUint16(at + 2, 84, true);
  view.setUint16(at + 4, 1, true);
  view.setUint16(at + 6, 4, true);
  const block = at + 8;
  for (let index = 0; index < 40; index++) view.setUint8(block + index, 0);
  wire.writeUint53(view, block, message.rptSeq);
  view.setUint16(block + 8, message.feeTier, true);
  view.setInt32(block + 12, message.makerFeePpm, true);
  view.setInt32(block + 16, message.takerFeePpm, true);
  wire.writeText(view, block + 24, 16, message.symbol);

  return block + 40;
}

/** Every field holds a value of its type. */
export function validFeeScheduleChanged(view: DataView, block: number): boolean {
  return wire.validUint53(view, block) && wire.validText(view, block + 24, 16);
}

/** Call only behind its header and where validFeeScheduleChanged holds. */
export function decodeFeeScheduleChanged(view: DataView, block: number): FeeScheduleChanged {
  return {
    kind: "FeeScheduleChanged",
    rptSeq: wire.readUint53(view, block),
    feeTier: view.getUint16(block + 8, true),
    makerFeePpm: view.getInt32(block + 12, true),
    takerFeePpm: view.getInt32(block + 16, true),
    symbol: wire.readText(view, block + 24, 16),
  };
}
