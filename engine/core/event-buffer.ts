import { bodyHeaderBytes } from "../../schema/body.ts";
import { headerBytes, schemaId } from "../../schema/generated/records.ts";
import { writeWideFrom } from "../../schema/wide.ts";
import type { Wide } from "../../schema/wide.ts";
import { assert } from "./assert.ts";

/**
 * The events of one command, as bytes behind room for the Body message. Used again for every command.
 *
 * Invariant: bytes [bodyHeaderBytes, length) are exactly `eventCount` whole messages; each starts at a multiple of 8.
 * Cost: no allocation unless a command has more events than any before it: then the buffer doubles, which copies it.
 */
const capacityMin = 16_384;
const int32Max = 0x7fffffff;
const two32 = 4294967296;

/** The two words of an event's header. */
export const headerWord = (templateId: number, blockLength: number): number =>
  blockLength | (templateId << 16);
/** Of an event that says nothing new: of the first version. */
export const schemaWord = schemaId;

/** High word of an integer of at most 2^53 - 1; the low one is what is left of it as a word. */
export const highWord = (value: number): number => (value <= int32Max ? 0 : (value / two32) | 0);

export class EventBuffer {
  bytes: Uint8Array;
  view: DataView;
  /** The same bytes as words, at which every event and every field of four or eight bytes starts. */
  words: Int32Array;
  length = bodyHeaderBytes;
  eventCount = 0;
  /** An order was deferred or died, or a record was not read: somebody has letters to write. */
  hasLetters = false;
  /** Where the block of the event at hand starts. */
  #block = 0;
  #capacity: number;

  constructor(capacity: number = capacityMin) {
    this.bytes = new Uint8Array(Math.max(capacity, capacityMin) & ~7);
    this.#capacity = this.bytes.length;
    this.view = new DataView(this.bytes.buffer);
    this.words = new Int32Array(this.bytes.buffer);
    this.view.setInt32(0, 1, true);
    assert(this.words[0] === 1, "words of this machine are little-endian, as those of the records");
  }

  /** Forgets all events, for the next command. */
  reset(): void {
    this.length = bodyHeaderBytes;
    this.eventCount = 0;
    this.hasLetters = false;
  }

  /** Starts an event: writes its header. Every byte of its block must then be put, padding as zero, by the methods below. */
  open(templateId: number, blockLength: number, version = 0): void {
    const word = this.claim(blockLength);
    this.words[word] = headerWord(templateId, blockLength);
    this.words[word + 1] = schemaId | (version << 16);
    this.#block = (word << 2) + headerBytes;
  }

  /**
   * Makes room for an event whose block has so many bytes. The caller writes it in `words`, from the word on that is returned: two
   * words of header (headerWord, schemaWord), then every word of its block.
   */
  claim(blockLength: number): number {
    const at = this.length;
    const end = at + headerBytes + blockLength;
    if (end > this.#capacity) this.#grow(end);
    this.length = end;
    this.eventCount++;
    return at >>> 2;
  }

  /** Makes the block of the event that was written last longer, as a newer version has it; what is added must be put by these methods. */
  lengthen(from: number, to: number, version: number): void {
    const header = (this.length - from - headerBytes) >>> 2;
    this.length += to - from;
    if (this.length > this.#capacity) this.#grow(this.length);
    this.#block = (header << 2) + headerBytes;
    this.words[header]! += to - from;
    this.words[header + 1] = schemaId | (version << 16);
  }

  /** Puts a byte at an offset inside the block, as all that follow. */
  byte(offset: number, value: number): void {
    this.bytes[this.#block + offset] = value;
  }

  /** Two bytes. */
  half(offset: number, value: number): void {
    const at = this.#block + offset;
    this.bytes[at] = value;
    this.bytes[at + 1] = value >>> 8;
  }

  /** Four bytes. */
  word(offset: number, value: number): void {
    this.words[(this.#block + offset) >>> 2] = value;
  }

  /** Eight bytes, given as low and high word. */
  pair(offset: number, low: number, high: number): void {
    const at = (this.#block + offset) >>> 2;
    this.words[at] = low;
    this.words[at + 1] = high;
  }

  /** Eight bytes: an integer of at most 2^53 - 1. */
  count(offset: number, value: number): void {
    const at = (this.#block + offset) >>> 2;
    this.words[at] = value;
    this.words[at + 1] = highWord(value);
  }

  /** Sixteen bytes: a Wide. */
  wide(offset: number, value: Wide): void {
    writeWideFrom(this.view, this.#block + offset, value);
  }

  /** Sixteen bytes: an id in four words. */
  id(offset: number, from: Int32Array, fromAt: number): void {
    const words = this.words;
    const at = (this.#block + offset) >>> 2;
    words[at] = from[fromAt]!;
    words[at + 1] = from[fromAt + 1]!;
    words[at + 2] = from[fromAt + 2]!;
    words[at + 3] = from[fromAt + 3]!;
  }

  /** `count` words out of a message, where they may start at any byte. */
  copy(offset: number, from: DataView, fromByte: number, count: number): void {
    const words = this.words;
    const at = (this.#block + offset) >>> 2;
    for (let index = 0; index < count; index++) {
      words[at + index] = from.getInt32(fromByte + index * 4, true);
    }
  }

  /** `count` words of zeros. */
  zeros(offset: number, count: number): void {
    const at = (this.#block + offset) >>> 2;
    for (let index = 0; index < count; index++) this.words[at + index] = 0;
  }

  #grow(end: number): void {
    const grown = new Uint8Array(Math.max(end, this.bytes.length * 2));
    grown.set(this.bytes);
    this.bytes = grown;
    this.#capacity = grown.length;
    this.view = new DataView(grown.buffer);
    this.words = new Int32Array(grown.buffer);
  }
}
