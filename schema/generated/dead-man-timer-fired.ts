// Written by schema/generate.ts from schema/messages.xml: change that and run `bun run generate`.
import * as wire from "../wire.ts";
import { isDisconnectScope, type DisconnectScope } from "./enums.ts";

export interface DeadManTimerFired {
  readonly kind: "DeadManTimerFired";
  /** Always 0. */
  readonly rptSeq: number;
  readonly accountID: number;
  readonly totalAffectedOrders: number;
  /** That has passed. */
  readonly deadline: number;
  /** Since version 10 of the schema; absent = 0. */
  readonly scope?: DisconnectScope;
  /** Since version 10 of the schema; absent = 0. */
  readonly connectionID?: number;
}

/** Template, bytes of the block in its first version, and where in it each field starts. */
export const DeadManTimerFiredLayout = {
  templateId: 86,
  version: 5,
  blockLength: 24,
  blockLengthV10: 40,
  rptSeq: 0,
  accountID: 8,
  totalAffectedOrders: 12,
  deadline: 16,
  scope: 24,
  connectionID: 32,
} as const;

/** The least version of the schema that has all fields and values of the message. */
function leastVersion(message: DeadManTimerFired): number {
  return Math.max(5, (message.scope ?? 0) !== 0 || (message.connectionID ?? 0) !== 0 ? 10 : 0);
}

function blockLengthIn(version: number): number {
  return version >= 10 ? 40 : 24;
}

/** Bytes of the block of the least version that has all that the message says. */
export function blockLengthOfDeadManTimerFired(message: DeadManTimerFired): number {
  return blockLengthIn(leastVersion(message));
}

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
  wire.assertField(isDisconnectScope(message.scope ?? 0), "scope");
  wire.assertField(
    wire.isIntegerWithin(message.connectionID ?? 0, 0, Number.MAX_SAFE_INTEGER),
    "connectionID",
  );
  const version = leastVersion(message);
  const blockLength = blockLengthIn(version);
  view.setUint16(at, blockLength, true);
  view.setUint16(at + 2, 86, true);
  view.setUint16(at + 4, 1, true);
  view.setUint16(at + 6, version, true);
  const block = at + 8;
  for (let index = 0; index < blockLength; index++) view.setUint8(block + index, 0);
  wire.writeUint53(view, block, message.rptSeq);
  view.setUint32(block + 8, message.accountID, true);
  view.setUint32(block + 12, message.totalAffectedOrders, true);
  wire.writeUint53(view, block + 16, message.deadline);
  if (blockLength > 24) {
    view.setUint8(block + 24, message.scope ?? 0);
    wire.writeUint53(view, block + 32, message.connectionID ?? 0);
  }
  return block + blockLength;
}

/** Every field holds a value of its type. */
export function validDeadManTimerFired(view: DataView, block: number): boolean {
  const blockLength = view.getUint16(block - 8, true);
  return (
    wire.validUint53(view, block) &&
    view.getUint32(block + 8, true) <= 2147483647 &&
    wire.validUint53(view, block + 16) &&
    (blockLength <= 24 ||
      (isDisconnectScope(view.getUint8(block + 24)) && wire.validUint53(view, block + 32)))
  );
}

/** Call only behind its header and where validDeadManTimerFired holds. */
export function decodeDeadManTimerFired(view: DataView, block: number): DeadManTimerFired {
  const message: DeadManTimerFired = {
    kind: "DeadManTimerFired",
    rptSeq: wire.readUint53(view, block),
    accountID: view.getUint32(block + 8, true),
    totalAffectedOrders: view.getUint32(block + 12, true),
    deadline: wire.readUint53(view, block + 16),
  };
  const blockLength = view.getUint16(block - 8, true);
  if (blockLength <= 24) return message;
  const newer: { -readonly [Key in keyof DeadManTimerFired]?: DeadManTimerFired[Key] } = {};
  if (blockLength > 24) {
    const scope = view.getUint8(block + 24) as DisconnectScope;
    if (scope !== 0) newer.scope = scope;
    const connectionID = wire.readUint53(view, block + 32);
    if (connectionID !== 0) newer.connectionID = connectionID;
  }
  return { ...message, ...newer };
}
