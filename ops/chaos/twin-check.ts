import { bodyHashText, readChunk } from "../../schema/body.ts";
import { viewOf } from "../../schema/wire.ts";

const chunksKept = 100_000;

/**
 * Outcomes are a function of the log: whatever an owner wrote that was none any more, is to the byte what the owner of its place writes. Only
 * an owner that a Quarantine ended may have written something else.
 */
export class TwinCheck {
  readonly #hashes = new Map<string, string>();
  #since = -1;
  #count = 0;

  /** Chunks of ended epochs so far. */
  get count(): number {
    return this.#count;
  }

  /** Chunks of epochs before this one are not compared any more. */
  forget(epoch: number): void {
    this.#since = epoch;
    this.#hashes.clear();
  }

  /** Takes a record of order-events; names the chunk when one of its place had other bytes. */
  take(value: Uint8Array, epoch: number): string | null {
    const view = viewOf(value);
    const chunk = readChunk(view);
    if (chunk === null) return null;
    if (chunk.epoch < epoch) this.#count++;
    if (chunk.epoch < this.#since) return null;
    const place = `seqNum ${chunk.seqNum}, chunk ${chunk.chunkIndex}`;
    const hash = bodyHashText(chunk.body);
    const known = this.#hashes.get(place);
    if (known === undefined) this.#keep(place, hash);
    return known === undefined || known === hash ? null : place;
  }

  #keep(place: string, hash: string): void {
    this.#hashes.set(place, hash);
    const [oldest] = this.#hashes.keys();
    if (this.#hashes.size > chunksKept && oldest !== undefined) this.#hashes.delete(oldest);
  }
}
