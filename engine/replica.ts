import type { LogRecord } from "../ports/log/log.ts";
import { bodyHash, commandHashText, sealBody } from "../schema/body.ts";
import { checkCommandFrame } from "../schema/frame.ts";
import { CheckpointLayout } from "../schema/generated/checkpoint.ts";
import { Hash64 } from "../schema/hash.ts";
import { hash64Text, writeHex, writeUint53 } from "../schema/wire.ts";
import { checkpointInterval, CheckpointChain } from "./checkpoint-chain.ts";
import type { CheckpointStart } from "./checkpoint-chain.ts";
import { Engine } from "./core/engine.ts";
import type { EngineLimits } from "./core/engine.ts";
import { EventBuffer } from "./core/event-buffer.ts";

/** The semantics that this build has. */
export const semanticsVersion = 1;

const sha256Bytes = 32;

/** Where a replica starts: after the body of a Checkpoint. */
export interface ReplicaStart {
  readonly engine: Engine;
  readonly commandOffset: number;
  readonly commandHash: string;
  readonly bodyHash: string;
  readonly checkpoint: CheckpointStart;
}

/**
 * One partition's pure function: records of `orders` in, bodies out, byte for byte the same for whoever computes them. It knows no log,
 * clock or epoch.
 */
export class Replica {
  readonly engine: Engine;
  readonly #chain: CheckpointChain;
  readonly #out = new EventBuffer();
  readonly #hash = new Hash64();
  #seqNum: number;
  #commandOffset: number;
  #commandHash: string;
  #bodyHash: string;
  #eventCount = 0;

  constructor(start: ReplicaStart | Partial<EngineLimits>) {
    const restored = "engine" in start ? start : null;
    this.engine = restored === null ? new Engine(start as Partial<EngineLimits>) : restored.engine;
    this.#chain = new CheckpointChain(restored === null ? null : restored.checkpoint);
    this.#seqNum = restored === null ? 0 : restored.checkpoint.seqNum;
    this.#commandOffset = restored === null ? -1 : restored.commandOffset;
    this.#commandHash = restored === null ? hash64Text(0, 0) : restored.commandHash;
    this.#bodyHash = restored === null ? hash64Text(0, 0) : restored.bodyHash;
  }

  /** Of the last command applied; 0 before the first. */
  get seqNum(): number {
    return this.#seqNum;
  }

  /** Of the last command applied; -1 before the first. */
  get commandOffset(): number {
    return this.#commandOffset;
  }

  /** Of the last command applied, its append time included. */
  get commandHash(): string {
    return this.#commandHash;
  }

  /** Of the last body. */
  get bodyHash(): string {
    return this.#bodyHash;
  }

  /** SHA-256 of the last Checkpoint, in hex. */
  get checkpointSha256(): string {
    return this.#chain.sha256;
  }

  /** Events of the last body. */
  get eventCount(): number {
    return this.#eventCount;
  }

  /** Applies the next record of `orders`; the body is valid until the next call. Throws only on a broken invariant. */
  apply(record: LogRecord): Uint8Array {
    const out = this.#out;
    const seqNum = this.#seqNum + 1;
    const commandHash = commandHashText(record.value, record.appendTime);
    out.reset();
    this.#run(record, seqNum);
    if (seqNum % checkpointInterval === 0) this.#writeCheckpoint(seqNum);
    sealBody(out.view, {
      seqNum,
      commandOffset: record.offset,
      commandHash,
      prevHash: this.#bodyHash,
      transactTime: this.engine.now,
      semanticsVersion,
      eventCount: out.eventCount,
    });
    const body = out.bytes.subarray(0, out.length);
    this.#chain.add(body);
    bodyHash(body, body.length, this.#hash);
    this.#seqNum = seqNum;
    this.#commandOffset = record.offset;
    this.#commandHash = commandHash;
    this.#bodyHash = hash64Text(this.#hash.lo, this.#hash.hi);
    this.#eventCount = out.eventCount;
    return body;
  }

  #run({ value, offset, appendTime }: LogRecord, seqNum: number): void {
    const view = new DataView(value.buffer, value.byteOffset, value.byteLength);
    const checked = checkCommandFrame(value, view);
    if (checked === "Ok") {
      this.engine.apply(view, value.length, offset, appendTime, seqNum, this.#out);
    } else {
      this.engine.applyUnreadable(checked, offset, appendTime, seqNum, this.#out);
    }
  }

  #writeCheckpoint(seqNum: number): void {
    const { fromSeqNum } = this.#chain;
    const sha256 = this.#chain.close(seqNum);
    const block = this.#out.open(CheckpointLayout.templateId, CheckpointLayout.blockLength);
    writeHex(this.#out.view, block + CheckpointLayout.sha256, sha256Bytes, sha256);
    writeUint53(this.#out.view, block + CheckpointLayout.fromSeqNum, fromSeqNum);
  }
}
