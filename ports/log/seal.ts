import { crc32 } from "node:zlib";

import { crcBytes } from "../../schema/frame.ts";

/** CRC-32 of any bytes that end with their own CRC-32, little-endian. */
const residue = 0x2144df1c;

/** Whether a record's CRC holds: as checkFrame finds it, with the machine's own instructions. */
export function sealHolds(value: Uint8Array): boolean {
  return value.length >= crcBytes && crc32(value) === residue;
}
