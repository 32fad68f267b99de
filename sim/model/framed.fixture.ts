import type { FoldPosition } from "../../ports/log/fold.ts";
import { noBodyHash } from "../../ports/log/fold.ts";
import { bodyHashText, bodyHeaderBytes, encodeChunks, sealBody } from "../../schema/body.ts";
import { frame } from "../../schema/frame.ts";
import { encodeTimeTicked } from "../../schema/generated/time-ticked.ts";
import { chunkBytesMax } from "../../schema/topics.ts";
import { hash64Text } from "../../schema/wire.ts";
import { chunksOf } from "./outcome.ts";
import type { ClaimRecord, OutputRecord, Position } from "./world.ts";

const eventBytes = 16;
const longEventCount = Math.ceil((chunkBytesMax * 1.5) / eventBytes);

/** Writes the model's records as the real ones that they stand for: what hangs together there hangs together here. */
export class Framing {
  readonly #bodies = new Map<string, Uint8Array>();

  /** Value of a record of order-events. */
  bytesOf(record: OutputRecord): Uint8Array {
    if (record.kind === "Claim") return claimOrQuarantine(record);
    const { body, epoch, chunk } = record;
    const value = encodeChunks(this.#body(body), body.length, epoch)[chunk];
    if (value === undefined) throw new RangeError(`Body ${body} has no chunk ${chunk}`);
    return value;
  }

  positionOf({ offset, epoch, body }: Position): FoldPosition {
    const bodyHash = bodyHashText(this.#body(body));
    return { offset, epoch, seqNum: body.length, bodyHash };
  }

  #body(body: string): Uint8Array {
    const known = this.#bodies.get(body);
    if (known !== undefined) return known;
    const bytes = this.#seal(body);
    this.#bodies.set(body, bytes);
    return bytes;
  }

  #seal(body: string): Uint8Array {
    const letter = body.charCodeAt(body.length - 1);
    const eventCount = chunksOf(body, 0).length > 1 ? longEventCount : 1;
    const bytes = new Uint8Array(bodyHeaderBytes + eventCount * eventBytes);
    const view = new DataView(bytes.buffer);
    let at = bodyHeaderBytes;
    for (let index = 0; index < eventCount; index++) {
      at = encodeTimeTicked({ kind: "TimeTicked", sendingTime: letter }, view, at);
    }
    const before = body.slice(0, -1);
    const prevHash = before === "" ? noBodyHash : bodyHashText(this.#body(before));
    const hashes = { commandHash: hash64Text(letter, 0), prevHash };
    const counts = { seqNum: body.length, commandOffset: body.length - 1, transactTime: letter };
    sealBody(view, { ...counts, ...hashes, eventCount, semanticsVersion: 1 });
    return bytes;
  }
}

function claimOrQuarantine({ quarantined }: ClaimRecord): Uint8Array {
  if (quarantined !== null) {
    const said = { operator: "o", reason: "r", commandHash: noBodyHash };
    const commandOffset = Number.parseInt(quarantined, 10);
    return frame({ kind: "Quarantine", partition: 0, commandOffset, ...said });
  }
  const text = { clusterID: "c", ordersTopicID: "o", eventsTopicID: "e", build: "b", node: "n" };
  const counts = { partition: 0, partitionCount: 1, semanticsMin: 1, semanticsMax: 1 };
  return frame({ kind: "Claim", ...counts, ...text });
}
