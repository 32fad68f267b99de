// Written by schema/generate.ts from schema/messages.xml: change that and run `bun run generate`.
import * as wire from "../wire.ts";

export interface TimeTick {
  readonly kind: "TimeTick";
  readonly sendingTime: number;
}

/** Template, bytes of the block in its first version, and where in it each field starts. */
export const TimeTickLayout = {
  templateId: 9,
  version: 0,
  blockLength: 8,
  sendingTime: 0,
} as const;

/** Writes header and block at `at`; returns the offset after them. Throws when a field is outside its type. */
export function encodeTimeTick(message: TimeTick, view: DataView, at: number): number {
  wire.assertField(
    wire.isIntegerWithin(message.sendingTime, 0, Number.MAX_SAFE_INTEGER),
    "sendingTime",
  );
  view.setUint16(at, 8, true);
  view.setUint16(at + 2, 9, true);
  view.setUint16(at + 4, 1, true);
  view.setUint16(at + 6, 0, true);
  const block = at + 8;
  for (let index = 0; index < 8; index++) view.setUint8(block + index, 0);
  wire.writeUint53(view, block, message.sendingTime);

  return block + 8;
}

/** Every field holds a value of its type. */
export function validTimeTick(view: DataView, block: number): boolean {
  return wire.validUint53(view, block);
}

/** Call only behind its header and where validTimeTick holds. */
export function decodeTimeTick(view: DataView, block: number): TimeTick {
  return {
    kind: "TimeTick",
    sendingTime: wire.readUint53(view, block),
  };
}
