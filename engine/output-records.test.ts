import { expect, test } from "bun:test";
import fc from "fast-check";

import { encodeChunks } from "../schema/body.ts";
import { chunkBytesMax } from "../schema/topics.ts";
import { OutputRecords } from "./output-records.ts";

test("records are those of the codec, also over the end of a slab and in several chunks", () => {
  const lengths = fc.oneof(
    fc.nat(2000),
    fc.constantFrom(0, chunkBytesMax - 1, chunkBytesMax, chunkBytesMax + 1, 2 * chunkBytesMax),
  );
  fc.assert(
    fc.property(fc.nat(), fc.array(lengths, { maxLength: 12 }), (epoch, each) => {
      const records = new OutputRecords(epoch);
      const bodies = each.map((length, index) => new Uint8Array(length).fill(index + 1));
      const written = bodies.map((body, index) => records.encode(body, index + 1));
      expect(written).toEqual(bodies.map((body, index) => encodeChunks(body, index + 1, epoch)));
    }),
    { numRuns: 50 },
  );
});

test("a record does not change when others are written after it", () => {
  const records = new OutputRecords(3);
  const body = new Uint8Array(300).fill(7);
  const [first] = records.encode(body, 1);
  const before = first?.slice();
  body.fill(8);
  for (let seqNum = 2; seqNum < 10_000; seqNum++) records.encode(body, seqNum);
  expect(first).toEqual(before);
});
