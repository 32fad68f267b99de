// Written by schema/generate.ts from schema/messages.xml: change that and run `bun run generate`.
import * as wire from "../wire.ts";
import { isDisconnectScope, type DisconnectScope } from "./enums.ts";

export interface DeadManTimerSet {
  readonly kind: "DeadManTimerSet";
  /** Always 0. */
  readonly rptSeq: number;
  readonly accountID: number;
  readonly commandID: string;
  /** 0: disarmed. */
  readonly deadline: number;
  /** Since version 10 of the schema; absent = 0. */
  readonly scope?: DisconnectScope;
  /** Since version 10 of the schema; absent = 0. */
  readonly connectionID?: number;
}

/** Template, bytes of the block in its first version, and where in it each field starts. */
export const DeadManTimerSetLayout = {
  templateId: 85,
  version: 5,
  blockLength: 40,
  blockLengthV10: 56,
  rptSeq: 0,
  accountID: 8,
  commandID: 16,
  deadline: 32,
  scope: 40,
  connectionID: 48,
} as const;

/** The least version of the schema that has all fields and values of the message. */
function leastVersion(message: DeadManTimerSet): number {
  return Math.max(5, (message.scope ?? 0) !== 0 || (message.connectionID ?? 0) !== 0 ? 10 : 0);
}

function blockLengthIn(version: number): number {
  return version >= 10 ? 56 : 40;
}

/** Bytes of the block of the least version that has all that the message says. */
export function blockLengthOfDeadManTimerSet(message: DeadManTimerSet): number {
  return blockLengthIn(leastVersion(message));
}

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
  wire.assertField(isDisconnectScope(message.scope ?? 0), "scope");
  wire.assertField(
    wire.isIntegerWithin(message.connectionID ?? 0, 0, Number.MAX_SAFE_INTEGER),
    "connectionID",
  );
  const version = leastVersion(message);
  const blockLength = blockLengthIn(version);
  view.setUint16(at, blockLength, true);
  view.setUint16(at + 2, 85, true);
  view.setUint16(at + 4, 1, true);
  view.setUint16(at + 6, version, true);
  const block = at + 8;
  for (let index = 0; index < blockLength; index++) view.setUint8(block + index, 0);
  wire.writeUint53(view, block, message.rptSeq);
  view.setUint32(block + 8, message.accountID, true);
  wire.writeUuid(view, block + 16, message.commandID);
  wire.writeUint53(view, block + 32, message.deadline);
  if (blockLength > 40) {
    view.setUint8(block + 40, message.scope ?? 0);
    wire.writeUint53(view, block + 48, message.connectionID ?? 0);
  }
  return block + blockLength;
}

/** Every field holds a value of its type. */
export function validDeadManTimerSet(view: DataView, block: number): boolean {
  const blockLength = view.getUint16(block - 8, true);
  return (
    wire.validUint53(view, block) &&
    view.getUint32(block + 8, true) <= 2147483647 &&
    wire.validUint53(view, block + 32) &&
    (blockLength <= 40 ||
      (isDisconnectScope(view.getUint8(block + 40)) && wire.validUint53(view, block + 48)))
  );
}

/** Call only behind its header and where validDeadManTimerSet holds. */
export function decodeDeadManTimerSet(view: DataView, block: number): DeadManTimerSet {
  const message: DeadManTimerSet = {
    kind: "DeadManTimerSet",
    rptSeq: wire.readUint53(view, block),
    accountID: view.getUint32(block + 8, true),
    commandID: wire.readUuid(view, block + 16),
    deadline: wire.readUint53(view, block + 32),
  };
  const blockLength = view.getUint16(block - 8, true);
  if (blockLength <= 40) return message;
  const newer: { -readonly [Key in keyof DeadManTimerSet]?: DeadManTimerSet[Key] } = {};
  if (blockLength > 40) {
    const scope = view.getUint8(block + 40) as DisconnectScope;
    if (scope !== 0) newer.scope = scope;
    const connectionID = wire.readUint53(view, block + 48);
    if (connectionID !== 0) newer.connectionID = connectionID;
  }
  return { ...message, ...newer };
}
