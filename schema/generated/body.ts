// Written by schema/generate.ts from schema/messages.xml: change that and run `bun run generate`.
import * as wire from "../wire.ts";

/** What a command came to; events follow as messages of their own. */
export interface Body {
  readonly kind: "Body";
  readonly seqNum: number;
  readonly commandOffset: number;
  readonly commandHash: string;
  readonly prevHash: string;
  readonly transactTime: number;
  readonly semanticsVersion: number;
  readonly eventCount: number;
}

/** Template, bytes of the block in its first version, and where in it each field starts. */
export const BodyLayout = {
  templateId: 128,
  version: 0,
  blockLength: 48,
  seqNum: 0,
  commandOffset: 8,
  commandHash: 16,
  prevHash: 24,
  transactTime: 32,
  semanticsVersion: 40,
  eventCount: 44,
} as const;

/** Writes header and block at `at`; returns the offset after them. Throws when a field is outside its type. */
export function encodeBody(message: Body, view: DataView, at: number): number {
  wire.assertField(wire.isIntegerWithin(message.seqNum, 0, Number.MAX_SAFE_INTEGER), "seqNum");
  wire.assertField(
    wire.isIntegerWithin(message.commandOffset, 0, Number.MAX_SAFE_INTEGER),
    "commandOffset",
  );
  wire.assertField(wire.isHex(message.commandHash, 8), "commandHash");
  wire.assertField(wire.isHex(message.prevHash, 8), "prevHash");
  wire.assertField(
    wire.isIntegerWithin(message.transactTime, 0, Number.MAX_SAFE_INTEGER),
    "transactTime",
  );
  wire.assertField(wire.isIntegerWithin(message.semanticsVersion, 0, 65535), "semanticsVersion");
  wire.assertField(wire.isIntegerWithin(message.eventCount, 0, 4294967295), "eventCount");
  view.setUint16(at, 48, true);
  view.setUint16(at + 2, 128, true);
  view.setUint16(at + 4, 1, true);
  view.setUint16(at + 6, 0, true);
  const block = at + 8;
  for (let index = 0; index < 48; index++) view.setUint8(block + index, 0);
  wire.writeUint53(view, block, message.seqNum);
  wire.writeUint53(view, block + 8, message.commandOffset);
  wire.writeHash64(view, block + 16, message.commandHash);
  wire.writeHash64(view, block + 24, message.prevHash);
  wire.writeUint53(view, block + 32, message.transactTime);
  view.setUint16(block + 40, message.semanticsVersion, true);
  view.setUint32(block + 44, message.eventCount, true);

  return block + 48;
}

/** Every field holds a value of its type. */
export function validBody(view: DataView, block: number): boolean {
  return (
    wire.validUint53(view, block) &&
    wire.validUint53(view, block + 8) &&
    wire.validUint53(view, block + 32)
  );
}

/** Call only behind its header and where validBody holds. */
export function decodeBody(view: DataView, block: number): Body {
  return {
    kind: "Body",
    seqNum: wire.readUint53(view, block),
    commandOffset: wire.readUint53(view, block + 8),
    commandHash: wire.readHash64(view, block + 16),
    prevHash: wire.readHash64(view, block + 24),
    transactTime: wire.readUint53(view, block + 32),
    semanticsVersion: view.getUint16(block + 40, true),
    eventCount: view.getUint32(block + 44, true),
  };
}
