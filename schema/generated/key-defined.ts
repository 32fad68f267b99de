// Written by schema/generate.ts from schema/messages.xml: change that and run `bun run generate`.
import * as wire from "../wire.ts";
import {
  isKeyAlgorithm,
  isKeyStatus,
  type KeyAlgorithm,
  type KeyStatus,
  type Scopes,
} from "./enums.ts";

export interface KeyDefined {
  readonly kind: "KeyDefined";
  /** Always 0. */
  readonly rptSeq: number;
  readonly accountID: number;
  readonly keyAlgorithm: KeyAlgorithm;
  readonly keyStatus: KeyStatus;
  readonly scopes: Scopes;
  readonly keyID: string;
  readonly publicKey: string;
}

/** Template, bytes of the block in its first version, and where in it each field starts. */
export const KeyDefinedLayout = {
  templateId: 76,
  version: 0,
  blockLength: 120,
  rptSeq: 0,
  accountID: 8,
  keyAlgorithm: 12,
  keyStatus: 13,
  scopes: 14,
  keyID: 16,
  publicKey: 56,
} as const;

/** Writes header and block at `at`; returns the offset after them. Throws when a field is outside its type. */
export function encodeKeyDefined(message: KeyDefined, view: DataView, at: number): number {
  wire.assertField(wire.isIntegerWithin(message.rptSeq, 0, Number.MAX_SAFE_INTEGER), "rptSeq");
  wire.assertField(wire.isIntegerWithin(message.accountID, 0, 2147483647), "accountID");
  wire.assertField(isKeyAlgorithm(message.keyAlgorithm), "keyAlgorithm");
  wire.assertField(isKeyStatus(message.keyStatus), "keyStatus");
  wire.assertField(wire.isIntegerWithin(message.scopes, 0, 7), "scopes");
  wire.assertField(wire.isText(message.keyID, 36), "keyID");
  wire.assertField(wire.isHex(message.publicKey, 64), "publicKey");
  view.setUint16(at, 120, true);
  view.setUint16(at + 2, 76, true);
  view.setUint16(at + 4, 1, true);
  view.setUint16(at + 6, 0, true);
  const block = at + 8;
  for (let index = 0; index < 120; index++) view.setUint8(block + index, 0);
  wire.writeUint53(view, block, message.rptSeq);
  view.setUint32(block + 8, message.accountID, true);
  view.setUint8(block + 12, message.keyAlgorithm);
  view.setUint8(block + 13, message.keyStatus);
  view.setUint8(block + 14, message.scopes);
  wire.writeText(view, block + 16, 36, message.keyID);
  wire.writeHex(view, block + 56, 64, message.publicKey);

  return block + 120;
}

/** Every field holds a value of its type. */
export function validKeyDefined(view: DataView, block: number): boolean {
  return (
    wire.validUint53(view, block) &&
    view.getUint32(block + 8, true) <= 2147483647 &&
    isKeyAlgorithm(view.getUint8(block + 12)) &&
    isKeyStatus(view.getUint8(block + 13)) &&
    (view.getUint8(block + 14) & -8) === 0 &&
    wire.validText(view, block + 16, 36)
  );
}

/** Call only behind its header and where validKeyDefined holds. */
export function decodeKeyDefined(view: DataView, block: number): KeyDefined {
  return {
    kind: "KeyDefined",
    rptSeq: wire.readUint53(view, block),
    accountID: view.getUint32(block + 8, true),
    keyAlgorithm: view.getUint8(block + 12) as KeyAlgorithm,
    keyStatus: view.getUint8(block + 13) as KeyStatus,
    scopes: view.getUint8(block + 14),
    keyID: wire.readText(view, block + 16, 36),
    publicKey: wire.readHex(view, block + 56, 64),
  };
}
