// Written by schema/generate.ts from schema/messages.xml: change that and run `bun run generate`.
import * as wire from "../wire.ts";
import {
  isBusinessRejectReason,
  isBusinessRejectReasonIn,
  versionOfBusinessRejectReason,
  type BusinessRejectReason,
} from "./enums.ts";

export interface BusinessMessageReject {
  readonly kind: "BusinessMessageReject";
  /** Always 0. */
  readonly rptSeq: number;
  /** Always 0. */
  readonly securityID: number;
  readonly accountID: number;
  readonly commandID: string;
  readonly businessRejectReason: BusinessRejectReason;
  readonly refTemplateId: number;
}

/** Template, bytes of the block in its first version, and where in it each field starts. */
export const BusinessMessageRejectLayout = {
  templateId: 72,
  version: 0,
  blockLength: 40,
  rptSeq: 0,
  securityID: 8,
  accountID: 12,
  commandID: 16,
  businessRejectReason: 32,
  refTemplateId: 34,
} as const;

/** The least version of the schema that has all fields and values of the message. */
function leastVersion(message: BusinessMessageReject): number {
  return Math.max(0, versionOfBusinessRejectReason(message.businessRejectReason));
}

/** Writes header and block at `at`; returns the offset after them. Throws when a field is outside its type. */
export function encodeBusinessMessageReject(
  message: BusinessMessageReject,
  view: DataView,
  at: number,
): number {
  wire.assertField(wire.isIntegerWithin(message.rptSeq, 0, Number.MAX_SAFE_INTEGER), "rptSeq");
  wire.assertField(wire.isIntegerWithin(message.securityID, 0, 2147483647), "securityID");
  wire.assertField(wire.isIntegerWithin(message.accountID, 0, 2147483647), "accountID");
  wire.assertField(wire.isUuid(message.commandID), "commandID");
  wire.assertField(isBusinessRejectReason(message.businessRejectReason), "businessRejectReason");
  wire.assertField(wire.isIntegerWithin(message.refTemplateId, 0, 65535), "refTemplateId");
  const version = leastVersion(message);
  view.setUint16(at, 40, true);
  view.setUint16(at + 2, 72, true);
  view.setUint16(at + 4, 1, true);
  view.setUint16(at + 6, version, true);
  const block = at + 8;
  for (let index = 0; index < 40; index++) view.setUint8(block + index, 0);
  wire.writeUint53(view, block, message.rptSeq);
  view.setUint32(block + 8, message.securityID, true);
  view.setUint32(block + 12, message.accountID, true);
  wire.writeUuid(view, block + 16, message.commandID);
  view.setUint16(block + 32, message.businessRejectReason, true);
  view.setUint16(block + 34, message.refTemplateId, true);

  return block + 40;
}

/** Every field holds a value of its type. */
export function validBusinessMessageReject(view: DataView, block: number): boolean {
  const version = view.getUint16(block - 2, true);
  return (
    wire.validUint53(view, block) &&
    view.getUint32(block + 8, true) <= 2147483647 &&
    view.getUint32(block + 12, true) <= 2147483647 &&
    isBusinessRejectReasonIn(view.getUint16(block + 32, true), version)
  );
}

/** Call only behind its header and where validBusinessMessageReject holds. */
export function decodeBusinessMessageReject(view: DataView, block: number): BusinessMessageReject {
  return {
    kind: "BusinessMessageReject",
    rptSeq: wire.readUint53(view, block),
    securityID: view.getUint32(block + 8, true),
    accountID: view.getUint32(block + 12, true),
    commandID: wire.readUuid(view, block + 16),
    businessRejectReason: view.getUint16(block + 32, true) as BusinessRejectReason,
    refTemplateId: view.getUint16(block + 34, true),
  };
}
