import { crc32 } from "./crc32.ts";

const seqNumBytes = 7;
const bodyLengthMax = 4096;
const two32 = 4294967296;

/**
 * CRC-32 of the bytes before a body, of which only seqNum and the body's length differ from one to the next.
 *
 * A CRC is linear: changing a byte changes it by a pattern that depends on that byte and its place alone. So the head without a seqNum is
 * looked up by the body's length, and each byte of the seqNum adds its pattern: a few words read where all bytes would be walked through.
 */
export class HeadCrc {
  readonly #seqNumAt: number;
  readonly #patterns: Int32Array;
  /** By the body's length: the head's CRC with seqNum 0; 0 where it is not known yet. */
  readonly #byLength = new Int32Array(bodyLengthMax);

  /** Heads of `headBytes` bytes, with the seqNum's eight at `seqNumAt`. */
  constructor(headBytes: number, seqNumAt: number) {
    this.#seqNumAt = seqNumAt;
    this.#patterns = patternsOf(headBytes, seqNumAt);
  }

  /** Of the head in bytes [start, end), which says this seqNum and body length. */
  of(bytes: Uint8Array, start: number, end: number, seqNum: number, bodyLength: number): number {
    if (bodyLength >= bodyLengthMax) return crc32(bytes, start, end);
    const crc = this.#byLength[bodyLength]! || this.#learn(bytes, start, end, bodyLength);
    const patterns = this.#patterns;
    const low = seqNum >>> 0;
    const high = (seqNum / two32) >>> 0;
    return (
      (crc ^
        patterns[low & 255]! ^
        patterns[256 + ((low >>> 8) & 255)]! ^
        patterns[512 + ((low >>> 16) & 255)]! ^
        patterns[768 + (low >>> 24)]! ^
        patterns[1024 + (high & 255)]! ^
        patterns[1280 + ((high >>> 8) & 255)]! ^
        patterns[1536 + ((high >>> 16) & 255)]!) >>>
      0
    );
  }

  #learn(bytes: Uint8Array, start: number, end: number, bodyLength: number): number {
    const head = bytes.slice(start, end);
    head.fill(0, this.#seqNumAt, this.#seqNumAt + 8);
    const crc = crc32(head, 0, head.length) | 0;
    this.#byLength[bodyLength] = crc;
    return crc;
  }
}

/** What each value of each byte of the seqNum changes in the CRC. */
function patternsOf(headBytes: number, seqNumAt: number): Int32Array {
  const head = new Uint8Array(headBytes);
  const none = crc32(head, 0, headBytes);
  const patterns = new Int32Array(seqNumBytes * 256);
  for (let place = 0; place < seqNumBytes; place++) {
    for (let value = 0; value < 256; value++) {
      head[seqNumAt + place] = value;
      patterns[place * 256 + value] = crc32(head, 0, headBytes) ^ none;
    }
    head[seqNumAt + place] = 0;
  }
  return patterns;
}
