// Written by schema/generate.ts from schema/messages.xml: change that and run `bun run generate`.
import * as wire from "../wire.ts";

/** Active from the next command on. */
export interface SemanticsActivated {
  readonly kind: "SemanticsActivated";
  /** Always 0. */
  readonly rptSeq: number;
  readonly semanticsVersion: number;
  readonly schemaVersion: number;
  /** The operator's. */
  readonly accountID: number;
  readonly commandID: string;
}

/** Template, bytes of the block in its first version, and where in it each field starts. */
export const SemanticsActivatedLayout = {
  templateId: 90,
  version: 0,
  blockLength: 32,
  rptSeq: 0,
  semanticsVersion: 8,
  schemaVersion: 10,
  accountID: 12,
  commandID: 16,
} as const;

/** Writes header and block at `at`; returns the offset after them. Throws when a field is outside its type. */
export function encodeSemanticsActivated(
  message: SemanticsActivated,
  view: DataView,
  at: number,
): number {
  wire.assertField(wire.isIntegerWithin(message.rptSeq, 0, Number.MAX_SAFE_INTEGER), "rptSeq");
  wire.assertField(wire.isIntegerWithin(message.semanticsVersion, 0, 65535), "semanticsVersion");
  wire.assertField(wire.isIntegerWithin(message.schemaVersion, 0, 65535), "schemaVersion");
  wire.assertField(wire.isIntegerWithin(message.accountID, 0, 2147483647), "accountID");
  wire.assertField(wire.isUuid(message.commandID), "commandID");
  view.setUint16(at, 32, true);
  view.setUint16(at + 2, 90, true);
  view.setUint16(at + 4, 1, true);
  view.setUint16(at + 6, 0, true);
  const block = at + 8;
  for (let index = 0; index < 32; index++) view.setUint8(block + index, 0);
  wire.writeUint53(view, block, message.rptSeq);
  view.setUint16(block + 8, message.semanticsVersion, true);
  view.setUint16(block + 10, message.schemaVersion, true);
  view.setUint32(block + 12, message.accountID, true);
  wire.writeUuid(view, block + 16, message.commandID);

  return block + 32;
}

/** Every field holds a value of its type. */
export function validSemanticsActivated(view: DataView, block: number): boolean {
  return wire.validUint53(view, block) && view.getUint32(block + 12, true) <= 2147483647;
}

/** Call only behind its header and where validSemanticsActivated holds. */
export function decodeSemanticsActivated(view: DataView, block: number): SemanticsActivated {
  return {
    kind: "SemanticsActivated",
    rptSeq: wire.readUint53(view, block),
    semanticsVersion: view.getUint16(block + 8, true),
    schemaVersion: view.getUint16(block + 10, true),
    accountID: view.getUint32(block + 12, true),
    commandID: wire.readUuid(view, block + 16),
  };
}
