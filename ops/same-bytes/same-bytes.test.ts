import { expect, test } from "bun:test";

import { difference, findNode, replayUnderBun, replayUnderNode } from "./runtimes.ts";
import { streamLogs } from "./stream-log.ts";
import type { StreamLog } from "./stream-log.ts";

const node = findNode();
const name =
  node === null
    ? "the same log gives the same bytes on Bun and on Node (skipped: no Node of 20.15 or later in the path)"
    : `the same log gives the same bytes on Bun ${Bun.version} and on Node ${node.version}`;
const logs = streamLogs(16, 400);
const recordCount = logs.reduce((sum, { records }) => sum + records.length, 0);

test.skipIf(node === null)(
  `${name}: bodies and snapshots of ${recordCount} commands`,
  async () => {
    if (node === null) return;
    const [bun, other] = [replayUnderBun(logs), await replayUnderNode(node, logs)];
    expect(bun.runtime).toBe(`Bun ${Bun.version}`);
    expect(other.runtime).toBe(`Node ${node.version}`);
    expect(bun.bodyHashes.flat()).toHaveLength(recordCount);
    expect(difference(logs, bun, other)).toBeNull();
  },
  60_000,
);

test.skipIf(node === null)(
  "and a millisecond that one of them reads otherwise is found, at its record",
  async () => {
    if (node === null) return;
    const few = logs.slice(0, 2);
    const planted = few.map((log, index) => (index === 1 ? delayed(log, 200) : log));
    const [bun, other] = [replayUnderBun(few), await replayUnderNode(node, planted)];
    expect(other.bodies).not.toBe(bun.bodies);
    expect(difference(few, bun, other)).toStartWith("seed 2, seqNum 200: ");
  },
  60_000,
);

test("a snapshot that differs is found too where all bodies are the same", () => {
  const bun = replayUnderBun(logs.slice(0, 1));
  const other = { ...bun, runtime: "another", snapshots: bun.snapshots.replace(/.$/, "g") };
  expect(difference(logs.slice(0, 1), bun, other)).toStartWith("snapshots: ");
});

function delayed({ records, ...log }: StreamLog, seqNum: number): StreamLog {
  const later = records.map((record, index) =>
    index === seqNum - 1 ? { ...record, appendTime: record.appendTime + 1 } : record,
  );
  return { ...log, records: later };
}
