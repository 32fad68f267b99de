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
}

/** Template, bytes of the block in its first version, and where in it each field starts. */
export const AccountDefinedLayout = {
  templateId: 75,
  version: 0,
  blockLength: 64,
  rptSeq: 0,
  accountID: 8,
  accountStatus: 12,
  name: 16,
} as const;

/** Writes header and block at `at`; returns the offset after them. Throws when a field is outside its type. */
export function encodeAccountDefined(message: AccountDefined, view: DataView, at: number): number {
  wire.assertField(wire.isIntegerWithin(message.rptSeq, 0, Number.MAX_SAFE_INTEGER), "rptSeq");
  wire.assertField(wire.isIntegerWithin(message.accountID, 0, 2147483647), "accountID");
  wire.assertField(isAccountStatus(message.accountStatus), "accountStatus");
  wire.assertField(wire.isText(message.name, 40), "name");
  view.setUint16(at, 64, true);
  view.setUint16(at + 2, 75, true);
  view.setUint16(at + 4, 1, true);
  view.setUint16(at + 6, 0, true);
  const block = at + 8;
  for (let index = 0; index < 64; index++) view.setUint8(block + index, 0);
  wire.writeUint53(view, block, message.rptSeq);
  view.setUint32(block + 8, message.accountID, true);
  view.setUint8(block + 12, message.accountStatus);
  wire.writeText(view, block + 16, 40, message.name);

  return block + 64;
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
  return {
    kind: "AccountDefined",
    rptSeq: wire.readUint53(view, block),
    accountID: view.getUint32(block + 8, true),
    accountStatus: view.getUint8(block + 12) as AccountStatus,
    name: wire.readText(view, block + 16, 40),
  };
}
