// Written by schema/generate.ts from schema/messages.xml: change that and run `bun run generate`.
import * as wire from "../wire.ts";
import {
  isKeyAlgorithm,
  isKeyStatus,
  type KeyAlgorithm,
  type KeyStatus,
  type Scopes,
} from "./enums.ts";

export interface KeyDefinition {
  readonly kind: "KeyDefinition";
  readonly sendingTime: number;
  readonly validUntil: number;
  readonly commandID: string;
  readonly requestHash: string;
  /** The account that the key acts for. */
  readonly accountID: number;
  readonly attempt: number;
  readonly keyAlgorithm: KeyAlgorithm;
  readonly keyStatus: KeyStatus;
  readonly keyID: string;
  readonly scopes: Scopes;
  readonly publicKey: string;
}

/** Template, bytes of the block in its first version, and where in it each field starts. */
export const KeyDefinitionLayout = {
  templateId: 8,
  version: 0,
  blockLength: 152,
  sendingTime: 0,
  validUntil: 8,
  commandID: 16,
  requestHash: 32,
  accountID: 40,
  attempt: 44,
  keyAlgorithm: 46,
  keyStatus: 47,
  keyID: 48,
  scopes: 84,
  publicKey: 88,
} as const;

/** Writes header and block at `at`; returns the offset after them. Throws when a field is outside its type. */
export function encodeKeyDefinition(message: KeyDefinition, view: DataView, at: number): number {
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
  wire.assertField(isKeyAlgorithm(message.keyAlgorithm), "keyAlgorithm");
  wire.assertField(isKeyStatus(message.keyStatus), "keyStatus");
  wire.assertField(wire.isText(message.keyID, 36), "keyID");
  wire.assertField(wire.isIntegerWithin(message.scopes, 0, 7), "scopes");
  wire.assertField(wire.isHex(message.publicKey, 64), "publicKey");
  view.setUint16(at, 152, true);
  view.setUint16(at + 2, 8, true);
  view.setUint16(at + 4, 1, true);
  view.setUint16(at + 6, 0, true);
  const block = at + 8;
  for (let index = 0; index < 152; index++) view.setUint8(block + index, 0);
  wire.writeUint53(view, block, message.sendingTime);
  wire.writeUint53(view, block + 8, message.validUntil);
  wire.writeUuid(view, block + 16, message.commandID);
  wire.writeHash64(view, block + 32, message.requestHash);
  view.setUint32(block + 40, message.accountID, true);
  view.setUint16(block + 44, message.attempt, true);
  view.setUint8(block + 46, message.keyAlgorithm);
  view.setUint8(block + 47, message.keyStatus);
  wire.writeText(view, block + 48, 36, message.keyID);
  view.setUint8(block + 84, message.scopes);
  wire.writeHex(view, block + 88, 64, message.publicKey);

  return block + 152;
}

/** Every field holds a value of its type. */
export function validKeyDefinition(view: DataView, block: number): boolean {
  return (
    wire.validUint53(view, block) &&
    wire.validUint53(view, block + 8) &&
    view.getUint32(block + 40, true) <= 2147483647 &&
    isKeyAlgorithm(view.getUint8(block + 46)) &&
    isKeyStatus(view.getUint8(block + 47)) &&
    wire.validText(view, block + 48, 36) &&
    (view.getUint8(block + 84) & -8) === 0
  );
}

/** Call only behind its header and where validKeyDefinition holds. */
export function decodeKeyDefinition(view: DataView, block: number): KeyDefinition {
  return {
    kind: "KeyDefinition",
    sendingTime: wire.readUint53(view, block),
    validUntil: wire.readUint53(view, block + 8),
    commandID: wire.readUuid(view, block + 16),
    requestHash: wire.readHash64(view, block + 32),
    accountID: view.getUint32(block + 40, true),
    attempt: view.getUint16(block + 44, true),
    keyAlgorithm: view.getUint8(block + 46) as KeyAlgorithm,
    keyStatus: view.getUint8(block + 47) as KeyStatus,
    keyID: wire.readText(view, block + 48, 36),
    scopes: view.getUint8(block + 84),
    publicKey: wire.readHex(view, block + 88, 64),
  };
}
