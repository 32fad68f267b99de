import { expect, test } from "bun:test";

import { compileStream } from "./compiled-stream.ts";
import { readNumberedStream } from "./numbered-stream.ts";
import { addThenMatch, deepSweeps, mixedFlow } from "./stream-shapes.ts";
import type { ShapedStream } from "./stream-shapes.ts";

const options = { seed: 7, learningCount: 2_000, messageCount: 10_000 };

function outcome({ bytes, warmUpCount }: ShapedStream) {
  return compileStream(readNumberedStream(bytes), warmUpCount);
}

test("the same seed gives the same mixed flow, another one another", () => {
  const [first, again] = [1, 1].map((seed) => mixedFlow({ ...options, seed, liveCount: 500 }));
  expect(Bun.SHA256.hash(again?.bytes ?? "", "hex")).toBe(
    Bun.SHA256.hash(first?.bytes ?? "", "hex"),
  );
  const other = mixedFlow({ ...options, seed: 2, liveCount: 500 });
  expect(Bun.SHA256.hash(other.bytes, "hex")).not.toBe(Bun.SHA256.hash(first?.bytes ?? "", "hex"));
});

test("a mixed flow trades, modifies, and keeps its depth", () => {
  const flow = mixedFlow({ ...options, liveCount: 500 });
  const { tradeCount, openMax, messageCount, types } = outcome(flow);
  expect(messageCount).toBe(flow.warmUpCount + options.messageCount);
  expect(openMax).toBeGreaterThanOrEqual(500);
  expect(openMax).toBeLessThan(520);
  expect(tradeCount).toBeGreaterThan(messageCount / 50);
  const modify = 2;
  const modifies = types.filter((type) => type === modify).length;
  expect(modifies / messageCount).toBeCloseTo(0.05, 2);
});

test("after its adds each block of add-then-match and of deep sweeps is gone", () => {
  const matched = outcome(addThenMatch(options));
  expect(matched.tradeCount).toBeGreaterThanOrEqual(matched.messageCount / 2);
  const swept = outcome(deepSweeps(options));
  expect(swept.tradeCount).toBe((swept.messageCount / 1_001) * 1_000);
  for (const shape of [addThenMatch, deepSweeps]) {
    const { iocs, quantities } = outcome(shape(options));
    const total = (ioc: number): number =>
      quantities.reduce((sum, quantity, index) => sum + (iocs[index] === ioc ? quantity : 0), 0);
    const [added, taken] = [total(0), total(1)];
    expect(outcome(shape(options)).tradedQty).toBe(added);
    expect(taken).toBe(added);
  }
});
