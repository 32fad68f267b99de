import { hash } from "node:crypto";

import { symbolHash } from "../hash.ts";

/**
 * The id of an order, a UUIDv8: the first 32 bits are murmur2(symbol), big-endian, so that the id alone tells the partition; the other
 * free bits come from SHA-256 over (accountID, symbol, clOrdID), each as decimal length, colon, text. The same request always
 * has the same id. A replace takes its commandID from its own clOrdID in the same way.
 */
export function orderIDOf(accountID: number, symbol: string, clOrdID: string): string {
  return uuidV8(hex32(symbolHash(symbol)), digest([String(accountID), symbol, clOrdID]));
}

/** The commandID of a request that is to be recognised when it is sent again: a UUIDv8 of SHA-256 over the parts. */
export function commandIDOf(parts: readonly string[]): string {
  const hex = digest(["command", ...parts]);
  return uuidV8(hex.slice(24, 32), hex);
}

/** The murmur2 of the symbol that an orderID belongs to. */
export function symbolHashOf(orderID: string): number {
  return Number.parseInt(orderID.slice(0, 8), 16);
}

function digest(parts: readonly string[]): string {
  const text = parts.map((part) => `${Buffer.byteLength(part)}:${part}`).join("");
  return hash("sha256", text, "hex");
}

function uuidV8(first: string, rest: string): string {
  const variant = "89ab".charAt(Number.parseInt(rest.charAt(7), 16) & 3);
  return `${first}-${rest.slice(0, 4)}-8${rest.slice(4, 7)}-${variant}${rest.slice(8, 11)}-${rest.slice(11, 23)}`;
}

function hex32(value: number): string {
  return value.toString(16).padStart(8, "0");
}
