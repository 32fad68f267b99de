import { systemClock } from "../ports/clock/clock-system.ts";
import type { Clock } from "../ports/clock/clock.ts";
import { Fold } from "../ports/log/fold.ts";
import type { FoldedBody } from "../ports/log/fold.ts";
import type { AppendRecord, LogRecord } from "../ports/log/log.ts";
import { createMemorySnapshots } from "../ports/snapshot/snapshot-memory.ts";
import { packSnapshot } from "../ports/snapshot/snapshot-object.ts";
import type { SnapshotStore } from "../ports/snapshot/snapshot.ts";
import { frame } from "../schema/frame.ts";
import type { Command } from "../schema/generated/records.ts";
import { Topic } from "../schema/topics.ts";
import type { EngineLimits } from "./core/engine.ts";
import { builtSemantics } from "./core/semantics.ts";
import type { SemanticsList } from "./core/semantics.ts";
import { serialiseCapture } from "./core/snapshot.ts";
import { Disk, ProcessLog } from "./crash-log.ts";
import { createEngineHost } from "./host.ts";
import type { EngineHost, EngineHostOptions } from "./host.ts";
import { streamOf } from "./oracle/command-stream.ts";
import { ofFirstSemantics, shapeOf } from "./oracle/stream-shape.ts";
import { Replica } from "./replica.ts";
import type { SnapshotPacker } from "./snapshot-packer.ts";

export const partition = 0;

/** A disk and a snapshot store that outlive the hosts that tests start on them. */
export class Partition {
  readonly clock: Clock;
  readonly disk: Disk;
  readonly snapshots: SnapshotStore;

  constructor(parts: { clock?: Clock; snapshots?: SnapshotStore } = {}) {
    this.clock = parts.clock ?? systemClock;
    this.disk = new Disk(this.clock);
    this.snapshots = parts.snapshots ?? createMemorySnapshots();
  }

  /** A host that never ticks by itself and packs snapshots in place, unless told otherwise. */
  host(options: Partial<EngineHostOptions> = {}): TestHost {
    return this.workerHost({ packer: directPacker, ...options });
  }

  /** A host that packs snapshots as in production. */
  workerHost(options: Partial<EngineHostOptions>): TestHost {
    const failures: Error[] = [];
    const { snapshots, clock } = this;
    const log = new ProcessLog(this.disk);
    const host = createEngineHost({
      log,
      snapshots,
      clock,
      partition,
      node: "test",
      build: "test",
      tickMs: 2 ** 31 - 1,
      onFatal: (error) => failures.push(error),
      ...options,
    });
    return { host, failures, log };
  }

  append(commands: readonly (Command | Uint8Array)[]): void {
    this.disk.append(Topic.Orders, commands.map(recordOf));
  }

  get orders(): readonly LogRecord[] {
    return this.disk.records[Topic.Orders];
  }

  get outputs(): readonly LogRecord[] {
    return this.disk.records[Topic.OrderEvents];
  }

  /** What the log says that each command came to. */
  bodies(): FoldedBody[] {
    return foldOf(this.outputs);
  }

  /** Resolves when the host has folded an outcome for every command on the log. */
  async settled(host: EngineHost): Promise<void> {
    const last = this.orders.at(-1);
    if (last === undefined) return;
    await until(() => host.stats?.commandOffset === last.offset);
    await until(() => host.stats?.foldedSeqNum === host.stats?.seqNum);
  }
}

export interface TestHost {
  readonly host: EngineHost;
  readonly failures: Error[];
  readonly log: ProcessLog;
}

/** Runs commands straight through a replica, without log or host. */
export function straightRun(
  orders: readonly LogRecord[],
  limits: Partial<EngineLimits> = {},
  semantics: SemanticsList = builtSemantics,
): Uint8Array[] {
  const replica = new Replica(limits, semantics);
  return orders.map((record) => replica.apply(record).slice());
}

export function foldOf(outputs: readonly LogRecord[]): FoldedBody[] {
  const fold = new Fold(partition, null);
  return outputs.map((record) => fold.push(record)).filter((body) => body !== null);
}

/** Frames of a plausible stream of commands, for a build that has the first semantics alone. */
export function commandsOf(seed: number, commandCount: number): Uint8Array[] {
  const shape = ofFirstSemantics(shapeOf(seed));
  return Array.from(streamOf(seed, commandCount, shape), ({ record }) => record.bytes);
}

/** Frames that fill the log cheaply, for reaching Checkpoints. */
export function ticks(commandCount: number): Command[] {
  return Array.from({ length: commandCount }, (_, index) => ({
    kind: "TimeTick",
    sendingTime: index,
  }));
}

export async function until(holds: () => boolean, timeoutMs = 25_000): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error("The condition did not come true in time");
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Code of the error that a promise rejects with. */
export async function codeOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
  return "none";
}

export const directPacker: SnapshotPacker = {
  pack: async (capture) => packSnapshot(serialiseCapture(capture)),
  close: () => {},
};

function recordOf(command: Command | Uint8Array): AppendRecord {
  return { key: null, value: command instanceof Uint8Array ? command : frame(command) };
}
