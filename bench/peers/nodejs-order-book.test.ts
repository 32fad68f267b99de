import { expect, test } from "bun:test";

import { compileStream } from "../compiled-stream.ts";
import { readNumberedStream } from "../numbered-stream.ts";
import { addThenMatch, deepSweeps, mixedFlow } from "../stream-shapes.ts";
import { nodejsOrderBook } from "./nodejs-order-book.ts";

const options = { seed: 3, learningCount: 1_000, messageCount: 2_000 };
const shapes = [
  mixedFlow({ ...options, liveCount: 300 }),
  addThenMatch(options),
  deepSweeps(options),
];

test("nodejs-order-book comes to the core's trades and quantities on each shape", async () => {
  const make = await nodejsOrderBook.load();
  for (const { bytes, warmUpCount } of shapes) {
    const stream = readNumberedStream(bytes);
    const peer = make?.(stream);
    peer?.run(0, stream.messageCount);
    const { tradeCount, tradedQty } = compileStream(stream, warmUpCount);
    expect(tradeCount).toBeGreaterThan(0);
    expect([peer?.tradeCount, peer?.tradedQty]).toEqual([tradeCount, tradedQty]);
  }
});
