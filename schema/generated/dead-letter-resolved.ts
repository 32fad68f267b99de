// Written by schema/generate.ts from schema/messages.xml: change that and run `bun run generate`.
import * as wire from "../wire.ts";
import { isDeadResolution, type DeadResolution } from "./enums.ts";

/** What an operator did with a dead letter; the first one counts. */
export interface DeadLetterResolved {
  readonly kind: "DeadLetterResolved";
  readonly partition: number;
  readonly deadResolution: DeadResolution;
  /** Of the dead letter. */
  readonly seqNum: number;
  /** The operator's clock. */
  readonly resolvedAt: number;
  /** Of the replay. */
  readonly orderID: string;
  /** Of the replay. */
  readonly commandOffset: number;
  readonly operator: string;
  readonly reason: string;
}

/** Template, bytes of the block in its first version, and where in it each field starts. */
export const DeadLetterResolvedLayout = {
  templateId: 134,
  version: 0,
  blockLength: 208,
  partition: 0,
  deadResolution: 2,
  seqNum: 8,
  resolvedAt: 16,
  orderID: 24,
  commandOffset: 40,
  operator: 48,
  reason: 88,
} as const;

/** Writes header and block at `at`; returns the offset after them. Throws when a field is outside its type. */
export function encodeDeadLetterResolved(
  message: DeadLetterResolved,
  view: DataView,
  at: number,
): number {
  wire.assertField(wire.isIntegerWithin(message.partition, 0, 65535), "partition");
  wire.assertField(isDeadResolution(message.deadResolution), "deadResolution");
  wire.assertField(wire.isIntegerWithin(message.seqNum, 0, Number.MAX_SAFE_INTEGER), "seqNum");
  wire.assertField(
    wire.isIntegerWithin(message.resolvedAt, 0, Number.MAX_SAFE_INTEGER),
    "resolvedAt",
  );
  wire.assertField(wire.isUuid(message.orderID), "orderID");
  wire.assertField(
    wire.isIntegerWithin(message.commandOffset, 0, Number.MAX_SAFE_INTEGER),
    "commandOffset",
  );
  wire.assertField(wire.isText(message.operator, 40), "operator");
  wire.assertField(wire.isText(message.reason, 120), "reason");
  view.setUint16(at, 208, true);
  view.setUint16(at + 2, 134, true);
  view.setUint16(at + 4, 1, true);
  view.setUint16(at + 6, 0, true);
  const block = at + 8;
  for (let index = 0; index < 208; index++) view.setUint8(block + index, 0);
  view.setUint16(block, message.partition, true);
  view.setUint8(block + 2, message.deadResolution);
  wire.writeUint53(view, block + 8, message.seqNum);
  wire.writeUint53(view, block + 16, message.resolvedAt);
  wire.writeUuid(view, block + 24, message.orderID);
  wire.writeUint53(view, block + 40, message.commandOffset);
  wire.writeText(view, block + 48, 40, message.operator);
  wire.writeText(view, block + 88, 120, message.reason);

  return block + 208;
}

/** Every field holds a value of its type. */
export function validDeadLetterResolved(view: DataView, block: number): boolean {
  return (
    isDeadResolution(view.getUint8(block + 2)) &&
    wire.validUint53(view, block + 8) &&
    wire.validUint53(view, block + 16) &&
    wire.validUint53(view, block + 40) &&
    wire.validText(view, block + 48, 40) &&
    wire.validText(view, block + 88, 120)
  );
}

/** Call only behind its header and where validDeadLetterResolved holds. */
export function decodeDeadLetterResolved(view: DataView, block: number): DeadLetterResolved {
  return {
    kind: "DeadLetterResolved",
    partition: view.getUint16(block, true),
    deadResolution: view.getUint8(block + 2) as DeadResolution,
    seqNum: wire.readUint53(view, block + 8),
    resolvedAt: wire.readUint53(view, block + 16),
    orderID: wire.readUuid(view, block + 24),
    commandOffset: wire.readUint53(view, block + 40),
    operator: wire.readText(view, block + 48, 40),
    reason: wire.readText(view, block + 88, 120),
  };
}
