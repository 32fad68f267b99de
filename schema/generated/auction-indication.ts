// Written by schema/generate.ts from schema/messages.xml: change that and run `bun run generate`.
import * as wire from "../wire.ts";
import { isSide, type Side } from "./enums.ts";

/** What the opening would come to now, where that is another than before. */
export interface AuctionIndication {
  readonly kind: "AuctionIndication";
  readonly rptSeq: number;
  readonly securityID: number;
  /** 0: nothing would trade. */
  readonly indicativePrice: number;
  /** That would trade; at most 2^53 - 1, as the next. */
  readonly indicativeQty: number;
  /** That would be left at this price or better. */
  readonly imbalanceQty: number;
  /** Of that. */
  readonly imbalanceSide: Side;
}

/** Template, bytes of the block in its first version, and where in it each field starts. */
export const AuctionIndicationLayout = {
  templateId: 89,
  version: 8,
  blockLength: 40,
  rptSeq: 0,
  securityID: 8,
  indicativePrice: 12,
  indicativeQty: 16,
  imbalanceQty: 24,
  imbalanceSide: 32,
} as const;

/** Writes header and block at `at`; returns the offset after them. Throws when a field is outside its type. */
export function encodeAuctionIndication(
  message: AuctionIndication,
  view: DataView,
  at: number,
): number {
  wire.assertField(wire.isIntegerWithin(message.rptSeq, 0, Number.MAX_SAFE_INTEGER), "rptSeq");
  wire.assertField(wire.isIntegerWithin(message.securityID, 0, 2147483647), "securityID");
  wire.assertField(
    wire.isIntegerWithin(message.indicativePrice, -2147483648, 2147483647),
    "indicativePrice",
  );
  wire.assertField(
    wire.isIntegerWithin(message.indicativeQty, 0, Number.MAX_SAFE_INTEGER),
    "indicativeQty",
  );
  wire.assertField(
    wire.isIntegerWithin(message.imbalanceQty, 0, Number.MAX_SAFE_INTEGER),
    "imbalanceQty",
  );
  wire.assertField(isSide(message.imbalanceSide), "imbalanceSide");
  view.setUint16(at, 40, true);
  view.setUint16(at + 2, 89, true);
  view.setUint16(at + 4, 1, true);
  view.setUint16(at + 6, 8, true);
  const block = at + 8;
  for (let index = 0; index < 40; index++) view.setUint8(block + index, 0);
  wire.writeUint53(view, block, message.rptSeq);
  view.setUint32(block + 8, message.securityID, true);
  view.setInt32(block + 12, message.indicativePrice, true);
  wire.writeUint53(view, block + 16, message.indicativeQty);
  wire.writeUint53(view, block + 24, message.imbalanceQty);
  view.setUint8(block + 32, message.imbalanceSide);

  return block + 40;
}

/** Every field holds a value of its type. */
export function validAuctionIndication(view: DataView, block: number): boolean {
  return (
    wire.validUint53(view, block) &&
    view.getUint32(block + 8, true) <= 2147483647 &&
    wire.validUint53(view, block + 16) &&
    wire.validUint53(view, block + 24) &&
    isSide(view.getUint8(block + 32))
  );
}

/** Call only behind its header and where validAuctionIndication holds. */
export function decodeAuctionIndication(view: DataView, block: number): AuctionIndication {
  return {
    kind: "AuctionIndication",
    rptSeq: wire.readUint53(view, block),
    securityID: view.getUint32(block + 8, true),
    indicativePrice: view.getInt32(block + 12, true),
    indicativeQty: wire.readUint53(view, block + 16),
    imbalanceQty: wire.readUint53(view, block + 24),
    imbalanceSide: view.getUint8(block + 32) as Side,
  };
}
