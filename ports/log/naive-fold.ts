import { bodyHashText, readBodyHeader } from "../../schema/body.ts";
import { decodeFrame } from "../../schema/frame.ts";
import type { OutputChunk } from "../../schema/generated/output-chunk.ts";
import type { AnyMessage } from "../../schema/generated/records.ts";
import { hash64Text } from "../../schema/wire.ts";
import { FoldAlarm } from "./fold.ts";
import type { FoldAlarmCode } from "./fold.ts";
import type { LogRecord } from "./log.ts";

/** Rules of the fold that a NaiveFold can be made to forget, to prove that the scenarios notice. */
export const brokenRules = [
  "HigherClaimBecomesCurrent",
  "ClaimDiscardsHalfBody",
  "DropOldEpoch",
  "DropAppliedSeqNum",
  "ApplyOnLastChunk",
  "CheckPrevHash",
  "AlarmGap",
  "WaitForClaimAfterGap",
  "RefuseStaleClaim",
  "QuarantineIsClaim",
  "NobodyServesQuarantine",
  "RefuseUnclaimedEpoch",
  "RefuseChunkOutOfTurn",
  "RefuseForeignPartition",
  "RefuseUnreadable",
  "StayStopped",
] as const;
export type BrokenRule = (typeof brokenRules)[number];

/** The consumer rule once more, for tests: one sentence of design §5.3 a statement, and any one of them can be left out. */
export class NaiveFold {
  readonly #partition: number;
  readonly #broken: BrokenRule | null;
  #epoch = -1;
  #seqNum = 0;
  #bodyHash = hash64Text(0, 0);
  #chunks: Uint8Array[] = [];
  #waitsForClaim = false;
  #isQuarantined = false;
  #stopped: FoldAlarm | null = null;

  constructor(partition: number, broken: BrokenRule | null) {
    this.#partition = partition;
    this.#broken = broken;
  }

  push(record: LogRecord): { readonly seqNum: number } | null {
    if (this.#stopped !== null && this.#has("StayStopped")) throw this.#stopped;
    const decoded = decodeFrame(record.value);
    const message: AnyMessage | null = decoded.ok ? decoded.message : null;
    if (message?.kind === "Claim") return this.#claim(message.partition, record.offset);
    if (message?.kind === "Quarantine" && this.#has("QuarantineIsClaim")) {
      this.#claim(message.partition, record.offset);
      this.#isQuarantined = true;
      return null;
    }
    if (message?.kind === "OutputChunk") return this.#chunk(message, record.offset);
    if (this.#has("RefuseUnreadable")) this.#stop("Unreadable", record.offset);
    return null;
  }

  #claim(partition: number, offset: number): null {
    if (partition !== this.#partition && this.#has("RefuseForeignPartition")) {
      this.#stop("ForeignPartition", offset);
    }
    if (offset <= this.#epoch && this.#has("RefuseStaleClaim")) this.#stop("StaleClaim", offset);
    if (this.#has("HigherClaimBecomesCurrent")) this.#epoch = offset;
    else if (this.#epoch < 0) this.#epoch = offset;
    if (this.#has("ClaimDiscardsHalfBody")) this.#chunks = [];
    this.#waitsForClaim = false;
    this.#isQuarantined = false;
    return null;
  }

  #chunk(chunk: OutputChunk, offset: number): { readonly seqNum: number } | null {
    const { epoch, seqNum } = chunk;
    if (epoch > this.#epoch && this.#has("RefuseUnclaimedEpoch"))
      this.#stop("UnclaimedEpoch", offset);
    const isNobodys = epoch === this.#epoch && this.#isQuarantined;
    if (isNobodys && this.#has("NobodyServesQuarantine")) this.#stop("UnclaimedEpoch", offset);
    if (epoch < this.#epoch && this.#has("DropOldEpoch")) return null;
    if (this.#waitsForClaim && this.#has("WaitForClaimAfterGap")) return null;
    if (seqNum <= this.#seqNum && this.#has("DropAppliedSeqNum")) return null;
    if (seqNum > this.#seqNum + 1 && this.#has("AlarmGap")) {
      this.#waitsForClaim = true;
      throw new FoldAlarm("Gap", offset, "gap");
    }
    return this.#collect(chunk, offset);
  }

  #collect(chunk: OutputChunk, offset: number): { readonly seqNum: number } | null {
    const inTurn = chunk.chunkIndex === this.#chunks.length;
    if (!inTurn && this.#has("RefuseChunkOutOfTurn")) this.#stop("ChunkOutOfTurn", offset);
    this.#chunks.push(chunk.body);
    if (this.#chunks.length < chunk.chunkCount && this.#has("ApplyOnLastChunk")) return null;
    const body = Buffer.concat(this.#chunks);
    this.#chunks = [];
    const prevHash = readBodyHeader(body)?.prevHash;
    if (prevHash !== this.#bodyHash && this.#has("CheckPrevHash"))
      this.#stop("HashChainBroken", offset);
    this.#seqNum = chunk.seqNum;
    this.#bodyHash = bodyHashText(body);
    return { seqNum: chunk.seqNum };
  }

  #has(rule: BrokenRule): boolean {
    return this.#broken !== rule;
  }

  #stop(code: FoldAlarmCode, offset: number): never {
    this.#stopped = new FoldAlarm(code, offset, code);
    throw this.#stopped;
  }
}
