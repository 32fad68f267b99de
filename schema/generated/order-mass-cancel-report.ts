// Written by schema/generate.ts from schema/messages.xml: change that and run `bun run generate`.
import * as wire from "../wire.ts";
import { isSide, type Side } from "./enums.ts";

export interface OrderMassCancelReport {
  readonly kind: "OrderMassCancelReport";
  /** Always 0. */
  readonly rptSeq: number;
  /** 0 = every instrument of the partition. */
  readonly securityID: number;
  readonly accountID: number;
  readonly commandID: string;
  readonly totalAffectedOrders: number;
  readonly side: Side;
}

/** Template, bytes of the block in its first version, and where in it each field starts. */
export const OrderMassCancelReportLayout = {
  templateId: 77,
  version: 0,
  blockLength: 40,
  rptSeq: 0,
  securityID: 8,
  accountID: 12,
  commandID: 16,
  totalAffectedOrders: 32,
  side: 36,
} as const;

/** Writes header and block at `at`; returns the offset after them. Throws when a field is outside its type. */
export function encodeOrderMassCancelReport(
  message: OrderMassCancelReport,
  view: DataView,
  at: number,
): number {
  wire.assertField(wire.isIntegerWithin(message.rptSeq, 0, Number.MAX_SAFE_INTEGER), "rptSeq");
  wire.assertField(wire.isIntegerWithin(message.securityID, 0, 2147483647), "securityID");
  wire.assertField(wire.isIntegerWithin(message.accountID, 0, 2147483647), "accountID");
  wire.assertField(wire.isUuid(message.commandID), "commandID");
  wire.assertField(
    wire.isIntegerWithin(message.totalAffectedOrders, 0, 4294967295),
    "totalAffectedOrders",
  );
  wire.assertField(isSide(message.side), "side");
  view.setUint16(at, 40, true);
  view.setUint16(at + 2, 77, true);
  view.setUint16(at + 4, 1, true);
  view.setUint16(at + 6, 0, true);
  const block = at + 8;
  for (let index = 0; index < 40; index++) view.setUint8(block + index, 0);
  wire.writeUint53(view, block, message.rptSeq);
  view.setUint32(block + 8, message.securityID, true);
  view.setUint32(block + 12, message.accountID, true);
  wire.writeUuid(view, block + 16, message.commandID);
  view.setUint32(block + 32, message.totalAffectedOrders, true);
  view.setUint8(block + 36, message.side);

  return block + 40;
}

/** Every field holds a value of its type. */
export function validOrderMassCancelReport(view: DataView, block: number): boolean {
  return (
    wire.validUint53(view, block) &&
    view.getUint32(block + 8, true) <= 2147483647 &&
    view.getUint32(block + 12, true) <= 2147483647 &&
    isSide(view.getUint8(block + 36))
  );
}

/** Call only behind its header and where validOrderMassCancelReport holds. */
export function decodeOrderMassCancelReport(view: DataView, block: number): OrderMassCancelReport {
  return {
    kind: "OrderMassCancelReport",
    rptSeq: wire.readUint53(view, block),
    securityID: view.getUint32(block + 8, true),
    accountID: view.getUint32(block + 12, true),
    commandID: wire.readUuid(view, block + 16),
    totalAffectedOrders: view.getUint32(block + 32, true),
    side: view.getUint8(block + 36) as Side,
  };
}
