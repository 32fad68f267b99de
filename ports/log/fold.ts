import { bodyHash, readBodyEvents, readBodyHeader, readChunk } from "../../schema/body.ts";
import { checkSealed } from "../../schema/frame.ts";
import type { Body } from "../../schema/generated/body.ts";
import { ClaimLayout, decodeClaim } from "../../schema/generated/claim.ts";
import type { Claim } from "../../schema/generated/claim.ts";
import type { OutputChunk } from "../../schema/generated/output-chunk.ts";
import { decodeQuarantine, QuarantineLayout } from "../../schema/generated/quarantine.ts";
import type { Quarantine } from "../../schema/generated/quarantine.ts";
import { headerBytes } from "../../schema/generated/records.ts";
import type { Event } from "../../schema/generated/records.ts";
import { Hash64 } from "../../schema/hash.ts";
import { hash64Of, hash64Text, viewOf } from "../../schema/wire.ts";
import type { LogRecord, RecordHeaders } from "./log.ts";
import { sealHolds } from "./seal.ts";

/** Place of the last applied body: `offset` is the log offset of its last chunk, `bodyHash` 16 hex digits. */
export interface FoldPosition {
  readonly offset: number;
  readonly epoch: number;
  readonly seqNum: number;
  readonly bodyHash: string;
}

/** What one command came to, as the log decided it. `bytes` is the body, header first. */
export interface FoldedBody {
  readonly position: FoldPosition;
  readonly commandOffset: number;
  readonly transactTime: number;
  readonly commandHash: string;
  readonly semanticsVersion: number;
  readonly bytes: Uint8Array;
  /** Of the record that completed it; no part of the body. */
  readonly headers?: RecordHeaders;
  /** Decoded at the first look; throws FoldAlarm `Unreadable` when they cannot be. */
  readonly events: readonly Event[];
}

/**
 * `Gap`: a seqNum is missing; nothing is applied until the next Claim. The others end the fold: `StaleClaim`, `UnclaimedEpoch`,
 * `ChunkOutOfTurn`: the log was cut and regrew. `HashChainBroken`: prevHash is not the last body's. `PositionMismatch`: the saved
 * position is not on this log. `ForeignPartition`: a Claim of another partition. `Unreadable`: bytes that are no record of ours.
 */
export type FoldAlarmCode =
  | "Gap"
  | "StaleClaim"
  | "UnclaimedEpoch"
  | "ChunkOutOfTurn"
  | "HashChainBroken"
  | "PositionMismatch"
  | "ForeignPartition"
  | "Unreadable";

export class FoldAlarm extends Error {
  override readonly name = "FoldAlarm";
  readonly code: FoldAlarmCode;
  /** Offset of the record that raised it. */
  readonly offset: number;
  constructor(code: FoldAlarmCode, offset: number, message: string) {
    super(`${message} (order-events offset ${offset})`);
    this.code = code;
    this.offset = offset;
  }
}

/** prevHash of the first body. */
export const noBodyHash = "0000000000000000";

/**
 * The consumer rule of `order-events` (design §5.3), the same for every reader: of all that owners and zombies wrote it yields
 * each body once, in order. Push records in offset order, from `from.offset + 1` (or 0) on.
 */
export class Fold {
  readonly partition: number;
  /** Of the last applied body; seqNum is 0 before the first. */
  #offset = -1;
  #positionEpoch = -1;
  #seqNum = 0;
  readonly #bodyHash = new Hash64();
  /** What the fields above say, made when somebody asks. */
  #position: FoldPosition | null;
  #epoch: number;
  #claim: Claim | null = null;
  #quarantine: Quarantine | null = null;
  #gapped = false;
  #ended: FoldAlarm | null = null;
  #chunks: Uint8Array[] = [];
  #chunkCount = 0;
  #bodyLength = 0;

  constructor(partition: number, from: FoldPosition | null) {
    this.partition = partition;
    this.#position = from;
    this.#epoch = from === null ? -1 : from.epoch;
    if (from === null) return;
    this.#offset = from.offset;
    this.#positionEpoch = from.epoch;
    this.#seqNum = from.seqNum;
    const { lo, hi } = hash64Of(from.bodyHash);
    this.#bodyHash.lo = lo;
    this.#bodyHash.hi = hi;
  }

