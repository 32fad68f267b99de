import { frame, checkMessage } from "./frame.ts";
import { BodyLayout, decodeBody, encodeBody, type Body } from "./generated/body.ts";
import {
  decodeOutputChunk,
  OutputChunkLayout,
  type OutputChunk,
} from "./generated/output-chunk.ts";
import { decodeBlock, headerBytes, type AnyMessage, type Event } from "./generated/records.ts";
import { hash64Text, viewOf } from "./wire.ts";
import { Hash64, murmur3View } from "./hash.ts";
import { chunkBytesMax } from "./topics.ts";

/**
 * The body of an output record (design §5): a Body message, then the events of one command as messages of their own. It is the same
 * for every owner that ever computes it; what differs (the epoch, the cut into chunks) stands around it.
 */
export const bodyHeaderBytes = headerBytes + BodyLayout.blockLength;

const eventTemplateMin = 64;
const eventTemplateMax = 127;

/** Writes the Body message in front of events that start at bodyHeaderBytes. */
export function sealBody(view: DataView, fields: Omit<Body, "kind">): void {
  encodeBody({ kind: "Body", ...fields }, view, 0);
}

/** 64 fast bits of the body at the start of `view`, of `length` bytes. */
export function bodyHash(view: DataView, length: number, out: Hash64): void {
  murmur3View(view, 0, length, 0, out);
}

export function bodyHashText(bytes: Uint8Array): string {
  const hash = new Hash64();
  bodyHash(viewOf(bytes), bytes.length, hash);
  return hash64Text(hash.lo, hash.hi);
}

/** 64 fast bits of a command's record, bytes [start, end) of `view`, its append time included, so that neither can change unseen. */
export function commandHash(
  view: DataView,
  start: number,
  end: number,
  appendTime: number,
  out: Hash64,
): void {
  murmur3View(view, start, end, 0, out);
  const low = (appendTime >>> 0) ^ out.lo;
  const high = Math.floor(appendTime / 4294967296) ^ out.hi;
  out.lo = Math.imul(low ^ (high >>> 15), 0x85ebca6b) >>> 0;
  out.hi = Math.imul(high ^ (out.lo >>> 13), 0xc2b2ae35) >>> 0;
}

export function commandHashText(bytes: Uint8Array, appendTime: number): string {
  const hash = new Hash64();
  commandHash(viewOf(bytes), 0, bytes.length, appendTime, hash);
  return hash64Text(hash.lo, hash.hi);
}

/** The header of a whole body, or null where the bytes are none. */
export function readBodyHeader(bytes: Uint8Array): Body | null {
  const view = viewOf(bytes);
  const end = checkMessage(view, 0, bytes.length);
  if (end !== bodyHeaderBytes || view.getUint16(2, true) !== BodyLayout.templateId) return null;
  return decodeBody(view, headerBytes);
}

/** The events of a body in order, or null where the bytes are not exactly as many valid events as its header says. */
export function readBodyEvents(bytes: Uint8Array): readonly Event[] | null {
  const header = readBodyHeader(bytes);
  if (header === null) return null;
  const view = viewOf(bytes);
  const events: Event[] = [];
  for (let at = bodyHeaderBytes; at < bytes.length;) {
    const end = checkMessage(view, at, bytes.length);
    const templateId = end < 0 ? 0 : view.getUint16(at + 2, true);
    if (templateId < eventTemplateMin || templateId > eventTemplateMax) return null;
    events.push(
      decodeBlock(templateId, view, at + headerBytes) as Exclude<AnyMessage, OutputChunk> as Event,
    );
    at = end;
  }
  return events.length === header.eventCount ? events : null;
}

/** The records that carry a body: one, or as many as its length asks for. */
export function encodeChunks(body: Uint8Array, seqNum: number, epoch: number): Uint8Array[] {
  const chunkCount = Math.max(1, Math.ceil(body.length / chunkBytesMax));
  return Array.from({ length: chunkCount }, (_, chunkIndex) =>
    frame({
      kind: "OutputChunk",
      epoch,
      seqNum,
      chunkIndex,
      chunkCount,
      bodyLength: body.length,
      body: body.subarray(chunkIndex * chunkBytesMax, (chunkIndex + 1) * chunkBytesMax),
    }),
  );
}

/** Reads a chunk out of a record that checkFrame has passed, without copying its bytes. */
export function readChunk(view: DataView): OutputChunk | null {
  if (view.getUint16(2, true) !== OutputChunkLayout.templateId) return null;
  return decodeOutputChunk(view, headerBytes);
}
