import { bodyHeaderBytes } from "../../schema/body.ts";
import { headerBytes, schemaId, schemaVersion } from "../../schema/generated/records.ts";
import { assert } from "./assert.ts";

/**
 * The events of one command, as bytes behind room for the Body message. Used again for every command.
 *
 * Invariant: bytes [bodyHeaderBytes, length) are exactly `eventCount` whole messages; each starts at a multiple of 8.
 * Cost: no allocation unless a command has more events than any before it: then the buffer doubles, which copies it.
 */
const capacityMin = 16_384;

export class EventBuffer {
  bytes: Uint8Array;
  view: DataView;
  /** The same bytes as words, at which every event and every field of four or eight bytes starts. */
  words: Int32Array;
  length = bodyHeaderBytes;
  eventCount = 0;

  constructor(capacity: number = capacityMin) {
    this.bytes = new Uint8Array(Math.max(capacity, capacityMin) & ~7);
    this.view = new DataView(this.bytes.buffer);
    this.words = new Int32Array(this.bytes.buffer);
    this.view.setInt32(0, 1, true);
    assert(this.words[0] === 1, "words of this machine are little-endian, as those of the records");
  }

  /** Forgets all events, for the next command. */
  reset(): void {
    this.length = bodyHeaderBytes;
    this.eventCount = 0;
  }

  /** Starts an event: writes its header and returns the offset of its block, every byte of which the caller must write. */
  open(templateId: number, blockLength: number): number {
    const at = this.length;
    const end = at + headerBytes + blockLength;
    if (end > this.bytes.length) this.#grow(end);
    const words = this.words;
    words[at >>> 2] = blockLength | (templateId << 16);
    words[(at >>> 2) + 1] = schemaId | (schemaVersion << 16);
    this.length = end;
    this.eventCount++;
    return at + headerBytes;
  }

  #grow(end: number): void {
    const grown = new Uint8Array(Math.max(end, this.bytes.length * 2));
    grown.set(this.bytes);
    this.bytes = grown;
    this.view = new DataView(grown.buffer);
    this.words = new Int32Array(grown.buffer);
  }
}
