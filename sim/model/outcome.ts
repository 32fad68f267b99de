import { chunkRecord } from "./world.ts";
import type { ChunkRecord } from "./world.ts";

/**
 * What the command at an offset comes to, as a letter: the command's own, in capitals where a Quarantine is in force. A build with other
 * rules (`version` 2) makes another letter of it.
 */
export function outcomeOf(command: string, quarantined: boolean, version: 1 | 2): string {
  if (quarantined) return command.toUpperCase();
  return version === 1 ? command : String.fromCharCode(command.charCodeAt(0) + 13);
}

/** The command that a body answers. */
export function commandOf(body: string): string {
  return body.slice(-1).toLowerCase();
}

/** Bodies are made of one chunk, the second command's of two. */
export function chunksOf(body: string, epoch: number): readonly ChunkRecord[] {
  const chunkCount = body.endsWith("b") ? 2 : 1;
  return Array.from({ length: chunkCount }, (_, chunk) =>
    chunkRecord({ epoch, body, chunk, chunkCount }),
  );
}

/** Whether each body up to this one answers the command that stands on `orders` now. */
export function answers(body: string, orders: string): boolean {
  return body.length <= orders.length && orders.startsWith(body.toLowerCase());
}