  /** Of the last applied body; null before the first. */
  get position(): FoldPosition | null {
    if (this.#seqNum === 0) return null;
    return (this.#position ??= this.#makePosition());
  }

  /** Of the last applied body; 0 before the first. */
  get seqNum(): number {
    return this.#seqNum;
  }

  /** Offset of the Claim or Quarantine in force; -1 before any. */
  get epoch(): number {
    return this.#epoch;
  }

  /** The Claim in force, where it was pushed here. */
  get claim(): Claim | null {
    return this.#claim;
  }

  /** The Quarantine in force: it has ended the last owner's epoch, and no other owner has claimed since. */
  get quarantine(): Quarantine | null {
    return this.#quarantine;
  }

  /**
   * Takes the next record and returns the body that it completes, if any. Throws FoldAlarm: after `Gap` the caller may go on
   * pushing, after any other the same alarm comes again.
   */
  push(record: LogRecord): FoldedBody | null {
    if (this.#ended !== null) throw this.#ended;
    const { value, offset, headers } = record;
    const view = viewOf(value);
    if (!sealHolds(value) || checkSealed(view, value.length) !== "Ok")
      this.#end("Unreadable", offset, "no record of this schema");
    const chunk = readChunk(view);
    if (chunk !== null) {
      const body = this.#takeChunk(chunk, offset);
      if (body !== null && headers !== undefined) body.headers = headers;
      return body;
    }
    const templateId = view.getUint16(templateIdAt, true);
    if (templateId === ClaimLayout.templateId) this.#takeClaim(view, offset);
    else if (templateId === QuarantineLayout.templateId) this.#takeQuarantine(view, offset);
    else this.#end("Unreadable", offset, "neither a Claim, a Quarantine nor an OutputChunk");
    return null;
  }

  /** Whether the whole next body of the epoch in force may come as the next record: no alarm, no gap, no half of another body. */
  get isUndisturbed(): boolean {
    return (
      this.#ended === null &&
      !this.#gapped &&
      this.#quarantine === null &&
      this.#chunks.length === 0
    );
  }

  /**
   * Takes the next record for a caller who knows that it is the whole next body of the epoch in force: an owner who wrote the very bytes.
   * Throws where that cannot be.
   */
  advance(offset: number, seqNum: number, hashLo: number, hashHi: number): void {
    const fits = this.isUndisturbed && seqNum === this.#seqNum + 1 && offset > this.#epoch;
    if (!fits) throw new Error(`Invariant broken: seqNum ${seqNum} does not come next`);
    this.#setPosition(offset, seqNum, hashLo, hashHi);
  }

  #setPosition(offset: number, seqNum: number, hashLo: number, hashHi: number): void {
    this.#offset = offset;
    this.#positionEpoch = this.#epoch;
    this.#seqNum = seqNum;
    this.#bodyHash.lo = hashLo;
    this.#bodyHash.hi = hashHi;
    this.#position = null;
  }

  #makePosition(): FoldPosition {
    const { lo, hi } = this.#bodyHash;
    const bodyHash = hash64Text(lo, hi);
    return { offset: this.#offset, epoch: this.#positionEpoch, seqNum: this.#seqNum, bodyHash };
  }

  #takeClaim(view: DataView, offset: number): void {
    const claim = decodeClaim(view, headerBytes);
    this.#openEpoch(claim, offset);
    this.#claim = claim;
    this.#quarantine = null;
  }

  /** A Claim that nobody serves. */
  #takeQuarantine(view: DataView, offset: number): void {
    const quarantine = decodeQuarantine(view, headerBytes);
    this.#openEpoch(quarantine, offset);
    this.#claim = null;
    this.#quarantine = quarantine;
  }

