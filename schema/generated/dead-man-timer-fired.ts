// Written by schema/generate.ts from schema/messages.xml: change that and run `bun run generate`.
import * as wire from "../wire.ts";

export interface DeadManTimerFired {
  readonly kind: "DeadManTimerFired";
  /** Always 0. */
  readonly rptSeq: number;
  readonly accountID: number;
  readonly totalAffectedOrders: number;
  /** That has passed. */
  readonly deadline: number;
}

/** Template, bytes of the block in its first version, and where in it each field starts. */
export const DeadManTimerFiredLayout = {
  templateId: 86,
  version: 5,
  blockLength: 24,
  rptSeq: 0,
  accountID: 8,
  totalAffectedOrders: 12,
  deadline: 16,
} as const;

/** Writes header and block at `at`; returns the offset after them. Throws when a field is outside its type. */
export function encodeDeadManTimerFired(
  message: DeadManTimerFired,
  view: DataView,
  at: number,
): number {
  wire.assertField(wire.isIntegerWithin(message.rptSeq, 0, Number.MAX_SAFE_INTEGER), "rptSeq");
  wire.assertField(wire.isIntegerWithin(message.accountID, 0, 2147483647), "accountID");
  wire.assertField(
    wire.isIntegerWithin(message.totalAffectedOrders, 0, 4294967295),
    "totalAffectedOrders",
  );
  wire.assertField(wire.isIntegerWithin(message.deadline, 0, Number.MAX_SAFE_INTEGER), "deadline");
  view.setUint16(at, 24, true);
  view.setUint16(at + 2, 86, true);
  view.setUint16(at + 4, 1, true);
  view.setUint16(at + 6, 5, true);
  const block = at + 8;
  for (let index = 0; index < 24; index++) view.setUint8(block + index, 0);
  wire.writeUint53(view, block, message.rptSeq);
  view.setUint32(block + 8, message.accountID, true);
  view.setUint32(block + 12, message.totalAffectedOrders, true);
  wire.writeUint53(view, block + 16, message.deadline);

  return block + 24;
}

/** Every field holds a value of its type. */
export function validDeadManTimerFired(view: DataView, block: number): boolean {
  return (
    wire.validUint53(view, block) &&
    view.getUint32(block + 8, true) <= 2147483647 &&
    wire.validUint53(view, block + 16)
  );
}

/** Call only behind its header and where validDeadManTimerFired holds. */
export function decodeDeadManTimerFired(view: DataView, block: number): DeadManTimerFired {
  return {
    kind: "DeadManTimerFired",
    rptSeq: wire.readUint53(view, block),
    accountID: view.getUint32(block + 8, true),
    totalAffectedOrders: view.getUint32(block + 12, true),
    deadline: wire.readUint53(view, block + 16),
  };
}
