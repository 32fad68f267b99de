import { bodyHashText, bodyHeaderBytes, encodeChunks, sealBody } from "../../schema/body.ts";
import { frame } from "../../schema/frame.ts";
import { encodeTimeTicked } from "../../schema/generated/time-ticked.ts";
import { hash64Text } from "../../schema/wire.ts";
import type { LogRecord } from "./log.ts";

const eventBytes = 16;

/** Writes an `order-events` partition by hand, record by record, so that tests can say exactly what owners and zombies wrote. */
export class OutputScript {
  readonly records: LogRecord[] = [];
  readonly #bodies = new Map<number, Uint8Array>();

  /** Appends a Claim and returns its epoch. */
  claim(options: { partition?: number; offset?: number } = {}): number {
    const { partition = 0, offset = this.records.length } = options;
    const text = { clusterID: "c", ordersTopicID: "o", eventsTopicID: "e", build: "b", node: "n" };
    const counts = { partition, partitionCount: 1, semanticsMin: 1, semanticsMax: 1 };
    this.#append(frame({ kind: "Claim", ...counts, ...text }), offset);
    return offset;
  }

  /** Appends a Quarantine of a command and returns the epoch that it opens. */
  quarantine(commandOffset: number, options: { partition?: number } = {}): number {
    const offset = this.records.length;
    const { partition = 0 } = options;
    const commandHash = hash64Text(commandOffset + 1, 0);
    const said = { commandOffset, commandHash, operator: "somebody", reason: "a test" };
    this.#append(frame({ kind: "Quarantine", partition, ...said }));
    return offset;
  }

  /** The body of a seqNum, always the same; `eventCount` makes it long enough for several chunks. */
  body(seqNum: number, options: { eventCount?: number; prevHash?: string } = {}): Uint8Array {
    const known = this.#bodies.get(seqNum);
    if (known !== undefined && options.prevHash === undefined) return known;
    const { eventCount = 1, prevHash = this.#hashBefore(seqNum) } = options;
    const bytes = new Uint8Array(bodyHeaderBytes + eventCount * eventBytes);
    const view = new DataView(bytes.buffer);
    let at = bodyHeaderBytes;
    for (let index = 0; index < eventCount; index++) {
      at = encodeTimeTicked({ kind: "TimeTicked", sendingTime: seqNum }, view, at);
    }
    const hashes = { commandHash: hash64Text(seqNum, 0), prevHash };
    const counts = { seqNum, commandOffset: seqNum - 1, transactTime: seqNum, eventCount };
    sealBody(view, { ...counts, ...hashes, semanticsVersion: 1 });
    if (options.prevHash === undefined) this.#bodies.set(seqNum, bytes);
    return bytes;
  }

  /** Appends a whole body under an epoch. */
  write(epoch: number, seqNum: number, body: Uint8Array = this.body(seqNum)): void {
    for (const value of encodeChunks(body, seqNum, epoch)) this.#append(value);
  }

  /** Appends one chunk of a body alone. */
  writeChunk(epoch: number, seqNum: number, chunkIndex: number): void {
    const value = encodeChunks(this.body(seqNum), seqNum, epoch)[chunkIndex];
    if (value === undefined) throw new RangeError(`Body ${seqNum} has no chunk ${chunkIndex}`);
    this.#append(value);
  }

  /** Appends any bytes. */
  writeBytes(value: Uint8Array): void {
    this.#append(value);
  }

  #hashBefore(seqNum: number): string {
    return seqNum === 1 ? hash64Text(0, 0) : bodyHashText(this.body(seqNum - 1));
  }

  #append(value: Uint8Array, offset: number = this.records.length): void {
    this.records.push({ offset, appendTime: 0, key: null, value });
  }
}
