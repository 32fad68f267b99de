import { frame } from "../../schema/frame.ts";
import { chunkBytesMax } from "../../schema/topics.ts";
import type { FoldAlarmCode } from "./fold.ts";
import type { OutputScript } from "./output-script.ts";

/** One rule of the fold, as what a log holds and what its reader must make of it. */
export interface FoldScenario {
  readonly rule: string;
  write(script: OutputScript): void;
  /** seqNums applied, in order. */
  readonly applied: readonly number[];
  readonly alarm?: FoldAlarmCode;
}

/** Events for a body of three chunks. */
const longEventCount = Math.ceil((chunkBytesMax * 2.5) / 16);

export const foldScenarios: readonly FoldScenario[] = [
  {
    rule: "bodies of the claimed epoch are applied in order",
    write(script) {
      const epoch = script.claim();
      for (const seqNum of [1, 2, 3]) script.write(epoch, seqNum);
    },
    applied: [1, 2, 3],
  },
  {
    rule: "a higher Claim becomes current and goes on where the last one ended",
    write(script) {
      script.write(script.claim(), 1);
      script.write(script.claim(), 2);
    },
    applied: [1, 2],
  },
  {
    rule: "a record of an epoch below the current one is dropped",
    write(script) {
      const zombie = script.claim();
      script.write(zombie, 1);
      const owner = script.claim();
      script.write(zombie, 2, script.body(2, { eventCount: 2, prevHash: "0123456789abcdef" }));
      script.write(owner, 2);
    },
    applied: [1, 2],
  },
  {
    rule: "a seqNum that was applied is dropped",
    write(script) {
      const first = script.claim();
      for (const seqNum of [1, 2]) script.write(first, seqNum);
      const second = script.claim();
      for (const seqNum of [1, 2, 3]) script.write(second, seqNum);
    },
    applied: [1, 2, 3],
  },
  {
    rule: "the chunks of a body are applied on the last one",
    write(script) {
      const epoch = script.claim();
      script.body(1, { eventCount: longEventCount });
      script.write(epoch, 1);
      script.write(epoch, 2);
    },
    applied: [1, 2],
  },
  {
    rule: "chunks without their last one apply nothing",
    write(script) {
      const epoch = script.claim();
      script.body(1, { eventCount: longEventCount });
      script.writeChunk(epoch, 1, 0);
      script.writeChunk(epoch, 1, 1);
    },
    applied: [],
  },
  {
    rule: "a Claim discards a half-received body",
    write(script) {
      const first = script.claim();
      script.body(1, { eventCount: longEventCount });
      script.writeChunk(first, 1, 0);
      const second = script.claim();
      script.writeChunk(first, 1, 1);
      script.write(second, 1);
    },
    applied: [1],
  },
  {
    rule: "a zombie's chunks between the owner's do not disturb",
    write(script) {
      const zombie = script.claim();
      const owner = script.claim();
      script.body(1, { eventCount: longEventCount });
      script.writeChunk(owner, 1, 0);
      script.writeChunk(zombie, 1, 0);
      script.writeChunk(owner, 1, 1);
      script.writeChunk(zombie, 1, 1);
      script.writeChunk(owner, 1, 2);
    },
    applied: [1],
  },
  {
    rule: "a prevHash that is not the last applied body's stops the fold",
    write(script) {
      const epoch = script.claim();
      script.write(epoch, 1);
      script.write(epoch, 2, script.body(2, { prevHash: "0123456789abcdef" }));
      script.write(epoch, 2);
    },
    applied: [1],
    alarm: "HashChainBroken",
  },
  {
    rule: "a missing seqNum is alarmed and nothing is applied until the next Claim",
    write(script) {
      const first = script.claim();
      script.write(first, 1);
      script.write(first, 3);
      script.write(first, 2);
      script.write(script.claim(), 2);
    },
    applied: [1, 2],
    alarm: "Gap",
  },
  {
    rule: "what comes late after a gap is not applied",
    write(script) {
      const epoch = script.claim();
      for (const seqNum of [1, 3, 2, 3]) script.write(epoch, seqNum);
    },
    applied: [1],
    alarm: "Gap",
  },
  {
    rule: "a Claim not above the current epoch stops the fold",
    write(script) {
      const epoch = script.claim();
      script.write(epoch, 1);
      script.claim({ offset: epoch });
      script.write(epoch, 2);
    },
    applied: [1],
    alarm: "StaleClaim",
  },
  {
    rule: "an epoch without its Claim stops the fold",
    write(script) {
      const epoch = script.claim();
      script.write(epoch, 1);
      script.write(epoch + 7, 2);
      script.write(epoch, 2);
    },
    applied: [1],
    alarm: "UnclaimedEpoch",
  },
  {
    rule: "a chunk out of turn stops the fold",
    write(script) {
      const epoch = script.claim();
      script.body(1, { eventCount: longEventCount });
      script.writeChunk(epoch, 1, 0);
      script.writeChunk(epoch, 1, 2);
      script.write(script.claim(), 1);
    },
    applied: [],
    alarm: "ChunkOutOfTurn",
  },
  {
    rule: "a body that starts again half way stops the fold",
    write(script) {
      const epoch = script.claim();
      script.body(1, { eventCount: longEventCount });
      script.writeChunk(epoch, 1, 0);
      script.write(epoch, 1);
    },
    applied: [],
    alarm: "ChunkOutOfTurn",
  },
  {
    rule: "a Claim of another partition stops the fold",
    write(script) {
      script.write(script.claim(), 1);
      script.write(script.claim({ partition: 3 }), 2);
    },
    applied: [1],
    alarm: "ForeignPartition",
  },
  {
    rule: "a Quarantine ends every earlier epoch, and the next Claim goes on",
    write(script) {
      const first = script.claim();
      script.write(first, 1);
      script.quarantine(1);
      script.write(first, 2, script.body(2, { eventCount: 2, prevHash: "0123456789abcdef" }));
      script.write(script.claim(), 2);
    },
    applied: [1, 2],
  },
  {
    rule: "a Quarantine discards a half-received body",
    write(script) {
      const first = script.claim();
      script.body(1, { eventCount: longEventCount });
      script.writeChunk(first, 1, 0);
      script.quarantine(0);
      script.writeChunk(first, 1, 1);
      script.write(script.claim(), 1);
    },
    applied: [1],
  },
  {
    rule: "a body of a Quarantine's own epoch stops the fold",
    write(script) {
      script.write(script.claim(), 1);
      script.write(script.quarantine(1), 2);
      script.write(script.claim(), 2);
    },
    applied: [1],
    alarm: "UnclaimedEpoch",
  },
  {
    rule: "a Quarantine of another partition stops the fold",
    write(script) {
      script.write(script.claim(), 1);
      script.quarantine(1, { partition: 2 });
      script.write(script.claim(), 2);
    },
    applied: [1],
    alarm: "ForeignPartition",
  },
  {
    rule: "bytes that fail their CRC stop the fold",
    write(script) {
      const epoch = script.claim();
      script.write(epoch, 1);
      const torn = script.records[1]?.value.slice() ?? new Uint8Array();
      torn[40] = (torn[40] ?? 0) ^ 1;
      script.writeBytes(torn);
      script.write(epoch, 2);
    },
    applied: [1],
    alarm: "Unreadable",
  },
  {
    rule: "a record that is neither Claim nor chunk stops the fold",
    write(script) {
      const epoch = script.claim();
      script.write(epoch, 1);
      script.writeBytes(frame({ kind: "TimeTick", sendingTime: 1 }));
      script.write(epoch, 2);
    },
    applied: [1],
    alarm: "Unreadable",
  },
];
