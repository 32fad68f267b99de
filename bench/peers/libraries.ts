import { lobJs } from "./lob-js.ts";
import { nodejsOrderBook } from "./nodejs-order-book.ts";
import type { PeerLibrary } from "./peer.ts";

export const peerLibraries = {
  "nodejs-order-book": nodejsOrderBook,
  "lob.js": lobJs,
} as const satisfies Record<string, PeerLibrary>;

export type PeerName = keyof typeof peerLibraries;
