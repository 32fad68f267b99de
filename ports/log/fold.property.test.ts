import { expect, test } from "bun:test";
import fc from "fast-check";

import { chunkBytesMax } from "../../schema/topics.ts";
import { Fold, FoldAlarm } from "./fold.ts";
import type { LogRecord } from "./log.ts";
import { NaiveFold } from "./naive-fold.ts";
import { OutputScript } from "./output-script.ts";

/** What some process writes next: who it is counts back over the Claims, which seqNum it has counts from the last one written. */
type Write =
  | { readonly kind: "Claim" }
  | { readonly kind: "Body"; readonly owner: number; readonly step: number }
  | { readonly kind: "Chunk"; readonly owner: number; readonly chunkIndex: number }
  | { readonly kind: "Unclaimed" };

const write: fc.Arbitrary<Write> = fc.oneof(
  { weight: 20, arbitrary: fc.record({ kind: fc.constant("Claim") }) },
  {
    weight: 80,
    arbitrary: fc.record({
      kind: fc.constant("Body"),
      owner: fc.constantFrom(0, 0, 0, 0, 1, 2),
      step: fc.constantFrom(1, 1, 1, 1, 1, 1, 0, -1, 2),
    }),
  },
  {
    weight: 30,
    arbitrary: fc.record({
      kind: fc.constant("Chunk"),
      owner: fc.constantFrom(0, 0, 0, 1),
      chunkIndex: fc.constantFrom(0, 0, 1, 1, 2),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("Unclaimed") }) },
);

/** Every seventh body has three chunks. */
const eventCountOf = (seqNum: number): number =>
  seqNum % 7 === 3 ? Math.ceil((chunkBytesMax * 2.2) / 16) : 1;

function scriptOf(writes: readonly Write[]): OutputScript {
  const script = new OutputScript();
  const epochs = [script.claim()];
  let seqNum = 0;
  const body = (wanted: number): void => {
    for (let each = 1; each <= wanted; each++)
      script.body(each, { eventCount: eventCountOf(each) });
  };
  for (const one of writes) {
    const epoch = epochs.at(-1 - ("owner" in one ? one.owner : 0)) ?? 0;
    if (one.kind === "Claim") epochs.push(script.claim());
    if (one.kind === "Unclaimed") script.write(script.records.length + 3, Math.max(1, seqNum));
    if (one.kind === "Body") {
      const wanted = Math.max(1, seqNum + one.step);
      body(wanted);
      script.write(epoch, wanted);
      if (one.owner === 0) seqNum = Math.max(seqNum, wanted);
    }
    if (one.kind === "Chunk") {
      body(seqNum + 1);
      const chunkIndex = eventCountOf(seqNum + 1) === 1 ? 0 : one.chunkIndex;
      script.writeChunk(epoch, seqNum + 1, chunkIndex);
    }
  }
  return script;
}

function trace(
  fold: { push(record: LogRecord): { readonly seqNum: number } | null },
  records: readonly LogRecord[],
): string[] {
  return records.flatMap((record) => {
    try {
      const body = fold.push(record);
      return body === null ? [] : [`${record.offset}: ${body.seqNum}`];
    } catch (error) {
      if (error instanceof FoldAlarm) return [`${record.offset}: ${error.code}`];
      throw error;
    }
  });
}

test("rule 38: whatever owners and zombies write, the fold applies and alarms as the rule says", () => {
  fc.assert(
    fc.property(fc.array(write, { maxLength: 40 }), (writes) => {
      const { records } = scriptOf(writes);
      const fold = new Fold(0, null);
      const push = (record: LogRecord) => fold.push(record)?.position ?? null;
      expect(trace({ push }, records)).toEqual(trace(new NaiveFold(0, null), records));
    }),
    { numRuns: 500 },
  );
}, 30_000);

test("what is applied has no gap and no repeat, and each body follows the one before", () => {
  fc.assert(
    fc.property(fc.array(write, { maxLength: 40 }), (writes) => {
      const { records } = scriptOf(writes);
      const fold = new Fold(0, null);
      const applied = trace({ push: (record) => fold.push(record)?.position ?? null }, records)
        .map((line) => Number(line.split(": ")[1]))
        .filter((seqNum) => !Number.isNaN(seqNum));
      expect(applied).toEqual(applied.map((_, index) => index + 1));
    }),
    { numRuns: 300 },
  );
}, 30_000);
