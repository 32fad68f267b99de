import { expect, test } from "bun:test";

import type { FoldedBody } from "../ports/log/fold.ts";
import { HeldBodies } from "./held-bodies.ts";

function body(commandOffset: number, byteCount = 100): FoldedBody {
  return {
    position: { offset: commandOffset, epoch: 0, seqNum: commandOffset + 1, bodyHash: "" },
    commandOffset,
    transactTime: 0,
    commandHash: "",
    semanticsVersion: 1,
    bytes: new Uint8Array(byteCount),
    events: [],
  };
}

test("of many outcomes the newest half of the bound at least is held, and never more than the bound", () => {
  const held = new HeldBodies(10);
  for (let offset = 0; offset < 100; offset++) {
    held.add(body(offset));
    const kept = Array.from({ length: offset + 1 }, (_, index) => held.get(index) !== null);
    expect(kept.filter(Boolean).length).toBeLessThanOrEqual(10);
    expect(kept.slice(-5)).toEqual(kept.slice(-5).map(() => true));
  }
});

test("what came after a seqNum is told whole and in order, or not at all", () => {
  const held = new HeldBodies(10);
  const seqNumsAfter = (seqNum: number, last: number) =>
    held.after(seqNum, last)?.map(({ position }) => position.seqNum) ?? null;
  expect(seqNumsAfter(7, 7)).toEqual([]);
  expect(seqNumsAfter(6, 7)).toBeNull();
  for (let offset = 7; offset < 19; offset++) held.add(body(offset));
  expect(seqNumsAfter(19, 19)).toEqual([]);
  expect(seqNumsAfter(25, 19)).toEqual([]);
  expect(seqNumsAfter(12, 19)).toEqual([13, 14, 15, 16, 17, 18, 19]);
  expect(seqNumsAfter(11, 19)).toBeNull();
});

test("large outcomes leave earlier", () => {
  const held = new HeldBodies(1000);
  for (let offset = 0; offset < 10; offset++) held.add(body(offset, 20 * 1024 * 1024));
  expect(held.get(9)).not.toBeNull();
  expect(held.get(5)).toBeNull();
});
