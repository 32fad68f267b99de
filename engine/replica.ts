import { bodyHash, commandHash, commandHashText } from "../schema/body.ts";
import { CheckpointLayout } from "../schema/generated/checkpoint.ts";
import type { Quarantine } from "../schema/generated/quarantine.ts";
import { headerBytes } from "../schema/generated/records.ts";
import { Hash64 } from "../schema/hash.ts";
import { isNewerOrder } from "../schema/newer-order.ts";
import { hash64Of, hash64Text, viewOf, writeHex } from "../schema/wire.ts";
import { writeBodyHeader } from "./body-header.ts";
import { checkpointInterval, CheckpointChain } from "./checkpoint-chain.ts";
import type { CheckpointStart } from "./checkpoint-chain.ts";
import { CommandWindow, slotBytes } from "./command-window.ts";
import type { CommandRecord } from "./command-window.ts";
import { Engine } from "./core/engine.ts";
import type { EngineLimits } from "./core/engine.ts";
import { EventBuffer } from "./core/event-buffer.ts";
import { builtSemantics } from "./core/semantics.ts";
import type { SemanticsList } from "./core/semantics.ts";

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
 * One partition's pure function: records of `orders` in, bodies out, byte for byte the same for whoever computes them: what a build knows
 * beyond the semantics that are active makes no difference. It knows no log, clock or epoch.
 */
export class Replica {
  readonly engine: Engine;
  readonly #chain: CheckpointChain;
  /** For a record that comes alone. */
  readonly #alone = new CommandWindow(1);
  readonly #out = new EventBuffer();
  readonly #commandHash = new Hash64();
  readonly #bodyHash = new Hash64();
  readonly #bodies = new BodyViews();
  #seqNum: number;
  #commandOffset: number;
  #eventCount = 0;

