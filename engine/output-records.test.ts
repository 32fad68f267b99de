import { expect, test } from "bun:test";
import fc from "fast-check";

import { AppendBatch } from "../ports/log/append-batch.ts";
import { encodeChunks } from "../schema/body.ts";
import { chunkBytesMax } from "../schema/topics.ts";
import { OutputRecords } from "./output-records.ts";

test("records are those of the codec, also where a batch grows, is used again, and in several chunks", () => {
  const lengths = fc.oneof(
    fc.nat(2000),
    fc.constantFrom(0, chunkBytesMax - 1, chunkBytesMax, chunkBytesMax + 1, 2 * chunkBytesMax),
  );
  const batch = new AppendBatch();
  fc.assert(
    fc.property(fc.nat(), fc.array(lengths, { maxLength: 12 }), (epoch, each) => {
      const records = new OutputRecords(epoch);
      const bodies = each.map((length, index) => new Uint8Array(length).fill(index + 1));
      batch.reset();
      for (const [index, body] of bodies.entries()) records.encode(body, index + 1, batch);
      const expected = bodies.flatMap((body, index) => encodeChunks(body, index + 1, epoch));
      expect(batch.records().map(({ value }) => value)).toEqual(expected);
    }),
    { numRuns: 50 },
  );
});

test("a record is that of the codec whatever its seqNum, also beyond 32 bits", () => {
  const records = new OutputRecords(7);
  const batch = new AppendBatch();
  const body = new Uint8Array(200).fill(9);
  fc.assert(
    fc.property(fc.maxSafeNat(), (seqNum) => {
      batch.reset();
      records.encode(body, seqNum, batch);
      expect([batch.value(0)]).toEqual(encodeChunks(body, seqNum, 7));
    }),
  );
});

test("a record does not change when others are written behind it", () => {
  const records = new OutputRecords(3);
  const batch = new AppendBatch();
  const body = new Uint8Array(300).fill(7);
  records.encode(body, 1, batch);
  const [first] = batch.records();
  body.fill(8);
  for (let seqNum = 2; seqNum < 10_000; seqNum++) records.encode(body, seqNum, batch);
  expect(batch.count).toBe(9999);
  expect(batch.records()[0]).toEqual(first);
});