  #openEpoch({ kind, partition }: Claim | Quarantine, offset: number): void {
    if (partition !== this.partition) {
      this.#end("ForeignPartition", offset, `a ${kind} of partition ${partition}`);
    }
    if (offset <= this.#epoch) {
      this.#end("StaleClaim", offset, `a ${kind} not above epoch ${this.#epoch}`);
    }
    this.#epoch = offset;
    this.#gapped = false;
    this.#discardChunks();
  }

  #takeChunk(chunk: OutputChunk, offset: number): AppliedBody | null {
    const { epoch, seqNum } = chunk;
    const isNobodys = epoch === this.#epoch && this.#quarantine !== null;
    if (epoch > this.#epoch || isNobodys) {
      this.#end("UnclaimedEpoch", offset, `epoch ${epoch} has no Claim`);
    }
    if (epoch < this.#epoch || this.#gapped) return null;
    const last = this.#seqNum;
    if (seqNum <= last) return null;
    if (seqNum > last + 1) this.#alarmGap(offset, last, seqNum);
    return this.#collect(chunk, offset);
  }

  #collect(chunk: OutputChunk, offset: number): AppliedBody | null {
    const { seqNum, chunkIndex, chunkCount, bodyLength } = chunk;
    if (this.#chunks.length === 0) {
      this.#chunkCount = chunkCount;
      this.#bodyLength = bodyLength;
    }
    const sameBody = chunkCount === this.#chunkCount && bodyLength === this.#bodyLength;
    if (!sameBody || chunkIndex !== this.#chunks.length || chunkIndex >= chunkCount) {
      this.#end(
        "ChunkOutOfTurn",
        offset,
        `chunk ${chunkIndex} of ${chunkCount} of seqNum ${seqNum}`,
      );
    }
    this.#chunks.push(chunk.body);
    if (this.#chunks.length < chunkCount) return null;
    const bytes = joinChunks(this.#chunks);
    this.#discardChunks();
    if (bytes.length !== bodyLength) {
      this.#end("ChunkOutOfTurn", offset, `chunks of seqNum ${seqNum} do not add up`);
    }
    return this.#apply(bytes, offset, seqNum);
  }

  #apply(bytes: Uint8Array, offset: number, seqNum: number): AppliedBody {
    const header = readBodyHeader(bytes);
    if (header === null || header.seqNum !== seqNum) {
      return this.#end("Unreadable", offset, `no body of seqNum ${seqNum}`);
    }
    const { lo, hi } = this.#bodyHash;
    const lastHash = hash64Text(lo, hi);
    if (header.prevHash !== lastHash) {
      const { prevHash } = header;
      this.#end("HashChainBroken", offset, `seqNum ${seqNum} follows ${prevHash}, not ${lastHash}`);
    }
    const hash = new Hash64();
    bodyHash(viewOf(bytes), bytes.length, hash);
    this.#setPosition(offset, seqNum, hash.lo, hash.hi);
    const position = this.#makePosition();
    this.#position = position;
    return new AppliedBody(position, header, bytes);
  }

  #discardChunks(): void {
    this.#chunks = [];
    this.#chunkCount = 0;
    this.#bodyLength = 0;
  }

  #alarmGap(offset: number, last: number, seqNum: number): never {
    this.#gapped = true;
    this.#discardChunks();
    const message = `Partition ${this.partition}: seqNum ${seqNum} follows ${last}`;
    throw new FoldAlarm("Gap", offset, message);
  }

  #end(code: FoldAlarmCode, offset: number, message: string): never {
    this.#ended = new FoldAlarm(code, offset, `Partition ${this.partition}: ${message}`);
    throw this.#ended;
  }
}

const templateIdAt = 2;

class AppliedBody implements FoldedBody {
  readonly position: FoldPosition;
  readonly commandOffset: number;
  readonly transactTime: number;
  readonly commandHash: string;
  readonly semanticsVersion: number;
  readonly bytes: Uint8Array;
  declare headers?: RecordHeaders;
  #events: readonly Event[] | null = null;

  constructor(position: FoldPosition, header: Body, bytes: Uint8Array) {
    this.position = position;
    this.commandOffset = header.commandOffset;
    this.transactTime = header.transactTime;
    this.commandHash = header.commandHash;
    this.semanticsVersion = header.semanticsVersion;
    this.bytes = bytes;
  }

  get events(): readonly Event[] {
    if (this.#events !== null) return this.#events;
    const events = readBodyEvents(this.bytes);
    if (events === null) {
      const { offset, seqNum } = this.position;
      throw new FoldAlarm("Unreadable", offset, `The body of seqNum ${seqNum} holds no events`);
    }
    this.#events = events;
    return events;
  }
}

function joinChunks(chunks: readonly Uint8Array[]): Uint8Array {
  const [only] = chunks;
  if (chunks.length === 1 && only !== undefined) return only;
  const bytes = new Uint8Array(chunks.reduce((total, chunk) => total + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}
