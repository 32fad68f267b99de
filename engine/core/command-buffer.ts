import { assert } from "./assert.ts";

/**
 * Records of `orders` where the core reads them: each starts at a multiple of 8, so that every field of four or eight bytes is a word
 * or two of `words`. Whoever fills it writes through `bytes` or `view`; a record must have passed `checkCommandFrame`.
 */
/** Of a list of as many bytes as it may have, the longest of them. */
const capacityDefault = 16_448;

export class CommandBuffer {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly view: DataView<ArrayBuffer>;
  readonly words: Int32Array<ArrayBuffer>;

  constructor(capacity: number = capacityDefault) {
    const buffer = new ArrayBuffer(Math.ceil(capacity / 8) * 8);
    this.bytes = new Uint8Array(buffer);
    this.view = new DataView(buffer);
    this.words = new Int32Array(buffer);
  }

  /** A buffer of its own for one record. */
  static of(record: Uint8Array): CommandBuffer {
    const commands = new CommandBuffer(record.length);
    commands.load(record);
    return commands;
  }

  /** Puts a record at the start. */
  load(record: Uint8Array): void {
    assert(record.length <= this.bytes.length, "a command is no longer than its buffer");
    this.bytes.set(record);
  }
}

/** Unsigned integer of at most 2^53 - 1 in two words, the low one first. */
export const uint53At = (words: Int32Array, at: number): number => {
  const high = words[at + 1]!;
  const low = words[at]! >>> 0;
  return high === 0 ? low : (high >>> 0) * 4294967296 + low;
};
