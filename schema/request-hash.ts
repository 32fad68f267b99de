import { headerBytes } from "./generated/records.ts";
import { Hash64, murmur3 } from "./hash.ts";
import { hash64Text } from "./wire.ts";

/** Parts of a command's block that may differ between two sendings of one request (messages.xml): times, the hash itself, attempt. */
const leftOut = [
  [0, 16],
  [32, 40],
  [44, 46],
] as const;

/** The requestHash of an encoded command (header and block at the start of `bytes`), as 16 hexadecimal digits. */
export function requestHash(bytes: Uint8Array): string {
  const blockLength = (bytes[0] ?? 0) | ((bytes[1] ?? 0) << 8);
  const covered = bytes.slice(0, headerBytes + blockLength);
  for (const [start, end] of leftOut) covered.fill(0, headerBytes + start, headerBytes + end);
  const hash = new Hash64();
  murmur3(covered, 0, covered.length, 0, hash);
  return hash64Text(hash.lo, hash.hi);
}