  /** From the first command on, `versions` are the semantics that the build has; a restored engine has its own. */
  constructor(
    start: ReplicaStart | Partial<EngineLimits>,
    versions: SemanticsList = builtSemantics,
  ) {
    const restored = "engine" in start ? start : null;
    const engine = (): Engine => new Engine(start as Partial<EngineLimits>, versions);
    this.engine = restored === null ? engine() : restored.engine;
    this.#chain = new CheckpointChain(restored === null ? null : restored.checkpoint);
    this.#seqNum = restored === null ? 0 : restored.checkpoint.seqNum;
    this.#commandOffset = restored === null ? -1 : restored.commandOffset;
    if (restored === null) return;
    takeText(this.#commandHash, restored.commandHash);
    takeText(this.#bodyHash, restored.bodyHash);
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
    return hash64Text(this.#commandHash.lo, this.#commandHash.hi);
  }

  /** Of the last body. */
  get bodyHash(): string {
    return hash64Text(this.#bodyHash.lo, this.#bodyHash.hi);
  }

  /** The same in its halves; valid until the next command. */
  get bodyHash64(): Readonly<Hash64> {
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

  /** Whether the last body asks for letters (letters.ts). */
  get hasLetters(): boolean {
    return this.#out.hasLetters;
  }

  /** Takes a Quarantine of this partition in its turn among the folded bodies; void where its command has been applied. */
  quarantine({ commandOffset, commandHash }: Quarantine): void {
    if (commandOffset > this.#commandOffset) this.engine.quarantine(commandOffset, commandHash);
  }

  /**
   * Applies the next record of `orders`; the body is valid until the next call. Throws only on a broken invariant, and UnknownSemantics where
   * the record activates what this build does not have: then this replica is of no use any more.
   */
  apply(record: CommandRecord): Uint8Array {
    const alone = this.#alone;
    alone.clear();
    alone.add(record);
    return this.applyFrom(alone, 0);
  }

  /** Reads ahead what the records of a window will look up. They need not be applied afterwards; nothing is changed. */
  prepare({ slots, slotCount }: CommandWindow): void {
    this.engine.prepare(slots, 0, slotBytes, slotCount);
  }

  /** As apply, of the record at a place of a window; makes nothing that lasts. */
  applyFrom(window: CommandWindow, place: number): Uint8Array {
    const out = this.#out;
    const seqNum = this.#seqNum + 1;
    // What a command activates holds from the next one on.
    const { semanticsVersion } = this.engine;
    window.load(place);
    out.reset();
    this.#run(window, seqNum);
    if (seqNum % checkpointInterval === 0) this.#writeCheckpoint(seqNum);
    const { commands, at, length, appendTime, offset: commandOffset } = window;
    commandHash(commands.view, at, at + length, appendTime, this.#commandHash);
    const { eventCount } = out;
    const counts = {
      seqNum,
      commandOffset,
      transactTime: this.engine.now,
      semanticsVersion,
      eventCount,
    };
    writeBodyHeader(out.words, counts, this.#commandHash, this.#bodyHash);
    bodyHash(out.view, out.length, this.#bodyHash);
    this.#seqNum = seqNum;
    this.#commandOffset = commandOffset;
    this.#eventCount = eventCount;
    const body = this.#bodies.of(out.bytes, out.length);
    this.#chain.add(body);
    return body;
  }

  #run(window: CommandWindow, seqNum: number): void {
    const { offset, appendTime, checked } = window;
    if (offset >= this.engine.quarantinedOffset && this.#isSetAside(window)) {
      return this.engine.applyUnreadable("Quarantined", offset, appendTime, seqNum, this.#out);
    }
    if (window.version > this.engine.schemaVersion) return this.#runUnknown(window, seqNum);
    if (checked === "Ok") {
      return this.engine.apply(window.commands, window.at, offset, appendTime, seqNum, this.#out);
    }
    if (checked === "UnknownTemplate") return this.#runUnknown(window, seqNum);
    this.engine.applyUnreadable(checked, offset, appendTime, seqNum, this.#out);
  }

  /** A whole record of a template or a version that is not active: as any build would see it that knows no more than that. */
  #runUnknown({ value, offset, appendTime }: CommandWindow, seqNum: number): void {
    const view = viewOf(value);
    if (isNewerOrder(value, view, this.engine.schemaVersion)) {
      return this.engine.applyNewer(view, offset, appendTime, seqNum, this.#out);
    }
    this.engine.applyUnreadable("UnknownTemplate", offset, appendTime, seqNum, this.#out);
  }

  #isSetAside({ value, offset, appendTime }: CommandWindow): boolean {
    return this.engine.takeQuarantine(offset, commandHashText(value, appendTime));
  }

  #writeCheckpoint(seqNum: number): void {
    const { fromSeqNum } = this.#chain;
    const sha256 = this.#chain.close(seqNum);
    const out = this.#out;
    const block = out.length + headerBytes;
    out.open(CheckpointLayout.templateId, CheckpointLayout.blockLength);
    writeHex(out.view, block + CheckpointLayout.sha256, sha256Bytes, sha256);
    out.count(CheckpointLayout.fromSeqNum, fromSeqNum);
  }
}

/** Bodies of this length and more get a view of their own each time. */
const keptLengthMax = 2048;

/** Views of the first bytes of a buffer, kept by their length: most bodies have one of a few lengths. */
class BodyViews {
  #bytes: Uint8Array = new Uint8Array(0);
  #views: (Uint8Array | undefined)[] = [];

  of(bytes: Uint8Array, length: number): Uint8Array {
    if (bytes !== this.#bytes) {
      this.#bytes = bytes;
      this.#views = [];
    }
    if (length >= keptLengthMax) return bytes.subarray(0, length);
    return (this.#views[length] ??= bytes.subarray(0, length));
  }
}

function takeText(hash: Hash64, text: string): void {
  const { lo, hi } = hash64Of(text);
  hash.lo = lo;
  hash.hi = hi;
}
