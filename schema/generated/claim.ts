// Written by schema/generate.ts from schema/messages.xml: change that and run `bun run generate`.
import * as wire from "../wire.ts";

/** Its own offset is the epoch that it opens. */
export interface Claim {
  readonly kind: "Claim";
  readonly partition: number;
  readonly partitionCount: number;
  readonly semanticsMin: number;
  readonly semanticsMax: number;
  readonly clusterID: string;
  readonly ordersTopicID: string;
  readonly eventsTopicID: string;
  readonly build: string;
  readonly node: string;
}

/** Template, bytes of the block in its first version, and where in it each field starts. */
export const ClaimLayout = {
  templateId: 130,
  version: 0,
  blockLength: 208,
  partition: 0,
  partitionCount: 2,
  semanticsMin: 4,
  semanticsMax: 6,
  clusterID: 8,
  ordersTopicID: 48,
  eventsTopicID: 88,
  build: 128,
  node: 168,
} as const;

/** Writes header and block at `at`; returns the offset after them. Throws when a field is outside its type. */
export function encodeClaim(message: Claim, view: DataView, at: number): number {
  wire.assertField(wire.isIntegerWithin(message.partition, 0, 65535), "partition");
  wire.assertField(wire.isIntegerWithin(message.partitionCount, 0, 65535), "partitionCount");
  wire.assertField(wire.isIntegerWithin(message.semanticsMin, 0, 65535), "semanticsMin");
  wire.assertField(wire.isIntegerWithin(message.semanticsMax, 0, 65535), "semanticsMax");
  wire.assertField(wire.isText(message.clusterID, 40), "clusterID");
  wire.assertField(wire.isText(message.ordersTopicID, 40), "ordersTopicID");
  wire.assertField(wire.isText(message.eventsTopicID, 40), "eventsTopicID");
  wire.assertField(wire.isText(message.build, 40), "build");
  wire.assertField(wire.isText(message.node, 40), "node");
  view.setUint16(at, 208, true);
  view.setUint16(at + 2, 130, true);
  view.setUint16(at + 4, 1, true);
  view.setUint16(at + 6, 0, true);
  const block = at + 8;
  for (let index = 0; index < 208; index++) view.setUint8(block + index, 0);
  view.setUint16(block, message.partition, true);
  view.setUint16(block + 2, message.partitionCount, true);
  view.setUint16(block + 4, message.semanticsMin, true);
  view.setUint16(block + 6, message.semanticsMax, true);
  wire.writeText(view, block + 8, 40, message.clusterID);
  wire.writeText(view, block + 48, 40, message.ordersTopicID);
  wire.writeText(view, block + 88, 40, message.eventsTopicID);
  wire.writeText(view, block + 128, 40, message.build);
  wire.writeText(view, block + 168, 40, message.node);

  return block + 208;
}

/** Every field holds a value of its type. */
export function validClaim(view: DataView, block: number): boolean {
  return (
    wire.validText(view, block + 8, 40) &&
    wire.validText(view, block + 48, 40) &&
    wire.validText(view, block + 88, 40) &&
    wire.validText(view, block + 128, 40) &&
    wire.validText(view, block + 168, 40)
  );
}

/** Call only behind its header and where validClaim holds. */
export function decodeClaim(view: DataView, block: number): Claim {
  return {
    kind: "Claim",
    partition: view.getUint16(block, true),
    partitionCount: view.getUint16(block + 2, true),
    semanticsMin: view.getUint16(block + 4, true),
    semanticsMax: view.getUint16(block + 6, true),
    clusterID: wire.readText(view, block + 8, 40),
    ordersTopicID: wire.readText(view, block + 48, 40),
    eventsTopicID: wire.readText(view, block + 88, 40),
    build: wire.readText(view, block + 128, 40),
    node: wire.readText(view, block + 168, 40),
  };
}
