import { describe, expect, test } from "bun:test";
import fc from "fast-check";

import { Fold } from "../ports/log/fold.ts";
import type { FoldedBody } from "../ports/log/fold.ts";
import type { LogRecord } from "../ports/log/log.ts";
import { ListBatch } from "../ports/log/record-batch.ts";
import { encodeChunks } from "../schema/body.ts";
import { frame } from "../schema/frame.ts";
import { OutputRecords } from "./output-records.ts";
import { OwnOutput } from "./own-output.ts";
import { claimOf } from "./partition-identity.ts";
import { codeOf, commandsOf, foldOf, partition } from "./partition.fixture.ts";
import { Replica } from "./replica.ts";

const epoch = 3;
const identity = {
  partition,
  partitionCount: 1,
  clusterID: "cluster",
  ordersTopicID: "orders",
  eventsTopicID: "order-events",
};

/** An owner of epoch 3 that has written the outputs of a stream of commands, and what stands on the log. */
class Written {
  readonly fold = new Fold(partition, null);
  readonly log: LogRecord[] = [];
  readonly lettered: FoldedBody[] = [];
  readonly output: OwnOutput;

  constructor(seed: number, commandCount: number, batchCount: number) {
    while (this.log.length <= epoch) this.append(claim());
    for (const record of this.log) this.fold.push(record);
    this.output = new OwnOutput({
      recovered: { fold: this.fold, epoch },
      onLetters: (body) => this.lettered.push(body),
      onCheckpoint: () => {},
    });
    const replica = new Replica({});
    const records = new OutputRecords(epoch);
    let batch = this.output.open();
    for (const [offset, value] of commandsOf(seed, commandCount).entries()) {
      const body = replica.apply({ offset, appendTime: offset, value });
      const fromIndex = batch.append.count;
      records.encode(body, replica.seqNum, batch.append);
      batch.note(fromIndex, replica.seqNum, replica.bodyHash64, replica.hasLetters);
      for (const each of encodeChunks(body, replica.seqNum, epoch)) this.append(each);
      if (batch.append.count < batchCount) continue;
      this.output.send(batch);
      batch = this.output.open();
    }
    this.output.send(batch);
  }

  append(value: Uint8Array): void {
    this.log.push({ offset: this.log.length, appendTime: 0, key: null, value });
  }

  /** What stands past the Claim, in pieces of so many records. */
  take(pieceCount: number): void {
    for (let at = epoch + 1; at < this.log.length; at += pieceCount) {
      this.output.take(new ListBatch(this.log.slice(at, at + pieceCount)));
    }
  }
}

function claim(): Uint8Array {
  return frame(claimOf(identity, { build: "test", node: "test" }));
}

describe("an owner's own outputs", () => {
  test("come to what the fold makes of them, in whatever pieces they are written and read", () => {
    fc.assert(
      fc.property(
        fc.nat(),
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: 1, max: 60 }),
        (seed, batchCount, pieceCount) => {
          const written = new Written(seed, 150, batchCount);
          written.take(pieceCount);
          const bodies = foldOf(written.log);
          expect(written.fold.position).toEqual(bodies.at(-1)?.position ?? null);
          expect(written.output.foldedSeqNum).toBe(150);
          for (const { position, events } of written.lettered) {
            expect(events).toEqual(bodies[position.seqNum - 1]?.events ?? []);
          }
        },
      ),
      { numRuns: 12 },
    );
  });

  test("are not mixed up by what an older owner still writes", () => {
    const written = new Written(7, 100, 16);
    const foreign = encodeChunks(new Uint8Array(64), 4, epoch - 1);
    const values = written.log.map(({ value }) => value).toSpliced(40, 0, ...foreign, ...foreign);
    written.log.length = 0;
    for (const value of values) written.append(value);
    written.take(9);
    expect(written.fold.position?.offset).toBe(written.log.length - 1);
  });

  test("end the owner where another body stands than was written", async () => {
    const written = new Written(7, 100, 16);
    const replica = new Replica({});
    const commands = [...commandsOf(7, 99), frame({ kind: "TimeTick", sendingTime: 1 })];
    const bodies = commands.map((value, offset) =>
      replica.apply({ offset, appendTime: offset, value }).slice(),
    );
    written.log.pop();
    for (const value of encodeChunks(bodies[99] ?? new Uint8Array(0), 100, epoch))
      written.append(value);
    expect(await codeOf(Promise.try(() => written.take(10)))).toBe("Diverged");
    expect(written.output.foldedSeqNum).toBe(100);
  });

  test("end the owner at a foreign Claim", async () => {
    const written = new Written(7, 20, 16);
    written.append(claim());
    expect(await codeOf(Promise.try(() => written.take(10)))).toBe("ForeignClaim");
  });

  test("that come where none was written end it too", async () => {
    const written = new Written(7, 20, 16);
    written.log.push(...new Written(7, 21, 16).log.slice(written.log.length));
    expect(await codeOf(Promise.try(() => written.take(10)))).toBe("Diverged");
  });
});
