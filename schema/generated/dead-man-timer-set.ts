// Written by schema/generate.ts from schema/messages.xml: change that and run `bun run generate`.
import * as wire from "../wire.ts";

export interface DeadManTimerSet {
  readonly kind: "DeadManTimerSet";
  /** Always 0. */
  readonly rptSeq: number;
  readonly accountID: number;
  readonly commandID: string;
  /** 0: disarmed. */
  readonly deadline: number;
}

/** Template, bytes of the block in its first version, and where in it each field starts. */
export const DeadManTimerSetLayout = {
  templateId: 85,
  version: 5,
  blockLength: 40,
  rptSeq: 0,
  accountID: 8,
  commandID: 16,
  deadline: 32,
} as const;

/** Writes header and block at `at`; returns the offset after them. Throws when a field is outside its type. */
export function encodeDeadManTimerSet(
  message: DeadManTimerSet,
  view: DataView,
  at: number,
): number {
  wire.assertField(wire.isIntegerWithin(message.rptSeq, 0, Number.MAX_SAFE_INTEGER), "rptSeq");
  wire.assertField(wire.isIntegerWithin(message.accountID, 0, 2147483647), "accountID");
  wire.assertField(wire.isUuid(message.commandID), "commandID");
  wire.assertField(wire.isIntegerWithin(message.deadline, 0, Number.MAX_SAFE_INTEGER), "deadline");
  view.setUint16(at, 40, true);
  view.setUint16(at + 2, 85, true);
  view.setUint16(at + 4, 1, true);
  view.setUint16(at + 6, 5, true);
  const block = at + 8;
  for (let index = 0; index < 40; index++) view.setUint8(block + index, 0);
  wire.writeUint53(view, block, message.rptSeq);
  view.setUint32(block + 8, message.accountID, true);
  wire.writeUuid(view, block + 16, message.commandID);
  wire.writeUint53(view, block + 32, message.deadline);

  return block + 40;
}

/** Every field holds a value of its type. */
export function validDeadManTimerSet(view: DataView, block: number): boolean {
  return (
    wire.validUint53(view, block) &&
    view.getUint32(block + 8, true) <= 2147483647 &&
    wire.validUint53(view, block + 32)
  );
}

/** Call only behind its header and where validDeadManTimerSet holds. */
export function decodeDeadManTimerSet(view: DataView, block: number): DeadManTimerSet {
  return {
    kind: "DeadManTimerSet",
    rptSeq: wire.readUint53(view, block),
    accountID: view.getUint32(block + 8, true),
    commandID: wire.readUuid(view, block + 16),
    deadline: wire.readUint53(view, block + 32),
  };
}
