// Written by schema/generate.ts from schema/messages.xml: change that and run `bun run generate`.
import { validWide } from "../wide.ts";
import * as wire from "../wire.ts";

export interface AccountLimitsChanged {
  readonly kind: "AccountLimitsChanged";
  /** Always 0. */
  readonly rptSeq: number;
  readonly accountID: number;
  readonly openOrderCountMax: number;
  readonly openNotionalMax: bigint;
  /** Empty = each instrument without limits of its own. */
  readonly symbol: string;
}

/** Template, bytes of the block in its first version, and where in it each field starts. */
export const AccountLimitsChangedLayout = {
  templateId: 83,
  version: 3,
  blockLength: 56,
  rptSeq: 0,
  accountID: 8,
  openOrderCountMax: 12,
  openNotionalMax: 16,
  symbol: 32,
} as const;

/** Writes header and block at `at`; returns the offset after them. Throws when a field is outside its type. */
export function encodeAccountLimitsChanged(
  message: AccountLimitsChanged,
  view: DataView,
  at: number,
): number {
  wire.assertField(wire.isIntegerWithin(message.rptSeq, 0, Number.MAX_SAFE_INTEGER), "rptSeq");
  wire.assertField(wire.isIntegerWithin(message.accountID, 0, 2147483647), "accountID");
  wire.assertField(
    wire.isIntegerWithin(message.openOrderCountMax, 0, 4294967295),
    "openOrderCountMax",
  );
  wire.assertField(wire.isWide(message.openNotionalMax), "openNotionalMax");
  wire.assertField(wire.isText(message.symbol, 16), "symbol");
  view.setUint16(at, 56, true);
  view.setUint16(at + 2, 83, true);
  view.setUint16(at + 4, 1, true);
  view.setUint16(at + 6, 3, true);
  const block = at + 8;
  for (let index = 0; index < 56; index++) view.setUint8(block + index, 0);
  wire.writeUint53(view, block, message.rptSeq);
  view.setUint32(block + 8, message.accountID, true);
  view.setUint32(block + 12, message.openOrderCountMax, true);
  wire.writeWide(view, block + 16, message.openNotionalMax);
  wire.writeText(view, block + 32, 16, message.symbol);

  return block + 56;
}

/** Every field holds a value of its type. */
export function validAccountLimitsChanged(view: DataView, block: number): boolean {
  return (
    wire.validUint53(view, block) &&
    view.getUint32(block + 8, true) <= 2147483647 &&
    validWide(view, block + 16) &&
    wire.validText(view, block + 32, 16)
  );
}

/** Call only behind its header and where validAccountLimitsChanged holds. */
export function decodeAccountLimitsChanged(view: DataView, block: number): AccountLimitsChanged {
  return {
    kind: "AccountLimitsChanged",
    rptSeq: wire.readUint53(view, block),
    accountID: view.getUint32(block + 8, true),
    openOrderCountMax: view.getUint32(block + 12, true),
    openNotionalMax: wire.readWide(view, block + 16),
    symbol: wire.readText(view, block + 32, 16),
  };
}
