import { BodyLayout } from "../schema/generated/body.ts";
import { headerBytes, schemaId } from "../schema/generated/records.ts";
import type { Hash64 } from "../schema/hash.ts";
import { writeUint53 } from "../schema/wire.ts";

/** What the header says beside the hashes. */
export interface BodyCounts {
  readonly seqNum: number;
  readonly commandOffset: number;
  readonly transactTime: number;
  readonly semanticsVersion: number;
  readonly eventCount: number;
}

const block = headerBytes;

/** As sealBody, from hashes in their halves: once a command, so that neither text nor object is made for it. */
export function writeBodyHeader(
  view: DataView,
  counts: BodyCounts,
  commandHash: Hash64,
  prevHash: Hash64,
): void {
  view.setUint32(0, BodyLayout.blockLength | (BodyLayout.templateId << 16), true);
  view.setUint32(4, schemaId | (BodyLayout.version << 16), true);
  writeUint53(view, block + BodyLayout.seqNum, counts.seqNum);
  writeUint53(view, block + BodyLayout.commandOffset, counts.commandOffset);
  writeHash(view, block + BodyLayout.commandHash, commandHash);
  writeHash(view, block + BodyLayout.prevHash, prevHash);
  writeUint53(view, block + BodyLayout.transactTime, counts.transactTime);
  view.setUint32(block + BodyLayout.semanticsVersion, counts.semanticsVersion, true);
  view.setUint32(block + BodyLayout.eventCount, counts.eventCount, true);
}

function writeHash(view: DataView, at: number, { lo, hi }: Hash64): void {
  view.setUint32(at, lo, true);
  view.setUint32(at + 4, hi, true);
}
