import { expect, test } from "bun:test";

import { Fold } from "../ports/log/fold.ts";
import { encodeChunks } from "../schema/body.ts";
import { frame } from "../schema/frame.ts";
import { chunkBytesMax } from "../schema/topics.ts";
import { OutputMatch } from "./output-match.ts";

const epoch = 3;
const body = Uint8Array.from({ length: 300 }, (_, index) => index);

/** A fold whose partition has a Claim at offset 3 and no body yet. */
function claimedFold(): Fold {
  const fold = new Fold(0, null);
  const value = frame({
    kind: "Claim",
    partition: 0,
    partitionCount: 1,
    semanticsMin: 1,
    semanticsMax: 1,
    clusterID: "",
    ordersTopicID: "",
    eventsTopicID: "",
    build: "",
    node: "",
  });
  fold.push({ offset: epoch, appendTime: 1, key: null, value });
  return fold;
}

function recordOf(seqNum: number, of = epoch, bytes = body): Uint8Array {
  return encodeChunks(bytes, seqNum, of)[0] ?? new Uint8Array();
}

test("only the whole next body of the epoch in force is one that may be taken at once", () => {
  const match = new OutputMatch();
  const fold = claimedFold();
  expect(match.isNextWhole(recordOf(1), fold)).toBe(true);
  expect(match.isNextWhole(recordOf(2), fold)).toBe(false);
  expect(match.isNextWhole(recordOf(1, epoch - 1), fold)).toBe(false);
  expect(match.isNextWhole(recordOf(1, epoch, new Uint8Array(chunkBytesMax + 1)), fold)).toBe(
    false,
  );
  expect(match.isNextWhole(new Uint8Array(20), fold)).toBe(false);
  expect(match.isNextWhole(frame({ kind: "TimeTick", sendingTime: 1 }), fold)).toBe(false);
});

test("it is a body's record only to the last byte", () => {
  const match = new OutputMatch();
  const record = recordOf(7);
  expect(match.isOf(record, body, 7, epoch)).toBe(true);
  expect(match.isOf(record, body, 8, epoch)).toBe(false);
  expect(match.isOf(record, body, 7, epoch + 1)).toBe(false);
  expect(match.isOf(record, body.subarray(1), 7, epoch)).toBe(false);
  for (let at = 0; at < record.length; at++) {
    const other = record.slice();
    other[at] = (other[at] ?? 0) ^ 1;
    expect(match.isOf(other, body, 7, epoch)).toBe(false);
  }
});
