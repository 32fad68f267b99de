/**
 * Byte primitives of the records (little-endian, as SBE). Readers assume that the bytes are there; the `valid…` functions say
 * whether they hold a value of the type, so that reading after them cannot give a wrong one.
 */

const two32 = 4294967296;
/** High word of 2^53 - 1. */
const high53Max = 0x1fffff;
const hexDigits = "0123456789abcdef";

/** The same bytes to be read by number. */
export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** An unsigned integer of 64 bits of at most 2^53 - 1. */
export function readUint53(view: DataView, at: number): number {
  return view.getUint32(at + 4, true) * two32 + view.getUint32(at, true);
}

export function writeUint53(view: DataView, at: number, value: number): void {
  view.setUint32(at, value >>> 0, true);
  view.setUint32(at + 4, (value / two32) >>> 0, true);
}

export function validUint53(view: DataView, at: number): boolean {
  return view.getUint32(at + 4, true) <= high53Max;
}

/** ASCII text without its zero padding. */
export function readText(view: DataView, at: number, length: number): string {
  let text = "";
  for (let index = 0; index < length; index++) {
    const code = view.getUint8(at + index);
    if (code === 0) break;
    text += String.fromCharCode(code);
  }
  return text;
}

/** Pads with zeros. The text must be printable ASCII and fit. */
export function writeText(view: DataView, at: number, length: number, text: string): void {
  for (let index = 0; index < length; index++) {
    view.setUint8(at + index, index < text.length ? text.charCodeAt(index) : 0);
  }
}

/** Printable ASCII, then nothing but zeros. */
export function validText(view: DataView, at: number, length: number): boolean {
  let ended = false;
  for (let index = 0; index < length; index++) {
    const code = view.getUint8(at + index);
    if (code === 0) ended = true;
    else if (ended || code < 0x20 || code > 0x7e) return false;
  }
  return true;
}

export function isText(text: string, length: number): boolean {
  return text.length <= length && /^[\x20-\x7e]*$/.test(text);
}

/** Bytes as lower-case hexadecimal digits. */
export function readHex(view: DataView, at: number, length: number): string {
  let text = "";
  for (let index = 0; index < length; index++) {
    const byte = view.getUint8(at + index);
    text += hexDigits.charAt(byte >>> 4) + hexDigits.charAt(byte & 15);
  }
  return text;
}

export function writeHex(view: DataView, at: number, length: number, text: string): void {
  for (let index = 0; index < length; index++) {
    view.setUint8(at + index, parseInt(text.slice(index * 2, index * 2 + 2), 16));
  }
}

export function isHex(text: string, length: number): boolean {
  return text.length === length * 2 && /^[0-9a-f]*$/.test(text);
}

/** Canonical form: lower case, 8-4-4-4-12. */
export function readUuid(view: DataView, at: number): string {
  const hex = readHex(view, at, 16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

export function writeUuid(view: DataView, at: number, uuid: string): void {
  writeHex(view, at, 16, uuid.replaceAll("-", ""));
}

export function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/.test(text);
}

/** 64 bits as 16 hexadecimal digits, most significant first. */
export function readHash64(view: DataView, at: number): string {
  return hash64Text(view.getUint32(at, true), view.getUint32(at + 4, true));
}

export function writeHash64(view: DataView, at: number, text: string): void {
  view.setUint32(at + 4, parseInt(text.slice(0, 8), 16), true);
  view.setUint32(at, parseInt(text.slice(8), 16), true);
}

/** The halves of a text of 16 hexadecimal digits. */
export function hash64Of(text: string): { readonly lo: number; readonly hi: number } {
  return { lo: parseInt(text.slice(8), 16), hi: parseInt(text.slice(0, 8), 16) };
}

export function hash64Text(lo: number, hi: number): string {
  return (hi >>> 0).toString(16).padStart(8, "0") + (lo >>> 0).toString(16).padStart(8, "0");
}

/** An unsigned integer of 128 bits on the wire, below 2^96 in value. */
export function readWide(view: DataView, at: number): bigint {
  return (view.getBigUint64(at + 8, true) << 64n) | view.getBigUint64(at, true);
}

export function writeWide(view: DataView, at: number, value: bigint): void {
  view.setBigUint64(at, value & 0xffffffffffffffffn, true);
  view.setBigUint64(at + 8, value >> 64n, true);
}

export function isWide(value: bigint): boolean {
  return value >= 0n && value < 1n << 96n;
}

export function isIntegerWithin(value: number, low: number, high: number): boolean {
  return Number.isInteger(value) && value >= low && value <= high;
}

/** A broken invariant ends the partition: whoever writes a record has checked its fields before. */
export function assertField(holds: boolean, field: string): void {
  if (!holds) throw new RangeError(`The field ${field} is outside its type`);
}
