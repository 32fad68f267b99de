import { expect, test } from "bun:test";

import type { CoreLatency } from "./core-latency.ts";
import { latencyTable, pauseLines, replayTable } from "./core-report.ts";

function latency(p50: number, p999: number): CoreLatency {
  const pauses = [{ cause: "a table grew by 64 KiB", count: 2, longestMs: 1.5 }];
  const load = { share: 0.5, ratePerSecond: 1, p50, p99: 0, p999, max: 0, pauses, bareP999: 1 };
  const spin = { p999: 1, max: 1, pauseCount: 0 };
  const rest = { commandCount: 1, snapshotPauses: [], snapshotMs: 1, spin };
  return { ...rest, serviceNs: 100, loads: [load, { ...load, share: 0.9, pauses: [] }] };
}

test("the latency bars are judged at half of saturation, and only there", () => {
  const judged = (p50: number, p999: number) =>
    latencyTable(latency(p50, p999)).map((row) => row["bars"]);
  expect(judged(200, 5_000)).toEqual(["<= 2 and <= 50: met", ""]);
  expect(judged(201, 5_000)).toEqual(["<= 2 and <= 50: missed", ""]);
  expect(judged(200, 5_001)).toEqual(["<= 2 and <= 50: missed", ""]);
});

test("pauses are named with their cause, and loads without any say so", () => {
  const lines = pauseLines(latency(1, 1));
  expect(lines.slice(0, 2)).toEqual([
    "at 50 %: 2 x a table grew by 64 KiB, 1.5 ms at most",
    "at 90 %: none",
  ]);
});

test("a replay meets its bar at 30 % of the core's rate", () => {
  const bar = (recoveryNs: number) =>
    replayTable({ commandCount: 1, coreNs: 30, replicaNs: 60, recoveryNs }).at(-1)?.["bar"];
  expect(bar(100)).toBe(">= 30 %: met");
  expect(bar(101)).toBe(">= 30 %: missed");
});
