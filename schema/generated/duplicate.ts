// Written by schema/generate.ts from schema/messages.xml: change that and run `bun run generate`.
import * as wire from "../wire.ts";
import { isDecision, type Decision } from "./enums.ts";

export interface Duplicate {
  readonly kind: "Duplicate";
  /** Always 0. */
  readonly rptSeq: number;
  /** Always 0. */
  readonly securityID: number;
  readonly accountID: number;
  readonly commandID: string;
  readonly originalSeqNum: number;
  readonly originalCommandOffset: number;
  /** Of the first request. */
  readonly decision: Decision;
  /** True: same id, another requestHash. */
  readonly conflict: boolean;
  /** Of a first request that was refused, in its own list. */
  readonly reason: number;
  /** Template of this request. */
  readonly refTemplateId: number;
}

/** Template, bytes of the block in its first version, and where in it each field starts. */
export const DuplicateLayout = {
  templateId: 71,
  version: 0,
  blockLength: 56,
  rptSeq: 0,
  securityID: 8,
  accountID: 12,
  commandID: 16,
  originalSeqNum: 32,
  originalCommandOffset: 40,
  decision: 48,
  conflict: 49,
  reason: 50,
  refTemplateId: 52,
} as const;

/** Writes header and block at `at`; returns the offset after them. Throws when a field is outside its type. */
export function encodeDuplicate(message: Duplicate, view: DataView, at: number): number {
  wire.assertField(wire.isIntegerWithin(message.rptSeq, 0, Number.MAX_SAFE_INTEGER), "rptSeq");
  wire.assertField(wire.isIntegerWithin(message.securityID, 0, 2147483647), "securityID");
  wire.assertField(wire.isIntegerWithin(message.accountID, 0, 2147483647), "accountID");
  wire.assertField(wire.isUuid(message.commandID), "commandID");
  wire.assertField(
    wire.isIntegerWithin(message.originalSeqNum, 0, Number.MAX_SAFE_INTEGER),
    "originalSeqNum",
  );
  wire.assertField(
    wire.isIntegerWithin(message.originalCommandOffset, 0, Number.MAX_SAFE_INTEGER),
    "originalCommandOffset",
  );
  wire.assertField(isDecision(message.decision), "decision");

  wire.assertField(wire.isIntegerWithin(message.reason, 0, 65535), "reason");
  wire.assertField(wire.isIntegerWithin(message.refTemplateId, 0, 65535), "refTemplateId");
  view.setUint16(at, 56, true);
  view.setUint16(at + 2, 71, true);
  view.setUint16(at + 4, 1, true);
  view.setUint16(at + 6, 0, true);
  const block = at + 8;
  for (let index = 0; index < 56; index++) view.setUint8(block + index, 0);
  wire.writeUint53(view, block, message.rptSeq);
  view.setUint32(block + 8, message.securityID, true);
  view.setUint32(block + 12, message.accountID, true);
  wire.writeUuid(view, block + 16, message.commandID);
  wire.writeUint53(view, block + 32, message.originalSeqNum);
  wire.writeUint53(view, block + 40, message.originalCommandOffset);
  view.setUint8(block + 48, message.decision);
  view.setUint8(block + 49, message.conflict ? 1 : 0);
  view.setUint16(block + 50, message.reason, true);
  view.setUint16(block + 52, message.refTemplateId, true);

  return block + 56;
}

/** Every field holds a value of its type. */
export function validDuplicate(view: DataView, block: number): boolean {
  return (
    wire.validUint53(view, block) &&
    view.getUint32(block + 8, true) <= 2147483647 &&
    view.getUint32(block + 12, true) <= 2147483647 &&
    wire.validUint53(view, block + 32) &&
    wire.validUint53(view, block + 40) &&
    isDecision(view.getUint8(block + 48)) &&
    view.getUint8(block + 49) <= 1
  );
}

/** Call only behind its header and where validDuplicate holds. */
export function decodeDuplicate(view: DataView, block: number): Duplicate {
  return {
    kind: "Duplicate",
    rptSeq: wire.readUint53(view, block),
    securityID: view.getUint32(block + 8, true),
    accountID: view.getUint32(block + 12, true),
    commandID: wire.readUuid(view, block + 16),
    originalSeqNum: wire.readUint53(view, block + 32),
    originalCommandOffset: wire.readUint53(view, block + 40),
    decision: view.getUint8(block + 48) as Decision,
    conflict: view.getUint8(block + 49) === 1,
    reason: view.getUint16(block + 50, true),
    refTemplateId: view.getUint16(block + 52, true),
  };
}
