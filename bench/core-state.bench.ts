import { heapStats } from "bun:jsc";

import { Engine } from "../engine/core/engine.ts";
import type { EngineCapture } from "../engine/core/engine.ts";
import { readShape } from "../engine/core/reference-section.ts";
import { serialiseCapture } from "../engine/core/snapshot.ts";
import { readStateShape } from "../engine/core/state-section.ts";
import { describeMachine, machineLine } from "./machine.ts";
import { median, round, table, writeResult } from "./report.ts";
import { SteadyFlow } from "./steady-flow.ts";

export interface StateBenchOptions {
  readonly liveCount: number;
  print(line: string): void;
}

const warmUpCommands = 350_000;
const timedCommands = 1_000_000;
const growthCommands = 10_000_000;
/** What ten million commands may leave on the heap, whatever its cause: less than a byte a command. */
const growthMaxBytes = 1_000_000;
const depths = [1_000, 20_000, 100_000, 1_000_000, 10_000_000];
const ranges = [1_000, 10_000_000];
const roundCount = 5;
const idWindowMs = 1;
const orderCountMax = 16_777_216;
/** Each open order keeps its entry, and two accounts share the window. */
const idWindowEntryMax = 2 * orderCountMax - 1;

/** At most so many times the first row, by its resting orders and by its range. */
const depthBars: Readonly<Record<number, number>> = { 1_000_000: 6 };
const rangeBars: Readonly<Record<number, number>> = { 10_000_000: 1.6 };
/** Of a snapshot and what it is taken of, by column. */
const snapshotBars = {
  "memory an order": 128,
  "x a bare copy": 1.5,
  "restore ms": 1000,
  "stored bytes an order": 28,
} as const;

type Row = Record<string, string | number>;

export interface CoreState {
  readonly depth: readonly Row[];
  readonly width: readonly Row[];
  readonly heap: Row;
  readonly snapshot: Row;
}

/** As measureState, and writes it to bench/results. */
export function benchState(options: StateBenchOptions): void {
  const machine = describeMachine();
  options.print(machineLine(machine));
  const state = measureState(options);
  options.print(`\n${writeResult("core-state", { machine, ...state })}`);
}

/** What the core costs as its book grows, what it leaves on the heap, and what a snapshot takes. Throws where the heap grows. */
export function measureState({ liveCount, print }: StateBenchOptions): CoreState {
  const depth = growthRows(depths.map((live) => ({ live, range: 1_000 })));
  print(`\nresting orders, ids known for ${idWindowMs} ms:\n${table(depth)}`);
  const width = growthRows(ranges.map((range) => ({ live: 20_000, range })));
  print(`\nprice range:\n${table(width)}`);
  const heap = heapRow();
  print(`\nheap:\n${table([heap])}`);
  const snapshot = snapshotRow(liveCount);
  print(`\nsnapshot:\n${table([snapshot])}`);
  return { depth, width, heap, snapshot };
}

function newEngine(): Engine {
  return new Engine({ orderCountMax, idWindowEntryMax, idWindowMs });
}

/** Nanoseconds a command of books of these depths and ranges, as ratios to the first. */
function growthRows(shapes: readonly { live: number; range: number }[]): Row[] {
  let first = 0;
  return shapes.map(({ live, range }) => {
    const flow = new SteadyFlow(newEngine(), live, range);
    flow.run(warmUpCommands);
    const nanoseconds = flow.run(timedCommands);
    first ||= nanoseconds;
    return {
      "resting orders": live,
      "ticks from the middle": range,
      "ns a command": round(nanoseconds),
      "x the first": round(nanoseconds / first, 2),
      bar: judged(nanoseconds / first, depthBars[live] ?? rangeBars[range]),
    };
  });
}

function judged(value: number, bar: number | undefined): string {
  return bar === undefined ? "" : `<= ${bar}: ${value <= bar ? "met" : "missed"}`;
}

function heapRow(): Row {
  const flow = new SteadyFlow(newEngine(), 20_000, 1_000);
  flow.run(warmUpCommands);
  const before = usedBytes();
  flow.run(growthCommands);
  const grown = usedBytes() - before;
  if (grown > growthMaxBytes) {
    throw new Error(`${growthCommands} commands left ${grown} bytes on the heap`);
  }
  return { commands: growthCommands, "bytes left": grown };
}

/** The heap with the memory of its buffers, after a full collection. */
function usedBytes(): number {
  Bun.gc(true);
  const { heapSize, extraMemorySize } = heapStats();
  return heapSize + extraMemorySize;
}

function snapshotRow(liveCount: number): Row {
  const engine = newEngine();
  const flow = new SteadyFlow(engine, liveCount, 1_000);
  flow.run(warmUpCommands);
  const capture = engine.capture();
  const { pauses, copies } = copyTimes(engine, capture);
  const { bytes } = serialiseCapture(capture);
  const restores = Array.from({ length: roundCount }, () => timed(() => Engine.restore(bytes)));
  const { orderBytes, windowBytes } = storedBytes(bytes);
  const memory = engine.memoryBytes;
  const row = {
    orders: liveCount,
    "memory an order": round(memory.orders / liveCount),
    "pause ms": round(median(pauses), 2),
    "x a bare copy": round(median(pauses) / median(copies), 2),
    "restore ms": round(median(restores), 1),
    "stored bytes an order": round(orderBytes / liveCount),
    "of its id window entry": round(windowBytes / liveCount),
  };
  const missed = Object.entries(snapshotBars).filter(
    ([name, bar]) => row[name as keyof typeof snapshotBars] > bar,
  );
  const misses = missed.map(([name, bar]) => `${name} <= ${bar}`).join(", ");
  return { ...row, bars: misses === "" ? "met" : `missed: ${misses}` };
}

/** Milliseconds of captures and of bare copies of the same bytes, in turn. All are kept until the end, so that each goes to memory that is new. */
function copyTimes(engine: Engine, { transfer }: EngineCapture) {
  const kept: unknown[] = [];
  const pauses: number[] = [];
  const copies: number[] = [];
  while (pauses.length < roundCount) {
    pauses.push(timed(() => kept.push(engine.capture())));
    copies.push(timed(() => kept.push(transfer.map((buffer) => buffer.slice(0)))));
  }
  return { pauses, copies };
}

/** What zstd makes of the orders and of the id window of a canonical form. */
function storedBytes(bytes: Uint8Array): { orderBytes: number; windowBytes: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const reference = readShape(view);
  const state = readStateShape(view, reference.end, reference.instrumentCount);
  const orderBytes = Bun.zstdCompressSync(bytes.subarray(state.booksAt, state.entryCountAt)).length;
  const windowBytes = Bun.zstdCompressSync(bytes.subarray(state.entryCountAt, state.end)).length;
  return { orderBytes, windowBytes };
}

/** Milliseconds that a call takes. */
function timed(call: () => unknown): number {
  const startedAt = Bun.nanoseconds();
  call();
  return (Bun.nanoseconds() - startedAt) / 1e6;
}
