// Written by schema/generate.ts from schema/messages.xml: change that and run `bun run generate`.
import * as wire from "../wire.ts";

export interface TimeTicked {
  readonly kind: "TimeTicked";
  readonly sendingTime: number;
}

/** Template, bytes of the block in its first version, and where in it each field starts. */
export const TimeTickedLayout = {
  templateId: 78,
  version: 0,
  blockLength: 8,
  sendingTime: 0,
} as const;

/** Writes header and block at `at`; returns the offset after them. Throws when a field is outside its type. */
export function encodeTimeTicked(message: TimeTicked, view: DataView, at: number): number {
  wire.assertField(
    wire.isIntegerWithin(message.sendingTime, 0, Number.MAX_SAFE_INTEGER),
    "sendingTime",
  );
  view.setUint16(at, 8, true);
  view.setUint16(at + 2, 78, true);
  view.setUint16(at + 4, 1, true);
  view.setUint16(at + 6, 0, true);
  const block = at + 8;
  for (let index = 0; index < 8; index++) view.setUint8(block + index, 0);
  wire.writeUint53(view, block, message.sendingTime);

  return block + 8;
}

/** Every field holds a value of its type. */
export function validTimeTicked(view: DataView, block: number): boolean {
  return wire.validUint53(view, block);
}

/** Call only behind its header and where validTimeTicked holds. */
export function decodeTimeTicked(view: DataView, block: number): TimeTicked {
  return {
    kind: "TimeTicked",
    sendingTime: wire.readUint53(view, block),
  };
}
