import { dataBytesMaxOf, headerBytes } from "./generated/records.ts";
import { Hash64, murmur3 } from "./hash.ts";
import { hash64Text, viewOf } from "./wire.ts";

/** Parts of a command's block that may differ between two sendings of one request (messages.xml): times, the hash itself, attempt. */
const leftOut = [
  [0, 16],
  [32, 40],
  [44, 46],
] as const;

/** The requestHash of an encoded command (header, block and data at the start of `bytes`), as 16 hexadecimal digits. */
export function requestHash(bytes: Uint8Array): string {
  const covered = bytes.slice(0, messageBytes(viewOf(bytes)));
  for (const [start, end] of leftOut) covered.fill(0, headerBytes + start, headerBytes + end);
  const hash = new Hash64();
  murmur3(covered, 0, covered.length, 0, hash);
  return hash64Text(hash.lo, hash.hi);
}

function messageBytes(view: DataView): number {
  const end = headerBytes + view.getUint16(0, true);
  const hasData = dataBytesMaxOf(view.getUint16(2, true)) > 0;
  return hasData ? end + 4 + view.getUint32(end, true) : end;
}
