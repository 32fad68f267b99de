// Written by schema/generate.ts from schema/messages.xml: change that and run `bun run generate`.
import * as wire from "../wire.ts";
import {
  isCxlRejReason,
  isCxlRejResponseTo,
  isCxlRejReasonIn,
  versionOfCxlRejReason,
  type CxlRejReason,
  type CxlRejResponseTo,
} from "./enums.ts";

export interface OrderCancelReject {
  readonly kind: "OrderCancelReject";
  /** Always 0: a foreign order must look like an unknown one. */
  readonly rptSeq: number;
  /** Always 0. */
  readonly securityID: number;
  readonly accountID: number;
  readonly orderID: string;
  readonly commandID: string;
  readonly cxlRejReason: CxlRejReason;
  readonly cxlRejResponseTo: CxlRejResponseTo;
}

/** Template, bytes of the block in its first version, and where in it each field starts. */
export const OrderCancelRejectLayout = {
  templateId: 70,
  version: 0,
  blockLength: 56,
  rptSeq: 0,
  securityID: 8,
  accountID: 12,
  orderID: 16,
  commandID: 32,
  cxlRejReason: 48,
  cxlRejResponseTo: 50,
} as const;

/** The least version of the schema that has all fields and values of the message. */
function leastVersion(message: OrderCancelReject): number {
  return Math.max(0, versionOfCxlRejReason(message.cxlRejReason));
}

/** Writes header and block at `at`; returns the offset after them. Throws when a field is outside its type. */
export function encodeOrderCancelReject(
  message: OrderCancelReject,
  view: DataView,
  at: number,
): number {
  wire.assertField(wire.isIntegerWithin(message.rptSeq, 0, Number.MAX_SAFE_INTEGER), "rptSeq");
  wire.assertField(wire.isIntegerWithin(message.securityID, 0, 2147483647), "securityID");
  wire.assertField(wire.isIntegerWithin(message.accountID, 0, 2147483647), "accountID");
  wire.assertField(wire.isUuid(message.orderID), "orderID");
  wire.assertField(wire.isUuid(message.commandID), "commandID");
  wire.assertField(isCxlRejReason(message.cxlRejReason), "cxlRejReason");
  wire.assertField(isCxlRejResponseTo(message.cxlRejResponseTo), "cxlRejResponseTo");
  const version = leastVersion(message);
  view.setUint16(at, 56, true);
  view.setUint16(at + 2, 70, true);
  view.setUint16(at + 4, 1, true);
  view.setUint16(at + 6, version, true);
  const block = at + 8;
  for (let index = 0; index < 56; index++) view.setUint8(block + index, 0);
  wire.writeUint53(view, block, message.rptSeq);
  view.setUint32(block + 8, message.securityID, true);
  view.setUint32(block + 12, message.accountID, true);
  wire.writeUuid(view, block + 16, message.orderID);
  wire.writeUuid(view, block + 32, message.commandID);
  view.setUint16(block + 48, message.cxlRejReason, true);
  view.setUint8(block + 50, message.cxlRejResponseTo);

  return block + 56;
}

/** Every field holds a value of its type. */
export function validOrderCancelReject(view: DataView, block: number): boolean {
  const version = view.getUint16(block - 2, true);
  return (
    wire.validUint53(view, block) &&
    view.getUint32(block + 8, true) <= 2147483647 &&
    view.getUint32(block + 12, true) <= 2147483647 &&
    isCxlRejReasonIn(view.getUint16(block + 48, true), version) &&
    isCxlRejResponseTo(view.getUint8(block + 50))
  );
}

/** Call only behind its header and where validOrderCancelReject holds. */
export function decodeOrderCancelReject(view: DataView, block: number): OrderCancelReject {
  return {
    kind: "OrderCancelReject",
    rptSeq: wire.readUint53(view, block),
    securityID: view.getUint32(block + 8, true),
    accountID: view.getUint32(block + 12, true),
    orderID: wire.readUuid(view, block + 16),
    commandID: wire.readUuid(view, block + 32),
    cxlRejReason: view.getUint16(block + 48, true) as CxlRejReason,
    cxlRejResponseTo: view.getUint8(block + 50) as CxlRejResponseTo,
  };
}
