import { BodyLayout } from "../schema/generated/body.ts";
import { headerBytes, schemaId } from "../schema/generated/records.ts";
import type { Hash64 } from "../schema/hash.ts";
import { highWord } from "./core/event-buffer.ts";

/** What the header says beside the hashes. */
export interface BodyCounts {
  readonly seqNum: number;
  readonly commandOffset: number;
  readonly transactTime: number;
  readonly semanticsVersion: number;
  readonly eventCount: number;
}

const block = headerBytes >>> 2;

/** As sealBody, at the start of `words`, from hashes in their halves: once a command, so that neither text nor object is made for it. */
export function writeBodyHeader(
  words: Int32Array,
  counts: BodyCounts,
  commandHash: Hash64,
  prevHash: Hash64,
): void {
  words[0] = BodyLayout.blockLength | (BodyLayout.templateId << 16);
  words[1] = schemaId | (BodyLayout.version << 16);
  writeCount(words, block + (BodyLayout.seqNum >>> 2), counts.seqNum);
  writeCount(words, block + (BodyLayout.commandOffset >>> 2), counts.commandOffset);
  writeHash(words, block + (BodyLayout.commandHash >>> 2), commandHash);
  writeHash(words, block + (BodyLayout.prevHash >>> 2), prevHash);
  writeCount(words, block + (BodyLayout.transactTime >>> 2), counts.transactTime);
  words[block + (BodyLayout.semanticsVersion >>> 2)] = counts.semanticsVersion;
  words[block + (BodyLayout.eventCount >>> 2)] = counts.eventCount;
}

function writeCount(words: Int32Array, at: number, value: number): void {
  words[at] = value;
  words[at + 1] = highWord(value);
}

function writeHash(words: Int32Array, at: number, { lo, hi }: Hash64): void {
  words[at] = lo;
  words[at + 1] = hi;
}
