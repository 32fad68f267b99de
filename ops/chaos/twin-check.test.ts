import { describe, expect, test } from "bun:test";

import { frame } from "../../schema/frame.ts";
import { TwinCheck } from "./twin-check.ts";

function chunk(epoch: number, seqNum: number, body: number[]): Uint8Array {
  const bytes = Uint8Array.from(body);
  const place = { chunkIndex: 0, chunkCount: 1, bodyLength: bytes.length };
  return frame({ kind: "OutputChunk", epoch, seqNum, ...place, body: bytes });
}

describe("the check of twins", () => {
  test("lets an owner that was none any more write what its successor writes", () => {
    const twins = new TwinCheck();
    expect(twins.take(chunk(5, 1, [1, 2]), 5)).toBeNull();
    expect(twins.take(chunk(0, 1, [1, 2]), 5)).toBeNull();
    expect(twins.count).toBe(1);
  });

  test("reports bytes that differ, also where the late ones come first", () => {
    const twins = new TwinCheck();
    twins.take(chunk(5, 1, [1, 2]), 5);
    expect(twins.take(chunk(0, 1, [1, 3]), 5)).toBe("seqNum 1, chunk 0");
    twins.take(chunk(0, 2, [9]), 5);
    expect(twins.take(chunk(5, 2, [8]), 5)).toBe("seqNum 2, chunk 0");
  });

  test("does not compare with what a Quarantine has ended", () => {
    const twins = new TwinCheck();
    twins.take(chunk(5, 1, [1, 2]), 5);
    twins.forget(9);
    expect(twins.take(chunk(5, 1, [1, 3]), 9)).toBeNull();
    expect(twins.take(chunk(12, 1, [1, 4]), 12)).toBeNull();
  });
});
