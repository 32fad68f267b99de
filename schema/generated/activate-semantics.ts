// Written by schema/generate.ts from schema/messages.xml: change that and run `bun run generate`.
import * as wire from "../wire.ts";

/** Which semantics decide from the next command on, and up to which version of this schema commands are read. Of the first version, so that it is read whatever is active. */
export interface ActivateSemantics {
  readonly kind: "ActivateSemantics";
  readonly sendingTime: number;
  readonly validUntil: number;
  readonly commandID: string;
  readonly requestHash: string;
  /** The operator's. */
  readonly accountID: number;
  readonly attempt: number;
  readonly semanticsVersion: number;
  /** That these semantics go with. */
  readonly schemaVersion: number;
}

/** Template, bytes of the block in its first version, and where in it each field starts. */
export const ActivateSemanticsLayout = {
  templateId: 14,
  version: 0,
  blockLength: 56,
  sendingTime: 0,
  validUntil: 8,
  commandID: 16,
  requestHash: 32,
  accountID: 40,
  attempt: 44,
  semanticsVersion: 46,
  schemaVersion: 48,
} as const;

/** Writes header and block at `at`; returns the offset after them. Throws when a field is outside its type. */
export function encodeActivateSemantics(
  message: ActivateSemantics,
  view: DataView,
  at: number,
): number {
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
  wire.assertField(wire.isIntegerWithin(message.semanticsVersion, 0, 65535), "semanticsVersion");
  wire.assertField(wire.isIntegerWithin(message.schemaVersion, 0, 65535), "schemaVersion");
  view.setUint16(at, 56, true);
  view.setUint16(at + 2, 14, true);
  view.setUint16(at + 4, 1, true);
  view.setUint16(at + 6, 0, true);
  const block = at + 8;
  for (let index = 0; index < 56; index++) view.setUint8(block + index, 0);
  wire.writeUint53(view, block, message.sendingTime);
  wire.writeUint53(view, block + 8, message.validUntil);
  wire.writeUuid(view, block + 16, message.commandID);
  wire.writeHash64(view, block + 32, message.requestHash);
  view.setUint32(block + 40, message.accountID, true);
  view.setUint16(block + 44, message.attempt, true);
  view.setUint16(block + 46, message.semanticsVersion, true);
  view.setUint16(block + 48, message.schemaVersion, true);

  return block + 56;
}

/** Every field holds a value of its type. */
export function validActivateSemantics(view: DataView, block: number): boolean {
  return (
    wire.validUint53(view, block) &&
    wire.validUint53(view, block + 8) &&
    view.getUint32(block + 40, true) <= 2147483647
  );
}

/** Call only behind its header and where validActivateSemantics holds. */
export function decodeActivateSemantics(view: DataView, block: number): ActivateSemantics {
  return {
    kind: "ActivateSemantics",
    sendingTime: wire.readUint53(view, block),
    validUntil: wire.readUint53(view, block + 8),
    commandID: wire.readUuid(view, block + 16),
    requestHash: wire.readHash64(view, block + 32),
    accountID: view.getUint32(block + 40, true),
    attempt: view.getUint16(block + 44, true),
    semanticsVersion: view.getUint16(block + 46, true),
    schemaVersion: view.getUint16(block + 48, true),
  };
}
