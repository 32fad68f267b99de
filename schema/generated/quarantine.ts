// Written by schema/generate.ts from schema/messages.xml: change that and run `bun run generate`.
import * as wire from "../wire.ts";

/** Sets a command aside that crashes every owner; a Claim without an owner: its own offset ends every earlier epoch. */
export interface Quarantine {
  readonly kind: "Quarantine";
  readonly partition: number;
  readonly commandOffset: number;
  /** As a body's; of another command it is void. */
  readonly commandHash: string;
  readonly operator: string;
  readonly reason: string;
}

/** Template, bytes of the block in its first version, and where in it each field starts. */
export const QuarantineLayout = {
  templateId: 131,
  version: 0,
  blockLength: 184,
  partition: 0,
  commandOffset: 8,
  commandHash: 16,
  operator: 24,
  reason: 64,
} as const;

/** Writes header and block at `at`; returns the offset after them. Throws when a field is outside its type. */
export function encodeQuarantine(message: Quarantine, view: DataView, at: number): number {
  wire.assertField(wire.isIntegerWithin(message.partition, 0, 65535), "partition");
  wire.assertField(
    wire.isIntegerWithin(message.commandOffset, 0, Number.MAX_SAFE_INTEGER),
    "commandOffset",
  );
  wire.assertField(wire.isHex(message.commandHash, 8), "commandHash");
  wire.assertField(wire.isText(message.operator, 40), "operator");
  wire.assertField(wire.isText(message.reason, 120), "reason");
  view.setUint16(at, 184, true);
  view.setUint16(at + 2, 131, true);
  view.setUint16(at + 4, 1, true);
  view.setUint16(at + 6, 0, true);
  const block = at + 8;
  for (let index = 0; index < 184; index++) view.setUint8(block + index, 0);
  view.setUint16(block, message.partition, true);
  wire.writeUint53(view, block + 8, message.commandOffset);
  wire.writeHash64(view, block + 16, message.commandHash);
  wire.writeText(view, block + 24, 40, message.operator);
  wire.writeText(view, block + 64, 120, message.reason);

  return block + 184;
}

/** Every field holds a value of its type. */
export function validQuarantine(view: DataView, block: number): boolean {
  return (
    wire.validUint53(view, block + 8) &&
    wire.validText(view, block + 24, 40) &&
    wire.validText(view, block + 64, 120)
  );
}

/** Call only behind its header and where validQuarantine holds. */
export function decodeQuarantine(view: DataView, block: number): Quarantine {
  return {
    kind: "Quarantine",
    partition: view.getUint16(block, true),
    commandOffset: wire.readUint53(view, block + 8),
    commandHash: wire.readHash64(view, block + 16),
    operator: wire.readText(view, block + 24, 40),
    reason: wire.readText(view, block + 64, 120),
  };
}
