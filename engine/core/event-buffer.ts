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
const int32Max = 0x7fffffff;
const two32 = 4294967296;

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
    this.hasLetters = false;
  }

  /** Starts an event: writes its header. Every byte of its block must then be put, padding as zero. */
  open(templateId: number, blockLength: number): void {
    const at = this.length;
    const end = at + headerBytes + blockLength;
    if (end > this.bytes.length) this.#grow(end);
    const words = this.words;
    words[at >>> 2] = blockLength | (templateId << 16);
    words[(at >>> 2) + 1] = schemaId | (schemaVersion << 16);
    this.#block = at + headerBytes;
    this.length = end;
    this.eventCount++;
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
    this.words[at + 1] = value <= int32Max ? 0 : (value / two32) | 0;
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
    this.view = new DataView(grown.buffer);
    this.words = new Int32Array(grown.buffer);
  }
}
